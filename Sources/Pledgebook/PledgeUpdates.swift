import Accounting
import Crowdfunding
import Storage

/// Compares rows of a later file with the book, and books them one by one.
struct PledgeUpdates {
    let campaign: LoadedCampaign
    let records: Records
    /// `nil` where nothing is written.
    let journal: JournalWriter?
    /// The places as they are taken after what was booked so far.
    var placement: PledgePlacement
    /// The day of what changed since the last file.
    let day: CalendarDay
    let now: Timestamp

    private let words: OfferWords
    private let tierNumbers: [String: Int64]
    private let promotionNumbers: [String: Int64]
    /// Whether an earlier file told of collected money: if not, what is collected now was collected at the
    /// closing.
    let hadCollected: Bool
    /// Entries since the journal was flushed.
    var waiting = 0

    init(
        campaign: LoadedCampaign, records: Records, journal: JournalWriter?, placement: PledgePlacement,
        day: CalendarDay, now: Timestamp
    ) throws {
        self.campaign = campaign
        self.records = records
        self.journal = journal
        self.placement = placement
        self.day = day
        self.now = now
        let number = campaign.record.number
        tierNumbers = try records.offerNumbers(.tier, campaign: number)
        promotionNumbers = try records.offerNumbers(.promotion, campaign: number)
        words = OfferWords(campaign.definition, tierNumbers: tierNumbers, promotionNumbers: promotionNumbers)
        hadCollected = try records.imports(campaign: number).contains {
            $0.toldOfCollected && $0.undone == nil
        }
    }

    /// What the row tells otherwise than the book.
    ///
    /// - Throws: `BookError.hashCollision` where the row's key is not the pledge's.
    func compare(_ row: ChangedRow) throws -> PledgeComparison {
        let number = campaign.record.number
        guard let pledge = try records.pledge(campaign: number, number: row.pledge),
            pledge.sourceKey ?? pledge.reference == row.text(row.key)
        else { throw BookError.hashCollision }
        let known = try records.payments(campaign: number, pledge: pledge.number)
        let last = known.map(\.instalment).max() ?? 1
        let payments = (1...last).map { instalment in
            known.first { $0.instalment == instalment }?.payment ?? Payment()
        }
        var comparison = PledgeComparison(
            pledge: pledge, payments: payments, after: pledge, placement: placement)
        guard (pledge.sourceKey == nil) == row.order.sourceKey.isEmpty else {
            comparison.refusal = .otherSource(reference: pledge.reference)
            return comparison
        }
        comparison.isPlacedAgain = try isUndone(pledge)
        if comparison.isPlacedAgain {
            comparison.after.state = .placed
            comparison.ending = .pledged
        }
        try compareStatus(row, &comparison)
        if comparison.refusal == nil { try compareOffer(row, &comparison) }
        if comparison.refusal == nil { try compareBacker(row, &comparison) }
        return comparison
    }

    /// Whether undoing an import canceled the pledge, which nothing has brought back since.
    private func isUndone(_ pledge: PledgeRecord) throws -> Bool {
        guard pledge.state == .canceled,
            let ended = try records.lastRelease(of: pledge.number, campaign: campaign.record.number)?.entry
        else { return false }
        return EntryDetail.value(ImportUndo.detailKey, in: ended.detail) != nil
    }

    private func compareStatus(_ row: ChangedRow, _ comparison: inout PledgeComparison) throws {
        let pledge = comparison.pledge
        let told = row.mode == .asks && row.order.amount < 0 ? pledge.total : row.order.amount
        comparison.tell(
            row.order.status, amount: told, paid: row.order.paid, refunded: row.order.refunded
        ) {
            campaign.money($0).description
        }
        guard pledge.gateway != 1, !comparison.isPlacedAgain else { return }
        if row.order.status == .pledged, row.mode == .asks {
            // An own row without a status says nothing of it.
            comparison.events = []
            comparison.ending = nil
            comparison.after.state = pledge.state
            comparison.isContradiction = false
            comparison.changes = []
        } else if comparison.changes.count > 0 {
            comparison.refusal = .gatewayDecides(reference: pledge.reference)
        }
    }

