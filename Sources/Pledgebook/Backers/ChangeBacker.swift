import Accounting
public import Crowdfunding
import Storage

/// What a person changes of a backer: `nil` leaves it, an empty text takes it away.
public struct BackerChange: Hashable, Sendable {
    /// The backer's name.
    public var name: String?
    /// Taken in lower case; never taken away.
    public var email: String?
    /// Two letters; never taken away.
    public var country: String?
    /// Fields of the address.
    public var address: [PostalAddress.Field: String] = [:]

    /// A change of nothing.
    public init() {}
}

/// What a change of a backer comes to, or came to.
public struct BackerChanged: Sendable {
    /// The backer's pledges.
    public let references: [String]
    /// What is another now, in words without the values; empty where nothing is.
    public let words: [String]
    /// Pledges that ship to another country now, each an entry.
    public let moved: [String]
}

extension Session {
    /// Changes what the book knows of a backer.
    ///
    /// Name, addresses and phone are personal and in no entry. The country that a pledge ships to is part of
    /// what was promised: it moves by an entry, and only where neither shipping nor tax would be another.
    ///
    /// - Parameters:
    ///   - who: A pledge's reference, an e-mail address or a name.
    ///   - change: What is another.
    ///   - id: The campaign's; without one, the only one that is not over.
    ///   - dryRun: Says what would be, and changes nothing.
    /// - Returns: What was changed.
    /// - Throws: `SessionError`, with both prices where a country would change one; `BookError`.
    public func changeBacker(
        _ who: String, _ change: BackerChange, in id: CampaignID?, dryRun: Bool = false
    ) throws -> BackerChanged {
        let change = try change.checked()
        var done: BackerChanged?
        do {
            try book.write { records in
                let campaign = try campaign(id, in: records)
                let backer = try onlyBacker(who, of: campaign, in: records)
                done = try BackerEdit(session: self, campaign: campaign, backer: backer, records: records)
                    .apply(change)
                if dryRun { throw NothingKept() }
            }
        } catch is NothingKept {}
        guard let done else { throw BookError.storage(reason: "the transaction did not run") }
        return done
    }
}

extension BackerChange {
    /// The change as it is booked, or what is wrong with it.
    fileprivate func checked() throws -> BackerChange {
        var change = self
        func refuse(_ text: String) -> SessionError {
            .rule(text + " Nothing was changed.", exit: .badInput)
        }
        for text in [name].compactMap(\.self) + address.values where text.utf8.count > 1_000 {
            throw refuse("A text of an address has at most 1,000 bytes.")
        }
        if let email {
            guard Self.isEmail(email) else {
                throw refuse("This is not an e-mail address: write it as name@example.org.")
            }
            change.email = email.lowercased()
        }
        if let country {
            let code = country.uppercased()
            guard Country.isKnown(code) else {
                throw refuse("“\(country)” is no country: write two letters of ISO 3166, for example DE.")
            }
            change.country = code
        }
        return change
    }

    /// One `@` with something on both sides, no spaces and no separators of lists.
    private static func isEmail(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.count <= 254
            && text.utf8.allSatisfy {
                $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ";")
            }
    }
}

/// One change of one backer, within a transaction.
private struct BackerEdit {
    let session: Session
    let campaign: LoadedCampaign
    let backer: BackerRecord
    let records: Records

    private var number: Int64 { campaign.record.number }

    func apply(_ change: BackerChange) throws -> BackerChanged {
        var words: [String] = []
        var after = backer
        if let name = change.name, name != backer.name ?? "" {
            after.name = name.isEmpty ? nil : name
            words.append("name")
        }
        let pledges = try records.pledges(campaign: number, backer: backer.number)
        var moved: [String] = []
        if let country = change.country,
            country != backer.country ?? ""
                || pledges.contains(where: {
                    $0.state == .placed && $0.destination != country
                })
        {
            moved = try move(pledges, to: country)
            after.country = country
            words.append("country")
        }
        var address = PostalAddress(json: backer.address)
        let before = address
        if let country = change.country, !address[.countryCode].isEmpty, address[.countryCode] != country {
            address[.countryCode] = country
            address[.countryName] = ""
        }
        for (field, text) in change.address { address[field] = text }
        if address != before {
            after.address = address.json
            words.append("address")
        }
        if after != backer { try records.update(after, campaign: number) }
        if let email = change.email, email != backer.email ?? "" {
            guard try records.changeEmail(of: backer, to: email, campaign: number) else {
                throw SessionError.refused(
                    "Another backer of \(campaign.record.id) has that e-mail address. Nothing was changed.")
            }
            words.append("e-mail address")
        }
        return BackerChanged(references: pledges.map(\.reference), words: words, moved: moved)
    }

