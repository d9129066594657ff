import ArgumentParser
import Crowdfunding
import Pledgebook

struct BackerChangeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change",
        abstract: "Change a backer's name, e-mail address, country or postal address",
        discussion: """
            An empty text takes a field away. All of it is in the book only, in no entry. The country that a \
            pledge ships to is part of what was promised: it is changed by an entry, and only where neither \
            shipping nor tax would be another; what would cost more or less is refused with both prices.

            Example:
              pledgebook backer change ana@example.org --street "Hafenstr. 3" --city Hamburg \\
                  --postal-code 20359
              pledgebook backer change KS-412 --email jo@post.example
            """)

    @Argument(help: "A reference, an e-mail address or a name") var who: String
    @Option(help: "The backer's name") var name: String?
    @Option(help: "The e-mail address") var email: String?
    @Option(help: ArgumentHelp("Where it ships to, two letters", valueName: "code")) var country: String?
    @Option(help: "Who receives parcels, where it is not the backer") var recipient: String?
    @Option(help: "The firm that parcels go to") var company: String?
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Street and number; up to three lines", valueName: "line"))
    var street: [String] = []
    @Option(help: "The city") var city: String?
    @Option(help: "State, province or region") var state: String?
    @Option(help: ArgumentHelp("The postal code", valueName: "code")) var postalCode: String?
    @Option(help: "For the carrier") var phone: String?
    @Option(help: ArgumentHelp("For who brings it", valueName: "text")) var deliveryNotes: String?
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var options: SharedOptions

    func validate() throws {
        guard street.count <= 3 else { throw ValidationError("--street takes three lines at most.") }
        guard change != BackerChange() else {
            throw ValidationError("Say what to change, for example --city.")
        }
    }

    /// What was said; the lines of a street take the place of all three.
    private var change: BackerChange {
        var change = BackerChange()
        (change.name, change.email, change.country) = (name, email, country)
        let told: [(PostalAddress.Field, String?)] = [
            (.recipient, recipient), (.company, company), (.city, city), (.state, state),
            (.postalCode, postalCode), (.phone, phone), (.deliveryNotes, deliveryNotes),
        ]
        for case (let field, let text?) in told { change.address[field] = text }
        if !street.isEmpty {
            for (index, field) in [PostalAddress.Field.line1, .line2, .line3].enumerated() {
                change.address[field] = index < street.count ? street[index] : ""
            }
        }
        return change
    }

    func run() throws {
        let here = try Environment(options, for: .writing, "backer change")
        let id = try here.campaign().definition.id
        let plan = try here.session.changeBacker(who, change, in: id, dryRun: true)
        guard !plan.words.isEmpty else {
            return Output.line("The book says so already; nothing was changed.")
        }
        let pledges = plan.references.map { visible($0) }.joined(separator: ", ")
        Output.line("Change the backer of \(pledges)?")
        Output.line("  changes   \(plan.words.joined(separator: ", "))")
        if !plan.moved.isEmpty {
            let moved = plan.moved.map { visible($0) }.joined(separator: ", ")
            Output.line("  ships to  \(country?.uppercased() ?? ""): \(moved), at the same price")
        }
        guard try confirmation.proceeds("Change it?") else { return }
        _ = try here.session.changeBacker(plan.references.first ?? who, change, in: id)
        Output.line("\nChanged.")
    }
}