    // MARK: The offer

    /// Asks the rules again as if the pledge's own places were free; a platform's row is only priced.
    private func compareOffer(_ row: ChangedRow, _ comparison: inout PledgeComparison) throws {
        let pledge = comparison.pledge
        let lines = try records.lines(campaign: campaign.record.number, pledge: pledge.number)
        if pledge.state.holdsPlace {
            comparison.placement.release(
                tier: index(ofTier: pledge.tier), quantity: pledge.quantity, lines: orderLines(lines)[...],
                promotion: index(ofPromotion: pledge.promotion))
        }
        guard comparison.after.state.holdsPlace else { return }
        var order = row.order
        order.pledgedAt = pledge.placedAt
        order.status = .pledged
        let released = comparison.placement
        let decision = try comparison.placement.place(order, lines: row.lines[...], as: row.mode) { offer in
            try held(offer, by: pledge.backer, beside: pledge.number)
        }
        guard case .accepted(let placed) = decision else {
            if case .refused(let refusal) = decision { comparison.refusal = .rule(refusal) }
            return
        }
        let differences = offerDifferences(row, order, placed, comparison, lines)
        if differences.isEmpty {
            comparison.placement = placement
            if comparison.isRevived { comparison.placement = try revived(released, row, order, comparison) }
            return
        }
        try take(placed, row, order, differences, &comparison)
    }

    /// The counts with the pledge's own places taken again.
    private func revived(
        _ released: PledgePlacement, _ row: ChangedRow, _ order: PledgeOrder, _ comparison: PledgeComparison
    ) throws -> PledgePlacement {
        var counted = released
        _ = try counted.place(order, lines: row.lines[...], as: row.mode) { offer in
            try held(offer, by: comparison.pledge.backer, beside: comparison.pledge.number)
        }
        return counted
    }

    /// Takes the offer over: all of it before money came, only what was chosen after.
    private func take(
        _ placed: Placement, _ row: ChangedRow, _ order: PledgeOrder, _ differences: OfferDifferences,
        _ comparison: inout PledgeComparison
    ) throws {
        let pledge = comparison.pledge
        let isPaid = comparison.captured > 0
        let changes = differences.changes(paid: isPaid && row.mode != .asks)
        let words = changes.map(\.words)
        if isPaid, row.mode == .asks, differences.isMoreThanChoices {
            comparison.refusal = .collected(
                reference: pledge.reference, differences: words.joined(separator: ", "))
            return
        }
        if differences.touchesUnits, try hasUnits(pledge) {
            if row.mode == .asks {
                comparison.refusal = .allocated(
                    reference: pledge.reference, differences: words.joined(separator: ", "))
            } else {
                comparison.placement = placement
                comparison.isContradiction = true
                comparison.changes += changes.map { $0.noted("units are reserved already: not booked") }
            }
            return
        }
        // Only an amount that was paid differs, and the payment tells that already.
        guard !changes.isEmpty else {
            comparison.placement = placement
            return
        }
        comparison.changes += changes
        book(placed, row, order, &comparison)
    }

    /// The pledge as the row has it; what was paid for keeps its price.
    private func book(
        _ placed: Placement, _ row: ChangedRow, _ order: PledgeOrder, _ comparison: inout PledgeComparison
    ) {
        let pledge = comparison.pledge
        var offer = placed
        if comparison.captured > 0 {
            offer.price = Price(
                goods: pledge.goods, shipping: pledge.shipping, tax: pledge.tax, bonus: pledge.bonus)
        }
        comparison.offer = offer
        comparison.after.tier = order.tier < 0 ? nil : Int(self.words.tierNumbers[Int(order.tier)])
        comparison.after.promotion =
            order.promotion < 0 ? nil : Int(self.words.promotionNumbers[Int(order.promotion)])
        comparison.after.quantity = order.quantity
        comparison.after.destination = order.country == 0 ? pledge.destination : countryText(order.country)
        comparison.after.goods = offer.price.goods
        comparison.after.shipping = offer.price.shipping
        comparison.after.tax = offer.price.tax
        comparison.after.bonus = offer.price.bonus
        takeMethod(row, &comparison)
    }

