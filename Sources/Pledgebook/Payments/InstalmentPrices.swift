import Accounting
import Crowdfunding
import Storage

extension LoadedCampaign {
    /// The payment with what its instalment asks for.
    func priced(_ item: CollectionItem) -> CollectionItem { item }
}
