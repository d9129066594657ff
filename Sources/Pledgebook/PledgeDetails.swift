public import Accounting
public import Crowdfunding
import Storage

/// One pledge with all that `pledge show` and `payment show` say of it.
///
/// Name, address and e-mail are personal.
public struct PledgeDetails: Sendable {
    /// Whose pledge it is.
    public let campaign: LoadedCampaign
    /// The moment it is told for.
    public let now: Timestamp
    /// As it is printed on receipts.
    public let reference: String
    /// The backer's name; empty where nobody said.
    public let name: String
    /// The backer's e-mail address.
    public let email: String
    /// Where it ships to; two capital letters.
    public let destination: String?
    /// The lines of the address, as the backer's file had them.
    public let address: [String]
    /// When it was pledged.
    public let placedAt: Timestamp
    /// Its place among the pledges that hold one; `nil` for one that gave it up.
    public let place: Int64?
    /// Where the pledge is.
    public let state: PledgeState
    /// One an item, in the order of the campaign file.
    public let goods: [PledgedItem]
    /// What the price is made of, in the backer's eyes; the amounts add up to `total`.
    public let priceParts: [(label: String, amount: Int64)]
    /// Minor units.
    public let total: Int64
    /// Tax in the total, minor units.
    public let tax: Int64
    /// Where its money is.
    public let payment: PledgePayment
    /// Whether the backer may cancel: `nil`, yes; else what refuses it.
    public let cancellation: CancellationRefusal?
    /// Until when backers may cancel.
    public let cancelUntil: Timestamp?
    /// Oldest first.
    public let history: [PledgeEvent]
    /// What people wrote down, oldest first.
    public let notes: [PledgeNote]
}

/// Units of one item in a pledge.
public struct PledgedItem: Hashable, Sendable {
    /// The item's title.
    public var title: String
    /// Chosen and open.
    public var units: Int64
    /// What was chosen, `1 Fog`; units without a choice are `open`.
    public var chosen: [UnitsOf]
    /// Units that come in variants and have none yet.
    public var open: Int64
    /// Where the units come from; empty while nothing is reserved and no run is planned.
    public var sources: [UnitSource]
    /// Units that are on their way or there.
    public var shipped: Int64
    /// The month that the backer was promised.
    public var promised: DeliveryMonth?
}

/// So many units of something.
public struct UnitsOf: Hashable, Sendable {
    /// What it is.
    public var title: String
    /// How many.
    public var units: Int64
}

/// Where units of a pledge come from.
public struct UnitSource: Hashable, Sendable {
    /// The run; `nil`: from stock.
    public var run: String?
    /// How many.
    public var units: Int64
    /// When the goods are expected.
    public var expectedOn: CalendarDay?
    /// How many days after what was expected when the run was launched.
    public var slip = 0
    /// Reserved for the pledge, or only how things look now.
    public var isReserved: Bool
    /// Whether all that was ordered of the run has come.
    public var hasArrived = false
}

/// The money side of a pledge, minor units.
public struct PledgePayment: Hashable, Sendable {
    /// Where the first instalment is.
    public var state: PaymentState
    /// How it ended, or stands where no money decides.
    public var ending: PaymentEnding
    /// What was taken.
    public var captured: Int64
    /// What was given back.
    public var refunded: Int64
    /// What is committed to be given back.
    public var committed: Int64
    /// What open disputes hold.
    public var disputed: Int64
    /// What lost disputes took.
    public var lost: Int64
    /// What is left of what was taken.
    public var netCollected: Int64
    /// What can be given back.
    public var refundable: Int64
    /// Who moved the money: `recorded` or `rehearsal`.
    public var gateway: Int
    /// The platform whose file told of the money.
    public var platform: String?
    /// The day of the last capture that stands.
    public var paidOn: CalendarDay?
    /// When a card that failed is tried again; `nil`: not.
    public var nextTry: Timestamp?
    /// When it is dropped if it is not paid.
    public var dropsAt: Timestamp?
    /// Oldest first.
    public var attempts: [PaymentAttempt]
}

/// One request to the gateway.
public struct PaymentAttempt: Hashable, Sendable {
    /// What was asked for.
    public var kind: OperationKind
    /// From 1.
    public var attempt: Int
    /// Minor units.
    public var amount: Int64
    /// What the gateway answered.
    public var state: OperationState
    /// When it was sent, or answered for certain.
    public var at: Timestamp
}

/// What happened to a pledge, or to what it waits for.
public struct PledgeEvent: Hashable, Sendable {
    /// The day on which it happened.
    public var day: CalendarDay
    /// What happened.
    public var kind: EntryKind
    /// Minor units of the backer's money.
    public var amount: Int64
    /// The run that it is about.
    public var run: String?
    /// Whether an earlier entry is taken back.
    public var isReversal: Bool
    /// The day to which the run has moved.
    public var movedTo: CalendarDay?
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
