import Accounting

/// Decides on orders, one after the other, and keeps count of the places given.
///
/// A row is priced by the definition in force at its `pledged_at`, as are its windows and dates. Limits,
/// which count what is sold over the whole campaign, are those of the current definition; orders name tiers,
/// add-ons, promotions and SKUs by their index in it. Nothing is allocated for a row, and no text is made.
public struct PledgePlacement: Sendable {
    /// The most add-ons and choices of one pledge.
    public static let largestLineCount = 64

    /// Places given so far, those of accepted rows among them.
    public private(set) var taken: PlacesTaken
    /// Whether the campaign is a rehearsal; `nil` until its first pledge decides.
    public private(set) var isRehearsal: Bool?
    /// What the current definition's tiers and add-ons contain.
    public let units: PledgeUnits

    private let state: CampaignState
    private let launchedAt: Timestamp
    private let current: CampaignDefinition
    private let currentTerms: PlacementTerms
    private let earlierTerms: [PlacementTerms]
    private let stock: [ItemStock]
    private var latestInTier: [Timestamp?]

    /// Takes up a campaign where it stands.
    ///
    /// - Parameters:
    ///   - definitions: All that were in force, oldest first, the first from the launch on; `nil` when there
    ///     is none.
    ///   - state: The campaign's; it does not change while rows are placed.
    ///   - isRehearsal: `nil` where the campaign has no pledge yet.
    ///   - taken: By index in the last definition; `nil` for none. Counts that are missing are taken as 0.
    public init?(
        definitions: [DefinitionInForce], state: CampaignState, isRehearsal: Bool?, taken: PlacesTaken? = nil
    ) {
        guard let first = definitions.first, let last = definitions.last else { return nil }
        current = last.definition
        launchedAt = first.from
        currentTerms = PlacementTerms(last.definition, from: last.from, indexedAs: last.definition)
        earlierTerms = definitions.dropLast().map {
            PlacementTerms($0.definition, from: $0.from, indexedAs: last.definition)
        }
        self.state = state
        self.isRehearsal = isRehearsal
        units = PledgeUnits(last.definition)
        stock = last.definition.items.map { ItemStock($0, plans: last.definition.production) }
        latestInTier = Array(repeating: nil, count: last.definition.tiers.count)
        var counts = PlacesTaken(for: last.definition)
        if let taken {
            for (index, count) in taken.tiers.enumerated() where index < counts.tiers.count {
                counts.tiers[index] = count
            }
            for (index, count) in taken.addOns.enumerated() where index < counts.addOns.count {
                counts.addOns[index] = count
            }
            for (index, count) in taken.promotions.enumerated() where index < counts.promotions.count {
                counts.promotions[index] = count
            }
            for (index, count) in taken.items.enumerated() where index < counts.items.count {
                counts.items[index] = count
            }
        }
        self.taken = counts
    }

    /// Accepts or refuses an order; an accepted one takes its places, a refused one none.
    ///
    /// - Parameters:
    ///   - order: Its indexes are those of the last definition.
    ///   - lines: The order's own, not the whole batch's.
    ///   - mode: Whether it asks for the pledge or tells of one.
    ///   - held: The quantity of the offer that this backer holds already; asked only where a limit per
    ///     backer exists.
    /// - Returns: The frozen price and the place, or the rule that is broken.
    public mutating func place(
        _ order: PledgeOrder, lines: ArraySlice<OrderLine>, as mode: PlacementMode,
        held: (Offer) throws -> Int64
    ) rethrows -> PlacementDecision {
        var placement: Placement
        do throws(PlacementRefusal) {
            placement = try decide(order, lines: lines, as: mode)
        } catch {
            return .refused(error)
        }
        if placement.takesPlace {
            if let refusal = try perBackerRefusal(of: order, lines: lines, held: held) {
                guard mode != .asks else { return .refused(refusal) }
                placement.differences.insert(.limit)
            }
            count(order, lines: lines, sign: 1)
            if let refusal = limitRefusal(of: order, lines: lines, as: mode) {
                guard mode != .asks else {
                    count(order, lines: lines, sign: -1)
                    return .refused(refusal)
                }
                placement.differences.insert(.limit)
            }
            noteTimeOrder(of: order, &placement)
        }
        isRehearsal = isRehearsal ?? (order.gateway == 2)
        return .accepted(placement)
    }

