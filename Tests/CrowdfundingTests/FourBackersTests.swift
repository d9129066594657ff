import Accounting
import Crowdfunding
import Testing

/// Four backers pay EUR 120.00 each, 20.00 of it tax: A is delivered, B refunded, C disputed and lost, D
/// disputed, won and delivered.
///
/// Everything is paid out and paid.
@Suite("Four backers") struct FourBackersTests {
    static let capture = EntryParts(goods: 10_000, tax: 2_000, fee: 193)
    static let disputed = EntryParts(goods: 10_000, tax: 2_000, fee: 1_500)
    static let returned = EntryParts(goods: 10_000, tax: 2_000)

    static let entries: [(EntryKind, EntryParts)] = [
        (.captured, capture), (.captured, capture), (.captured, capture), (.captured, capture),
        (.payoutCreated, EntryParts(other: 47_228)), (.payoutArrived, EntryParts(other: 47_228)),
        (.payoutReceipts, EntryParts(other: 48_000)), (.payoutProcessorFees, EntryParts(other: 772)),
        (.succeeded, EntryParts(goods: 40_000)),
        (.platformFeeDue, EntryParts(fee: 2_400)), (.platformFeePaid, EntryParts(other: 2_400)),
        (.supplierDeposit, EntryParts(other: 2_400)),
        (.refundCommittedAfterSuccess, returned), (.refunded, returned),
        (.disputeOpened, disputed), (.disputeOpened, disputed), (.disputeWon, returned),
        (.disputeLostAfterSuccess, returned),
        (.payoutRefunds, EntryParts(other: 12_000)), (.payoutChargebacks, EntryParts(other: 24_000)),
        (.payoutChargebacksReversed, EntryParts(other: 12_000)),
        (.payoutProcessorFees, EntryParts(other: 3_000)),
        (.goodsReceived, EntryParts(other: 8_000)), (.depositApplied, EntryParts(other: 2_400)),
        (.supplierPaid, EntryParts(other: 5_600)),
        (.delivered, EntryParts(goods: 10_000)), (.costOfDelivered, EntryParts(other: 4_000)),
        (.carrierOwed, EntryParts(other: 600)),
        (.delivered, EntryParts(goods: 10_000)), (.costOfDelivered, EntryParts(other: 4_000)),
        (.carrierOwed, EntryParts(other: 600)), (.carrierPaid, EntryParts(other: 1_200)),
        (.taxRemitted, EntryParts(other: 4_000)),
    ]

    static func books(after count: Int) throws -> TrialBalance {
        var books = TrialBalance()
        for (kind, parts) in entries.prefix(count) { try books.add(parts, by: kind.postings) }
        return books
    }

    @Test("at the end nothing is owed and the bank holds the net income")
    func end() throws {
        let books = try Self.books(after: Self.entries.count)
        let expected: [Account: Int64] = [
            .bank: 4_628, .sales: -20_000, .costOfGoods: 8_000, .freight: 1_200, .processorFees: 772,
            .platformFees: 2_400, .chargebackFees: 3_000,
        ]
        for account in Account.allCases {
            #expect(books.balance(of: account) == expected[account, default: 0], "\(account.path)")
        }
        let income = Account.allCases.filter { $0.rawValue >= 4000 }.map { books.balance(of: $0) }.reduce(
            0, +)
        #expect(-income == books.balance(of: .bank))
        #expect(books.isBalanced)
        #expect(Money(minorUnits: -income, currency: try #require(Currency("EUR"))).plain == "46.28")
    }

    @Test("no account that may not be negative ever is")
    func neverNegative() throws {
        for count in 0...Self.entries.count {
            let books = try Self.books(after: count)
            for account in Account.allCases where !account.mayBeNegative {
                let balance = books.balance(of: account)
                #expect(
                    account.normalSide == .debit ? balance >= 0 : balance <= 0, "\(count): \(account.path)")
            }
        }
    }

    @Test(
        "the cash-flow lines add up to the bank",
        arguments: [
            (
                .bank,
                [
                    "CF01": 48_000, "CF02": -12_000, "CF03": -24_000, "CF04": 12_000, "CF05": -3_772,
                    "CF06": -2_400,
                    "CF07": -2_400, "CF08": -5_600, "CF09": -1_200, "CF10": -4_000,
                ]
            ),
            (
                .processor,
                [
                    "CF01": 48_000, "CF02": -12_000, "CF03": -24_000, "CF04": 12_000, "CF05": -3_772,
                    "CF06": -2_400,
                    "CF07": -2_400, "CF08": -5_600, "CF09": -1_200, "CF10": -4_000,
                ]
            ),
        ] as [(CashBasis, [String: Int64])])
    func cashFlow(basis: CashBasis, expected: [String: Int64]) throws {
        var net: Int64 = 0
        for line in CashLine.allCases {
            var movement: Int64 = 0
            for source in line.sources(basis) {
                for (kind, parts) in Self.entries where kind == source.kind {
                    movement += try source.movement(of: parts)
                }
            }
            #expect(movement == expected[line.rawValue, default: 0], "\(line.rawValue)")
            net += movement
        }
        #expect(net == 4_628)
    }
}
