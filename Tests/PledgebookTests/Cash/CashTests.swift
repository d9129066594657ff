import Accounting
import Crowdfunding
import Storage
import Testing

@testable import Pledgebook

@Suite("Cash at the bank") struct CashTests {
    @Test("four backers, told by a person: the same end balances as the worked example")
    func fourBackers() throws {
        let book = try SmallBook()
        try book.collectAll()
        let before = book.session("2026-03-31T12:00:00Z")
        // 480.00 collected, 7.72 of processor fees that nobody knew of before the payout.
        let payout = try before.recordPayout(
            CashFact(amount: 47_228), PayoutParts(processorFees: 772), in: nil)
        #expect(
            payout.entries.map { $0.kind.code } == ["E05", "E06", "E04", "E06a", "E06e"])
        #expect(payout.entries.map(\.parts.amount) == [47_228, 47_228, 0, 48_000, 772])
        #expect(payout.clearing == 0 && payout.bank == 47_228)
        _ = try book.session().closeCampaign(nil)
        let session = book.session()
        _ = try session.recordCash(.platform, CashFact(amount: 2_400), in: nil)
        try book.launchRun(units: 2)
        let deposit = try session.recordCash(.supplier, CashFact(amount: 2_400), in: nil)
        #expect(deposit.entries.map(\.kind) == [.supplierDeposit])
        let refund = try session.recordRefund(of: "B", PaymentFact(), in: nil)
        #expect(refund.entries.map(\.kind) == [.refundCommittedAfterSuccess, .refunded])
        let disputed = EntryParts(goods: 10_000, tax: 2_000, fee: 1_500)
        let returned = EntryParts(goods: 10_000, tax: 2_000)
        try book.write([(.disputeOpened, disputed), (.disputeLostAfterSuccess, returned)], pledge: "C")
        try book.write([(.disputeOpened, disputed), (.disputeWon, returned)], pledge: "D")
        // The processor takes 270.00 from the bank: 120.00 refunded, 240.00 disputed, 120.00 won, 30.00 of
        // fees.
        let second = try session.recordPayout(CashFact(amount: -27_000), in: nil)
        #expect(second.entries.map { $0.kind.code } == ["E06d", "E06b", "E06c", "E06e"])
        #expect(second.entries.map(\.parts.other) == [12_000, 12_000, 24_000, 3_000])
        #expect(second.clearing == 0)
        try book.receive(units: 2, cost: 8_000, applied: 2_400)
        _ = try session.recordCash(.supplier, CashFact(amount: 5_600), in: nil)
        for who in ["A", "D"] {
            try book.write(
                [
                    (.delivered, EntryParts(goods: 10_000)), (.costOfDelivered, EntryParts(other: 4_000)),
                    (.carrierOwed, EntryParts(other: 600)),
                ], pledge: who)
        }
        let freight = try session.recordCash(.freight, CashFact(amount: 1_200), in: nil)
        #expect(freight.entries.map(\.kind) == [.carrierPaid])
        _ = try session.recordCash(.tax, CashFact(amount: 4_000), in: nil)
        let books = try book.balances()
        let expected: [Account: Int64] = [
            .bank: 4_628, .sales: -20_000, .costOfGoods: 8_000, .freight: 1_200, .processorFees: 772,
            .platformFees: 2_400, .chargebackFees: 3_000,
        ]
        for account in Account.allCases {
            #expect(books.balance(of: account) == expected[account, default: 0], "\(account.path)")
        }
    }

    @Test("a payout of everything empties clearing, with what the platform kept")
    func payoutWithFees() throws {
        let book = try SmallBook()
        try book.collectAll()
        // 480.00 − 5 % platform 24.00 − processor 15.60 = 440.40.
        let payout = try book.session().recordPayout(
            CashFact(amount: 44_040, reference: "KS-1"),
            PayoutParts(platformFees: 2_400, processorFees: 1_560),
            in: nil)
        #expect(payout.entries.map { $0.kind.code } == ["E05", "E06", "E04", "E09w", "E06a", "E06e", "E06f"])
        let books = try book.balances()
        #expect(books.balance(of: .bank) == 44_040)
        #expect(books.balance(of: .clearing) == 0)
        #expect(books.balance(of: .inTransit) == 0)
        #expect(books.balance(of: .platformFees) == 2_400)
        #expect(books.balance(of: .processorFees) == 1_560)
    }

    @Test("two payouts: receipts are the rest, fees booked at once are settled by the first")
    func twoPayouts() throws {
        let book = try SmallBook()
        try book.collectAll()
        try book.write([(.processorFee, EntryParts(fee: 300))])
        _ = try book.session().recordPayout(CashFact(amount: 20_000), in: nil)
        var books = try book.balances()
        // 200.00 arrived and 3.00 was kept: 203.00 of receipts; 277.00 are left.
        #expect(books.balance(of: .clearing) == 27_700)
        _ = try book.session().recordPayout(CashFact(amount: 27_700), in: nil)
        books = try book.balances()
        #expect(books.balance(of: .clearing) == 0)
        #expect(books.balance(of: .bank) == 47_700)
        #expect(
            try book.entries().filter { $0.kind == .payoutReceipts }.map(\.parts.other) == [20_300, 27_700])
    }

    @Test(
        "a payout that does not fit is refused with both figures and changes nothing",
        arguments: [
            (50_000, PayoutParts(), "receipts of EUR 500.00, and EUR 480.00"),
            (48_000, PayoutParts(platformFees: 1), "receipts of EUR 480.01, and EUR 480.00"),
            (1_000, PayoutParts(refunds: 500), "refunds of EUR 5.00, and the books know of EUR 0.00"),
            (-100, PayoutParts(), "receipts of EUR -1.00, and EUR 480.00"),
        ])
    func payoutDoesNotFit(amount: Int64, parts: PayoutParts, words: String) throws {
        let book = try SmallBook()
        try book.collectAll()
        let count = try book.entries().count
        let message = refusal {
            _ = try book.session().recordPayout(CashFact(amount: amount), parts, in: nil)
        }
        #expect(message.contains(words), "\(message)")
        #expect(try book.entries().count == count)
    }

    @Test("the same again is refused, another reference or --again is not")
    func again() throws {
        let book = try SmallBook()
        let session = book.session()
        var fact = CashFact(amount: 84_000, day: CalendarDay("2026-04-08"), reference: "INV-7")
        _ = try session.recordCash(.tooling, fact, in: nil)
        #expect(
            refusal { _ = try session.recordCash(.tooling, fact, in: nil) }.contains(
                "recorded already, as entry 6"))
        _ = try session.recordCash(.tax, fact, in: nil)
        fact.again = true
        _ = try session.recordCash(.tooling, fact, in: nil)
        fact.again = false
        fact.reference = "INV-8"
        _ = try session.recordCash(.tooling, fact, in: nil)
        #expect(try book.balances().balance(of: .tooling) == 252_000)
        #expect(
            try session.cashMovements(nil).movements.map(\.amount) == [-84_000, -84_000, -84_000, -84_000])
        #expect(try session.cashMovements(nil).bank == -336_000)
    }

    @Test("a day in the future, a blank in a reference, and an amount out of bounds are refused")
    func badInput() throws {
        let book = try SmallBook()
        let session = book.session()
        let tomorrow = try #require(CalendarDay("2026-05-01"))
        #expect(throws: SessionError.dayInFuture(tomorrow, today: tomorrow.adding(days: -1))) {
            try session.recordCash(.own, CashFact(amount: 1, day: tomorrow), in: nil)
        }
        for fact in [
            CashFact(amount: 0), CashFact(amount: -1), CashFact(amount: largestAmount + 1),
            CashFact(amount: .min),
            CashFact(amount: 1, reference: "two words"), CashFact(amount: 1, reference: "Ö"),
        ] {
            #expect(throws: (any Error).self) { try session.recordCash(.own, fact, in: nil) }
        }
        #expect(throws: (any Error).self) {
            try session.recordPayout(CashFact(amount: .min), in: nil)
        }
        #expect(try book.entries().count == 5)
    }

    @Test("a plan changes nothing")
    func dryRun() throws {
        let book = try SmallBook()
        let plan = try book.session().recordCash(.own, CashFact(amount: 500), in: nil, dryRun: true)
        #expect(plan.entries.map(\.kind) == [.ownMoney] && plan.bank == 500)
        #expect(try book.entries().count == 5)
    }

    @Test("a supplier gets what is owed first, then money ahead, never more than the run costs")
    func supplier() throws {
        let book = try SmallBook()
        let session = book.session()
        #expect(
            refusal { _ = try session.recordCash(.supplier, CashFact(amount: 1), in: nil) }.contains("No run")
        )
        try book.launchRun(units: 4)  // costs 160.00
        _ = try session.recordCash(.supplier, CashFact(amount: 4_800, run: "run-1"), in: nil)
        // One of four comes: 40.00 owed, 40.00 of the deposit applied; 8.00 ahead, 120.00 still to come.
        try book.receive(units: 1, cost: 4_000, applied: 4_000)
        let message = refusal { _ = try session.recordCash(.supplier, CashFact(amount: 11_201), in: nil) }
        #expect(
            message.contains("EUR 112.01") && message.contains("EUR 112.00 can be paid ahead"), "\(message)")
        _ = try session.recordCash(.supplier, CashFact(amount: 1_200), in: nil)
        // Two more: 80.00 owed, 20.00 applied, 60.00 due; 40.00 to come. 70.00 are paid.
        try book.receive(units: 2, cost: 8_000, applied: 2_000)
        let paid = try session.recordCash(.supplier, CashFact(amount: 7_000), in: nil)
        #expect(paid.entries.map(\.kind) == [.supplierPaid, .supplierDeposit])
        #expect(paid.entries.map(\.parts.other) == [6_000, 1_000])
        let books = try book.balances()
        #expect(books.balance(of: .suppliers) == 0)
        #expect(books.balance(of: .supplierDeposits) == 1_000)
        #expect(books.balance(of: .bank) == -13_000)
        #expect(
            refusal { _ = try session.recordCash(.supplier, CashFact(amount: 1, run: "run-9"), in: nil) }
                .contains("Launched: run-1"))
    }

    @Test("freight and platform fees that nobody owed are owed and paid at once")
    func owedAndPaid() throws {
        let book = try SmallBook()
        let session = book.session()
        try book.write([(.carrierOwed, EntryParts(other: 500)), (.platformFeeDue, EntryParts(fee: 700))])
        let freight = try session.recordCash(.freight, CashFact(amount: 800), in: nil)
        #expect(freight.entries.map(\.kind) == [.carrierOwed, .carrierPaid])
        #expect(freight.entries.map(\.parts.other) == [300, 800])
        let platform = try session.recordCash(.platform, CashFact(amount: 900), in: nil)
        #expect(platform.entries.map(\.parts.fee) == [200, 0])
        let books = try book.balances()
        #expect(books.balance(of: .carriers) == 0 && books.balance(of: .platform) == 0)
        #expect(books.balance(of: .freight) == 800 && books.balance(of: .platformFees) == 900)
        #expect(books.balance(of: .bank) == -1_700)
    }

    @Test("an account that may not be negative is held, and may be mended")
    func held() throws {
        let euro = try #require(Currency("EUR"))
        var accounts = try AccountGuard(euro, [(.goodsReceived, EntryParts(other: 500))])
        let message = refusal { try accounts.post(EntryParts(other: 501), as: .supplierPaid) }
        #expect(
            message.contains("Liabilities:Suppliers holds EUR 5.00, and EUR 5.01 would be taken from it"),
            "\(message)")
        #expect(accounts.balance(of: .suppliers) == 500 && accounts.balance(of: .bank) == 0)
        var broken = try AccountGuard(euro, [(.supplierPaid, EntryParts(other: 500))])
        try broken.post(EntryParts(other: 200), as: .goodsReceived)
        #expect(broken.balance(of: .suppliers) == -300)
    }
}