    /// Gives back the places of a pledge that is canceled, dropped or about to be placed anew.
    public mutating func release(tier: Int, quantity: Int64, lines: ArraySlice<OrderLine>, promotion: Int) {
        var order = PledgeOrder()
        order.tier = Int32(clamping: tier)
        order.quantity = quantity
        order.promotion = Int32(clamping: promotion)
        count(order, lines: lines, sign: -1)
    }

    /// Decides by the terms in force; those of the current definition are lent out, never copied, for nearly
    /// every row is under them.
    private func decide(
        _ order: PledgeOrder, lines: ArraySlice<OrderLine>, as mode: PlacementMode
    ) throws(PlacementRefusal) -> Placement {
        guard order.pledgedAt < currentTerms.from, !earlierTerms.isEmpty else {
            return try decide(order, lines: lines, by: currentTerms, as: mode)
        }
        var index = earlierTerms.count - 1
        while index > 0, order.pledgedAt < earlierTerms[index].from { index -= 1 }
        // A platform's row is never refused: what was not offered yet is compared with the current
        // definition.
        guard mode == .asks || earlierTerms[index].pricing.offers(tier: Int(order.tier)) else {
            return try decide(order, lines: lines, by: currentTerms, as: mode)
        }
        return try decide(order, lines: lines, by: earlierTerms[index], as: mode)
    }
}

// MARK: - The rules, in the order in which they are asked

extension PledgePlacement {
    private func decide(
        _ order: PledgeOrder, lines: ArraySlice<OrderLine>, by terms: PlacementTerms, as mode: PlacementMode
    ) throws(PlacementRefusal) -> Placement {
        try checkShape(of: order, lines: lines)
        try checkCampaign(takes: order, as: mode)
        var placement = try price(order, lines: lines, by: terms, as: mode)
        try checkDates(of: order, by: terms, as: mode, &placement)
        try checkChoices(of: order, lines: lines, as: mode, &placement)
        return placement
    }

    private func checkShape(of order: PledgeOrder, lines: ArraySlice<OrderLine>) throws(PlacementRefusal) {
        guard lines.count <= Self.largestLineCount else { throw .tooManyLines(limit: Self.largestLineCount) }
        guard Int(order.tier) < current.tiers.count, Int(order.promotion) < current.promotions.count else {
            throw .pricing(.notOffered)
        }
        guard order.quantity >= 1, order.quantity <= Pricing.largestQuantity else {
            throw .pricing(.quantityOutOfBounds(order.quantity))
        }
        for line in lines {
            guard line.quantity >= 1, line.quantity <= Pricing.largestQuantity else {
                throw .pricing(.quantityOutOfBounds(Int64(line.quantity)))
            }
            let known = line.role == .addOn ? current.addOns.count : units.itemOfSKU.count
            guard line.index >= 0, line.index < known else { throw .pricing(.notOffered) }
        }
        var units: Int64 = 0
        self.units.forEachContent(tier: Int(order.tier), quantity: order.quantity, lines: lines) {
            units += $1
        }
        guard units <= PledgeUnits.largestUnitCount else {
            throw .tooManyUnits(units, limit: PledgeUnits.largestUnitCount)
        }
    }

    private func checkCampaign(takes order: PledgeOrder, as mode: PlacementMode) throws(PlacementRefusal) {
        // While everything goes back, a platform's file still brings changes; nobody may ask for a new
        // pledge.
        guard !state.next.isEmpty, mode != .asks || state != .releasing else { throw .campaignOver(state) }
        guard let isRehearsal, isRehearsal != (order.gateway == 2) else { return }
        throw isRehearsal ? .realInRehearsal : .rehearsalInReal
    }

    private func price(
        _ order: PledgeOrder, lines: ArraySlice<OrderLine>, by terms: PlacementTerms, as mode: PlacementMode
    ) throws(PlacementRefusal) -> Placement {
        var placement = Placement(
            price: Price(goods: 0, shipping: 0, tax: 0, bonus: 0), state: .placed, takesPlace: true,
            isLate: order.pledgedAt >= terms.closesAt, isPricedByEngine: false, isOutOfTimeOrder: false,
            differences: [],
        )
        if order.status == .canceled { placement.state = .canceled }
        if order.status == .dropped { placement.state = .dropped }
        placement.takesPlace = placement.state.holdsPlace
        switch mode {
        case .asks:
            placement.isPricedByEngine = order.amount < 0
            placement.price = try askedPrice(of: order, lines: lines, by: terms)
        case .tells(let saysBonus, let tax):
            guard order.amount >= 0 else { throw .amountMissing }
            guard order.amount <= largestAmount else { throw .pricing(.tooLarge) }
            let told = terms.pricing.platformPrice(
                amount: order.amount, shipping: order.shipping, bonus: saysBonus ? order.bonus : nil,
                tier: Int(order.tier), quantity: order.quantity, lines: lines, country: order.country,
                tax: tax,
            )
            placement.price = told.price
            placement.differences = told.differences
        }
        return placement
    }

