import Parsing

/// The kinds of objects in a campaign file that have keys of their own, and those in the profile of a
/// rehearsal.
enum ObjectKind: CaseIterable {
    case campaign, maker, funding, stretchGoal, prepayment, item, variant, tier, addOn, promotion,
        shippingRate
    case tax, fees, cancellation, run, launchCondition, imports, platformImport
    case rehearsal, declines, faults

    /// The keys that may stand in it, beside `note`, in the order in which they are usually written.
    var keys: [String] {
        switch self {
        case .campaign:
            [
                "$schema", "id", "title", "maker", "currency", "time_zone", "opens_at", "closes_at",
                "funding",
                "prepayment", "items", "tiers", "add_ons", "promotions", "shipping", "tax", "fees",
                "cancellation",
                "late_pledges_until", "production", "imports", "delays",
            ]
        case .maker: ["name", "country", "support_email"]
        case .funding: ["rule", "goal", "goal_basis", "minimum_units", "stretch_goals"]
        case .stretchGoal: ["at", "title"]
        case .prepayment:
            [
                "plan", "collect", "deposit_percent", "deposit_amount", "balance_due", "retry_days",
                "retry_every_hours",
            ]
        case .item:
            [
                "sku", "title", "unit_cost", "in_stock", "backorder_limit", "hs_code", "origin",
                "weight_grams",
                "variants",
            ]
        case .variant: ["sku", "title", "minimum_units"]
        case .tier:
            ["id", "title", "price", "limit", "per_backer", "until", "contains", "delivery", "substitutes"]
        case .addOn: ["id", "title", "price", "contains", "limit", "per_backer"]
        case .promotion: ["code", "percent_off", "limit", "until"]
        case .shippingRate: ["to", "first", "each_more"]
        case .tax: ["prices_include_tax", "point", "rates"]
        case .fees: ["platform_percent", "processor_percent", "processor_fixed"]
        case .cancellation: ["backer_may_cancel_until", "last_day_rule"]
        case .run:
            [
                "id", "supplier", "sku", "minimum_units", "capacity", "launch_when", "lead_time_days",
                "unit_cost",
                "deposit_percent",
            ]
        case .launchCondition: ["collected"]
        case .rehearsal: ["$schema", "cancellations", "declines", "faults"]
        case .declines: ["soft", "hard", "needs_backer"]
        case .faults: RehearsalFault.allCases.map(\.rawValue) + ["delay_days"]
        case .imports:
            ["kickstarter", "indiegogo", "gamefound", "backerkit", "shopify", "woocommerce", "stripe"]
                + ["catarse"]
        case .platformImport: ["rewards", "add_ons", "choices", "time_zone", "tax"]
        }
    }

    /// Words of other platforms and of everyday speech, with ours; a dot leads into an object.
    var otherWords: [String: String] {
        switch self {
        case .campaign: Self.wordsForCampaign
        case .tier: Self.wordsForTier
        case .addOn: Self.wordsForAddOn
        case .item: Self.wordsForItem
        case .variant:
            ["id": "sku", "code": "sku", "name": "title", "minimum": "minimum_units", "moq": "minimum_units"]
        case .funding:
            [
                "target": "goal", "amount": "goal", "type": "rule", "model": "rule", "basis": "goal_basis",
                "minimum": "minimum_units",
            ]
        case .stretchGoal: ["amount": "at", "goal": "at", "name": "title"]
        case .prepayment: ["deposit": "deposit_percent", "when": "collect", "balance": "balance_due"]
        case .promotion:
            [
                "id": "code", "discount": "percent_off", "percent": "percent_off", "ends_at": "until",
                "uses": "limit",
            ]
        case .shippingRate:
            [
                "country": "to", "countries": "to", "destination": "to", "price": "first", "cost": "first",
                "additional": "each_more", "each_additional": "each_more",
            ]
        case .tax:
            [
                "vat": "rates", "rate": "rates", "included": "prices_include_tax",
                "inclusive": "prices_include_tax",
            ]
        case .run: Self.wordsForRun
        case .platformImport:
            ["tiers": "rewards", "perks": "rewards", "addons": "add_ons", "timezone": "time_zone"]
        case .maker: ["email": "support_email", "title": "name"]
        case .faults: Self.wordsForFaults
        case .declines: ["temporary": "soft", "permanent": "hard", "three_d_secure": "needs_backer"]
        case .fees, .cancellation, .launchCondition, .imports, .rehearsal: [:]
        }
    }

    private static let wordsForTier = [
        "name": "title", "amount": "price", "cost": "price", "minimum": "price", "pledge_amount": "price",
        "items": "contains", "includes": "contains", "contents": "contains", "products": "contains",
        "quantity": "limit", "stock": "limit", "quantity_limit": "limit", "max_per_backer": "per_backer",
        "deadline": "until", "ends_at": "until", "estimated_delivery": "delivery", "ships": "delivery",
        "delivery_date": "delivery",
    ]

