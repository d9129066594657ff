import Accounting
public import Crowdfunding
public import Parsing

/// Kickstarter's backer report as it was from 2014 on, the “No reward” file included: rows that tell of
/// pledges.
///
/// Columns are found by name; what is not part of a pledge is kept as an answer, the address as JSON of its
/// own. Where a parcel goes is `Shipping Country`, which the shipping was paid for, else the address's
/// country code; what is no ISO code, such as `EU`, is no country. A row is not refused for an odd e-mail
/// address, since it was charged and the address tells its backer from others, only for a missing one.
public struct KickstarterFormat: PledgeFormat {
    /// Stored with the import.
    public let source = "kickstarter"
    /// It tells; the bonus is the file's own where it has a column for it.
    public let mode: PlacementMode

    private let columns: KickstarterColumns
    private let cells: Cells
    private let definition: CampaignDefinition
    /// Whether nobody said in which zone the file's times are.
    private let assumesZone: Bool
    private var offer: KickstarterOffer
    private var text = AnswerText()

    /// Makes a reader for a file with this header.
    ///
    /// - Parameters:
    ///   - header: The names of the columns.
    ///   - places: Where each of them stands.
    ///   - file: The file's name for messages.
    ///   - delimiter: The byte between cells.
    ///   - context: The campaign; times are in `platformZones["kickstarter"]`, else in its `zone`.
    ///   - platform: The campaign's `imports.kickstarter`, if it has one.
    /// - Throws: `FileProblem` when a column is missing that every report has.
    public init(
        header: [String], places: [(line: Int, column: Int)], file: String, delimiter: UInt8,
        context: ImportContext,
        platform: PlatformImport?
    ) throws {
        let missing = KickstarterColumns.missing(in: header)
        let line = places.first?.line ?? 1
        guard missing.isEmpty else {
            throw FileProblem(
                missing.map {
                    Diagnostic(
                        file: file, line: line, column: 1,
                        message: "the column \($0) of a backer report is missing",
                        remedy: "ask Kickstarter for the report again; all of its columns may stay")
                })
        }
        columns = KickstarterColumns(header, choices: platform?.choices ?? [:])
        mode = .tells(saysBonus: columns.index(of: .bonus) >= 0, tax: platform?.tax ?? .maker)
        definition = context.definition
        cells = Cells(
            currency: definition.currency, zone: context.platformZones[source] ?? context.zone,
            decimalComma: delimiter == UInt8(ascii: ";"), twice: context.twice)
        assumesZone = platform?.timeZone == nil
        offer = KickstarterOffer(definition, platform, columns, cells)
    }

    /// Whether the header is a backer report's that can be read: it has a number, a UID, an e-mail address,
    /// an amount, a time and a status.
    public static func takes(_ header: [String]) -> Bool { KickstarterColumns.missing(in: header).isEmpty }

    /// What could not be mapped, in this file and in those before it that were carried on from.
    public var remarks: [String] {
        offer.findings.remarks(tiers: definition.tiers.map(\.id), addOns: definition.addOns.map(\.id))
    }

    /// Counts on where the reader of the file before left off, so that a thing that is in several files is
    /// listed once.
    mutating func carryOn(from previous: KickstarterFormat) { offer.findings = previous.offer.findings }

