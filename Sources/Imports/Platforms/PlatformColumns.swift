import Crowdfunding
import Parsing

/// What the columns of one file of a platform are for, found by their names.
struct PlatformColumns {
    /// A column whose cell is kept as text, below its label.
    struct Kept {
        var index: Int
        var label: [UInt8]
    }

    /// `[Addon: 10750435] Spare keycaps`, or a column that is named by a SKU.
    struct AddOn {
        var kept: Kept
        var id: String
        var title: String
    }

    /// A survey question that `imports.<platform>.choices` maps.
    struct Choice {
        var kept: Kept
        var question: String
        var sku: String
    }

    private let indices: [Int]
    /// Of all columns, as the header has them.
    let names: [String]
    var count: Int { names.count }
    private(set) var address: [Kept] = []
    private(set) var addOns: [AddOn] = []
    private(set) var choices: [Choice] = []
    private(set) var answers: [Kept] = []
    /// The reward's own cells, kept as answers where it is no tier of ours.
    private(set) var reward: [Kept] = []
    /// For `answers`, their names.
    private(set) var answerNames: [String] = []
    /// For each column of the file, whether it is an id, which may look like a card number.
    private(set) var isID: [Bool]
    /// For each column of the file, what it was taken as.
    private(set) var uses: [ColumnUse]

    init(_ header: [String], _ format: PlatformFormat, choices mapping: [String: String]) {
        names = header.map(Self.plain)
        uses = Array(repeating: .ignored, count: header.count)
        let plain = names
        let roles = Self.roles(plain, format)
        isID = plain.map { format.ids.contains($0.lowercased()) }
        for role in [ColumnRole.key, .number] {
            if let index = roles[role] { isID[index] = true }
        }
        var indices = Array(repeating: -1, count: ColumnRole.allCases.count)
        for (role, index) in roles { indices[role.rawValue] = index }
        self.indices = indices
        let claimed = Dictionary(grouping: roles, by: \.value).mapValues { $0.map(\.key) }
        let questions = Dictionary(
            mapping.map { (folded($0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
        var times: [String: Int] = [:]
        for (index, name) in plain.enumerated() {
            // Rejected rows come back with the reason before them.
            if name == "rejected_because" {
                uses[index] = .reason
                continue
            }
            let own = claimed[index] ?? []
            if let first = own.min(by: { $0.rawValue < $1.rawValue }) { uses[index] = .role(first) }
            let isFirst = plain.firstIndex { $0.lowercased() == name.lowercased() } == index
            if let key = format.address[name.lowercased()], isFirst {
                address.append(Kept(index: index, label: AnswerText.label(key)))
                if own.isEmpty { uses[index] = .address(key) }
                continue
            }
            if own.contains(where: \.isReward) {
                reward.append(Kept(index: index, label: AnswerText.label(name)))
            }
            if format.drops(name) || (!own.isEmpty && !own.contains(where: \.isKept)) { continue }
            let time = times[name, default: 0] + 1
            times[name] = time
            // Two questions of one wording must not become one member.
            let kept = Kept(index: index, label: AnswerText.label(time == 1 ? name : "\(name) (\(time))"))
            keep(kept, name, questions, format, isClaimed: !own.isEmpty)
        }
    }

    private mutating func keep(
        _ kept: Kept, _ name: String, _ questions: [[UInt8]: String], _ format: PlatformFormat,
        isClaimed: Bool
    ) {
        if !isClaimed, let (id, title) = Self.addOn(name, format) {
            addOns.append(AddOn(kept: kept, id: id, title: title))
            uses[kept.index] = .addOn(title)
        } else if !isClaimed, let sku = questions[folded(name)] {
            choices.append(Choice(kept: kept, question: name, sku: sku))
            uses[kept.index] = .choice(sku)
        } else {
            answers.append(kept)
            answerNames.append(name)
            if !isClaimed { uses[kept.index] = .answer }
        }
    }

    /// The best column for each role; the first of a name counts, since a survey may ask for an “Email”
    /// again.
    private static func roles(_ plain: [String], _ format: PlatformFormat) -> [ColumnRole: Int] {
        var first: [String: Int] = [:]
        for (index, name) in plain.enumerated() where first[name.lowercased()] == nil {
            first[name.lowercased()] = index
        }
        var roles: [ColumnRole: Int] = [:]
        for (role, names) in format.columns {
            roles[role] = names.lazy.compactMap { first[$0.lowercased()] }.first
        }
        return roles
    }

    /// The column's place in the file, or -1.
    @inline(__always)
    func index(of role: ColumnRole) -> Int { indices[role.rawValue] }

    /// The name without spaces around it and without a byte order mark, which may stand before any file of
    /// an archive.
    static func plain(_ cell: String) -> String {
        var scalars = Substring(cell).unicodeScalars
        while let first = scalars.first, first == "\u{FEFF}" || first.value <= 0x20 { scalars.removeFirst() }
        while let last = scalars.last, last.value <= 0x20 { scalars.removeLast() }
        return String(scalars)
    }

    private static func addOn(_ name: String, _ format: PlatformFormat) -> (id: String, title: String)? {
        switch format.extras {
        case .none: return nil
        case .namedColumns(let names): return names.contains(name.lowercased()) ? (name, name) : nil
        case .skuColumns: return format.others.contains(name.lowercased()) ? nil : (name, name)
        case .addOnColumns:
            guard name.lowercased().hasPrefix("[addon:"), let end = name.firstIndex(of: "]") else {
                return nil
            }
            let id = name[..<end].dropFirst("[addon:".count)
            return (plain(String(id)), plain(String(name[name.index(after: end)...])))
        }
    }
}

/// What a column of a platform's file was taken as.
enum ColumnUse: Hashable, Sendable {
    case role(ColumnRole)
    case address(String)
    case addOn(String)
    /// Chooses a variant of this item.
    case choice(String)
    /// Kept with the backer.
    case answer
    /// Why an earlier import did not take the row.
    case reason
    case ignored
}
