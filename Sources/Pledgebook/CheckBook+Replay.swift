import Accounting
import Crowdfunding
import Storage

/// A pledge as the journal tells it.
struct ReplayedPledge {
    var goods: Int64 = 0
    var shipping: Int64 = 0
    var tax: Int64 = 0
    var bonus: Int64 = 0
    var placedAt: Int64 = 0
    var quantity: Int64 = 0
    /// What is owed on it: 2000, 2010 and 2015 together.
    var owed: Int64 = 0
    /// Keyed hash of the payment method; 0 for none.
    var method: Int64 = 0
    /// The entry that spoke of it last, payments apart; 0: none has.
    var entry: Int64 = 0
    /// Places in `JournalReplay.tiers` and `.promotions`, or -1.
    var tier: Int32 = -1
    var promotion: Int32 = -1
    /// Where its lines begin in `JournalReplay.lines`.
    var firstLine: UInt32 = 0
    /// Its first instalment among the payments, or -1.
    var payment: Int32 = -1
    var lineCount: UInt16 = 0
    var destination: UInt16 = 0
    var gateway: UInt8 = 0
    var state: UInt8 = 0
    /// Units that went out, and in how many entries.
    var delivered: Int32 = 0
    var deliveries: Int32 = 0
}

/// An add-on (kind 1) or a choice (kind 2), by its word.
struct ReplayedLine {
    var word: Int32
    var kind: Int32
    var quantity: Int64
}

/// A payment's amounts as the entries add up.
struct ReplayedPayment {
    var pledge: Int32
    var instalment: Int32
    var authorized: Int64 = 0
    var captured: Int64 = 0
    var voided: Int64 = 0
    var refunded: Int64 = 0
    var committed: Int64 = 0
    var disputed: Int64 = 0
    var lost: Int64 = 0
    var excess: Int64 = 0
    /// Seconds since 1970; 0: no hold was placed.
    var captureBefore: Int64 = 0
    /// The entry that spoke of it last.
    var entry: Int64 = 0
    /// How it ended, where entries alone say so; a decline by a gateway is hard or soft by its operation.
    var ending: PaymentEnding?
    /// The same before the pledge was canceled or dropped: it stands again when that is taken back.
    var endingBefore: PaymentEnding?
    /// The last attempt of a charge or hold that an entry calls declined.
    var declinedAttempt: Int32 = 0

    /// As a payment, to be replayed and to tell its state.
    var payment: Payment {
        get {
            var payment = Payment()
            payment.authorized = authorized
            payment.captured = captured
            payment.voided = voided
            payment.refunded = refunded
            payment.committed = committed
            payment.disputed = disputed
            payment.lost = lost
            payment.excess = excess
            return payment
        }
        set {
            authorized = newValue.authorized
            captured = newValue.captured
            voided = newValue.voided
            refunded = newValue.refunded
            committed = newValue.committed
            disputed = newValue.disputed
            lost = newValue.lost
            excess = newValue.excess
        }
    }
}

/// What one kind does, looked up by its raw value.
private struct KindEffect {
    var kind = EntryKind.placed
    var isKnown = false
    var isMemo = false
    var isOfPayment = false
    var isOfCampaign = false
    /// By part: 1 where it adds to what is owed on a pledge, -1 where it takes from it.
    var owed: (goods: Int64, shipping: Int64, tax: Int64, other: Int64) = (0, 0, 0, 0)

    static let table: [KindEffect] = {
        let count = (EntryKind.allCases.map(\.rawValue).max() ?? 0) + 1
        var table = [KindEffect](repeating: KindEffect(), count: count)
        for kind in EntryKind.allCases { table[kind.rawValue] = KindEffect(kind) }
        return table
    }()

    private init() {}

    private init(_ kind: EntryKind) {
        self.kind = kind
        isKnown = true
        isMemo = kind.isMemo
        isOfCampaign = (20...29).contains(kind.rawValue) || kind == .periodLocked
        switch kind {
        case .balanceDue, .authorized, .voided, .expired, .declined, .canceled, .dropped, .noted, .captured,
            .capturedAfterSuccess, .refundCommitted, .refundCommittedAfterSuccess,
            .refundCommittedAfterDelivery,
            .refunded, .refundedFromOwn, .refundReturned, .disputeOpened, .disputeWon, .disputeLost,
            .disputeLostAfterSuccess, .disputeLostAfterDelivery, .disputeLostCommitted, .claimFromDispute,
            .claimFromRefund, .claimGivenUp, .unmatchedIn, .unmatchedOut:
            isOfPayment = true
        default: break
        }
        let owing: [Account] = [.refundableDeposits, .contract, .contractShipping]
        for rule in kind.postings {
            let sign: Int64 = (owing.contains(rule.credit) ? 1 : 0) - (owing.contains(rule.debit) ? 1 : 0)
            switch rule.part {
            case .goods: owed.goods += sign
            case .shipping: owed.shipping += sign
            case .tax: owed.tax += sign
            case .other: owed.other += sign
            case .fee: break
            }
        }
    }
}

