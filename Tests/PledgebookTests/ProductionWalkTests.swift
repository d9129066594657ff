import Accounting
import Crowdfunding
import Foundation
import Storage
import Testing

@testable import Pledgebook

/// Random commands on small books; after every one the book is sound and no unit is lost.
///
/// PLEDGEBOOK_WALKS=N walks N seeds in place of the few that every run does.
@Suite("Random walks of production") struct ProductionWalkTests {
    static let seeds: ClosedRange<UInt64> =
        1...(ProcessInfo.processInfo.environment["PLEDGEBOOK_WALKS"].flatMap(UInt64.init) ?? 6)

    @Test("money moves elsewhere; in the end all of it is taken back, newest first", arguments: seeds)
    func recorded(seed: UInt64) throws {
        try RunBook.with(Walk.changes, file: Walk.pledges("recorded", seed)) { book in
            var walk = try Walk(book, seed: seed)
            let start = try walk.standing()
            for _ in 0..<30 { try walk.step() }
            try walk.unwind()
            let end = try walk.standing()
            #expect(end == start, "seed \(seed): \(walk.log.joined(separator: "\n"))")
        }
    }

    @Test("money moves through the rehearsal's gateway, which fails at times", arguments: seeds)
    func rehearsal(seed: UInt64) throws {
        try RunBook.with(Walk.changes, file: Walk.pledges("rehearsal", seed)) { book in
            var walk = try Walk(book, seed: seed)
            for _ in 0..<30 { try walk.step() }
        }
    }
}

/// A book with all that was done to it, and what will be next.
private struct Walk {
    static let changes = [
        ("\"minimum_units\": 4, \"capacity\": 6", "\"minimum_units\": 1, \"capacity\": 9"),
        ("\"retry_days\": 0", "\"retry_days\": 30"),
        ("\"in_stock\": 3", "\"in_stock\": 5"),
    ]
    static let skus = ["LAMP-RED", "LAMP-BLUE"]
    let book: RunBook
    let seed: UInt64
    private(set) var log: [String] = []
    private var random: SampleRandom
    private var now: Timestamp
    private let start: Int64
    private let pledges: [PledgeRecord]

    /// A dozen pledges of one to three lamps, some with bulbs, some not chosen, some not paid.
    static func pledges(_ method: String, _ seed: UInt64) -> String {
        var random = SampleRandom(seed: seed &+ 99)
        var text = "pledge_id,email,country,tier,quantity,choices,pledged_at,status,payment_method,"
        text += "payment_reference\n"
        for index in 1...12 {
            let units = 1 + random.below(3)
            let chosen = random.below(units + 1)
            let sku = skus[random.below(2)]
            let status = method == "rehearsal" ? "" : random.chance(8_000) ? "collected" : "errored"
            text += "P-\(index),w\(index)@post.example,DE,\(random.chance(3_000) ? "set" : "one"),\(units),"
            text += chosen > 0 ? "\(sku):\(chosen)," : ","
            text += "2026-03-0\(2 + random.below(7))T10:00:00+01:00,\(status),\(method),"
            text += method == "rehearsal" ? "tok-\(index)\n" : "\n"
        }
        return text
    }

    init(_ book: RunBook, seed: UInt64) throws {
        self.book = book
        self.seed = seed
        random = SampleRandom(seed: seed)
        let session = try book.session()
        now = session.now
        // Stock is given out with the first launch: here at once, so that everything can be compared.
        start = try book.book.write { records in
            let campaign = try session.campaign(nil, in: records)
            try session.coverDemand(campaign, in: records)
            return campaign.record.head
        }
        pledges = try book.book.read { try $0.pledges(campaign: 1) }
        try check()
    }

    // MARK: Commands

    private func session() throws -> Session { try book.at(now) }

    /// One command; what a rule refuses changes nothing.
    mutating func step() throws {
        now = now.adding(seconds: Int64(3_600 * (1 + random.below(40))))
        let head = try book.head()
        let (name, command) = try next()
        log.append("\(try book.head()) \(name)")
        let before = try standing()
        do {
            try command(try session())
        } catch let refusal as any UserFacingError {
            log[log.count - 1] += " – refused: \(refusal.message)"
            try #require(try book.head() == head || name.hasPrefix("cancel P"), comment)
        }
        try check()
        // What was typed is taken back at once, now and then, and leaves no trace.
        let entries = try book.written(after: head)
        guard random.chance(2_500), let first = entries.first, Self.isTyped(first),
            entries.last?.reverses == nil
        else { return }
        log.append("\(try book.head()) reverse \(first.number) at once")
        do {
            _ = try session().reverseEntry(first.number, because: "walk", in: nil)
            try #require(try standing() == before, comment)
        } catch let refusal as any UserFacingError {
            log[log.count - 1] += " – refused: \(refusal.message)"
        }
        try check()
    }

