import Accounting
import Crowdfunding
import Storage

/// Whom to charge and how much; `nil` leaves the payment.
///
/// Pure.
typealias ChargeRule = @Sendable (CollectionItem, Payment, LoadedCampaign) -> Int64?

/// Requests for the next pledges of a sweep, as those stood when `head` was the chain's head.
struct ChargePage {
    var requests: [PendingRequest] = []
    /// The pledges that were looked at for it.
    var range: ClosedRange<Int64>?
    var head: Int64 = 0

    /// Payments that have a row say in it that they are being charged; the others get theirs with the answer.
    var rows: AppendBatch {
        var batch = AppendBatch()
        batch.payments = requests.filter { $0.item.payment != nil }.map {
            PaymentRow(pledge: $0.operation.pledge, payment: $0.payment)
        }
        return batch
    }
}

/// Reads the pledges of a sweep page by page on a connection of its own, ahead of the thread that writes.
final class ChargeReader: @unchecked Sendable {
    // Touched by one thread at a time: the worker while it runs, else the one that waits for it.
    private let reader: BookReader
    private let session: Session
    private let campaign: LoadedCampaign
    private let scope: CollectionScope
    private let rule: ChargeRule
    private let window: Int
    private var cursor: Int64? = 0

    init(
        _ session: Session, _ campaign: LoadedCampaign, _ scope: CollectionScope, window: Int,
        rule: @escaping ChargeRule
    ) throws {
        reader = try session.book.reader()
        self.session = session
        self.campaign = campaign
        self.scope = scope
        self.rule = rule
        self.window = window
    }

    /// The next page that has anything to charge; an empty one at the end.
    func next() throws -> ChargePage {
        var page = ChargePage()
        while page.requests.isEmpty, let after = cursor {
            page = try reader.read { try read(after: after, limit: window, in: $0) }
            cursor = page.range.map(\.upperBound)
        }
        return page
    }

    /// The same pledges as they stand now.
    func again(_ page: ChargePage, in records: Records) throws -> ChargePage {
        guard let range = page.range else { return page }
        var fresh = try read(after: range.lowerBound - 1, limit: window, in: records)
        fresh.requests.removeAll { !range.contains($0.operation.pledge) }
        return fresh
    }

    private func read(after number: Int64, limit: Int, in records: Records) throws -> ChargePage {
        let campaign = try session.reload(campaign, in: records)
        let items = try records.collectionItems(
            campaign: campaign.record.number, after: number, limit: limit, scope)
        var page = ChargePage(head: campaign.record.head)
        if let first = items.first?.pledge, let last = items.last?.pledge { page.range = first...last }
        var context = campaign.paymentContext(at: session.now)
        page.requests.reserveCapacity(items.count)
        for item in items.map(campaign.priced) {
            guard let due = rule(item, item.payment ?? item.unwritten, campaign) else { continue }
            context.due = item.price
            page.requests.append(try request(due, of: item, in: context))
        }
        return page
    }

    /// T03: the operation is the reservation; nothing is booked before it is answered.
    private func request(
        _ amount: Int64, of item: CollectionItem, in context: PaymentContext
    ) throws -> PendingRequest {
        let change = try (item.payment ?? item.unwritten).applying(.charge(amount), in: context)
        let operation = Operation(
            pledge: item.pledge, reference: item.reference, instalment: 1, kind: .charge,
            attempt: item.nextAttempt(.charge), amount: amount, method: item.method, target: "")
        var item = item
        if item.payment != nil { item.counted = item.counted?.paying(change.payment) }
        return PendingRequest(
            item: item, operation: operation, payment: change.payment, left: PartsLeft(due: item.parts),
            sentAt: session.now)
    }
}

/// Talks to the gateway, signs what it answers and reads ahead on one thread, while another writes the window
/// before and opens the window after.
///
/// A charge books nothing before it is answered, so the chain belongs to this side alone.
///
/// Its results are read after its thread has ended.
final class ChargeWindow: @unchecked Sendable {
    private(set) var gateway: any PaymentGateway
    private(set) var answered: AnsweredWindow?
    private(set) var page = ChargePage()
    private(set) var failure: (any Error)?
    private let requests: [PendingRequest]
    private let campaign: LoadedCampaign
    private let prefix: String
    private let signer: EntrySigner
    private let reader: ChargeReader

    init(
        _ requests: [PendingRequest], gateway: any PaymentGateway, campaign: LoadedCampaign, prefix: String,
        signer: EntrySigner, reader: ChargeReader
    ) {
        self.requests = requests
        self.gateway = gateway
        self.campaign = campaign
        self.prefix = prefix
        self.signer = signer
        self.reader = reader
    }

    func run() {
        do {
            let outcomes = try gateway.perform(
                requests.map(\.operation), prefix: prefix, currency: campaign.record.currency, at: signer.at)
            answered = try AnsweredWindow(
                GatewayAnswers(requests: requests, outcomes: outcomes), campaign,
                keyLifetime: gateway.keyLifetime, isUnmoved: true, signer: signer)
            page = try reader.next()
        } catch {
            failure = error
        }
    }
}

/// A window that is answered and signed, to be written in the next transaction.
struct AnsweredWindow {
    let answers: GatewayAnswers
    let settled: SettledWindow
    let batch: AppendBatch
    /// The number of the entry that its signatures follow.
    let start: Int64
    let end: ChainEnd

    init(
        _ answers: GatewayAnswers, _ campaign: LoadedCampaign, keyLifetime: Int64,
        isUnmoved: Bool, signer: EntrySigner
    ) throws {
        self.answers = answers
        start = signer.lastNumber
        settled = try SettledWindow(
            answers, campaign, keyLifetime: keyLifetime, isUnmoved: isUnmoved, signer: signer)
        batch = signer.takeBatch()
        end = signer.chainEnd()
    }
}
