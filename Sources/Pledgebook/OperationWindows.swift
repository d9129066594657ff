import Accounting
import Crowdfunding
import Gateways
import Storage

/// A request that is about to be sent, or whose answer is about to be booked.
struct PendingRequest {
    var item: CollectionItem
    var operation: Operation
    /// As it stands with the operation open.
    var payment: Payment
    var left: PartsLeft
    var sentAt: Timestamp
}

/// Requests and what the gateway answered to each, side by side.
struct GatewayAnswers {
    var requests: [PendingRequest] = []
    /// As many as requests, in their order.
    var outcomes: [GatewayOutcome] = []

    var isEmpty: Bool { requests.isEmpty }

    mutating func append(_ request: PendingRequest, _ outcome: GatewayOutcome) {
        requests.append(request)
        outcomes.append(outcome)
    }

    mutating func append(_ others: GatewayAnswers) {
        requests += others.requests
        outcomes += others.outcomes
    }
}

/// Carries operations out in windows (payments.md): one transaction commits a window as open before it is
/// sent, one books its answers and may open the next window.
struct OperationWindows {
    let session: Session
    /// As it was read last.
    var known: LoadedCampaign
    var gateway: any PaymentGateway
    var count = SweepCount()
    /// Operations that the gateway was asked about.
    private(set) var asked = 0
    /// The chain's head after our last transaction: as long as it stands there, nobody else has changed what
    /// was read since.
    private var head: Int64 = 0

    init(_ session: Session, campaign: LoadedCampaign) throws {
        self.session = session
        known = campaign
        let gateway: any PaymentGateway =
            campaign.record.isRehearsal == true
            ? try RehearsalGateway(
                .realistic(seed: campaign.record.seed, fees: campaign.definition.fees),
                path: session.book.path + ".rehearsal")
            : RecordedGateway()
        self.gateway = session.interposed?(gateway) ?? gateway
    }

    /// The first part of every idempotency key.
    ///
    /// A rehearsal's leaves the book out, so that the same seed plays out the same in any book; its truth
    /// lies beside its book all the same.
    static func prefix(_ session: Session, _ campaign: LoadedCampaign) -> String {
        campaign.record.isRehearsal == true
            ? "rehearsal/\(campaign.record.id)" : "\(session.book.id)/\(campaign.record.id)"
    }

    /// Asks for `event` of every payment in scope, window by window.
    ///
    /// - Parameters:
    ///   - scope: Which payments are meant.
    ///   - request: What to ask of a payment, or `nil` to leave it. Pure.
    /// - Throws: `SessionError`, `BookError`, and what the gateway throws.
    mutating func sweep(
        _ scope: CollectionScope, request: (CollectionItem, Payment, LoadedCampaign) -> PaymentEvent?
    ) throws {
        var cursor: Int64 = 0
        var answered = GatewayAnswers()
        repeat {
            var pending: [PendingRequest] = []
            var isLast = false
            try session.book.write { records in
                let campaign = try session.reload(known, in: records)
                known = campaign
                let journal = try JournalWriter(session, record: campaign.record, in: records)
                try settle(answered, campaign, journal)
                let context = context(of: campaign)
                let isSingle = try !records.hasLaterPayments(campaign: campaign.record.number)
                while pending.isEmpty, !isLast {
                    let items = try records.collectionItems(
                        campaign: campaign.record.number, after: cursor, limit: gateway.window, scope)
                    isLast = items.count < gateway.window
                    cursor = items.last?.pledge ?? cursor
                    for var item in items.map(campaign.priced) {
                        guard let event = request(item, item.payment ?? item.unwritten, campaign) else {
                            continue
                        }
                        // A pledge of several payments is counted anew: the item knows one of them.
                        if !isSingle { item.counted = nil }
                        if let made = try ask(event, of: item, context, campaign, journal) {
                            pending.append(made)
                        }
                    }
                }
                try journal.append.open(pending.map(\.operation), at: session.now)
                try journal.finish()
                head = journal.lastNumber
            }
            answered = try perform(pending, resending: false)
            if isLast, answered.isEmpty { return }
            if isLast { cursor = .max }
        } while true
    }

