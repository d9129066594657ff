import Accounting
public import Crowdfunding
public import Parsing

/// Our own CSV: rows that ask for a pledge.
///
/// Columns in any order; only `pledge_id`, `email` and `pledged_at` are required.
public struct OwnFormat: PledgeFormat {
    /// The columns, in the order in which we write them.
    public enum Column: String, CaseIterable, Sendable {
        case pledge_id, backer_name, email, country, tier, quantity, add_ons, choices, promotion, bonus,
            amount
        case currency, pledged_at, payment_method, payment_reference, status
    }

    /// What imports of this format are kept under.
    public let source = "own"
    /// Rows ask for pledges, so they are priced and may be refused.
    public let mode = PlacementMode.asks
    /// Nothing: an own file says all that it means.
    public let remarks: [String] = []

    let cells: Cells
    let definition: CampaignDefinition
    let skus: [[UInt8]]
    let tierIDs: [[UInt8]]
    let addOnIDs: [[UInt8]]
    let promotionCodes: [[UInt8]]
    private let currencyCode: [UInt8]
    /// For each column of ours, its index in the file, or -1.
    private let indices: [Int]
    private let names: [String]
    private var columnCount: Int { names.count }

    /// Makes a reader for a file with this header.
    ///
    /// - Throws: `FileProblem` when a required column is missing, or one is unknown or twice there.
    public init(
        header: [String], places: [(line: Int, column: Int)], file: String, delimiter: UInt8,
        context: ImportContext
    ) throws {
        var indices = Array(repeating: -1, count: Column.allCases.count)
        var problems: [Diagnostic] = []
        for (index, name) in header.enumerated() {
            // Rejected rows come back with the reason before them.
            if name == "rejected_because" { continue }
            let place = places[index]
            guard let column = Column.allCases.firstIndex(where: { $0.rawValue == name }) else {
                let nearest = nearest(name, in: Column.allCases.map(\.rawValue))
                problems.append(
                    Diagnostic(
                        file: file, line: place.line, column: place.column,
                        message: "“\(name)” is not a column of our own CSV",
                        remedy: nearest.map { "did you mean \($0)? Or remove the column" }
                            ?? "remove the column"))
                continue
            }
            if indices[column] >= 0 {
                problems.append(
                    Diagnostic(
                        file: file, line: place.line, column: place.column, message: "\(name) is there twice",
                        remedy: "remove one of the two columns"))
            }
            indices[column] = index
        }
        for (column, name) in Column.allCases.enumerated() where indices[column] < 0 {
            guard [.pledge_id, .email, .pledged_at].contains(name) else { continue }
            problems.append(
                Diagnostic(
                    file: file, line: 1, column: 1, message: "the column \(name.rawValue) is missing",
                    remedy: "add it; required are pledge_id, email and pledged_at"))
        }
        guard problems.isEmpty else { throw FileProblem(problems) }
        self.indices = indices
        names = header
        definition = context.definition
        cells = Cells(
            currency: context.definition.currency, zone: context.zone,
            decimalComma: delimiter == UInt8(ascii: ";"), twice: context.twice)
        skus = definition.skus.map { Array($0.utf8) }
        tierIDs = definition.tiers.map { Array($0.id.utf8) }
        addOnIDs = definition.addOns.map { Array($0.id.utf8) }
        promotionCodes = definition.promotions.map { Array($0.code.utf8) }
        currencyCode = Array(definition.currency.code.utf8)
    }

    /// Whether the header is one of our own.
    public static func takes(_ header: [String]) -> Bool {
        let own = header.filter { Column(rawValue: $0) != nil }.count
        return header.contains("pledge_id") || own * 2 > header.count
    }

    /// Reads every record from `first` on; rows with a problem are told apart from orders.
    public mutating func read(_ records: inout CSVBatch, from first: Int, file: String) -> ReadOrders {
        var read = ReadOrders()
        let rows = records.records
        let fields = records.fields
        cells.twice?.place.file = file
        read.batch.bytes = records.takeBytes()
        read.batch.orders.reserveCapacity(rows.count)
        for index in first..<max(first, rows.count) {
            readRow(rows[index], fields, file: file, into: &read)
        }
        return read
    }

    private func readRow(_ record: CSVRecord, _ fields: [CSVField], file: String, into read: inout ReadOrders)
    {
        let row = ByteRange(start: UInt32(record.start), end: UInt32(record.end))
        if let problem = record.problem {
            return read.rejected.append(
                RejectedRow(problem.diagnostic(file: file), kind: "unreadable", row: row))
        }
        var order = PledgeOrder()
        order.line = record.line
        cells.twice?.place.line = record.line
        order.row = row
        var at = Int(row.start)
        do throws(CellProblem) {
            guard record.fieldCount == columnCount else {
                throw CellProblem.columns(
                    record.fieldCount, header: columnCount,
                    fix: "put cells that hold a comma in quotes, and leave empty cells empty")
            }
            try checkCards(record, fields, read.batch.bytes, at: &at)
            try fill(&order, record, fields, &read.batch, at: &at)
            read.batch.orders.append(order)
        } catch {
            let place = place(of: at, in: record, read.batch.bytes)
            read.rejected.append(
                RejectedRow(
                    Diagnostic(
                        file: file, line: place.line, column: place.column, message: error.message,
                        remedy: error.fix),
                    kind: error.kind, row: row))
        }
    }

