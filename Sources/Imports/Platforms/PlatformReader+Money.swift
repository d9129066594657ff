import Accounting
import Crowdfunding
import Parsing

// Who, how much, when.

extension PlatformReader {
    mutating func fillBacker(
        _ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch, at: inout Int
    ) throws(CellProblem) {
        try fillKey(&order, row, &batch, at: &at)
        order.name = cell(.name, row, &batch, &at)
        if columns.index(of: .familyName) >= 0 { joinName(&order, row, &batch) }
        if format.lacksEmail {
            order.email = placeholder(order.reference, &batch)
        } else {
            let email = cell(.email, row, &batch, &at)
            order.places.email = UInt32(at)
            order.email = try address(email, &batch)
        }
        let country = cell(.country, row, &batch, &at)
        order.places.country = UInt32(at)
        order.country = self.country(country, batch.bytes)
        if order.country == 0 {
            var ignored = 0
            order.country = self.country(cell(.addressCountry, row, &batch, &ignored), batch.bytes)
        }
    }

    /// By what the pledge is known: the platform's own number, else the row's content.
    private mutating func fillKey(
        _ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch, at: inout Int
    ) throws(CellProblem) {
        if format.keysRows { return keyByContent(&order, row, &batch) }
        let key = cell(.key, row, &batch, &at)
        let number = columns.index(of: .number) >= 0 ? cell(.number, row, &batch, &at) : key
        order.places.reference = UInt32(at)
        order.reference = try reference(number, .number, &batch)
        order.sourceKey = columns.index(of: .key) == columns.index(of: .number) ? number : key
        order.sourceKey = plainNumber(order.sourceKey, batch.bytes)
        if !isPledgeReference(batch.bytes.span.extracting(order.sourceKey.range)) {
            order.sourceKey = cell(.key, row, &batch, &at)
            throw CellProblem(
                "reference", "\(name(of: .key)) is empty or no number",
                fix: "take the file as \(format.platform) gave it")
        }
    }

    /// The keyed hash of all cells in their order, and, from the second such row of an import on, how often
    /// it came: so the same file again holds the same pledges.
    private mutating func keyByContent(
        _ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch
    ) {
        var text: [UInt8] = []
        var ignored = 0
        for index in row.record.fieldRange
        where columns.uses[index - row.record.firstField] != .reason {
            let cell = content(of: row.fields[index], in: &batch.bytes, at: &ignored)
            text.append(contentsOf: batch.bytes[cell.range])
            // No text holds it, or hardly any.
            text.append(0x1F)
        }
        let digest = rowHash(text)
        let times = rowCounts[digest, default: 0] + 1
        rowCounts[digest] = times
        let hex = String(UInt64(bitPattern: digest), radix: 16)
        let key = String(repeating: "0", count: 16 - hex.utf8.count) + hex + (times > 1 ? "-\(times)" : "")
        let start = batch.bytes.count
        batch.bytes.append(contentsOf: (format.prefix + key).utf8)
        let end = UInt32(batch.bytes.count)
        order.places.reference = UInt32(row.record.start)
        order.reference = ByteRange(start: UInt32(start), end: end)
        order.sourceKey = ByteRange(start: UInt32(start + format.prefix.utf8.count), end: end)
    }

    /// How the file calls the column.
    func name(of role: ColumnRole) -> String { format.columns[role]?.first ?? role.word }

    /// Shops write `#1001`.
    private func plainNumber(_ number: ByteRange, _ bytes: [UInt8]) -> ByteRange {
        guard !number.isEmpty, bytes[Int(number.start)] == UInt8(ascii: "#") else { return number }
        return ByteRange(start: number.start + 1, end: number.end)
    }

    /// The prefix and the number, behind the batch's bytes.
    private func reference(
        _ number: ByteRange, _ role: ColumnRole, _ batch: inout PledgeOrderBatch
    ) throws(CellProblem) -> ByteRange {
        let number = plainNumber(number, batch.bytes)
        let start = batch.bytes.count
        batch.bytes.append(contentsOf: format.prefix.utf8)
        for index in number.range { batch.bytes.append(batch.bytes[index]) }
        let range = ByteRange(start: UInt32(start), end: UInt32(batch.bytes.count))
        guard !number.isEmpty, isPledgeReference(batch.bytes.span.extracting(range.range)) else {
            throw CellProblem(
                "reference",
                "\(name(of: columns.index(of: .number) >= 0 ? .number : .key)) is empty or no number",
                fix: "take the file as \(format.platform) gave it")
        }
        return range
    }