    /// Asks for an event of one pledge's payment, or does without the gateway what needs none.
    ///
    /// - Parameters:
    ///   - pledge: The pledge's number.
    ///   - instalment: Which of its payments.
    ///   - reason: Why, for the session's row.
    ///   - request: Decides in the same transaction that opens the operation, and may write entries before
    ///     it; what it makes of the payment is what is asked.
    /// - Throws: What `request` throws; `SessionError`, `BookError`, and what the gateway throws.
    mutating func request(
        of pledge: Int64, instalment: Int = 1, because reason: String?,
        _ request: (inout CollectionItem, LoadedCampaign, JournalWriter) throws -> PaymentEvent?
    ) throws {
        var pending: [PendingRequest] = []
        try session.book.write { records in
            let campaign = try session.reload(known, in: records)
            known = campaign
            let journal = try JournalWriter(session, record: campaign.record, in: records)
            guard
                var item = try records.collectionItem(
                    campaign: campaign.record.number, pledge: pledge, instalment: instalment
                ).map(campaign.priced), let event = try request(&item, campaign, journal)
            else { return try journal.finish(reason: reason) }
            let context = context(of: campaign)
            if let made = try ask(event, of: item, context, campaign, journal) { pending.append(made) }
            try journal.append.open(pending.map(\.operation), at: session.now)
            try journal.finish(reason: reason)
        }
        let answered = try perform(pending, resending: false)
        guard !answered.isEmpty else { return }
        try session.book.write { records in
            let campaign = try session.reload(known, in: records)
            let journal = try JournalWriter(session, record: campaign.record, in: records)
            try settle(answered, campaign, journal)
            try journal.finish()
        }
    }

    /// Asks the gateway what became of everything that was left open or unknown, and sends again what it
    /// never saw.
    ///
    /// - Parameters:
    ///   - pledge: The number of the pledge whose operations are meant; `nil`: those of all.
    ///   - isMeant: Which of them to ask about.
    /// - Throws: `SessionError`, `BookError`, and what the gateway throws.
    mutating func resolve(
        of pledge: Int64? = nil, _ isMeant: (OperationRecord) -> Bool = { _ in true }
    ) throws {
        let found = try session.book.read { records -> [(OperationRecord, PendingRequest)] in
            let campaign = try session.reload(known, in: records)
            return try records.openOperations(campaign: campaign.record.number, pledge: pledge).filter(
                isMeant
            )
            .compactMap {
                guard
                    let item = try records.collectionItem(
                        campaign: campaign.record.number, pledge: $0.pledge, instalment: $0.instalment),
                    item.gateway == gateway.code
                else { return nil }
                return ($0, try resumed($0, campaign.priced(item), campaign, in: records))
            }
        }
        guard !found.isEmpty else { return }
        asked += found.count
        let campaign = known
        var answers = GatewayAnswers()
        var unsent: [PendingRequest] = []
        for (_, request) in found {
            let outcome = try gateway.find(
                request.operation, prefix: Self.prefix(session, campaign), at: session.now)
            let age = session.now.seconds - request.sentAt.seconds
            if outcome.answer == .notFound, age < gateway.keyLifetime {
                unsent.append(request)
            } else {
                answers.append(request, outcome)
            }
        }
        answers.append(try perform(unsent, resending: true))
        try session.book.write { records in
            let campaign = try session.reload(known, in: records)
            let journal = try JournalWriter(session, record: campaign.record, in: records)
            try settle(answers, campaign, journal)
            try journal.finish()
            for (operation, request) in found {
                let count = AskSchedule.asked(since: request.sentAt, at: session.now)
                try records.setAsked(operation, to: count, campaign: campaign.record.number)
            }
        }
    }

    /// What the rules need to know of the campaign and of this gateway.
    func context(of campaign: LoadedCampaign) -> PaymentContext {
        var context = campaign.paymentContext(at: session.now)
        context.multicapture = gateway.multicapture
        context.keyLifetime = gateway.keyLifetime
        return context
    }

    private mutating func perform(
        _ requests: [PendingRequest], resending: Bool
    ) throws -> GatewayAnswers {
        guard !requests.isEmpty else { return GatewayAnswers() }
        let outcomes = try gateway.perform(
            requests.map(\.operation), prefix: Self.prefix(session, known), currency: known.record.currency,
            at: session.now)
        return GatewayAnswers(requests: requests, outcomes: outcomes)
    }

