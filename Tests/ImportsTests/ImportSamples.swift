import Accounting
import Crowdfunding
import Glibc
import Imports
import Parsing
import Testing

/// A campaign with variants and add-ons, and files read against it.
enum Sample {
    static func definition(currency: String = "EUR", imports: String = "{}") throws -> CampaignDefinition {
        let text = """
            { "id": "halyard", "title": "Halyard", "currency": "\(currency)", "time_zone": "Europe/Berlin",
              "closes_at": "2026-03-31T20:00:00+02:00", "funding": { "goal": "1000.00" },
              "items": [
                { "sku": "CAPS" },
                { "sku": "HAL", "variants": [{ "sku": "HAL-SLATE", "title": "Slate" },
                                             { "sku": "HAL-EMAIL", "title": "Émail" }] },
                { "sku": "BAG", "variants": [{ "sku": "BAG-S", "title": "Small" }] }],
              "tiers": [
                { "id": "early-bird", "title": "Early bird", "price": "129.00", "contains": { "HAL": 1 } },
                { "id": "standard", "title": "One keyboard", "price": "149.00", "contains": { "HAL": 1 } },
                { "id": "duo", "title": "Two keyboards", "price": "279.00", "contains": { "HAL": 2 } },
                { "id": "pair", "title": "Pair", "price": "279.00", "contains": { "HAL": 2 } }],
              "add_ons": [{ "id": "keycaps", "title": "Spare keycaps", "price": "29.00",
                "contains": { "CAPS": 1 } },
                { "id": "bag", "title": "Bag", "price": "9.00", "contains": { "BAG": 1 } }],
              "promotions": [{ "code": "FRIENDS10", "percent_off": "10" }],
              "imports": \(imports) }
            """
        let document = try JSONDocument.parse(Array(text.utf8), file: "halyard.json").get()
        return try CampaignReader.read(document) { _ in true }
    }

    static let berlin = ZoneOffsets(
        name: "Europe/Berlin", initial: 3600,
        transitions: [
            .init(at: Timestamp(seconds: 1_774_746_000), offsetSeconds: 7200),
            .init(at: Timestamp(seconds: 1_792_890_000), offsetSeconds: 3600),
        ])
    static let newYork = ZoneOffsets(name: "America/New_York", initial: -18_000, transitions: [])

    static func context(_ definition: CampaignDefinition) -> ImportContext {
        ImportContext(definition: definition, zone: berlin, platformZones: ["kickstarter": newYork])
    }
}

/// Everything that a file gave.
struct Reading {
    var orders: [PledgeOrder] = []
    /// The orders' ranges point into it.
    var bytes: [UInt8] = []
    var lines: [OrderLine] = []
    var rejected: [RejectedRow] = []
    var format: any PledgeFormat

    /// Reads a file that fits into one batch.
    init(
        _ source: @escaping CSVScanner.Source, _ context: ImportContext, file: String = "f.csv",
        source override: String? = nil, after previous: (any PledgeFormat)? = nil
    ) throws {
        var scanner = CSVScanner(reading: source)
        var batch = CSVBatch()
        #expect(try scanner.nextBatch(into: &batch))
        let head = batch.records[0]
        let fields = batch.fields[head.fieldRange]
        format = try Imports.format(
            for: fields.map { batch.text(of: $0) },
            places: fields.map { batch.place(of: $0.start, in: head) },
            file: file, delimiter: scanner.delimiter ?? 44, source: override, context: context,
            after: previous)
        let read = format.read(&batch, from: 1, file: file)
        orders = read.batch.orders
        bytes = read.batch.bytes
        lines = read.batch.lines
        rejected = read.rejected
        #expect(try scanner.nextBatch(into: &batch) == false)
        guard let rest = format.finish(file: file) else { return }
        if !orders.isEmpty || !rejected.isEmpty {
            let shift = UInt32(bytes.count)
            bytes += rest.batch.bytes
            orders += rest.batch.orders.map { Self.moved($0, by: shift, lines: Int32(lines.count)) }
            lines += rest.batch.lines
        } else {
            orders = rest.batch.orders
            bytes = rest.batch.bytes
            lines = rest.batch.lines
        }
        rejected += rest.rejected
    }

    /// An order whose bytes and lines lie behind others.
    private static func moved(_ order: PledgeOrder, by shift: UInt32, lines: Int32) -> PledgeOrder {
        var order = order
        let fields: [WritableKeyPath<PledgeOrder, ByteRange>] = [
            \.reference, \.sourceKey, \.name, \.email, \.method, \.address, \.answers, \.row,
        ]
        for field in fields where !order[keyPath: field].isEmpty {
            order[keyPath: field].start += shift
            order[keyPath: field].end += shift
        }
        order.lines = order.lines.lowerBound + lines..<order.lines.upperBound + lines
        return order
    }

    init(
        _ text: String, _ context: ImportContext, source override: String? = nil,
        after previous: (any PledgeFormat)? = nil
    ) throws {
        let bytes = Array(text.utf8)
        var position = 0
        try self.init(
            { target in
                let count = min(target.count, bytes.count - position)
                target.copyBytes(from: bytes[position..<position + count])
                position += count
                return count
            }, context, source: override, after: previous)
    }

    func text(_ range: ByteRange) -> String { String(decoding: bytes[range.range], as: UTF8.self) }

    func lines(of order: PledgeOrder) -> [OrderLine] {
        Array(lines[Int(order.lines.lowerBound)..<Int(order.lines.upperBound)])
    }

    /// `line:column kind` of each row that was refused.
    var faults: [String] { rejected.map { "\($0.diagnostic.line):\($0.diagnostic.column) \($0.kind)" } }
}

/// A folder of its own for one test, gone afterwards.
struct ScratchFolder: ~Copyable {
    let path: String

    init() throws {
        var template = Array("/tmp/pledgebook-imports-XXXXXX".utf8CString)
        path = String(cString: try #require(mkdtemp(&template)))
    }

    deinit { removeAll(path) }

    @discardableResult
    borrowing func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        try #require(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        return file
    }

    @discardableResult
    borrowing func write(_ name: String, _ text: String) throws -> String {
        try write(name, Array(text.utf8))
    }
}

/// Everything a source gives.
func drain(_ source: CSVScanner.Source, step: Int = 4_096) throws -> [UInt8] {
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: step)
    while true {
        let count = try piece.withUnsafeMutableBytes { try source($0) }
        if count == 0 { return all }
        all += piece[..<count]
    }
}

private func removeAll(_ path: String) {
    if let folder = opendir(path) {
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { name in
                    String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        closedir(folder)
        for name in names where name != "." && name != ".." { removeAll("\(path)/\(name)") }
    }
    remove(path)
}
