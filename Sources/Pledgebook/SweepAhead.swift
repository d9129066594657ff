import Accounting
import Crowdfunding
import Receipts
import Storage

/// What to ask of a payment; `nil` leaves it.
///
/// Pure.
typealias SweepRule = @Sendable (CollectionItem, Payment, LoadedCampaign) -> PaymentEvent?

/// What is wanted of the next payments of a sweep, as those stood when they were read.
struct SweepPage {
    /// One payment, and what is wanted of it.
    struct Wish {
        var item: CollectionItem
        var event: PaymentEvent
    }

    var wishes: [Wish] = []
    /// The campaign as it stood; `nil` for a page of nothing.
    var campaign: LoadedCampaign?
    /// The pledges that were looked at for it.
    fileprivate var range: ClosedRange<Int64>?
    fileprivate var reader: SweepReader?

    /// The same payments as they stand now.
    func again(in records: Records) throws -> SweepPage {
        guard let reader, let range else { return self }
        return try reader.read(range, in: records)
    }
}

/// Reads the pledges of a sweep page by page on a connection of its own, ahead of what is written.
final class SweepReader: @unchecked Sendable {
    // Pages carry it to the other thread and back; it is used by the one that writes alone.
    private let reader: BookReader
    private let session: Session
    private let campaign: LoadedCampaign
    private let scope: CollectionScope
    private let rule: SweepRule
    private let window: Int
    private var cursor: Int64? = 0

    init(
        _ session: Session, _ campaign: LoadedCampaign, _ scope: CollectionScope, window: Int,
        rule: @escaping SweepRule
    ) throws {
        reader = try session.book.reader()
        self.session = session
        self.campaign = campaign
        self.scope = scope
        self.rule = rule
        self.window = window
    }

    /// The next page on which anything is wanted; an empty one at the end.
    func next() throws -> SweepPage {
        var page = SweepPage()
        while page.wishes.isEmpty, let after = cursor {
            page = try reader.read { try read(after: after, in: $0) }
            cursor = page.range.map(\.upperBound)
        }
        return page
    }

    /// What is wanted of these pledges.
    fileprivate func read(_ range: ClosedRange<Int64>, in records: Records) throws -> SweepPage {
        var page = try read(after: range.lowerBound - 1, in: records)
        page.wishes.removeAll { !range.contains($0.item.pledge) }
        return page
    }

    private func read(after number: Int64, in records: Records) throws -> SweepPage {
        let campaign = try session.reload(campaign, in: records)
        let items = try records.collectionItems(
            campaign: campaign.record.number, after: number, limit: window, scope)
        var page = SweepPage(campaign: campaign, reader: self)
        if let first = items.first?.pledge, let last = items.last?.pledge {
            // A number that is none would be read again and again.
            guard number < first, first <= last else { throw BookError.unreadable("the column “number”") }
            page.range = first...last
        }
        // A pledge of several payments is counted anew: the item knows one of them.
        let isSingle = try !records.hasLaterPayments(campaign: campaign.record.number)
        page.wishes.reserveCapacity(items.count)
        for item in items {
            var item = campaign.priced(item)
            guard let event = rule(item, item.payment ?? item.unwritten, campaign) else { continue }
            if !isSingle { item.counted = nil }
            page.wishes.append(SweepPage.Wish(item: item, event: event))
        }
        return page
    }
}

extension CollectionItem {
    /// Whether what is left of the payment's parts follows from what has happened to it.
    func needsHistory(_ payment: Payment?) -> Bool {
        payment.map { $0.authorized > 0 } == true || instalment > 1
    }
}

/// Talks to the gateway, signs what it answers and what is wanted next, while another thread writes the
/// window before and opens the window after.
///
/// While it runs the chain belongs to this side alone. Its results are read after its thread has ended.
final class SweepWindow: @unchecked Sendable {
    private(set) var gateway: any PaymentGateway
    private(set) var step: SweepStep?
    private(set) var failure: (any Error)?
    private let requests: [PendingRequest]
    private let campaign: LoadedCampaign
    private let context: PaymentContext
    private let prefix: String
    private let signer: EntrySigner
    private let page: SweepPage

    init(
        _ requests: [PendingRequest], then page: SweepPage, gateway: any PaymentGateway,
        campaign: LoadedCampaign, _ context: PaymentContext, prefix: String, signer: EntrySigner
    ) {
        self.requests = requests
        self.page = page
        self.gateway = gateway
        self.campaign = campaign
        self.context = context
        self.prefix = prefix
        self.signer = signer
    }

    func run() {
        do {
            var answers = GatewayAnswers()
            if !requests.isEmpty {
                let outcomes = try gateway.perform(
                    requests.map(\.operation), prefix: prefix, currency: campaign.record.currency,
                    at: signer.at)
                answers = GatewayAnswers(requests: requests, outcomes: outcomes)
            }
            step = try SweepStep(
                answers, page, campaign, context, areAnswersUnmoved: true, signer: signer)
        } catch {
            failure = error
        }
    }
}

/// A window that is answered, and a later one that is to be opened, both signed, to be written in one
/// transaction.
struct SweepStep {
    let answers: GatewayAnswers
    let page: SweepPage
    let settled: SettledWindow
    let opened: OpenedWindow
    let answered: AppendBatch
    let opening: AppendBatch
    /// What its signatures follow.
    private let start: (number: Int64, tag: Tag)
    let end: ChainEnd
    let receipts: [ReceiptRun]

    /// Signs first what was answered, then what is asked.
    init(
        _ answers: GatewayAnswers, _ page: SweepPage, _ campaign: LoadedCampaign, _ context: PaymentContext,
        areAnswersUnmoved: Bool, signer: EntrySigner
    ) throws {
        self.answers = answers
        self.page = page
        start = (signer.lastNumber, signer.lastTag)
        settled = try SettledWindow(
            answers, campaign, context, isUnmoved: areAnswersUnmoved, signer: signer)
        answered = signer.takeBatch()
        opened = try OpenedWindow(page, context, signer: signer)
        opening = signer.takeBatch()
        end = signer.chainEnd()
        receipts = signer.takeReceipts()
    }

    /// Whether there is nothing to be written.
    var isEmpty: Bool { answers.isEmpty && page.wishes.isEmpty }

    /// Whether the journal still ends where this begins.
    func follows(_ record: CampaignRecord) -> Bool { record.head == start.number && record.tag == start.tag }
}

/// A window whose requests are signed and gathered, ready to be written and then sent.
struct OpenedWindow {
    private(set) var requests: [PendingRequest] = []
    private(set) var count = SweepCount()
    private var ended: [(pledge: Int64, state: PledgeState)] = []

    init(_ page: SweepPage, _ context: PaymentContext, signer: EntrySigner) throws {
        guard let campaign = page.campaign else { return }
        requests.reserveCapacity(page.wishes.count)
        for wish in page.wishes {
            let asked = try AskedPayment(
                wish.event, of: wish.item, campaign, context, signer: signer)
            for state in asked.ended { ended.append((wish.item.pledge, state)) }
            if let request = asked.request {
                requests.append(request)
            } else {
                count.add(asked.change, wish.item)
            }
        }
    }

    /// Opens the operations; the signed entries are written by others.
    func write(with append: BulkAppend, at now: Timestamp, _ records: Records, campaign: Int64) throws {
        for (pledge, state) in ended { try records.end(pledge, as: state, campaign: campaign) }
        try append.openWindow(requests.map(\.operation), at: now)
    }
}
