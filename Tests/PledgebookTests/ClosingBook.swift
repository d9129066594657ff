import Accounting
import Imports
import Receipts
import Testing

@testable import Crowdfunding
@testable import Gateways
@testable import Pledgebook
@testable import Storage

/// A small campaign on the rehearsal gateway, with pledges that were invented for it.
struct ClosingBook {
    /// What a campaign file says of funding and collecting.
    struct Terms: Sendable {
        var rule = "all-or-nothing"
        /// Minor units.
        var goal: Int64 = 100
        var basis = "collected"
        var minimumUnits = 0
        var collect = "at-close"

        /// The goal as a campaign file writes it.
        var amount: String { "\(goal / 100).\(goal % 100 / 10)\(goal % 10)" }
    }

    static let opens = SampleCampaigns.instant("2026-03-02T09:00:00Z")
    static let closes = SampleCampaigns.instant("2026-03-31T18:00:00Z")
    let folder: BookFolder
    let definition: CampaignDefinition
    let rows: [UInt8]

    /// Launches the campaign and imports the pledges; the same count and seed play out the same in any book.
    init(_ terms: Terms = Terms(), count: Int = 200, seed: UInt64 = 5) throws {
        folder = try BookFolder()
        let checked = try checkCampaign(Array(Self.text(terms).utf8), file: "lamp.json")
        definition = checked.definition
        var rows: [UInt8] = []
        try SamplePledges(definition: definition, seed: seed).write(count: count) { piece in
            for index in piece.indices { rows.append(piece[index]) }
        }
        self.rows = rows
        _ = try session(Self.opens).launch(checked, seed: seed)
        let summary = try folder.importRows(rows, at: "2026-03-30T12:00:00Z")
        try #require(summary.placed == Int64(count), "\(summary.problems)")
    }

    /// A command so many hours after the campaign's end.
    func session(hours: Int64) throws -> Session { try session(Self.closes.adding(seconds: hours * 3600)) }

    func session(_ moment: Timestamp) throws -> Session { try folder.session(at: "\(moment)") }

    /// Closes, or carries the closing on, and checks that all that must hold does.
    @discardableResult
    func close(hours: Int64) throws -> ClosingResult {
        let result = try session(hours: hours).closeCampaign(nil)
        try check(hours: hours)
        return result
    }

    func record() throws -> CampaignRecord {
        try #require(try folder.book.read { try $0.campaigns() }.first)
    }

    /// The gateway's own truth.
    func truth() throws -> RehearsalGateway {
        try RehearsalGateway(.realistic(seed: 0, fees: nil), path: folder.book.path + ".rehearsal")
    }

    /// Every row of every table as text, to tell whether anything was written.
    func dump() throws -> [String] { try PledgebookTests.dump(folder.book) }

    /// How many entries of a kind there are.
    func count(_ kind: EntryKind) throws -> Int {
        try folder.book.read { try $0.entries(campaign: 1, kinds: [kind]).count }
    }

    /// What the book and the gateway say of the same money, and the invariants of each payment.
    func check(hours: Int64) throws {
        let totals = try truth().totals()
        try folder.book.read { records in
            let sums = try records.paymentSums(campaign: 1)
            #expect(sums.captured == totals.captured)
            #expect(sums.refunded == totals.refunded)
            var trial = TrialBalance()
            for total in try records.dailyTotals(campaign: 1) {
                try trial.add(total.parts, by: total.kind.postings)
            }
            #expect(trial.isBalanced)
            #expect(trial.balance(of: .clearing) == totals.captured - totals.refunded - totals.fees)
            for account in [Account.refundableDeposits, .contract, .contractShipping, .refundsPayable] {
                #expect(trial.balance(of: account) <= 0, "\(account)")
            }
            try records.forEachPayment(campaign: 1) { row in
                #expect(row.payment.violations() == [], "pledge \(row.pledge)")
            }
        }
        try checkOperations()
        let check = try session(hours: hours).checkBook(campaign: nil)
        #expect(check.isSound, "\(check.differences) \(check.fileFaults)")
        try expectSameRebuilt(session(hours: hours))
    }

    /// Every operation that the book calls answered was answered so by the gateway, which did nothing else.
    private func checkOperations() throws {
        let records = try truth().records()
        let answers = Dictionary(grouping: records) { RehearsalKey(high: $0.keyHigh, low: $0.keyLow) }
        #expect(answers.values.allSatisfy { $0.count == 1 }, "a key was carried out twice")
        let prefix = RehearsalKey.hash("rehearsal/\(definition.id)", 0)
        var known: Set<RehearsalKey> = []
        var charged: Set<Int64> = []
        for pledge in try folder.book.read({ try $0.pledges(campaign: 1) }) {
            for stored in try folder.book.read({ try $0.operations(campaign: 1, pledge: pledge.number) }) {
                let key = RehearsalKey(
                    Operation(
                        pledge: pledge.number, reference: pledge.reference, instalment: 1, kind: stored.kind,
                        attempt: stored.attempt, amount: stored.amount, method: "", target: ""),
                    prefix: prefix)
                known.insert(key)
                let outcome = answers[key]?.first?.outcome
                #expect(
                    agrees(stored.state, outcome), "\(pledge.reference): \(stored.state), \(outcome as Any)")
                if stored.kind == .charge || stored.kind == .capture, outcome == .done {
                    #expect(charged.insert(pledge.number).inserted, "\(pledge.reference) was charged twice")
                }
            }
        }
        #expect(Set(answers.keys).isSubset(of: known))
    }

    private func agrees(_ state: OperationState, _ outcome: RehearsalRecord.Outcome?) -> Bool {
        switch state {
        case .succeeded: outcome == .done
        case .failedSoft: outcome == .declinedSoft || outcome == .actionRequired
        case .failedHard: outcome == .declinedHard || outcome == .expired
        case .open, .pending, .unknown: true
        case .abandoned: outcome == nil
        }
    }

    static func text(_ terms: Terms) -> String {
        """
        {
          "id": "lamp", "title": "Lamp", "currency": "EUR", "time_zone": "UTC",
          "opens_at": "\(opens)", "closes_at": "\(closes)",
          "funding": { "rule": "\(terms.rule)", "goal": "\(terms.amount)",
            "goal_basis": "\(terms.basis)", "minimum_units": \(terms.minimumUnits) },
          "prepayment": { "plan": "full", "collect": "\(terms.collect)", "retry_days": 7,
            "retry_every_hours": 48 },
          "items": [{ "sku": "LAMP", "title": "Lamp", "unit_cost": "40.00" }],
          "tiers": [
            { "id": "one", "title": "One lamp", "price": "99.00", "contains": { "LAMP": 1 }, "limit": 150 },
            { "id": "two", "title": "Two lamps", "price": "189.00", "contains": { "LAMP": 2 } },
            { "id": "thanks", "title": "Just support us", "price": "5.00", "contains": {} }
          ],
          "shipping": [{ "to": ["*"], "first": "4.90", "each_more": "1.00" }],
          "tax": { "prices_include_tax": true, "rates": { "DE": "19", "*": "0" } },
          "fees": { "platform_percent": "5", "processor_percent": "2.9", "processor_fixed": "0.30" }
        }
        """
    }
}