    private mutating func next() throws -> (String, (Session) throws -> Void) {
        let run = random.chance(6_000) ? "run-1" : "run-2"
        let pledge = pledges[random.below(pledges.count)].reference
        switch random.below(16) {
        case 0, 1:
            let units = random.chance(5_000) ? UnitCount.total(Int64(1 + random.below(9))) : nil
            return ("launch \(run)", { _ = try $0.launchRun(run, units: units, overrideReason: "walk") })
        case 2, 3, 4: return receive(run)
        case 5, 6, 7: return try ship()
        case 8:
            return ("cancel \(pledge)", { _ = try $0.cancelPledge(pledge, in: nil, override: "walk") })
        case 9:
            let amount = random.chance(5_000) ? Int64(1 + random.below(9_000)) : nil
            return (
                "refund \(pledge)",
                { _ = try $0.recordRefund(of: pledge, PaymentFact(amount: amount), in: nil) }
            )
        case 10:
            return ("pay \(pledge)", { _ = try $0.recordPayment(of: pledge, PaymentFact(), in: nil) })
        case 11:
            let fact = CashFact(amount: Int64(100 * (1 + random.below(90))), run: run, again: true)
            return ("supplier \(run)", { _ = try $0.recordCash(.supplier, fact, in: nil) })
        case 12:
            let short = random.chance(5_000)
            let reason = random.chance(7_000) ? "walk" : nil
            return ("close \(run)", { _ = try $0.closeRun(run, short: short, overrideReason: reason) })
        case 13:
            let day = try session().campaign(nil).day(of: now).adding(days: random.below(50))
            return ("delay \(run) \(day)", { _ = try $0.delayRun(run, to: day, because: "walk") })
        case 14: return ("cancel \(run)", { _ = try $0.cancelRun(run, because: "walk") })
        default:
            let number = start + 1 + Int64(random.below(Int(try book.head() - start) + 1))
            return ("reverse \(number)", { _ = try $0.reverseEntry(number, because: "walk", in: nil) })
        }
    }

    private mutating func receive(_ run: String) -> (String, (Session) throws -> Void) {
        var counts: [String: Int64] = [:]
        for sku in Self.skus where random.chance(7_000) { counts[sku] = Int64(random.below(4)) }
        let note = random.chance(5_000) ? "DN-\(random.below(5))" : ""
        return (
            "receive \(run) \(counts) \(note)",
            { _ = try $0.receiveRun(run, .bySKU(counts), reference: note) }
        )
    }

    private mutating func ship() throws -> (String, (Session) throws -> Void) {
        let rows = try book.book.read { try $0.allocations(campaign: 1) }.filter { $0.shipped < $0.quantity }
        guard !rows.isEmpty else { return ("ship nothing", { _ in }) }
        let row = rows[random.below(rows.count)]
        let all = rows.filter { $0.pledge == row.pledge && $0.sku == row.sku }
        let most = all.reduce(0) { $0 + $1.quantity - $1.shipped }
        let units = 1 + random.below(Int(most))
        let pledge = pledges.first { $0.number == row.pledge }?.reference ?? "?"
        let day = now.description.prefix(10)
        let text =
            "pledge_id,shipped_on,sku,quantity,carrier,tracking\n"
            + "\(pledge),\(day),\(row.sku),\(units),,T\(random.below(1_000))\n"
        return (
            "ship \(units) \(row.sku) of \(pledge)",
            { _ = try $0.shipPledges(Array(text.utf8), file: "parcels.csv") }
        )
    }

    /// Takes everything back that was typed, newest first.
    mutating func unwind() throws {
        while let last = try book.written(after: start).last(where: { entry in
            try Self.isTyped(entry) && entry.reverses == nil
                && book.book.read { try $0.reversal(campaign: 1, of: entry.number) == nil }
        }) {
            now = now.adding(seconds: 60)
            log.append("unwind \(last.number) \(last.kind)")
            do {
                _ = try session().reverseEntry(last.number, because: "unwind", in: nil)
            } catch let refusal as any UserFacingError {
                Issue.record("\(refusal.message)\n\(comment)")
                return
            }
            try check()
        }
    }

    /// Whether it is the last entry of what somebody typed; a refund that was asked for goes with the pledge.
    private static func isTyped(_ entry: JournalEntry) -> Bool {
        switch entry.kind {
        case .campaignFulfilling, .campaignClosed, .refundCommitted, .refundCommittedAfterSuccess: false
        default: true
        }
    }

    // MARK: What holds

    private var comment: Comment { "seed \(seed)\n\(log.joined(separator: "\n"))" }

    /// Everything that a reversal brings back.
    struct Standing: Equatable {
        var runs: [RunRecord]
        var allocations: [AllocationRecord]
        var states: [PledgeState]
        var payments: [Payment]
        var taken: [String: Int64]
        var balances: [Account: Int64]
        var campaign: CampaignState
    }

    func standing() throws -> Standing {
        try book.book.read { records in
            let campaign = try session().campaign(nil, in: records)
            return Standing(
                runs: try records.runs(campaign: 1), allocations: try records.allocations(campaign: 1),
                states: try records.pledges(campaign: 1).map(\.state),
                payments: try pledges.map {
                    try records.payments(campaign: 1, pledge: $0.number).first?.payment ?? Payment()
                },
                taken: try records.taken(.tier, campaign: 1),
                balances: try Dictionary(
                    uniqueKeysWithValues: Account.allCases.map {
                        ($0, try session().balance(of: $0, campaign, in: records))
                    }),
                campaign: campaign.record.state)
        }
    }

