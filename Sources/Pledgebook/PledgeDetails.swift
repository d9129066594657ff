public import Accounting
public import Crowdfunding
import Storage

/// One pledge with all that `pledge show` and `payment show` say of it.
///
/// Name, address and e-mail are personal.
public struct PledgeDetails: Sendable {
    /// The campaign it was pledged to.
    public let campaign: LoadedCampaign
    /// The instant at which it stands so.
    public let now: Timestamp
    /// As receipts print it.
    public let reference: String
    /// The backer's name; empty when nobody told it.
    public let name: String
    /// The backer's e-mail address in lower case; empty when nobody told it.
    public let email: String
    /// Where it ships to; two capital letters.
    public let destination: String?
    /// The lines of the address, as the backer's file had them.
    public let address: [String]
    /// When it was pledged.
    public let placedAt: Timestamp
    /// Its place among the pledges that hold one; `nil` for one that gave it up.
    public let place: Int64?
    /// Where the pledge stands.
    public let state: PledgeState
    /// The items it contains.
    public let goods: [PledgedItem]
    /// What the price is made of, in the backer's eyes; the amounts add up to `total`.
    public let priceParts: [(label: String, amount: Int64)]
    /// Minor units.
    public let total: Int64
    /// What lies on goods and shipping, minor units.
    public let tax: Int64
    /// How its payment stands.
    public let payment: PledgePayment
    /// Whether the backer may cancel: `nil`, yes; else what refuses it.
    public let cancellation: CancellationRefusal?
    /// Until when backers may cancel.
    public let cancelUntil: Timestamp?
    /// What was booked of it, oldest first.
    public let history: [PledgeEvent]
}

/// Units of one item in a pledge.
public struct PledgedItem: Hashable, Sendable {
    /// The item's name.
    public var title: String
    /// How many units the pledge contains.
    public var units: Int64
    /// What was chosen, `1 Fog`; units without a choice are `open`.
    public var chosen: [UnitsOf]
    /// Units whose variant is not chosen.
    public var open: Int64
    /// Where the units come from; empty while nothing is reserved and no run is planned.
    public var sources: [UnitSource]
    /// Units that were sent.
    public var shipped: Int64
    /// The month that the backer was promised.
    public var promised: DeliveryMonth?
}

/// So many units of something.
public struct UnitsOf: Hashable, Sendable {
    /// Name of the item or variant.
    public var title: String
    /// How many, zero or more.
    public var units: Int64
}

/// Where units of a pledge come from.
public struct UnitSource: Hashable, Sendable {
    /// The run; `nil`: from stock.
    public var run: String?
    /// How many come from there.
    public var units: Int64
    /// When the goods are expected.
    public var expectedOn: CalendarDay?
    /// Reserved for the pledge, or only how things look now.
    public var isReserved: Bool
}

/// The money side of a pledge, minor units.
public struct PledgePayment: Hashable, Sendable {
    /// Where the payment stands.
    public var state: PaymentState
    /// How it ended, if it did.
    public var ending: PaymentEnding
    /// Taken so far.
    public var captured: Int64
    /// Paid back so far.
    public var refunded: Int64
    /// To be paid back.
    public var committed: Int64
    /// Held by open disputes.
    public var disputed: Int64
    /// Taken by lost disputes.
    public var lost: Int64
    /// What is neither paid back nor to be, nor lost.
    public var netCollected: Int64
    /// What may still be paid back.
    public var refundable: Int64
    /// Who moved the money: `recorded` or `rehearsal`.
    public var gateway: Int
    /// The platform whose file told of the money.
    public var platform: String?
    /// The day on which all of it was collected; `nil` before.
    public var paidOn: CalendarDay?
    /// When a card that failed is tried again; `nil`: not.
    public var nextTry: Timestamp?
    /// When it is dropped if it is not paid.
    public var dropsAt: Timestamp?
    /// What the gateway was asked for, oldest first.
    public var attempts: [PaymentAttempt]
}

/// One request to the gateway.
public struct PaymentAttempt: Hashable, Sendable {
    /// What was asked for.
    public var kind: OperationKind
    /// From 1; grows only after a definite failure.
    public var attempt: Int
    /// Minor units, more than zero.
    public var amount: Int64
    /// What became of it.
    public var state: OperationState
    /// When it was sent or last answered.
    public var at: Timestamp
}

/// What happened to a pledge, or to what it waits for.
public struct PledgeEvent: Hashable, Sendable {
    /// The day it counts on, in the campaign's time zone.
    public var day: CalendarDay
    /// What happened.
    public var kind: EntryKind
    /// Minor units of the backer's money.
    public var amount: Int64
    /// The run it is of; `nil` for none.
    public var run: String?
    /// Whether it takes back an earlier entry.
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
