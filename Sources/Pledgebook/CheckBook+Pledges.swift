import Accounting
import Crowdfunding
import Storage

// Pledges, their lines and payments, row by row.

extension BookComparison {
    func comparePledges() throws {
        let tiers = try numbers(of: replay.tiers.words, .tier)
        let promotions = try numbers(of: replay.promotions.words, .promotion)
        let demand = Demand(definition, replay)
        var index = 0
        try records.readPledges(campaign: record.number) { row in
            defer { index += 1 }
            let told = replay.pledges[index]
            guard told.entry > 0, told.state > 0 else {
                findings.add(
                    "pledge", row.reference.text, "number", book: "\(row.number)",
                    journal: "no entry places it")
                return
            }
            let columns: [(StaticString, Int64, Int64)] = [
                ("goods", row.goods, told.goods), ("shipping", row.shipping, told.shipping),
                ("tax", row.tax, told.tax), ("bonus", row.bonus, told.bonus),
                ("quantity", row.quantity, told.quantity), ("placed_at", row.placedAt, told.placedAt),
                ("gateway", row.gateway, Int64(told.gateway)),
                ("tier", row.tier, told.tier < 0 ? -1 : tiers[Int(told.tier)]),
                ("promotion", row.promotion, told.promotion < 0 ? -1 : promotions[Int(told.promotion)]),
                ("state", row.state, Int64(demand.state(of: told))),
            ]
            for (column, book, journal) in columns where book != journal {
                findings.add(
                    "pledge", row.reference.text, "\(column)", book: "\(book)", journal: "\(journal)",
                    entry: told.entry)
            }
            compareText(row, told)
        }
    }

    private func compareText(_ row: PledgeView, _ told: ReplayedPledge) {
        let destination = row.destination
        let code = destination.count == 2 ? UInt16(destination[0]) << 8 | UInt16(destination[1]) : 0
        if code != told.destination || destination.count == 1 || destination.count > 2 {
            let bytes = [UInt8(told.destination >> 8), UInt8(truncatingIfNeeded: told.destination)]
            findings.add(
                "pledge", row.reference.text, "destination", book: destination.text,
                journal: told.destination == 0 ? "nothing" : String(decoding: bytes, as: UTF8.self),
                entry: told.entry)
        }
        if replay.hashed(row.method) != told.method {
            findings.add(
                "pledge", row.reference.text, "method", book: "another one",
                journal: "the one that was signed",
                entry: told.entry)
        }
    }

    private func numbers(of words: [String], _ kind: OfferKind) throws -> [Int64] {
        let numbers = try records.offerNumbers(kind, campaign: record.number)
        return words.map { numbers[$0] ?? -1 }
    }

    // MARK: Lines

    /// Rows come in the order of pledges; what the journal says is sorted like them, pledge by pledge.
    func compareLines() throws {
        let words = replay.words.words
        var pledge: Int64 = -1
        var rows: [(kind: Int64, id: String, quantity: Int64)] = []
        var seen = 0
        func settle() {
            guard pledge >= 0 else { return }
            let index = names.index(of: pledge)
            guard index >= 0 else { return }
            let told = replay.pledges[index]
            let lines = replay.lines(of: told).map { (Int64($0.kind), words[Int($0.word)], $0.quantity) }
                .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
            let own = rows.sorted { ($0.kind, $0.id) < ($1.kind, $1.id) }
            seen += lines.isEmpty ? 0 : 1
            guard own.count != lines.count || zip(own, lines).contains(where: { $0 != $1 }) else { return }
            findings.add(
                "line", names.reference(at: index), "quantity", book: Self.text(own),
                journal: Self.text(lines),
                entry: told.entry)
        }
        try records.readLines(campaign: record.number) { number, kind, id, quantity in
            if number != pledge {
                settle()
                pledge = number
                rows = []
            }
            rows.append((kind, id.text, quantity))
        }
        settle()
        try missingLines(seen)
    }

    /// Pledges that have lines in the journal and none in the book.
    private func missingLines(_ seen: Int) throws {
        let expected = replay.pledges.indices.filter { replay.pledges[$0].lineCount > 0 }
        guard expected.count != seen else { return }
        var present: Set<Int64> = []
        try records.readLines(campaign: record.number) { number, _, _, _ in present.insert(number) }
        for index in expected where !present.contains(names.number(at: index)) {
            findings.add(
                "line", names.reference(at: index), "quantity", book: "no lines",
                journal: "add-ons or choices",
                entry: replay.pledges[index].entry)
        }
    }

    private static func text(_ lines: [(Int64, String, Int64)]) -> String {
        lines.isEmpty ? "nothing" : lines.map { "\($0.1):\($0.2)" }.joined(separator: ",")
    }

    // MARK: Payments

