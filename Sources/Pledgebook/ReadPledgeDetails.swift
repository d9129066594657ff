import Accounting
import Crowdfunding
import Parsing
import Storage

/// Reads what is known of one pledge.
struct PledgeReader {
    let session: Session
    let campaign: LoadedCampaign
    let pledge: PledgeRecord
    let records: Records
    private let lines: [LineRow]
    private let tier: RewardTier?
    private let definition: CampaignDefinition

    init(_ session: Session, _ campaign: LoadedCampaign, _ pledge: PledgeRecord, in records: Records) throws {
        self.session = session
        self.campaign = campaign
        self.pledge = pledge
        self.records = records
        lines = try records.lines(campaign: campaign.record.number, pledge: pledge.number)
        let numbers = try records.offerNumbers(.tier, campaign: campaign.record.number)
        definition = campaign.definition
        tier = definition.tiers.first { pledge.tier != nil && numbers[$0.id].map { Int($0) } == pledge.tier }
    }

    private var number: Int64 { campaign.record.number }

    func details() throws -> PledgeDetails {
        let backer = try records.backer(campaign: number, number: pledge.backer)
        let entries = try records.entries(campaign: number, pledge: pledge.number).map(\.entry)
        let payment = try payment(entries)
        let totals = try records.totals(campaign: number)
        let request = CancellationRequest(
            campaign: campaign.record.state, pledge: pledge.state, now: session.now, amount: pledge.total,
            pledgedTotal: totals.filter(\.isHeld).reduce(0) { $0 + $1.amount })
        var refusal: CancellationRefusal?
        do { _ = try definition.cancellation(of: request) } catch { refusal = error }
        return PledgeDetails(
            campaign: campaign, now: session.now, reference: pledge.reference, name: backer?.name ?? "",
            email: backer?.email ?? "", destination: pledge.destination ?? backer?.country,
            address: addressLines(backer?.address), placedAt: pledge.placedAt,
            place: pledge.state.holdsPlace
                ? try records.queuePlace(campaign: number, placedAt: pledge.placedAt, number: pledge.number)
                : nil,
            state: pledge.state, goods: try goods(), priceParts: try priceParts(), total: pledge.total,
            tax: pledge.tax, payment: payment, cancellation: refusal,
            cancelUntil: definition.cancellation.backerMayCancelUntil, history: try history(entries),
            notes: try records.notes(campaign: number, pledge: pledge.number).map { PledgeNote($0) })
    }

    /// The values of the JSON object, in its order.
    private func addressLines(_ text: String?) -> [String] {
        guard let text, case .success(let document) = JSONDocument.parse(Array(text.utf8), file: "address"),
            case .object(let members) = document.root.value
        else { return [] }
        return members.flatMap { member -> [String] in
            guard case .string(let value) = member.value.value else { return [] }
            return value.split(whereSeparator: \.isNewline).map { String($0) }
        }
    }

    private func goods() throws -> [PledgedItem] {
        let allocations = try records.allocations(campaign: number, pledge: pledge.number)
        let runs = try records.runs(campaign: number)
        let contents =
            (tier?.contains ?? []).map { ($0.sku, $0.quantity * pledge.quantity) }
            + lines.filter { $0.kind == 1 }.flatMap { line in
                (definition.addOns.first { $0.id == line.id }?.contains ?? []).map {
                    ($0.sku, $0.quantity * line.quantity)
                }
            }
        return definition.items.compactMap { item in
            let skus = Set([item.sku] + item.variants.map(\.sku))
            let wanted = contents.filter { skus.contains($0.0) }
            let units = wanted.reduce(0) { $0 + $1.1 }
            guard units > 0 else { return nil }
            let chosen = item.variants.compactMap { variant -> UnitsOf? in
                let named = wanted.filter { $0.0 == variant.sku }.reduce(0) { $0 + $1.1 }
                let picked = lines.filter { $0.kind == 2 && $0.id == variant.sku }.reduce(0) {
                    $0 + $1.quantity
                }
                return named + picked > 0 ? UnitsOf(title: variant.title, units: named + picked) : nil
            }
            let held = allocations.filter { skus.contains($0.sku) }
            let isChosen = item.variants.isEmpty
            return PledgedItem(
                title: item.title, units: units, chosen: chosen,
                open: isChosen ? 0 : max(units - chosen.reduce(0) { $0 + $1.units }, 0),
                sources: sources(of: item, units: units, held, runs),
                shipped: held.reduce(0) { $0 + $1.shipped },
                promised: tier?.delivery)
        }
    }

    /// What is reserved, and for the rest how things look: stock, then the first run that is still planned.
    private func sources(
        of item: Item, units: Int64, _ held: [AllocationRecord], _ runs: [RunRecord]
    ) -> [UnitSource] {
        var sources: [UnitSource] = []
        for (run, reserved) in Dictionary(grouping: held, by: \.run).sorted(by: { $0.key < $1.key }) {
            let record = runs.first { $0.id == run }
            sources.append(
                UnitSource(
                    run: run.isEmpty ? nil : run, units: reserved.reduce(0) { $0 + $1.quantity },
                    expectedOn: record?.expectedOn, slip: record.map(slip(of:)) ?? 0, isReserved: true,
                    hasArrived: record.map { $0.state == .received || $0.state == .closed } ?? false))
        }
        let rest = units - sources.reduce(0) { $0 + $1.units }
        guard rest > 0, pledge.state.holdsPlace else { return sources }
        let launched = Set(runs.map(\.id))
        if let plan = definition.production.first(where: { $0.sku == item.sku && !launched.contains($0.id) })
        {
            let earliest = max(campaign.day(of: session.now), campaign.day(of: definition.closesAt))
            sources.append(
                UnitSource(
                    run: plan.id, units: rest, expectedOn: earliest.adding(days: plan.leadTimeDays),
                    isReserved: false))
        } else if item.inStock > 0 {
            sources.append(UnitSource(run: nil, units: rest, expectedOn: nil, isReserved: false))
        }
        return sources
    }