    /// Applies a request: `nil` where it was done without the gateway.
    private mutating func ask(
        _ event: PaymentEvent, of item: CollectionItem, _ context: PaymentContext, _ campaign: LoadedCampaign,
        _ journal: JournalWriter
    ) throws -> PendingRequest? {
        var context = context
        context.due = item.price
        if item.instalment > 1 { context.retryWindowEnds = campaign.balanceSchedule(of: item)?.ends }
        let before = item.payment ?? item.unwritten
        var left = PartsLeft(due: item.parts)
        var history: [JournalEntry] = []
        if before.authorized > 0 || item.instalment > 1 {
            history = try journal.records.laterEntries(
                campaign: campaign.record.number, pledge: item.pledge
            ).map(\.entry)
            left = PartsLeft(due: item.parts, replaying: history)
            context.delivered = left.delivered(of: before)
        }
        let change = try before.applying(event, in: context)
        guard let open = change.payment.operation else {
            try book(change, of: item, &left, journal)
            count.add(change, item)
            return nil
        }
        let operation = Operation(
            pledge: item.pledge, reference: item.reference, instalment: item.instalment, kind: open.kind,
            attempt: item.nextAttempt(open.kind), amount: open.amount, method: item.method,
            target: before.authorized > 0 ? target(of: item.instalment, in: history) : "")
        let keepsRow = item.payment == nil
        try book(change, of: item, &left, journal, detail: operation.detail, keepsRow: keepsRow)
        var item = item
        if !keepsRow { item.counted = item.counted?.paying(change.payment) }
        return PendingRequest(
            item: item, operation: operation, payment: change.payment, left: left, sentAt: session.now)
    }

    private mutating func settle(
        _ answers: GatewayAnswers, _ campaign: LoadedCampaign, _ journal: JournalWriter
    ) throws {
        let settled = try SettledWindow(
            answers, campaign, keyLifetime: gateway.keyLifetime, multicapture: gateway.multicapture,
            isUnmoved: campaign.record.head == head,
            signer: journal.signer)
        count += settled.count
        try journal.flush()
        try settled.write(
            with: journal.append, at: session.now, journal.records, campaign: journal.record.number)
    }

    /// Writes the entries of a change that needs no gateway, or of its request.
    private func book(
        _ change: PaymentChange, of item: CollectionItem, _ left: inout PartsLeft, _ journal: JournalWriter,
        detail: EntryDetail = EntryDetail(), keepsRow: Bool = false
    ) throws {
        for ended in try change.write(
            of: item, &left, with: journal.signer, reference: "", detail: detail, keepsRow: keepsRow)
        {
            try journal.records.end(item.pledge, as: ended, campaign: journal.record.number)
        }
    }

    /// The charge that a refund, capture or void is about: what the gateway called it.
    private func target(of instalment: Int, in history: [JournalEntry]) -> String {
        let kinds: [EntryKind] = [.captured, .capturedAfterSuccess, .authorized]
        let charges = history.filter {
            kinds.contains($0.kind) && $0.reverses == nil && $0.instalment == instalment
        }
        // What a person told is known to the gateway by no reference of its own.
        let own = charges.last { EntryDetail.value("op", in: $0.detail) != nil }
        return (own ?? charges.last)?.reference ?? ""
    }

    private func resumed(
        _ operation: OperationRecord, _ item: CollectionItem, _ campaign: LoadedCampaign, in records: Records
    ) throws -> PendingRequest {
        let entries = try records.entries(campaign: campaign.record.number, pledge: item.pledge).map(\.entry)
        var payment = item.payment ?? item.unwritten
        // Whoever sent it is gone: nobody knows.
        let state: OperationState = operation.state == .open ? .unknown : operation.state
        payment.operation = OpenOperation(operation.kind, amount: operation.amount, state: state)
        return PendingRequest(
            item: item,
            operation: Operation(
                pledge: item.pledge, reference: item.reference, instalment: operation.instalment,
                kind: operation.kind, attempt: operation.attempt, amount: operation.amount,
                method: item.method,
                target: target(of: operation.instalment, in: entries)),
            payment: payment, left: PartsLeft(due: item.parts, replaying: entries), sentAt: operation.at)
    }
}

