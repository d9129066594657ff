public import Accounting
public import Crowdfunding
import Storage

/// One pledge with all that `pledge show` and `payment show` say of it.
///
/// Name, address and e-mail are personal.
public struct PledgeDetails: Sendable {
    public let campaign: LoadedCampaign
    public let now: Timestamp
    public let reference: String
    public let name: String
    public let email: String
    /// Where it ships to; two capital letters.
    public let destination: String?
    /// The lines of the address, as the backer's file had them.
    public let address: [String]
    public let placedAt: Timestamp
    /// Its place among the pledges that hold one; `nil` for one that gave it up.
    public let place: Int64?
    public let state: PledgeState
    public let goods: [PledgedItem]
    /// What the price is made of, in the backer's eyes; the amounts add up to `total`.
    public let priceParts: [(label: String, amount: Int64)]
    /// Minor units.
    public let total: Int64
    public let tax: Int64
    public let payment: PledgePayment
    /// Whether the backer may cancel: `nil`, yes; else what refuses it.
    public let cancellation: CancellationRefusal?
    /// Until when backers may cancel.
    public let cancelUntil: Timestamp?
    public let history: [PledgeEvent]
}

/// Units of one item in a pledge.
public struct PledgedItem: Hashable, Sendable {
    public var title: String
    public var units: Int64
    /// What was chosen, `1 Fog`; units without a choice are `open`.
    public var chosen: [UnitsOf]
    public var open: Int64
    /// Where the units come from; empty while nothing is reserved and no run is planned.
    public var sources: [UnitSource]
    public var shipped: Int64
    /// The month that the backer was promised.
    public var promised: DeliveryMonth?
}

/// So many units of something.
public struct UnitsOf: Hashable, Sendable {
    public var title: String
    public var units: Int64
}

/// Where units of a pledge come from.
public struct UnitSource: Hashable, Sendable {
    /// The run; `nil`: from stock.
    public var run: String?
    public var units: Int64
    /// When the goods are expected.
    public var expectedOn: CalendarDay?
    /// Reserved for the pledge, or only how things look now.
    public var isReserved: Bool
}

/// The money side of a pledge, minor units.
public struct PledgePayment: Hashable, Sendable {
    public var state: PaymentState
    public var ending: PaymentEnding
    public var captured: Int64
    public var refunded: Int64
    public var committed: Int64
    public var disputed: Int64
    public var lost: Int64
    public var netCollected: Int64
    public var refundable: Int64
    /// Who moved the money: `recorded` or `rehearsal`.
    public var gateway: Int
    /// The platform whose file told of the money.
    public var platform: String?
    public var paidOn: CalendarDay?
    /// When a card that failed is tried again; `nil`: not.
    public var nextTry: Timestamp?
    /// When it is dropped if it is not paid.
    public var dropsAt: Timestamp?
    public var attempts: [PaymentAttempt]
}

/// One request to the gateway.
public struct PaymentAttempt: Hashable, Sendable {
    public var kind: OperationKind
    public var attempt: Int
    public var amount: Int64
    public var state: OperationState
    public var at: Timestamp
}

/// What happened to a pledge, or to what it waits for.
public struct PledgeEvent: Hashable, Sendable {
    public var day: CalendarDay
    public var kind: EntryKind
    /// Minor units of the backer's money.
    public var amount: Int64
    public var run: String?
    public var isReversal: Bool
    /// The entry's number.
    public var number: Int64
}

extension Session {
    /// One pledge, found by its reference, its backer's e-mail address or name.
    ///
    /// - Throws: `SessionError.unknownPledge`, `.severalPledges`.
    public func pledgeDetails(_ who: String, of id: CampaignID?) throws -> PledgeDetails {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            let pledge = try onlyPledge(who, of: campaign, in: records)
            return try PledgeReader(self, campaign, pledge, in: records).details()
        }
    }

    /// The one pledge that a person means.
    func onlyPledge(_ who: String, of campaign: LoadedCampaign, in records: Records) throws -> PledgeRecord {
        let found = try pledges(who, of: campaign, in: records)
        guard found.count == 1 else { throw SessionError.severalPledges(who, found.map(\.reference)) }
        return found[0]
    }
}
