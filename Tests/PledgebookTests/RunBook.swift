import Accounting
import Crowdfunding
import Foundation
import GRDBSQLite
import Imports
import Receipts
import Storage
import Testing

@testable import Pledgebook

/// A small book in a folder of its own: a lamp in two colors from factories, a bulb from stock.
///
/// Six pledges: P-1 to P-5 are collected, P-6 is not. By pledge time the queue is P-1, P-4, P-2, P-3, P-6.
struct RunBook {
    let folder: String
    let book: Book
    private let master: MasterKey

    /// - Parameters:
    ///   - changes: Replaced in the campaign file.
    ///   - rows: Further rows of the pledges' file.
    ///   - file: The whole file in its place.
    ///   - body: What to do with the book.
    /// - Throws: What `body` throws, and what making the book does.
    static func with(
        _ changes: [(String, String)] = [], rows: [String] = [], file: String? = nil,
        _ body: (RunBook) throws -> Void
    ) throws {
        let folder = NSTemporaryDirectory() + "pledgebook-run-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let book = try Book.create(
            at: "\(folder)/book.sqlite", id: "runs", keySecret: [UInt8](repeating: 7, count: 16))
        let master = try #require(MasterKey([UInt8](repeating: 9, count: 32)))
        let made = RunBook(folder: folder, book: book, master: master)
        try made.fill(changes, file ?? pledges + rows.map { $0 + "\n" }.joined())
        try body(made)
        let later = try made.session("2026-12-31T12:00:00Z")
        if try later.checkBook(campaign: nil).isSound { try expectSameRebuilt(later) }
    }

    /// A command at a moment.
    func session(_ time: String = "2026-04-10T12:00:00Z") throws -> Session {
        Session(
            book: book, master: master, now: try #require(Timestamp(rfc3339: time)), operatorName: "tester",
            version: "test", command: "test")
    }

    /// Imports the pledges, closes the campaign, and finds it funded.
    private func fill(_ changes: [(String, String)], _ rows: String) throws {
        var text = Self.campaign
        for (old, new) in changes {
            try #require(text.contains(old))
            text = text.replacing(old, with: new)
        }
        let checked = try checkCampaign(Array(text.utf8), file: "lamps.json")
        _ = try session("2026-03-01T12:00:00Z").launch(checked, seed: 1)
        try write(rows, to: "pledges.csv")
        let files = try sourceFiles(at: "\(folder)/pledges.csv")
        let summary = try session("2026-04-01T12:00:00Z").importPledges(
            files, name: "pledges.csv", into: nil, options: ImportOptions(), observer: ImportObserver())
        try #require(summary.placed == rows.split(separator: "\n").count - 1, "\(summary.problems)")
        let closed = try session("2026-04-02T12:00:00Z").closeCampaign(nil)
        try #require(closed.campaign.record.state == .funded)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }

    /// Deliveries of parcels; what contains no item is delivered without one.
    func shipments() throws -> [JournalEntry] {
        try entries(.delivered).filter { !$0.detail.isEmpty }
    }

    /// What lies on an account, credit positive for liabilities and income.
    func balance(_ account: Account) throws -> Int64 {
        try book.read { records in
            let session = try session()
            return try session.balance(of: account, session.campaign(nil, in: records), in: records)
        }
    }

    /// Writes an entry that another command would write.
    func post(_ kind: EntryKind, run: String, other: Int64) throws {
        try book.write { records in
            let session = try session()
            let journal = try JournalWriter(
                session, record: session.campaign(nil, in: records).record, in: records)
            journal.write(kind, run: run, parts: EntryParts(other: other))
            try journal.finish()
        }
    }

    /// Entries of a kind, in order.
    func entries(_ kind: EntryKind) throws -> [JournalEntry] {
        try book.read { records in
            try records.entries(campaign: session().campaign(nil, in: records).record.number, kinds: [kind])
                .map(\.entry)
        }
    }

    /// `P-1 LAMP-RED run-1 1/0` for every allocation: units held and shipped.
    func allocations() throws -> [String] {
        try book.read { records in
            let number = try session().campaign(nil, in: records).record.number
            return try records.allocations(campaign: number).map { row in
                let reference = try records.pledge(campaign: number, number: row.pledge)?.reference ?? "?"
                let source = row.run.isEmpty ? "stock" : row.run
                return "\(reference) \(row.sku) \(source) \(row.quantity)/\(row.shipped)"
            }.sorted()
        }
    }

    /// Ships rows of a file on 2 May.
    func ship(_ rows: String...) throws -> ShipmentSummary {
        let text = "pledge_id,shipped_on,sku,quantity,carrier,tracking\n" + rows.map { $0 + "\n" }.joined()
        return try session("2026-05-02T12:00:00Z").shipPledges(Array(text.utf8), file: "parcels.csv")
    }

    /// Takes an entry back on 3 May.
    @discardableResult
    func reverse(_ number: Int64) throws -> Reversal {
        try session("2026-05-03T12:00:00Z").reverseEntry(number, because: "a slip of the pen", in: nil)
    }

    /// The number of the last entry of a kind that was written, reversals apart.
    func last(_ kind: EntryKind) throws -> Int64 {
        try #require(try entries(kind).last { $0.reverses == nil }?.number)
    }

    /// What `book check` finds.
    func differences() throws -> [String] {
        try session("2026-06-01T12:00:00Z").checkBook(campaign: nil).differences.map(\.description)
    }

    /// Changes rows behind the program's back.
    func damage(_ sql: String) throws {
        var connection: OpaquePointer?
        try #require(sqlite3_open("\(folder)/book.sqlite", &connection) == SQLITE_OK)
        defer { sqlite3_close(connection) }
        let before = sqlite3_total_changes(connection)
        try #require(sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK, "\(sql)")
        try #require(sqlite3_total_changes(connection) > before, "\(sql): changed nothing")
    }

    /// `launched LAMP-RED 3/1/0`: ordered, received and written off; `nil` for a planned run.
    func run(_ id: String) throws -> String? {
        try book.read { records in
            let number = try session().campaign(nil, in: records).record.number
            return try records.runs(campaign: number).first { $0.id == id }.map { run in
                run.units.reduce(into: run.state.rawValue) {
                    $0 += " \($1.sku) \($1.ordered)/\($1.received)/\($1.writtenOff)"
                }
            }
        }
    }

    /// Every account's balance, through the posting rules.
    func balances() throws -> [Account: Int64] {
        try Dictionary(uniqueKeysWithValues: Account.allCases.map { ($0, try balance($0)) })
    }

    func state(of reference: String) throws -> PledgeState? {
        try book.read { records in
            try records.pledge(
                campaign: session().campaign(nil, in: records).record.number, reference: reference)?.state
        }
    }

    private static let campaign = """
        {
          "id": "lamps", "title": "Lamps", "currency": "EUR", "time_zone": "Europe/Berlin",
          "opens_at": "2026-03-02T00:00:00+01:00", "closes_at": "2026-03-31T20:00:00+02:00",
          "funding": { "goal": "100.00" },
          "prepayment": { "retry_days": 0 },
          "items": [
            { "sku": "LAMP", "title": "Lamp", "unit_cost": "30.00", "variants": [
              { "sku": "LAMP-RED", "title": "Red", "minimum_units": 2 },
              { "sku": "LAMP-BLUE", "title": "Blue", "minimum_units": 3 }] },
            { "sku": "BULB", "title": "Bulb", "unit_cost": "2.00", "in_stock": 3 }
          ],
          "tiers": [
            { "id": "one", "title": "One lamp", "price": "100.00", "contains": { "LAMP": 1 },
              "delivery": "2026-09" },
            { "id": "set", "title": "Lamp and bulb", "price": "120.00", "contains": { "LAMP": 1, "BULB": 1 },
              "delivery": "2026-09" },
            { "id": "thanks", "title": "Thank you", "price": "5.00", "contains": {} }
          ],
          "shipping": [{ "to": ["*"], "first": "6.00", "each_more": "0.00" }],
          "tax": { "prices_include_tax": true, "rates": { "*": "20" } },
          "production": [
            { "id": "run-1", "supplier": "Lamp works", "sku": "LAMP", "minimum_units": 4, "capacity": 6,
              "launch_when": { "collected": "300.00" }, "lead_time_days": 60, "deposit_percent": "30" },
            { "id": "run-2", "supplier": "Lamp works", "sku": "LAMP", "minimum_units": 1,
              "lead_time_days": 30, "unit_cost": "28.00" }
          ]
        }
        """

    private static let pledges = """
        pledge_id,email,country,tier,quantity,choices,pledged_at,status
        P-1,a@post.example,DE,one,1,LAMP-RED:1,2026-03-02T10:00:00+01:00,collected
        P-2,b@post.example,DE,set,1,LAMP-BLUE:1,2026-03-04T10:00:00+01:00,collected
        P-3,c@post.example,DE,one,1,,2026-03-05T10:00:00+01:00,collected
        P-4,d@post.example,DE,one,2,LAMP-RED:1;LAMP-BLUE:1,2026-03-03T10:00:00+01:00,collected
        P-5,e@post.example,DE,thanks,1,,2026-03-06T10:00:00+01:00,collected
        P-6,f@post.example,DE,one,1,LAMP-RED:1,2026-03-02T09:00:00+01:00,pledged

        """
}
