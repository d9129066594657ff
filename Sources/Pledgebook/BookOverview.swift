public import Accounting
public import Crowdfunding
import Storage

/// One campaign of a book, as lists show it.
public struct CampaignOverview: Sendable {
    /// The campaign's id.
    public let id: CampaignID
    /// What people read.
    public let title: String
    /// Where the campaign is in its life.
    public let state: CampaignState
    /// `nil` until the first pledge.
    public let isRehearsal: Bool?
    /// The day of the launch in the campaign's time zone.
    public let launchedOn: CalendarDay
    /// The last day in the campaign's time zone.
    public let closesOn: CalendarDay
    /// What is to be reached, in the campaign's currency.
    public let goal: Money
    /// Pledges that hold a place.
    public let pledges: Int64
    /// What those promise.
    public let pledged: Money
    /// What was collected and not paid back.
    public let collected: Money
    /// Entries in its journal.
    public let entries: Int64
    /// The last day that nothing may be dated on or before; `nil`: no month is locked.
    public let lockedThrough: CalendarDay?
}

/// A book as a whole.
public struct BookOverview: Sendable {
    /// Where the file is.
    public let path: String
    /// Random, made with the book.
    public let id: String
    /// In the order of launch.
    public let campaigns: [CampaignOverview]
}

extension Session {
    /// What the book holds.
    public func overview() throws -> BookOverview {
        try book.read { records in
            BookOverview(
                path: book.path, id: book.id,
                campaigns: try records.campaigns().map {
                    try overview(of: load($0, in: records), in: records)
                })
        }
    }

    private func overview(of campaign: LoadedCampaign, in records: Records) throws -> CampaignOverview {
        let record = campaign.record
        let totals = try records.totals(campaign: record.number)
        let held = totals.filter(\.state.holdsPlace)
        let received = totals.reduce(0) { $0 + $1.captured - $1.refunded - $1.lost }
        return CampaignOverview(
            id: record.id, title: campaign.definition.title, state: record.state,
            isRehearsal: record.isRehearsal,
            launchedOn: campaign.day(of: record.launchedAt),
            closesOn: campaign.day(of: campaign.definition.closesAt),
            goal: campaign.money(campaign.definition.funding.goal), pledges: held.reduce(0) { $0 + $1.count },
            pledged: campaign.money(held.reduce(0) { $0 + $1.amount }), collected: campaign.money(received),
            entries: record.head, lockedThrough: record.lockedThrough)
    }
}
