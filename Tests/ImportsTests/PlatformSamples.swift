import Accounting

/// An order of an invented person, and how it stands.
struct InventedOrder {
    enum State: CaseIterable { case paid, pending, failed, canceled, refunded, partlyRefunded, partlyPaid }

    var number: Int
    var first: String
    var last: String
    var city: String
    var street: String
    var zip: String
    var country: (code: String, name: String)
    /// 0 one lamp, 1 two lamps, -1 none.
    var tier: Int
    var bulbs: Int
    var color: String
    var shipping: Int64
    var bonus: Int64
    var state: State
    /// Of March 2026, and seconds of that day.
    var day: Int
    var second: Int

    var name: String { "\(first) \(last)" }
    var email: String { "\(first).\(last)\(number)@example.org".lowercased() }
    var goods: Int64 { [7_900, 14_900, 0][tier < 0 ? 2 : tier] + Int64(bulbs) * 900 }
    var total: Int64 { goods + shipping + bonus }
    var refunded: Int64 {
        state == .refunded ? total : state == .partlyRefunded ? total / 4 : 0
    }
    var title: String { tier == 0 ? "One lamp" : tier == 1 ? "Two lamps" : "" }
    var lamps: Int { tier == 0 ? 1 : tier == 1 ? 2 : 0 }

    /// `2026-03-05 10:22:33`.
    var time: String { "\(date) \(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))" }
    /// `2026-03-05 10:22`.
    var minute: String { String(time.prefix(16)) }
    var date: String { "2026-03-\(two(day))" }
    var timestamp: Timestamp? { Timestamp(rfc3339: "\(date)T\(time.suffix(8))Z") }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// The same stream of numbers for the same seed.
struct SampleNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
}

extension InventedOrder {
    private static let firsts = ["Ada", "Bo", "Cleo", "Dag", "Élodie", "Finn", "Gül", "Hana", "Ivo", "Jun"]
    private static let lasts = ["Amsel", "Birch", "Cormorant", "Dormouse", "Elm", "Fern", "Gannet", "Heron"]
    private static let cities = ["Pontalto", "Ravnsund", "Old Mill", "Sankt Anker"]
    private static let countries = [
        ("US", "United States"), ("DE", "Germany"), ("GB", "United Kingdom"), ("JP", "Japan"),
    ]

    /// Invented people with orders in every state that is asked for.
    static func invent(_ count: Int, seed: UInt64, states: [State]) -> [InventedOrder] {
        var numbers = SampleNumbers(seed: seed)
        return (1...count).map { number in
            let country = countries[numbers.next(countries.count)]
            let tier = number % 7 == 0 ? -1 : numbers.next(2)
            return InventedOrder(
                number: 1000 + number, first: firsts[numbers.next(firsts.count)],
                last: lasts[numbers.next(lasts.count)], city: cities[numbers.next(cities.count)],
                street: "\(numbers.next(90) + 1) Harbor \"Lane\"\nYard \(numbers.next(9))",
                zip: "0\(numbers.next(9_000) + 1_000)", country: country, tier: tier,
                bulbs: tier < 0 ? 0 : numbers.next(3), color: numbers.next(2) == 0 ? "Slate" : "Fog",
                shipping: tier < 0 ? 0 : 600, bonus: tier < 0 ? 500 : Int64(numbers.next(3)) * 100,
                state: states[number % states.count], day: numbers.next(28) + 1,
                second: numbers.next(86_400))
        }
    }
}

/// A CSV file as text: cells are quoted where they must be.
struct SampleCSV {
    private(set) var text: String
    private let delimiter: String
    let columns: [String]

    init(_ columns: [String], delimiter: String = ",") {
        self.columns = columns
        self.delimiter = delimiter
        text = ""
        append(columns)
    }

    /// A row by column name; columns that are not named stay empty.
    mutating func add(_ cells: [String: String]) {
        append(columns.map { cells[$0] ?? "" })
    }

    private mutating func append(_ cells: [String]) {
        text +=
            cells.map { cell in
                let isPlain = !cell.contains { $0 == "\"" || $0 == "\n" || $0 == "," || $0 == ";" }
                return isPlain ? cell : "\"" + cell.replacing("\"", with: "\"\"") + "\""
            }.joined(separator: delimiter) + "\n"
    }
}

/// `1234.5` units as `1234.50`, or with a thousands separator.
func plain(_ amount: Int64, grouped: Bool = false) -> String {
    let cents = amount % 100
    var major = "\(amount / 100)"
    if grouped, major.count > 3 {
        major.insert(",", at: major.index(major.endIndex, offsetBy: -3))
    }
    return "\(major).\(cents < 10 ? "0" : "")\(cents)"
}
