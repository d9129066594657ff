import Accounting
import Testing

@testable import Crowdfunding
@testable import Pledgebook
@testable import Storage

/// The rows of docs/payments.md about holds, each through the commands and the book.
@Suite("Payment rows: holds") struct HoldRowsTests {
    static let held = "authorized 12000"
    static let day = PaymentBook.day

    /// A campaign that holds cards in its last four days; nothing is held yet.
    static func book(goal: String = "100.00") throws -> PaymentBook {
        var terms = PaymentBook.Terms()
        terms.collect = "hold"
        terms.goal = goal
        return try PaymentBook(terms)
    }

    static func hold(_ book: PaymentBook, hours: Int64 = -24) throws {
        _ = try book.session(after: hours * 3600).holdPayments(nil)
    }

    /// All three are held a day before the end.
    static func heldBook(goal: String = "100.00") throws -> PaymentBook {
        let book = try Self.book(goal: goal)
        try hold(book)
        return book
    }

    /// Held and closing; what the gateway answers to captures is said before.
    static func closing(_ answers: (GatewayScript) -> Void = { _ in }) throws -> PaymentBook {
        let book = try heldBook()
        answers(book.gateway)
        try book.close()
        return book
    }

    @Test("T03, T04 cards are held in the last four days, once, and nothing is taken")
    func t04() throws {
        let book = try Self.book()
        let early = SampleCampaigns.instant(PaymentBook.closes).adding(seconds: -4 * Self.day - 1)
        #expect(throws: SessionError.self) { try book.session("\(early)").planHolding(nil) }
        let due = try book.session(after: -4 * Self.day).standing(of: nil).due.first
        #expect(due == .hold(from: early.adding(seconds: 1), Tally(amount: 37_200, count: 3)))
        let plan = try book.session(after: -Self.day).planHolding(nil)
        #expect(plan.due == Tally(amount: 37_200, count: 3) && plan.held.isEmpty)
        try Self.hold(book)
        try book.expect("P-1", .authorized, "A 12000", [Self.held])
        let until = SampleCampaigns.instant(PaymentBook.closes).adding(seconds: 6 * Self.day)
        #expect(try book.payment("P-1").captureBefore == until)
        #expect(try book.balance(.clearing) == 0)
        try Self.hold(book, hours: -12)
        #expect(book.gateway.sent.count == 3)
        #expect(try book.session(after: -3600).standing(of: nil).money.held.count == 3)
        #expect(throws: SessionError.self) { try Self.hold(book, hours: 0) }
        let other = try PaymentBook()
        #expect(throws: SessionError.self) { try Self.hold(other) }
    }

