import Accounting
import Crowdfunding
import Storage

/// Talks to the gateway and signs what it answers on one thread, while another writes the window before and
/// opens the window after.
///
/// A charge books nothing before it is answered, so the chain belongs to this side alone.
///
/// Its results are read after its thread has ended.
private final class ChargeWindow: @unchecked Sendable {
    private(set) var gateway: any PaymentGateway
    private(set) var settled: SettledWindow?
    private(set) var batch = AppendBatch()
    private(set) var end: ChainEnd
    private(set) var failure: (any Error)?
    private let requests: [PendingRequest]
    private let campaign: LoadedCampaign
    private let prefix: String
    private let signer: EntrySigner

    init(
        _ requests: [PendingRequest], gateway: any PaymentGateway, campaign: LoadedCampaign, prefix: String,
        signer: EntrySigner
    ) {
        self.requests = requests
        self.gateway = gateway
        self.campaign = campaign
        self.prefix = prefix
        self.signer = signer
        end = signer.chainEnd
    }

    func run() {
        do {
            let outcomes = try gateway.perform(
                requests.map(\.operation), prefix: prefix, currency: campaign.record.currency, at: signer.at)
            settled = try SettledWindow(
                Array(zip(requests, outcomes)), campaign, keyLifetime: gateway.keyLifetime, signer: signer)
            batch = signer.takeBatch()
            end = signer.chainEnd
        } catch {
            failure = error
        }
    }
}

/// A window that is answered and signed, to be written in the next transaction.
private struct AnsweredWindow {
    var settled: SettledWindow
    var batch: AppendBatch
    var end: ChainEnd
}

extension OperationWindows {
    /// Charges what is in scope, window by window, with two windows under way: one at the gateway, one at the
    /// database.
    ///
    /// - Parameters:
    ///   - scope: Which payments are meant.
    ///   - amount: What to charge, or `nil` to leave the payment. Pure.
    /// - Throws: `SessionError`, `BookError`, and what the gateway throws.
    mutating func charge(
        _ scope: CollectionScope, amount: (CollectionItem, Payment, LoadedCampaign) -> Int64?
    ) throws {
        let start = try session.campaign(known.record.id)
        let signer = try session.book.read { records in
            try session.checkClock(start.record, in: records)
            return try EntrySigner(session, record: start.record, in: records)
        }
        var cursor: Int64 = 0
        var answered: AnsweredWindow?
        var pending = try open(after: &cursor, scope, writing: nil, amount)
        while !pending.isEmpty {
            let window = ChargeWindow(
                pending, gateway: gateway, campaign: start, prefix: Self.prefix(session, start),
                signer: signer)
            let worker = try Worker { window.run() }
            let next = Result { try open(after: &cursor, scope, writing: answered, amount) }
            worker.join()
            gateway = window.gateway
            answered = nil
            pending = try next.get()
            if let failure = window.failure { throw failure }
            guard let settled = window.settled else { continue }
            count += settled.count
            answered = AnsweredWindow(settled: settled, batch: window.batch, end: window.end)
        }
        if answered != nil { _ = try open(after: &cursor, scope, writing: answered) { _, _, _ in nil } }
    }

    /// One transaction: writes a window's answers, and opens the next window that has anything to charge.
    private func open(
        after cursor: inout Int64, _ scope: CollectionScope, writing answered: AnsweredWindow?,
        _ amount: (CollectionItem, Payment, LoadedCampaign) -> Int64?
    ) throws -> [PendingRequest] {
        var next = cursor
        var pending: [PendingRequest] = []
        try session.book.write { records in
            let campaign = try session.reload(known, in: records)
            let append = try BulkAppend(records, campaign: campaign.record.number)
            if let answered {
                try append.append(answered.batch)
                try answered.settled.write(
                    with: append, at: session.now, records, campaign: campaign.record.number)
            }
            var context = campaign.paymentContext(at: session.now)
            while pending.isEmpty, next < .max {
                let items = try records.collectionItems(
                    campaign: campaign.record.number, after: next, limit: gateway.window, scope)
                next = items.count < gateway.window ? .max : items.last?.pledge ?? .max
                for item in items {
                    guard let due = amount(item, item.payment ?? item.untouched, campaign) else { continue }
                    context.due = item.parts.amount
                    pending.append(try chargeRequest(due, of: item, in: context))
                }
            }
            try append.open(pending.map(\.operation), at: session.now)
            try append.finish()
            guard let answered, answered.end.number > campaign.record.head else { return }
            try records.moveHead(of: campaign.record, to: answered.end.number, tag: answered.end.tag)
            try session.leaveRow(
                campaign: campaign.record.number, first: campaign.record.head + 1, last: answered.end.number,
                nil,
                in: records)
            if answered.batch.movesUnits { try session.keepCovered(campaign.record, in: records) }
        }
        cursor = next
        return pending
    }

    /// T03: the operation is the reservation; nothing is booked before it is answered.
    private func chargeRequest(
        _ amount: Int64, of item: CollectionItem, in context: PaymentContext
    ) throws -> PendingRequest {
        let change = try (item.payment ?? item.untouched).applying(.charge(amount), in: context)
        let operation = Operation(
            pledge: item.pledge, reference: item.reference, instalment: 1, kind: .charge,
            attempt: item.nextAttempt(.charge), amount: amount, method: item.method, target: "")
        return PendingRequest(
            item: item, operation: operation, payment: change.payment, left: PartsLeft(due: item.parts),
            sentAt: session.now)
    }
}
