public import Accounting
public import Crowdfunding
import Parsing
public import Receipts
public import Storage

/// One command at work on a book: which book, with which key, at what time, by whom.
///
/// Every operation is an extension of it, one a file: load, decide, sign, append.
public struct Session: Sendable {
    /// The book.
    public let book: Book
    /// `nil`: the book can be read and reported on, not written.
    public let master: MasterKey?
    /// The clock, read once.
    public let now: Timestamp
    /// Who ran the command; kept in the book, not in the journal.
    public let operatorName: String
    /// The program's version.
    public let version: String
    /// The command's words, without personal data.
    public let command: String
    /// Stands between the engine and its gateway, for tests that break one.
    var interposed: (@Sendable (any PaymentGateway) -> any PaymentGateway)?

    /// A session on an open book.
    public init(
        book: Book, master: MasterKey?, now: Timestamp, operatorName: String, version: String, command: String
    ) {
        self.book = book
        self.master = master
        self.now = now
        self.operatorName = operatorName
        self.version = version
        self.command = command
    }

    /// How far the clock may stand before the last entry, in seconds.
    static let clockTolerance: Int64 = 300
}

/// What an operation refuses, beyond the rules of the trade.
public enum SessionError: UserFacingError, Equatable {
    case noCampaign
    case unknownCampaign(String, known: [String])
    case severalCampaigns([String])
    case campaignExists(String)
    case keyMissing
    case wrongKey(campaign: String)
    case clockBehind(now: Timestamp, last: Timestamp)
    case definitionUnreadable(campaign: String)
    case noThread
    case notYet(String)
    case refused(String)
    case dayInFuture(CalendarDay, today: CalendarDay)
    case dayIsLocked(CalendarDay, firstOpen: CalendarDay)
    case unknownPledge(String)
    case severalPledges(String, [String])
    case gatewayBusy(campaign: String)
    case rule(String, exit: ExitStatus)

    /// What happened and what to do.
    public var message: String {
        switch self {
        case .noCampaign:
            "The book has no campaign yet. Launch one with `pledgebook campaign launch FILE`."
        case .unknownCampaign(let id, let known):
            "The book has no campaign \(id). "
                + (known.isEmpty
                    ? "It has none yet: `pledgebook campaign launch FILE`."
                    : "It has: \(known.joined(separator: ", ")).")
        case .severalCampaigns(let ids):
            "Several campaigns are under way. Name one with --campaign: \(ids.joined(separator: ", "))."
        case .campaignExists(let id):
            "The campaign \(id) was launched already. Change it with `pledgebook campaign amend FILE`."
        case .keyMissing:
            "The key file is missing, and nothing can be signed without it. Name it with PLEDGEBOOK_KEY_FILE "
                + "or --key-file."
        case .wrongKey(let campaign):
            "The key file is not the one that signed \(campaign). Name the right one with --key-file. "
                + "Nothing was changed."
        case .clockBehind(let now, let last):
            "The clock says \(now), but the journal was written to at \(last). Set the clock right, or say "
                + "--at TIME."
        case .definitionUnreadable(let campaign):
            "The definition of \(campaign) cannot be read by this version. Use the version that launched it."
        case .noThread: "The system gave no thread. Nothing was changed; say it again."
        case .notYet(let text), .refused(let text), .rule(let text, _): text
        case .dayInFuture(let day, let today):
            "\(day) is in the future: today is \(today). A fact is dated on the day on which it happened."
        case .dayIsLocked(let day, let firstOpen):
            "\(day) lies in a locked month; the first open day is \(firstOpen). Say --on \(firstOpen), or "
                + "a later "
                + "day. Nothing was changed."
        case .unknownPledge(let who):
            "Nobody and no pledge is known as “\(who)”. See `pledgebook pledge list`."
        case .severalPledges(let who, let references):
            "“\(who)” is more than one pledge: \(references.joined(separator: ", ")). Name one."
        case .gatewayBusy(let campaign):
            "Another command is talking to the gateway for \(campaign). Say it again when that has ended."
        }
    }

    /// Usage, bad input, a refusal, or a fault.
    public var exitCode: ExitStatus {
        switch self {
        case .noCampaign, .unknownCampaign, .keyMissing, .wrongKey, .unknownPledge, .dayInFuture: .badInput
        case .severalCampaigns, .severalPledges: .usage
        case .campaignExists, .clockBehind, .dayIsLocked, .notYet, .refused, .gatewayBusy: .refused
        case .definitionUnreadable, .noThread: .fault
        case .rule(_, let exit): exit
        }
    }
}

