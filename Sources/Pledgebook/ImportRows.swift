import Accounting
import Crowdfunding
import Imports
import Parsing
import Receipts
import Storage

/// The part of an import that runs beside the database: places each order, signs it, and makes its rows.
///
/// Holds the campaign's counts and keys, so that it asks the database nothing, but for a small file's keys.
struct ImportRows {
    let campaign: LoadedCampaign
    let signer: (Bool) throws -> ReceiptSigner
    let hash: KeyedHash
    let now: Timestamp
    let factDay: CalendarDay

    private(set) var placement: PledgePlacement
    private var offsetsToday: CalendarDay
    private let book: BookKeys?
    private var pledgeKeys: PledgeKeyIndex
    private var backerKeys: KeyIndex
    private var missedKeys: KeyIndex
    /// Keys of the sales that this import was the first to refuse.
    private(set) var newlyMissed: [Int64] = []
    private var held: HeldByBackers
    /// The last backer that was in the book before.
    private let lastKnownBacker: Int64
    private var lastBacker: Int64
    private let firstNumber: Int64
    private var activeSigner: ReceiptSigner?
    private let words: OfferWords
    /// What the campaign file says of how a platform's rows are read: with another mapping a row of the same
    /// bytes may tell something else.
    var mapping: Int64 = 0
    /// Kept so that the reads ahead are not left out as useless.
    private var touched: Int64 = 0
    /// The kind of the first pledge's money, once there is one.
    private(set) var firstPledge: Int64?
    private(set) var summary = ImportSummary()
    /// What a platform's file names of the pledges that the book held before it.
    private(set) var named = NamedPledges()

    /// Keyed hashes of what a row is known by.
    struct RowHashes {
        var key: Int64
        var content: Int64
        var email: Int64
    }

    init(
        campaign: LoadedCampaign, placement: PledgePlacement, keys: ImportKeys, hash: KeyedHash,
        now: Timestamp,
        factDay: CalendarDay, signer: @escaping (Bool) throws -> ReceiptSigner
    ) {
        self.campaign = campaign
        self.placement = placement
        self.hash = hash
        self.now = now
        self.factDay = factDay
        self.signer = signer
        offsetsToday = campaign.day(of: now)
        book = keys.book
        pledgeKeys = keys.pledges
        backerKeys = keys.backers
        missedKeys = keys.missed
        held = keys.held
        lastKnownBacker = keys.lastBacker
        lastBacker = keys.lastBacker
        firstNumber = campaign.record.head + 1
        words = OfferWords(
            campaign.definition, tierNumbers: keys.tierNumbers, promotionNumbers: keys.promotionNumbers)
        firstPledge = campaign.record.firstPledge
    }

    /// Whether it looks up keys in the book while it works.
    var asksBook: Bool { book != nil }

    /// The chain's end after the rows so far.
    func chainEnd() -> ChainEnd? { activeSigner?.chainEnd() }

    /// What to do with the batch's rows.
    struct Outcome {
        var batch = AppendBatch()
        /// Backers that were taken to be known: number and address, to be compared with the book's text.
        var claims: [(backer: Int64, email: ByteRange)] = []
        /// Rows that tell something new of a pledge in the book, by its number.
        var changed: [(pledge: Int64, order: PledgeOrder, content: Int64)] = []
        var rejected: [RejectedRow] = []
        /// The batch's own lines, for changed rows.
        var lines: [OrderLine] = []
    }

    /// How many keys are worth a write of their own.
    private static var keysAtOnce: Int { 4_096 }

    /// Hands over the keys of what is new, in their order, so that the book's tables of keys are written in
    /// one pass.
    ///
    /// To be called once, after the last row.
    func takeKeys(_ body: (Outcome) throws -> Void) rethrows {
        var outcome = Outcome()
        func handOver(from least: Int) throws {
            guard outcome.batch.backerKeys.count + outcome.batch.pledgeKeys.count >= least else { return }
            try body(outcome)
            outcome = Outcome()
        }
        try backerKeys.forEachKey(above: lastKnownBacker) { hash, number in
            outcome.batch.backerKeys.append(BackerKeyRow(hash: hash, number: number))
            try handOver(from: Self.keysAtOnce)
        }
        try pledgeKeys.forEachKey(above: firstNumber - 1) { hash, number, content in
            outcome.batch.pledgeKeys.append(PledgeKeyRow(hash: hash, number: number, content: content))
            try handOver(from: Self.keysAtOnce)
        }
        try handOver(from: 1)
    }

