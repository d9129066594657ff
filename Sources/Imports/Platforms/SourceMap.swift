import Crowdfunding
import Parsing

/// A mapping file: how files of a source that is not known are to be read.
public struct SourceMap: Sendable {
    /// Stored with the import.
    public let source: String
    /// The IANA zone of times without an offset; `nil`: the campaign's own.
    public let timeZone: String?
    /// The file as it stands.
    public let text: [UInt8]
    let format: PlatformFormat
    /// Names of ours that it uses, each with what is said where the campaign has none of that name.
    let targets: [Target]

    /// Something of the campaign that the mapping names.
    struct Target: Sendable {
        enum Kind: Sendable { case tier, addOn, item }
        var kind: Kind
        var id: String
        var missing: Diagnostic
    }

    /// Reads the whole file, reporting every problem at once.
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - file: Its name for messages.
    ///   - isKnownZone: Whether this machine knows a time zone.
    /// - Returns: What the file says.
    /// - Throws: `FileProblem` with one diagnostic for each thing to mend.
    public static func read(
        _ bytes: [UInt8], file: String, isKnownZone: (String) -> Bool
    ) throws -> SourceMap {
        switch JSONDocument.parse(bytes, file: file) {
        case .failure(let problems): throw FileProblem(problems.diagnostics)
        case .success(let document):
            var reading = SourceMapReading(document: document)
            let map = reading.read(bytes, isKnownZone: isKnownZone)
            guard let map, reading.problems.isEmpty else {
                throw FileProblem(reading.problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) })
            }
            return map
        }
    }

    /// What the mapping names that the campaign does not have.
    func problems(with definition: CampaignDefinition) -> [Diagnostic] {
        targets.filter { target in
            switch target.kind {
            case .tier: !definition.tiers.contains { $0.id == target.id }
            case .addOn: !definition.addOns.contains { $0.id == target.id }
            case .item: !definition.items.contains { $0.sku == target.id && !$0.variants.isEmpty }
            }
        }.map(\.missing)
    }
}

/// The keys of a mapping file, and reading them.
struct SourceMapReading {
    static let keys = [
        "$schema", "note", "source", "title", "prefix", "columns", "constants", "statuses", "rewards",
        "add_ons", "choices", "address", "ignore", "rows", "time_zone", "decimal", "tax",
    ]
    /// Columns that a mapping file can name.
    static let roles: [String: ColumnRole] = {
        let left: [ColumnRole] = [.captured, .dispute, .extra, .extraCharged, .key]
        var roles: [String: ColumnRole] = ["id": .key]
        for role in ColumnRole.allCases where !left.contains(role) { roles[role.word] = role }
        return roles
    }()
    static let constantRoles = [
        "status", "currency", "country", "pledged_at", "quantity", "reward", "shipping",
    ]
    static let addressKeys = [
        "name", "first_name", "last_name", "company", "address_1", "address_2", "number", "district", "city",
        "state", "postal_code", "country_code", "country_name", "phone", "delivery_notes",
    ]
    static let meanings: [String: StatusColumn.Meaning] = [
        "pledged": .status(.pledged), "collected": .status(.collected), "errored": .status(.errored),
        "canceled": .status(.canceled), "dropped": .status(.dropped), "disputed": .status(.disputed),
        "refunded": .refunded, "partly_paid": .partly,
    ]

    let document: JSONDocument
    private(set) var problems: [Diagnostic] = []

    init(document: JSONDocument) { self.document = document }

    mutating func read(_ bytes: [UInt8], isKnownZone: (String) -> Bool) -> SourceMap? {
        guard case .object(let members) = document.root.value else {
            report(
                document.root.start, "the file is not an object", "write { \"source\": …, \"columns\": … }")
            return nil
        }
        for member in members where !Self.keys.contains(member.key) {
            let near = nearest(member.key, in: Self.keys)
            report(
                member.keyStart, "unknown key \(jsonText(member.key))",
                near.map { "did you mean \"\($0)\"?" } ?? "the keys are \(Self.keys.joined(separator: ", "))")
        }
        let root = document.root
        let columns = columns(root)
        let constants = constants(root)
        var format = PlatformFormat(
            source: source(root), platform: "", title: "", prefix: "", columns: columns, required: [])
        format.platform = text(root, "title") ?? format.source
        format.title = "\(format.platform)'s file"
        format.prefix = prefix(root) ?? ""
        format.constants = constants
        format.statuses = statuses(root, columns, constants)
        format.joins = oneOf(root, "rows", ["single", "joined"]) == "joined"
        format.decimalComma = oneOf(root, "decimal", [".", ","]).map { $0 == "," }
        format.address = address(root)
        format.dropped = list(root, "ignore").map { $0.lowercased() }
        let zone = zone(root, isKnownZone)
        var targets: [SourceMap.Target] = []
        let mapping = PlatformImport(
            rewards: mapping(root, "rewards", .tier, &targets),
            addOns: mapping(root, "add_ons", .addOn, &targets),
            choices: mapping(root, "choices", .item, &targets), timeZone: zone,
            tax: oneOf(root, "tax", ["maker", "platform"]) == "platform" ? .platform : .maker)
        format.mapping = mapping
        format.extras = .namedColumns(Set(mapping.addOns.keys.map { $0.lowercased() }))
        complete(&format, root)
        return SourceMap(
            source: format.source, timeZone: zone, text: bytes, format: format, targets: targets)
    }

