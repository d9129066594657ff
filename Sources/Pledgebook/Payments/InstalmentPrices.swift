import Accounting
import Crowdfunding
import Storage

extension LoadedCampaign {
    /// The payment with what its instalment asks for, and its parts as they are captured.
    func priced(_ item: CollectionItem) -> CollectionItem {
        var item = item
        item.parts = capturedParts(of: item.parts)
        return item
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
