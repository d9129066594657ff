public import Accounting
import Crowdfunding
public import Parsing

/// What a platform's export says of a campaign: its tiers, add-ons and choices, and its first and last day.
public struct ReportOutline: Sendable {
    /// A reward or product of the export.
    public struct Reward: Sendable {
        /// What a mapping finds it by: the platform's id, its title, or its minimum.
        public var key: String
        /// For people.
        public var title: String
        /// Minor units; `nil`: the export does not say.
        public var price: Int64?
        /// How many rows hold it.
        public var rows: Int64

        /// Puts one together.
        public init(key: String, title: String, price: Int64?, rows: Int64) {
            self.key = key
            self.title = title
            self.price = price
            self.rows = rows
        }
    }

    /// Ways in which something is made, as the answers to questions.
    public struct Choice: Sendable {
        /// The survey's questions; none where product names hold the answers.
        public var questions: [String]
        /// The answers, each once.
        public var answers: [String]
    }

    /// The key below `imports`.
    public internal(set) var source = ""
    /// For example `Kickstarter's backer report`.
    public internal(set) var title = ""
    /// Rewards, those of the most rows first.
    public internal(set) var rewards: [Reward] = []
    /// Add-ons, by title.
    public internal(set) var addOns: [Reward] = []
    /// Questions whose answers look like variants.
    public internal(set) var choices: [Choice] = []
    /// The first and the last pledge; `nil`: the export names no times.
    public internal(set) var first: Timestamp?
    /// The last pledge.
    public internal(set) var last: Timestamp?
    /// Whether times name no zone.
    public internal(set) var assumesZone = false
    /// Pledges that can be read.
    public internal(set) var pledges: Int64 = 0
    /// What those promise that are not canceled, and what is paid; minor units.
    public internal(set) var pledged: Int64 = 0
    /// What is paid, minor units.
    public internal(set) var collected: Int64 = 0
    /// The smallest amount above zero, minor units; `nil`: there is none.
    public internal(set) var least: Int64?
    /// Rows that cannot be read, and the first of them.
    public internal(set) var refused: Int64 = 0
    /// The first of them.
    public internal(set) var problems: [Diagnostic] = []
}

/// The currency of an export, told by its currency column, a code or a symbol.
///
/// - Parameters:
///   - files: The export.
///   - encoding: What their bytes are where no byte order mark says it.
/// - Returns: The currency; `nil` where nothing says it.
/// - Throws: What reading the files throws, and `FileProblem` for a header that no format takes.
public func currency(of files: [SourceFile], as encoding: SourceEncoding = .utf8) throws -> Currency? {
    var unreadable: Diagnostic?
    for file in files {
        var scanner = CSVScanner(reading: try file.read(as: encoding))
        var batch = CSVBatch()
        guard try scanner.nextBatch(into: &batch), let head = batch.records.first else { continue }
        if let problem = head.advisedProblem(in: batch.bytes, file: file.name) {
            throw FileProblem([problem])
        }
        let header = batch.fields[head.fieldRange].map { batch.text(of: $0) }
        guard let format = try platform(of: header, [], file: file.name, source: nil) else { continue }
        let columns = PlatformColumns(header, format, choices: [:])
        for record in batch.records.dropFirst() {
            if record.problem != nil {
                unreadable = unreadable ?? record.advisedProblem(in: batch.bytes, file: file.name)
                continue
            }
            guard record.fieldCount == header.count else { continue }
            for role in [ColumnRole.currency, .amount] where columns.index(of: role) >= 0 {
                let text = batch.text(of: batch.fields[record.firstField + columns.index(of: role)])
                if let currency = currency(in: text) { return currency }
            }
        }
    }
    // What it says stands in rows that cannot be read.
    if let unreadable { throw FileProblem([unreadable]) }
    return nil
}

private func currency(in text: String) -> Currency? {
    let letters = text.filter(\.isLetter).uppercased()
    if letters.utf8.count == 3, let currency = Currency(letters) { return currency }
    let symbols = [("R$", "BRL"), ("€", "EUR"), ("£", "GBP"), ("¥", "JPY"), ("$", "USD")]
    return symbols.first { text.contains($0.0) }.flatMap { Currency($0.1) }
}

