import Accounting
import Testing

@testable import Crowdfunding

/// Rows of the table that are about keys, facts, time or a whole campaign.
@Suite("Payment rules beside the table") struct PaymentRulesTests {
    static func operation(_ amount: Int64 = 100, attempt: Int = 1) -> Operation {
        Operation(
            pledge: 7, reference: "P-7", instalment: 1, kind: .charge, attempt: attempt, amount: amount,
            method: "pm_1", target: ""
        )
    }

    @Test("T36 the same fact again has the same key, another refund of the same amount has not")
    func sameFact() throws {
        let refund = PaymentEvent.refundedOutside(40, fee: 0, fromOwnAccount: false)
        let first = try #require(FactKey(refund, reference: "re_1"))
        #expect(FactKey(refund, reference: "re_1") == first)
        #expect(FactKey(refund, reference: "re_2") != first)
        #expect(FactKey(.disputeOpened(40, fee: 0), reference: "re_1") != first)
        #expect(FactKey(.refund(40), reference: "re_1") == nil)
    }

    @Test("T37 the same key and parameters give the stored result, T38 others are refused")
    func keys() throws {
        #expect(try OperationKeyCheck(Self.operation(), stored: nil, currency: euro) == .new)
        #expect(
            try OperationKeyCheck(Self.operation(), stored: Self.operation(), currency: euro) == .repeated)
        let refusal = PaymentRefusal.keyReused(
            asked: Money(minorUnits: 101, currency: euro), before: Money(minorUnits: 100, currency: euro)
        )
        #expect(throws: refusal) {
            try OperationKeyCheck(Self.operation(101), stored: Self.operation(), currency: euro)
        }
    }

    /// Captured, refunded, committed, lost, disputed; what is collected of it.
    static let collected: [(Int64, Int64, Int64, Int64, Int64, Int64)] = [
        (100, 0, 0, 0, 0, 100), (100, 30, 0, 0, 0, 70), (100, 0, 0, 0, 40, 60), (100, 10, 20, 30, 40, 0),
        (100, 0, 100, 0, 100, 0), (100, 0, 50, 0, 70, 0), (100, 60, 0, 0, 80, 0), (100, 0, 30, 0, 60, 10),
    ]

    @Test("what is in dispute and owed back is taken off once", arguments: collected)
    func netCollected(_ amounts: (Int64, Int64, Int64, Int64, Int64, Int64)) {
        var payment = Payment()
        (payment.captured, payment.refunded, payment.committed) = (amounts.0, amounts.1, amounts.2)
        (payment.lost, payment.disputed) = (amounts.3, amounts.4)
        #expect(payment.netCollected == amounts.5)
    }

    @Test("T39 facts give the same amounts in any order")
    func anyOrder() throws {
        let facts: [PaymentEvent] = [
            .refundedOutside(10, fee: 0, fromOwnAccount: false),
            .refundedOutside(10, fee: 0, fromOwnAccount: true),
            .disputeOpened(30, fee: 15), .inquiry, .refunded(20, fee: 0), .declined(hard: true),
        ]
        let start = payment(a: 100, c: 100, rp: 20, .refund, 20)
        var results: Set<[Int64]> = []
        for seed in 0..<200 {
            var random = Walk(seed: UInt64(seed))
            var payment = start
            for fact in facts.shuffled(using: &random) {
                payment = try payment.applying(fact, in: setting()).payment
            }
            results.insert(amounts(payment))
        }
        #expect(results == [[100, 100, 0, 40, 0, 30, 0, 0]])
    }

    @Test("T06, T49 failed charges are tried on schedule until the window ends")
    func retries() {
        let schedule = RetrySchedule(began: now, days: 7, everyHours: 48)
        let failed = now.adding(seconds: 3600)
        #expect(schedule.next(after: failed) == now.adding(seconds: 49 * 3600))
        #expect(schedule.next(after: now.adding(seconds: 5 * 86_400)) == nil)
        #expect(schedule.next(after: now.adding(seconds: 5 * 86_400 - 1)) != nil)
        #expect(!schedule.isOver(at: now.adding(seconds: 7 * 86_400 - 1)))
        #expect(schedule.isOver(at: now.adding(seconds: 7 * 86_400)))
        #expect(schedule.isDue(sample(.failed), failed: failed, at: now.adding(seconds: 49 * 3600)))
        #expect(!schedule.isDue(sample(.failed), failed: failed, at: now.adding(seconds: 49 * 3600 - 1)))
        #expect(
            !schedule.isDue(payment(ending: .failedHard), failed: failed, at: now.adding(seconds: 50 * 3600)))
        #expect(
            !schedule.isDue(payment(ending: .abandoned), failed: failed, at: now.adding(seconds: 50 * 3600)))
        #expect(RetrySchedule(began: now, days: 0, everyHours: 48).isOver(at: now))
    }

    @Test("T47 the gateway is asked at 1 m, 5 m, 30 m, 2 h, 12 h, then daily")
    func asking() {
        let after = (0..<8).map { AskSchedule.next(since: now, asked: $0).seconds - now.seconds }
        #expect(after == [60, 300, 1800, 7200, 43_200, 86_400, 172_800, 259_200])
        #expect(!AskSchedule.needsReview(since: now, at: now.adding(seconds: 604_799)))
        #expect(AskSchedule.needsReview(since: now, at: now.adding(seconds: 604_800)))
    }

    static let releases: [(PaymentState, ReleaseStep)] = [
        (.pledged, .request(.cancel)), (.methodSaved, .request(.cancel)), (.failed, .request(.cancel)),
        (.actionRequired, .request(.cancel)), (.authorized, .request(.cancel)),
        (.partiallyCaptured, .request(.cancel)), (.captured, .request(.refund(100))),
        (.partiallyRefunded, .request(.refund(60))), (.refundOwed, .request(.refund(60))), (.unknown, .wait),
        (.authorizing, .wait), (.capturePending, .wait), (.voidPending, .wait), (.refundPending, .wait),
        (.disputed, .disputed), (.conflicted, .conflicted), (.canceled, .done), (.dropped, .done),
        (.voided, .done),
        (.expired, .done), (.refunded, .done), (.disputeLost, .done),
    ]

    @Test("T41, T42 each payment of a campaign that releases has its step", arguments: releases)
    func releasing(_ state: PaymentState, _ step: ReleaseStep) throws {
        #expect(sample(state).releaseStep == step)
        if case .request(let event) = step {
            #expect(throws: Never.self) { try sample(state).applying(event, in: setting(.releasing)) }
        }
    }

    @Test("T42 every release ends, and holds and money are given back")
    func releasedInTheEnd() throws {
        for state in PaymentState.allCases {
            var payment = sample(state)
            var steps = 0
            while case .request(let event) = payment.releaseStep, steps < 5 {
                payment = try payment.applying(event, in: setting(.releasing)).payment
                if let operation = payment.operation {
                    let fact: PaymentEvent =
                        operation.kind == .void ? .holdVoided : .refunded(operation.amount, fee: 0)
                    payment = try payment.applying(fact, in: setting(.releasing)).payment
                }
                steps += 1
            }
            #expect(steps < 5, "\(state)")
            if payment.releaseStep == .done { #expect(payment.netCollected == 0 && payment.capturable == 0) }
        }
        #expect(payment(a: 100, c: 100, rp: 100).releaseStep == .owed(100))
    }

    @Test("T46 rows and operations that do not know of each other are flagged, after three settlement days")
    func settlement() throws {
        let friday = try #require(CalendarDay("2026-04-03"))
        func match(_ row: Int64?, _ ours: Int64?, _ days: Int) -> SettlementMatch {
            SettlementMatch(row: row, ours: ours, succeeded: friday, today: friday.adding(days: days))
        }
        #expect(match(100, 100, 0) == .matched)
        #expect(match(98, 100, 0) == .amountDiffers(-2))
        #expect(match(100, nil, 0) == .orphan)
        #expect(match(nil, 100, 5) == .inTransit)
        #expect(match(nil, 100, 6) == .missing)
    }

    @Test("T45 a refund that a delay makes due is due in seven working days")
    func workingDays() throws {
        let wednesday = try #require(CalendarDay("2026-04-01"))
        #expect(wednesday.adding(workingDays: 7).description == "2026-04-10")
        #expect(try sample(.captured).applying(.refund(100), in: setting(.fulfilling)).transition == 22)
    }

    @Test("T53 a changed price is paid or given back by parts")
    func priceChanges() {
        let paid = EntryParts(goods: 8182, shipping: 818, tax: 1890)
        let dearer = PriceDifference(newPrice: EntryParts(goods: 9000, shipping: 818, tax: 2100), paid: paid)
        #expect(dearer.more == EntryParts(goods: 818, tax: 210) && dearer.less == .zero)
        let moved = PriceDifference(newPrice: EntryParts(goods: 9000, shipping: 0, tax: 1890), paid: paid)
        #expect(moved.more == EntryParts(goods: 818) && moved.less == EntryParts(shipping: 818))
        #expect(PriceDifference(newPrice: paid, paid: paid).more == .zero)
    }

    @Test("gateway answers become events")
    func answers() {
        let done = GatewayAnswer.done(amount: 5, currency: "EUR", fee: 1, captureBefore: now)
        let expected: [(GatewayAnswer, OperationKind, PaymentEvent)] = [
            (done, .authorize, .authorized(5, captureBefore: now)), (done, .charge, .charged(5, fee: 1)),
            (done, .capture, .captured(5, fee: 1)), (done, .void, .holdVoided),
            (done, .refund, .refunded(5, fee: 1)),
            (.declined(hard: true, reason: ""), .charge, .declined(hard: true)),
            (.declined(hard: true, reason: "expired"), .capture, .captureFailed(expired: true)),
            (.declined(hard: true, reason: ""), .capture, .captureFailed(expired: false)),
            (.declined(hard: true, reason: ""), .void, .voidFailed),
            (.declined(hard: true, reason: ""), .refund, .refundFailed),
            (.actionRequired, .charge, .needsBacker),
            (.pending, .charge, .accepted), (.unknown, .void, .timedOut),
            (.notFound, .refund, .notFound(sentAt: now)),
        ]
        for (answer, kind, event) in expected {
            #expect(PaymentEvent(answer, to: kind, sentAt: now) == event)
        }
    }
}

