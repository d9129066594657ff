import Accounting
import Crowdfunding
import Foundation
import Imports
import Receipts
import Storage
import Testing

@testable import Pledgebook

/// A book in a folder of its own: four backers promise EUR 120.00 each, 20.00 of it tax, for one lamp each,
/// which costs 40.00 to make.
///
/// Money moves elsewhere.
final class SmallBook {
    static let deadline = "2026-03-31T18:00:00Z"
    static let definition = """
        {
          "id": "lamp", "title": "Lamp", "currency": "EUR", "time_zone": "UTC",
          "opens_at": "2026-01-01T00:00:00Z", "closes_at": "2026-03-31T18:00:00Z",
          "funding": { "rule": "all-or-nothing", "goal": "400.00" },
          "items": [{ "sku": "LAMP", "title": "Lamp", "unit_cost": "40.00" }],
          "tiers": [{ "id": "one", "title": "One lamp", "price": "120.00", "contains": { "LAMP": 1 } }],
          "tax": { "prices_include_tax": true, "rates": { "*": "20" } },
          "production": [{ "id": "run-1", "supplier": "Works", "sku": "LAMP", "minimum_units": 1,
            "lead_time_days": 30, "deposit_percent": "30" }]
        }
        """

    let folder: String
    let book: Book
    private let key: MasterKey

    init() throws {
        folder = NSTemporaryDirectory() + "cash-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        book = try Book.create(
            at: folder + "/book.sqlite", id: "0123456789abcdef", keySecret: Array(repeating: 7, count: 16))
        key = try #require(MasterKey(Array(repeating: 9, count: 32)))
        _ = try session("2026-01-01T00:00:00Z").launch(
            checkCampaign(Array(Self.definition.utf8), file: "lamp.json"), seed: 1)
        try importPledges(
            """
            pledge_id,backer_name,email,country,tier,amount,currency,pledged_at,payment_method
            A,Ana,a@example.org,DE,one,120.00,EUR,2026-01-02T09:00:00Z,recorded
            B,Bo,b@example.org,DE,one,120.00,EUR,2026-01-02T09:00:00Z,recorded
            C,Cy,c@example.org,DE,one,120.00,EUR,2026-01-02T09:00:00Z,recorded
            D,Ana,d@example.org,DE,one,120.00,EUR,2026-01-02T09:00:00Z,recorded

            """)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func session(_ time: String = "2026-04-30T12:00:00Z") -> Session {
        guard let now = Timestamp(rfc3339: time) else { preconditionFailure("\(time) is no time") }
        return Session(
            book: book, master: key, now: now, operatorName: "tester", version: "test", command: "test")
    }

    private func importPledges(_ text: String) throws {
        let path = folder + "/pledges.csv"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let summary = try session("2026-01-03T00:00:00Z").importPledges(
            sourceFiles(at: path), name: "pledges.csv", into: nil, options: ImportOptions(),
            observer: ImportObserver())
        try #require(summary.placed == 4)
    }

    /// The balances by the rollup: balanced, and no account below zero that may not be.
    func balances(_ comment: Comment? = nil) throws -> TrialBalance {
        var books = TrialBalance()
        try book.read { records in
            for total in try records.dailyTotals(campaign: 1) {
                try books.add(total.parts, by: total.kind.postings)
            }
        }
        #expect(books.isBalanced, comment)
        for account in Account.allCases where !account.mayBeNegative {
            let balance = books.balance(of: account) * (account.normalSide == .debit ? 1 : -1)
            #expect(balance >= 0, comment ?? "\(account.path)")
        }
        // Some tests write rows by hand that no command would write.
        let now = session("2026-12-31T12:00:00Z")
        if try now.checkBook(campaign: nil).isSound { try expectSameRebuilt(now, comment) }
        return books
    }

    func payment(_ reference: String) throws -> Payment? {
        try book.read { records in
            let pledge = try #require(try records.pledge(campaign: 1, reference: reference))
            return try records.payments(campaign: 1, pledge: pledge.number).first?.payment
        }
    }

    func entries() throws -> [JournalEntry] {
        try book.read { try $0.entries(campaign: 1, from: 1, to: .max).map(\.entry) }
    }

    /// Writes entries that other commands write, as they would.
    func write(_ rows: [(EntryKind, EntryParts)], pledge: String? = nil, run: String? = nil) throws {
        try book.write { records in
            let session = session()
            let campaign = try session.campaign(nil, in: records)
            let journal = try JournalWriter(session, record: campaign.record, in: records)
            let row = try pledge.map { try session.pledge($0, campaign: 1, in: records) }
            for (kind, parts) in rows {
                journal.write(
                    kind, pledge: row.map { ($0.number, $0.reference) }, instalment: row == nil ? 0 : 1,
                    run: run,
                    parts: parts)
            }
            try journal.finish()
        }
    }

    func launchRun(units: Int64) throws {
        let day = try #require(CalendarDay("2026-04-02"))
        try book.write {
            try $0.put(
                RunRecord(
                    id: "run-1", state: .launched, launchedOn: day, expectedOn: day.adding(days: 30),
                    unitCost: 4_000,
                    deposit: 1_200 * units, units: [RunUnits(sku: "LAMP", ordered: units)]), campaign: 1)
        }
    }

    func receive(units: Int64, cost: Int64, applied: Int64) throws {
        try write(
            [(.goodsReceived, EntryParts(other: cost)), (.depositApplied, EntryParts(other: applied))],
            run: "run-1")
        try book.write { records in
            var run = try #require(try records.runs(campaign: 1).first)
            run.units[0].received += units
            if run.units[0].received >= run.units[0].ordered { run.state = .received }
            try records.put(run, campaign: 1)
        }
    }

    /// All four pay, by bank transfer.
    func collectAll() throws {
        for who in ["A", "B", "C", "D"] {
            _ = try session("2026-03-30T12:00:00Z").recordPayment(
                of: who, PaymentFact(amount: 12_000, reference: "T-\(who)"), in: nil)
        }
    }
}

/// The message of what is thrown.
func refusal(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "nothing was thrown"
    } catch let error as any UserFacingError {
        return error.message
    } catch {
        return "\(error)"
    }
}
