import Accounting
import Crowdfunding
import Storage

extension LoadedCampaign {
    /// The payment with what its instalment asks for, and its parts as they are captured.
    func priced(_ item: CollectionItem) -> CollectionItem {
        var item = item
        let total = item.parts.amount
        item.parts = capturedParts(of: item.parts)
        item.instalmentPrice =
            item.instalment == 1
            ? definition.prepayment.firstPrice(of: total) : max(0, total - item.paidBefore)
        return item
    }

    /// What the first payments of placed pledges in these states ask for, where a gateway charges them.
    func pricesDue(
        _ states: [PaymentState?], in records: Records,
        where isMeant: (CollectionItem) -> Bool = { _ in true }
    ) throws -> Tally {
        var due = Tally()
        var cursor: Int64 = 0
        while true {
            let items = try records.collectionItems(
                campaign: record.number, after: cursor, limit: 4_096, .placed(states))
            for item in items.map(priced) where item.gateway != 1 && isMeant(item) {
                due += Tally(amount: item.price, count: 1)
            }
            guard items.count == 4_096, let last = items.last else { return due }
            cursor = last.pledge
        }
    }

    /// When what a further payment asks for is tried again, and until when.
    ///
    /// Its own window begins when it was asked for.
    func balanceSchedule(of item: CollectionItem) -> RetrySchedule? {
        item.requestedAt.map { RetrySchedule(definition.prepayment, began: $0) }
    }

    /// A price as the journal captures it.
    ///
    /// Where the tax point is delivery nothing is tax until then: it lies inside goods, that of the shipping
    /// too, and E22 parts it.
    func capturedParts(of parts: EntryParts) -> EntryParts {
        guard definition.tax.point == .delivery else { return parts }
        return EntryParts(goods: parts.goods + parts.tax, shipping: parts.shipping)
    }
}
