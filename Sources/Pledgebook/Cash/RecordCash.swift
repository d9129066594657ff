public import Accounting
public import Crowdfunding
import Storage

/// Money that a person saw move at the bank, beside payouts.
///
/// The raw values are signed.
public enum CashPurpose: String, CaseIterable, Sendable {
    /// To a factory, for a run: its deposit, then what it is owed.
    case supplier
    /// To a carrier.
    case freight
    /// To a platform, for its fee.
    case platform
    /// For molds and tools.
    case tooling
    /// To a tax authority.
    case tax
    /// The maker's own money, in.
    case own
}

/// What a person tells of a movement at the bank.
public struct CashFact: Sendable {
    /// Minor units, more than zero.
    ///
    /// A payout's may be zero or less: then the processor took money from the bank.
    public var amount: Int64
    /// `nil`: today.
    public var day: CalendarDay?
    /// The run it is for; a supplier's may be left out where only one run was launched.
    public var run: String?
    /// The bank's or platform's own reference; empty without one.
    public var reference = ""
    /// It happened twice: books it although the same was recorded before.
    public var again = false

    /// A movement of an amount, today, without a reference.
    public init(
        amount: Int64, day: CalendarDay? = nil, run: String? = nil, reference: String = "",
        again: Bool = false
    ) {
        self.amount = amount
        self.day = day
        self.run = run
        self.reference = reference
        self.again = again
    }
}

/// What recording did: the entries of one fact.
public struct RecordedFact: Sendable {
    /// The campaign.
    public let campaign: CampaignID
    /// In the order of the journal; empty where nothing was left to do.
    public let entries: [JournalEntry]
    /// What the bank account of the campaign holds afterwards, minor units.
    public let bank: Int64
    /// What lies at the processor afterwards, minor units.
    public let clearing: Int64
    /// The currency of all figures.
    public let currency: Currency
}

extension Session {
    /// Records money that moved at the bank: E12, E21, E24p, E11, E30, E27 or E00, with what has to be owed
    /// first.
    ///
    /// - Parameters:
    ///   - purpose: What the money was for.
    ///   - fact: What was told: amount, day and reference.
    ///   - id: The campaign's id; `nil` for the only one that is under way.
    ///   - dryRun: Plans and changes nothing.
    /// - Returns: What was booked.
    /// - Throws: `SessionError` for a day in the future, what was recorded before, a supplier's payment
    ///   beyond what the run costs, or an account that would become negative.
    public func recordCash(
        _ purpose: CashPurpose, _ fact: CashFact, in id: CampaignID?, dryRun: Bool = false
    ) throws -> RecordedFact {
        try record(purpose.rawValue, fact, in: id, dryRun: dryRun) { told, campaign in
            try checkAmount(fact.amount, campaign)
            let amount = fact.amount
            let run = try checkedRun(fact.run, told.journal.records, campaign)
            switch purpose {
            case .supplier: try paySupplier(amount, run, &told, campaign)
            case .freight:
                let owed = max(0, told.accounts.balance(of: .carriers))
                try told.write(.carrierOwed, other: max(0, amount - owed), run: run?.id)
                try told.write(.carrierPaid, other: amount, run: run?.id)
            case .platform:
                let due = max(0, told.accounts.balance(of: .platform))
                if amount > due { try told.write(.platformFeeDue, EntryParts(fee: amount - due)) }
                try told.write(.platformFeePaid, other: amount)
            case .tooling: try told.write(.toolingPaid, other: amount, run: run?.id)
            case .tax: try told.write(.taxRemitted, other: amount)
            case .own: try told.write(.ownMoney, other: amount)
            }
        }
    }

    /// One fact in one transaction, which is not kept by a dry run.
    func record(
        _ word: String, _ fact: CashFact, in id: CampaignID?, dryRun: Bool,
        _ body: (inout Told, LoadedCampaign) throws -> Void
    ) throws -> RecordedFact {
        try checkFactReference(fact.reference)
        var done: RecordedFact?
        do {
            try book.write { records in
                let campaign = try campaign(id, in: records)
                let day = try factDay(fact.day, campaign)
                try checkIsNew(word, fact, day, campaign, in: records)
                let journal = try JournalWriter(self, record: campaign.record, in: records)
                var told = try Told(
                    "\(word).\(fact.amount)", day: day, reference: fact.reference, to: journal)
                try body(&told, campaign)
                try journal.finish()
                done = try recorded(told, campaign, in: records)
                if dryRun { throw NothingKept() }
            }
        } catch is NothingKept {}
        guard let done else { throw BookError.storage(reason: "the transaction did not run") }
        return done
    }

