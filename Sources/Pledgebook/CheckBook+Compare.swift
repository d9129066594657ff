import Accounting
import Crowdfunding
import Receipts
import Storage

/// Compares every row that is made of a campaign's journal with what the journal says.
final class BookComparison {
    let record: CampaignRecord
    let replay: JournalReplay
    let names: PledgeNames
    let definitions: Set<[UInt8]>
    let findings: CheckFindings
    let records: Records
    private(set) var paymentCount: Int64 = 0
    /// What each tier and add-on contains, by the definition in force; `nil` where it cannot be read.
    let definition: CampaignDefinition?

    init(
        _ record: CampaignRecord, _ replay: JournalReplay, _ names: PledgeNames, _ definitions: Set<[UInt8]>,
        _ definition: CampaignDefinition?, _ findings: CheckFindings, _ records: Records
    ) {
        self.record = record
        self.replay = replay
        self.names = names
        self.definitions = definitions
        self.definition = definition
        self.findings = findings
        self.records = records
    }

    func run() throws {
        compareCampaign()
        try compareDefinitions()
        try comparePledges()
        try compareLines()
        try comparePayments()
        try compareOffers()
        try compareTotals()
        try compareDaily()
        checkAccounts()
        try compareRuns()
        try compareAllocations()
        try compareKeys()
    }

    // MARK: The campaign

    private func compareCampaign() {
        let key = record.id.rawValue
        let told = replay.campaign
        func compare<Value: Equatable>(_ column: String, _ book: Value, _ journal: Value, entry: Int64?) {
            findings.compare("campaign", key, column, book: book, journal: journal, entry: entry)
        }
        compare("state", record.state.rawValue, told.state.rawValue, entry: told.entry)
        compare("succeeded", record.hasSucceeded, told.hasSucceeded, entry: told.entry)
        compare("first_pledge", record.firstPledge ?? 0, told.firstPledge ?? 0, entry: told.firstPledge)
        compare(
            "rehearsal", record.isRehearsal.map { $0 ? 1 : 0 } ?? -1,
            told.isRehearsal.map { $0 ? 1 : 0 } ?? -1,
            entry: told.firstPledge)
        compare("launched_at", record.launchedAt.seconds, told.launchedAt ?? 0, entry: 1)
        compare("closed_at", record.closedAt?.seconds ?? 0, told.closedAt ?? 0, entry: told.entry)
        compare("decided_at", record.decidedAt?.seconds ?? 0, told.decidedAt ?? 0, entry: told.entry)
        compare(
            "release_to", record.releaseTo?.rawValue ?? "nothing", told.releaseTo?.rawValue ?? "nothing",
            entry: told.entry)
        compare(
            "locked_day", record.lockedThrough.map { "\($0)" } ?? "none",
            told.lockedThrough.map { "\($0)" } ?? "none", entry: told.lockEntry)
        if let seed = told.seed { compare("seed", record.seed, seed, entry: 1) }
    }

    private func compareDefinitions() throws {
        let told = replay.campaign.definitions
        for definition in told where !definitions.contains(where: { hexText($0) == definition.digest }) {
            findings.add(
                "definition", "\(definition.digest.prefix(12))…", "digest", book: "no such definition",
                journal: definition.digest, entry: definition.entry)
        }
        let stored = try records.amendments(campaign: record.number)
        for (index, definition) in told.enumerated() {
            let row = index < stored.count ? stored[index] : nil
            findings.compare(
                "amendment", "\(definition.entry)", "definition",
                book: row.map { hexText($0.digest) } ?? "nothing",
                journal: definition.digest, entry: definition.entry)
            guard let row else { continue }
            findings.compare(
                "amendment", "\(definition.entry)", "entry", book: row.entry, journal: definition.entry,
                entry: definition.entry)
            findings.compare(
                "amendment", "\(definition.entry)", "at", book: row.at, journal: definition.at,
                entry: definition.entry)
        }
        for row in stored.dropFirst(told.count) {
            findings.add("amendment", "\(row.entry)", "entry", book: "\(row.entry)", journal: "nothing")
        }
        if let last = told.last {
            findings.compare(
                "campaign", record.id.rawValue, "definition", book: hexText(record.definition),
                journal: last.digest, entry: last.entry)
        }
    }

    // MARK: Sums

    private func compareOffers() throws {
        let taken = replay.placesTaken
        try compare(.tier, replay.tiers.words, taken.tiers)
        try compare(.promotion, replay.promotions.words, taken.promotions)
        try compare(.addOn, replay.words.words, taken.addOns)
    }

    private func compare(_ kind: OfferKind, _ words: [String], _ taken: [Int64]) throws {
        let journal = Dictionary(zip(words, taken), uniquingKeysWith: { first, _ in first })
        let stored = try records.taken(kind, campaign: record.number)
        for (id, count) in stored.sorted(by: { $0.key < $1.key }) {
            findings.compare(
                "offer", id, "taken", book: count, journal: journal[id] ?? 0, entry: replay.lastNumber)
        }
        // Words are shared with the SKUs of choices; only add-ons that hold places must have a row.
        for (id, count) in journal.sorted(by: { $0.key < $1.key }) where stored[id] == nil && count != 0 {
            findings.add("offer", id, "taken", book: "no such offer", journal: "\(count)")
        }
    }

