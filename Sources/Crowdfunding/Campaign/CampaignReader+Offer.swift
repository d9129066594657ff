import Accounting
import Parsing

/// What is offered: items, tiers, add-ons, promotions.
extension FieldReading {
    mutating func items(_ fields: Fields) -> [Item] {
        var lines: [String: Int] = [:]
        var items: [Item] = []
        for value in elements(of: fields["items"]) {
            if let item = item(value, lines: &lines) { items.append(item) }
        }
        return items
    }

    private mutating func item(_ value: Located, lines: inout [String: Int]) -> Item? {
        guard let fields = fields(of: value, .item) else { return nil }
        let sku = sku(fields, lines: &lines)
        let title = optional(fields, "title", else: sku) { $0.text($1) }
        let unitCost = optional(fields, "unit_cost", else: zeroAmount) { $0.amount($1) }
        let inStock = optional(fields, "in_stock", else: "0") { $0.integer($1) }
        let backorderLimit = optional(fields, "backorder_limit", else: "none") { $0.integer($1) }
        let customs = (
            code: ifPresent(fields, "hs_code") { $0.customsCode($1) },
            origin: ifPresent(fields, "origin") { $0.country($1) },
            weight: ifPresent(fields, "weight_grams") { $0.integer($1, in: 1...largestQuantity) }
        )
        var variants: [Variant] = []
        for value in elements(of: fields["variants"]) {
            guard let variant = self.fields(of: value, .variant) else { continue }
            let sku = self.sku(variant, lines: &lines)
            let title = optional(variant, "title", else: sku) { $0.text($1) }
            let minimum = optional(variant, "minimum_units", else: "0") { $0.integer($1) }
            variants.append(Variant(sku: sku, title: title ?? sku, minimumUnits: minimum ?? 0))
        }
        return Item(
            sku: sku, title: title ?? sku, unitCost: unitCost ?? 0, inStock: inStock ?? 0,
            backorderLimit: backorderLimit, hsCode: customs.code, origin: customs.origin,
            weightGrams: customs.weight, variants: variants)
    }

    /// A SKU of its own across items and variants; empty where it is no good.
    private mutating func sku(_ fields: Fields, lines: inout [String: Int]) -> String {
        guard let value = required(fields, "sku", example: "\"LAMP\""),
            let sku = uniqueIdentifier(value, "item and variant", upperCase: true, seen: &lines)
        else { return "" }
        if sku == "note" {
            report(value, "\"note\" is no SKU: it is the key for notes", fix: "choose another, for example \"NOTE\"")
        }
        return sku
    }

