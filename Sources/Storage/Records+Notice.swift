public import Accounting
public import Crowdfunding
import GRDB

/// What a backer is to be told, once.
public struct NoticeRecord: Hashable, Sendable {
    /// From 1, in the order in which they were queued.
    public var number: Int64
    /// Whose: the pledge's number.
    public var pledge: Int64
    /// Which of its payments it is about.
    public var instalment: Int64
    /// What it says, as a word.
    public var kind: String
    /// Which period it is of; in each there is one of a kind.
    public var turn: Int
    /// What was not paid then, minor units.
    public var amount: Int64
    /// When it was queued.
    public var at: Timestamp
    /// When the payment is tried again; `nil`: not by itself.
    public var nextTry: Timestamp?
    /// When it is given up.
    public var ends: Timestamp?
    /// The day on which somebody said that it was sent.
    public var sentOn: CalendarDay?
    /// How its payment and its pledge stand now; `nil` for one that is to be queued.
    public var standing: NoticeStanding?

    /// A notice that is to be queued.
    public init(
        number: Int64 = 0, pledge: Int64, instalment: Int64, kind: String, turn: Int, amount: Int64,
        at: Timestamp, nextTry: Timestamp?, ends: Timestamp?, sentOn: CalendarDay? = nil
    ) {
        self.number = number
        self.pledge = pledge
        self.instalment = instalment
        self.kind = kind
        self.turn = turn
        self.amount = amount
        self.at = at
        self.nextTry = nextTry
        self.ends = ends
        self.sentOn = sentOn
    }
}

/// How what a notice is about stands now.
public struct NoticeStanding: Hashable, Sendable {
    /// Where the pledge is.
    public var pledge: PledgeState
    /// 1 recorded, 2 rehearsal.
    public var gateway: Int
    /// Where the payment is.
    public var payment: PaymentState
    /// How it ended, or stands where no money decides.
    public var ending: PaymentEnding
}

extension Records {
    /// Queues notices, each with the next number; one that is there already is left as it is.
    public func queue(_ notices: [NoticeRecord], campaign: Int64) throws {
        guard !notices.isEmpty else { return }
        var last =
            try Int64.fetchOne(
                db, sql: "SELECT COALESCE(MAX(number), 0) FROM notice WHERE campaign = $1",
                arguments: [campaign]) ?? 0
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO notice (campaign, number, pledge, instalment, kind, turn, amount, at, next_try,
                  ends)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                ON CONFLICT (campaign, pledge, instalment, kind, turn) DO NOTHING
                """)
        for notice in notices {
            try statement.execute(arguments: [
                campaign, last + 1, notice.pledge, notice.instalment, notice.kind, notice.turn,
                notice.amount, notice.at.seconds, notice.nextTry?.seconds, notice.ends?.seconds,
            ])
            if db.changesCount > 0 { last += 1 }
        }
    }

    /// The notices of a campaign in their order; only those that nobody has sent, where asked.
    public func notices(campaign: Int64, unsentOnly: Bool = false) throws -> [NoticeRecord] {
        let unsent = unsentOnly ? " AND n.sent_day IS NULL" : ""
        // After a closing there may be one for every twentieth pledge, and a screen counts the true ones.
        let rows = try RowReader(
            self,
            """
            SELECT n.number, n.pledge, n.instalment, n.kind, n.turn, n.amount, n.at, n.next_try, n.ends,
              n.sent_day, p.state, p.gateway, m.state, m.ending
            FROM notice n JOIN pledge p ON p.campaign = n.campaign AND p.number = n.pledge
            LEFT JOIN payment m ON m.campaign = n.campaign AND m.pledge = n.pledge
              AND m.instalment = n.instalment
            WHERE n.campaign = $1\(unsent) ORDER BY n.number
            """, campaign)
        var notices: [NoticeRecord] = []
        while try rows.step() {
            var notice = NoticeRecord(
                number: rows.integer(0), pledge: rows.integer(1), instalment: rows.integer(2),
                kind: rows.text(3), turn: Int(rows.integer(4)), amount: rows.integer(5),
                at: Timestamp(seconds: rows.integer(6)),
                nextTry: rows.optionalInteger(7).map(Timestamp.init(seconds:)),
                ends: rows.optionalInteger(8).map(Timestamp.init(seconds:)),
                sentOn: rows.optionalInteger(9).map { CalendarDay(number: Int($0)) })
            notice.standing = NoticeStanding(
                pledge: PledgeState(rawValue: Int(rows.integer(10))) ?? .placed,
                gateway: Int(rows.integer(11)),
                payment: rows.optionalInteger(12).flatMap { PaymentState(rawValue: Int($0)) } ?? .pledged,
                ending: rows.optionalInteger(13).flatMap { PaymentEnding(rawValue: Int($0)) } ?? .pledged)
            notices.append(notice)
        }
        return notices
    }

    /// Writes down that a notice was sent; one that was sent before keeps its day.
    ///
    /// - Returns: Whether it was not sent before.
    public func setSent(_ notice: Int64, on day: CalendarDay, campaign: Int64) throws -> Bool {
        try db.execute(
            sql: """
                UPDATE notice SET sent_day = $1 WHERE campaign = $2 AND number = $3 AND sent_day IS NULL
                """, arguments: [day.number, campaign, notice])
        return db.changesCount > 0
    }
}
