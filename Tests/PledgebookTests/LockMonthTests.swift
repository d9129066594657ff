import Accounting
import Crowdfunding
import Receipts
import Storage
import Testing

@testable import Pledgebook

@Suite struct LockMonthTests {
    private static let header =
        "pledge_id,email,country,tier,quantity,pledged_at,payment_method,payment_reference,status\n"

    /// Two backers who paid in March, and money that a person told of.
    private static func funded() throws -> UpdateBook {
        let book = try UpdateBook()
        let rows = (1...2).map {
            "P-\($0),a\($0)@example.org,DE,standard,1,2026-03-03T09:30:00Z,recorded,ch_\($0),collected\n"
        }
        try book.take(header + rows.joined(), at: "2026-03-31T19:00:00Z")
        _ = try book.session("2026-03-31T19:05:00Z").closeCampaign(nil)
        _ = try book.session("2026-03-31T20:00:00Z").recordCash(
            .own, CashFact(amount: 5_000, day: CalendarDay("2026-03-20")), in: nil)
        return book
    }

    private static func march() throws -> Period { try #require(Period("2026-03")) }

    private static let april = "2026-04-10T10:00:00Z"

    @Test func itIsASignedEntryACampaignWithACheckpoint() throws {
        let book = try Self.funded()
        let before = try book.record()
        let plan = try book.session(Self.april).lockMonth(Self.march(), in: nil, dryRun: true)
        #expect(try book.record() == before)
        let done = try book.session(Self.april).lockMonth(Self.march(), in: nil)
        #expect(done.map(\.entry) == [before.head + 1])
        #expect(plan.map(\.entry) == done.map(\.entry))
        #expect(done.map(\.firstOpen) == [CalendarDay("2026-04-01")])
        #expect(done.map(\.entries) == [before.head])
        #expect(try book.record().lockedThrough == CalendarDay("2026-03-31"))
        let entry = try book.folder.book.read { try $0.entry(campaign: 1, number: before.head + 1) }?.entry
        #expect(entry?.kind == .periodLocked)
        #expect(entry?.detail == "through=2026-03-31")
        #expect(entry?.day == CalendarDay("2026-04-10"))
        let session = try book.session(Self.april)
        #expect(try session.checkpoints(of: session.campaign(nil)).last?.number == before.head + 1)
        #expect(try session.verifyReceipts(of: session.campaign(nil)).findings == [])
        #expect(try book.differences() == [])
        try expectSameRebuilt(session)
        // Said again, or for an earlier month, it does nothing.
        for month in ["2026-03", "2026-02"] {
            let again = try session.lockMonth(#require(Period(month)), in: nil)
            #expect(again.map(\.entry) == [nil])
            #expect(again.map(\.through) == [CalendarDay("2026-03-31")])
        }
        #expect(try book.record().head == before.head + 1)
    }

    @Test func aMonthThatIsNotOverIsRefused() throws {
        let book = try Self.funded()
        for moment in ["2026-03-31T20:10:00Z", "2026-03-31T21:59:59Z"] {
            #expect(throws: SessionError.self, "\(moment)") {
                try book.session(moment).lockMonth(Self.march(), in: nil)
            }
        }
        // In Berlin April has begun.
        #expect(try book.session("2026-03-31T22:00:00Z").lockMonth(Self.march(), in: nil)[0].entry != nil)
    }

    @Test func whatAPersonDatesIntoItIsRefusedWithTheFirstOpenDay() throws {
        let book = try Self.funded()
        let session = try book.session(Self.april)
        _ = try session.lockMonth(Self.march(), in: nil)
        let day = try #require(CalendarDay("2026-03-31"))
        let locked = SessionError.dayIsLocked(day, firstOpen: try #require(CalendarDay("2026-04-01")))
        #expect(locked.message.contains("the first open day is 2026-04-01"))
        #expect(throws: locked) { try session.recordCash(.own, CashFact(amount: 1, day: day), in: nil) }
        #expect(throws: locked) { try session.recordPayout(CashFact(amount: 1, day: day), in: nil) }
        #expect(throws: locked) { try session.recordRefund(of: "P-1", PaymentFact(day: day), in: nil) }
        #expect(throws: locked) { try book.take(Self.header, at: Self.april, on: "2026-03-31") }
        _ = try session.recordCash(.own, CashFact(amount: 1, day: CalendarDay("2026-04-01")), in: nil)
        #expect(try book.differences() == [])
    }

    @Test func aReversalOfWhatLiesInItIsDatedOnTheFirstOpenDay() throws {
        let book = try Self.funded()
        let session = try book.session(Self.april)
        let own = try #require(
            try book.folder.book.read { try $0.entries(campaign: 1, kinds: [.ownMoney]) }.first?.entry)
        _ = try session.lockMonth(Self.march(), in: nil)
        let done = try session.reverseEntry(own.number, because: "typed", in: nil)
        #expect(done.entries.map(\.day) == [CalendarDay("2026-04-01")])
        #expect(try book.differences() == [])
    }

    @Test func aLateRowOfAFileIsDatedOnTheFirstOpenDay() throws {
        let book = try Self.funded()
        _ = try book.session(Self.april).lockMonth(Self.march(), in: nil)
        let head = try book.record().head
        // The pledge was made in March and is priced by what was in force then.
        try book.take(
            Self.header
                + "P-9,z@example.org,DE,standard,1,2026-03-05T09:30:00Z,recorded,ch_9,collected\n",
            at: "2026-04-11T10:00:00Z")
        let entries = try book.folder.book.read { try $0.entries(campaign: 1, from: head + 1, to: head + 2) }
        #expect(entries.map(\.entry.kind) == [.placed, .capturedAfterSuccess])
        #expect(Set(entries.map(\.entry.day)) == [CalendarDay("2026-04-01")])
        #expect(try book.differences() == [])
    }

    static let damages = [
        ("UPDATE campaign SET locked_day = NULL", "campaign lamp, locked_day"),
        ("UPDATE campaign SET locked_day = locked_day + 1", "campaign lamp, locked_day"),
    ]

    @Test(arguments: damages) func anUnlockedBookIsFound(sql: String, place: String) throws {
        let book = try Self.funded()
        _ = try book.session(Self.april).lockMonth(Self.march(), in: nil)
        try book.folder.damage(sql)
        let found = try book.differences()
        #expect(found.contains { $0.hasPrefix(place) }, "\(found)")
    }

    /// Somebody with the key unlocks the book by hand and writes into the locked month.
    @Test func anEntryThatWasDatedIntoItIsFound() throws {
        let book = try Self.funded()
        _ = try book.session(Self.april).lockMonth(Self.march(), in: nil)
        try book.folder.damage("UPDATE campaign SET locked_day = NULL")
        let told = try book.session(Self.april).recordCash(
            .own, CashFact(amount: 1, day: CalendarDay("2026-03-31")), in: nil)
        let found = try book.differences()
        #expect(found.contains { $0.hasPrefix("entry \(told.entries[0].number), day") }, "\(found)")
    }
}