/// Follows a journal from its first entry and keeps what every table should say in the end.
struct JournalReplay {
    let record: CampaignRecord
    let pledgeNames: PledgeNames
    let findings: CheckFindings
    private(set) var pledges: [ReplayedPledge]
    private(set) var payments: [ReplayedPayment] = []
    private(set) var lines: [ReplayedLine] = []
    private(set) var tiers = WordTable()
    private(set) var promotions = WordTable()
    private(set) var words = WordTable()
    private(set) var daily = ReplayedDaily()
    private(set) var campaign = ReplayedCampaign()
    private(set) var supply = ReplayedSupply()
    private(set) var lastNumber: Int64 = 0
    /// Pledges on which less than nothing was owed at some entry.
    private(set) var overdrawn: [Int: Int64] = [:]
    private var otherInstalments: [InstalmentKey: Int] = [:]
    private let hash: KeyedHash
    private let effects = KindEffect.table

    private struct InstalmentKey: Hashable {
        var pledge: Int
        var instalment: Int64
    }

    init(
        _ record: CampaignRecord, _ pledgeNames: PledgeNames, hash: KeyedHash, _ findings: CheckFindings
    ) {
        self.record = record
        self.pledgeNames = pledgeNames
        self.hash = hash
        self.findings = findings
        pledges = [ReplayedPledge](repeating: ReplayedPledge(), count: pledgeNames.count)
    }

    /// Takes the next entries.
    mutating func apply(_ batch: StoredEntries) {
        batch.bytes.withUnsafeBufferPointer { bytes in
            for entry in batch.entries { apply(entry, bytes) }
        }
    }

    private mutating func apply(_ entry: StoredEntry, _ bytes: UnsafeBufferPointer<UInt8>) {
        lastNumber = entry.number
        daily.add(entry)
        if let locked = campaign.lockedThrough, entry.day <= Int64(locked.number) { dateIsLocked(entry) }
        guard effects.indices.contains(entry.rawKind), effects[entry.rawKind].isKnown else { return }
        let effect = effects[entry.rawKind]
        let detail = UnsafeBufferPointer(rebasing: bytes[entry.detail.range])
        if effect.isOfCampaign {
            return campaign.apply(effect.kind, entry, detail)
        }
        if effect.kind == .stockAtLaunch { supply.count(entry, detail) }
        if !entry.run.isEmpty || effect.kind == .delivered {
            let run = UnsafeBufferPointer(rebasing: bytes[entry.run.range])
            let index = entry.pledge == 0 ? -1 : pledgeNames.index(of: entry.pledge)
            let units = supply.apply(effect.kind, entry, run: run, detail, pledge: index)
            if effect.kind == .delivered, index >= 0 { deliver(units, entry, at: index) }
        }
        guard entry.pledge != 0 else { return }
        let index = pledgeNames.index(of: entry.pledge)
        guard index >= 0 else { return missing(entry) }
        guard entry.parts.isBookable else {
            return findings.add(
                "entry", "\(entry.number)", "amount", book: "beyond what can be booked",
                journal: "at most \(largestAmount)", entry: entry.number)
        }
        if effect.kind == .placed || effect.kind == .changed {
            let method = UnsafeBufferPointer(rebasing: bytes[entry.reference.range])
            return place(effect.kind, entry, at: index, detail, method: method)
        }
        if effect.kind == .methodSaved {
            pledges[index].method = hashed(UnsafeBufferPointer(rebasing: bytes[entry.reference.range]))
        }
        owe(entry, effect, at: index)
        if effect.isOfPayment { pay(entry, effect, at: index, detail) }
    }

    /// An entry about a pledge that the book has no row of; said once, at the entry that placed it.
    private func missing(_ entry: StoredEntry) {
        guard entry.kind == .placed || entry.pledge > entry.number else { return }
        findings.add(
            "pledge", "\(entry.pledge)", "number", book: "no such pledge", journal: "placed",
            entry: entry.number)
    }

    // MARK: Pledges