    func recorded(_ told: Told, _ campaign: LoadedCampaign, in records: Records) throws -> RecordedFact {
        let entries = try told.entries.compactMap {
            try records.entry(campaign: campaign.record.number, number: $0)?.entry
        }
        return RecordedFact(
            campaign: campaign.record.id, entries: entries, bank: told.accounts.balance(of: .bank),
            clearing: told.accounts.balance(of: .clearing), currency: campaign.record.currency)
    }

    /// The same thing of the same amount, day and reference is the same fact, unless a person says that it
    /// is not.
    private func checkIsNew(
        _ word: String, _ fact: CashFact, _ day: CalendarDay, _ campaign: LoadedCampaign, in records: Records
    ) throws {
        guard !fact.again else { return }
        let same = try records.cashEntries(campaign: campaign.record.number).first {
            $0.told == word && $0.toldAmount == fact.amount && $0.day == day && $0.reference == fact.reference
                && (fact.run == nil || $0.run == fact.run)
        }
        guard let same else { return }
        let money = campaign.money(fact.amount)
        throw SessionError.refused(
            "\(word) \(money) on \(day) is recorded already, as entry \(same.number). "
                + "If it happened twice, say it with --again. Nothing was changed.")
    }

    private func checkedRun(
        _ id: String?, _ records: Records, _ campaign: LoadedCampaign
    ) throws -> RunRecord? {
        guard let id else { return nil }
        let runs = try records.runs(campaign: campaign.record.number)
        if let run = runs.first(where: { $0.id == id }) { return run }
        let known = runs.map(\.id).joined(separator: ", ")
        throw SessionError.rule(
            known.isEmpty
                ? "No run of \(campaign.record.id) was launched yet, so nothing is due for \(id). "
                    + "Launch it with `pledgebook run launch \(id)`."
                : "No run \(id) was launched. Launched: \(known).", exit: .badInput)
    }

    /// What the supplier is owed for goods received first (E21), then towards the units still to come (E12).
    ///
    /// The deposit and everything else that is paid ahead of the goods is a supplier deposit, which E20d
    /// applies when they are received; more than the run costs in all is refused.
    private func paySupplier(
        _ amount: Int64, _ run: RunRecord?, _ told: inout Told, _ campaign: LoadedCampaign
    ) throws {
        let records = told.journal.records
        let run = try run ?? onlyRun(records, campaign)
        let number = campaign.record.number
        let books = try AccountGuard(
            campaign.record.currency,
            records.entries(campaign: number, run: run.id).map { ($0.entry.kind, $0.entry.parts) })
        let owed = max(0, books.balance(of: .suppliers))
        let outstanding = run.units.reduce(0) { $0 + max(0, $1.ordered - $1.received - $1.writtenOff) }
        let isOpen = run.state == .launched
        let ahead =
            isOpen ? max(0, outstanding * run.unitCost - max(0, books.balance(of: .supplierDeposits))) : 0
        guard amount <= owed + ahead else {
            throw SessionError.refused(
                "\(campaign.money(amount)) is more than \(run.id) still costs: \(campaign.money(owed)) is "
                    + "owed for goods received and \(campaign.money(ahead)) can be paid ahead. Nothing was "
                    + "changed.")
        }
        try told.write(.supplierPaid, other: min(amount, owed), run: run.id)
        try told.write(.supplierDeposit, other: max(0, amount - owed), run: run.id)
    }

    private func onlyRun(_ records: Records, _ campaign: LoadedCampaign) throws -> RunRecord {
        let runs = try records.runs(campaign: campaign.record.number)
        guard runs.count == 1 else {
            throw SessionError.rule(
                runs.isEmpty
                    ? "No run of \(campaign.record.id) was launched yet, so no supplier is due anything. "
                        + "Launch one with `pledgebook run launch RUN`."
                    : "Name the run with --run: \(runs.map(\.id).joined(separator: ", ")).",
                exit: runs.isEmpty ? .refused : .usage)
        }
        return runs[0]
    }
}