    private func askedPrice(
        of order: PledgeOrder, lines: ArraySlice<OrderLine>, by terms: PlacementTerms
    ) throws(PlacementRefusal) -> Price {
        var bonus = order.bonus
        if order.tier < 0 {
            for line in lines where line.role == .addOn { throw .addOnWithoutTier }
            if bonus == 0 { bonus = max(order.amount, 0) }
        }
        let price: Price
        do throws(PricingProblem) {
            price = try terms.pricing.price(
                tier: Int(order.tier), quantity: order.quantity, lines: lines,
                promotion: Int(order.promotion),
                bonus: bonus, country: order.country,
            )
        } catch {
            throw .pricing(error)
        }
        guard order.amount < 0 || order.amount == price.total else {
            throw .priceDiffers(asked: money(order.amount), price: money(price.total))
        }
        guard order.tier >= 0 || price.total > 0 else { throw .nothingPledged }
        return price
    }

    private func checkDates(
        of order: PledgeOrder, by terms: PlacementTerms, as mode: PlacementMode, _ placement: inout Placement
    ) throws(PlacementRefusal) {
        guard mode == .asks else {
            if dateRefusal(of: order, by: terms, opensAt: terms.opensAt) != nil {
                placement.differences.insert(.date)
            }
            return
        }
        if let refusal = dateRefusal(of: order, by: terms, opensAt: terms.opensAt ?? launchedAt) {
            throw refusal
        }
    }

    private func dateRefusal(
        of order: PledgeOrder, by terms: PlacementTerms, opensAt: Timestamp?
    ) -> PlacementRefusal? {
        let time = order.pledgedAt
        if let opensAt, time < opensAt { return .beforeStart(pledgedAt: time, opensAt: opensAt) }
        if time >= terms.closesAt {
            guard let lateUntil = terms.lateUntil, time < lateUntil else {
                return .afterEnd(pledgedAt: time, closesAt: terms.closesAt, lateUntil: terms.lateUntil)
            }
        }
        if order.tier >= 0, let until = terms.tierEnds[Int(order.tier)], time >= until {
            return .earlyBirdOver(tier: current.tiers[Int(order.tier)].title, pledgedAt: time, until: until)
        }
        if order.promotion >= 0, let until = terms.promotionEnds[Int(order.promotion)], time >= until {
            let code = current.promotions[Int(order.promotion)].code
            return .promotionOver(code: code, pledgedAt: time, until: until)
        }
        return nil
    }

    private func checkChoices(
        of order: PledgeOrder, lines: ArraySlice<OrderLine>, as mode: PlacementMode,
        _ placement: inout Placement
    ) throws(PlacementRefusal) {
        for line in lines where line.role == .choice {
            guard let refusal = choiceRefusal(of: line, order: order, lines: lines) else { continue }
            guard mode != .asks else { throw refusal }
            placement.differences.insert(.choice)
        }
    }

    private func choiceRefusal(
        of choice: OrderLine, order: PledgeOrder, lines: ArraySlice<OrderLine>
    ) -> PlacementRefusal? {
        let item = units.item(of: choice)
        let open =
            item < 0
            ? 0 : units.openUnits(of: item, tier: Int(order.tier), quantity: order.quantity, lines: lines)
        guard open > 0 else { return .choiceNotContained(sku: current.skus[Int(choice.index)]) }
        var chosen: Int64 = 0
        for line in lines where line.role == .choice && units.item(of: line) == item {
            chosen += Int64(line.quantity)
        }
        guard chosen > open else { return nil }
        return .tooManyChoices(item: current.items[item].title, chosen: chosen, contained: open)
    }
}

// MARK: - Limits

extension PledgePlacement {
    private func perBackerRefusal(
        of order: PledgeOrder, lines: ArraySlice<OrderLine>, held: (Offer) throws -> Int64
    ) rethrows -> PlacementRefusal? {
        if order.tier >= 0, let limit = current.tiers[Int(order.tier)].perBacker {
            let before = try held(.tier(Int(order.tier)))
            if exceeds(order.quantity, before, limit) {
                let title = current.tiers[Int(order.tier)].title
                return .perBacker(offer: title, asked: order.quantity, held: before, limit: limit)
            }
        }
        for line in lines where line.role == .addOn {
            let addOn = Int(line.index)
            guard let limit = current.addOns[addOn].perBacker else { continue }
            let before = try held(.addOn(addOn))
            let asked = quantity(ofAddOn: addOn, in: lines)
            if exceeds(asked, before, limit) {
                let title = current.addOns[addOn].title
                return .perBacker(offer: title, asked: asked, held: before, limit: limit)
            }
        }
        return nil
    }