    private static let wordsForAddOn = [
        "name": "title", "amount": "price", "cost": "price", "items": "contains", "includes": "contains",
        "quantity": "limit", "max_per_backer": "per_backer",
    ]

    private static let wordsForItem = [
        "id": "sku", "code": "sku", "name": "title", "cost": "unit_cost", "stock": "in_stock",
        "quantity": "in_stock", "options": "variants", "weight": "weight_grams", "hs": "hs_code",
        "country_of_origin": "origin",
    ]

    private static let wordsForRun = [
        "moq": "minimum_units", "minimum": "minimum_units", "item": "sku", "lead_time": "lead_time_days",
        "cost": "unit_cost", "deposit": "deposit_percent", "factory": "supplier", "manufacturer": "supplier",
        "maximum": "capacity",
    ]

    private static let wordsForFaults = [
        "timeout": "timeout_before_effect", "timeouts": "timeout_before_effect",
        "duplicates": "duplicate", "reordered": "reorder", "delay": "delayed", "409": "conflict",
        "429": "rate_limit", "500": "server_error", "5xx": "server_error",
    ]

    private static let wordsForCampaign = [
        "slug": "id", "name": "title", "creator": "maker", "owner": "maker", "timezone": "time_zone",
        "tz": "time_zone", "rewards": "tiers", "reward_tiers": "tiers", "perks": "tiers", "levels": "tiers",
        "pledge_levels": "tiers", "products": "items", "skus": "items", "deadline": "closes_at",
        "ends_at": "closes_at", "end_date": "closes_at", "end": "closes_at", "starts_at": "opens_at",
        "start_date": "opens_at", "launch_date": "opens_at", "launched_at": "opens_at", "addons": "add_ons",
        "extras": "add_ons", "vat": "tax", "taxes": "tax", "discounts": "promotions", "coupons": "promotions",
        "shipping_rates": "shipping", "postage": "shipping", "runs": "production",
        "production_runs": "production",
        "batches": "production", "target": "funding.goal", "funding_goal": "funding.goal",
        "goal": "funding.goal",
        "late_pledges": "late_pledges_until", "payment": "prepayment",
        "stretch_goals": "funding.stretch_goals",
    ]

    /// The objects that the file itself holds once, by key: a key of theirs at the top is misplaced.
    private static let parts: [(key: String, kind: ObjectKind)] = [
        ("funding", .funding), ("prepayment", .prepayment), ("maker", .maker), ("tax", .tax), ("fees", .fees),
        ("cancellation", .cancellation),
    ]

    /// How to mend an unknown key, and the key of this object that was most likely meant.
    func advice(for key: String) -> (meant: String?, remedy: String) {
        let plain = snakeCase(key)
        if keys.contains(plain) { return (plain, "write it as \"\(plain)\"") }
        if let word = otherWords[plain] { return advice(insteadOf: key, word) }
        if self == .campaign, let part = Self.parts.first(where: { $0.kind.keys.contains(plain) }) {
            return advice(insteadOf: key, "\(part.key).\(plain)")
        }
        if let near = nearest(to: plain) { return (near, "did you mean \"\(near)\"?") }
        return (nil, "take it out; the keys here are \(keys.joined(separator: ", ")) and note")
    }

    private func advice(insteadOf key: String, _ word: String) -> (meant: String?, remedy: String) {
        let steps = word.split(separator: ".").map(String.init)
        guard steps.count == 2 else { return (word, "here it is called \"\(word)\"") }
        return (nil, "it belongs inside \"\(steps[0])\": { \"\(steps[1])\": … }")
    }

    private func nearest(to key: String) -> String? {
        guard key.utf8.count <= 40 else { return nil }
        let allowed = max(1, min(3, key.utf8.count / 3))
        let distances = keys.map { (key: $0, distance: editDistance($0, key)) }
        guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= allowed ? best.key : nil
    }
}

/// `closesAt`, `closes-at` and `Closes At` as `closes_at`.
private func snakeCase(_ key: String) -> String {
    var result = ""
    var wasSmall = false
    for character in key.prefix(64) {
        if character == "-" || character == " " {
            result.append("_")
        } else if character.isUppercase, wasSmall {
            result += "_" + character.lowercased()
        } else {
            result += character.lowercased()
        }
        wasSmall = character.isLowercase
    }
    return result
}

/// The number of bytes to insert, delete or replace that turn one text into the other (Levenshtein).
func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right.utf8)
    var previous = Array(0...right.count)
    for (row, byte) in left.utf8.enumerated() {
        var current = [row + 1]
        for column in right.indices {
            let replaced = previous[column] + (right[column] == byte ? 0 : 1)
            current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
        }
        previous = current
    }
    return previous[right.count]
}