    /// First and family name, behind the batch's bytes.
    private func joinName(_ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch) {
        var ignored = 0
        let family = cell(.familyName, row, &batch, &ignored)
        if family.isEmpty { return }
        let start = batch.bytes.count
        for index in order.name.range { batch.bytes.append(batch.bytes[index]) }
        if !order.name.isEmpty { batch.bytes.append(UInt8(ascii: " ")) }
        for index in family.range { batch.bytes.append(batch.bytes[index]) }
        order.name = ByteRange(start: UInt32(start), end: UInt32(batch.bytes.count))
    }

    /// An address that can be nobody's, one for each pledge.
    private func placeholder(_ reference: ByteRange, _ batch: inout PledgeOrderBatch) -> ByteRange {
        let start = batch.bytes.count
        for index in reference.range { batch.bytes.append(batch.bytes[index]) }
        batch.bytes.append(contentsOf: "@\(format.source).invalid".utf8)
        let range = ByteRange(start: UInt32(start), end: UInt32(batch.bytes.count))
        lowercase(range, &batch.bytes)
        return range
    }

    /// The e-mail address in lower case; the row's own bytes stay as they are, since they are its content.
    func address(_ email: ByteRange, _ batch: inout PledgeOrderBatch) throws(CellProblem) -> ByteRange {
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
        if range.isEmpty { return 0 }
        guard let code = Cells.country(bytes.span.extracting(range.range)) else {
            return CountryNames.code(bytes.span.extracting(range.range))
        }
        return Self.countries.contains(code) ? code : 0
    }

    private static let countries = Set(Country.all.compactMap(countryCode))

    mutating func fillMoney(
        _ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch, at: inout Int
    ) throws(CellProblem) {
        let currency = cell(.currency, row, &batch, &at)
        if !currency.isEmpty, !isOwnCurrency(batch.bytes.span.extracting(currency.range)) {
            throw CellProblem(
                "currency", "the row is in another currency than the campaign",
                fix: "this campaign is in \(definition.currency.code)")
        }
        let shipping = cell(.shipping, row, &batch, &at)
        if !shipping.isEmpty { order.shipping = try positive(shipping, batch) }
        let bonus = cell(.bonus, row, &batch, &at)
        if !bonus.isEmpty { order.bonus = try positive(bonus, batch) }
        let amount = cell(.amount, row, &batch, &at)
        order.places.amount = UInt32(at)
        order.amount = try positive(amount, batch)
        if columns.index(of: .extra) >= 0 { try fillExtra(&order, row, &batch, at: &at) }
        if format.lacksTime {
            order.pledgedAt = definition.closesAt.adding(seconds: -1)
        } else {
            let time = cell(.pledgedAt, row, &batch, &at)
            order.places.pledgedAt = UInt32(at)
            order.pledgedAt = try self.time(batch.bytes.span.extracting(time.range))
        }
        try fillStatus(&order, row, &batch, at: &at)
    }

    /// What was added later counts once it is charged.
    private mutating func fillExtra(
        _ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch, at: inout Int
    ) throws(CellProblem) {
        let extra = cell(.extra, row, &batch, &at)
        if extra.isEmpty { return }
        let more = try positive(extra, batch)
        if more == 0 { return }
        let charged = cell(.extraCharged, row, &batch, &at)
        let word = String(decoding: folded(batch.bytes.span.extracting(charged.range)), as: UTF8.self)
        if ["", "false", "f", "no", "0"].contains(word) {
            return offer.findings.noteUncharged(more, at: "\(file):\(order.line)")
        }
        let (sum, overflow) = order.amount.addingReportingOverflow(more)
        order.amount = overflow ? .max : sum
    }