@Suite("Parts left") struct PartsLeftTests {
    @Test("a partial amount is split over what is left, and the last takes exactly the rest")
    func exact() throws {
        for seed in 0..<500 {
            var random = Walk(seed: UInt64(seed))
            let price = EntryParts(
                goods: .random(in: 0...5000, using: &random), shipping: .random(in: 0...900, using: &random),
                tax: .random(in: 0...1200, using: &random)
            )
            var left = PartsLeft(due: price)
            #expect(try left.take(Booking(.captured, price.amount, pool: .due)) == price)
            var rest = price.amount
            var returned = EntryParts.zero
            while rest > 0 {
                let some = Int64.random(in: 1...rest, using: &random)
                let parts = try left.take(Booking(.refundCommitted, some, pool: .undelivered))
                #expect(parts.amount == some)
                #expect(left.undelivered.backers.allSatisfy { $0 >= 0 }, "seed \(seed)")
                #expect(parts.backers.allSatisfy { $0 >= 0 }, "seed \(seed)")
                #expect(try left.take(Booking(.refunded, some, pool: .committed)) == parts)
                returned = returned + parts
                rest -= some
            }
            #expect(returned == price && left.refunded == price && left.undelivered == .zero, "seed \(seed)")
        }
    }

    @Test("more than is left is refused, more than was due lies in goods, fees stand beside")
    func limits() throws {
        var left = PartsLeft(due: EntryParts(goods: 80, tax: 20))
        let parts = try left.take(Booking(.captured, 110, fee: 3, pool: .due))
        #expect(parts == EntryParts(goods: 90, tax: 20, fee: 3))
        #expect(throws: PaymentRefusal.partsExhausted(asked: 111, left: 110)) {
            try left.take(Booking(.refundCommitted, 111, pool: .undelivered))
        }
        #expect(try left.take(Booking(.claimFromRefund, 7, pool: .other)) == EntryParts(other: 7))
        #expect(try left.take(Booking(.authorized, 7)) == .zero)
    }

    @Test("a dispute that is lost takes what is held, then what is committed")
    func disputes() throws {
        var left = PartsLeft(due: EntryParts(goods: 80, tax: 20))
        _ = try left.take(Booking(.captured, 100, pool: .due))
        _ = try left.take(Booking(.refundCommitted, 40, pool: .undelivered))
        #expect(
            try left.take(Booking(.disputeOpened, 100, fee: 15, pool: .disputed))
                == EntryParts(goods: 80, tax: 20, fee: 15))
        #expect(
            try left.take(Booking(.disputeLost, 60, pool: .undelivered)) == EntryParts(goods: 48, tax: 12))
        #expect(
            try left.take(Booking(.disputeLostCommitted, 40, pool: .committed))
                == EntryParts(goods: 32, tax: 8))
        #expect(left.undelivered == .zero && left.committed == .zero && left.refunded == .zero)
    }
}