    /// The limit that the order, which is counted already, goes beyond.
    private func limitRefusal(
        of order: PledgeOrder, lines: ArraySlice<OrderLine>, as mode: PlacementMode
    ) -> PlacementRefusal? {
        if order.tier >= 0, let limit = current.tiers[Int(order.tier)].limit {
            let now = taken.tiers[Int(order.tier)]
            if now > limit {
                let title = current.tiers[Int(order.tier)].title
                let left = max(limit - now + order.quantity, 0)
                return .soldOut(offer: title, asked: order.quantity, left: left, limit: limit)
            }
        }
        for line in lines where line.role == .addOn {
            let addOn = Int(line.index)
            guard let limit = current.addOns[addOn].limit, taken.addOns[addOn] > limit else { continue }
            let asked = quantity(ofAddOn: addOn, in: lines)
            let left = max(limit - taken.addOns[addOn] + asked, 0)
            return .soldOut(offer: current.addOns[addOn].title, asked: asked, left: left, limit: limit)
        }
        if order.promotion >= 0, let limit = current.promotions[Int(order.promotion)].limit,
            taken.promotions[Int(order.promotion)] > limit
        {
            return .promotionUsedUp(code: current.promotions[Int(order.promotion)].code, limit: limit)
        }
        return stockRefusal(of: order, lines: lines)
    }

    private func stockRefusal(of order: PledgeOrder, lines: ArraySlice<OrderLine>) -> PlacementRefusal? {
        var short = -1
        units.forEachContent(tier: Int(order.tier), quantity: order.quantity, lines: lines) { item, _ in
            if short < 0, taken.items[item] > stock[item].sellable(whenFunded: isFunded) { short = item }
        }
        guard short >= 0 else { return nil }
        var asked: Int64 = 0
        units.forEachContent(tier: Int(order.tier), quantity: order.quantity, lines: lines) { item, units in
            if item == short { asked += units }
        }
        let sellable = stock[short].sellable(whenFunded: isFunded)
        let left = max(sellable - (taken.items[short] - asked), 0)
        let title = current.items[short].title
        return isFunded && !stock[short].hasPlan
            ? .noDatedSupply(item: title, asked: asked, left: left)
            : .outOfStock(item: title, asked: asked, left: left)
    }

    private mutating func count(_ order: PledgeOrder, lines: ArraySlice<OrderLine>, sign: Int64) {
        let tier = Int(order.tier)
        if tier >= 0, tier < taken.tiers.count { taken.tiers[tier] += sign * order.quantity }
        let promotion = Int(order.promotion)
        if promotion >= 0, promotion < taken.promotions.count { taken.promotions[promotion] += sign }
        for line in lines where line.role == .addOn {
            guard line.index >= 0, line.index < taken.addOns.count else { continue }
            taken.addOns[Int(line.index)] += sign * Int64(line.quantity)
        }
        units.forEachContent(tier: tier, quantity: order.quantity, lines: lines) { item, units in
            taken.items[item] += sign * units
        }
    }

    private mutating func noteTimeOrder(of order: PledgeOrder, _ placement: inout Placement) {
        let tier = Int(order.tier)
        guard tier >= 0, current.tiers[tier].limit != nil else { return }
        if let latest = latestInTier[tier], order.pledgedAt < latest {
            placement.isOutOfTimeOrder = true
        } else {
            latestInTier[tier] = order.pledgedAt
        }
    }

    /// Whether the campaign is past preorders: what is sold now needs stock or a run.
    private var isFunded: Bool { state == .funded || state == .fulfilling }

    private func quantity(ofAddOn addOn: Int, in lines: ArraySlice<OrderLine>) -> Int64 {
        var sum: Int64 = 0
        for line in lines where line.role == .addOn && Int(line.index) == addOn {
            sum += Int64(line.quantity)
        }
        return sum
    }

    private func exceeds(_ asked: Int64, _ held: Int64, _ limit: Int64) -> Bool {
        held > limit - asked
    }

    private func money(_ amount: Int64) -> Money {
        Money(minorUnits: amount, currency: current.currency)
    }
}
