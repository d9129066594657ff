import Accounting
import Imports
import Receipts
import Testing

@testable import Crowdfunding
@testable import Pledgebook
@testable import Storage

/// A campaign of three pledges whose payments go the whole way, from the command to the journal.
///
/// Each is EUR 120.00: a lamp of 108.00 and shipping of 12.00, 20 % tax in both; net 90.00 + 10.00 + 20.00.
/// P-3 has two bulbs of 6.00 beside it, and is EUR 132.00.
struct PaymentBook {
    static let opens = "2026-03-02T09:00:00Z"
    static let imported = "2026-03-27T10:00:00Z"
    static let closes = "2026-03-31T18:00:00Z"
    static let day: Int64 = 86_400
    let folder: BookFolder
    let gateway = GatewayScript()

    /// What a test changes of the campaign file.
    struct Terms: Sendable {
        var collect = "at-close"
        var goal = "100.00"
        var basis = "collected"
        var prepayment = ""
        var tax = ""
        /// `rehearsal`, or `recorded`: money moves elsewhere.
        var via = "rehearsal"
        var closes = PaymentBook.closes
        /// Lamps at hand.
        var stock = 10
    }

    init(_ terms: Terms = Terms()) throws {
        folder = try BookFolder()
        let checked = try checkCampaign(Array(Self.text(terms).utf8), file: "lamp.json")
        _ = try session(Self.opens).launch(checked, seed: 1)
        let path = folder.path + "/pledges.csv"
        try folder.write(Array(Self.rows(terms.via).utf8), to: path)
        let summary = try session(Self.imported).importPledges(
            sourceFiles(at: path), name: "pledges.csv", into: nil, options: ImportOptions(),
            observer: ImportObserver())
        try #require(summary.placed == 3, "\(summary.problems)")
    }

    /// A command at a moment, with the script in the gateway's place where the money is a rehearsal's.
    func session(_ moment: String) throws -> Session {
        let script = gateway
        var session = try folder.session(at: moment)
        session.interposed = { $0.code == 2 ? ScriptedGateway(script: script) : $0 }
        return session
    }

    /// A command so many seconds after the campaign's end.
    func session(after seconds: Int64) throws -> Session {
        try session("\(SampleCampaigns.instant(Self.closes).adding(seconds: seconds))")
    }

    /// Closes, or carries the closing on.
    func close(days: Int64 = 0) throws { _ = try session(after: days * Self.day).closeCampaign(nil) }

    func tell(
        _ telling: PaymentTelling, _ who: String, _ amount: Int64? = nil, reference: String = "",
        fee: Int64 = 0, day: String? = nil, days: Int64 = 1, currency: String? = nil
    ) throws -> RecordedPayment {
        let fact = PaymentFact(
            amount: amount, day: day.flatMap { CalendarDay($0) }, reference: reference, acceptsExcess: true,
            fee: fee, currency: currency)
        return try session(after: days * Self.day).tell(telling, of: who, fact, in: nil)
    }

    @discardableResult
    func ask(_ request: PaymentRequest, _ who: String, again: Bool = false, days: Int64 = 1) throws
        -> PaymentOutcome
    {
        try session(after: days * Self.day).carryOut(request, of: who, again: again, in: nil)
    }

    @discardableResult
    func reconcile(after seconds: Int64, everything: Bool = false) throws -> Reconciliation {
        try session(after: seconds).reconcilePayments(nil, everything: everything)
    }