    @Test("T04 told by a person: the backer has confirmed, and the card is held")
    func t04told() throws {
        let book = try Self.book()
        book.gateway.answer("P-1", .authorize, .needsBacker)
        try Self.hold(book)
        try book.expect("P-1", .actionRequired, "", [])
        let until = SampleCampaigns.instant("2026-04-06T12:00:00Z")
        let fact = PaymentFact(amount: 12_000, reference: "pi_1")
        #expect(
            try book.session(after: -3600).tell(.held(until: until), of: "P-1", fact, in: nil).transition == 4
        )
        try book.expect("P-1", .authorized, "A 12000", [Self.held])
        #expect(try book.payment("P-1").captureBefore == until)
        try book.close()
        try book.expect("P-1", .captured, "A 12000 C 12000", [Self.held, "E03 12000-30"])
    }

    @Test("T06 a hold that was declined for a while is tried again, one for good is not")
    func t06() throws {
        let book = try Self.book()
        book.gateway.answer("P-1", .authorize, .declined(hard: false))
        book.gateway.answer("P-2", .authorize, .declined(hard: true))
        try Self.hold(book, hours: -72)
        try book.expect("P-1", .failed, "", ["declined 12000"])
        try Self.hold(book, hours: -25)
        #expect(book.gateway.sent.count == 3)
        try Self.hold(book, hours: -24)
        try book.expect("P-1", .authorized, "A 12000", ["declined 12000", Self.held])
        try book.expect("P-2", .failed, "", ["declined 12000"])
        #expect(book.gateway.sent.last == "P-1/1/authorize/2 12000")
    }

    @Test("T09, T10 what is held is captured at the close")
    func t10() throws {
        let book = try Self.heldBook()
        #expect(throws: PaymentRefusal.campaignNotCollecting(.live)) {
            try book.session(after: -3600).planPayment(.capture(nil), of: "P-1", in: nil)
        }
        try book.close()
        #expect(try book.state() == .funded)
        try book.expect("P-1", .captured, "A 12000 C 12000", [Self.held, "E03 12000-30"])
        #expect(try book.balance(.contract) == 28_000)
        #expect(book.gateway.sent.count { $0.contains("charge") } == 0)
        try book.close(days: 1)
        #expect(book.gateway.sent.count == 6)
    }

    @Test("T11, T15, T17 a part is captured: the rest is freed, or stays where the gateway can capture again")
    func t11() throws {
        for multicapture in [false, true] {
            let book = try Self.closing {
                $0.answer("P-1", .capture, .declined(hard: false))
                $0.multicapture = multicapture
            }
            try book.expect("P-1", .authorized, "A 12000", [Self.held])
            try book.ask(.capture(7_000), "P-1")
            if multicapture {
                try book.expect("P-1", .partiallyCaptured, "A 12000 C 7000", [Self.held, "E03s 7000-30"])
                try book.ask(.capture(3_000), "P-1")
                try book.expect("P-1", .partiallyCaptured, "A 12000 C 10000")
                #expect(throws: PaymentRefusal.self) { try book.ask(.capture(2_001), "P-1") }
                try book.ask(.void, "P-1")
                try book.expect("P-1", .captured, "A 12000 C 10000 V 2000")
                #expect(try book.entries("P-1").suffix(2) == ["E03s 3000-30", "voided 2000"])
            } else {
                try book.expect(
                    "P-1", .captured, "A 12000 C 7000 V 5000", [Self.held, "E03s 7000-30", "voided 5000"])
            }
            #expect(try book.ask(.capture(7_000), "P-1").plan.isRepeated)
        }
    }

    @Test(
        "T12 a capture that came too late finds the hold expired, and the card is charged"
    )
    func t12() throws {
        let book = try Self.closing {
            $0.answer("P-1", .capture, .expired)
            $0.answer("P-2", .capture, .declined(hard: true))
        }
        try book.expect(
            "P-1", .captured, "A 24000 C 12000 V 12000", [Self.held, "expired 12000", "E03 12000-30"])
        try book.expect("P-2", .authorized, "A 12000", [Self.held])
        try book.close(days: 1)
        try book.expect("P-2", .captured, "A 12000 C 12000", [Self.held, "E03s 12000-30"])
    }

    @Test("T13, T14 a capture without an answer blocks the payment; asked, it is as found")
    func t13() throws {
        let book = try Self.closing {
            $0.answer("P-1", .capture, .answerLost)
            $0.answer("P-2", .capture, .lostOnTheWay)
            $0.answer("P-3", .capture, .lostOnTheWay, .declined(hard: false))
        }
        try book.expect("P-1", .unknown, "A 12000", [Self.held])
        book.gateway.isSilent = true
        #expect(throws: PaymentRefusal.self) { try book.ask(.void, "P-1") }
        #expect(throws: PaymentRefusal.self) { try book.ask(.capture(100), "P-1") }
        book.gateway.isSilent = false
        try book.reconcile(after: Self.day + 60, everything: true)
        // Found; sent again under its key while the gateway keeps it — a day has gone: given up, still held.
        try book.expect("P-1", .captured, "A 12000 C 12000", [Self.held, "E03 12000-30"])
        try book.expect("P-2", .authorized, "A 12000", [Self.held])
        let soon = try Self.closing {
            $0.answer("P-2", .capture, .lostOnTheWay)
            $0.answer("P-3", .capture, .lostOnTheWay, .declined(hard: false))
        }
        try soon.reconcile(after: 60)
        try soon.expect("P-2", .captured, "A 12000 C 12000", [Self.held, "E03s 12000-30"])
        try soon.expect("P-3", .authorized, "A 13200", ["authorized 13200"])
        #expect(soon.gateway.sent.count { $0 == "P-2/1/capture/1 12000" } == 2)
    }

    @Test("T16 a hold is let go: asked for, by canceling the pledge, or by releasing the campaign")
    func t16() throws {
        let book = try Self.heldBook()
        _ = try book.session(after: -3600).carryOut(.void, of: "P-1", in: nil)
        try book.expect("P-1", .voided, "A 12000 V 12000", [Self.held, "voided 12000"])
        #expect(try book.pledge("P-1") == .placed)
        #expect(try book.session(after: -3600).planPayment(.void, of: "P-1", in: nil).steps.isEmpty)
        _ = try book.session(after: -3600).cancelPledge("P-2", in: nil, override: "asked by mail")
        try book.expect("P-2", .voided, "A 12000 V 12000", [Self.held, "canceled", "voided 12000"])
        #expect(try book.pledge("P-2") == .canceled)
        try book.close()
        #expect(try book.reconcile(after: 60).reviews.map(\.reason) == [.placeWithoutMoney])
        _ = try book.session(after: 60).cancelPledge("P-1", in: nil, override: "asked by mail")
        #expect(try book.reconcile(after: 60).reviews.isEmpty)
        try book.check()
        let missed = try Self.heldBook(goal: "1000.00")
        try missed.close()
        #expect(try missed.state() == .unfunded)
        try missed.expect("P-1", .voided, "A 12000 V 12000", [Self.held, "voided 12000"])
        #expect(try missed.balance(.clearing) == 0)
    }

    @Test("T16, T18 a void that is refused or not answered is asked for, and nothing else is done meanwhile")
    func t18() throws {
        let book = try Self.heldBook()
        book.gateway.answer("P-1", .void, .answerLost)
        book.gateway.answer("P-2", .void, .declined(hard: true))
        for who in ["P-1", "P-2"] { _ = try book.session(after: -3600).carryOut(.void, of: who, in: nil) }
        try book.expect("P-2", .unknown, "A 12000", [Self.held])
        book.gateway.isSilent = true
        #expect(throws: PaymentRefusal.self) {
            try book.session(after: -3000).carryOut(.void, of: "P-2", in: nil)
        }
        book.gateway.isSilent = false
        try book.reconcile(after: -1800, everything: true)
        try book.expect("P-1", .voided, "A 12000 V 12000", [Self.held, "voided 12000"])
        // T08: it was not voided, so it is still held.
        try book.expect("P-2", .authorized, "A 12000", [Self.held])
    }

    @Test("T18 canceling a pledge whose void is not answered cancels it all the same")
    func t18canceled() throws {
        let book = try Self.heldBook()
        book.gateway.answer("P-1", .void, .lostOnTheWay)
        _ = try book.session(after: -3600).cancelPledge("P-1", in: nil, override: "asked by mail")
        try book.expect("P-1", .unknown, "A 12000", [Self.held, "canceled"])
        _ = try book.session(after: -1800).cancelPledge("P-1", in: nil, override: "asked by mail")
        try book.expect("P-1", .voided, "A 12000 V 12000", [Self.held, "canceled", "voided 12000"])
    }

    @Test("T19 a hold runs out by the clock, or because a person or the gateway says so")
    func t19() throws {
        let book = try Self.closing { script in
            for who in ["P-1", "P-2"] { script.answer(who, .capture, .declined(hard: false)) }
        }
        #expect(try book.reconcile(after: 6 * Self.day - 1).expired == 0)
        _ = try book.tell(.holdExpired, "P-2", days: 2)
        try book.expect("P-2", .expired, "A 12000 V 12000", [Self.held, "expired 12000"])
        #expect(try book.tell(.holdExpired, "P-2", days: 2).entries.isEmpty)
        #expect(try book.session(after: 6 * Self.day).planReconciliation(nil).expired == 1)
        #expect(try book.reconcile(after: 6 * Self.day).expired == 1)
        try book.expect("P-1", .expired, "A 12000 V 12000", [Self.held, "expired 12000"])
        #expect(try book.reconcile(after: 6 * Self.day).expired == 0)
        // The next closing charges the cards.
        try book.close(days: 6)
        try book.expect(
            "P-1", .captured, "A 24000 C 12000 V 12000", [Self.held, "expired 12000", "E03s 12000-30"])
        try book.expect("P-2", .captured, "A 24000 C 12000 V 12000")
    }

    @Test("T19 of a hold that was captured in part: the rest is freed")
    func t19part() throws {
        let book = try Self.closing {
            $0.multicapture = true
            $0.answer("P-1", .capture, .declined(hard: false))
        }
        try book.ask(.capture(7_000), "P-1")
        #expect(try book.reconcile(after: 6 * Self.day).expired == 1)
        try book.expect(
            "P-1", .captured, "A 12000 C 7000 V 5000", [Self.held, "E03s 7000-30", "expired 5000"])
    }

    @Test("T20 nothing is sent to capture from a hold that has run out, or ends within six hours")
    func t20() throws {
        let book = try Self.closing { $0.answer("P-1", .capture, .declined(hard: false)) }
        let sent = book.gateway.sent.count
        for seconds in [6 * Self.day - 6 * 3600, 6 * Self.day - 1, 6 * Self.day] {
            #expect(throws: PaymentRefusal.self) {
                try book.session(after: seconds).carryOut(.capture(nil), of: "P-1", in: nil)
            }
        }
        #expect(try book.reconcile(after: 6 * Self.day).expired == 1)
        #expect(throws: PaymentRefusal.authorizationExpired) {
            try book.session(after: 6 * Self.day).carryOut(.capture(nil), of: "P-1", in: nil)
        }
        #expect(book.gateway.sent.count == sent)
        try book.expect("P-1", .expired, "A 12000 V 12000")
    }

    @Test("T21 money that comes for a hold that was let go takes back what was freed")
    func t21() throws {
        let book = try Self.heldBook()
        _ = try book.session(after: -3600).carryOut(.void, of: "P-1", in: nil)
        try book.close()
        #expect(try book.tell(.paid, "P-1", 12_000, reference: "T1").transition == 21)
        try book.expect("P-1", .captured, "A 12000 C 12000", [Self.held, "voided 12000", "E03s 12000"])
    }

    @Test("what is not held at the close is charged, and its failures are tried again")
    func mixed() throws {
        let book = try Self.book()
        book.gateway.answer("P-1", .authorize, .declined(hard: false))
        book.gateway.answer("P-1", .charge, .declined(hard: false))
        try Self.hold(book)
        try book.close()
        // Declined a day ago: due again 48 hours after that.
        try book.expect("P-1", .failed, "", ["declined 12000"])
        try book.close(days: 1)
        try book.close(days: 3)
        try book.expect("P-1", .captured, "A 12000 C 12000")
        #expect(book.gateway.sent.suffix(2) == ["P-1/1/charge/1 12000", "P-1/1/charge/2 12000"])
    }

    @Test(
        "with the goal on collected money, holds that ran out keep the decision open until they are charged")
    func decision() throws {
        let book = try Self.book(goal: "370.00")
        try Self.hold(book, hours: -95)
        book.gateway.holdLifetime = 0
        for who in ["P-1", "P-2", "P-3"] { book.gateway.answer(who, .capture, .declined(hard: false)) }
        try book.close()
        #expect(try book.state() == .collecting)
        for who in ["P-1", "P-2", "P-3"] { book.gateway.answer(who, .capture, .declined(hard: false)) }
        try book.close(days: 2)
        #expect(try book.state() == .collecting)
        try book.close(days: 4)
        #expect(try book.state() == .funded)
        try book.expect("P-1", .captured, "A 24000 C 12000 V 12000")
    }
}