    /// A customs tariff number: 4 to 12 digits, dots allowed between them.
    private mutating func customsCode(_ value: Located) -> String? {
        guard let text = string(value, "a customs code in quotes", example: "\"9405.21\"") else { return nil }
        let groups = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let count = groups.map(\.count).reduce(0, +)
        guard groups.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }), (4...12).contains(count) else {
            report(value, "\(quoted(text)) is not a customs code", fix: "write 4 to 12 digits, for example \"9405.21\"")
            return nil
        }
        return text
    }

    mutating func tiers(_ fields: Fields) -> [RewardTier] {
        guard let list = required(fields, "tiers", example: exampleTiers) else { return [] }
        if case .array(let nodes) = list.node.value, nodes.isEmpty {
            report(list, "there is no tier", fix: "write at least one: \(exampleTiers)")
        }
        var lines: [String: Int] = [:]
        var tiers: [RewardTier] = []
        for value in elements(of: list) {
            guard let tier = self.fields(of: value, .tier) else { continue }
            let id = offerID(tier, "tier", lines: &lines)
            let title = required(tier, "title", example: "\"One lamp\"").flatMap { self.text($0) }
            let price = required(tier, "price", example: "\"\(exampleAmount)\"").flatMap { self.amount($0, atLeast: 1) }
            tiers.append(
                RewardTier(
                    id: id, title: title ?? "", price: price ?? 0, limit: limit(tier, "limit"),
                    perBacker: limit(tier, "per_backer"), until: endOfOffer(tier), contains: contents(tier),
                    delivery: optional(tier, "delivery", else: "no promise") { $0.delivery($1) },
                    substitutes: substitutes(tier, of: id)))
        }
        return tiers
    }

    private var exampleTiers: String {
        "[{ \"id\": \"standard\", \"title\": \"One lamp\", \"price\": \"\(exampleAmount)\" }]"
    }

    /// Zero as an amount is written in the campaign's currency.
    var zeroAmount: String { plain(0) }

    private mutating func offerID(_ fields: Fields, _ kind: String, lines: inout [String: Int]) -> String {
        required(fields, "id", example: "\"standard\"")
            .flatMap { self.uniqueIdentifier($0, kind, seen: &lines) } ?? ""
    }

    private mutating func limit(_ fields: Fields, _ key: String) -> Int64? {
        optional(fields, key, else: "none") { $0.integer($1, in: 1...largestQuantity) }
    }

    /// The end of an early offer: after the campaign opens, and not after the last moment at which anything is sold.
    private mutating func endOfOffer(_ fields: Fields) -> Timestamp? {
        guard let until = optional(fields, "until", else: "none", { $0.time($1) }), let value = fields["until"]
        else { return nil }
        if let opensAt = known.opensAt, until <= opensAt {
            report(value, "it ends at \(until), the campaign opens at \(opensAt)", fix: "write a time after opens_at")
        } else if let end = known.endOfSale, until > end {
            let last = known.latePledgesUntil == nil ? "closes_at" : "late_pledges_until"
            report(
                value, "\(until) is after the last pledge can be made, \(end)",
                fix: "write a time up to \(last), or leave it out")
        }
        return until
    }

    private mutating func contents(_ fields: Fields) -> [Content] {
        guard let value = fields["contains"] else {
            useDefault(fields, "contains", "nothing")
            return []
        }
        var contents: [Content] = []
        for entry in entries(of: value) {
            if known.skus[entry.key] == nil {
                report(at: entry.keyStart, value.path, "there is no item \(quoted(entry.key))", fix: knownSKUs(near: entry.key))
            }
            guard let quantity = integer(entry.value, in: 1...largestQuantity) else { continue }
            contents.append(Content(sku: entry.key, quantity: quantity))
        }
        return contents
    }

    /// A remedy that names the SKUs there are, the nearest where one is near.
    func knownSKUs(near text: String) -> String {
        let names = known.skus.keys.sorted()
        return names.isEmpty ? "add it to \"items\"" : remedy(naming: names, near: text, kind: "SKU")
    }

    /// A remedy that names what there is: the nearest where one is near, else up to ten.
    func remedy(naming names: [String], near text: String, kind: String) -> String {
        let distances = names.prefix(200).map { (name: $0, distance: editDistance($0, String(text.prefix(64)))) }
        if let best = distances.min(by: { $0.distance < $1.distance }), best.distance <= max(1, text.utf8.count / 3) {
            return "did you mean \"\(best.name)\"?"
        }
        guard !names.isEmpty else { return "there is no \(kind) yet" }
        let list = names.prefix(10).map { "\"\($0)\"" }.joined(separator: ", ")
        return "write a \(kind) of this file: \(list)\(names.count > 10 ? ", …" : "")"
    }

    /// A promised month that is not over before the campaign is.
    private mutating func delivery(_ value: Located) -> DeliveryMonth? {
        guard let month = month(value) else { return nil }
        // 14 hours: the clocks of the world are at most that far behind or ahead of UTC.
        if let closesAt = known.closesAt?.adding(seconds: -14 * 3600) {
            let day = CalendarDay(number: Int(closesAt.seconds / 86_400))
            if month < DeliveryMonth(year: day.year, month: day.month) {
                report(value, "\(month) is over before the campaign closes", fix: "promise a later month")
            }
        }
        return month
    }

    private mutating func substitutes(_ fields: Fields, of id: String) -> [String] {
        var substitutes: [String] = []
        for value in elements(of: fields["substitutes"]) {
            guard let name = identifier(value) else { continue }
            if name == id {
                report(value, "a tier is no substitute for itself", fix: "name another tier")
            } else if !known.tiers.contains(name) {
                report(value, "there is no tier \(quoted(name))", fix: remedy(naming: known.tiers.sorted(), near: name, kind: "tier"))
            } else if substitutes.contains(name) {
                report(value, "\(quoted(name)) is named twice", fix: "take one of them out")
            } else {
                substitutes.append(name)
            }
        }
        return substitutes
    }

    mutating func addOns(_ fields: Fields) -> [AddOn] {
        var lines: [String: Int] = [:]
        var addOns: [AddOn] = []
        for value in elements(of: fields["add_ons"]) {
            guard let addOn = self.fields(of: value, .addOn) else { continue }
            let id = offerID(addOn, "add-on", lines: &lines)
            let title = required(addOn, "title", example: "\"Spare bulb\"").flatMap { self.text($0) }
            let price = required(addOn, "price", example: "\"\(exampleAmount)\"").flatMap { self.amount($0, atLeast: 1) }
            addOns.append(
                AddOn(
                    id: id, title: title ?? "", price: price ?? 0, contains: contents(addOn),
                    limit: limit(addOn, "limit"), perBacker: limit(addOn, "per_backer")))
        }
        return addOns
    }

    mutating func promotions(_ fields: Fields) -> [Promotion] {
        var lines: [String: Int] = [:]
        var promotions: [Promotion] = []
        for value in elements(of: fields["promotions"]) {
            guard let promotion = self.fields(of: value, .promotion) else { continue }
            let code = required(promotion, "code", example: "\"FRIENDS10\"")
                .flatMap { self.uniqueIdentifier($0, "promotion", upperCase: true, seen: &lines) }
            let percent = required(promotion, "percent_off", example: "\"10\"").flatMap { self.percentage($0) }
            if percent?.millionths == 0, let value = promotion["percent_off"] {
                report(value, "0 % off is no promotion", fix: "write more than 0")
            }
            promotions.append(
                Promotion(
                    code: code ?? "", percentOff: percent ?? .zero, limit: limit(promotion, "limit"),
                    until: endOfOffer(promotion)))
        }
        return promotions
    }
}
