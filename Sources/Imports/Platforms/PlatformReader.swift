import Accounting
import Crowdfunding
import Parsing

/// Reads files of platforms by their tables: rows that tell of pledges.
///
/// Columns are found by name; what is not part of a pledge is kept as an answer, the address as JSON of its
/// own. Where a parcel goes is the country that shipping was paid for, else that of the address; what is no
/// country, such as `EU`, is none. A row is not refused for an odd e-mail address, since it was charged and
/// the address tells its backer from others, only for a missing one.
struct PlatformReader: PledgeFormat {
    /// Stored with the import.
    var source: String { format.source }
    /// It tells; the bonus is the file's own where it has a column for it.
    let mode: PlacementMode

    let format: PlatformFormat
    let columns: PlatformColumns
    let cells: Cells
    let definition: CampaignDefinition
    let rowHash: @Sendable ([UInt8]) -> Int64
    /// How often each row came that is known by its content, in all files of the import.
    var rowCounts: [Int64: Int] = [:]
    /// Whether nobody said in which zone the file's times are.
    let assumesZone: Bool
    var offer: PlatformOffer
    var text = AnswerText()
    private let currencyCode: [UInt8]
    private var joiner: RowJoiner?
    /// The file that is read, for remarks.
    let file: String
    /// All rows of the order that is read, where rows are joined.
    var group: ArraySlice<CSVRecord> = []

    /// Makes a reader for a file with this header; times are in the zone of the format's source in the
    /// context, else in the campaign's.
    ///
    /// - Throws: `FileProblem` when a column is missing that every file of the kind has.
    init(
        header: [String], places: [(line: Int, column: Int)], file: String, delimiter: UInt8,
        context: ImportContext, format: PlatformFormat
    ) throws {
        let platform = format.mapping ?? context.definition.imports[format.source]
        let missing = format.missing(in: header).filter { name in
            // What a mapping file gives every row need not be in the file.
            !format.constants.keys.contains { format.columns[$0]?.first == name }
        }
        guard missing.isEmpty else {
            throw FileProblem(
                missing.map {
                    Diagnostic(
                        file: file, line: places.first?.line ?? 1, column: 1,
                        message: "the column \($0) of \(format.title) is missing",
                        remedy: "ask \(format.platform) for the file again; all of its columns may stay")
                })
        }
        self.format = format
        self.file = file
        columns = PlatformColumns(header, format, choices: platform?.choices ?? [:])
        mode = .tells(saysBonus: columns.index(of: .bonus) >= 0, tax: platform?.tax ?? .maker)
        definition = context.definition
        rowHash = context.rowHash
        let zone = format.isUTC ? ZoneOffsets.utc : context.platformZones[format.source] ?? context.zone
        cells = Cells(
            currency: definition.currency, zone: zone,
            decimalComma: format.decimalComma ?? (delimiter == UInt8(ascii: ";")), twice: context.twice)
        assumesZone = !format.isUTC && platform?.timeZone == nil
        currencyCode = folded(definition.currency.code)
        offer = PlatformOffer(definition, platform, columns, cells, format)
        let number = max(columns.index(of: .number), -1)
        let joined = number >= 0 ? number : columns.index(of: .key)
        joiner = format.joins && joined >= 0 ? RowJoiner(column: joined) : nil
        offer.findings.note(format, file: file)
    }

    /// What could not be mapped, in this file and in those before it that were carried on from.
    var remarks: [String] {
        let words = FindingWords(
            platform: format.platform, source: format.mapping == nil ? format.source : nil,
            currency: definition.currency)
        return offer.findings.remarks(
            tiers: definition.tiers.map(\.id), addOns: definition.addOns.map(\.id), words)
    }

    /// Counts on where the reader of the file before left off, so that a thing that is in several files is
    /// listed once.
    mutating func carryOn(from previous: PlatformReader) {
        offer.findings = previous.offer.findings
        rowCounts = previous.rowCounts
    }

    /// Turns records into orders; takes over the batch's bytes.
    mutating func read(_ records: inout CSVBatch, from first: Int, file: String) -> ReadOrders {
        offer.findings.place.file = file
        cells.twice?.place.file = file
        if joiner != nil { return readJoined(&records, from: first, file: file) }
        var read = ReadOrders()
        let rows = records.records
        let fields = records.fields
        read.batch.bytes = records.takeBytes()
        read.batch.orders.reserveCapacity(rows.count)
        for index in first..<max(first, rows.count) {
            readRow((rows[index], fields), file: file, into: &read)
        }
        return read
    }

    /// The order that waited for more rows.
    mutating func finish(file: String) -> ReadOrders? {
        guard let rows = joiner?.finish(), !rows.groups.isEmpty else { return nil }
        offer.findings.place.file = file
        cells.twice?.place.file = file
        return readGroups(rows, file: file)
    }

