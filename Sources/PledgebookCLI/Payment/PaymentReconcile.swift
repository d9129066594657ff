import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct PaymentReconcile: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Ask the gateway about everything in doubt, and list what needs a person",
        discussion: """
            It asks 1 minute, 5 minutes, 30 minutes, 2 hours and 12 hours after a request was sent, then \
            daily, and marks for review what nobody knows for seven days. It asks no question and may be \
            said at any time. Exit code 1 says that something needs a person.

            Example:
              pledgebook payment reconcile
              pledgebook payment reconcile --all
            """)

    @Flag(help: "Ask also about what is not due yet") var all = false
    @Flag(help: "Show what would be asked and change nothing") var dryRun = false
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let here = try Environment(shared, for: .writing, "payment reconcile")
        let campaign = try here.campaign()
        if campaign.isRehearsal { Output.line(Output.bold(Screen.rehearsal)) }
        let session = here.session
        let result =
            dryRun
            ? try session.planReconciliation(campaign.id, everything: all)
            : try session.reconcilePayments(campaign.id, everything: all)
        ReconciliationWords(result, at: session.now).lines(isPlan: dryRun).forEach(Output.line)
        if !result.reviews.isEmpty { throw ExitCode(ExitStatus.refused.rawValue) }
    }
}

/// What reconciling found, line by line.
struct ReconciliationWords {
    let result: Reconciliation
    private let dates: DateWords

    init(_ result: Reconciliation, at now: Timestamp) {
        self.result = result
        dates = DateWords(result.campaign.offsets, now: now)
    }

    func lines(isPlan: Bool) -> [String] {
        var lines: [String] = []
        let requests = counted(Int64(result.asked), "request")
        lines.append(isPlan ? "Would ask about \(requests)." : "Asked about \(requests).")
        if !isPlan { lines += became }
        if result.expired > 0 {
            let holds = counted(Int64(result.expired), "hold")
            lines.append(isPlan ? "  \(holds) would be marked as run out" : "  \(holds) ran out")
        }
        if !result.waiting.isEmpty { lines += ["", "Waiting for the gateway:"] + waiting }
        if !result.reviews.isEmpty { lines += ["", "For a person:"] + reviews }
        if result.waiting.isEmpty, result.reviews.isEmpty { lines.append("Nothing is open.") }
        return lines
    }

    private var became: [String] {
        let count = result.count
        let figures = [
            ("paid", count.captured), ("card failed", count.failedSoft + count.failedHard),
            ("paid back", count.refunded), ("released", count.released), ("conflicted", count.conflicted),
        ]
        return figures.filter { $0.1 > 0 }.map { "  \($0.1) \($0.0)" }
    }

    private var waiting: [String] {
        let rows = result.waiting.map { request in
            [
                visible(request.reference), request.kind.label, money(request.amount),
                request.state == .pending ? "the gateway works on it" : "no answer",
                "since \(dates.short(request.since))", "asked next \(dates.short(request.asksAt))",
            ]
        }
        return Screen.grid(rows, numbers: [2])
    }

    private var reviews: [String] {
        let id = result.campaign.id
        let rows = result.reviews.map { review in
            [visible(review.reference), money(review.amount), words(review), command(review) + " -c \(id)"]
        }
        return Screen.grid(rows, numbers: [1])
            + Placeholders.legend(of: rows.map { $0[3] }.joined(separator: "\n")).map { "    " + $0 }
    }

    private func words(_ review: PaymentReview) -> String {
        switch review.reason {
        case .conflicted: "facts contradict the book"
        case .unknownTooLong: "nobody knows for seven days"
        case .refundOwed: "a refund failed or came back"
        case .refundToMake: "to be paid back by you"
        case .refundDelayed: "the processor keeps the refund waiting"
        case .placeWithoutMoney: "its hold was let go, the pledge stays"
        case .moneyWithoutPledge: "paid for a pledge that has ended"
        case .inquiry: "the bank asks"
        case .claim: "owed by the backer"
        case .marked: "marked for review"
        case .orphan: "belongs to no payment"
        }
    }

    private func command(_ review: PaymentReview) -> String {
        let name = visible(review.reference)
        return switch review.reason {
        case .conflicted: "pledgebook payment settle \(name) --as CHOICE --because TEXT"
        case .unknownTooLong, .refundDelayed: "pledgebook payment show \(name)"
        case .refundOwed:
            review.isRecorded
                ? "pledgebook payment refund \(name)" : "pledgebook payment retry \(name)"
        case .refundToMake: "pledgebook payment refund \(name) --done"
        case .placeWithoutMoney: "pledgebook pledge cancel \(name) --override TEXT"
        case .moneyWithoutPledge: "pledgebook payment refund \(name)"
        case .inquiry, .marked: "pledgebook payment settle \(name) --because TEXT"
        case .claim: "pledgebook payment settle \(name) --as given-up --because TEXT"
        case .orphan: "pledgebook entry reverse \(name) --because TEXT"
        }
    }

    private func money(_ amount: Int64) -> String { result.campaign.money(amount).description }
}