/// A campaign with the definitions that were in force.
public struct LoadedCampaign: Sendable {
    /// The book's row.
    public var record: CampaignRecord
    /// The definition in force.
    public var definition: CampaignDefinition
    /// All that were, oldest first; the last is in force.
    public var history: [DefinitionInForce]

    /// Its id, for example `aurora-lamp`.
    public var id: CampaignID { record.id }

    /// The currency of all its figures.
    public var currency: Currency { record.currency }

    /// The day on which a moment falls in the campaign's zone.
    public func day(of moment: Timestamp) -> CalendarDay { record.offsets.day(of: moment) }

    /// The definition that was in force at a moment; before the launch, the first.
    func definition(at moment: Timestamp) -> CampaignDefinition {
        (history.last { $0.from <= moment } ?? history.first)?.definition ?? definition
    }

    /// The last moment at which a failed charge is tried again.
    public var retryWindowEnds: Timestamp? {
        guard let closed = record.closedAt else { return nil }
        let start = record.isRehearsal == true ? max(closed, definition.closesAt) : definition.closesAt
        return start.adding(seconds: Int64(definition.prepayment.retryDays) * 86_400)
    }

    /// What the payment rules need to know of the campaign.
    func paymentContext(at now: Timestamp) -> PaymentContext {
        var context = PaymentContext(
            currency: record.currency, campaign: record.state,
            collectsOnPledge: definition.prepayment.collect == .onPledge, now: now)
        context.retryWindowEnds = retryWindowEnds
        return context
    }

    /// Money in the campaign's currency.
    public func money(_ minorUnits: Int64) -> Money {
        Money(minorUnits: minorUnits, currency: record.currency)
    }
}

extension Session {
    /// The campaign of that id; without one, the only campaign that is not over.
    public func campaign(_ id: CampaignID?, in records: Records) throws -> LoadedCampaign {
        let all = try records.campaigns()
        guard let id else {
            if all.isEmpty { throw SessionError.noCampaign }
            let open = all.filter { ![.finished, .unfunded, .canceled].contains($0.state) }
            let candidates = open.isEmpty ? all : open
            guard candidates.count == 1 else {
                throw SessionError.severalCampaigns(candidates.map(\.id.rawValue))
            }
            return try load(candidates[0], in: records)
        }
        guard let record = all.first(where: { $0.id == id }) else {
            throw SessionError.unknownCampaign(id.rawValue, known: all.map(\.id.rawValue))
        }
        return try load(record, in: records)
    }

    /// Reads a campaign from a state of the book of its own.
    public func campaign(_ id: CampaignID?) throws -> LoadedCampaign {
        try book.read { try campaign(id, in: $0) }
    }

    /// The campaign as it stands now; the definitions are read again only when they changed.
    func reload(_ campaign: LoadedCampaign, in records: Records) throws -> LoadedCampaign {
        guard let record = try records.campaign(campaign.record.id) else { throw SessionError.noCampaign }
        guard record.definition == campaign.record.definition else { return try load(record, in: records) }
        var fresh = campaign
        fresh.record = record
        return fresh
    }

    func load(_ record: CampaignRecord, in records: Records) throws -> LoadedCampaign {
        let history = try records.definitions(campaign: record.number).map { from, text in
            DefinitionInForce(from: from, definition: try definition(text, of: record))
        }
        guard let last = history.last else {
            throw SessionError.definitionUnreadable(campaign: record.id.rawValue)
        }
        return LoadedCampaign(record: record, definition: last.definition, history: history)
    }

    func definition(_ text: String, of record: CampaignRecord) throws -> CampaignDefinition {
        // The zone was known at launch, and its offsets are in the book.
        guard case .success(let document) = JSONDocument.parse(Array(text.utf8), file: record.id.rawValue),
            let definition = try? CampaignReader.read(document, isKnownZone: { _ in true })
        else { throw SessionError.definitionUnreadable(campaign: record.id.rawValue) }
        return definition
    }

    /// The key that signs a campaign's next entry.
    func signingKey(_ record: CampaignRecord, in records: Records) throws -> SigningKey {
        guard let master else { throw SessionError.keyMissing }
        let epoch = try records.epochs(campaign: record.number).last
        let key = SigningKey(master: master, book: book.id, campaign: record.id, epoch: epoch?.number ?? 1)
        if let epoch, epoch.keyCheck != key.keyCheck {
            throw SessionError.wrongKey(campaign: record.id.rawValue)
        }
        return key
    }

    func checkClock(_ record: CampaignRecord, in records: Records) throws {
        guard let last = try records.lastEntryTime(campaign: record.number) else { return }
        guard now.adding(seconds: Self.clockTolerance) >= last else {
            throw SessionError.clockBehind(now: now, last: last)
        }
    }
}