    /// Places the orders one after the other.
    mutating func process(_ read: consuming ReadOrders, mode: PlacementMode, file: String) throws -> Outcome {
        var outcome = Outcome()
        outcome.rejected = read.rejected
        let orders = read.batch.orders
        let lines = read.batch.lines
        outcome.batch.bytes = read.batch.bytes
        read.batch.bytes = []
        outcome.batch.pledges.reserveCapacity(orders.count)
        outcome.batch.entries.reserveCapacity(orders.count)
        outcome.batch.bytes.reserveCapacity(outcome.batch.bytes.count + orders.count * 96)
        let hashes = hashes(of: orders, outcome.batch.bytes)
        if let book { try learn(hashes, from: book) }
        func process(_ index: Int, _ signer: ReceiptSigner?) throws {
            if index % Self.rowsAhead == 0 { touch(hashes[index...].prefix(Self.rowsAhead)) }
            let range = orders[index].lines
            try self.process(
                orders[index], hashes[index], lines[Int(range.lowerBound)..<Int(range.upperBound)], mode,
                file, signer, &outcome)
        }
        var next = 0
        while next < orders.count, activeSigner == nil {
            try process(next, nil)
            next += 1
        }
        // Handed down and not looked up for each row, which would count its users up and down each time.
        if let signer = activeSigner {
            for index in next..<orders.count { try process(index, signer) }
        }
        outcome.lines = lines
        summary.rows += Int64(orders.count + read.rejected.count)
        return outcome
    }

    /// The keyed hashes of a batch's rows.
    private func hashes(of orders: [PledgeOrder], _ bytes: [UInt8]) -> [RowHashes] {
        orders.map { order in
            let key = order.sourceKey.isEmpty ? order.reference : order.sourceKey
            return RowHashes(
                key: hash(bytes.span.extracting(key.range)),
                content: hash(bytes.span.extracting(order.row.range)) ^ mapping,
                email: hash(bytes.span.extracting(order.email.range)))
        }
    }

    /// How many rows' keys are read ahead together: so many that memory is waited for seldom, and so few that
    /// they are still in the cache when they are looked up.
    private static var rowsAhead: Int { 32 }

    /// Reads where the look-ups of some rows' keys will begin.
    private mutating func touch(_ rows: ArraySlice<RowHashes>) {
        for row in rows { touched |= pledgeKeys.touch(row.key) | backerKeys.touch(row.email) }
    }

    /// Takes what the book knows of the rows' keys into the indices, and what their backers hold.
    private mutating func learn(_ rows: [RowHashes], from book: BookKeys) throws {
        for row in rows {
            if pledgeKeys.find(row.key) == nil, let known = try book.pledge(row.key) {
                pledgeKeys.insert(row.key, number: known.number, content: known.content)
            }
            if backerKeys.number(for: row.email) == 0, let known = try book.backer(row.email) {
                backerKeys.insert(row.email, number: known)
            }
        }
        // A pledge that is known takes nothing more.
        let new = rows.lazy.filter { [pledgeKeys] in pledgeKeys.find($0.key) == nil }
        try held.count(new.map { [backerKeys] in backerKeys.number(for: $0.email) }, from: book)
    }

    private mutating func process(
        _ order: PledgeOrder, _ hashes: RowHashes, _ lines: ArraySlice<OrderLine>, _ mode: PlacementMode,
        _ file: String, _ signer: ReceiptSigner?, _ outcome: inout Outcome
    ) throws {
        if case .tells = mode { named.add(tier: order.tier) }
        if let known = pledgeKeys.find(hashes.key) {
            return meet(known, order, hashes, mode, file, &outcome)
        }
        let knownBacker = backerKeys.number(for: hashes.email)
        let decision = placement.place(order, lines: lines, as: mode) { offer in
            knownBacker == 0 ? 0 : held(knownBacker, offer)
        }
        switch decision {
        case .refused(let refusal):
            try countMissed(refusal, order, hashes.key)
            reject(
                order, field: refusal.place, kind: refusal.missedDemandReason, refusal.problem,
                fix: refusal.remedy,
                file, &outcome)
        case .accepted(let placed):
            var backer = knownBacker
            if backer == 0 {
                lastBacker += 1
                backer = lastBacker
                backerKeys.insert(hashes.email, number: backer)
                outcome.batch.backers.append(
                    BackerRow(
                        number: backer, email: order.email, name: order.name, country: order.country,
                        address: order.address, answers: order.answers))
            } else {
                outcome.claims.append((backer, order.email))
            }
            if placed.takesPlace { held.add(order, lines, backer: backer) }
            if let signer {
                try append(order, lines, placed, backer: backer, hashes, signer, &outcome.batch)
            } else {
                try append(order, lines, placed, backer: backer, hashes, firstSigner(), &outcome.batch)
            }
        }
    }

