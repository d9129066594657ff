import Accounting
import Crowdfunding

/// A pledge that nobody made, by index in the definition.
///
/// Its add-ons and choices are in the inventor's `lines`.
struct InventedPledge {
    /// From 1.
    var number = 0
    var backer = InventedBacker()
    /// Index in the definition's tiers, or -1 for a pledge that is all bonus.
    var tier = -1
    var quantity: Int64 = 1
    /// Index in the definition's promotions, or -1.
    var promotion = -1
    var bonus: Int64 = 0
    /// What the backer pays.
    var total: Int64 = 0
    var pledgedAt = Timestamp(seconds: 0)
    /// The payment method's token follows from it, and what else has no part in the price.
    var token: UInt64 = 0
    /// It asks for a tier that is sold out.
    var isMissed = false
}

/// A backer that nobody is.
///
/// The same values give the same name and e-mail address.
struct InventedBacker {
    /// The number of the first pledge; makes the e-mail address unique.
    var number = 0
    var culture = NameCulture.english
    var given = 0
    var family = 0
    /// Index in the destinations.
    var country = 0
    var style = Style.plain

    /// How the name is written, so that a reader of CSV has something to do.
    enum Style {
        case plain, comma, nickname, twoLines
    }

    private static let hosts = [
        "@example.org", "@example.com", "@example.net", "@post.example",
    ].map { Array($0.utf8) }
    private static let nicknames = ["Bee", "Ace", "the Lamp", "Zed", "Mo"].map { Array($0.utf8) }

    mutating func name(_ random: inout SampleRandom, culture: NameCulture) {
        let names = InventedNames.shared.cultures[culture.rawValue]
        self.culture = culture
        given = random.below(names.given.count)
        family = random.below(names.family.count)
        style =
            switch random.below(1_000) {
            case 0..<20: .comma
            case 20..<32: .nickname
            case 32..<35: .twoLines
            default: .plain
            }
    }

    /// Whether the name needs quotes in CSV.
    var isQuoted: Bool { style != .plain }

    /// The name as it is, or as CSV wants it within quotes: each quotation mark in it `quote`, once or twice.
    func appendName(to bytes: inout [UInt8], quote: [UInt8]) {
        let names = InventedNames.shared.cultures[culture.rawValue]
        let given = names.given[given].written
        let family = names.family[family].written
        switch style {
        case .plain:
            bytes.append(contentsOf: names.familyFirst ? family : given)
            bytes.append(contentsOf: names.separator)
            bytes.append(contentsOf: names.familyFirst ? given : family)
        case .comma:
            bytes.append(contentsOf: family)
            bytes.append(contentsOf: [UInt8(ascii: ","), UInt8(ascii: " ")])
            bytes.append(contentsOf: given)
        case .nickname:
            bytes.append(contentsOf: given)
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: quote)
            bytes.append(contentsOf: Self.nicknames[number % Self.nicknames.count])
            bytes.append(contentsOf: quote)
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: family)
        case .twoLines:
            bytes.append(contentsOf: given)
            bytes.append(UInt8(ascii: "\n"))
            bytes.append(contentsOf: family)
        }
    }

    /// An address at a name that is reserved for examples; `isLoud` writes its first letter as a capital.
    func appendEmail(to bytes: inout [UInt8], isLoud: Bool) {
        let names = InventedNames.shared.cultures[culture.rawValue]
        let start = bytes.count
        bytes.append(contentsOf: names.given[given].ascii)
        if number % 4 == 0 {
            bytes.append(UInt8(ascii: "."))
            bytes.append(contentsOf: names.family[family].ascii)
        }
        appendNumber(Int64(number), to: &bytes)
        if isLoud, bytes[start] >= UInt8(ascii: "a") { bytes[start] -= 32 }
        bytes.append(contentsOf: Self.hosts[number % Self.hosts.count])
    }
}
