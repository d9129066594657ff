import Accounting
import Crowdfunding
import Reports
import Storage
import Testing

/// Invented campaigns and journals for reports.
enum Sample {
    /// An entry a day, or several of a kind.
    static func total(_ day: String, _ kind: EntryKind, _ parts: EntryParts, count: Int64 = 1) throws
        -> DailyTotal
    {
        DailyTotal(day: try #require(CalendarDay(day)), kind: kind, count: count, parts: parts)
    }

    /// Totals of kinds whose only part is `other`.
    static func others(_ rows: [(String, EntryKind, Int64)]) throws -> [DailyTotal] {
        try rows.map { try total($0.0, $0.1, EntryParts(other: $0.2)) }
    }

    static func campaign(
        _ id: String = "halyard-65", currency: String = "EUR", zone: String = "Europe/Berlin",
        isRehearsal: Bool = false, entries: Int64 = 2_114,
    ) throws -> ReportCampaign {
        // 66 4D EF 40 are the first bytes of Zk3vQ…
        let tag = try #require(Tag([0x66, 0x4D, 0xEF, 0x40] + [UInt8](repeating: 7, count: 28)))
        return ReportCampaign(
            id: try #require(CampaignID(id)), title: "Halyard 65 mechanical keyboard",
            currency: try #require(Currency(currency)), zone: zone, isRehearsal: isRehearsal,
            journal: JournalHead(number: entries, tag: tag), today: try #require(CalendarDay("2026-08-02")))
    }

    static func period(_ first: String, _ last: String) throws -> Period {
        let days = (try #require(CalendarDay(first)), try #require(CalendarDay(last)))
        return try #require(Period(first: days.0, last: days.1))
    }

    /// The keyboard of the cash-flow screen: what Kickstarter charged and paid out.
    static func keyboard() throws -> [DailyTotal] {
        try others([
            ("2026-04-14", .payoutReceipts, 10_078_080), ("2026-04-14", .payoutProcessorFees, 314_022),
            ("2026-04-14", .payoutPlatformFees, 503_904), ("2026-04-20", .supplierDeposit, 1_171_200),
            ("2026-04-21", .toolingPaid, 840_000), ("2026-05-12", .payoutReceipts, 694_800),
            ("2026-05-12", .payoutProcessorFees, 21_240), ("2026-05-12", .payoutRefunds, 15_490),
            ("2026-06-09", .payoutChargebacks, 19_300), ("2026-06-09", .payoutProcessorFees, 2_000),
            ("2026-07-10", .taxRemitted, 890_012),
        ])
    }

    /// Four backers pay EUR 120.00 each, 20.00 of it tax: A is delivered, B refunded, C disputed and lost, D
    /// disputed, won and delivered; everything is paid out and paid.
    static func fourBackers() throws -> [DailyTotal] {
        let capture = EntryParts(goods: 40_000, tax: 8_000, fee: 772)
        let one = EntryParts(goods: 10_000, tax: 2_000)
        let disputes = EntryParts(goods: 20_000, tax: 4_000, fee: 3_000)
        return [
            try total("2026-03-02", .captured, capture, count: 4),
            try total("2026-03-31", .succeeded, EntryParts(goods: 40_000), count: 4),
            try total("2026-04-01", .platformFeeDue, EntryParts(fee: 2_400)),
            try total("2026-04-20", .refundCommittedAfterSuccess, one),
            try total("2026-04-21", .refunded, one),
            try total("2026-04-22", .disputeOpened, disputes, count: 2),
            try total("2026-05-02", .disputeWon, one),
            try total("2026-05-03", .disputeLostAfterSuccess, one),
            try total("2026-06-20", .delivered, EntryParts(goods: 20_000), count: 2),
        ]
            + (try others([
                ("2026-04-01", .payoutCreated, 47_228), ("2026-04-03", .payoutArrived, 47_228),
                ("2026-04-03", .payoutReceipts, 48_000), ("2026-04-03", .payoutProcessorFees, 772),
                ("2026-04-07", .platformFeePaid, 2_400), ("2026-04-08", .supplierDeposit, 2_400),
                ("2026-05-10", .payoutRefunds, 12_000), ("2026-05-10", .payoutChargebacks, 24_000),
                ("2026-05-10", .payoutChargebacksReversed, 12_000),
                ("2026-05-10", .payoutProcessorFees, 3_000),
                ("2026-06-10", .goodsReceived, 8_000), ("2026-06-10", .depositApplied, 2_400),
                ("2026-06-12", .supplierPaid, 5_600), ("2026-06-20", .costOfDelivered, 8_000),
                ("2026-06-20", .carrierOwed, 1_200), ("2026-06-30", .carrierPaid, 1_200),
                ("2026-07-10", .taxRemitted, 4_000),
            ]))
    }
}