    /// A row of a pledge that is known: the same again, something new, or another row of the same file.
    private mutating func meet(
        _ known: (number: Int64, content: Int64, isTold: Bool), _ order: PledgeOrder, _ hashes: RowHashes,
        _ mode: PlacementMode, _ file: String, _ outcome: inout Outcome
    ) {
        if case .tells = mode { named.add(known.number) }
        if known.content == hashes.content {
            summary.same += 1
        } else if known.number < firstNumber, !known.isTold {
            outcome.changed.append((known.number, order, hashes.content))
            pledgeKeys.tell(hashes.key, content: hashes.content)
        } else {
            reject(
                order, field: .reference, kind: "duplicate",
                "this pledge is in the file twice, with different content",
                fix: "remove one of the two rows, or give one its own pledge_id", file, &outcome)
        }
    }

    /// A sale is missed once, however often its row comes.
    private mutating func countMissed(
        _ refusal: PlacementRefusal, _ order: PledgeOrder, _ key: Int64
    ) throws {
        guard refusal.isMissedDemand, missedKeys.number(for: key) == 0 else { return }
        missedKeys.insert(key, number: 1)
        if let book, try book.isMissed(key) { return }
        newlyMissed.append(key)
        summary.countMissed(refusal, order: order, in: campaign.definition)
    }

    private mutating func append(
        _ order: PledgeOrder, _ lines: ArraySlice<OrderLine>, _ placed: Placement, backer: Int64,
        _ hashes: RowHashes, _ signer: ReceiptSigner, _ batch: inout AppendBatch
    ) throws {
        let parts = EntryParts(
            goods: placed.price.goods + placed.price.bonus, shipping: placed.price.shipping,
            tax: placed.price.tax)
        let start = batch.bytes.count
        words.writeDetail(of: order, lines, placed, into: &batch.bytes)
        let detail = ByteRange(start: UInt32(start), end: UInt32(batch.bytes.count))
        var entry = EntryRow()
        entry.kind = .placed
        entry.at = now.seconds
        entry.day = Int64(campaign.openDay(min(campaign.day(of: order.pledgedAt), offsetsToday)).number)
        entry.parts = parts
        entry.reference = order.method
        entry.detail = detail
        sign(&entry, order, signer, batch.bytes)
        let number = entry.number
        entry.pledge = number
        batch.entries.append(entry)
        if firstPledge == nil { firstPledge = number }
        pledgeKeys.insert(hashes.key, number: number, content: hashes.content)

        var row = PledgeRow()
        row.number = number
        row.reference = order.reference
        row.sourceKey = order.sourceKey
        row.backer = backer
        row.tier = order.tier < 0 ? -1 : words.tierNumbers[Int(order.tier)]
        row.promotion = order.promotion < 0 ? -1 : words.promotionNumbers[Int(order.promotion)]
        row.quantity = order.quantity
        row.destination = order.country
        row.goods = placed.price.goods
        row.shipping = placed.price.shipping
        row.tax = placed.price.tax
        row.bonus = placed.price.bonus
        row.placedAt = order.pledgedAt.seconds
        row.gateway = order.gateway
        row.method = order.method
        row.state = UInt8(placed.state.rawValue)
        batch.pledges.append(row)
        for line in lines { batch.lines.append(words.row(for: line, pledge: number)) }
        try appendFacts(order, placed, pledge: number, parts: parts, signer, &batch)
        summary.count(order, placed)
    }

    private func sign(
        _ entry: inout EntryRow, _ order: PledgeOrder, _ signer: ReceiptSigner, _ bytes: [UInt8]
    ) {
        let signed = signer.sign(
            kind: entry.kind, subject: bytes.span.extracting(order.reference.range),
            instalment: Int(entry.instalment),
            parts: entry.parts, at: Timestamp(seconds: entry.at), day: CalendarDay(number: Int(entry.day)),
            reference: bytes.span.extracting(entry.reference.range),
            detail: bytes.span.extracting(entry.detail.range))
        entry.number = signed.number
        entry.tag = signed.tag
    }

    /// What a row tells beyond the pledge itself: collected, failed, canceled, dropped, disputed.
    private mutating func appendFacts(
        _ order: PledgeOrder, _ placed: Placement, pledge: Int64, parts: EntryParts, _ signer: ReceiptSigner,
        _ batch: inout AppendBatch
    ) throws {
        if order.paid > 0 || order.refunded > 0 {
            try appendShares(order, placed, pledge: pledge, parts: parts, signer, &batch)
        } else if order.status != .pledged {
            try appendEvents(order, placed, pledge: pledge, parts: parts, signer, &batch)
        }
    }

