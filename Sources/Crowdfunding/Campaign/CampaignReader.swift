import Accounting
public import Parsing

/// Everything that is wrong with a campaign file, in the order of the file.
public struct CampaignProblems: UserFacingError, Equatable {
    /// At least one.
    public let diagnostics: [Diagnostic]

    /// Takes over what a reader has found; also the JSON parser's, which come before any rule is looked at.
    public init(diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics
    }

    /// Every problem with its place and its remedy, a line each.
    public var message: String { diagnostics.map(\.text).joined(separator: "\n") }

    /// Bad input.
    public var exitCode: ExitStatus { .badInput }
}

/// Reads a campaign file into a definition: every rule is checked here, past it there are only valid definitions.
public struct CampaignReader {
    /// Reads the whole file, reporting every problem at once.
    ///
    /// - Parameters:
    ///   - document: The file as the JSON parser gave it.
    ///   - isKnownZone: Whether this machine knows the IANA zone; asked only about texts that look like one.
    /// - Returns: The definition with every default filled in and listed in `defaults`.
    /// - Throws: `CampaignProblems` with one diagnostic for each thing to mend.
    public static func read(
        _ document: JSONDocument, isKnownZone: @escaping (String) -> Bool,
    ) throws(CampaignProblems) -> CampaignDefinition {
        var reading = FieldReading(document, isKnownZone: isKnownZone)
        let definition = reading.campaign()
        let diagnostics = reading.diagnostics
        guard diagnostics.isEmpty, var definition else { throw CampaignProblems(diagnostics: diagnostics) }
        definition.defaults = reading.defaults
        return definition
    }
}

/// What a file names, so that a value can be checked that refers to it from anywhere in the file.
struct KnownNames {
    enum Stocked: Equatable {
        case item(hasVariants: Bool)
        case variant(of: String)
    }

    var skus: [String: Stocked] = [:]
    var tiers: Set<String> = []
    var addOns: Set<String> = []
    var opensAt: Timestamp?
    var closesAt: Timestamp?
    var latePledgesUntil: Timestamp?

    /// The first instant at which nothing is sold anymore.
    var endOfSale: Timestamp? { [closesAt, latePledgesUntil].compactMap(\.self).max() }
}

extension FieldReading {
    /// Reads the file's root to its end. `nil`, or a definition that must not leave the reader, where problems were
    /// found: what could not be read is empty in it.
    fileprivate mutating func campaign() -> CampaignDefinition? {
        guard let fields = fields(of: Located(path: "", node: document.root), .campaign) else { return nil }
        _ = ifPresent(fields, "$schema") { $0.string($1, "a path in quotes", example: "\"campaign.schema.json\"") }
        currency = required(fields, "currency", example: "\"EUR\"").flatMap { self.currency($0) }
        collectNames(fields)
        let id = required(fields, "id", example: "\"my-campaign\"").flatMap { self.identifier($0) }
        let title = required(fields, "title", example: "\"My campaign\"").flatMap { self.text($0) }
        let zone = required(fields, "time_zone", example: "\"Europe/Berlin\"").flatMap { self.zone($0) }
        dates(fields)
        let funding = funding(fields)
        let prepayment = prepayment(fields, funding: funding)
        let items = items(fields)
        let tiers = tiers(fields)
        let offer = (addOns: addOns(fields), promotions: promotions(fields))
        let rules = (shipping: shipping(fields), tax: tax(fields), fees: fees(fields), cancel: cancellation(fields))
        let production = production(fields, items: items, goal: funding.goal)
        let outside = (imports: imports(fields), delays: delays(fields))
        let maker = ifPresent(fields, "maker") { $0.maker($1) }
        guard let id = id.flatMap({ CampaignID($0) }), let currency, let closesAt = known.closesAt else { return nil }
        return CampaignDefinition(
            id: id, title: title ?? "", maker: maker, currency: currency, timeZone: zone ?? "",
            opensAt: known.opensAt, closesAt: closesAt, funding: funding, prepayment: prepayment, items: items,
            tiers: tiers, addOns: offer.addOns, promotions: offer.promotions, shipping: rules.shipping,
            tax: rules.tax, fees: rules.fees, cancellation: rules.cancel,
            latePledgesUntil: known.latePledgesUntil, production: production, imports: outside.imports,
            delays: outside.delays, defaults: [])
    }

    private mutating func currency(_ value: Located) -> Currency? {
        guard let code = string(value, "a currency code in quotes", example: "\"EUR\"") else { return nil }
        if let currency = Currency(code) { return currency }
        let upper = code.uppercased()
        let symbols = ["€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "EURO": "EUR", "EUROS": "EUR"]
        let meant = symbols[upper] ?? (Currency(upper) == nil ? nil : upper)
        report(
            value, "\(quoted(code)) is not a currency",
            fix: meant.map { "write \"\($0)\"" } ?? "write three capital letters of ISO 4217, for example \"EUR\"")
        return nil
    }

    /// Collects ids and SKUs ahead, without reporting: what is wrong with them is reported where they are read.
    private mutating func collectNames(_ fields: Fields) {
        known.tiers = Set(namesAhead(fields["tiers"]?.node, "id").map(\.name))
        known.addOns = Set(namesAhead(fields["add_ons"]?.node, "id").map(\.name))
        for item in namesAhead(fields["items"]?.node, "sku") {
            let variants = namesAhead(item.variants, "sku").map(\.name)
            known.skus[item.name] = .item(hasVariants: !variants.isEmpty)
            for variant in variants where known.skus[variant] == nil { known.skus[variant] = .variant(of: item.name) }
        }
    }

    private func namesAhead(_ list: JSONNode?, _ key: String) -> [(name: String, variants: JSONNode?)] {
        guard case .array(let nodes) = list?.value else { return [] }
        return nodes.compactMap { node in
            guard case .object(let members) = node.value,
                case .string(let name) = members.first(where: { $0.key == key })?.value.value
            else { return nil }
            return (name, members.first { $0.key == "variants" }?.value)
        }
    }

    private mutating func dates(_ fields: Fields) {
        known.opensAt = optional(fields, "opens_at", else: "the launch") { $0.time($1) }
        known.closesAt = required(fields, "closes_at", example: "\"2026-03-31T20:00:00+02:00\"").flatMap { self.time($0) }
        known.latePledgesUntil = optional(fields, "late_pledges_until", else: "none") { $0.time($1) }
        guard let closesAt = known.closesAt else { return }
        if let opensAt = known.opensAt, opensAt >= closesAt, let value = fields["opens_at"] {
            report(
                value, "the campaign opens at \(opensAt) and closes at \(closesAt)",
                fix: "opens_at has to be earlier than closes_at")
        }
        if let late = known.latePledgesUntil, late <= closesAt, let value = fields["late_pledges_until"] {
            report(
                value, "\(late) is not after the campaign closes, \(closesAt)",
                fix: "write a later time, or leave it out: no pledge is late then")
        }
    }

    private mutating func maker(_ value: Located) -> Maker? {
        guard let fields = fields(of: value, .maker) else { return nil }
        let name = required(fields, "name", example: "\"Aurora Lights GmbH\"").flatMap { self.text($0) }
        let country = ifPresent(fields, "country") { $0.country($1) }
        let email = ifPresent(fields, "support_email") { $0.emailAddress($1) }
        return Maker(name: name ?? "", country: country, supportEmail: email)
    }

    private mutating func emailAddress(_ value: Located) -> String? {
        guard let text = text(value) else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), !text.contains(" ") else {
            report(value, "\(quoted(text)) is not an e-mail address", fix: "write it as \"hello@maker.example\"")
            return nil
        }
        return text
    }
}