    /// The totals against the pledges, payments and lines that they add up; those are compared with the
    /// journal.
    private func compareTotals() throws {
        let counted = try records.countedTotals(campaign: record.number)
        var pledges = Dictionary(counted.pledges.map { ($0.place, $0) }, uniquingKeysWith: { $1 })
        for total in try records.totals(campaign: record.number) {
            compare(total, pledges.removeValue(forKey: total.place) ?? total.emptied)
        }
        for total in pledges.values.sorted(by: { $0.place < $1.place }) { compare(total.emptied, total) }
        var lines = Dictionary(counted.lines.map { ($0.place, $0.units) }, uniquingKeysWith: { $1 })
        for total in try records.lineTotals(campaign: record.number) {
            findings.compare(
                "line_total", total.place, "units", book: total.units,
                journal: lines.removeValue(forKey: total.place) ?? 0)
        }
        for (place, units) in lines.sorted(by: { $0.key < $1.key }) {
            findings.add("line_total", place, "units", book: "no row", journal: "\(units)")
        }
    }

    private func compare(_ book: PledgeTotal, _ counted: PledgeTotal) {
        let columns: [(String, Int64, Int64)] = [
            ("count", book.count, counted.count), ("quantity", book.quantity, counted.quantity),
            ("amount", book.amount, counted.amount), ("captured", book.captured, counted.captured),
            ("refunded", book.refunded, counted.refunded), ("committed", book.committed, counted.committed),
            ("disputed", book.disputed, counted.disputed), ("lost", book.lost, counted.lost),
        ]
        for (column, book, journal) in columns {
            findings.compare("pledge_total", counted.place, column, book: book, journal: journal)
        }
    }

    private func compareDaily() throws {
        var sums = replay.daily.sums
        try records.readDaily(campaign: record.number) { day, kind, count, parts in
            let sum = sums.removeValue(forKey: .init(day: day, kind: Int(clamping: kind))) ?? .init()
            let key = Self.key(day, Int(clamping: kind))
            findings.compare("daily", key, "count", book: count, journal: sum.count, entry: sum.entry)
            let columns: [(String, Int64, Int64)] = [
                ("goods", parts.goods, sum.parts.goods), ("shipping", parts.shipping, sum.parts.shipping),
                ("tax", parts.tax, sum.parts.tax), ("fee", parts.fee, sum.parts.fee),
                ("other", parts.other, sum.parts.other),
            ]
            for (column, book, journal) in columns {
                findings.compare("daily", key, column, book: book, journal: journal, entry: sum.entry)
            }
        }
        for (key, sum) in sums.sorted(by: { $0.value.entry < $1.value.entry }) {
            findings.add(
                "daily", Self.key(key.day, key.kind), "count", book: "no row", journal: "\(sum.count)",
                entry: sum.entry)
        }
    }

    private static func key(_ day: Int64, _ kind: Int) -> String {
        "\(CalendarDay(number: Int(clamping: max(-700_000, min(day, 2_900_000))))) "
            + (EntryKind(rawValue: kind)?.event ?? "kind \(kind)")
    }

    /// I5 and I6 for the campaign: postings balance, and no account that may not be is overdrawn.
    private func checkAccounts() {
        var byKind: [Int: EntryParts] = [:]
        for (key, sum) in replay.daily.sums { byKind[key.kind, default: .zero].wrappingAdd(sum.parts) }
        var trial = TrialBalance()
        for (raw, parts) in byKind.sorted(by: { $0.key < $1.key }) {
            guard let kind = EntryKind(rawValue: raw) else { continue }
            do {
                try trial.add(parts, by: kind.postings)
            } catch {
                findings.add(
                    "account", kind.event, "balance", book: "too large to be booked", journal: "in bounds")
            }
        }
        if !trial.isBalanced {
            findings.add(
                "account", "all", "balance", book: "debits and credits differ", journal: "I5: they are equal")
        }
        for account in Account.allCases where !account.mayBeNegative {
            let balance = trial.balance(of: account)
            let own = account.normalSide == .debit ? balance : -balance
            if own < 0 {
                findings.add(
                    "account", account.path, "balance", book: "\(own)", journal: "I6: never negative")
            }
        }
        for (index, entry) in replay.overdrawn.sorted(by: { $0.value < $1.value }) {
            findings.add(
                "pledge", names.reference(at: index), "owed", book: "\(replay.pledges[index].owed)",
                journal: "I6: never negative", entry: entry)
        }
    }

    func note(payments: Int64) { paymentCount = payments }
}

extension JournalReplay {
    /// How many of each tier, promotion and add-on are held by pledges that are neither canceled nor dropped.
    var placesTaken: (tiers: [Int64], promotions: [Int64], addOns: [Int64]) {
        var taken = (
            tiers: [Int64](repeating: 0, count: tiers.words.count),
            promotions: [Int64](repeating: 0, count: promotions.words.count),
            addOns: [Int64](repeating: 0, count: words.words.count)
        )
        for pledge in pledges where pledge.entry > 0 {
            guard pledge.state == UInt8(PledgeState.placed.rawValue) else { continue }
            if pledge.tier >= 0 { taken.tiers[Int(pledge.tier)] &+= pledge.quantity }
            if pledge.promotion >= 0 { taken.promotions[Int(pledge.promotion)] &+= 1 }
            for line in lines(of: pledge) where line.kind == 1 {
                taken.addOns[Int(line.word)] &+= line.quantity
            }
        }
        return taken
    }
}

extension PledgeTotal {
    /// Which total it is, for people: the states of its pledges.
    fileprivate var place: String {
        "\(state), payment \(payment.map { "\($0)" } ?? "none"), gateway \(gateway), tier "
            + "\(tier.map(String.init) ?? "none"), paid \(paid)"
    }

    /// The same states with nothing in them.
    fileprivate var emptied: PledgeTotal {
        PledgeTotal(
            state: state, payment: payment, gateway: gateway, tier: tier, paid: paid, count: 0, quantity: 0,
            amount: 0)
    }
}

extension LineTotal {
    fileprivate var place: String { "\(kind == 1 ? "add-on" : "choice") \(id), \(state), paid \(paid)" }
}
