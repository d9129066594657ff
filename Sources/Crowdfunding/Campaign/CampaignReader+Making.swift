import Accounting
import Parsing

/// What happens outside: production runs, platforms' files, laws on delays.
extension FieldReading {
    mutating func production(_ campaign: Fields, items: [Item], goal: Int64) -> [ProductionPlan] {
        var lines: [String: Int] = [:]
        var runs: [ProductionPlan] = []
        for (index, value) in elements(of: campaign["production"]).enumerated() {
            guard let fields = fields(of: value, .run) else { continue }
            let id = required(fields, "id", example: "\"run-1\"")
                .flatMap { self.uniqueIdentifier($0, "run", seen: &lines) }
            let supplier = required(fields, "supplier", example: "\"Lamp Works\"").flatMap { self.text($0) }
            let sku = itemToMake(fields, items: items)
            let minimum = optional(fields, "minimum_units", else: "1") { $0.integer($1, in: 1...largestQuantity) }
            let capacity = optional(fields, "capacity", else: "none") { $0.integer($1, in: 1...largestQuantity) }
            if let capacity, capacity < minimum ?? 1, let value = fields["capacity"] {
                report(value, "\(capacity) is less than minimum_units", fix: "write at least \(minimum ?? 1)")
            }
            let collected = launchCondition(fields, goal: index == 0 && goal > 0 ? goal : nil)
            let days = required(fields, "lead_time_days", example: "120").flatMap { self.integer($0, in: 0...3650) }
            let itemCost = items.first { $0.sku == sku }?.unitCost ?? 0
            let cost = optional(fields, "unit_cost", else: plain(itemCost)) { $0.amount($1) }
            let deposit = optional(fields, "deposit_percent", else: "0") { $0.percentage($1) }
            runs.append(
                ProductionPlan(
                    id: id ?? "", supplier: supplier ?? "", sku: sku, minimumUnits: minimum ?? 1, capacity: capacity,
                    launchWhenCollected: collected, leadTimeDays: Int(days ?? 0), unitCost: cost ?? itemCost,
                    depositPercent: deposit ?? .zero))
        }
        return runs
    }

    /// An amount as it is written in the campaign's currency.
    func plain(_ amount: Int64) -> String {
        currency.map { Money(minorUnits: amount, currency: $0).plain } ?? "\(amount)"
    }

    /// The item that a run makes: the only one where nobody wrote it.
    private mutating func itemToMake(_ fields: Fields, items: [Item]) -> String {
        guard let value = fields["sku"] else {
            if items.count == 1, let only = items.first {
                useDefault(fields, "sku", only.sku)
                return only.sku
            }
            _ = required(fields, "sku", example: "\"\(items.first?.sku ?? "LAMP")\"")
            return ""
        }
        guard let sku = identifier(value, upperCase: true) else { return "" }
        switch known.skus[sku] {
        case .item: break
        case .variant(let item):
            report(value, "\(quoted(sku)) is a variant, a run makes all variants of an item", fix: "write \"\(item)\"")
        case nil:
            report(value, "there is no item \(quoted(sku))", fix: knownSKUs(near: sku))
        }
        return sku
    }

    private mutating func launchCondition(_ run: Fields, goal: Int64?) -> Int64? {
        let path = "launch_when.collected"
        let inUse = goal.map { plain($0) } ?? "nothing"
        guard let value = run["launch_when"] else {
            useDefault(run, path, inUse)
            return goal
        }
        guard let fields = fields(of: value, .launchCondition) else { return nil }
        if fields["collected"] == nil {
            useDefault(run, path, inUse)
            return goal
        }
        return ifPresent(fields, "collected") { $0.amount($1) }
    }

    mutating func imports(_ campaign: Fields) -> [String: PlatformImport] {
        guard let value = campaign["imports"], let platforms = fields(of: value, .imports) else { return [:] }
        var imports: [String: PlatformImport] = [:]
        for platform in ObjectKind.imports.keys {
            guard let value = platforms[platform], let fields = fields(of: value, .platformImport) else { continue }
            imports[platform] = PlatformImport(
                rewards: mapping(fields, "rewards", to: known.tiers, "tier"),
                addOns: mapping(fields, "add_ons", to: known.addOns, "add-on"),
                choices: choices(fields),
                timeZone: optional(fields, "time_zone", else: "asked for at the import") { $0.zone($1) },
                tax: optional(fields, "tax", else: "maker") { $0.choice($1, PlatformImport.Tax.self) } ?? .maker)
        }
        return imports
    }

    /// A platform's id, title or price → one of our ids.
    private mutating func mapping(
        _ fields: Fields, _ key: String, to names: Set<String>, _ kind: String,
    ) -> [String: String] {
        guard let value = fields[key] else { return [:] }
        var mapping: [String: String] = [:]
        for entry in entries(of: value) {
            guard let name = string(entry.value, "the id of a \(kind)", example: "\"standard\"") else { continue }
            if !names.contains(name) {
                let fix = remedy(naming: names.sorted(), near: name, kind: kind)
                report(entry.value, "there is no \(kind) \(quoted(name))", fix: fix)
            }
            mapping[entry.key] = name
        }
        return mapping
    }

    /// A survey's question → the item whose variants are its answers.
    private mutating func choices(_ fields: Fields) -> [String: String] {
        guard let value = fields["choices"] else { return [:] }
        var choices: [String: String] = [:]
        for entry in entries(of: value) {
            guard let sku = string(entry.value, "the SKU of an item", example: "\"LAMP\"") else { continue }
            switch known.skus[sku] {
            case .item(hasVariants: true): break
            case .item(hasVariants: false):
                report(entry.value, "item \(quoted(sku)) has no variants to choose from", fix: "add \"variants\" to it")
            case .variant(let item):
                report(entry.value, "\(quoted(sku)) is a variant", fix: "name the item: \"\(item)\"")
            case nil:
                report(entry.value, "there is no item \(quoted(sku))", fix: knownSKUs(near: sku))
            }
            choices[entry.key] = sku
        }
        return choices
    }

    mutating func delays(_ campaign: Fields) -> [String: String] {
        guard let value = campaign["delays"] else {
            useDefault(campaign, "delays", "US: mail-order")
            return ["US": "mail-order"]
        }
        var delays: [String: String] = [:]
        for entry in entries(of: value) {
            let country = country(entry.key, at: entry.keyStart, path: value.path, anywhere: true)
            guard let law = string(entry.value, "a rule on delays", example: "\"mail-order\"") else { continue }
            if law != "mail-order" {
                report(entry.value, "\(quoted(law)) is not known here", fix: "write \"mail-order\", or leave it out")
            }
            if let country { delays[country] = law }
        }
        return delays
    }
}
