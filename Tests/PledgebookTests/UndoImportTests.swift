import Accounting
import Crowdfunding
import Parsing
import Storage
import Testing

@testable import Pledgebook

@Suite("Undoing an import") struct UndoImportTests {
    private static let header =
        "Backer Number,Backer UID,Backer Name,Email,Shipping Country,Shipping Amount,Reward Title,Reward "
        + "Minimum,Reward ID,Pledge Amount,Pledged At,Rewards Sent?,Pledged Status,Notes,Survey "
        + "Response,Shipping Name,Shipping Address 1\n"

    private struct Row {
        var number: Int
        var amount = "86.00"
        var status = "pledged"
        var reward = "2"
        var street = ""

        var text: String {
            "\(number),90\(number),Ada \(number),b\(number)@post.example,DE,€6.00,"
                + "\(reward == "1" ? "Early" : "Standard"),€1.00,\(reward),€\(amount),"
                + "\"2026/03/05, 10:00\",,\(status),,,Ada,\(street)\n"
        }
    }

    private static func file(_ rows: [Row]) -> String { header + rows.map(\.text).joined() }

    /// Everything that follows from the journal, but how it came so: entries in pairs are nothing, and a
    /// pledge that holds no place is nothing.
    private struct Picture: Equatable {
        var money: [String: EntryParts] = [:]
        var taken: [String: Int64] = [:]
        var pledges: [String] = []
        var held: [String: Int64] = [:]
        var units: [String] = []

        /// Lines that only one of the two has.
        func differences(from other: Picture) -> [String] {
            let (own, others) = (Set(lines), Set(other.lines))
            return own.subtracting(others).map { "now: \($0)" }.sorted()
                + others.subtracting(own).map { "not: \($0)" }.sorted()
        }

        /// All of it, a line each.
        private var lines: [String] {
            money.map { "money \($0.key) \($0.value)" }.sorted()
                + taken.map { "taken \($0.key) \($0.value)" }.sorted()
                + pledges + held.map { "held \($0.key) \($0.value)" }.sorted() + units
        }
    }

    private static func picture(_ book: UpdateBook) throws -> Picture {
        try book.folder.book.read { records in
            var picture = Picture()
            for total in try records.dailyTotals(campaign: 1) where !total.kind.isMemo {
                guard total.parts != .zero else { continue }
                picture.money["\(total.day) \(total.kind)"] = total.parts
            }
            for kind in [OfferKind.tier, .addOn, .promotion] {
                for (id, count) in try records.taken(kind, campaign: 1) {
                    picture.taken["\(kind) \(id)"] = count
                }
            }
            for total in try records.totals(campaign: 1) where total.isHeld {
                picture.held["\(total.tier as Any) \(total.gateway) \(total.paid)", default: 0] += total.count
                picture.held["amount", default: 0] += total.amount
                picture.held["captured", default: 0] += total.captured
            }
            for pledge in try records.pledges(campaign: 1) where pledge.state.holdsPlace {
                let payment =
                    try records.payments(campaign: 1, pledge: pledge.number).first?.payment ?? Payment()
                let lines = try records.lines(campaign: 1, pledge: pledge.number)
                picture.pledges.append("\(pledge) \(lines) \(payment)")
                picture.units += try records.allocations(campaign: 1, pledge: pledge.number).map { "\($0)" }
            }
            return picture
        }
    }

    private static func undo(
        _ number: Int, _ book: UpdateBook, at moment: String, dryRun: Bool = false
    ) throws -> ImportUndo {
        try book.session(moment).undoImport(number, because: "a test", in: nil, dryRun: dryRun)
    }