    private func takeMethod(_ row: ChangedRow, _ comparison: inout PledgeComparison) {
        guard let method = row.text(row.order.method) else { return }
        let pledge = comparison.pledge
        comparison.after.method = method
        // T02: another card can be charged again.
        let failed: [PaymentState] = [.failed, .actionRequired]
        if pledge.gateway != 1, method != pledge.method, failed.contains(comparison.payments[0].state) {
            comparison.events.append((1, .saveMethod))
        }
    }

    private func offerDifferences(
        _ row: ChangedRow, _ order: PledgeOrder, _ placed: Placement, _ comparison: PledgeComparison,
        _ lines: [LineRow]
    ) -> OfferDifferences {
        let pledge = comparison.pledge
        var differences = OfferDifferences()
        let tier = order.tier < 0 ? nil : Int(words.tierNumbers[Int(order.tier)])
        if tier != pledge.tier {
            differences.tier = FieldChange("tier", name(ofTier: pledge.tier), name(ofTier: tier))
        }
        if order.quantity != pledge.quantity {
            differences.quantity = FieldChange("quantity", "\(pledge.quantity)", "\(order.quantity)")
        }
        let before = summed(lines)
        let after = summed(row.lines.map { words.row(for: $0, pledge: pledge.number) })
        if before[1] != after[1] {
            differences.addOns = FieldChange("add-ons", listed(before[1]), listed(after[1]))
        }
        if before[2] != after[2] {
            differences.choices = FieldChange("choices", listed(before[2]), listed(after[2]))
        }
        let promotion = order.promotion < 0 ? nil : Int(words.promotionNumbers[Int(order.promotion)])
        if promotion != pledge.promotion {
            differences.promotion = FieldChange(
                "promotion", name(ofPromotion: pledge.promotion), name(ofPromotion: promotion))
        }
        if order.country != 0, countryText(order.country) != pledge.destination ?? "" {
            differences.country = FieldChange(
                "country", pledge.destination ?? "none", countryText(order.country))
        }
        comparePrice(placed.price, pledge, &differences)
        if let method = row.text(order.method), method != pledge.method {
            differences.method = FieldChange(
                "payment reference", pledge.method ?? "", method, isQuiet: true)
        }
        return differences
    }

    private func comparePrice(
        _ price: Price, _ pledge: PledgeRecord, _ differences: inout OfferDifferences
    ) {
        let known = Price(
            goods: pledge.goods, shipping: pledge.shipping, tax: pledge.tax, bonus: pledge.bonus)
        if price.total != pledge.total {
            differences.amount = FieldChange(
                "amount", "\(campaign.money(pledge.total))", "\(campaign.money(price.total))")
        } else if price != known {
            differences.parts = FieldChange(
                "shipping, tax or bonus within the same amount", parts(of: known), parts(of: price),
                isQuiet: true)
        }
    }

    private func parts(of price: Price) -> String {
        func plain(_ amount: Int64) -> String { campaign.money(amount).plain }
        return "goods \(plain(price.goods)), shipping \(plain(price.shipping)), tax \(plain(price.tax)), "
            + "bonus \(plain(price.bonus))"
    }

    private func summed(_ lines: [LineRow]) -> [Int: [String: Int64]] {
        var sums: [Int: [String: Int64]] = [:]
        for line in lines { sums[line.kind, default: [:]][line.id, default: 0] += line.quantity }
        return sums
    }