    /// Turns records into orders; takes over the batch's bytes.
    public mutating func read(_ records: inout CSVBatch, from first: Int, file: String) -> ReadOrders {
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

    private typealias Row = (record: CSVRecord, fields: [CSVField])
    private typealias Column = KickstarterColumns.Column

    private mutating func readRow(_ row: Row, file: String, into read: inout ReadOrders) {
        let record = row.record
        let whole = ByteRange(start: UInt32(record.start), end: UInt32(record.end))
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
                throw CellProblem(
                    "columns", "the row has \(record.fieldCount) columns, the header \(columns.count)",
                    fix: "take the file as Kickstarter gave it; a spreadsheet may have cut or split cells")
            }
            try checkCards(row, read.batch.bytes, at: &at)
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
            guard Cells.isCardNumber(bytes.span.extracting(cell)) else { continue }
            at = row.fields[index].start
            throw CellProblem(
                "card-number", "this cell looks like a card number, which is never taken",
                fix: "remove it; where it is a phone number, write it with its + or in brackets")
        }
    }

    /// The cell of a column, without quotes and guards; empty where there is no such column.
    @inline(__always)
    private func cell(_ column: Column, _ row: Row, _ batch: inout PledgeOrderBatch, _ at: inout Int)
        -> ByteRange
    {
        let index = columns.index(of: column)
        guard index >= 0 else { return .empty }
        return content(of: row.fields[row.record.firstField + index], in: &batch.bytes, at: &at)
    }
}

// MARK: - Who, how much, when

extension KickstarterFormat {
    private func fillBacker(
        _ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch, at: inout Int
    ) throws(CellProblem) {
        let number = cell(.number, row, &batch, &at)
        order.places.reference = UInt32(at)
        order.reference = try reference(number, &batch)
        order.sourceKey = cell(.uid, row, &batch, &at)
        guard isPledgeReference(batch.bytes.span.extracting(order.sourceKey.range)) else {
            throw CellProblem(
                "reference", "Backer UID is empty or no number", fix: "take the file as Kickstarter gave it")
        }
        order.name = cell(.name, row, &batch, &at)
        let email = cell(.email, row, &batch, &at)
        order.places.email = UInt32(at)
        order.email = try address(email, &batch)
        let country = cell(.shippingCountry, row, &batch, &at)
        order.places.country = UInt32(at)
        order.country = self.country(country, batch.bytes)
        if order.country == 0 {
            var ignored = 0
            order.country = self.country(cell(.addressCountry, row, &batch, &ignored), batch.bytes)
        }
    }

    /// `KS-` and the backer number, behind the batch's bytes.
    private func reference(_ number: ByteRange, _ batch: inout PledgeOrderBatch) throws(CellProblem)
        -> ByteRange
    {
        let start = batch.bytes.count
        batch.bytes.append(contentsOf: [UInt8(ascii: "K"), UInt8(ascii: "S"), UInt8(ascii: "-")])
        for index in number.range { batch.bytes.append(batch.bytes[index]) }
        let range = ByteRange(start: UInt32(start), end: UInt32(batch.bytes.count))
        guard !number.isEmpty, isPledgeReference(batch.bytes.span.extracting(range.range)) else {
            throw CellProblem(
                "reference", "Backer Number is empty or no number",
                fix: "take the file as Kickstarter gave it")
        }
        return range
    }

    /// The e-mail address in lower case; the row's own bytes stay as they are, since they are its content.
    private func address(_ email: ByteRange, _ batch: inout PledgeOrderBatch) throws(CellProblem) -> ByteRange
    {
        guard !email.isEmpty else {
            throw CellProblem(
                "email", "the row has no e-mail address, by which a backer is known",
                fix:
                    "write the backer's, or one of your own for this backer, for example "
                    + "backer-1042@example.org"
            )
        }
        var hasCapitals = false
        var isText = email.range.count <= 254
        for index in email.range {
            let byte = batch.bytes[index]
            hasCapitals = hasCapitals || (byte >= 65 && byte <= 90)
            isText = isText && byte > 0x20 && byte != 0x7F
        }
        guard isText else {
            throw CellProblem("email", "this is not an e-mail address", fix: "write it as name@example.org")
        }
        guard hasCapitals else { return email }
        let start = batch.bytes.count
        for index in email.range { batch.bytes.append(batch.bytes[index]) }
        let copy = ByteRange(start: UInt32(start), end: UInt32(batch.bytes.count))
        lowercase(copy, &batch.bytes)
        return copy
    }

