import Accounting
import GRDB
import Reports

@testable import Crowdfunding
@testable import Gateways
@testable import Pledgebook
@testable import Storage

extension ModelRun {
    /// Every payment, every account and every report after a step.
    func compare(after step: ModelStep) throws {
        let session = mortal.session(at: now)
        // Two reads: a read within a read would wait for itself.
        let source = try session.reportSource(nil, countingPledges: true)
        let found = try mortal.book.read { try differences(session, source, in: $0) }
        guard found.isEmpty else {
            throw Parted(description: "after \(step): " + found.prefix(6).joined(separator: "; "))
        }
    }

    private func differences(_ session: Session, _ source: ReportSource, in records: Records) throws
        -> [String]
    {
        var found: [String] = []
        func same<Value: Equatable>(_ what: String, _ book: Value, _ model: Value) {
            if book != model { found.append("\(what): the book says \(book), the model \(model)") }
        }
        let campaign = try session.campaign(nil, in: records)
        same("state", campaign.record.state.rawValue, model.state.rawValue)
        let pledges = try records.pledges(campaign: 1)
        same("pledges", pledges.count, model.pledges.count)
        for (row, told) in zip(pledges, model.pledges) {
            let payment = try records.payments(campaign: 1, pledge: row.number).first?.payment ?? Payment()
            let name = told.reference
            same("\(name) price", Int(row.total), told.price)
            same("\(name) state", "\(row.state)", "\(told.state)")
            same("\(name) captured", Int(payment.captured), told.captured)
            same("\(name) promised", Int(payment.committed), told.promised.total)
            same("\(name) returned", Int(payment.refunded), told.returned.total)
            same("\(name) excess", Int(payment.excess), told.excess)
            same("\(name) open refund", payment.operation.map { Int($0.amount) }, told.openRefund)
            found += payment.violations().map { "\(name) \($0)" }
        }
        try compareAccounts(records, same)
        try compareReports(source, same)
        return found
    }

    /// The postings of all entries, added up by SQL, are the model's accounts; each entry's balance.
    private func compareAccounts(_ records: Records, _ same: (String, Int, Int) -> Void) throws {
        let rows = try Row.fetchAll(
            records.db, sql: "SELECT account, SUM(amount) FROM posting WHERE campaign = 1 GROUP BY account")
        var accounts: [Int: Int] = [:]
        for row in rows { accounts[row[0]] = row[1] }
        for account in Set(accounts.keys).union(model.accounts.keys).sorted() {
            same("account \(account)", accounts[account] ?? 0, model.accounts[account] ?? 0)
        }
        let unbalanced = try Int.fetchOne(
            records.db,
            sql: """
                SELECT COUNT(*) FROM (SELECT number FROM posting WHERE campaign = 1
                  GROUP BY number HAVING SUM(amount) <> 0)
                """)
        same("entries that do not balance", unbalanced ?? 0, 0)
    }

    private func compareReports(_ source: ReportSource, _ same: (String, Int, Int) -> Void) throws {
        let campaign = source.campaign
        let head = ReportCampaign(
            id: campaign.id, title: "Lamp", currency: campaign.currency, zone: "UTC", isRehearsal: false,
            journal: JournalHead(number: source.head, tag: source.tag), today: source.today)
        let cash = try CashFlow(campaign: head, totals: source.totals, basis: .processor, by: .year)
        func line(_ wanted: CashLine) -> Int {
            cash.columns.reduce(0) { sum, column in
                zip(CashLine.allCases, column.movements).reduce(sum) {
                    $1.0 == wanted ? $0 + Int($1.1.amount) : $0
                }
            }
        }
        same("cash flow: receipts", line(.receipts), model.receipts)
        same("cash flow: refunds", line(.refunds), -model.refunds)
        same("cash flow: processor fees", line(.processorFees), -model.fees)
        let cashAccounts = model.accounts[1000, default: 0] + model.accounts[1100, default: 0]
        same("cash flow: closing", Int(cash.columns.last?.closing ?? 0), cashAccounts)
        let funding = try Funding(
            campaign: head, goal: campaign.definition.funding.goal,
            decision: .init(state: source.state, decidedOn: source.decidedOn), pledges: source.pledges,
            payments: source.payments, runs: source.runs, totals: source.totals)
        same("funding: pledged", Int(funding.pledged.amount), model.pledged)
        same("funding: net collected", Int(funding.netCollected), model.collected)
        same("funding: fees", Int(funding.fees), model.fees)
        let trial = try TrialBalanceReport(campaign: head, totals: source.totals)
        for row in trial.rows {
            same(
                "trial balance \(row.account.rawValue)", Int(row.balance),
                model.accounts[row.account.rawValue, default: 0])
        }
    }

    /// The book against its journal, and against the processor's own record.
    func check() throws {
        let session = mortal.session(at: now)
        let check = try session.checkBook(campaign: nil)
        var found = check.fileFaults + check.differences.map(\.description)
        if try session.campaign(nil).record.isRehearsal == true {
            found += try session.compareWithTruth(nil).differences
        }
        if seed.isMultiple(of: 10) { found += try rebuildDifferences(session) }
        guard found.isEmpty else {
            throw Parted(description: "at the end: " + found.prefix(4).joined(separator: "; "))
        }
    }

    // MARK: The campaign

    static let fees: FeeEstimate? = Percentage("2.9").map {
        FeeEstimate(platformPercent: .zero, processorPercent: $0, processorFixed: 25)
    }

    static func text(goal: Int, countsCollected: Bool) -> String {
        """
        {
          "id": "lamp", "title": "Lamp", "currency": "EUR", "time_zone": "UTC",
          "opens_at": "\(opens)", "closes_at": "\(closes)",
          "funding": { "goal": "\(goal / 100).\(goal % 100 < 10 ? "0" : "")\(goal % 100)",
            "goal_basis": "\(countsCollected ? "collected" : "pledged")" },
          "prepayment": { "retry_days": \(retryDays), "retry_every_hours": 24 },
          "items": [{ "sku": "LAMP", "title": "Lamp", "unit_cost": "40.00" }],
          "tiers": [{ "id": "one", "title": "One lamp", "price": "120.00", "contains": { "LAMP": 1 } }],
          "shipping": [{ "to": ["*"], "first": "6.00", "each_more": "2.00" }],
          "tax": { "prices_include_tax": true, "rates": { "*": "20" } },
          "fees": { "processor_percent": "2.9", "processor_fixed": "0.25" }
        }
        """
    }
}