    private func listed(_ lines: [String: Int64]?) -> String {
        guard let lines, !lines.isEmpty else { return "none" }
        return lines.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ";")
    }

    private func hasUnits(_ pledge: PledgeRecord) throws -> Bool {
        guard pledge.state != .delivered else { return true }
        return try !records.allocations(campaign: campaign.record.number, pledge: pledge.number).isEmpty
    }

    /// What the backer's other pledges hold.
    private func held(_ offer: Offer, by backer: Int64, beside pledge: Int64) throws -> Int64 {
        var sum: Int64 = 0
        for other in try records.pledges(campaign: campaign.record.number, backer: backer)
        where other.number != pledge && other.state.holdsPlace {
            switch offer {
            case .tier(let index):
                if self.index(ofTier: other.tier) == index { sum += other.quantity }
            case .addOn(let index):
                let id = campaign.definition.addOns[index].id
                for line in try records.lines(campaign: campaign.record.number, pledge: other.number)
                where line.kind == 1 && line.id == id { sum += line.quantity }
            }
        }
        return sum
    }

    // MARK: The backer

    private func compareBacker(_ row: ChangedRow, _ comparison: inout PledgeComparison) throws {
        let number = campaign.record.number
        guard let known = try records.backer(campaign: number, number: comparison.pledge.backer) else {
            return
        }
        var backer = known
        if let email = row.text(row.order.email), email != known.email {
            comparison.email = email
            comparison.changes.append(
                FieldChange("e-mail address", known.email ?? "", email, isQuiet: true))
        }
        if let name = row.text(row.order.name), name != known.name {
            backer.name = name
            comparison.changes.append(
                FieldChange("name", known.name ?? "", name, isQuiet: true))
        }
        if let address = row.text(row.order.address), address != known.address {
            backer.address = address
            comparison.changes.append(
                FieldChange("address", known.address ?? "", address, isQuiet: true))
        }
        if let answers = row.text(row.order.answers), answers != known.answers {
            backer.answers = answers
            comparison.changes.append(
                FieldChange("answers", known.answers ?? "", answers, isQuiet: true))
        }
        if row.order.country != 0, comparison.offer != nil { backer.country = countryText(row.order.country) }
        if backer != known { comparison.backer = backer }
    }

    // MARK: Names and numbers

    private func index(ofTier number: Int?) -> Int {
        guard let number else { return -1 }
        return words.tierNumbers.firstIndex { Int($0) == number } ?? -1
    }

    private func index(ofPromotion number: Int?) -> Int {
        guard let number else { return -1 }
        return words.promotionNumbers.firstIndex { Int($0) == number } ?? -1
    }

    private func name(ofTier number: Int?) -> String {
        let index = index(ofTier: number)
        return index < 0 ? "none" : campaign.definition.tiers[index].id
    }

    private func name(ofPromotion number: Int?) -> String {
        let index = index(ofPromotion: number)
        return index < 0 ? "none" : campaign.definition.promotions[index].code
    }

    private func orderLines(_ lines: [LineRow]) -> [OrderLine] {
        let skus = campaign.definition.skus
        return lines.compactMap { line in
            let index =
                line.kind == 1
                ? campaign.definition.addOns.firstIndex { $0.id == line.id } : skus.firstIndex(of: line.id)
            return index.map {
                OrderLine(
                    role: line.kind == 1 ? .addOn : .choice, index: Int32($0),
                    quantity: Int32(clamping: line.quantity))
            }
        }
    }

    /// The rows of a changed pledge's lines, and the signed detail of its entry.
    func written(_ row: ChangedRow, _ comparison: PledgeComparison, _ offer: Placement) -> (
        lines: [LineRow], detail: String
    ) {
        var order = row.order
        order.pledgedAt = comparison.pledge.placedAt
        order.gateway = UInt8(clamping: comparison.pledge.gateway)
        var bytes: [UInt8] = []
        words.writeDetail(of: order, row.lines[...], offer, into: &bytes)
        return (
            row.lines.map { words.row(for: $0, pledge: comparison.pledge.number) },
            String(decoding: bytes, as: UTF8.self)
        )
    }
}
