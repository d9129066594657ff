import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct CashRecordPayoutCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payout",
        abstract: "A payout of the processor or platform that arrived, with what was withheld",
        discussion: """
            AMOUNT is what arrived. What is not said of refunds, chargebacks and fees goes in whole, as far \
            as the books know of it and no payout has settled it; receipts are the rest.

            Example:
              pledgebook cash record payout 92601.54 --on 2026-04-14 --fees-platform 5039.04 \
            --fees-processor 3140.22
            """)

    @OptionGroup var options: CashOptions
    @Flag(help: "The processor took AMOUNT from the bank")
    var debited = false
    @Option(help: ArgumentHelp("What the platform kept", valueName: "amount"))
    var feesPlatform: String?
    @Option(help: ArgumentHelp("What the processor kept, dispute fees in it", valueName: "amount"))
    var feesProcessor: String?
    @Option(help: ArgumentHelp("What was paid back to backers out of it", valueName: "amount"))
    var refunds: String?
    @Option(help: ArgumentHelp("What disputes took out of it", valueName: "amount"))
    var chargebacks: String?
    @Option(help: ArgumentHelp("What disputes that were won gave back with it", valueName: "amount"))
    var chargebacksReversed: String?
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let environment = try Environment(shared, for: .writing, "cash record payout")
        let campaign = try environment.campaign()
        let currency = campaign.currency
        var fact = try options.fact(currency)
        if debited {
            guard fact.amount > 0 else {
                throw CommandProblem("With --debited, AMOUNT is what was taken, above zero.")
            }
            fact.amount = -fact.amount
        }
        func amount(_ text: String?, _ name: String) throws -> Int64? {
            try text.map { try minorUnits($0, currency, name) }
        }
        let parts = PayoutParts(
            platformFees: try amount(feesPlatform, "--fees-platform"),
            processorFees: try amount(feesProcessor, "--fees-processor"),
            refunds: try amount(refunds, "--refunds"), chargebacks: try amount(chargebacks, "--chargebacks"),
            chargebacksReversed: try amount(chargebacksReversed, "--chargebacks-reversed"))
        try environment.session.recordPayout(fact, parts, in: campaign.id, dryRun: options.dryRun)
            .show(isPlan: options.dryRun)
    }
}