    /// The code, or 0 for what is none: platforms write regions into the column as well.
    private func country(_ range: ByteRange, _ bytes: [UInt8]) -> UInt16 {
        guard let code = Cells.country(bytes.span.extracting(range.range)) else { return 0 }
        return Self.countries.contains(code) ? code : 0
    }

    private static let countries = Set(Country.all.compactMap(countryCode))

    private mutating func fillMoney(
        _ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch, at: inout Int
    ) throws(CellProblem) {
        let shipping = cell(.shippingAmount, row, &batch, &at)
        if !shipping.isEmpty { order.shipping = try positive(shipping, batch) }
        let bonus = cell(.bonus, row, &batch, &at)
        if !bonus.isEmpty { order.bonus = try positive(bonus, batch) }
        let amount = cell(.amount, row, &batch, &at)
        order.places.amount = UInt32(at)
        order.amount = try positive(amount, batch)
        let time = cell(.pledgedAt, row, &batch, &at)
        order.places.pledgedAt = UInt32(at)
        order.pledgedAt = try self.time(batch.bytes.span.extracting(time.range))
        let status = cell(.status, row, &batch, &at)
        order.status = try self.status(batch.bytes.span.extracting(status.range))
    }

    private func positive(_ range: ByteRange, _ batch: PledgeOrderBatch) throws(CellProblem) -> Int64 {
        let value = try cells.amount(batch.bytes.span.extracting(range.range))
        guard value >= 0 else {
            throw CellProblem("amount", "the amount is below zero", fix: "a pledge cannot be below zero")
        }
        return value
    }

    private mutating func time(_ bytes: Span<UInt8>) throws(CellProblem) -> Timestamp {
        let time: Timestamp
        do throws(CellProblem) {
            time = try cells.time(bytes)
        } catch {
            guard assumesZone, !hasOffset(bytes) else { throw error }
            throw CellProblem(
                error.kind, error.message,
                fix: error.fix
                    + "; or name the file's zone as imports.kickstarter.time_zone in the campaign file")
        }
        if assumesZone, offer.findings.assumedZone == nil, !hasOffset(bytes) {
            offer.findings.assumedZone = cells.zone.name
        }
        return time
    }

    /// Whether a time that could be read says how far it is from UTC: `Z`, `UTC`, or a sign behind the date.
    private func hasOffset(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count > 11 else { return false }
        let last = bytes[bytes.count - 1] | 0x20
        if last == UInt8(ascii: "z") || last == UInt8(ascii: "c") { return true }
        for index in 11..<bytes.count
        where bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
            return true
        }
        return false
    }

    private func status(_ bytes: Span<UInt8>) throws(CellProblem) -> SourceStatus {
        let word = folded(bytes)
        guard let known = Self.statuses.first(where: { $0.word == word }) else {
            throw CellProblem(
                "status", bytes.isEmpty ? "the row has no status" : "this status is not known",
                fix:
                    "known are pledged, collected, errored, error, authentication_required, canceled, "
                    + "cancelled, dropped and disputed")
        }
        return known.status
    }

    /// What each word of Kickstarter means; nothing is guessed.
    private static let statuses: [(word: [UInt8], status: SourceStatus)] = {
        let words: [(String, SourceStatus)] = [
            ("collected", .collected), ("pledged", .pledged), ("errored", .errored), ("error", .errored),
            ("authentication_required", .errored), ("canceled", .canceled), ("cancelled", .canceled),
            ("dropped", .dropped), ("disputed", .disputed),
        ]
        return words.map { (Array($0.0.utf8), $0.1) }
    }()
}

// MARK: - What for