    /// The reference is the id where no other is named, and without both a row's own content; what a pledge
    /// needs must come from somewhere.
    private mutating func complete(_ format: inout PlatformFormat, _ root: JSONNode) {
        if format.columns[.key] == nil { format.columns[.key] = format.columns[.number] }
        if format.columns[.number] == nil { format.columns[.number] = format.columns[.key] }
        format.required = [.key, .email, .amount, .pledgedAt, .status]
        format.keysRows = format.columns[.key] == nil
        let needs: [(ColumnRole, Bool)] =
            (format.joins ? [(.number, false)] : []) + [
                (.email, false), (.amount, false), (.pledgedAt, true), (.status, true),
            ]
        guard let columns = root["columns"] else { return }
        for (role, mayBeConstant) in needs
        where format.columns[role] == nil && !(mayBeConstant && format.constants[role] != nil) {
            report(
                columns.start, "no column for \(role.word)",
                mayBeConstant
                    ? "name it, or put \"\(role.word)\" into \"constants\""
                    : "add \"\(role.word)\": and the name of the column")
        }
        format.required.removeAll { format.columns[$0] == nil }
    }

    // MARK: Parts

    private mutating func columns(_ root: JSONNode) -> [ColumnRole: [String]] {
        guard root["columns"] != nil else {
            report(
                root.start, "\"columns\" is missing", "add \"columns\": { \"reference\": …, \"email\": … }")
            return [:]
        }
        var columns: [ColumnRole: [String]] = [:]
        for member in members(root, "columns") {
            guard let role = Self.roles[member.key] else {
                let near = nearest(member.key, in: Array(Self.roles.keys).sorted())
                report(
                    member.keyStart, "\(jsonText(member.key)) is no column of ours",
                    near.map { "did you mean \"\($0)\"?" }
                        ?? "ours are \(Self.roles.keys.sorted().joined(separator: ", "))")
                continue
            }
            if case .array = member.value.value {
                columns[role] = texts(member.value)
            } else if let name = string(member.value) {
                columns[role] = [name]
            }
        }
        return columns
    }

    private mutating func constants(_ root: JSONNode) -> [ColumnRole: String] {
        var constants: [ColumnRole: String] = [:]
        for member in members(root, "constants") {
            guard Self.constantRoles.contains(member.key), let role = Self.roles[member.key] else {
                report(
                    member.keyStart, "\(jsonText(member.key)) cannot be the same in every row",
                    "constants are \(Self.constantRoles.joined(separator: ", "))")
                continue
            }
            constants[role] = string(member.value)
        }
        return constants
    }

    private mutating func statuses(
        _ root: JSONNode, _ columns: [ColumnRole: [String]], _ constants: [ColumnRole: String]
    ) -> [StatusColumn] {
        var words: [(StatusColumn.Meaning, [String])] = []
        for member in members(root, "statuses") {
            guard let word = string(member.value) else { continue }
            guard let meaning = Self.meanings[word] else {
                report(
                    member.value.start, "\(jsonText(word)) is no status of ours",
                    "ours are \(Self.meanings.keys.sorted().joined(separator: ", "))")
                continue
            }
            words.append((meaning, [member.key]))
        }
        if let word = constants[.status], words.allSatisfy({ $0.1 != [word] }), Self.meanings[word] == nil,
            let node = root["constants"]?["status"]
        {
            report(
                node.start, "\(jsonText(word)) is no status of ours",
                "ours are \(Self.meanings.keys.sorted().joined(separator: ", "))")
        }
        // Our own words mean what they say unless the file says otherwise.
        let said = Set(words.flatMap(\.1).map { $0.lowercased() })
        words += Self.meanings.sorted { $0.key < $1.key }.filter { !said.contains($0.key) }.map {
            ($0.value, [$0.key])
        }
        return [StatusColumn(.status, words)]
    }