/// Reads an export for what it says of its campaign.
///
/// - Parameters:
///   - files: The export.
///   - encoding: What their bytes are where no byte order mark says it.
///   - currency: Of every amount.
///   - zone: In which times without an offset are read.
/// - Returns: The outline.
/// - Throws: `FileProblem` for a file that is no platform's export.
public func outline(
    of files: [SourceFile], as encoding: SourceEncoding = .utf8, currency: Currency, zone: ZoneOffsets
) throws -> ReportOutline {
    let definition = try emptyDefinition(currency)
    var outline = ReportOutline()
    var answers = AnswerCount()
    var last: PlatformReader?
    for file in files {
        var scanner = CSVScanner(reading: try file.read(as: encoding))
        var batch = CSVBatch()
        var reader: PlatformReader?
        while try scanner.nextBatch(into: &batch) {
            var first = 0
            if reader == nil {
                reader = try makeReader(batch, file, scanner.delimiter, definition, zone, after: last)
                first = 1
            }
            guard var reading = reader else { continue }
            answers.count(batch, from: first, reading)
            outline.take(reading.read(&batch, from: first, file: file.name))
            reader = reading
        }
        if let rest = reader?.finish(file: file.name) { outline.take(rest) }
        last = reader ?? last
    }
    guard let last else { throw FileProblem([]) }
    outline.finish(last, answers, currency)
    return outline
}

private func makeReader(
    _ batch: CSVBatch, _ file: SourceFile, _ delimiter: UInt8?, _ definition: CampaignDefinition,
    _ zone: ZoneOffsets, after last: PlatformReader?
) throws -> PlatformReader {
    let head = batch.records[0]
    if let problem = head.advisedProblem(in: batch.bytes, file: file.name) { throw FileProblem([problem]) }
    let fields = batch.fields[head.fieldRange]
    let header = fields.map { batch.text(of: $0) }
    let places = fields.map { batch.place(of: $0.start, in: head) }
    guard let format = try platform(of: header, places, file: file.name, source: nil) else {
        throw FileProblem([
            Diagnostic(
                file: file.name, line: 1, column: 1,
                message: "our own CSV names tiers by ids of a campaign that is there already",
                remedy: "give a platform's export, or write the campaign with campaign new FILE")
        ])
    }
    var reader = try PlatformReader(
        header: header, places: places, file: file.name, delimiter: delimiter ?? 44,
        context: ImportContext(definition: definition, zone: zone), format: format)
    if let last { reader.carryOn(from: last) }
    return reader
}

/// A campaign that nothing of an export fits, so that all of it is found missing.
private func emptyDefinition(_ currency: Currency) throws -> CampaignDefinition {
    let price = Money(minorUnits: largestAmount - 7, currency: currency).plain
    let text = """
        { "id": "outline", "title": "-", "currency": "\(currency.code)", "time_zone": "UTC",
          "closes_at": "2100-01-01T00:00:00Z", "funding": { "goal": "\(price)" },
          "tiers": [{ "id": "none", "title": "- - -", "price": "\(price)" }] }
        """
    switch JSONDocument.parse(Array(text.utf8), file: "outline") {
    case .success(let document): return try CampaignReader.read(document) { _ in true }
    case .failure(let problems): throw FileProblem(problems.diagnostics)
    }
}

extension ReportOutline {
    fileprivate mutating func take(_ read: ReadOrders) {
        refused += Int64(read.rejected.count)
        if problems.count < 5 {
            problems += read.rejected.prefix(5 - problems.count).map {
                $0.advised(of: read.batch.bytes).diagnostic
            }
        }
        for order in read.batch.orders {
            pledges += 1
            if order.amount > 0 { least = min(least ?? order.amount, order.amount) }
            first = min(first ?? order.pledgedAt, order.pledgedAt)
            last = max(last ?? order.pledgedAt, order.pledgedAt)
            if order.status != .canceled, order.status != .dropped { pledged += order.amount }
            if order.status == .collected { collected += order.amount - order.refunded }
            collected += order.paid
        }
    }

    fileprivate mutating func finish(_ reader: PlatformReader, _ answers: AnswerCount, _ currency: Currency) {
        source = reader.format.source
        title = reader.format.title
        if reader.format.lacksTime { (first, last) = (nil, nil) }
        let findings = reader.offer.findings
        assumesZone = findings.assumedZone != nil
        let found = findings.rewards.filter { $0.rows > 0 && !($0.id + $0.title + $0.minimum).isEmpty }
        let products = Products(found.filter(\.isItem), reader.cells)
        rewards = found.filter { !$0.isItem }.map { reward in
            let price = try? reader.cells.amount(Array(reward.minimum.utf8).span)
            let key = [reward.id, reward.title, reward.minimum].first { !$0.isEmpty } ?? ""
            return Reward(
                key: key, title: reward.title.isEmpty ? "Reward \(key)" : reward.title,
                price: price ?? (reward.least == .max ? nil : reward.least), rows: reward.rows)
        }
        rewards = Self.merged(rewards + products.tiers)
        rewards.sort { ($1.rows, $0.title) < ($0.rows, $1.title) }
        addOns = findings.addOns.values.map {
            Reward(key: $0.id, title: $0.title, price: $0.price, rows: $0.rows)
        }
        addOns = (addOns + products.addOns).sorted { ($0.title, $0.key) < ($1.title, $1.key) }
        addOns = Self.merged(addOns)
        choices = answers.choices(reader)
        if !products.variants.isEmpty {
            choices.append(Choice(questions: [], answers: products.variants))
        }
    }
}

