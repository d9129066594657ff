import Accounting

/// Shipping, tax, costs, runs and mappings.
extension AmendmentComparison {
    /// Compares what shipping costs.
    ///
    /// A destination that backers have pledged for keeps its rate or gets a lower one: a pledge that is
    /// changed later is priced again. Every other destination is free.
    mutating func shipping() {
        guard old.shipping != new.shipping else { return }
        var isRefused = false
        for country in sold.destinations.sorted() {
            let before = rate(country, in: old.shipping)
            let after = rate(country, in: new.shipping)
            if let before, let after, after.first <= before.first, after.eachMore <= before.eachMore {
                continue
            }
            if before == nil { continue }
            isRefused = true
            refuse(
                "shipping to \(country) \(written(before)) → \(written(after))",
                "backers have pledged with this rate", fix: "keep it, or lower it")
        }
        if !isRefused { accept("shipping: \(summary(old.shipping)) → \(summary(new.shipping))") }
    }

    private struct Rate {
        let first: Int64
        let eachMore: Int64
    }

    /// The rate that applies to a country, as pricing finds it; `nil`: it does not ship there.
    private func rate(_ country: String, in rates: [ShippingRate]) -> Rate? {
        if rates.isEmpty { return Rate(first: 0, eachMore: 0) }
        let index = CountryTable(destinations: rates.map(\.to)).index(for: countryCode(country) ?? 0)
        return index < 0 ? nil : Rate(first: rates[index].first, eachMore: rates[index].eachMore)
    }

    private func written(_ rate: Rate?) -> String {
        rate.map { "\(amount($0.first)) + \(amount($0.eachMore))" } ?? "none"
    }

    private func summary(_ rates: [ShippingRate]) -> String {
        if rates.isEmpty { return "free" }
        return rates.map { rate in
            let to = rate.to.prefix(5).joined(separator: " ") + (rate.to.count > 5 ? " …" : "")
            return "\(to) \(amount(rate.first)) + \(amount(rate.eachMore))"
        }
        .joined(separator: ", ")
    }

    mutating func taxAndCosts() {
        let reason = "backers have pledged at prices made in that way"
        compare(
            "tax.prices_include_tax", old.tax.pricesIncludeTax, new.tax.pricesIncludeTax,
            allowed: !hasPledges,
            because: reason, fix: "keep it"
        ) { "\($0)" }
        compare(
            "tax.point", old.tax.point, new.tax.point, allowed: !hasPledges,
            because: "tax is booked by it already", fix: "keep it", \.rawValue)
        // A rate changes when the law does; what is pledged keeps the parts that it was priced with.
        for country in Set(old.tax.rates.keys).union(new.tax.rates.keys).sorted() {
            compare("tax.rates.\(country)", old.tax.rates[country], new.tax.rates[country]) { rate in
                rate.map { "\($0) %" } ?? "none"
            }
        }
        compare("fees.platform_percent", old.fees.platformPercent, new.fees.platformPercent) { "\($0) %" }
        compare("fees.processor_percent", old.fees.processorPercent, new.fees.processorPercent) { "\($0) %" }
        compare("fees.processor_fixed", old.fees.processorFixed, new.fees.processorFixed, amount)
        for country in Set(old.delays.keys).union(new.delays.keys).sorted() {
            compare(
                "delays.\(country)", old.delays[country], new.delays[country],
                allowed: !hasPledges || old.delays[country] == nil, because: "backers pledged under this law",
                fix: "keep it", optional)
        }
    }

    mutating func production() {
        for before in old.production {
            let isLaunched = sold.launchedRuns.contains(before.id)
            guard let after = new.production.first(where: { $0.id == before.id }) else {
                if isLaunched {
                    refuse(
                        "run \(before.id): taken out", "it has been launched",
                        fix: "keep it in \"production\"")
                } else {
                    accept("run \(before.id): taken out")
                }
                continue
            }
            run(before, after, isLaunched: isLaunched)
        }
        for run in new.production where !old.production.contains(where: { $0.id == run.id }) {
            accept("run \(run.id): new, \(run.sku) by \(quote(run.supplier))")
        }
    }

    private mutating func run(_ before: ProductionPlan, _ after: ProductionPlan, isLaunched: Bool) {
        let reason = "it has been launched on these terms"
        let name = "run \(before.id):"
        let isFree = !isLaunched
        let fix = "keep it, and add another run"
        compare(
            "\(name) supplier", before.supplier, after.supplier, allowed: isFree, because: reason,
            fix: fix, quote)
        compare("\(name) sku", before.sku, after.sku, allowed: isFree, because: reason, fix: fix) { $0 }
        compare(
            "\(name) minimum_units", before.minimumUnits, after.minimumUnits, allowed: isFree,
            because: reason,
            fix: fix
        ) { "\($0)" }
        let isMore = after.capacity.map { $0 >= before.capacity ?? .max } ?? true
        compare(
            "\(name) capacity", before.capacity, after.capacity, allowed: isFree || isMore,
            because: reason, fix: fix,
            optional)
        compare(
            "\(name) launch_when.collected", before.launchWhenCollected, after.launchWhenCollected,
            allowed: isFree,
            because: reason, fix: fix, optionalAmount)
        compare(
            "\(name) lead_time_days", before.leadTimeDays, after.leadTimeDays, allowed: isFree,
            because: reason,
            fix: "tell a delay with `pledgebook run delay \(before.id) --to DATE --because TEXT`"
        ) { "\($0)" }
        compare(
            "\(name) unit_cost", before.unitCost, after.unitCost, allowed: isFree, because: reason,
            fix: fix, amount)
        compare(
            "\(name) deposit_percent", before.depositPercent, after.depositPercent, allowed: isFree,
            because: reason, fix: fix
        ) { "\($0) %" }
    }

    mutating func imports() {
        for platform in Set(old.imports.keys).union(new.imports.keys).sorted() {
            let before = old.imports[platform]
            let after = new.imports[platform]
            if before != after { accept("imports.\(platform): the mapping changes") }
        }
    }
}
