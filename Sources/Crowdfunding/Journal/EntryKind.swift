/// What an entry says happened.
///
/// The raw values are stored and signed by `event`; they never change.
public enum EntryKind: Int, CaseIterable, Sendable {
    /// A pledge was placed.
    case placed = 1
    /// A pledge was changed: upgrade, quantity, add-ons, choice.
    case changed = 2
    /// A payment method was saved to be charged later.
    case methodSaved = 3
    /// An amount was held on the backer's card.
    case authorized = 4
    /// A hold was let go by us.
    case voided = 5
    /// A hold ran out.
    case expired = 6
    /// A charge failed.
    case declined = 7
    /// A pledge was canceled.
    case canceled = 8
    /// A pledge was given up after its charges failed.
    case dropped = 9
    /// A fact that could not be booked as it stands (another currency, an unknown thing): T35.
    case noted = 10
    /// The rest of a pledge's price was asked for, as a further payment: T53.
    case balanceDue = 11
    /// A campaign began, by its definition's digest.
    case campaignLaunched = 20
    /// A live definition was changed, by the new digest.
    case campaignAmended = 21
    /// Charging began at the deadline.
    case campaignCollecting = 22
    /// Letting go and paying back began.
    case campaignReleasing = 23
    /// The goal was met.
    case campaignFunded = 24
    /// The goal was missed.
    case campaignUnfunded = 25
    /// The maker called the campaign off.
    case campaignCanceled = 26
    /// Making and shipping began.
    case campaignFulfilling = 27
    /// Nothing is unshipped, owed or disputed.
    case campaignFinished = 28
    /// One a closing, with counts and totals.
    case campaignClosed = 29
    /// A run was ordered from the factory.
    case runLaunched = 40
    /// A run's expected date moved.
    case runDelayed = 41
    /// Units of a run were counted in.
    case runReceived = 42
    /// A run ended, with everything received or written off.
    case runClosed = 43
    /// A run was called off.
    case runCanceled = 44
    /// Ordered units will never come.
    case unitsWrittenOff = 45
    /// A new epoch of the signing key began.
    case keyRotated = 60
    /// A month was locked: nothing is dated into it any more.
    case periodLocked = 61
    /// E00: the maker's own money came in.
    case ownMoney = 100
    /// E00s: stock on hand at launch, at unit cost.
    case stockAtLaunch = 101
    /// E03: money was taken before the campaign succeeded.
    case captured = 130
    /// E03s: money was taken after the campaign succeeded.
    case capturedAfterSuccess = 131
    /// E04: a processor's fee became known later.
    case processorFee = 140
    /// E05: a payout left the processor.
    case payoutCreated = 150
    /// E06: a payout is at the bank; its lines follow.
    case payoutArrived = 160
    /// E06r: the bank sent a payout back.
    case payoutReturned = 161
    /// E06a: what backers paid, in an arrived payout.
    case payoutReceipts = 162
    /// E06b: refunds taken off an arrived payout.
    case payoutRefunds = 163
    /// E06c: disputes taken off an arrived payout.
    case payoutChargebacks = 164
    /// E06d: disputes won, in an arrived payout.
    case payoutChargebacksReversed = 165
    /// E06e: processor and dispute fees taken off an arrived payout.
    case payoutProcessorFees = 166
    /// E06f: platform fees taken off an arrived payout.
    case payoutPlatformFees = 167
    /// E06g: more in an arrived payout than anybody can explain.
    case payoutUnexplainedIn = 168
    /// E06h: less in an arrived payout than anybody can explain.
    case payoutUnexplainedOut = 169
    /// E08: a pledge's deposit became a promise to deliver.
    case succeeded = 180
    /// E09: a platform's fee is owed.
    case platformFeeDue = 190
    /// E09w: a platform kept its fee.
    case platformFeeKept = 191
    /// E11: a platform's fee was paid from the bank.
    case platformFeePaid = 210
    /// E12: a deposit was paid for a run.
    case supplierDeposit = 220
    /// E13: a refund was promised before the campaign succeeded.
    case refundCommitted = 230
    /// E13s: a refund was promised after success, for what is undelivered.
    case refundCommittedAfterSuccess = 231
    /// E13b: a refund was promised for what is delivered.
    case refundCommittedAfterDelivery = 232
    /// E14: a refund was paid by the processor.
    case refunded = 240
    /// E14b: a refund was paid from the maker's own bank account.
    case refundedFromOwn = 241
    /// E15: a refund that was done came back.
    case refundReturned = 250
    /// E16: a backer's bank took money back for now.
    case disputeOpened = 260
    /// E17: the disputed money came back.
    case disputeWon = 270
    /// E18: lost before the campaign succeeded.
    case disputeLost = 280
    /// E18a: lost after success, undelivered.
    case disputeLostAfterSuccess = 281
    /// E18b: lost after delivery.
    case disputeLostAfterDelivery = 282
    /// E18c: lost where a refund was committed and not done.
    case disputeLostCommitted = 283
    /// E19d: a backer owes what a dispute paid too much.
    case claimFromDispute = 290
    /// E19r: a backer owes what a refund paid too much.
    case claimFromRefund = 291
    /// E19w: a backer's debt was written off.
    case claimGivenUp = 292
    /// E20: goods came in, at cost.
    case goodsReceived = 300
    /// E20d: the deposit pays for goods received.
    case depositApplied = 301
    /// E21: the rest was paid to a supplier.
    case supplierPaid = 310
    /// E22: units were delivered, and their price is earned.
    case delivered = 320
    /// E23: the cost of the delivered units.
    case costOfDelivered = 330
    /// E24: a carrier is owed for deliveries.
    case carrierOwed = 340
    /// E24p: a carrier was paid.
    case carrierPaid = 341
    /// E25: money came to the processor that nobody can explain.
    case unmatchedIn = 350
    /// E25o: money left the processor that nobody can explain.
    case unmatchedOut = 351
    /// E26: a backer never answered, and the money is kept.
    case breakage = 360
    /// E26u: a backer never answered, and the money is held for them.
    case unclaimed = 361
    /// E27: tax was paid to the authority.
    case taxRemitted = 370
    /// E29: a deposit is lost.
    case supplierDefaulted = 390
    /// E30: molds and tools were paid.
    case toolingPaid = 400
}
