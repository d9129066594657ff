import Parsing

/// Where a parcel goes, as the backer's row in the book keeps it: a JSON object of texts.
///
/// Names that are none of `Field` stay as they are, in their place.
public struct PostalAddress: Hashable, Sendable {
    /// What carriers and customs ask for; the raw value is the name in the JSON object.
    public enum Field: String, CaseIterable, Sendable {
        /// Who receives the parcel, where it is not the backer.
        case recipient = "name"
        /// Where the parcel goes to a firm.
        case company
        /// Street and number.
        case line1 = "address_1"
        /// What else the street line says.
        case line2 = "address_2"
        /// What does not fit the two.
        case line3 = "address_3"
        case city
        /// State, province or region.
        case state
        case postalCode = "postal_code"
        case countryName = "country_name"
        /// Two capital letters.
        case countryCode = "country_code"
        case phone
        /// For who brings it.
        case deliveryNotes = "delivery_notes"
    }

    private struct Member: Hashable, Sendable {
        var name: String
        var value: String
    }

    private var members: [Member] = []

    /// An address of nothing.
    public init() {}

    /// Reads what `json` wrote, or an import; anything but an object of texts is an address of nothing.
    public init(json text: String?) {
        guard let text, case .success(let document) = JSONDocument.parse(Array(text.utf8), file: "address"),
            case .object(let found) = document.root.value
        else { return }
        members = found.compactMap { member in
            guard case .string(let value) = member.value.value else { return nil }
            return Member(name: member.key, value: value)
        }
    }

    /// The text of a field; empty where there is none.
    ///
    /// An empty text takes the field away.
    public subscript(field: Field) -> String {
        get { members.first { $0.name == field.rawValue }?.value ?? "" }
        set {
            let place = members.firstIndex { $0.name == field.rawValue }
            if newValue.isEmpty {
                if let place { members.remove(at: place) }
            } else if let place {
                members[place].value = newValue
            } else {
                members.insert(Member(name: field.rawValue, value: newValue), at: placeOf(field))
            }
        }
    }

    /// Whether nothing is known.
    public var isEmpty: Bool { members.allSatisfy { $0.value.allSatisfy(\.isWhitespace) } }

    /// The object as the book keeps it; `nil` for an address of nothing.
    public var json: String? {
        guard !members.isEmpty else { return nil }
        return "{" + members.map { "\(jsonText($0.name)):\(jsonText($0.value))" }.joined(separator: ",") + "}"
    }

    /// What a label needs and is not there or does not fit, in words.
    ///
    /// A postal code is not asked for: some countries have none.
    ///
    /// - Parameters:
    ///   - name: The backer's; it stands for the recipient's.
    ///   - country: Where the pledge ships to; empty where nobody said.
    /// - Returns: `name`, `street`, `city`, `country`, or that the address is in another country.
    public func missing(for name: String?, to country: String) -> [String] {
        var missing = [(Field.line1, "street"), (.city, "city")].filter { isBlank($0.0) }.map(\.1)
        if isBlank(.recipient), (name ?? "").allSatisfy(\.isWhitespace) { missing.insert("name", at: 0) }
        if country.isEmpty { missing.append("country") }
        let told = self[.countryCode]
        if !told.isEmpty, !country.isEmpty, told != country { missing.append("address is in \(told)") }
        return missing
    }

    private func isBlank(_ field: Field) -> Bool { self[field].allSatisfy(\.isWhitespace) }

    /// Before the first known field that comes after it in the order of `Field`.
    private func placeOf(_ field: Field) -> Int {
        let names = Field.allCases.map(\.rawValue)
        guard let rank = names.firstIndex(of: field.rawValue) else { return members.endIndex }
        let place = members.firstIndex { member in
            names.firstIndex(of: member.name).map { $0 > rank } ?? false
        }
        return place ?? members.endIndex
    }
}
