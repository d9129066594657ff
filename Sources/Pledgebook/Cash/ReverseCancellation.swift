import Accounting
import Crowdfunding
import Storage

extension Session {
    /// The refund that a cancellation has promised and nobody has made yet; it goes with it.
    func refundAsked(
        with canceled: JournalEntry, _ campaign: LoadedCampaign, in records: Records
    ) throws -> JournalEntry? {
        guard let pledge = canceled.pledge,
            let next = try records.entry(campaign: campaign.record.number, number: canceled.number + 1)?
                .entry,
            next.pledge == pledge, next.at == canceled.at, next.reverses == nil,
            [.refundCommitted, .refundCommittedAfterSuccess].contains(next.kind)
        else { return nil }
        return next
    }

    /// A pledge that was canceled by mistake holds its places again, and its payment is as it was.
    ///
    /// The order of the queue goes by the time of the pledge: it is where it was. Money that went back stays
    /// away; then the refund stands on the cancellation.
    ///
    /// - Returns: The payment as it stands then.
    /// - Throws: `SessionError.refused` where the campaign is past that, or a place has gone to another.
    func takeBackCancellation(
        _ canceled: JournalEntry, _ taken: [JournalEntry], _ campaign: LoadedCampaign,
        _ journal: JournalWriter
    ) throws -> Payment? {
        let records = journal.records
        let number = campaign.record.number
        let name = "Entry \(canceled.number) (\(canceled.kind.title))"
        guard let pledge = canceled.pledge, let row = try records.pledge(campaign: number, number: pledge),
            row.state == .canceled, let item = try records.collectionItem(campaign: number, pledge: pledge)
        else {
            throw SessionError.refused("\(name) cannot be reversed: \(canceled.subject) is not canceled now.")
        }
        guard !campaign.record.state.isPast else {
            throw SessionError.refused(
                "\(name) cannot be reversed: \(campaign.record.id) is \(campaign.record.state.rawValue), and "
                    + "takes no pledges back.")
        }
        if let full = try fullOffer(for: row, campaign, in: records) {
            throw SessionError.refused(
                "\(name) cannot be reversed: “\(full)” has no place left for \(row.reference). Raise its "
                    + "limit with `pledgebook campaign amend FILE`, or import the pledge anew.")
        }
        guard try records.lastInstalment(campaign: number, pledge: pledge) == 1 else {
            throw SessionError.refused(
                "\(name) cannot be reversed: \(row.reference) has several payments. Import the pledge anew.")
        }
        var payment = item.payment ?? item.unwritten
        if let open = payment.operation, let operation = item.operations.last(where: \.isOpen) {
            guard open.kind == .refund, item.gateway == 1 else {
                throw SessionError.refused(
                    "\(name) cannot be reversed: the gateway was asked for the \(open.kind) already.")
            }
            try journal.append.settle(
                [OperationEnd(operation.operation(of: row), .abandoned, sentAt: operation.at)], at: now)
            payment.operation = nil
        }
        payment.takeBack(taken.filter { $0.kind != .canceled })
        guard payment.voided == 0 else {
            throw SessionError.refused(
                "\(name) cannot be reversed: what was held on the card of \(row.reference) was let go.")
        }
        payment.ending =
            try records.wasDeclined(pledge, before: canceled, campaign: number)
            ? .failedSoft : item.unwritten.ending
        journal.put(payment, pledge: pledge)
        try records.setState(of: pledge, to: .placed, campaign: number)
        try records.takePlaces(of: pledge, campaign: number)
        return payment
    }

    /// The first tier, add-on or promotion that would hold more than it may if the pledge came back.
    private func fullOffer(
        for pledge: PledgeRecord, _ campaign: LoadedCampaign, in records: Records
    ) throws -> String? {
        let number = campaign.record.number
        let others = try records.pledges(campaign: number, backer: pledge.backer).filter {
            $0.number != pledge.number && $0.state.holdsPlace
        }
        let numbers = try records.offerNumbers(.tier, campaign: number)
        let tiers = try records.taken(.tier, campaign: number)
        for tier in campaign.definition.tiers
        where pledge.tier != nil && numbers[tier.id].map({ Int($0) }) == pledge.tier {
            let own = others.filter { $0.tier == pledge.tier }.reduce(0) { $0 + $1.quantity }
            let isFull = tier.limit.map { (tiers[tier.id] ?? 0) + pledge.quantity > $0 } ?? false
            if isFull || tier.perBacker.map({ own + pledge.quantity > $0 }) ?? false { return tier.id }
        }
        let addOns = try records.taken(.addOn, campaign: number)
        for line in try records.lines(campaign: number, pledge: pledge.number) where line.kind == 1 {
            guard let addOn = campaign.definition.addOns.first(where: { $0.id == line.id }) else { continue }
            let isFull = addOn.limit.map { (addOns[addOn.id] ?? 0) + line.quantity > $0 } ?? false
            if isFull { return addOn.id }
        }
        let codes = try records.offerNumbers(.promotion, campaign: number)
        let uses = try records.taken(.promotion, campaign: number)
        return campaign.definition.promotions.first { promotion in
            guard pledge.promotion != nil, codes[promotion.code].map({ Int($0) }) == pledge.promotion,
                let limit = promotion.limit
            else { return false }
            return (uses[promotion.code] ?? 0) >= limit
        }?.code
    }
}

extension OperationRecord {
    /// The request as it was made, to be settled.
    fileprivate func operation(of pledge: PledgeRecord) -> Operation {
        Operation(
            pledge: pledge.number, reference: pledge.reference, instalment: instalment, kind: kind,
            attempt: attempt, amount: amount, method: pledge.method ?? "", target: "")
    }
}

extension Records {
    /// Whether the pledge's payment had failed when the entry ended the pledge.
    ///
    /// That stands again when its end is taken back.
    func wasDeclined(_ pledge: Int64, before ended: JournalEntry, campaign: Int64) throws -> Bool {
        let entries = try entries(campaign: campaign, pledge: pledge).map(\.entry)
        let reversed = Set(entries.compactMap(\.reverses))
        return entries.contains {
            $0.kind == .declined && $0.number < ended.number && $0.reverses == nil
                && !reversed.contains($0.number)
        }
    }
}
