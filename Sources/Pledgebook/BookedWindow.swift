import Accounting
import Crowdfunding
import Storage

/// What is asked of a payment, signed: a request for the gateway, or what was done without it.
struct AskedPayment {
    let change: PaymentChange
    /// What is to be sent; `nil` where the change needs no gateway.
    let request: PendingRequest?
    /// The states that the pledge itself moves to.
    let ended: [PledgeState]

    /// - Parameters:
    ///   - event: What is asked.
    ///   - item: The pledge, its payment, and what has happened to it.
    ///   - campaign: As it stands.
    ///   - context: What the rules need to know; what is due is put in.
    ///   - signer: Signs what the request brings.
    /// - Throws: `PaymentRefusal`.
    init(
        _ event: PaymentEvent, of item: CollectionItem, _ campaign: LoadedCampaign,
        _ context: PaymentContext, signer: EntrySigner
    ) throws {
        var context = context
        context.due = item.price
        if item.instalment > 1 { context.retryWindowEnds = campaign.balanceSchedule(of: item)?.ends }
        let before = item.payment ?? item.unwritten
        var left = PartsLeft(due: item.parts)
        if item.needsHistory(item.payment) {
            left = PartsLeft(due: item.parts, replaying: item.history)
            context.delivered = left.delivered(of: before)
        }
        change = try before.applying(event, in: context)
        guard let open = change.payment.operation else {
            ended = try change.write(
                of: item, &left, with: signer, reference: "", detail: EntryDetail(), keepsRow: false)
            request = nil
            return
        }
        let operation = Operation(
            pledge: item.pledge, reference: item.reference, instalment: item.instalment, kind: open.kind,
            attempt: item.nextAttempt(open.kind), amount: open.amount, method: item.method,
            target: before.authorized > 0 ? Self.target(of: item.instalment, in: item.history) : "")
        // A charge that is only open says so in its operation; its payment row comes with the answer.
        let keepsRow = item.payment == nil
        let detail = change.bookings.isEmpty ? EntryDetail() : operation.detail
        ended = try change.write(
            of: item, &left, with: signer, reference: "", detail: detail, keepsRow: keepsRow)
        var item = item
        item.history = []
        if !keepsRow { item.counted = item.counted?.paying(change.payment) }
        request = PendingRequest(
            item: item, operation: operation, payment: change.payment, left: left, sentAt: signer.at)
    }

    /// The charge that a refund, capture or void is about: what the gateway called it.
    static func target(of instalment: Int, in history: [JournalEntry]) -> String {
        let kinds: [EntryKind] = [.captured, .capturedAfterSuccess, .authorized]
        let charges = history.filter {
            kinds.contains($0.kind) && $0.reverses == nil && $0.instalment == instalment
        }
        // What a person told is known to the gateway by no reference of its own.
        let own = charges.last { EntryDetail.value("op", in: $0.detail) != nil }
        return (own ?? charges.last)?.reference ?? ""
    }
}

/// A window whose answers are signed and gathered, ready to be written.
struct SettledWindow {
    private var ends: [OperationEnd] = []
    private var ended: [(pledge: Int64, state: PledgeState)] = []
    private(set) var count = SweepCount()

    /// Applies the answers and signs what they bring; pure but for the signer.
    ///
    /// `isUnmoved`: nobody has changed the pledges since they were read.
    init(
        _ answers: GatewayAnswers, _ campaign: LoadedCampaign, _ context: PaymentContext, isUnmoved: Bool,
        signer: EntrySigner
    ) throws {
        ends.reserveCapacity(answers.requests.count)
        var context = context
        var details = OperationDetails()
        for (index, request) in answers.requests.enumerated() {
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
            if !isUnmoved { request.item.counted = nil }
            let states = try change.write(
                of: request.item, &left, with: signer, reference: outcome.reference,
                detail: details.detail(of: request.operation), keepsRow: false)
            for state in states { ended.append((request.item.pledge, state)) }
            count.add(change, request.item)
            ends.append(
                OperationEnd(
                    request.operation, change.answered ?? change.payment.operation?.state ?? .open,
                    sentAt: request.sentAt, isTold: change.tells(of: request.operation)))
        }
    }

    /// Writes what became of the operations and of pledges that ended; the signed entries are written by
    /// others.
    ///
    /// `isWindow`: the operations were opened as one window, and these are all of them.
    func write(
        with append: BulkAppend, at now: Timestamp, _ records: Records, campaign: Int64, isWindow: Bool
    ) throws {
        for (pledge, state) in ended { try records.end(pledge, as: state, campaign: campaign) }
        try isWindow ? append.settleWindow(ends, at: now) : append.settle(ends, at: now)
    }
}

extension PaymentChange {
    /// Whether the one entry that books the answer says all there is to say of the operation.
    fileprivate func tells(of operation: Operation) -> Bool {
        guard answered == .succeeded, bookings.count == 1, let booking = bookings.first else { return false }
        return booking.kind.tellsOfOperation && !booking.isReversal && booking.amount == operation.amount
    }

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

/// The signed details of a window's entries: most operations are of one kind and attempt.
private struct OperationDetails {
    private var last: (kind: OperationKind, attempt: Int, detail: EntryDetail)?

    mutating func detail(of operation: Operation) -> EntryDetail {
        if let last, last.kind == operation.kind, last.attempt == operation.attempt { return last.detail }
        let detail = operation.detail
        last = (operation.kind, operation.attempt, detail)
        return detail
    }
}

extension Operation {
    /// What the signed detail of an entry says of the operation that it stands on: kind and attempt.
    var detail: EntryDetail { EntryDetail().adding("op", "\(kind.rawValue).\(attempt)") }
}
