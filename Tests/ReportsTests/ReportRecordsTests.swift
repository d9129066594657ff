import Accounting
import Crowdfunding
import Glibc
import Storage
import Testing

@Suite("What reports read from a book") struct ReportRecordsTests {
    /// A book with one pledge to Spain, a hold of which a part is captured, and a deposit for a run.
    static func fill(_ records: Records) throws -> Int64 {
        let offsets = ZoneOffsets.utc
        let digest = [UInt8](repeating: 1, count: 32)
        let campaign = try records.insert(
            CampaignRecord(
                launching: try #require(CampaignID("lamp")), definition: digest, seed: 1,
                currency: try #require(Currency("EUR")), offsets: offsets,
                at: Timestamp(seconds: 1_775_000_000)),
            text: "{}")
        var batch = AppendBatch()
        batch.backers.append(
            BackerRow(
                number: 1, email: batch.store("a@post.example"), name: .empty, country: 0, address: .empty,
                answers: .empty))
        var pledge = PledgeRow()
        pledge.number = 1
        pledge.reference = batch.store("P-1")
        pledge.backer = 1
        pledge.destination = UInt16(UInt8(ascii: "E")) << 8 | UInt16(UInt8(ascii: "S"))
        pledge.goods = 10_000
        batch.pledges.append(pledge)
        let at = Timestamp(seconds: 1_775_000_000)
        let day = try #require(CalendarDay("2026-04-01"))
        let entries = [
            JournalEntry(number: 1, kind: .placed, pledge: 1, at: at, day: day),
            JournalEntry(
                number: 2, kind: .captured, pledge: 1, instalment: 1, at: at, day: day,
                parts: EntryParts(goods: 6_000, tax: 1_000, fee: 100), reference: "py_1"),
            JournalEntry(
                number: 3, kind: .supplierDeposit, run: "run-1", at: at, day: day,
                parts: EntryParts(other: 500)),
        ]
        for entry in entries { batch.append(entry, tag: Tag.zero) }
        var payment = Payment()
        (payment.authorized, payment.captured, payment.voided) = (10_000, 7_000, 500)
        (payment.refunded, payment.committed, payment.disputed, payment.lost) = (40, 30, 20, 10)
        batch.payments.append(PaymentRow(pledge: 1, payment: payment))
        let append = try BulkAppend(records, campaign: campaign)
        try append.append(batch)
        try append.finish()
        return campaign
    }

    @Test("sums of payments, and entries with an amount and where their pledges go")
    func records() throws {
        try AtomicFileTests.inFolder { folder in
            let book = try Book.create(
                at: "\(folder)/book", id: "b", keySecret: [UInt8](repeating: 7, count: 16))
            let campaign = try book.write { try Self.fill($0) }
            let sums = try book.read { try $0.paymentSums(campaign: campaign) }
            #expect(
                sums
                    == PaymentSums(
                        authorized: 2_500, captured: 7_000, refunded: 40, committed: 30, disputed: 20,
                        lost: 10))
            let none = try book.read { try $0.paymentSums(campaign: 99) }
            #expect(none == PaymentSums())
            var found: [String] = []
            try book.read {
                try $0.forEachPostedEntry(campaign: campaign) { entry, pledge in
                    found.append(
                        "\(entry.number) \(entry.kind) \(entry.subject) \(entry.run ?? "") \(entry.day) "
                            + "\(entry.parts.amount) \(entry.parts.fee) \(entry.reference) "
                            + "\(pledge?.destination ?? "")"
                    )
                }
            }
            #expect(
                found == [
                    "2 captured P-1  2026-04-01 7000 100 py_1 ES",
                    "3 supplierDeposit  run-1 2026-04-01 500 0  ",
                ])
        }
    }
}
