import Accounting
import Crowdfunding
public import Parsing

/// How a file would be read: which format it is, and what becomes of its first rows.
public struct ExplainedFile: Sendable {
    /// A column of the file.
    public struct Column: Sendable {
        /// As the header has it.
        public let name: String
        /// What it is taken as, in words.
        public let use: String
        /// The first value in it; never a card number.
        public let value: String
        /// What the value becomes; empty where it stays as it is.
        public let becomes: String
    }

    /// The file's name.
    public let file: String
    /// For example `Kickstarter's backer report`; `nil`: no format takes it.
    public let title: String?
    /// In the order of the file.
    public let columns: [Column]
    /// The first rows as they would be taken, a line each.
    public let orders: [String]
    /// What is wrong with the header or the first rows.
    public let problems: [Diagnostic]
    /// A mapping file to start from.
    public let startingMap: String
}

/// Explains how a file is read, by its header and its first rows.
///
/// - Parameters:
///   - file: The file; only its first piece is read.
///   - encoding: What the file's bytes are where no byte order mark says it.
///   - source: Overrides what the header says; one of `sourceNames`.
///   - context: The campaign, and the mapping file where there is one.
/// - Returns: The explanation.
/// - Throws: What reading the file throws, and `UnknownSource`.
public func explain(
    _ file: SourceFile, as encoding: SourceEncoding = .utf8, source: String?, context: ImportContext
) throws -> ExplainedFile {
    var scanner = CSVScanner(reading: try file.read(as: encoding))
    var batch = CSVBatch()
    guard try scanner.nextBatch(into: &batch), let head = batch.records.first, head.problem == nil else {
        let problem = batch.records.first?.advisedProblem(in: batch.bytes, file: file.name)
        throw FileProblem([
            problem
                ?? Diagnostic(
                    file: file.name, line: 1, column: 1, message: "the file is empty",
                    remedy: "export it again; the first line names the columns")
        ])
    }
    let fields = batch.fields[head.fieldRange]
    let header = fields.map { batch.text(of: $0) }
    let places = fields.map { batch.place(of: $0.start, in: head) }
    let rows = batch.records.dropFirst().prefix(1_000).filter {
        $0.problem == nil && $0.fieldCount == header.count
    }.map { record in batch.fields[record.fieldRange].map { shownValue(batch.text(of: $0)) } }
    var explaining = Explaining(header: header, rows: rows)
    do {
        var format = try format(
            for: header, places: places, file: file.name, delimiter: scanner.delimiter ?? 44, source: source,
            context: context)
        explaining.reader = format as? PlatformReader
        var read = format.read(&batch, from: 1, file: file.name)
        if read.batch.orders.isEmpty, let rest = format.finish(file: file.name) { read = rest }
        explaining.take(read, context.definition)
        explaining.title = context.map == nil ? sourceTitle(format.source) : "by the mapping file"
        if let reader = explaining.reader, context.map == nil { explaining.title = reader.format.title }
    } catch let problem as FileProblem {
        explaining.problems = problem.diagnostics
    }
    return explaining.explained(file.name)
}

/// The value for people: guards undone, cut where it is long, and nothing that could be a card.
private func shownValue(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let range = undoingExcelGuard(0..<bytes.count, in: bytes.span)
    if Cells.isCardNumber(bytes.span.extracting(range)) { return "(looks like a card number)" }
    let plain = String(decoding: bytes[range], as: UTF8.self)
    return plain.count <= 40 ? plain : "\(plain.prefix(38))…"
}

private struct Explaining {
    let header: [String]
    let rows: [[String]]
    var reader: PlatformReader?
    var title: String?
    var orders: [String] = []
    var problems: [Diagnostic] = []