    @Test("a new file: pledges and money are gone, the tier is free, and the same file is new again")
    func placed() throws {
        let book = try UpdateBook()
        let rows = [
            Row(number: 1, amount: "56.00", reward: "1"), Row(number: 2, status: "collected"),
            Row(number: 3, status: "errored"), Row(number: 4, status: "dropped"),
            Row(number: 5, status: "disputed"),
        ]
        let empty = try Self.picture(book)
        let first = try book.take(Self.file(rows), at: "2026-04-02T12:00:00Z")
        try #require(first.placed == 5 && first.number == 1, "\(first.problems)")
        let full = try Self.picture(book)
        #expect(try book.taken(.tier, "early") == 1)
        let plan = try Self.undo(1, book, at: "2026-04-03T12:00:00Z", dryRun: true)
        #expect(try Self.picture(book).differences(from: full) == [])
        let done = try Self.undo(1, book, at: "2026-04-03T12:00:00Z")
        #expect((done.canceled, done.restored, done.collected) == (5, 0, 17_200))
        #expect((plan.canceled, plan.amount, plan.collected) == (done.canceled, done.amount, done.collected))
        #expect(try Self.picture(book).differences(from: empty) == [])
        #expect(try book.taken(.tier, "early") == 0)
        #expect(try book.balance(.clearing) == 0)
        #expect(try book.differences() == [])
        let again = try book.take(Self.file(rows), at: "2026-04-04T12:00:00Z")
        #expect((again.placed, again.changed, again.same, again.amount) == (5, 0, 0, first.amount))
        #expect((again.collected, again.number) == (first.collected, 2))
        #expect(try Self.picture(book).differences(from: full) == [])
        #expect(try book.pledge("KS-4").state == .dropped)
        #expect(try book.differences() == [])
        let third = try book.take(Self.file(rows), at: "2026-04-04T13:00:00Z")
        #expect((third.placed, third.same, third.number, third.sameFile) == (0, 5, nil, 2))
        let twice = try Self.undo(2, book, at: "2026-04-05T12:00:00Z")
        #expect(twice.canceled == 5 && twice.restored == 0 && twice.collected == 17_200)
        #expect(try Self.picture(book).differences(from: empty) == [])
        let last = try book.take(Self.file(rows), at: "2026-04-06T12:00:00Z")
        #expect(last.placed == 5)
        #expect(try Self.picture(book).differences(from: full) == [])
        #expect(try book.differences() == [])
    }

    @Test("rows of our own CSV are new again, without --update")
    func ownRows() throws {
        let book = try UpdateBook()
        let rows =
            "pledge_id,email,country,tier,add_ons,pledged_at,payment_method,payment_reference\n"
            + "P-1,a@post.example,DE,early,bulb:2,2026-03-05T10:00:00Z,rehearsal,pm_1\n"
            + "P-2,b@post.example,DE,standard,,2026-03-05T10:00:00Z,rehearsal,pm_2\n"
        try book.take(rows, at: "2026-03-06T12:00:00Z")
        let full = try Self.picture(book)
        _ = try Self.undo(1, book, at: "2026-03-07T12:00:00Z")
        #expect(try book.taken(.addOn, "bulb") == 0)
        // A mended file: another tier, and one pledge less.
        let mended = rows.replacing("early,bulb:2", with: "standard,").split(separator: "\n").prefix(2)
            .joined(separator: "\n")
        let other = try book.take(mended + "\n", at: "2026-03-08T12:00:00Z")
        #expect((other.placed, other.refused) == (1, 0), "\(other.problems)")
        #expect(try book.taken(.tier, "standard") == 1)
        #expect(try book.differences() == [])
        _ = try Self.undo(2, book, at: "2026-03-09T12:00:00Z")
        let again = try book.take(rows, at: "2026-03-10T12:00:00Z")
        #expect((again.placed, again.refused) == (2, 0), "\(again.problems)")
        var expected = full
        // The method stays as the last row told it, and the payment has a row now.
        expected.pledges = try Self.picture(book).pledges
        #expect(try Self.picture(book).differences(from: expected) == [])
        #expect(try book.differences() == [])
    }

    @Test("more pledges than are read at once, new ones and changed ones")
    func windows() throws {
        let book = try UpdateBook()
        let empty = try Self.picture(book)
        var rows = (1...1_100).map { Row(number: $0, reward: $0 % 600 == 0 ? "1" : "2") }
        try book.take(Self.file(rows), at: "2026-03-20T12:00:00Z")
        let placed = try Self.picture(book)
        #expect(try (book.taken(.tier, "early"), book.taken(.tier, "standard")) == (1, 1_099))
        for index in rows.indices {
            rows[index].status = index % 3 == 0 ? "canceled" : "collected"
            if index % 5 == 0 { rows[index].amount = "96.00" }
        }
        try book.take(Self.file(rows), at: "2026-04-02T12:00:00Z", update: true)
        let later = try Self.undo(2, book, at: "2026-04-03T12:00:00Z")
        #expect((later.restored, later.canceled) == (1_100, 0))
        #expect(try Self.picture(book).differences(from: placed) == [])
        let first = try Self.undo(1, book, at: "2026-04-04T12:00:00Z")
        #expect((first.restored, first.canceled) == (0, 1_100))
        #expect(try Self.picture(book).differences(from: empty) == [])
        #expect(try book.taken(.tier, "standard") == 0)
        #expect(try book.differences() == [])
    }