    func comparePayments() throws {
        let open = try openOperations()
        var count: Int64 = 0
        var seen = Set<Int32>()
        var present = [Bool](repeating: false, count: names.count)
        try records.readPayments(campaign: record.number) { row in
            count += 1
            let index = names.index(of: row.pledge)
            guard index >= 0 else { return }
            if row.instalment == 1 { present[index] = true } else { seen.insert(Int32(clamping: index)) }
            compare(row, at: index, open)
        }
        note(payments: count)
        for told in replay.payments where told.hasMoney {
            let isThere = told.instalment == 1 ? present[Int(told.pledge)] : seen.contains(told.pledge)
            guard !isThere else { continue }
            findings.add(
                "payment", key(Int(told.pledge), Int64(told.instalment)), "captured", book: "no row",
                journal: "\(told.captured)", entry: told.entry)
        }
    }

    private func openOperations() throws -> [OperationKey: OpenOperation] {
        var open: [OperationKey: OpenOperation] = [:]
        for operation in try records.openOperations(campaign: record.number) {
            let key = OperationKey(pledge: operation.pledge, instalment: Int64(operation.instalment))
            if open[key] != nil {
                findings.add(
                    "operation", self.key(names.index(of: operation.pledge), key.instalment), "state",
                    book: "more than one is open", journal: "I3: at most one")
            }
            open[key] = OpenOperation(
                operation.kind, amount: min(operation.amount, largestAmount), state: operation.state)
        }
        return open
    }

    private func compare(_ row: PaymentView, at index: Int, _ open: [OperationKey: OpenOperation]) {
        let stored = row.payment
        let told = replay.payment(ofPledge: index, instalment: row.instalment)
        let journal = told?.payment ?? Payment()
        let columns: [(StaticString, Int64, Int64)] = [
            ("authorized", stored.authorized, journal.authorized),
            ("captured", stored.captured, journal.captured),
            ("voided", stored.voided, journal.voided), ("refunded", stored.refunded, journal.refunded),
            ("committed", stored.committed, journal.committed),
            ("disputed", stored.disputed, journal.disputed),
            ("lost", stored.lost, journal.lost), ("excess", stored.excess, journal.excess),
            ("capture_before", stored.captureBefore?.seconds ?? 0, told?.captureBefore ?? 0),
        ]
        for (column, book, journal) in columns where book != journal {
            findings.add(
                "payment", key(index, row.instalment), "\(column)", book: "\(book)", journal: "\(journal)",
                entry: told?.entry)
        }
        if let ending = told?.ending, ending != stored.ending {
            findings.add(
                "payment", key(index, row.instalment), "ending", book: "\(stored.ending)",
                journal: "\(ending)",
                entry: told?.entry)
        }
        var current = journal
        current.ending = told?.ending ?? stored.ending
        current.operation =
            open.isEmpty ? nil : open[OperationKey(pledge: row.pledge, instalment: row.instalment)]
        if current.state.rawValue != row.state {
            findings.add(
                "payment", key(index, row.instalment), "state",
                book: PaymentState(rawValue: Int(clamping: row.state))?.label ?? "\(row.state)",
                journal: current.state.label, entry: told?.entry)
        }
        // The journal's own amounts: the row's are compared with them above, and cannot overflow here.
        for violation in current.violations() {
            findings.add(
                "payment", key(index, row.instalment), "amounts", book: violation, journal: "I1–I4",
                entry: told?.entry)
        }
    }

    private func key(_ index: Int, _ instalment: Int64) -> String {
        let reference = index >= 0 ? names.reference(at: index) : "of no pledge"
        return instalment == 1 ? reference : "\(reference) (instalment \(instalment))"
    }
}

private struct OperationKey: Hashable {
    var pledge: Int64
    var instalment: Int64
}

extension ReplayedPayment {
    /// Whether a row must be there.
    fileprivate var hasMoney: Bool {
        authorized != 0 || captured != 0 || refunded != 0 || committed != 0 || disputed != 0 || lost != 0
            || excess != 0
    }
}

/// How many units a pledge contains, to tell whether it is delivered.
struct Demand {
    private var tiers: [Int64] = []
    private var addOns: [Int64] = []
    private let replay: JournalReplay

    init(_ definition: CampaignDefinition?, _ replay: JournalReplay) {
        self.replay = replay
        func units(_ contents: [Content]) -> Int64 { contents.reduce(0) { $0 &+ $1.quantity } }
        tiers = replay.tiers.words.map { id in
            units(definition?.tiers.first { $0.id == id }?.contains ?? [])
        }
        addOns = replay.words.words.map { id in
            units(definition?.addOns.first { $0.id == id }?.contains ?? [])
        }
    }

    /// The pledge's state: delivered when everything that it contains has gone out.
    func state(of pledge: ReplayedPledge) -> UInt8 {
        guard pledge.deliveries > 0, pledge.state == UInt8(PledgeState.placed.rawValue) else {
            return pledge.state
        }
        var units = pledge.tier < 0 ? 0 : tiers[Int(pledge.tier)] &* pledge.quantity
        for line in replay.lines(of: pledge) where line.kind == 1 {
            units &+= addOns[Int(line.word)] &* line.quantity
        }
        return Int64(pledge.delivered) >= units ? UInt8(PledgeState.delivered.rawValue) : pledge.state
    }
}