    mutating func take(_ read: ReadOrders, _ definition: CampaignDefinition) {
        problems = read.rejected.prefix(5).map { $0.advised(of: read.batch.bytes).diagnostic }
        orders = read.batch.orders.prefix(5).map { order in
            func text(_ range: ByteRange) -> String {
                String(decoding: read.batch.bytes[range.range], as: UTF8.self)
            }
            let tier = order.tier < 0 ? "no tier" : definition.tiers[Int(order.tier)].id
            let amount =
                order.amount < 0
                ? "priced by the campaign file"
                : Money(minorUnits: order.amount, currency: definition.currency).description
            // The book decides of a hash.
            let keyed = reader.flatMap { $0.format.keysRows ? "\($0.format.prefix)…" : nil }
            var parts = [
                keyed ?? text(order.reference), tier, amount, "\(order.status)", "\(order.pledgedAt)",
            ]
            if order.quantity > 1 { parts[1] += " × \(order.quantity)" }
            for line in read.batch.lines[Int(order.lines.lowerBound)..<Int(order.lines.upperBound)] {
                let id =
                    line.role == .addOn
                    ? definition.addOns[Int(line.index)].id : definition.skus[Int(line.index)]
                parts[1] += ", \(id) × \(line.quantity)"
            }
            if order.paid > 0 {
                parts[3] +=
                    ", of it paid " + Money(minorUnits: order.paid, currency: definition.currency).description
            }
            if order.refunded > 0 {
                parts[3] +=
                    ", of it paid back "
                    + Money(minorUnits: order.refunded, currency: definition.currency).description
            }
            return "line \(order.line): " + parts.joined(separator: " · ")
        }
    }

    func explained(_ file: String) -> ExplainedFile {
        let columns = header.enumerated().map { index, name in
            let value = rows.lazy.map { $0[index] }.first { !$0.isEmpty } ?? ""
            return ExplainedFile.Column(
                name: PlatformColumns.plain(name), use: use(index), value: value,
                becomes: value.isEmpty ? "" : becomes(value, index))
        }
        return ExplainedFile(
            file: file, title: title, columns: columns, orders: orders, problems: problems,
            startingMap: MapGuess(header: header, rows: rows).text)
    }

    private func use(_ index: Int) -> String {
        guard let reader else { return title == nil ? "not known" : "our own column" }
        switch reader.columns.uses[index] {
        case .role(let role): return role.label
        case .address(let part): return "address: \(part)"
        case .addOn(let title): return "how many of “\(title)”"
        case .choice(let sku): return "choice of a variant of \(sku)"
        case .answer: return "kept as an answer"
        case .ignored, .reason: return "left out"
        }
    }

    /// Only of what is changed: amounts, times, countries, statuses.
    private func becomes(_ value: String, _ index: Int) -> String {
        guard let reader, case .role(let role) = reader.columns.uses[index] else { return "" }
        let bytes = Array(value.utf8)
        switch role {
        case .amount, .shipping, .bonus, .extra, .due, .paid, .refunded, .rewardMinimum, .itemPrice:
            guard let amount = try? reader.cells.amount(bytes.span) else { return "(cannot be read)" }
            return Money(minorUnits: amount, currency: reader.definition.currency).description
        case .pledgedAt:
            return (try? reader.cells.time(bytes.span)).map { "\($0)" } ?? "(cannot be read)"
        case .country, .addressCountry:
            let code = Cells.country(bytes.span) ?? CountryNames.code(bytes.span)
            return code == 0 ? "no country" : countryText(code)
        case .status, .captured, .dispute:
            let column = reader.format.statuses.first { $0.role == role }
            guard let known = column?.words.first(where: { $0.word == folded(value) }) else {
                return "(not known)"
            }
            return known.meaning.label
        case .number: return reader.format.prefix + value.filter { $0 != "#" }
        default: return ""
        }
    }
}

extension StatusColumn.Meaning {
    fileprivate var label: String {
        switch self {
        case .status(let status): "\(status)"
        case .refunded: "refunded"
        case .partly: "paid in part"
        case .next: "another column decides"
        }
    }
}

extension ColumnRole {
    /// In words, for an explanation.
    fileprivate var label: String {
        switch self {
        case .number: "reference"
        case .key: "the source's own id"
        case .due: "amount due"
        case .paid: "amount paid"
        case .refunded: "amount paid back"
        default: word.replacing("_", with: " ")
        }
    }
}
