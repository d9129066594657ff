import Accounting
import ArgumentParser
import Crowdfunding
import Pledgebook

extension PledgeCommand {
    struct PledgeShip: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ship",
            abstract: "Book the parcels of a shipment file: deliveries and their cost",
            discussion: """
                The file is CSV with the columns pledge_id, shipped_on, sku, quantity, and if you like \
                carrier and tracking. One bad row, and nothing is booked; a row that was booked before \
                changes nothing.

                Example:
                  pledgebook pledge ship parcels.csv
                """)

        @Argument(help: "The shipment file") var file: String
        @Flag(help: "Check the file and change nothing") var dryRun = false
        @OptionGroup var options: SharedOptions

        func run() throws {
            let bytes = try InputFile.read(file, limit: 256 << 20)
            let here = try Environment(options, for: .writing, "pledge ship")
            let done = try here.session.shipPledges(
                bytes, file: file, dryRun: dryRun, campaign: try here.campaign().id)
            func money(_ minorUnits: Int64) -> String {
                Money(minorUnits: minorUnits, currency: done.currency).description
            }
            Output.line(
                "\(dryRun ? "Would ship" : "Shipped") \(counted(done.units, "unit")) of"
                    + " \(counted(done.pledges, "pledge")); \(counted(done.delivered, "pledge")) complete."
                    + (done.same > 0 ? " \(counted(done.same, "row")) booked before." : ""))
            Output.line("  earned  \(money(done.earned.amount))")
            Output.line("  cost    \(money(done.cost))")
            if dryRun { Output.line("\nThis was the plan (--dry-run): nothing was changed.") }
        }
    }
}