    private mutating func appendEvents(
        _ order: PledgeOrder, _ placed: Placement, pledge: Int64, parts: EntryParts, _ signer: ReceiptSigner,
        _ batch: inout AppendBatch
    ) throws {
        var context = campaign.paymentContext(at: now)
        context.due = placed.price.total
        let events: [PaymentEvent]
        switch order.status {
        case .pledged: return
        case .collected: events = placed.price.total > 0 ? [.captured(placed.price.total, fee: 0)] : []
        case .errored: events = [.declined(hard: false)]
        case .canceled: events = [.cancel]
        case .dropped: events = [.drop]
        case .disputed:
            events = [.captured(placed.price.total, fee: 0), .disputeOpened(placed.price.total, fee: 0)]
        }
        var payment = Payment()
        let isMemo = order.status == .canceled || order.status == .dropped
        if isMemo {
            payment.ending = order.status == .canceled ? .canceled : .dropped
        }
        var kinds: [EntryKind] = []
        switch order.status {
        case .canceled: kinds = [.canceled]
        case .dropped: kinds = [.dropped]
        case .errored: kinds = [.declined]
        default: break
        }
        if !isMemo {
            for event in events {
                let change = try payment.applying(event, in: context)
                payment = change.payment
                kinds += change.bookings.map(\.kind).filter { !kinds.contains($0) }
            }
        }
        for kind in kinds {
            var entry = fact(
                kind, of: order, pledge: pledge,
                parts: kind.isMemo ? parts : campaign.capturedParts(of: parts))
            sign(&entry, order, signer, batch.bytes)
            batch.entries.append(entry)
        }
        batch.payments.append(
            PaymentRow(pledge: pledge, payment: payment, counted: batch.pledges.last.map(PledgeCount.init)))
        if payment.captured > 0 {
            summary.collected += payment.captured
            summary.collectedCount += 1
        }
    }

    /// A platform's row of money that came in part, or came and went back, all of it or some; what went back
    /// whole ends the pledge.
    private mutating func appendShares(
        _ order: PledgeOrder, _ placed: Placement, pledge: Int64, parts: EntryParts, _ signer: ReceiptSigner,
        _ batch: inout AppendBatch
    ) throws {
        let total = placed.price.total
        var context = campaign.paymentContext(at: now)
        context.due = total
        var left = PartsLeft(due: campaign.capturedParts(of: parts))
        var payment = Payment()
        var events: [PaymentEvent] = [.captured(order.paid > 0 ? min(order.paid, total) : total, fee: 0)]
        if order.refunded > 0 {
            events.append(.refundedOutside(min(order.refunded, total), fee: 0, fromOwnAccount: false))
        }
        for event in events where total > 0 {
            context.delivered = left.delivered(of: payment)
            let change = try payment.applying(event, in: context)
            payment = change.payment
            for booking in change.bookings {
                var entry = fact(booking.kind, of: order, pledge: pledge, parts: try left.take(booking))
                sign(&entry, order, signer, batch.bytes)
                batch.entries.append(entry)
            }
        }
        if order.status == .canceled {
            payment.ending = .canceled
            var entry = fact(.canceled, of: order, pledge: pledge, parts: .zero)
            sign(&entry, order, signer, batch.bytes)
            batch.entries.append(entry)
        }
        batch.payments.append(
            PaymentRow(pledge: pledge, payment: payment, counted: batch.pledges.last.map(PledgeCount.init)))
        summary.collected += payment.captured
        summary.collectedCount += 1
        summary.refunded += payment.refunded
        if payment.refunded > 0 { summary.refundedCount += 1 }
    }

    private func fact(_ kind: EntryKind, of order: PledgeOrder, pledge: Int64, parts: EntryParts) -> EntryRow
    {
        var entry = EntryRow()
        entry.kind = kind
        entry.pledge = pledge
        entry.instalment = 1
        entry.at = now.seconds
        entry.day = Int64(day(of: order).number)
        entry.parts = kind == .declined ? .zero : parts
        return entry
    }

    /// Money collected in the first file counts on the closing day, a late pledge on its own day; never
    /// tomorrow.
    private func day(of order: PledgeOrder) -> CalendarDay {
        let told = max(campaign.day(of: order.pledgedAt), campaign.day(of: campaign.definition.closesAt))
        return campaign.openDay(min(told, factDay))
    }

    /// Counts a refused row.
    mutating func refuse(_ diagnostic: Diagnostic, kind: String) {
        summary.refuse(diagnostic, kind: kind)
    }

    /// Made for the first pledge, which decides what kind of money it is and so what receipts say.
    private mutating func firstSigner() throws -> ReceiptSigner {
        let made = try signer(placement.isRehearsal == true)
        activeSigner = made
        return made
    }

    private func reject(
        _ order: PledgeOrder, field: OrderField, kind: String, _ message: String, fix: String, _ file: String,
        _ outcome: inout Outcome
    ) {
        let offset = Int(order.places.start(of: field))
        let place = place(of: offset, from: Int(order.row.start), line: order.line, outcome.batch.bytes)
        outcome.rejected.append(
            RejectedRow(
                Diagnostic(file: file, line: place.line, column: place.column, message: message, remedy: fix),
                kind: kind, row: order.row))
    }
}
