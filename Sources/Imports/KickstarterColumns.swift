import Crowdfunding
import Parsing

/// What the columns of one backer report are for, found by their names.
struct KickstarterColumns {
    /// The columns that a pledge is made of.
    ///
    /// The first of a name counts; a survey may ask for an “Email” again.
    enum Column: String, CaseIterable {
        case number = "Backer Number"
        case uid = "Backer UID"
        case name = "Backer Name"
        case email = "Email"
        case shippingCountry = "Shipping Country"
        case shippingAmount = "Shipping Amount"
        case rewardTitle = "Reward Title"
        /// `Backing Minimum` since 2023.
        case rewardMinimum = "Reward Minimum"
        case rewardID = "Reward ID"
        case bonus = "Bonus Support"
        case amount = "Pledge Amount"
        case pledgedAt = "Pledged At"
        case status = "Pledged Status"
        case addressCountry = "Shipping Country Code"
    }

    /// A column whose cell is kept as text, below its label.
    struct Kept {
        var index: Int
        var label: [UInt8]
    }

    /// `[Addon: 10750435] Spare keycaps`.
    struct AddOn {
        var kept: Kept
        var id: String
        var title: String
    }

    /// A survey question that `imports.kickstarter.choices` maps.
    struct Choice {
        var kept: Kept
        var question: String
        var sku: String
    }

    /// What every report has, also the “No reward” file.
    static let required: [Column] = [.number, .uid, .email, .amount, .pledgedAt, .status]
    private static let address = [
        "shipping name": "name", "shipping address 1": "address_1", "shipping address 2": "address_2",
        "shipping city": "city", "shipping state": "state", "shipping postal code": "postal_code",
        "shipping country name": "country_name", "shipping country code": "country_code",
        "shipping phone number": "phone", "shipping delivery notes": "delivery_notes",
    ]

    private let indices: [Int]
    let count: Int
    private(set) var address: [Kept] = []
    private(set) var addOns: [AddOn] = []
    private(set) var choices: [Choice] = []
    private(set) var answers: [Kept] = []
    /// The reward's own cells, kept as answers where it is no tier of ours.
    private(set) var reward: [Kept] = []
    /// For `answers`, their names.
    private(set) var answerNames: [String] = []

    init(_ header: [String], choices mapping: [String: String]) {
        count = header.count
        var indices = Array(repeating: -1, count: Column.allCases.count)
        let questions = Dictionary(
            mapping.map { (folded($0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
        var names: [String: Int] = [:]
        for (index, cell) in header.enumerated() {
            let name = Self.plain(cell)
            // Rejected rows come back with the reason before them.
            if name == "rejected_because" { continue }
            let column = Self.column(name)
            let isFirst = column.map { indices[Self.position($0)] < 0 } ?? false
            if let column, isFirst { indices[Self.position(column)] = index }
            if let key = Self.address[name.lowercased()], column == nil || isFirst {
                address.append(Kept(index: index, label: AnswerText.label(key)))
                continue
            }
            if let column, isFirst {
                if [.rewardTitle, .rewardMinimum, .rewardID].contains(column) {
                    reward.append(Kept(index: index, label: AnswerText.label(name)))
                }
                continue
            }
            names[name, default: 0] += 1
            // Two questions of one wording must not become one member.
            let times = names[name] ?? 1
            let kept = Kept(
                index: index, label: AnswerText.label(times == 1 ? name : "\(name) (\(times))"))
            if let (id, title) = Self.addOn(name) {
                addOns.append(AddOn(kept: kept, id: id, title: title))
            } else if let sku = questions[folded(name)] {
                choices.append(Choice(kept: kept, question: name, sku: sku))
            } else {
                answers.append(kept)
                answerNames.append(name)
            }
        }
        self.indices = indices
    }

    /// The column's place in the file, or -1.
    @inline(__always)
    func index(of column: Column) -> Int { indices[Self.position(column)] }

    /// The required columns that a header does not have.
    static func missing(in header: [String]) -> [String] {
        let known = Set(header.compactMap { column(plain($0)) })
        return required.filter { !known.contains($0) }.map(\.rawValue)
    }

    /// How many of the header's names Kickstarter uses.
    static func knownCount(in header: [String]) -> Int {
        header.count { cell in
            let name = plain(cell)
            return column(name) != nil || address[name.lowercased()] != nil
                || others.contains(name.lowercased())
        }
    }

    private static let others: Set = [
        "backer id", "rewards sent?", "fulfillment status", "notes", "billing state/province",
        "billing country",
        "survey response", "amount due", "amount paid", "pledge over time", "late pledge",
    ]
    private static let names: [String: Column] = {
        var names = Dictionary(uniqueKeysWithValues: Column.allCases.map { ($0.rawValue.lowercased(), $0) })
        names["backing minimum"] = .rewardMinimum
        return names
    }()

    private static func column(_ name: String) -> Column? { names[name.lowercased()] }

    /// The name without spaces around it and without a byte order mark, which may stand before any file of
    /// an archive.
    private static func plain(_ cell: String) -> String {
        var scalars = Substring(cell).unicodeScalars
        while let first = scalars.first, first == "\u{FEFF}" || first.value <= 0x20 { scalars.removeFirst() }
        while let last = scalars.last, last.value <= 0x20 { scalars.removeLast() }
        return String(scalars)
    }

    private static func addOn(_ name: String) -> (id: String, title: String)? {
        guard name.lowercased().hasPrefix("[addon:"), let end = name.firstIndex(of: "]") else { return nil }
        let id = name[..<end].dropFirst("[addon:".count)
        return (plain(String(id)), plain(String(name[name.index(after: end)...])))
    }

    @inline(__always)
    private static func position(_ column: Column) -> Int {
        switch column {
        case .number: 0
        case .uid: 1
        case .name: 2
        case .email: 3
        case .shippingCountry: 4
        case .shippingAmount: 5
        case .rewardTitle: 6
        case .rewardMinimum: 7
        case .rewardID: 8
        case .bonus: 9
        case .amount: 10
        case .pledgedAt: 11
        case .status: 12
        case .addressCountry: 13
        }
    }
}