extension KickstarterFormat {
    private mutating func fillOffer(
        _ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch, at: inout Int
    ) throws(CellProblem) {
        let firstLine = batch.lines.count
        for (column, addOn) in columns.addOns.enumerated() {
            let range = content(
                of: row.fields[row.record.firstField + addOn.kept.index], in: &batch.bytes, at: &at)
            if range.isEmpty { continue }
            guard let count = wholeNumber(batch.bytes.span.extracting(range.range)), count <= 1_000_000 else {
                throw CellProblem(
                    "add-on", "the number of an add-on is not a whole number",
                    fix: "write 1, 2, 3 … or nothing")
            }
            if count == 0 { continue }
            if offer.addOns[column] < 0 {
                offer.missAddOn(column)
                text.append(addOn.kept.label, batch.bytes.span.extracting(range.range))
            } else {
                add(
                    OrderLine(role: .addOn, index: offer.addOns[column], quantity: Int32(count)), firstLine,
                    &batch)
            }
        }
        let id = cell(.rewardID, row, &batch, &at)
        let minimum = cell(.rewardMinimum, row, &batch, &at)
        if columns.index(of: .rewardMinimum) >= 0 { order.places.tier = UInt32(at) }
        let title = cell(.rewardTitle, row, &batch, &at)
        if columns.index(of: .rewardTitle) >= 0 { order.places.tier = UInt32(at) }
        order.tier = offer.tier(id: id, title: title, minimum: minimum, in: batch.bytes)
        if order.tier < 0 { keep(columns.reward, row, &batch) }
        fillChoices(order, row, &batch, firstLine)
        order.lines = Int32(firstLine)..<Int32(batch.lines.count)
    }

    private mutating func fillChoices(
        _ order: PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch, _ firstLine: Int
    ) {
        // Where nothing is known that could contain an item, answers choose nothing and are kept as they
        // stand.
        let chooses = order.tier >= 0 || batch.lines.count > firstLine
        var ignored = 0
        for (column, choice) in columns.choices.enumerated() {
            let field = row.fields[row.record.firstField + choice.kept.index]
            let range = content(of: field, in: &batch.bytes, at: &ignored)
            if range.isEmpty { continue }
            let answer = chooses ? folded(batch.bytes.span.extracting(range.range)) : []
            if let sku = offer.answers[column][answer] {
                add(OrderLine(role: .choice, index: sku, quantity: 1), firstLine, &batch)
            } else {
                if chooses { offer.missAnswer(column) }
                text.append(choice.kept.label, batch.bytes.span.extracting(range.range))
            }
        }
    }

    /// Adds to the order's line of the same thing, if it has one.
    private func add(_ line: OrderLine, _ firstLine: Int, _ batch: inout PledgeOrderBatch) {
        for index in firstLine..<batch.lines.count
        where batch.lines[index].role == line.role && batch.lines[index].index == line.index {
            let (sum, overflow) = batch.lines[index].quantity.addingReportingOverflow(line.quantity)
            batch.lines[index].quantity = overflow ? Int32.max : sum
            return
        }
        batch.lines.append(line)
    }

    /// Address and answers behind the batch's bytes.
    private mutating func fillTexts(_ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch) {
        var ignored = 0
        for (index, column) in columns.answers.enumerated() {
            let field = row.fields[row.record.firstField + column.index]
            let range = content(of: field, in: &batch.bytes, at: &ignored)
            if range.isEmpty { continue }
            let cell = batch.bytes.span.extracting(range.range)
            offer.noteAnswer(index, cell)
            text.append(column.label, cell)
        }
        order.answers = text.move(behind: &batch.bytes)
        keep(columns.address, row, &batch)
        order.address = text.move(behind: &batch.bytes)
    }

    private mutating func keep(
        _ kept: [KickstarterColumns.Kept], _ row: Row, _ batch: inout PledgeOrderBatch
    ) {
        var ignored = 0
        for column in kept {
            let field = row.fields[row.record.firstField + column.index]
            let range = content(of: field, in: &batch.bytes, at: &ignored)
            if !range.isEmpty { text.append(column.label, batch.bytes.span.extracting(range.range)) }
        }
    }
}
