public import Accounting
public import Crowdfunding
public import Storage

/// Where cash came from and went to, period by period (direct method, IAS 7 and ASC 230).
///
/// It is the campaign's cash, not the company's. It exists only where opening and closing cash, by the
/// posting rules, differ by exactly what the lines say.
public struct CashFlow: Report {
    /// What one line says of one period.
    public struct Movement: Hashable, Sendable {
        /// Minor units; money in is positive.
        public var amount: Int64 = 0
        /// How many entries it is made of.
        public var entries: Int64 = 0
    }

    /// One period.
    public struct Column: Hashable, Sendable {
        /// Its days.
        public let period: Period
        /// Cash before its first day, minor units.
        public let opening: Int64
        /// What each line moved, in the order of `CashLine.allCases`.
        public let movements: [Movement]
        /// Cash after its last day, minor units.
        public let closing: Int64
        /// What of the closing cash is owed back to backers: account 2020, and until the campaign is funded
        /// 2000, 2015 and 2030, at most the cash.
        public let owedBack: Int64

        /// What the lines of a section add up to; all lines without one.
        public func sum(of section: CashSection? = nil) -> Int64 {
            // Each is a partial sum of checked figures; `init` has added them in 128 bits.
            zip(CashLine.allCases, movements).reduce(0) { sum, pair in
                section == nil || pair.0.section == section ? sum &+ pair.1.amount : sum
            }
        }
    }

    /// How many periods a report shows at most: ten years of days.
    public static let mostPeriods = 3_660

    /// Whose cash it is.
    public let campaign: ReportCampaign
    /// What counts as cash.
    public let basis: CashBasis
    /// How long the periods are.
    public let length: PeriodLength
    /// The days it covers, both ends included.
    public let period: Period
    /// The periods in order, without gap or overlap; at least one.
    public let columns: [Column]

    /// Adds up the journal's daily totals.
    ///
    /// - Parameters:
    ///   - campaign: Whose they are.
    ///   - totals: All of the campaign's, in any order, also those before the period.
    ///   - basis: What counts as cash.
    ///   - length: How long the periods are; the first and last are cut at the ends of `period`.
    ///   - period: Both ends included; without one, whole periods from the first entry's day to the last's.
    /// - Throws: `ReportError` where opening, movements and closing do not agree.
    public init(
        campaign: ReportCampaign, totals: [DailyTotal], basis: CashBasis = .bank,
        by length: PeriodLength = .month, period: Period? = nil,
    ) throws {
        try self.init(
            campaign: campaign, totals: totals, basis: basis, by: length, period: period,
            lines: { $0.sources($1) }, rules: { $0.postings })
    }

    /// As above, by other tables: tests break them to see the report refuse.
    init(
        campaign: ReportCampaign, totals: [DailyTotal], basis: CashBasis, by length: PeriodLength,
        period: Period?, lines: (CashLine, CashBasis) -> [CashSource],
        rules: (EntryKind) -> [PostingRule],
    ) throws {
        let totals = totals.sorted { $0.day < $1.day }
        let covered = try period ?? wholePeriod(of: totals, by: length, today: campaign.today)
        let pieces = covered.split(by: length)
        guard pieces.count <= Self.mostPeriods else {
            throw ReportError.tooManyPeriods(count: pieces.count, limit: Self.mostPeriods)
        }
        var books = RunningBooks(campaign: campaign, basis: basis, totals: totals[...])
        try books.post(through: covered.first.adding(days: -1), by: rules)
        let sources = CashLine.allCases.map { lines($0, basis) }
        columns = try pieces.map { piece in
            let opening = try books.cash
            let days = try books.post(through: piece.last, by: rules)
            let movements = try sources.map { try movement(of: days, by: $0) }
            let closing = try books.cash
            let reckoned = movements.reduce(Int128(opening)) { $0 + Int128($1.amount) }
            guard reckoned == Int128(closing) else {
                throw ReportError.cashDoesNotAgree(
                    period: piece,
                    reckoned: Money(minorUnits: try narrow(reckoned), currency: campaign.currency),
                    held: Money(minorUnits: closing, currency: campaign.currency))
            }
            return Column(
                period: piece, opening: opening, movements: movements, closing: closing,
                owedBack: try books.owedBack(atMost: closing))
        }
        self.campaign = campaign
        self.basis = basis
        self.length = length
        self.period = covered
    }

