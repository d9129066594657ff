import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

struct PaymentCapture: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Take money from a hold: all of it, or a part",
        discussion: """
            Most gateways free what a capture leaves over. Said again on the same day it takes nothing twice.

            Example:
              pledgebook payment capture P-1042
              pledgebook payment capture P-1042 --amount 60.00 --yes
            """)

    @Argument(help: "A reference, an e-mail address or a name") var who: String
    @Option(help: ArgumentHelp("What to take (all that the hold has left)", valueName: "amount"))
    var amount: String?
    @Flag(help: "Once more, although the same was asked for on the same day") var again = false
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .writing, "payment capture")
        let campaign = try here.campaign()
        let wanted = try amount.map { try minorUnits($0, campaign.currency, "--amount") }
        try PaymentRequestWords(here, campaign).run(
            .capture(wanted), who, again: again, confirmation, verb: "Capture",
            nothing: "nothing is left to be captured")
    }
}

struct PaymentVoid: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "void",
        abstract: "Let go of what a hold has left",
        discussion: """
            The pledge keeps its place, and nothing is charged for it any more. `pledge cancel` lets go of \
            both.

            Example:
              pledgebook payment void P-1042
            """)

    @Argument(help: "A reference, an e-mail address or a name") var who: String
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .writing, "payment void")
        let campaign = try here.campaign()
        try PaymentRequestWords(here, campaign).run(
            .void, who, again: false, confirmation, verb: "Let go of the hold of",
            nothing: "nothing is held any more")
    }
}
