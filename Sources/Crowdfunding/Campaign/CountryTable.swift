/// What applies to each destination: a number for every pair of capital letters, looked up without any text.
///
/// A country is a `UInt16`, its first letter in the high byte; 0 stands for no country. The most specific
/// destination wins: a country before `EU`, `EU` before `*`; within one level the first that names it.
struct CountryTable: Sendable {
    private static let letters = 26
    private static let none: Int16 = -1

    private var slots = [Int16](repeating: none, count: letters * letters)
    private var elsewhere = none

    /// `destinations[n]` lists the codes, `EU` or `*` to which `n` applies; codes that are none are left out.
    init(destinations: [[String]]) {
        var union = Self.none
        for (index, codes) in destinations.enumerated() {
            for code in codes {
                if code == Country.everywhere {
                    if elsewhere == Self.none { elsewhere = Int16(clamping: index) }
                } else if code == Country.europeanUnion {
                    if union == Self.none { union = Int16(clamping: index) }
                } else if let slot = countryCode(code).flatMap(Self.slot), slots[slot] == Self.none {
                    slots[slot] = Int16(clamping: index)
                }
            }
        }
        guard union != Self.none else { return }
        for code in Country.memberStates {
            if let slot = countryCode(code).flatMap(Self.slot), slots[slot] == Self.none {
                slots[slot] = union
            }
        }
    }

    /// The number that applies to the country, or -1; 0 (no country) and what is no pair of capital letters
    /// count as elsewhere.
    func index(for country: UInt16) -> Int {
        guard let slot = Self.slot(country), slots[slot] != Self.none else { return Int(elsewhere) }
        return Int(slots[slot])
    }

    private static func slot(_ country: UInt16) -> Int? {
        let first = Int(country >> 8) - Int(UInt8(ascii: "A"))
        let second = Int(country & 0xFF) - Int(UInt8(ascii: "A"))
        guard first >= 0, first < letters, second >= 0, second < letters else { return nil }
        return first * letters + second
    }
}

/// The country as orders hold it, or `nil` where the text is not two capital letters.
///
/// `"DE"` gives `0x4445`.
public func countryCode(_ text: String) -> UInt16? {
    let bytes = text.utf8
    guard bytes.count == 2, let first = bytes.first, let second = bytes.last else { return nil }
    let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")
    guard capitals.contains(first), capitals.contains(second) else { return nil }
    return UInt16(first) << 8 | UInt16(second)
}

/// The two letters of a country as orders hold it; empty for 0 and for what is no pair of capital letters.
public func countryText(_ country: UInt16) -> String {
    let text = String(decoding: [UInt8(country >> 8), UInt8(country & 0xFF)], as: UTF8.self)
    return countryCode(text) == nil ? "" : text
}