/// A window whose answers are signed and gathered, ready to be written.
struct SettledWindow {
    private(set) var ends: [(operation: Operation, state: OperationState)] = []
    private(set) var ended: [(pledge: Int64, state: PledgeState)] = []
    private(set) var count = SweepCount()

    /// Applies the answers and signs what they bring; pure but for the signer.
    ///
    /// `isUnmoved`: nobody has changed the pledges since they were read.
    init(
        _ answers: GatewayAnswers, _ campaign: LoadedCampaign, keyLifetime: Int64,
        multicapture: Bool = false, isUnmoved: Bool, signer: EntrySigner
    ) throws {
        ends.reserveCapacity(answers.requests.count)
        var context = campaign.paymentContext(at: signer.at)
        context.keyLifetime = keyLifetime
        context.multicapture = multicapture
        for index in answers.requests.indices {
            let request = answers.requests[index]
            // What makes no sense is neither success nor failure: the gateway is asked again.
            let told = answers.outcomes[index]
            let outcome = told.isSound ? told : GatewayOutcome(.unknown)
            context.due = request.item.price
            context.currencyMatches = true
            if case .done(_, let currency, _, _) = outcome.answer {
                context.currencyMatches = currency == campaign.record.currency.code
            }
            let event = PaymentEvent(outcome.answer, to: request.operation.kind, sentAt: request.sentAt)
            let change = try request.payment.applying(event, in: context)
            var left = request.left
            var item = request.item
            if !isUnmoved { item.counted = nil }
            let states = try change.write(
                of: item, &left, with: signer, reference: outcome.reference,
                detail: request.operation.detail, keepsRow: false)
            for state in states { ended.append((request.item.pledge, state)) }
            count.add(change, request.item)
            ends.append((request.operation, change.answered ?? change.payment.operation?.state ?? .open))
        }
    }

    /// Writes what became of the operations and of pledges that ended; the signed entries are written by
    /// others.
    func write(with append: BulkAppend, at now: Timestamp, _ records: Records, campaign: Int64) throws {
        for (pledge, state) in ended { try records.end(pledge, as: state, campaign: campaign) }
        try append.settle(ends, at: now)
    }
}

extension PaymentChange {
    /// Signs the entries of a change and holds the payment as it now stands.
    ///
    /// - Returns: The states that the pledge itself moves to: dropped or canceled.
    func write(
        of item: CollectionItem, _ left: inout PartsLeft, with signer: EntrySigner, reference: String,
        detail: EntryDetail, keepsRow: Bool
    ) throws -> [PledgeState] {
        var ended: [PledgeState] = []
        for booking in bookings {
            var parts = try left.take(booking)
            if booking.isReversal { parts = -parts }
            var detail = detail
            if booking.pool == .none, booking.amount > 0 { detail.add("amt", booking.amount) }
            if booking.kind == .authorized { detail.add(holdUntil: payment.captureBefore) }
            signer.write(
                booking.kind, pledge: (item.pledge, item.reference), instalment: item.instalment,
                parts: parts,
                reference: reference,
                detail: detail)
            if booking.kind == .dropped { ended.append(.dropped) }
            if booking.kind == .canceled { ended.append(.canceled) }
        }
        // A charge that is only open says so in its operation; its payment row comes with the answer.
        // A pledge that ends is moved in the totals by its new state; its payment is then counted as found.
        if !keepsRow {
            signer.put(
                payment, pledge: item.pledge, instalment: Int64(item.instalment),
                counted: ended.isEmpty ? item.counted : nil)
        }
        return ended
    }
}

extension EntryDetail {
    /// Adds until when a hold can be captured.
    mutating func add(holdUntil captureBefore: Timestamp?) {
        if let captureBefore { add("until", captureBefore.seconds) }
    }
}

extension Records {
    /// Moves a pledge to its end and gives back the places that it held.
    func end(_ pledge: Int64, as state: PledgeState, campaign: Int64) throws {
        try setState(of: pledge, to: state, campaign: campaign)
        try releasePlaces(of: pledge, campaign: campaign)
    }
}

extension Operation {
    /// What the signed detail of an entry says of the operation that it stands on: kind and attempt.
    var detail: EntryDetail { EntryDetail().adding("op", "\(kind.rawValue).\(attempt)") }
}