@Suite("Funding decision") struct FundingDecisionTests {
    static func rule(
        _ rule: FundingRule.Rule = .allOrNothing, _ basis: FundingRule.Basis = .collected, goal: Int64 = 1000,
        units: Int64 = 0
    ) -> FundingRule {
        FundingRule(rule: rule, goal: goal, basis: basis, minimumUnits: units, stretchGoals: [])
    }

    @Test("closing collects what meets the goal and the units, and releases what does not")
    func closing() {
        let rule = Self.rule(units: 10)
        #expect(
            FundingDecision.atClose(rule, FundingStanding(pledged: 1000, units: 10))
                == .collect(.goalPledged(pledged: 1000, goal: 1000))
        )
        #expect(
            FundingDecision.atClose(rule, FundingStanding(pledged: 999, units: 10))
                == .release(.pledgedBelowGoal(pledged: 999, goal: 1000))
        )
        #expect(
            FundingDecision.atClose(rule, FundingStanding(pledged: 1000, units: 9))
                == .release(.unitsBelowMinimum(units: 9, minimum: 10))
        )
        #expect(
            FundingDecision.atClose(Self.rule(.keepItAll), FundingStanding(pledged: 1))
                == .collect(.keepsItAll))
    }

    static let decisions: [(FundingStanding, FundingDecision)] = [
        (
            FundingStanding(pledged: 1200, collected: 1000, retryable: 200),
            .funded(.goalCollected(collected: 1000, goal: 1000))
        ),
        (
            FundingStanding(pledged: 1200, collected: 900, retryable: 200),
            .undecided(.retryWindowRunning(open: 200))
        ),
        (
            FundingStanding(pledged: 1200, collected: 900, retryable: 99),
            .unfunded(.collectedBelowGoal(collected: 900, open: 99, goal: 1000))
        ),
        (
            FundingStanding(pledged: 1200, collected: 900, retryable: 200, windowIsOver: true),
            .unfunded(.collectedBelowGoal(collected: 900, open: 0, goal: 1000))
        ),
        (
            FundingStanding(pledged: 1200, collected: 900, unknown: 100, windowIsOver: true),
            .undecided(.waitsForGateway(unknown: 100))
        ),
    ]

    @Test("T43 a collecting campaign is decided as soon as it is certain", arguments: decisions)
    func collecting(_ standing: FundingStanding, _ decision: FundingDecision) {
        #expect(FundingDecision.whileCollecting(Self.rule(), standing) == decision)
    }

    @Test("T43 units count where they are collected; a goal on pledges was decided at the close")
    func unitsAndBasis() {
        let rule = Self.rule(units: 10)
        func decide(_ collected: Int64, _ units: Int64, _ standing: Int64, _ open: Int64) -> FundingDecision {
            FundingDecision.whileCollecting(
                rule,
                FundingStanding(
                    pledged: 1200, collected: collected, retryable: open, units: standing,
                    unitsCollected: units
                )
            )
        }
        #expect(decide(1000, 10, 10, 0) == .funded(.goalCollected(collected: 1000, goal: 1000)))
        #expect(decide(1000, 9, 10, 50) == .undecided(.retryWindowRunning(open: 50)))
        #expect(decide(1000, 9, 10, 0) == .unfunded(.unitsBelowMinimum(units: 9, minimum: 10)))
        #expect(decide(1000, 9, 9, 50) == .unfunded(.unitsBelowMinimum(units: 9, minimum: 10)))
        let low = FundingStanding(pledged: 1200, collected: 1, windowIsOver: true)
        #expect(
            FundingDecision.whileCollecting(Self.rule(.allOrNothing, .pledged), low)
                == .funded(.goalPledged(pledged: 1200, goal: 1000))
        )
        #expect(FundingDecision.whileCollecting(Self.rule(.keepItAll), low) == .funded(.keepsItAll))
    }

    @Test("T44 and the life of a campaign: the moves that exist, and no others")
    func moves() {
        let moves: Set<String> = [
            "live collecting", "live releasing", "collecting funded", "collecting releasing",
            "funded fulfilling",
            "funded finished", "fulfilling finished", "releasing unfunded", "releasing canceled",
        ]
        for from in CampaignState.allCases {
            for to in CampaignState.allCases {
                #expect(from.mayBecome(to) == moves.contains("\(from.rawValue) \(to.rawValue)"))
            }
        }
    }
}
