import Accounting
import Crowdfunding
import Gateways
import Storage

/// A request that is about to be sent, or whose answer is about to be booked.
///
/// Handed from one thread to the other as it is: it is large, and there are thousands in a window.
final class PendingRequest {
    var item: CollectionItem
    let operation: Operation
    /// As it stands with the operation open.
    var payment: Payment
    var left: PartsLeft
    let sentAt: Timestamp

    init(
        item: CollectionItem, operation: Operation, payment: Payment, left: PartsLeft, sentAt: Timestamp
    ) {
        self.item = item
        self.operation = operation
        self.payment = payment
        self.left = left
        self.sentAt = sentAt
    }
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
            if let made = try ask(event, of: item, campaign, journal) { pending.append(made) }
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

    /// Asks for an event of a payment in the transaction that is under way.
    ///
    /// - Returns: What is to be sent; `nil` where it was done without the gateway.
    private mutating func ask(
        _ event: PaymentEvent, of item: CollectionItem, _ campaign: LoadedCampaign, _ journal: JournalWriter
    ) throws -> PendingRequest? {
        let number = journal.record.number
        var item = item
        // Entries may have been written since it was read.
        item.history = try journal.records.laterEntries(campaign: number, pledge: item.pledge).map(\.entry)
        let asked = try AskedPayment(
            event, of: item, campaign, context(of: campaign), signer: journal.signer)
        for state in asked.ended { try journal.records.end(item.pledge, as: state, campaign: number) }
        if asked.request == nil { count.add(asked.change, item) }
        return asked.request
    }

    private mutating func settle(
        _ answers: GatewayAnswers, _ campaign: LoadedCampaign, _ journal: JournalWriter
    ) throws {
        let settled = try SettledWindow(
            answers, campaign, context(of: campaign), isUnmoved: false, signer: journal.signer)
        count += settled.count
        try journal.flush()
        try settled.write(
            with: journal.append, at: session.now, journal.records, campaign: journal.record.number,
            isWindow: false)
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
                target: AskedPayment.target(of: operation.instalment, in: entries)),
            payment: payment, left: PartsLeft(due: item.parts, replaying: entries), sentAt: operation.at)
    }
}