    private mutating func readJoined(_ records: inout CSVBatch, from first: Int, file: String) -> ReadOrders {
        guard let rows = joiner?.take(&records, from: first) else { return ReadOrders() }
        return readGroups(rows, file: file)
    }

    private mutating func readGroups(_ rows: RowJoiner.Rows, file: String) -> ReadOrders {
        var read = ReadOrders()
        read.batch.bytes = rows.bytes
        for range in rows.groups {
            group = rows.records[range]
            readRow((rows.records[range.lowerBound], rows.fields), file: file, into: &read)
        }
        group = []
        return read
    }

    typealias Row = (record: CSVRecord, fields: [CSVField])

    private mutating func readRow(_ row: Row, file: String, into read: inout ReadOrders) {
        let record = row.record
        offer.findings.place.line = record.line
        cells.twice?.place.line = record.line
        let end = group.last?.end ?? record.end
        let whole = ByteRange(start: UInt32(record.start), end: UInt32(end))
        if let problem = record.problem {
            return read.rejected.append(
                RejectedRow(problem.diagnostic(file: file), kind: "unreadable", row: whole))
        }
        var order = PledgeOrder()
        order.line = record.line
        order.row = whole
        var at = record.start
        do throws(CellProblem) {
            guard record.fieldCount == columns.count else {
                throw CellProblem.columns(
                    record.fieldCount, header: columns.count,
                    fix:
                        "take the file as \(format.platform) gave it; a spreadsheet may have cut cells"
                )
            }
            try checkCards(row, read.batch.bytes, at: &at)
            if group.count > 1 { try checkGroup(row, &read.batch, at: &at) }
            try fillBacker(&order, row, &read.batch, at: &at)
            try fillMoney(&order, row, &read.batch, at: &at)
            try fillOffer(&order, row, &read.batch, at: &at)
            fillTexts(&order, row, &read.batch)
            read.batch.orders.append(order)
        } catch {
            text.clear()
            let place = place(of: at, in: record, read.batch.bytes)
            read.rejected.append(
                RejectedRow(
                    Diagnostic(
                        file: file, line: place.line, column: place.column, message: error.message,
                        remedy: error.fix),
                    kind: error.kind, row: whole))
        }
    }

    private func checkCards(_ row: Row, _ bytes: [UInt8], at: inout Int) throws(CellProblem) {
        for index in row.record.fieldRange where row.fields[index].end - row.fields[index].start >= 13 {
            let cell = undoingExcelGuard(row.fields[index].range, in: bytes.span)
            guard Cells.isCardNumber(bytes.span.extracting(cell)), !isID(index - row.record.firstField)
            else { continue }
            at = row.fields[index].start
            throw CellProblem.card(
                in: columns.names[index - row.record.firstField],
                fix: "remove it; where it is a phone number, write it with its + or in brackets")
        }
    }

    private func isID(_ column: Int) -> Bool { column < columns.isID.count && columns.isID[column] }

    /// The other rows of an order: as many cells, no card numbers, and nothing said again otherwise.
    private func checkGroup(_ row: Row, _ batch: inout PledgeOrderBatch, at: inout Int) throws(CellProblem) {
        for record in group.dropFirst() {
            at = record.start
            guard record.fieldCount == columns.count else {
                throw CellProblem.columns(
                    record.fieldCount, header: columns.count,
                    fix:
                        "take the file as \(format.platform) gave it; a spreadsheet may have cut cells"
                )
            }
            try checkCards((record, row.fields), batch.bytes, at: &at)
            for role in [ColumnRole.email, .amount, .status] {
                var ignored = 0
                let first = cell(role, row, &batch, &ignored)
                let again = cell(role, (record, row.fields), &batch, &at)
                guard !again.isEmpty, batch.bytes[again.range] != batch.bytes[first.range] else { continue }
                throw CellProblem(
                    "order", "the rows of one order say different things",
                    fix: "take the file as \(format.platform) gave it; each order has a number of its own")
            }
        }
        at = row.record.start
    }

    /// The cell of a column, without quotes and guards; empty where there is no such column.
    @inline(__always)
    func cell(_ role: ColumnRole, _ row: Row, _ batch: inout PledgeOrderBatch, _ at: inout Int) -> ByteRange {
        let index = columns.index(of: role)
        guard index >= 0 else { return constant(role, &batch) }
        return content(of: row.fields[row.record.firstField + index], in: &batch.bytes, at: &at)
    }

    /// What a mapping file gives every row, behind the batch's bytes.
    private func constant(_ role: ColumnRole, _ batch: inout PledgeOrderBatch) -> ByteRange {
        guard !format.constants.isEmpty, let text = format.constants[role] else { return .empty }
        let start = batch.bytes.count
        batch.bytes.append(contentsOf: text.utf8)
        return ByteRange(start: UInt32(start), end: UInt32(batch.bytes.count))
    }

    /// Whether the cell is the campaign's currency, in any case.
    func isOwnCurrency(_ bytes: Span<UInt8>) -> Bool { folded(bytes) == currencyCode }
}