    private mutating func place(
        _ kind: EntryKind, _ entry: StoredEntry, at index: Int, _ detail: UnsafeBufferPointer<UInt8>,
        method: UnsafeBufferPointer<UInt8>
    ) {
        var pledge = kind == .changed ? pledges[index] : ReplayedPledge()
        if kind == .placed {
            guard entry.number == entry.pledge else {
                return findings.add(
                    "entry", "\(entry.number)", "pledge", book: "\(entry.pledge)", journal: "\(entry.number)",
                    entry: entry.number)
            }
            pledge.state = UInt8(PledgeState.placed.rawValue)
        }
        if kind == .placed || !method.isEmpty { pledge.method = hashed(method) }
        pledge.entry = entry.number
        if read(detail, isWhole: kind == .placed, into: &pledge) || entry.parts != .zero {
            pledge.goods = entry.parts.goods - pledge.bonus
            pledge.shipping = entry.parts.shipping
            pledge.tax = entry.parts.tax
        }
        pledges[index] = pledge
        if kind == .placed { campaign.place(entry, gateway: pledge.gateway) }
    }

    func hashed(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64 {
        bytes.isEmpty ? 0 : hash(Span(_unsafeElements: bytes))
    }

    /// What a detail says; one that names the quantity says everything, else it says only what it names.
    ///
    /// - Returns: Whether it says everything, the price in its parts included.
    private mutating func read(
        _ detail: UnsafeBufferPointer<UInt8>, isWhole: Bool, into pledge: inout ReplayedPledge
    ) -> Bool {
        var pairs = DetailPairs(detail)
        var said = ReplayedPledge()
        said.firstLine = UInt32(lines.count)
        var restates = isWhole
        while let (key, value) = pairs.next() {
            if key.reads("tier") {
                said.tier = Int32(tiers.index(of: value))
            } else if key.reads("qty") {
                said.quantity = value.decimal
                restates = true
            } else if key.reads("add") {
                keep(value, kind: 1, in: &said)
            } else if key.reads("choice") {
                keep(value, kind: 2, in: &said)
            } else if key.reads("promo") {
                said.promotion = Int32(promotions.index(of: value))
            } else if key.reads("bonus") {
                said.bonus = value.decimal
            } else if key.reads("to"), value.count == 2 {
                said.destination = UInt16(value[0]) << 8 | UInt16(value[1])
            } else if key.reads("via") {
                said.gateway = UInt8(clamping: value.decimal)
            } else if key.reads("at") {
                said.placedAt = value.decimal
            }
        }
        pledge.take(said, restates: restates, isWhole: isWhole)
        return restates
    }

    private mutating func keep(
        _ value: UnsafeBufferPointer<UInt8>, kind: Int32, in pledge: inout ReplayedPledge
    ) {
        DetailPairs.forEachItem(in: value) { word, quantity in
            lines.append(ReplayedLine(word: Int32(words.index(of: word)), kind: kind, quantity: quantity))
            pledge.lineCount &+= 1
        }
    }

    private func dateIsLocked(_ entry: StoredEntry) {
        findings.add(
            "entry", "\(entry.number)", "day", book: "\(CalendarDay(number: Int(clamping: entry.day)))",
            journal: "a day after \(campaign.lockedThrough.map { "\($0)" } ?? "")", entry: campaign.lockEntry)
    }

    private mutating func owe(_ entry: StoredEntry, _ effect: KindEffect, at index: Int) {
        let signs = effect.owed
        let change =
            signs.goods * entry.parts.goods + signs.shipping * entry.parts.shipping + signs.tax
            * entry.parts.tax
            + signs.other * entry.parts.other
        guard change != 0 else { return }
        pledges[index].owed &+= change
        if pledges[index].owed < 0 {
            if overdrawn[index] == nil { overdrawn[index] = entry.number }
        } else if !overdrawn.isEmpty {
            overdrawn[index] = nil
        }
    }

    private mutating func deliver(_ units: Int64, _ entry: StoredEntry, at index: Int) {
        pledges[index].delivered = Int32(clamping: Int64(pledges[index].delivered) &+ units)
        pledges[index].deliveries &+= entry.reverses == 0 ? 1 : -1
        pledges[index].entry = entry.number
    }

    // MARK: Payments

    private mutating func pay(
        _ entry: StoredEntry, _ effect: KindEffect, at index: Int, _ detail: UnsafeBufferPointer<UInt8>
    ) {
        let place = payment(of: index, instalment: max(1, entry.instalment))
        let isReversal = entry.reverses != 0
        switch effect.kind {
        // What came after the end of a pledge has an ending of its own, which no entry says.
        case .declined, .authorized, .voided, .expired, .methodSaved: payments[place].ending = nil
        case .canceled, .dropped:
            let state: PledgeState = effect.kind == .canceled ? .canceled : .dropped
            pledges[index].state = UInt8((isReversal ? .placed : state).rawValue)
            pledges[index].entry = entry.number
            if isReversal {
                payments[place].ending = payments[place].endingBefore
            } else {
                payments[place].endingBefore = payments[place].ending
                payments[place].ending = effect.kind == .canceled ? .canceled : .dropped
            }
        default: break
        }
        var booking = Booking(effect.kind, entry.parts.amount)
        if effect.isMemo { booking = Booking(effect.kind, 0, isReversal: isReversal) }
        var attempt: Int32 = 0
        var isHard = false
        var pairs = DetailPairs(detail)
        while let (key, value) = pairs.next() {
            if key.reads("op") {
                booking.operation = OperationKind(rawValue: Int(value.decimal))
                attempt = value.attempt
            } else if key.reads("amt"), effect.isMemo {
                booking.amount = min(value.decimal, largestAmount)
            } else if key.reads("hard") {
                isHard = true
            } else if key.reads("until") {
                payments[place].captureBefore = value.decimal
            }
        }
        var payment = payments[place].payment
        payment.replay(booking)
        payments[place].payment = payment
        payments[place].entry = entry.number
        payments[place].end(by: booking, attempt: attempt, isHard: isHard)
    }

    private mutating func payment(of index: Int, instalment: Int64) -> Int {
        if instalment == 1 {
            if pledges[index].payment >= 0 { return Int(pledges[index].payment) }
        } else if let known = otherInstalments[InstalmentKey(pledge: index, instalment: instalment)] {
            return known
        }
        payments.append(ReplayedPayment(pledge: Int32(index), instalment: Int32(clamping: instalment)))
        let place = payments.count - 1
        if instalment == 1 {
            pledges[index].payment = Int32(place)
        } else {
            otherInstalments[InstalmentKey(pledge: index, instalment: instalment)] = place
        }
        return place
    }

    /// The payment as the journal tells it; `nil` where no entry speaks of it.
    func payment(ofPledge index: Int, instalment: Int64) -> ReplayedPayment? {
        if instalment == 1 {
            let place = pledges[index].payment
            return place < 0 ? nil : payments[Int(place)]
        }
        return otherInstalments[InstalmentKey(pledge: index, instalment: instalment)].map { payments[$0] }
    }

    /// The lines of a pledge.
    func lines(of pledge: ReplayedPledge) -> ArraySlice<ReplayedLine> {
        lines[Int(pledge.firstLine)..<Int(pledge.firstLine) + Int(pledge.lineCount)]
    }
}

extension ReplayedPayment {
    /// What the entry says of how the payment stands where no money decides.
    fileprivate mutating func end(by booking: Booking, attempt: Int32, isHard: Bool) {
        switch booking.kind {
        case .declined where booking.operation == nil:
            ending = booking.isReversal ? .pledged : isHard ? .failedHard : .failedSoft
        case .declined:
            ending = nil
            declinedAttempt = attempt
        case .authorized: ending = .pledged
        case .voided where booking.operation == .void: ending = .voided
        case .expired: ending = .expired
        default: break
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The attempt of an operation that a detail names as `kind.attempt`; 0 where it names none.
    fileprivate var attempt: Int32 {
        guard let dot = firstIndex(of: UInt8(ascii: ".")) else { return 0 }
        return Int32(clamping: UnsafeBufferPointer(rebasing: self[(dot + 1)...]).decimal)
    }
}

extension ReplayedPledge {
    /// Takes over what an entry said of the pledge.
    fileprivate mutating func take(_ said: ReplayedPledge, restates: Bool, isWhole: Bool) {
        if restates || said.tier >= 0 { tier = said.tier }
        if restates || said.promotion >= 0 { promotion = said.promotion }
        if restates || said.lineCount > 0 { (firstLine, lineCount) = (said.firstLine, said.lineCount) }
        if restates || said.bonus != 0 { bonus = said.bonus }
        if restates || said.destination != 0 { destination = said.destination }
        if said.quantity != 0 { quantity = said.quantity }
        if isWhole || said.gateway != 0 { gateway = said.gateway }
        if isWhole || said.placedAt != 0 { placedAt = said.placedAt }
    }
}

extension EntryParts {
    /// Whether no part is beyond what the program ever books for one pledge, so that sums cannot overflow.
    fileprivate var isBookable: Bool {
        let bound = largestAmount.magnitude
        return goods.magnitude <= bound && shipping.magnitude <= bound && tax.magnitude <= bound
            && fee.magnitude <= bound && other.magnitude <= bound
    }
}
