import Accounting
import Crowdfunding
import GRDB
import Testing

@testable import Storage

@Suite("What holds for everything that is appended") struct AppendGuardTests {
    private static func append(
        _ entries: [(kind: EntryKind, parts: EntryParts)], on day: Int64 = 20_540, to book: Book
    ) throws {
        try book.write { records in
            let append = try BulkAppend(records, campaign: 1)
            var batch = AppendBatch()
            let last = try Int64.fetchOne(records.db, sql: "SELECT COALESCE(MAX(number), 0) FROM entry") ?? 0
            for (index, entry) in entries.enumerated() {
                var row = EntryRow()
                row.number = last + 1 + Int64(index)
                row.kind = entry.kind
                row.day = day
                row.parts = entry.parts
                batch.entries.append(row)
            }
            try append.append(batch)
            try append.finish()
        }
    }

    /// A kind that takes from each account that may not be negative, and one that fills it.
    static let takers: [(account: Account, fill: EntryKind, take: EntryKind)] = [
        (.refundableDeposits, .captured, .refundCommitted), (.contract, .capturedAfterSuccess, .delivered),
        (.contractShipping, .captured, .delivered),
        (.refundsPayable, .refundCommittedAfterDelivery, .refunded),
        (.suppliers, .goodsReceived, .supplierPaid), (.platform, .platformFeeDue, .platformFeePaid),
        (.carriers, .carrierOwed, .carrierPaid), (.inTransit, .payoutCreated, .payoutArrived),
        (.disputed, .disputeOpened, .disputeWon), (.receivable, .claimFromRefund, .claimGivenUp),
        (.supplierDeposits, .supplierDeposit, .supplierDefaulted),
        (.inventory, .stockAtLaunch, .costOfDelivered),
    ]

    /// The part in which the kind touches the account.
    private static func parts(_ kind: EntryKind, _ account: Account, _ amount: Int64) -> EntryParts {
        var parts = EntryParts.zero
        for rule in kind.postings where rule.debit == account || rule.credit == account {
            parts[rule.part] = amount
            break
        }
        return parts
    }

    @Test("no account that may not be negative becomes so, by one cent", arguments: takers)
    func overdrawn(account: Account, fill: EntryKind, take: EntryKind) throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        try Self.append([(fill, Self.parts(fill, account, 100))], to: book)
        let refusal = #expect(throws: BookError.self) {
            try Self.append([(take, Self.parts(take, account, 101))], to: book)
        }
        let euro = try #require(Currency("EUR"))
        #expect(
            refusal
                == .overdrawn(
                    account, held: Money(minorUnits: 100, currency: euro),
                    taken: Money(minorUnits: 101, currency: euro)))
        #expect(try book.number("SELECT COUNT(*) FROM entry") == 1)
        #expect(try book.number("SELECT COUNT(*) FROM daily") == 1)
        try Self.append([(take, Self.parts(take, account, 100))], to: book)
        // The entry that filled it is stood on by the one that took.
        #expect(throws: BookError.self) {
            try Self.append([(fill, -Self.parts(fill, account, 1))], to: book)
        }
    }

    @Test("the table is complete")
    func complete() {
        #expect(Set(Self.takers.map(\.account)) == Set(Account.allCases.filter { !$0.mayBeNegative }))
    }

    @Test("what the same transaction gives may be taken, in any order")
    func together() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        try Self.append(
            [(.supplierPaid, EntryParts(other: 70)), (.goodsReceived, EntryParts(other: 70))], to: book)
        #expect(try book.number("SELECT COUNT(*) FROM entry") == 2)
    }

    @Test("bank and clearing may be negative, and an account that is already may be mended")
    func mended() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        try Self.append([(.toolingPaid, EntryParts(other: 500))], to: book)
        try book.run(
            "INSERT INTO daily VALUES (1, 20540, \(EntryKind.supplierPaid.rawValue), 1, 0, 0, 0, 0, 90)")
        try Self.append([(.goodsReceived, EntryParts(other: 40))], to: book)
        #expect(throws: BookError.self) { try Self.append([(.supplierPaid, EntryParts(other: 1))], to: book) }
    }

    @Test("nothing is dated into a locked month")
    func locked() throws {
        let folder = try StorageFolder()
        let book = try folder.book()
        var record = try #require(try book.read { try $0.campaigns() }.first)
        record.lockedThrough = CalendarDay(number: 20_543)
        try book.write { try $0.update(record) }
        for day in [20_500, 20_543] as [Int64] {
            #expect(
                throws: BookError.dayIsLocked(
                    CalendarDay(number: Int(day)), firstOpen: CalendarDay(number: 20_544))
            ) { try Self.append([(.noted, .zero)], on: day, to: book) }
        }
        #expect(try book.number("SELECT COUNT(*) FROM entry") == 0)
        try Self.append([(.noted, .zero)], on: 20_544, to: book)
        #expect(try book.number("SELECT COUNT(*) FROM entry") == 1)
    }
}
