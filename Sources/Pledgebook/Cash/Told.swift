import Accounting
public import Crowdfunding
import Storage

/// What a person told us: one fact, in one or more entries that are taken back together.
///
/// The first entry's signed detail says what it is (`told=payout.47228`), the others say `of=` with its
/// number.
struct Told {
    let journal: JournalWriter
    var accounts: AccountGuard
    let day: CalendarDay
    let reference: String
    private(set) var first: Int64?
    private(set) var entries: [Int64] = []
    private let word: String

    /// - Parameters:
    ///   - word: What was told and its figure, for the first entry's detail.
    ///   - day: The day it is told of.
    ///   - reference: Its own reference outside, empty for none.
    ///   - journal: Where its entries go.
    /// - Throws: `SessionError`, `BookError`.
    init(_ word: String, day: CalendarDay, reference: String, to journal: JournalWriter) throws {
        self.journal = journal
        self.day = day
        self.reference = reference
        self.word = word
        accounts = try AccountGuard(journal.record, in: journal.records)
    }

    /// Writes one entry of the fact.
    ///
    /// - Throws: `SessionError.refused` where an account would become negative.
    mutating func write(
        _ kind: EntryKind, _ parts: EntryParts, pledge: PledgeRecord? = nil, instalment: Int = 1,
        run: String? = nil, detail: EntryDetail = EntryDetail()
    ) throws {
        try accounts.post(parts, as: kind)
        let mark = first.map { ("of", String($0)) } ?? ("told", word)
        let number = journal.write(
            kind, pledge: pledge.map { ($0.number, $0.reference) },
            instalment: pledge == nil ? 0 : instalment, run: run, day: day, parts: parts,
            reference: reference, detail: detail.adding(mark.0, mark.1))
        if first == nil { first = number }
        entries.append(number)
    }

    /// Writes the entry unless its amount is 0.
    mutating func write(_ kind: EntryKind, other amount: Int64, run: String? = nil) throws {
        if amount != 0 { try write(kind, EntryParts(other: amount), run: run) }
    }
}

extension Session {
    /// The day on which a fact happened: today where nobody says, never in the future or a locked month.
    func factDay(_ day: CalendarDay?, _ campaign: LoadedCampaign) throws -> CalendarDay {
        let today = campaign.day(of: now)
        guard let day else { return today }
        guard day <= today else { throw SessionError.dayInFuture(day, today: today) }
        try campaign.checkIsOpen(day)
        return day
    }

    /// Accepts a reference of 64 printable ASCII characters at most; it is signed and exported.
    func checkFactReference(_ reference: String) throws {
        guard reference.utf8.count <= 64, reference.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw SessionError.rule(
                "The reference has to be at most 64 letters, digits and signs without spaces, as a bank or "
                    + "platform gives it; never a name. Nothing was changed.", exit: .badInput)
        }
    }

    /// Accepts a reason that says something, of at most 2,000 bytes.
    func checkReason(_ reason: String) throws {
        guard reason.contains(where: { !$0.isWhitespace }), reason.utf8.count <= 2000 else {
            throw SessionError.rule("Say why, in at most 2,000 bytes, with --because.", exit: .usage)
        }
    }

    /// Accepts more than zero and at most `largestAmount`, in minor units.
    func checkAmount(_ amount: Int64, _ campaign: LoadedCampaign) throws {
        guard amount >= 1, amount <= largestAmount else {
            throw SessionError.rule(
                "\(campaign.money(amount)) cannot have moved: write more than zero and at most "
                    + "\(campaign.money(largestAmount)). Nothing was changed.", exit: .badInput)
        }
    }
}

extension JournalEntry {
    /// The units that it names, for people: `RED 3, BLUE 1`; `nil` where it names none.
    public var units: String? {
        let units = EntryDetail.units(in: detail)
        return units.isEmpty ? nil : units.map { "\($0.sku) \($0.units)" }.joined(separator: ", ")
    }
    /// The number of the first entry of the fact that it belongs to.
    var factNumber: Int64 { EntryDetail.value("of", in: detail).flatMap(Int64.init) ?? number }
    /// What a person told, where it is the first entry of that: `payout`, `supplier`, `payment`, `refund` ….
    var told: String? {
        EntryDetail.value("told", in: detail).map { String($0.prefix { $0 != "." }) }
    }
    /// Whether it is the first or a further entry of what a person told.
    var isOfToldFact: Bool { told != nil || EntryDetail.value("of", in: detail) != nil }
    /// The figure of what was told, minor units; negative where the processor took money from the bank.
    var toldAmount: Int64? {
        EntryDetail.value("told", in: detail).flatMap { text in
            text.firstIndex(of: ".").flatMap { Int64(text[text.index(after: $0)...]) }
        }
    }
}