    private func checkCards(
        _ record: CSVRecord, _ fields: [CSVField], _ bytes: [UInt8], at: inout Int
    ) throws(CellProblem) {
        for index in record.fieldRange where fields[index].end - fields[index].start >= 13 {
            guard Cells.isCardNumber(bytes.span.extracting(fields[index].range)) else { continue }
            at = fields[index].start
            throw CellProblem.card(
                in: names[index - record.firstField],
                fix: "remove it; payment_reference takes a processor's token")
        }
    }

    private func fill(
        _ order: inout PledgeOrder, _ record: CSVRecord, _ fields: [CSVField],
        _ batch: inout PledgeOrderBatch,
        at: inout Int
    ) throws(CellProblem) {
        let row = (record, fields)
        order.reference = cell(.pledge_id, row, &batch, &at)
        order.places.reference = UInt32(at)
        guard isPledgeReference(batch.bytes.span.extracting(order.reference.range)) else {
            throw CellProblem(
                "reference", "pledge_id is not a reference", fix: "use 1 to 64 letters, digits, dots, _ and -"
            )
        }
        order.name = cell(.backer_name, row, &batch, &at)
        order.email = cell(.email, row, &batch, &at)
        order.places.email = UInt32(at)
        guard Cells.isEmail(batch.bytes.span.extracting(order.email.range)) else {
            throw CellProblem("email", "this is not an e-mail address", fix: "write it as name@example.org")
        }
        lowercase(order.email, &batch.bytes)
        try fillOffer(&order, &batch, at: &at, row: row)
        try fillMoney(&order, &batch, at: &at, row: row)
        let status = cell(.status, row, &batch, &at)
        order.status = try self.status(batch.bytes.span.extracting(status.range))
        let method = cell(.payment_method, row, &batch, &at)
        order.gateway = try gateway(batch.bytes.span.extracting(method.range))
        order.method = cell(.payment_reference, row, &batch, &at)
        guard isPlainReference(batch.bytes.span.extracting(order.method.range)) else {
            throw CellProblem(
                "payment-reference", "payment_reference has characters that a receipt cannot carry",
                fix: "use up to 200 ASCII characters without quotes and backslashes")
        }
    }

    private typealias Row = (record: CSVRecord, fields: [CSVField])

    /// The cell of a column, without quotes and guards; empty where there is no such column.
    @inline(__always)
    private func cell(_ column: Column, _ row: Row, _ batch: inout PledgeOrderBatch, _ at: inout Int)
        -> ByteRange
    {
        let index = indices[Self.position(column)]
        guard index >= 0 else { return .empty }
        return content(of: row.fields[row.record.firstField + index], in: &batch.bytes, at: &at)
    }

    private func unknownTier(_ bytes: ArraySlice<UInt8>) -> CellProblem {
        let near = nearest(String(decoding: bytes, as: UTF8.self), in: definition.tiers.map(\.id))
        return CellProblem(
            "tier", "the campaign has no tier of that id",
            fix: near.map { "did you mean \($0)?" }
                ?? "tiers are: " + definition.tiers.prefix(10).map(\.id).joined(separator: ", "))
    }

    private func fillOffer(
        _ order: inout PledgeOrder, _ batch: inout PledgeOrderBatch, at: inout Int, row: Row
    ) throws(CellProblem) {
        let country = cell(.country, row, &batch, &at)
        order.places.country = UInt32(at)
        if !country.isEmpty {
            guard let code = Cells.country(batch.bytes.span.extracting(country.range)) else {
                throw CellProblem(
                    "country", "this is not a country code", fix: "write two letters, for example DE")
            }
            order.country = code
        }
        let tier = cell(.tier, row, &batch, &at)
        order.places.tier = UInt32(at)
        if !tier.isEmpty {
            let known = find(batch.bytes.span.extracting(tier.range), in: tierIDs)
            guard known >= 0 else { throw unknownTier(batch.bytes[tier.range]) }
            order.tier = Int32(known)
        }
        let quantity = cell(.quantity, row, &batch, &at)
        if !quantity.isEmpty {
            guard let count = wholeNumber(batch.bytes.span.extracting(quantity.range)), count > 0 else {
                throw CellProblem(
                    "quantity", "the quantity is not a whole number above 0", fix: "write 1, 2, 3 …")
            }
            order.quantity = count
        }
        let promotion = cell(.promotion, row, &batch, &at)
        if !promotion.isEmpty {
            let known = find(batch.bytes.span.extracting(promotion.range), in: promotionCodes)
            guard known >= 0 else {
                throw CellProblem(
                    "promotion", "the campaign has no promotion of that code",
                    fix: "check the code, or leave it out")
            }
            order.promotion = Int32(known)
        }
        let firstLine = Int32(batch.lines.count)
        let addOns = cell(.add_ons, row, &batch, &at)
        if !addOns.isEmpty { try fillLines(addOns, .addOn, addOnIDs, &batch) }
        let choices = cell(.choices, row, &batch, &at)
        if !choices.isEmpty { try fillLines(choices, .choice, skus, &batch) }
        order.lines = firstLine..<Int32(batch.lines.count)
    }