    private mutating func address(_ root: JSONNode) -> [String: String] {
        var address: [String: String] = [:]
        for member in members(root, "address") {
            guard Self.addressKeys.contains(member.key) else {
                report(
                    member.keyStart, "\(jsonText(member.key)) is no part of an address",
                    "the parts are \(Self.addressKeys.joined(separator: ", "))")
                continue
            }
            if let name = string(member.value) { address[name.lowercased()] = member.key }
        }
        return address
    }

    private mutating func mapping(
        _ root: JSONNode, _ key: String, _ kind: SourceMap.Target.Kind, _ targets: inout [SourceMap.Target]
    ) -> [String: String] {
        var mapping: [String: String] = [:]
        let names = [SourceMap.Target.Kind.tier: "tier", .addOn: "add-on", .item: "item with variants"]
        for member in members(root, key) {
            guard let id = string(member.value) else { continue }
            mapping[member.key] = id
            targets.append(
                SourceMap.Target(
                    kind: kind, id: id,
                    missing: document.diagnostic(
                        at: member.value.start,
                        "\(key).\(member.key): the campaign has no \(names[kind] ?? "") \(jsonText(id))",
                        fix: "name one that is in the campaign file")))
        }
        return mapping
    }

    private mutating func source(_ root: JSONNode) -> String {
        guard let node = root["source"] else {
            report(root.start, "\"source\" is missing", "add \"source\": \"my-shop\"")
            return "other"
        }
        guard let name = string(node) else { return "other" }
        let isName =
            !name.isEmpty && name.utf8.count <= 32
            && name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
        if !isName || name == "own" {
            report(node.start, "\(jsonText(name)) is no name for a source", "use small letters, digits and -")
        }
        return name
    }

    private mutating func prefix(_ root: JSONNode) -> String? {
        guard let node = root["prefix"], let prefix = string(node) else { return nil }
        let bytes = Array(prefix.utf8)
        if bytes.count > 16 || !(bytes.isEmpty || isPledgeReference(bytes.span)) {
            report(
                node.start, "\(jsonText(prefix)) cannot begin a reference", "use letters, digits, . _ and -")
        }
        return prefix
    }

    private mutating func zone(_ root: JSONNode, _ isKnownZone: (String) -> Bool) -> String? {
        guard let node = root["time_zone"], let name = string(node) else { return nil }
        if !isKnownZone(name) {
            report(
                node.start, "this machine does not know the time zone \(jsonText(name))",
                "write one like \"Europe/Berlin\" or \"UTC\"")
        }
        return name
    }

    // MARK: Values

    private mutating func report(_ at: Int, _ message: String, _ fix: String) {
        problems.append(document.diagnostic(at: at, message, fix: fix))
    }

    private mutating func members(_ root: JSONNode, _ key: String) -> [JSONMember] {
        guard let node = root[key] else { return [] }
        guard case .object(let members) = node.value else {
            report(node.start, "\(key): \(node.value.kind) is not an object in braces", "write { … }")
            return []
        }
        return members.filter { $0.key != "note" }
    }

    private mutating func string(_ node: JSONNode) -> String? {
        if case .string(let text) = node.value { return text }
        report(node.start, "\(node.value.kind) is not a text", "write it in quotes")
        return nil
    }

    private mutating func texts(_ node: JSONNode) -> [String] {
        guard case .array(let nodes) = node.value else {
            report(node.start, "\(node.value.kind) is not a list", "write [ … ]")
            return []
        }
        return nodes.compactMap { string($0) }
    }

    private mutating func text(_ root: JSONNode, _ key: String) -> String? {
        root[key].flatMap { string($0) }
    }
    private mutating func list(_ root: JSONNode, _ key: String) -> [String] {
        root[key].map { texts($0) } ?? []
    }

    private mutating func oneOf(_ root: JSONNode, _ key: String, _ words: [String]) -> String? {
        guard let node = root[key], let word = string(node) else { return nil }
        if words.contains(word) { return word }
        let list = words.map { "\"\($0)\"" }.joined(separator: " or ")
        report(node.start, "\(key): \(jsonText(word)) is not known here", "write \(list)")
        return nil
    }
}
