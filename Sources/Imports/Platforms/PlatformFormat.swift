import Crowdfunding

/// What a column of a platform's file is for.
///
/// The raw value is the role's place in a list of all.
public enum ColumnRole: Int, CaseIterable, Sendable {
    case number, key, name, familyName, email, country, addressCountry, shipping
    case rewardTitle, rewardMinimum, rewardID, quantity, bonus, amount, extra, extraCharged, currency
    case pledgedAt, paidAt, status, captured, dispute, canceledAt, refunded, due, paid
    case itemName, itemSKU, itemQuantity, itemPrice, items

    /// As a mapping file writes it.
    public var word: String {
        switch self {
        case .number: "reference"
        case .familyName: "family_name"
        case .addressCountry: "address_country"
        case .rewardTitle: "reward"
        case .rewardMinimum: "reward_price"
        case .rewardID: "reward_id"
        case .extraCharged: "extra_charged"
        case .pledgedAt: "pledged_at"
        case .paidAt: "paid_at"
        case .canceledAt: "canceled_at"
        case .itemName: "item"
        case .itemSKU: "item_sku"
        case .itemQuantity: "item_quantity"
        case .itemPrice: "item_price"
        default: "\(self)"
        }
    }

    /// Roles whose cells are kept as answers as well: they say more than what is booked.
    var isKept: Bool {
        switch self {
        case .due, .paid, .canceledAt, .dispute, .paidAt, .extra, .extraCharged: true
        default: false
        }
    }

    /// The reward's own cells are kept where the reward is no tier of ours.
    var isReward: Bool { self == .rewardTitle || self == .rewardMinimum || self == .rewardID }
}

/// A column that says how a payment stands, and what its words mean.
struct StatusColumn: Sendable {
    /// What one word says.
    enum Meaning: Hashable, Sendable {
        case status(SourceStatus)
        /// Paid, and all of it was given back: the pledge is canceled.
        case refunded
        /// Something is paid and something is due.
        case partly
        /// Another column decides.
        case next
    }

    let role: ColumnRole
    /// In lower case.
    let words: [(word: [UInt8], meaning: Meaning)]
    /// What an empty cell says; `nil`: that is an error.
    let empty: Meaning?

    init(_ role: ColumnRole, empty: Meaning? = nil, _ words: [(Meaning, [String])]) {
        self.role = role
        self.empty = empty
        self.words = words.flatMap { meaning, names in names.map { (folded($0), meaning) } }
    }

    /// The known words, for a message.
    var list: String {
        let names = words.map { String(decoding: $0.word, as: UTF8.self) }
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}

/// A kind of file that a platform exports, as a table: what its columns are for, and what its words mean.
///
/// Columns are told by their names, in any case and order. A mapping file makes such a table too.
struct PlatformFormat: Sendable {
    /// Where a file has more than one number for a pledge, or several things in one row.
    enum Extras: Sendable {
        case none
        /// `[Addon: 10750435] Spare keycaps`, with how many of it.
        case addOnColumns
        /// Columns that are named by a SKU, with how many of it.
        case skuColumns
        /// Columns of these names, in lower case, with how many of it.
        case namedColumns(Set<String>)
    }

    /// Stored with the import; the key below `imports` in a campaign file.
    var source: String
    /// The platform, as people call it.
    var platform: String
    /// The kind of file, for example `Kickstarter's backer report`.
    var title: String
    /// What a pledge's reference begins with.
    var prefix: String
    /// For each role, the names that a column for it may have, the best first.
    var columns: [ColumnRole: [String]]
    /// What a pledge cannot do without.
    var required: [ColumnRole]
    /// At least one of these names must be there; none: the required ones tell the format.
    var signature: [String] = []
    /// Further names that the platform uses, in lower case.
    var others: Set<String> = []
    /// Names of address columns, in lower case, and what they are kept as.
    var address: [String: String] = [:]
    /// Which columns say how the payment stands, in the order in which they are asked.
    var statuses: [StatusColumn] = []
    /// What every row says where there is no such column.
    var status = SourceStatus.collected
    /// Whether times without an offset are UTC; else they are in the zone that the campaign file names.
    var isUTC = false
    /// Whether rows that follow each other with one number are one order.
    var joins = false
    /// Whether rows have no number of their own: each is known by what is in it.
    var keysRows = false
    /// What else is in the columns.
    var extras = Extras.none
    /// Rewards that are none, in lower case.
    var noRewards: Set<String> = []
    /// Columns that are not kept, in lower case; a name with a star at its end stands for all that begin so.
    var dropped: [String] = []
    /// Columns of ids that may look like card numbers and are not kept, in lower case.
    var ids: Set<String> = []
    /// Whether the file names no e-mail addresses: each pledge has a backer of its own then.
    var lacksEmail = false
    /// Whether the file names no times: all count as pledged in the campaign's last second.
    var lacksTime = false
    /// The decimal sign, where it does not follow from the delimiter.
    var decimalComma: Bool?
    /// A cell that every row has; for mapping files.
    var constants: [ColumnRole: String] = [:]
    /// What maps rewards and the like; `nil`: the campaign file's `imports`.
    var mapping: PlatformImport?

    /// The column names of what is required and not there, as the platform writes the best of each.
    func missing(in header: [String]) -> [String] {
        let names = Set(header.map { PlatformColumns.plain($0).lowercased() })
        var missing = required.compactMap { role -> String? in
            let known = columns[role] ?? []
            return known.contains { names.contains($0.lowercased()) } ? nil : known.first
        }
        if !signature.isEmpty, !signature.contains(where: { names.contains($0.lowercased()) }) {
            missing += signature.prefix(1)
        }
        return missing
    }

    /// How many of the header's names the platform uses.
    func knownCount(in header: [String]) -> Int {
        var known = Set(columns.values.joined().map { $0.lowercased() })
        known.formUnion(others)
        known.formUnion(address.keys)
        return header.count { known.contains(PlatformColumns.plain($0).lowercased()) }
    }

    /// Whether a column is not to be kept.
    func drops(_ name: String) -> Bool {
        let name = name.lowercased()
        // Rejected rows come back with the reason before them.
        if name == "rejected_because" || ids.contains(name) { return true }
        return dropped.contains { $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : $0 == name }
    }
}