    /// What the row says of the payment, by the platform's table.
    private mutating func fillStatus(
        _ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch, at: inout Int
    ) throws(CellProblem) {
        let meaning = try meaning(row, &batch, at: &at)
        var refunded: Int64 = 0
        if columns.index(of: .refunded) >= 0 {
            let cell = cell(.refunded, row, &batch, &at)
            if !cell.isEmpty {
                refunded = min(
                    try cells.amount(batch.bytes.span.extracting(cell.range)).magnitude64, order.amount)
            }
        }
        switch meaning {
        case .status(let status): order.status = status
        case .refunded:
            order.status = .canceled
            refunded = order.amount
        case .partly: order.status = .pledged
        case .next: order.status = format.status
        }
        if order.status == .collected, order.amount > 0, refunded >= order.amount { order.status = .canceled }
        if order.status == .collected || (order.status == .canceled && refunded >= order.amount) {
            order.refunded = refunded
        }
        try fillPart(&order, meaning, refunded: refunded, row, &batch, at: &at)
        guard order.status == .pledged, order.paid == 0, columns.index(of: .canceledAt) >= 0 else { return }
        var ignored = 0
        if !cell(.canceledAt, row, &batch, &ignored).isEmpty { order.status = .canceled }
    }

    /// What has come of a pledge that is paid in part: by its own column, else by what is due.
    ///
    /// Where the file does not say it, or something went back as well, the pledge counts as not paid.
    private mutating func fillPart(
        _ order: inout PledgeOrder, _ meaning: StatusColumn.Meaning, refunded: Int64, _ row: Row,
        _ batch: inout PledgeOrderBatch, at: inout Int
    ) throws(CellProblem) {
        let due = try amount(.due, row, &batch, at: &at)
        let told = try amount(.paid, row, &batch, at: &at)
        let standing: [SourceStatus] = [.pledged, .collected, .errored]
        let isPart = meaning == .partly || (due ?? 0) > 0 && standing.contains(order.status)
        guard isPart else { return }
        let paid = told ?? due.map { order.amount - $0 } ?? 0
        let isKnown = paid > 0 && paid < order.amount && refunded == 0
        if !isKnown, order.status != .collected, meaning != .partly { return }
        order.status = .pledged
        order.refunded = 0
        order.paid = isKnown ? paid : 0
        offer.findings.notePart(paid: order.paid, of: order.amount, at: "\(file):\(order.line)")
    }

    /// The amount in a column; `nil` where there is none.
    private func amount(
        _ role: ColumnRole, _ row: Row, _ batch: inout PledgeOrderBatch, at: inout Int
    ) throws(CellProblem) -> Int64? {
        guard columns.index(of: role) >= 0 else { return nil }
        let cell = cell(role, row, &batch, &at)
        return cell.isEmpty ? nil : try cells.amount(batch.bytes.span.extracting(cell.range))
    }

    private func meaning(_ row: Row, _ batch: inout PledgeOrderBatch, at: inout Int) throws(CellProblem)
        -> StatusColumn.Meaning
    {
        for column in format.statuses {
            let cell = cell(column.role, row, &batch, &at)
            if cell.isEmpty, let empty = column.empty {
                if empty != .next { return empty }
                continue
            }
            let word = folded(batch.bytes.span.extracting(cell.range))
            guard let known = column.words.first(where: { $0.word == word }) else {
                throw CellProblem(
                    "status", cell.isEmpty ? "the row has no status" : "this status is not known",
                    fix: "known are \(column.list)")
            }
            if known.meaning != .next { return known.meaning }
        }
        var ignored = 0
        if columns.index(of: .paidAt) >= 0, !cell(.paidAt, row, &batch, &ignored).isEmpty {
            return .status(.collected)
        }
        return .next
    }

    private var zoneKey: String {
        format.mapping == nil
            ? "imports.\(format.source).time_zone in the campaign file" : "time_zone in the mapping file"
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
                    + "; or name the file's zone as \(zoneKey)")
        }
        if assumesZone, offer.findings.assumedZone == nil, !hasOffset(bytes) {
            offer.findings.assume(zone: cells.zone.name)
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
}

extension Int64 {
    /// Platforms write what went back with and without a minus.
    fileprivate var magnitude64: Int64 { self == .min ? .max : abs(self) }
}