    func item(_ who: String) throws -> CollectionItem {
        let name = PaymentName(who)
        return try folder.book.read { records in
            let pledge = try #require(try records.pledge(campaign: 1, reference: name.who))
            return try #require(
                try records.collectionItem(
                    campaign: 1, pledge: pledge.number, instalment: name.instalment ?? 1))
        }
    }

    func payment(_ who: String) throws -> Payment {
        let item = try item(who)
        return item.payment ?? item.unwritten
    }

    /// Entries about a payment, as `E03 12000-30`, `-E25 500`, memo kinds by name with what they note.
    func entries(_ who: String) throws -> [String] {
        let name = PaymentName(who)
        return try folder.book.read { records in
            let pledge = try #require(try records.pledge(campaign: 1, reference: name.who))
            return try records.entries(campaign: 1, pledge: pledge.number).map(\.entry)
                .filter { name.instalment == nil || $0.instalment == name.instalment }
                .filter { $0.kind != .placed }.map(Self.words)
        }
    }

    func state() throws -> CampaignState {
        try #require(try folder.book.read { try $0.campaigns() }.first).state
    }

    func pledge(_ who: String) throws -> PledgeState {
        try #require(try folder.book.read { try $0.pledge(campaign: 1, reference: who) }).state
    }

    /// What lies on an account, on the side on which it grows.
    func balance(_ account: Account) throws -> Int64 {
        let balance = try trial().balance(of: account)
        return account.normalSide == .debit ? balance : -balance
    }

    func trial() throws -> TrialBalance {
        var trial = TrialBalance()
        for total in try folder.book.read({ try $0.dailyTotals(campaign: 1) }) {
            try trial.add(total.parts, by: total.kind.postings)
        }
        return trial
    }

    /// A payment's state, its amounts and its entries, and all that must always hold.
    ///
    /// - Parameters:
    ///   - who: The payment's reference.
    ///   - state: Where it is.
    ///   - amounts: `A 12000 C 12000`: those that are not 0.
    ///   - entries: All entries about the pledge but its placing; `nil`: not compared.
    ///   - location: Where the test says so.
    /// - Throws: What reading the book throws.
    func expect(
        _ who: String, _ state: PaymentState, _ amounts: String, _ entries: [String]? = nil,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let payment = try payment(who)
        #expect(payment.state == state, sourceLocation: location)
        #expect(Self.amounts(payment) == amounts, sourceLocation: location)
        if let entries {
            let written = try self.entries(who)
            #expect(written == entries, sourceLocation: location)
        }
        try check(location)
    }

    /// The books balance, no account is overdrawn, and the journal replays to every row.
    func check(_ location: SourceLocation = #_sourceLocation) throws {
        let trial = try trial()
        #expect(trial.isBalanced, sourceLocation: location)
        for account in Account.allCases where !account.mayBeNegative {
            let own = trial.balance(of: account) * (account.normalSide == .debit ? 1 : -1)
            #expect(own >= 0, "\(account.path)", sourceLocation: location)
        }
        let check = try session(after: 400 * Self.day).checkBook(campaign: nil)
        #expect(check.isSound, "\(check.differences) \(check.fileFaults)", sourceLocation: location)
    }

    static func amounts(_ payment: Payment) -> String {
        let figures = [
            ("A", payment.authorized), ("C", payment.captured), ("V", payment.voided),
            ("R", payment.refunded), ("Rp", payment.committed), ("Do", payment.disputed),
            ("Dl", payment.lost), ("X", payment.excess),
        ]
        return figures.filter { $0.1 != 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }

    static func words(_ entry: JournalEntry) -> String {
        let sign = entry.reverses == nil ? "" : "-"
        guard let code = entry.kind.code else {
            let noted = EntryDetail.value("amt", in: entry.detail).map { " \($0)" } ?? ""
            return "\(sign)\(entry.kind)\(noted)"
        }
        let amount = entry.parts.amount * (entry.reverses == nil ? 1 : -1)
        return "\(sign)\(code) \(amount)" + (entry.parts.fee != 0 ? "-\(entry.parts.fee)" : "")
    }

    private static func rows(_ via: String) -> String {
        let method = via == "rehearsal" ? "pm_" : ""
        func row(_ number: Int, _ addOns: String, _ amount: String) -> String {
            "P-\(number),Ana,b\(number)@example.org,DE,one,1,\(addOns),\(amount),EUR,"
                + "2026-03-04T09:30:00Z,\(via),\(method.isEmpty ? "" : "\(method)\(number)")\n"
        }
        return "pledge_id,backer_name,email,country,tier,quantity,add_ons,amount,currency,pledged_at,"
            + "payment_method,payment_reference\n" + row(1, "", "120.00") + row(2, "", "120.00")
            + row(3, "bulb:2", "132.00")
    }

    private static func text(_ terms: Terms) -> String {
        """
        {
          "id": "lamp", "title": "Lamp", "currency": "EUR", "time_zone": "UTC",
          "opens_at": "\(opens)", "closes_at": "\(terms.closes)",
          "funding": { "rule": "all-or-nothing", "goal": "\(terms.goal)", "goal_basis": "\(terms.basis)" },
          "prepayment": { "collect": "\(terms.collect)", "retry_days": 7,
            "retry_every_hours": 48\(terms.prepayment) },
          "items": [{ "sku": "LAMP", "title": "Lamp", "unit_cost": "40.00", "in_stock": \(terms.stock) },
            { "sku": "BULB", "title": "Bulb", "unit_cost": "1.00", "in_stock": 10 }],
          "tiers": [{ "id": "one", "title": "One lamp", "price": "108.00", "contains": { "LAMP": 1 } }],
          "add_ons": [{ "id": "bulb", "title": "Spare bulb", "price": "6.00", "contains": { "BULB": 1 } }],
          "shipping": [{ "to": ["*"], "first": "12.00" }],
          "tax": { "prices_include_tax": true, "rates": { "*": "20" }\(terms.tax) },
          "production": [{ "id": "run-1", "supplier": "Works", "sku": "LAMP", "minimum_units": 1,
            "launch_when": { "collected": "100.00" }, "lead_time_days": 30 }]
        }
        """
    }
}