    @Test("what moved since is named, and nothing is changed")
    func moved() throws {
        let book = try UpdateBook()
        try book.take(Self.file([Row(number: 1), Row(number: 2)]), at: "2026-03-20T12:00:00Z")
        _ = try book.session("2026-03-21T12:00:00Z").cancelPledge("KS-2", in: nil)
        let before = try dump(book.folder.book)
        let problem = #expect(throws: SessionError.self) {
            try Self.undo(1, book, at: "2026-03-22T12:00:00Z")
        }
        #expect(
            problem?.message.contains("KS-2 has moved since: entry 4 (Pledge canceled") == true,
            "\(problem as Any)")
        #expect(try dump(book.folder.book) == before)
    }

    @Test("not after the campaign was decided, not twice, and not what is not there")
    func refused() throws {
        let book = try UpdateBook()
        try book.take(
            Self.file([Row(number: 1, status: "collected"), Row(number: 2, status: "collected")]),
            at: "2026-04-02T12:00:00Z")
        let none = #expect(throws: SessionError.self) { try Self.undo(2, book, at: "2026-04-02T12:00:00Z") }
        #expect(none?.exitCode == .badInput)
        _ = try book.session("2026-04-08T12:00:00Z").closeCampaign(nil)
        let decided = #expect(throws: SessionError.self) {
            try Self.undo(1, book, at: "2026-04-09T12:00:00Z")
        }
        #expect(decided?.message.contains("the campaign has gone on since") == true, "\(decided as Any)")
        // A later file can still be taken back.
        try book.take(Self.file([Row(number: 3, status: "collected")]), at: "2026-04-09T12:00:00Z")
        let done = try Self.undo(2, book, at: "2026-04-10T12:00:00Z")
        #expect(done.canceled == 1 && done.collected == 8_600)
        let twice = #expect(throws: SessionError.self) { try Self.undo(2, book, at: "2026-04-10T12:00:00Z") }
        #expect(twice?.message.contains("was undone on 2026-04-10 already") == true, "\(twice as Any)")
        #expect(try book.differences() == [])
    }

    @Test("units that a late pledge held go to who is next in the queue")
    func units() throws {
        let book = try UpdateBook()
        try book.take(
            Self.file([Row(number: 1, status: "collected"), Row(number: 2, status: "collected")]),
            at: "2026-04-02T12:00:00Z")
        _ = try book.session("2026-04-08T12:00:00Z").closeCampaign(nil)
        _ = try book.session("2026-04-09T12:00:00Z").launchRun(
            "run-1", units: .total(3), overrideReason: "a test")
        let before = try Self.picture(book)
        #expect(before.units.count == 2)
        let late = [Row(number: 3, status: "collected"), Row(number: 4, status: "collected")]
        try book.take(Self.file(Array(late.prefix(1))), at: "2026-04-10T12:00:00Z")
        try book.take(Self.file(Array(late.suffix(1))), at: "2026-04-11T12:00:00Z")
        func run(of reference: String) throws -> [String] {
            let number = try book.pledge(reference).number
            return try book.folder.book.read { try $0.allocations(campaign: 1, pledge: number).map(\.run) }
        }
        #expect(try run(of: "KS-3") == ["run-1"])
        #expect(try run(of: "KS-4") == [])
        _ = try Self.undo(2, book, at: "2026-04-12T12:00:00Z")
        #expect(try run(of: "KS-3") == [])
        #expect(try run(of: "KS-4") == ["run-1"])
        #expect(try book.differences() == [])
        _ = try Self.undo(3, book, at: "2026-04-13T12:00:00Z")
        #expect(try Self.picture(book).differences(from: before) == [])
        #expect(try book.differences() == [])
    }

    @Test("what lies in a locked month is taken back on the first open day")
    func locked() throws {
        let book = try UpdateBook()
        try book.take(Self.file([Row(number: 1, status: "collected")]), at: "2026-04-02T12:00:00Z")
        let march = try #require(Period("2026-03"))
        _ = try book.session("2026-04-03T12:00:00Z").lockMonth(march, in: nil)
        _ = try Self.undo(1, book, at: "2026-04-04T12:00:00Z")
        #expect(
            try book.entries("KS-1") == [
                "captured 2026-03-31 6667+500+1433", "captured 2026-04-01 -6667+-500+-1433",
                "canceled 2026-04-04 0+0+0",
            ])
        #expect(try book.balance(.clearing) == 0)
        #expect(try book.differences() == [])
    }

    @Test("not what a card processor has charged since, nor what a payout has settled")
    func money() throws {
        let charged = try UpdateBook([("at-close", "on-pledge")])
        let rows =
            "pledge_id,email,country,tier,pledged_at,payment_method,payment_reference\n"
            + (1...6).map {
                "P-\($0),a\($0)@post.example,DE,standard,2026-03-05T10:00:00Z,rehearsal,pm_\($0)\n"
            }
            .joined()
        let told = try charged.take(rows, at: "2026-03-06T12:00:00Z")
        try #require(told.charged.captured > 0)
        let moved = #expect(throws: SessionError.self) {
            try Self.undo(1, charged, at: "2026-03-07T12:00:00Z")
        }
        #expect(moved?.message.contains("has moved since: entry") == true, "\(moved as Any)")
        let paid = try UpdateBook()
        try paid.take(Self.file([Row(number: 1, status: "collected")]), at: "2026-04-02T12:00:00Z")
        let later = try paid.session("2026-04-14T12:00:00Z")
        _ = try later.recordPayout(CashFact(amount: 8_600), in: nil)
        let settled = #expect(throws: SessionError.self) {
            try Self.undo(1, paid, at: "2026-04-15T12:00:00Z")
        }
        #expect(settled?.message.contains("has paid out money that it told of") == true, "\(settled as Any)")
    }

    /// Two files of one campaign: what is in the second may be anything.
    private static func files(_ random: inout SampleRandom) -> (first: [Row], second: [Row]) {
        let statuses = ["pledged", "collected", "errored", "canceled", "dropped", "disputed"]
        func row(_ number: Int) -> Row {
            Row(
                number: number, amount: random.chance(3_000) ? "106.00" : "86.00",
                status: statuses[random.chance(5_000) ? random.below(2) : random.below(statuses.count)],
                reward: random.chance(2_500) ? "1" : "2",
                street: random.chance(3_000) ? "Hafen \(number)" : "")
        }
        let first = (1...6).map(row)
        var second: [Row] = []
        for row in first where !random.chance(1_500) {
            second.append(random.chance(4_000) ? row : Row(number: row.number))
            guard random.chance(7_000) else { continue }
            second[second.count - 1].status = statuses[random.below(statuses.count)]
            if random.chance(3_000) { second[second.count - 1].amount = "96.00" }
            if random.chance(3_000) { second[second.count - 1].reward = "1" }
        }
        return (first, second + (7...9).map(row))
    }

    @Test("undo brings everything back, and importing again brings everything again", arguments: 0..<4)
    func property(part: Int) throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SampleRandom(seed: seed)
        for turn in 0..<12 {
            let (first, second) = Self.files(&random)
            let comment: Comment =
                "seed \(seed), part \(part), turn \(turn):\n\(Self.file(first))\n\(Self.file(second))"
            let book = try UpdateBook()
            try book.take(Self.file(first), at: "2026-04-02T12:00:00Z")
            let before = try Self.picture(book)
            let told = try book.take(
                Self.file(second), at: "2026-04-03T12:00:00Z", update: true, on: "2026-04-03")
            let after = try Self.picture(book)
            try #require(told.refused == 0 && told.number == 2, comment)
            _ = try Self.undo(2, book, at: "2026-04-04T12:00:00Z")
            try #require(try Self.picture(book).differences(from: before) == [], comment)
            try #require(try book.differences() == [], comment)
            let again = try book.take(
                Self.file(second), at: "2026-04-05T12:00:00Z", update: true, on: "2026-04-03")
            try #require(again.placed == told.placed, comment)
            try #require(try Self.picture(book).differences(from: after) == [], comment)
            try #require(try book.differences() == [], comment)
            _ = try Self.undo(3, book, at: "2026-04-06T12:00:00Z")
            _ = try Self.undo(1, book, at: "2026-04-07T12:00:00Z")
            try #require(try Self.picture(book).pledges.isEmpty, comment)
            try #require(try Self.picture(book).money.isEmpty, comment)
            try #require(try book.differences() == [], comment)
        }
    }

    @Test("what a later file of the platform does not name is listed and not touched")
    func vanished() throws {
        let book = try UpdateBook()
        let rows =
            (1...4).map { Row(number: $0, reward: $0 == 4 ? "1" : "2") } + [
                Row(number: 5, status: "canceled")
            ]
        try book.take(Self.file(rows), at: "2026-03-20T12:00:00Z")
        // One file by itself says nothing of the other tiers, nor of who is canceled already.
        let part = try book.take(Self.file([rows[0], rows[2]]), at: "2026-03-21T12:00:00Z")
        #expect((part.vanished, part.firstVanished) == (1, ["KS-2"]))
        let own = try book.take(
            "pledge_id,email,country,tier,pledged_at\nP-1,x@post.example,DE,standard,2026-03-05T10:00:00Z\n",
            at: "2026-03-21T12:00:00Z")
        #expect((own.vanished, own.looksForVanished) == (0, false))
        let bad = try book.take(
            Self.file([rows[0], Row(number: 2, amount: "x")]), at: "2026-03-22T12:00:00Z")
        #expect((bad.refused, bad.looksForVanished) == (1, false))
        let whole = try book.take(Self.file(rows), at: "2026-03-22T12:00:00Z")
        #expect((whole.vanished, whole.looksForVanished, whole.sameFile) == (0, true, 1))
        #expect(try book.pledge("KS-2").state == .placed)
    }
}