extension ReportOutline {
    /// One for each key: a reward may have had several minimums.
    fileprivate static func merged(_ rewards: [Reward]) -> [Reward] {
        var merged: [Reward] = []
        for reward in rewards {
            guard let index = merged.firstIndex(where: { $0.key == reward.key }) else {
                merged.append(reward)
                continue
            }
            merged[index].rows += reward.rows
            let prices = [merged[index].price, reward.price].compactMap { $0 }
            merged[index].price = prices.min()
        }
        return merged
    }
}

/// Products by the name before a variant: `Halyard 65 - Slate`.
private struct Products {
    var tiers: [ReportOutline.Reward] = []
    var addOns: [ReportOutline.Reward] = []
    var variants: [String] = []

    init(_ found: [PlatformFindings.Reward], _ cells: Cells) {
        var names: [String] = []
        var groups: [String: [PlatformFindings.Reward]] = [:]
        for product in found {
            let parts = product.title.split(separator: " - ", maxSplits: 1).map(String.init)
            let name = parts.first ?? product.id
            if groups[name] == nil { names.append(name) }
            groups[name, default: []].append(product)
            if parts.count == 2, !variants.contains(parts[1]) { variants.append(parts[1]) }
        }
        for name in names {
            let group = groups[name] ?? []
            let prices = group.compactMap { try? cells.amount(Array($0.minimum.utf8).span) }
            let least = group.map(\.least).min()
            let reward = ReportOutline.Reward(
                key: name, title: name, price: prices.min() ?? least,
                rows: group.reduce(0) { $0 + $1.rows })
            // What is never an order's first product is added to others.
            if group.reduce(0, { $0 + $1.firsts }) > 0 { tiers.append(reward) } else { addOns.append(reward) }
        }
        variants.sort()
    }
}

/// The answers to each question, as long as they are few.
private struct AnswerCount {
    private static let largestCount = 12
    private var answers: [String: Set<String>] = [:]
    private var rows: [String: Int] = [:]
    private var names: [String] = []

    mutating func count(_ batch: CSVBatch, from first: Int, _ reader: PlatformReader) {
        for (index, column) in reader.columns.answers.enumerated() {
            let name = reader.columns.answerNames[index]
            guard looksLikeChoice(name, reader.format) else { continue }
            for record in batch.records.dropFirst(first)
            where record.problem == nil && record.fieldCount == reader.columns.count {
                let cell = PlatformColumns.plain(
                    batch.text(of: batch.fields[record.firstField + column.index]))
                if cell.isEmpty { continue }
                if rows[name] == nil { names.append(name) }
                rows[name, default: 0] += 1
                if answers[name, default: []].count <= Self.largestCount {
                    answers[name, default: []].insert(cell)
                }
            }
        }
    }

    private func looksLikeChoice(_ name: String, _ format: PlatformFormat) -> Bool {
        if format.others.contains(name.lowercased()) { return false }
        let words = ["color", "colour", "size", "variant", "style", "layout", "model", "finish", "edition"]
        return name.hasSuffix("?") || words.contains { name.lowercased().contains($0) }
    }

    /// Questions with the same answers are about the same thing.
    func choices(_ reader: PlatformReader) -> [ReportOutline.Choice] {
        var choices: [ReportOutline.Choice] = []
        for name in names {
            let found = answers[name] ?? []
            guard (2...Self.largestCount).contains(found.count), found.count * 2 <= rows[name] ?? 0,
                found.allSatisfy({ $0.utf8.count <= 60 })
            else { continue }
            if let known = choices.firstIndex(where: { !found.isDisjoint(with: $0.answers) }) {
                choices[known].questions.append(name)
                choices[known].answers = Set(choices[known].answers).union(found).sorted()
            } else {
                choices.append(ReportOutline.Choice(questions: [name], answers: found.sorted()))
            }
        }
        return choices
    }
}