    /// `book check` is clean, no account is below zero that may not be, and units add up by hand.
    private func check() throws {
        let found = try session().checkBook(campaign: nil)
        try #require(found.isSound, "\(found.differences.map(\.description))\n\(comment)")
        let standing = try standing()
        for account in Account.allCases where !account.mayBeNegative {
            let balance = standing.balances[account] ?? 0
            try #require(balance >= 0, "\(account.path) \(balance)\n\(comment)")
        }
        try checkUnits(standing)
    }

    private func checkUnits(_ standing: Standing) throws {
        var supply: [String: Int64] = ["stock BULB": 5]
        var there: [String: Int64] = ["stock BULB": 5]
        var worth: Int64 = 5 * 200
        for run in standing.runs {
            for unit in run.units {
                let place = "\(run.id) \(unit.sku)"
                supply[place] = max(unit.ordered - unit.writtenOff, unit.received)
                there[place] = unit.received
                worth += unit.received * run.unitCost
            }
        }
        var held: [String: Int64] = [:]
        var gone: [String: Int64] = [:]
        for row in standing.allocations {
            let place = "\(row.run.isEmpty ? "stock" : row.run) \(row.sku)"
            held[place, default: 0] += row.quantity
            gone[place, default: 0] += row.shipped
            let cost = standing.runs.first { $0.id == row.run }?.unitCost ?? 200
            worth -= row.shipped * cost
        }
        for (place, units) in held { try #require(units <= supply[place] ?? 0, "\(place)\n\(comment)") }
        for (place, units) in gone { try #require(units <= there[place] ?? 0, "\(place)\n\(comment)") }
        try #require(standing.balances[.inventory] == worth, comment)
        try checkQueue(standing, free: supply.mapValues { $0 }.merging(held) { $0 - $1 })
    }

    /// Nobody has more than they asked for, and nobody waits for a unit that is free.
    private func checkQueue(_ standing: Standing, free: [String: Int64]) throws {
        var free = Dictionary(
            free.map { (String($0.key.split(separator: " ")[1]), $0.value) }, uniquingKeysWith: +)
        for sku in Self.skus + ["BULB"] where free[sku] == nil { free[sku] = 0 }
        var open: Int64 = 0
        for index in pledges.indices.sorted(by: { isBefore(pledges[$0], pledges[$1]) }) {
            let pledge = pledges[index]
            let payment = standing.payments[index]
            let held = payment.captured - payment.refunded - payment.committed - payment.lost
            let waits =
                standing.states[index] == .placed && payment.captured >= pledge.total && held > 0
            let wanted = try wanted(pledge)
            for (sku, units) in wanted {
                let rows = standing.allocations.filter { $0.pledge == pledge.number && $0.sku == sku }
                let own = rows.reduce(0) { $0 + $1.quantity }
                try #require(own <= units, "\(pledge.reference) \(sku)\n\(comment)")
                if standing.states[index] == .delivered { try #require(own == units, comment) }
                guard waits else {
                    try #require(own == rows.reduce(0) { $0 + $1.shipped }, "\(pledge.reference)\n\(comment)")
                    continue
                }
                let left =
                    sku == "BULB" ? free[sku] ?? 0 : Self.skus.reduce(0) { $0 + (free[$1] ?? 0) } - open
                try #require(
                    own == units || (free[sku] ?? 0) == 0 || left <= 0,
                    "\(pledge.reference) waits for \(sku), and \(free) are free\n\(comment)")
            }
            if waits { open += pledge.quantity - Self.skus.reduce(0) { $0 + (wanted[$1] ?? 0) } }
        }
    }

    private func isBefore(_ left: PledgeRecord, _ right: PledgeRecord) -> Bool {
        (left.placedAt, left.number) < (right.placedAt, right.number)
    }

    private func wanted(_ pledge: PledgeRecord) throws -> [String: Int64] {
        var wanted: [String: Int64] = [:]
        for line in try book.book.read({ try $0.lines(campaign: 1, pledge: pledge.number) }) {
            wanted[line.id] = line.quantity
        }
        // The second tier is a lamp and a bulb.
        if pledge.tier == 2 { wanted["BULB"] = pledge.quantity }
        return wanted
    }
}

extension RunBook {
    fileprivate func head() throws -> Int64 { try session().campaign(nil).record.head }

    /// The entries after a number, in order.
    fileprivate func written(after number: Int64) throws -> [JournalEntry] {
        try book.read { try $0.entries(campaign: 1, from: number + 1, to: .max).map(\.entry) }
    }

    fileprivate func at(_ now: Timestamp) throws -> Session {
        let session = try session()
        return Session(
            book: session.book, master: session.master, now: now, operatorName: "tester", version: "test",
            command: "walk")
    }
}
