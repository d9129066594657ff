import Crowdfunding
import Storage

extension Session {
    func book(
        _ changed: [ImportProducer.ChangedRow], _ campaign: LoadedCampaign, _ options: ImportOptions,
        _ append: BulkAppend, _ producer: ImportProducer, in records: Records, _ summary: inout ImportSummary
    ) throws -> ChainEnd? {
        nil
    }
}
