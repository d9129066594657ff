import Accounting

/// What is offered: what nobody has pledged for is free to change.
extension AmendmentComparison {
    mutating func items() {
        for before in old.items {
            let isSold = isSold(before)
            guard let after = new.items.first(where: { $0.sku == before.sku }) else {
                let change = "item \(before.sku): taken out"
                if isSold {
                    refuse(change, "backers have pledged for it", fix: "keep it in \"items\"")
                } else {
                    accept(change)
                }
                continue
            }
            item(before, after, isSold: isSold)
        }
        for item in new.items where !old.items.contains(where: { $0.sku == item.sku }) {
            accept("item \(item.sku): new, \(quote(item.title))")
        }
    }

    private func isSold(_ item: Item) -> Bool {
        let skus = [item.sku] + item.variants.map(\.sku)
        if skus.contains(where: { sold.units[$0, default: 0] > 0 }) { return true }
        let contents =
            old.tiers.filter { isSold($0) }.flatMap(\.contains)
            + old.addOns.filter { isSold($0) }.flatMap(\.contains)
        return contents.contains { skus.contains($0.sku) }
    }

    private func isSold(_ tier: RewardTier) -> Bool { sold.tiers[tier.id] != nil }
    private func isSold(_ addOn: AddOn) -> Bool { sold.addOns[addOn.id] != nil }

    private mutating func item(_ before: Item, _ after: Item, isSold: Bool) {
        let name = "item \(before.sku):"
        let units = ([before.sku] + before.variants.map(\.sku)).map { sold.units[$0, default: 0] }.reduce(
            0, +)
        compare("\(name) title", before.title, after.title, quote)
        compare("\(name) unit_cost", before.unitCost, after.unitCost, amount)
        compare(
            "\(name) in_stock", before.inStock, after.inStock,
            allowed: !isSold || after.inStock > before.inStock,
            because: "\(units) are sold, some of them from stock", fix: "keep it, or write more"
        ) { "\($0)" }
        limit("\(name) backorder_limit", before.backorderLimit, after.backorderLimit, sold: units)
        compare("\(name) hs_code", before.hsCode, after.hsCode, optional)
        compare("\(name) origin", before.origin, after.origin, optional)
        compare("\(name) weight_grams", before.weightGrams, after.weightGrams, optional)
        if isSold, before.variants.isEmpty != after.variants.isEmpty {
            refuse(
                "\(name) \(before.variants.isEmpty ? "made in variants" : "no longer made in variants")",
                "units are booked under the SKUs of today",
                fix: "add another item with its own SKU, and a tier for it")
            return
        }
        for variant in before.variants {
            guard let now = after.variants.first(where: { $0.sku == variant.sku }) else {
                let change = "\(name) variant \(variant.sku) taken out"
                let units = sold.units[variant.sku, default: 0]
                if units > 0 {
                    refuse(
                        change, "backers have chosen \(units) of it",
                        fix: "keep it, or have them choose again first")
                } else {
                    accept(change)
                }
                continue
            }
            compare("\(name) variant \(variant.sku): title", variant.title, now.title, quote)
            compare("\(name) variant \(variant.sku): minimum_units", variant.minimumUnits, now.minimumUnits) {
                "\($0)"
            }
        }
        for variant in after.variants where !before.variants.contains(where: { $0.sku == variant.sku }) {
            accept("\(name) variant \(variant.sku) is new, \(quote(variant.title))")
        }
    }

    mutating func tiers() {
        for before in old.tiers {
            let places = sold.tiers[before.id]
            guard let after = new.tiers.first(where: { $0.id == before.id }) else {
                gone("tier \(before.id)", places)
                continue
            }
            let name = "tier \(before.id):"
            let fix = "set \"limit\" to \(max(1, places ?? 0)), what is sold, and add a tier"
            let isSold = places != nil
            compare("\(name) title", before.title, after.title, quote)
            price(name, before.price, after.price, isSold: isSold, fix: fix)
            limit("\(name) limit", before.limit, after.limit, sold: places)
            perBacker(name, before.perBacker, after.perBacker, isSold: isSold)
            until("\(name) until", before.until, after.until, isSold: isSold)
            contents("\(name) contains", before.contains, after.contains, isSold: isSold, fix: fix)
            compare(
                "\(name) delivery", before.delivery, after.delivery, allowed: !isSold,
                because: "backers were promised that month",
                fix: "\(fix); tell a delay with `pledgebook run delay RUN --to DATE --because TEXT`",
                optional)
            compare("\(name) substitutes", before.substitutes, after.substitutes) {
                $0.isEmpty ? "none" : $0.joined(separator: ", ")
            }
        }
        for tier in new.tiers where !old.tiers.contains(where: { $0.id == tier.id }) {
            accept("tier \(tier.id): new, \(quote(tier.title)) for \(amount(tier.price))")
        }
    }

    private mutating func gone(_ name: String, _ count: Int64?) {
        if let count {
            let fix = "keep it, with \"limit\" \(max(1, count)): no further one is sold then"
            refuse("\(name): taken out", "backers have pledged for it", fix: fix)
        } else {
            accept("\(name): taken out")
        }
    }

    private mutating func price(_ name: String, _ before: Int64, _ after: Int64, isSold: Bool, fix: String) {
        compare(
            "\(name) price", before, after, allowed: !isSold, because: "backers have pledged at this price",
            fix: fix,
            amount)
    }

    private mutating func perBacker(_ name: String, _ before: Int64?, _ after: Int64?, isSold: Bool) {
        let isMore = after.map { $0 >= before ?? .max } ?? true
        compare(
            "\(name) per_backer", before, after, allowed: !isSold || isMore,
            because: "backers pledged while they could have more", fix: "keep it, or write more", optional)
    }

    mutating func addOns() {
        for before in old.addOns {
            let units = sold.addOns[before.id]
            guard let after = new.addOns.first(where: { $0.id == before.id }) else {
                gone("add-on \(before.id)", units)
                continue
            }
            let name = "add-on \(before.id):"
            let fix = "set \"limit\" to \(max(1, units ?? 0)), what is sold, and add an add-on"
            compare("\(name) title", before.title, after.title, quote)
            price(name, before.price, after.price, isSold: units != nil, fix: fix)
            contents("\(name) contains", before.contains, after.contains, isSold: units != nil, fix: fix)
            limit("\(name) limit", before.limit, after.limit, sold: units)
            perBacker(name, before.perBacker, after.perBacker, isSold: units != nil)
        }
        for addOn in new.addOns where !old.addOns.contains(where: { $0.id == addOn.id }) {
            accept("add-on \(addOn.id): new, \(quote(addOn.title)) for \(amount(addOn.price))")
        }
    }

    mutating func promotions() {
        for before in old.promotions {
            let uses = sold.promotions[before.code]
            let name = "promotion \(before.code):"
            guard let after = new.promotions.first(where: { $0.code == before.code }) else {
                gone("promotion \(before.code)", uses)
                continue
            }
            compare(
                "\(name) percent_off", before.percentOff, after.percentOff, allowed: uses == nil,
                because: "backers have used it", fix: "keep it, and add another code"
            ) { "\($0) %" }
            limit("\(name) limit", before.limit, after.limit, sold: uses, "used")
            until("\(name) until", before.until, after.until, isSold: uses != nil)
        }
        for promotion in new.promotions where !old.promotions.contains(where: { $0.code == promotion.code }) {
            accept("promotion \(promotion.code): new, \(promotion.percentOff) % off")
        }
    }
}