    /// How many days later than at its launch a run is expected.
    private func slip(of run: RunRecord) -> Int {
        guard let plan = definition.production.first(where: { $0.id == run.id }) else { return 0 }
        return run.expectedOn.number - run.launchedOn.adding(days: plan.leadTimeDays).number
    }

    /// The price as the backer saw it, tax in it; where that does not add up, as it is booked.
    private func priceParts() throws -> [(label: String, amount: Int64)] {
        var parts: [(label: String, amount: Int64)] = []
        if let tier {
            let label = pledge.quantity == 1 ? tier.id : "\(pledge.quantity) × \(tier.id)"
            parts.append((label, tier.price * pledge.quantity))
        }
        for line in lines where line.kind == 1 {
            guard let addOn = definition.addOns.first(where: { $0.id == line.id }) else { continue }
            let label = line.quantity == 1 ? addOn.id : "\(line.quantity) × \(addOn.id)"
            parts.append((label, addOn.price * line.quantity))
        }
        let numbers = try records.offerNumbers(.promotion, campaign: number)
        let promotion = definition.promotions.first {
            pledge.promotion != nil && numbers[$0.code].map { Int($0) } == pledge.promotion
        }
        if let promotion {
            parts.append((promotion.code, 0 - promotion.percentOff.of(parts.reduce(0) { $0 + $1.amount })))
        }
        let shipping = pledge.total - pledge.bonus - parts.reduce(0) { $0 + $1.amount }
        let taxOfShipping = shipping - pledge.shipping
        guard definition.tax.pricesIncludeTax, taxOfShipping >= 0, taxOfShipping <= pledge.tax else {
            return [
                ("goods", pledge.goods), ("shipping", pledge.shipping), ("tax", pledge.tax),
                ("bonus", pledge.bonus),
            ].filter { $0.1 != 0 }
        }
        parts += [("shipping", shipping), ("bonus", pledge.bonus)]
        return parts.filter { $0.amount != 0 }
    }

    private func payment(_ entries: [JournalEntry]) throws -> PledgePayment {
        let rows = try records.payments(campaign: number, pledge: pledge.number).map(\.payment)
        let operations = try records.operations(campaign: number, pledge: pledge.number)
        var current = rows.first ?? Payment()
        if rows.isEmpty, pledge.gateway != 1, pledge.method?.isEmpty == false {
            current.ending = .methodSaved
        }
        let captures = entries.filter { $0.kind == .captured || $0.kind == .capturedAfterSuccess }
        let taken = Set(entries.compactMap(\.reverses))
        let schedule = RetrySchedule(
            definition.prepayment,
            began: max(campaign.record.closedAt ?? definition.closesAt, definition.closesAt))
        let isRetried = current.state == .failed && current.ending == .failedSoft && pledge.gateway != 1
        let source = try records.imports(campaign: number).first { $0.toldOfCollected }?.source
        let isUnpaid =
            pledge.state == .placed && current.netCollected == 0 && current.disputed == 0
            && current.lost == 0
        return PledgePayment(
            state: current.state, ending: current.ending, captured: rows.reduce(0) { $0 + $1.captured },
            refunded: rows.reduce(0) { $0 + $1.refunded }, committed: rows.reduce(0) { $0 + $1.committed },
            disputed: rows.reduce(0) { $0 + $1.disputed }, lost: rows.reduce(0) { $0 + $1.lost },
            netCollected: rows.reduce(0) { $0 + $1.netCollected },
            refundable: rows.reduce(0) { $0 + $1.refundable }, gateway: pledge.gateway,
            platform: source == "own" ? nil : source,
            paidOn: captures.last { !taken.contains($0.number) && $0.reverses == nil }?.day,
            nextTry: isRetried && pledge.state == .placed
                ? operations.last.flatMap { schedule.next(after: $0.at) } : nil,
            dropsAt: isUnpaid && campaign.record.state.isCollectingOrLater ? campaign.retryWindowEnds : nil,
            attempts: operations.map {
                PaymentAttempt(
                    kind: $0.kind, attempt: $0.attempt, amount: $0.amount, state: $0.state, at: $0.at)
            })
    }

    /// The pledge's own entries, the campaign's end, and the runs that its units come from.
    private func history(_ entries: [JournalEntry]) throws -> [PledgeEvent] {
        let milestones: [EntryKind] = [
            .campaignFunded, .campaignUnfunded, .campaignCanceled, .campaignFinished,
        ]
        var all = entries
        all += try records.entries(campaign: number, kinds: milestones).map(\.entry)
        let runs = Set(try records.allocations(campaign: number, pledge: pledge.number).map(\.run))
        for run in runs.sorted() where !run.isEmpty {
            all += try records.entries(campaign: number, run: run).map(\.entry).filter {
                [.runLaunched, .runDelayed, .runReceived, .runCanceled].contains($0.kind)
            }
        }
        return all.filter { $0.number >= pledge.number && $0.kind != .costOfDelivered }.map { entry in
            PledgeEvent(
                day: entry.kind == .placed ? campaign.day(of: pledge.placedAt) : entry.day, kind: entry.kind,
                amount: entry.parts.amount, run: entry.run, isReversal: entry.reverses != nil,
                movedTo: EntryDetail.value("expected", in: entry.detail).flatMap { CalendarDay($0) },
                number: entry.number)
        }.sorted { ($0.day, $0.number) < ($1.day, $1.number) }
    }
}
