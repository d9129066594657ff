import Accounting
import Crowdfunding
import GRDB
import Testing

@testable import Storage

@Suite("Rows in bulk") struct BulkAppendTests {
    private static let tag = Tag([UInt8](repeating: 0xAB, count: 32)) ?? .zero

    /// Two of every row: one with everything, one with as little as there can be.
    private static func batch() -> AppendBatch {
        var batch = AppendBatch()
        batch.backers = [
            BackerRow(
                number: 1, email: batch.store("ana@example.org"), name: batch.store("Ana “Núñez”"),
                country: 0x4553, address: batch.store(#"{"city":"Sevilla"}"#),
                answers: batch.store(#"{"a":"b"}"#)),
            BackerRow(
                number: 2, email: .empty, name: .empty, country: 0, address: .empty, answers: .empty),
        ]
        batch.pledges = [fullPledge(&batch), barePledge(&batch)]
        batch.lines = [
            LineRow(pledge: 1, kind: 1, id: "bulb", quantity: 3),
            LineRow(pledge: 1, kind: 2, id: "LAMP-Ü", quantity: 1),
        ]
        batch.entries = [fullEntry(&batch), bareEntry()]
        batch.backerKeys = [BackerKeyRow(hash: .min, number: 1), BackerKeyRow(hash: .max, number: 2)]
        batch.pledgeKeys = [
            PledgeKeyRow(hash: 9, number: 1, content: -9), PledgeKeyRow(hash: 9, number: 2, content: 0),
        ]
        return batch
    }

    private static func fullPledge(_ batch: inout AppendBatch) -> PledgeRow {
        var row = PledgeRow()
        row.number = 1
        row.reference = batch.store("P-1")
        row.sourceKey = batch.store("77")
        row.backer = 1
        row.tier = 4
        row.promotion = 0
        row.quantity = 2
        row.destination = 0x4445
        (row.goods, row.shipping, row.tax, row.bonus) = (8_319, 832, 1_739, 500)
        row.placedAt = -5
        row.gateway = 2
        row.method = batch.store("pm_1")
        row.state = 4
        return row
    }

    private static func barePledge(_ batch: inout AppendBatch) -> PledgeRow {
        var row = PledgeRow()
        row.number = 2
        row.reference = batch.store("P-2")
        row.backer = 2
        return row
    }

    private static func fullEntry(_ batch: inout AppendBatch) -> EntryRow {
        var row = EntryRow()
        row.number = 1
        row.kind = .captured
        row.pledge = 1
        row.instalment = 2
        row.run = batch.store("run-1")
        row.at = 1_775_000_000
        row.day = 20_540
        row.parts = EntryParts(goods: -1, shipping: -2, tax: -3, fee: -4, other: -5)
        row.reverses = 1
        row.reference = batch.store("ch_1")
        row.detail = batch.store("a=1")
        row.tag = tag
        return row
    }

    private static func bareEntry() -> EntryRow {
        var row = EntryRow()
        row.number = 2
        row.kind = .captured
        row.day = 20_540
        row.parts = EntryParts(goods: 10, shipping: 2, fee: 4)
        return row
    }

    private static func full() -> Payment {
        var payment = Payment()
        payment.authorized = 1_000
        payment.captured = 900
        payment.voided = 100
        payment.refunded = 300
        payment.committed = 200
        payment.disputed = 50
        payment.lost = 25
        payment.excess = -7
        payment.ending = .voided
        payment.captureBefore = Timestamp(seconds: 77)
        payment.flags = [.late, .inquiry]
        return payment
    }

    private static func appended(_ more: (BulkAppend) throws -> Void = { _ in }) throws -> (
        StorageFolder, Book
    ) {
        let folder = try StorageFolder()
        let book = try folder.book()
        try book.inBulk {
            try book.write { records in
                let append = try BulkAppend(records, campaign: 1)
                try append.append(batch())
                try more(append)
                try append.finish()
            }
        }
        return (folder, book)
    }

    @Test(
        "every column of every row is read back; empty text is NULL",
        arguments: [
            (
                "backer",
                [
                    #"1 1 "ana@example.org" "Ana “Núñez”" "ES" "{\"city\":"#
                        + #"\"Sevilla\"}" "{\"a\":\"b\"}""#,
                    "1 2 NULL NULL NULL NULL NULL",
                ]
            ),
            (
                "pledge",
                [
                    #"1 1 "P-1" "77" 1 4 0 2 "DE" 8319 832 1739 500 -5 2 "pm_1" 4"#,
                    #"1 2 "P-2" NULL 2 NULL NULL 1 NULL 0 0 0 0 0 1 NULL 1"#,
                ]
            ),
            ("line", [#"1 1 1 "bulb" 3"#, #"1 1 2 "LAMP-Ü" 1"#]),
            ("backer_key", ["1 -9223372036854775808 1", "1 9223372036854775807 2"]),
            ("pledge_key", ["1 9 1 -9", "1 9 2 0"]),
        ])
    func columns(table: String, rows: [String]) throws {
        let (folder, book) = try Self.appended()
        #expect(try book.rows("SELECT * FROM \(table)").map { $0.joined(separator: " ") } == rows)
        withExtendedLifetime(folder) {}
    }

    @Test("an entry comes back as it was written")
    func entries() throws {
        let (folder, book) = try Self.appended()
        let entries = try book.read { try $0.entries(campaign: 1, from: 1, to: 9) }
        #expect(entries.count == 2)
        #expect(
            entries.first
                == SignedEntry(
                    entry: JournalEntry(
                        number: 1, kind: .captured, pledge: 1, subject: "P-1", instalment: 2, run: "run-1",
                        at: Timestamp(seconds: 1_775_000_000), day: CalendarDay(number: 20_540),
                        parts: EntryParts(goods: -1, shipping: -2, tax: -3, fee: -4, other: -5), reverses: 1,
                        reference: "ch_1", detail: "a=1"), tag: Self.tag))
        let bare = try book.rows(
            "SELECT pledge, instalment, run, reverses, reference, detail FROM entry WHERE number = 2")
        #expect(bare == [[String](repeating: "NULL", count: 6)])
        withExtendedLifetime(folder) {}
    }

    @Test("the rollup is what the entries add up to, also over several transactions")
    func rollup() throws {
        let (folder, book) = try Self.appended()
        for number in 3...4 as ClosedRange<Int64> {
            try book.write { records in
                let append = try BulkAppend(records, campaign: 1)
                var batch = AppendBatch()
                for (index, day) in [20_540, 20_541, 20_540].enumerated() {
                    var row = EntryRow()
                    row.number = number * 10 + Int64(index)
                    row.kind = .captured
                    row.day = Int64(day)
                    row.parts = EntryParts(goods: 100, shipping: 10, tax: 5, fee: 1, other: 2)
                    batch.entries.append(row)
                }
                try append.append(batch)
                try append.finish()
            }
        }
        let sums = try book.rows(
            """
            SELECT campaign, day, kind, COUNT(*), SUM(goods), SUM(shipping), SUM(tax), SUM(fee), SUM(other)
            FROM entry GROUP BY campaign, day, kind ORDER BY day, kind
            """)
        #expect(try book.rows("SELECT * FROM daily ORDER BY day, kind") == sums)
        #expect(sums.map { $0[3] } == ["6", "2"])
        withExtendedLifetime(folder) {}
    }

    @Test("a payment comes back as it was, and a later one takes its place")
    func payments() throws {
        let payment = Self.full()
        let (folder, book) = try Self.appended { append in
            var batch = AppendBatch()
            batch.payments = [
                PaymentRow(pledge: 1, instalment: 2, payment: Payment()),
                PaymentRow(pledge: 2, payment: payment),
            ]
            try append.append(batch)
            batch.payments = [PaymentRow(pledge: 1, instalment: 2, payment: payment)]
            try append.append(batch)
        }
        for (pledge, instalment) in [(1, 2), (2, 1)] as [(Int64, Int64)] {
            let rows = try book.read { try $0.payments(campaign: 1, pledge: pledge) }
            #expect(rows.map(\.payment) == [payment])
            #expect(rows.map(\.instalment) == [instalment])
        }
        var seen: [Payment] = []
        try book.read { try $0.forEachPayment(campaign: 1) { seen.append($0.payment) } }
        #expect(seen == [payment, payment])
        #expect(
            try book.rows("SELECT state, flags FROM payment") == [["\(payment.state.rawValue)", "6"]] + [
                ["\(payment.state.rawValue)", "6"]
            ])
        withExtendedLifetime(folder) {}
    }

    private static func operation(_ pledge: Int64, _ kind: OperationKind = .charge, attempt: Int = 1)
        -> Crowdfunding.Operation
    {
        Operation(
            pledge: pledge, reference: "P-\(pledge)", instalment: 1, kind: kind, attempt: attempt,
            amount: 100 + pledge,
            method: "pm", target: "")
    }

    @Test("operations are open when they are committed, and settled as they ended")
    func operations() throws {
        let now = Timestamp(seconds: 50)
        let (folder, book) = try Self.appended {
            try $0.open(
                [Self.operation(1), Self.operation(2), Self.operation(2, .refund, attempt: 3)], at: now)
        }
        let open = try book.read { try $0.openOperations(campaign: 1) }
        #expect(
            open == [
                OperationRecord(
                    pledge: 1, instalment: 1, kind: .charge, attempt: 1, amount: 101, state: .open, at: now),
                OperationRecord(
                    pledge: 2, instalment: 1, kind: .charge, attempt: 1, amount: 102, state: .open, at: now),
                OperationRecord(
                    pledge: 2, instalment: 1, kind: .refund, attempt: 3, amount: 102, state: .open, at: now),
            ])
        withExtendedLifetime(folder) {}
    }

    /// Which of five operations end how; `nil` is not answered in this call.
    private static let endings: [[OperationState?]] = [
        [.succeeded, .succeeded, .succeeded, .succeeded, .succeeded],
        [.succeeded, .failedSoft, .succeeded, .unknown, .succeeded],
        [.succeeded, .succeeded, nil, .succeeded, .succeeded],
        [.failedHard, .failedSoft, .abandoned, .unknown, .pending],
        [nil, .succeeded, .failedSoft, .succeeded, nil], [.succeeded, nil, nil, nil, nil],
        [nil, nil, nil, nil, .succeeded], [nil, nil, nil, nil, nil],
    ]

    @Test(
        "each operation ends as it was answered, and those that were not asked about stay", arguments: endings
    )
    func settle(ends: [OperationState?]) throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        let operations = (1...5).map { Self.operation(Int64($0)) }
        let (sent, answered) = (Timestamp(seconds: 50), Timestamp(seconds: 60))
        try book.inBulk {
            try book.write { try BulkAppend($0, campaign: 1).open(operations, at: sent) }
            try book.write { records in
                let answers = zip(operations, ends).compactMap { operation, end in
                    end.map { OperationEnd(operation, $0, sentAt: sent) }
                }
                try BulkAppend(records, campaign: 1).settle(answers, at: answered)
            }
        }
        for (operation, end) in zip(operations, ends) {
            let stored = try book.read { try $0.operations(campaign: 1, pledge: operation.pledge) }
            #expect(stored.map(\.state) == [end ?? .open])
            // What has no certain answer keeps the time at which it was sent: its key is as old as that.
            let isCertain = end.map { $0.rawValue >= OperationState.succeeded.rawValue } ?? false
            #expect(stored.map(\.at) == [isCertain ? answered : sent])
        }
    }

    @Test("a batch without text, and one without rows, are written too")
    func empty() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        try book.write { records in
            let append = try BulkAppend(records, campaign: 1)
            try append.append(AppendBatch())
            var batch = AppendBatch()
            batch.entries = [Self.bareEntry()]
            try append.append(batch)
            try append.finish()
        }
        #expect(try book.number("SELECT COUNT(*) FROM entry") == 1)
        #expect(try book.number("SELECT COUNT(*) FROM daily") == 1)
    }
}