    // MARK: The country

    /// Lets pledges that have not gone out ship to another country.
    private func move(_ pledges: [PledgeRecord], to country: String) throws -> [String] {
        let moving = pledges.filter { $0.state == .placed && $0.destination != country }
        var problems: [String] = []
        for pledge in moving {
            if let problem = try problem(of: pledge, to: country) { problems.append(problem) }
        }
        guard problems.isEmpty else {
            throw SessionError.refused(
                problems.joined(separator: "\n")
                    + "\nA price is never changed silently. Correct an unpaid pledge's row and say "
                    + "`pledgebook pledge import FILE --update`; a paid one is paid back and placed anew. "
                    + "Nothing was changed.")
        }
        guard !moving.isEmpty else { return [] }
        let journal = try JournalWriter(session, record: campaign.record, in: records)
        for pledge in moving {
            var after = pledge
            after.destination = country
            try session.book(
                after, records.lines(campaign: number, pledge: pledge.number), campaign, journal)
            try records.update(after, campaign: number)
        }
        try journal.finish()
        return moving.map(\.reference)
    }

    /// What would be another in the price, with both figures; `nil`: nothing.
    private func problem(of pledge: PledgeRecord, to country: String) throws -> String? {
        let quotes = try Quotes(of: pledge, campaign, records)
        let before = quotes.quote(to: pledge.destination)
        let after = quotes.quote(to: country)
        if let problem = after.problem { return "\(pledge.reference) to \(country): \(problem.message)" }
        let from = pledge.destination.map { "to \($0)" } ?? "without a country"
        if let old = before.price, let new = after.price, old != new {
            return
                "\(pledge.reference) to \(country) would be \(words(new)), and \(from) it is \(words(old))."
        }
        guard let old = before.ours, let new = after.ours, old != new else { return nil }
        return
            "\(pledge.reference) to \(country) would cost \(campaign.money(new)) by the campaign file, and "
            + "\(from) \(campaign.money(old))."
    }

    private func words(_ price: Price) -> String {
        "\(campaign.money(price.total)) (shipping \(campaign.money(price.shipping).plain), tax "
            + "\(campaign.money(price.tax).plain))"
    }
}

/// What a pledge costs by the country that it ships to.
private struct Quotes {
    /// What it costs to one country.
    struct Quote {
        /// The parts as they would be booked; `nil` where nobody can say.
        var price: Price?
        /// What the campaign file would ask, minor units.
        var ours: Int64?
        /// Why the campaign file has no price.
        var problem: PricingProblem?
    }

    private let pledge: PledgeRecord
    private let tier: Int
    private let lines: [OrderLine]
    private let promotion: Int
    private let pricing: Pricing
    private let tax: PlatformImport.Tax

    /// By the definition that was in force when it was pledged.
    init(of pledge: PledgeRecord, _ campaign: LoadedCampaign, _ records: Records) throws {
        let (number, definition) = (campaign.record.number, campaign.definition)
        let words = try ProductionWords(campaign, in: records)
        guard let queued = try records.queuedPledge(campaign: number, number: pledge.number) else {
            throw SessionError.unknownPledge(pledge.reference)
        }
        let rules = campaign.definition(at: pledge.placedAt)
        let promotions = try records.offerNumbers(.promotion, campaign: number)
        self.pledge = pledge
        tier = words.tier(of: queued)
        lines = words.lines(of: queued)
        promotion =
            definition.promotions.firstIndex {
                pledge.promotion != nil && promotions[$0.code].map { Int($0) } == pledge.promotion
            } ?? -1
        pricing = Pricing(rules, indexedAs: definition)
        tax = rules.imports.values.contains { $0.tax == .platform } ? .platform : .maker
    }

    /// What a platform has charged stands: only the tax in it, and our own price, can be another.
    func quote(to country: String?) -> Quote {
        let code = country.flatMap { countryCode($0) } ?? 0
        var quote = Quote()
        do throws(PricingProblem) {
            let price = try pricing.price(
                tier: tier, quantity: pledge.quantity, lines: lines[...], promotion: promotion,
                bonus: pledge.bonus, country: code)
            quote.ours = price.total
            quote.price = price
        } catch {
            quote.problem = error
        }
        guard pledge.sourceKey != nil else { return quote }
        quote.price =
            pricing.platformPrice(
                amount: pledge.total, shipping: pledge.shipping, bonus: pledge.bonus, tier: tier,
                quantity: pledge.quantity, lines: lines[...], country: code, tax: tax
            ).price
        return quote
    }
}