    var head: ReportHead {
        ReportHead(
            name: "cash-flow", title: "Cash flow", campaign: campaign, basis: basis, period: period,
            length: length,
            notes: [
                "This is the campaign's money, not the company's bank balance."
                    + (basis == .processor ? " Money at the processor counts as cash." : "")
            ])
    }
}

/// The accounts after the days so far, and the totals of the days to come.
private struct RunningBooks {
    let campaign: ReportCampaign
    let basis: CashBasis
    var totals: ArraySlice<DailyTotal>
    private var books = TrialBalance()
    /// Whether the money is the maker's: it need not be given back any more because too little came.
    private var isFunded = false

    init(campaign: ReportCampaign, basis: CashBasis, totals: ArraySlice<DailyTotal>) {
        self.campaign = campaign
        self.basis = basis
        self.totals = totals
    }

    /// Posts the totals up to a day, and gives them back.
    @discardableResult
    mutating func post(through day: CalendarDay, by rules: (EntryKind) -> [PostingRule]) throws
        -> ArraySlice<DailyTotal>
    {
        let posted = totals.prefix { $0.day <= day }
        totals = totals.dropFirst(posted.count)
        for total in posted {
            if total.kind == .campaignFunded || total.kind == .succeeded { isFunded = true }
            do { try books.add(total.parts, by: rules(total.kind)) } catch { throw ReportError.tooLarge }
        }
        return posted
    }

    /// What counts as cash, minor units.
    var cash: Int64 {
        get throws { try narrow(basis.accounts.reduce(Int128(0)) { $0 + Int128(books.balance(of: $1)) }) }
    }

    /// What backers can ask back (the accounts stand in credit), from nothing to the cash there is.
    ///
    /// Until the campaign is funded that is all they paid: goods, shipping and tax.
    func owedBack(atMost cash: Int64) throws -> Int64 {
        var accounts: [Account] = [.refundsPayable]
        if !isFunded { accounts += [.refundableDeposits, .contractShipping, .tax] }
        let owed = accounts.reduce(Int128(0)) { $0 - Int128(books.balance(of: $1)) }
        return try narrow(max(0, min(owed, Int128(cash))))
    }
}

/// What the days' totals move on a line.
private func movement(of totals: ArraySlice<DailyTotal>, by sources: [CashSource]) throws -> CashFlow.Movement
{
    var amount: Int128 = 0
    var entries: Int64 = 0
    for source in sources {
        for total in totals where total.kind == source.kind {
            do { amount += Int128(try source.movement(of: total.parts)) } catch { throw ReportError.tooLarge }
            // An entry without a fee is not one of the fees; entries that cancel out each other still are.
            let isOfLine = total.parts == .zero || source.parts.contains { total.parts[$0] != 0 }
            if isOfLine { entries += total.count }
        }
    }
    return CashFlow.Movement(amount: try narrow(amount), entries: entries)
}

/// Whole periods from the first day with an entry to the last, so that the report depends on the journal
/// alone.
func wholePeriod(of sorted: [DailyTotal], by length: PeriodLength, today: CalendarDay) throws
    -> Period
{
    let first = (sorted.first?.day ?? today).first(of: length)
    let last = sorted.last?.day ?? today
    let end = Period(first: last, last: last.next(length)).map { $0.split(by: length)[0].last } ?? last
    // The end is not before the last entry, which is not before the first.
    guard let whole = Period(first: first, last: end) else { throw ReportError.tooLarge }
    return whole
}

/// The sum in 64 bits.
func narrow(_ sum: Int128) throws(ReportError) -> Int64 {
    guard let value = Int64(exactly: sum) else { throw .tooLarge }
    return value
}