    private func fillMoney(
        _ order: inout PledgeOrder, _ batch: inout PledgeOrderBatch, at: inout Int, row: Row
    ) throws(CellProblem) {
        let bonus = cell(.bonus, row, &batch, &at)
        if !bonus.isEmpty { order.bonus = try positive(bonus, batch) }
        let currency = cell(.currency, row, &batch, &at)
        if !currency.isEmpty, find(batch.bytes.span.extracting(currency.range), in: [currencyCode]) < 0 {
            throw CellProblem(
                "currency", "the row is in another currency than the campaign",
                fix: "this campaign is in \(definition.currency.code)")
        }
        let amount = cell(.amount, row, &batch, &at)
        order.places.amount = UInt32(at)
        if !amount.isEmpty { order.amount = try positive(amount, batch) }
        let time = cell(.pledged_at, row, &batch, &at)
        order.places.pledgedAt = UInt32(at)
        order.pledgedAt = try cells.time(batch.bytes.span.extracting(time.range))
    }

    private func positive(_ range: ByteRange, _ batch: PledgeOrderBatch) throws(CellProblem) -> Int64 {
        let value = try cells.amount(batch.bytes.span.extracting(range.range))
        guard value >= 0 else {
            throw CellProblem("amount", "the amount is below zero", fix: "a pledge cannot be below zero")
        }
        return value
    }

    /// `bulb:2;poster:1`.
    private func fillLines(
        _ range: ByteRange, _ role: OrderLine.Role, _ ids: [[UInt8]], _ batch: inout PledgeOrderBatch
    ) throws(CellProblem) {
        var start = Int(range.start)
        let last = Int(range.end)
        while start < last {
            var end = start
            while end < last, batch.bytes[end] != UInt8(ascii: ";") { end += 1 }
            var colon = start
            while colon < end, batch.bytes[colon] != UInt8(ascii: ":") { colon += 1 }
            let index = find(batch.bytes.span.extracting(start..<colon), in: ids)
            let count = colon < end ? wholeNumber(batch.bytes.span.extracting(colon + 1..<end)) : 1
            guard index >= 0, let count, count > 0, count <= 1_000_000 else {
                let word = role == .addOn ? "add-on" : "variant"
                throw CellProblem(
                    role == .addOn ? "add-on" : "choice",
                    index < 0 ? "the campaign has no such \(word)" : "the number of a \(word) is not above 0",
                    fix: role == .addOn ? "write add-ons as bulb:2;poster:1" : "write choices as SKU:1;SKU:2")
            }
            batch.lines.append(OrderLine(role: role, index: Int32(index), quantity: Int32(count)))
            start = end + 1
        }
    }

    private func status(_ bytes: Span<UInt8>) throws(CellProblem) -> SourceStatus {
        if bytes.isEmpty { return .pledged }
        switch find(bytes, in: Self.statuses) {
        case 0: return .pledged
        case 1: return .collected
        case 2: return .errored
        case 3, 4: return .canceled
        default:
            throw CellProblem(
                "status", "this status is not known", fix: "use pledged, collected, errored or canceled")
        }
    }

    private func gateway(_ bytes: Span<UInt8>) throws(CellProblem) -> UInt8 {
        if bytes.isEmpty { return 1 }
        switch find(bytes, in: Self.gateways) {
        case 0: return 1
        case 1: return 2
        default:
            throw CellProblem(
                "payment-method", "this payment method is not known", fix: "use recorded or rehearsal")
        }
    }

    private static let statuses = ["pledged", "collected", "errored", "canceled", "cancelled"].map {
        Array($0.utf8)
    }
    private static let gateways = ["recorded", "rehearsal"].map { Array($0.utf8) }

    @inline(__always)
    private static func position(_ column: Column) -> Int {
        switch column {
        case .pledge_id: 0
        case .backer_name: 1
        case .email: 2
        case .country: 3
        case .tier: 4
        case .quantity: 5
        case .add_ons: 6
        case .choices: 7
        case .promotion: 8
        case .bonus: 9
        case .amount: 10
        case .currency: 11
        case .pledged_at: 12
        case .payment_method: 13
        case .payment_reference: 14
        case .status: 15
        }
    }
}
