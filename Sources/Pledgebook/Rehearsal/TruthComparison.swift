import Accounting
public import Crowdfunding
import Gateways
import Storage

/// Where a rehearsal's book and its card processor's own record part.
public struct TruthComparison: Sendable {
    /// A sentence each.
    public internal(set) var differences: [String] = []
    /// Payments of which the book does not know yet what the processor did.
    public internal(set) var unsettled = 0
    /// Payments that wait for a person, because the processor did not do what it was asked.
    public internal(set) var conflicted = 0
}

extension Session {
    /// Compares every operation and every amount of a rehearsal with what the processor's own record says.
    ///
    /// What is still open, pending or unknown is counted and not compared. For campaigns of some thousand
    /// pledges: it reads them one by one.
    ///
    /// - Throws: `SessionError.refused` for a campaign that is no rehearsal; what the record's file says.
    public func compareWithTruth(_ id: CampaignID?) throws -> TruthComparison {
        try book.read { records in
            let campaign = try campaign(id, in: records)
            guard campaign.record.isRehearsal == true else {
                throw SessionError.refused(
                    "\(campaign.record.id) is no rehearsal: it has no record beside it.")
            }
            let gateway = try RehearsalGateway(RehearsalProfile(seed: 0), path: book.path + ".rehearsal")
            var comparing = try ComparingTruth(self, campaign, gateway, records)
            try comparing.run()
            return comparing.result
        }
    }
}

private struct ComparingTruth {
    private(set) var result = TruthComparison()
    private let campaign: LoadedCampaign
    private let gateway: RehearsalGateway
    private let records: Records
    private let prefix: String
    /// Requests that arrived and that an operation of the book asked for.
    private var known = 0

    init(
        _ session: Session, _ campaign: LoadedCampaign, _ gateway: RehearsalGateway, _ records: Records
    ) throws {
        self.campaign = campaign
        self.gateway = gateway
        self.records = records
        prefix = OperationWindows.prefix(session, campaign)
    }

    mutating func run() throws {
        for pledge in try records.pledges(campaign: campaign.record.number) { try compare(pledge) }
        let arrived = try gateway.totals().requests
        guard arrived != known else { return }
        result.differences.append(
            "the processor did \(arrived - known) things of which the book knows nothing")
    }

    private mutating func compare(_ pledge: PledgeRecord) throws {
        let number = campaign.record.number
        var sums = RehearsalTotals()
        var charges = 0
        var isSettled = true
        for operation in try records.operations(campaign: number, pledge: pledge.number) {
            let key = Operation(
                pledge: pledge.number, reference: pledge.reference, instalment: operation.instalment,
                kind: operation.kind, attempt: operation.attempt, amount: operation.amount, method: "",
                target: "")
            let truth = try gateway.record(of: key, prefix: prefix)
            if truth != nil { known += 1 }
            isSettled = isSettled && operation.state.rawValue >= OperationState.succeeded.rawValue
            let isForeign = truth.map { $0.currency != campaign.currency.code } == true
            if !agrees(operation.state, truth?.outcome, isForeign: isForeign) {
                say(
                    pledge,
                    "operation \(operation.kind) \(operation.attempt) is \(operation.state) in the "
                        + "book, and \(truth.map { "\($0.outcome)" } ?? "unknown") at the processor")
            }
            guard let truth, truth.outcome == .done, !isForeign else { continue }
            sums.add(truth)
            if truth.kind == .charge { charges += 1 }
        }
        if charges > 1 { say(pledge, "was charged \(charges) times at the processor") }
        if sums.refunded > sums.captured {
            say(pledge, "was paid back \(sums.refunded) of \(sums.captured) minor units at the processor")
        }
        let payment = try records.payments(campaign: number, pledge: pledge.number).first?.payment
        if payment?.state == .conflicted { result.conflicted += 1 }
        guard isSettled else {
            result.unsettled += 1
            return
        }
        try compare(pledge, sums)
    }

    /// What the pledge's entries say went in and out at the processor, and what it kept.
    private mutating func compare(_ pledge: PledgeRecord, _ sums: RehearsalTotals) throws {
        var booked = RehearsalTotals()
        let entries = try records.entries(campaign: campaign.record.number, pledge: pledge.number)
        for entry in entries.map(\.entry) {
            switch entry.kind {
            case .captured, .capturedAfterSuccess: booked.captured += entry.parts.amount
            case .unmatchedIn: booked.captured += entry.parts.amount
            case .refunded, .claimFromRefund, .unmatchedOut: booked.refunded += entry.parts.amount
            case .processorFee: break
            default: continue
            }
            booked.fees += entry.parts.fee
        }
        let figures = [
            ("taken", booked.captured, sums.captured), ("paid back", booked.refunded, sums.refunded),
            ("kept", booked.fees, sums.fees),
        ]
        for (word, book, truth) in figures where book != truth {
            say(pledge, "\(word): the book says \(book), the processor \(truth)")
        }
    }

    private mutating func say(_ pledge: PledgeRecord, _ text: String) {
        result.differences.append("\(pledge.reference) \(text)")
    }

    private func agrees(
        _ state: OperationState, _ outcome: RehearsalRecord.Outcome?, isForeign: Bool
    ) -> Bool {
        switch state {
        case .succeeded: outcome == .done
        case .failedSoft: outcome == .declinedSoft || outcome == .actionRequired
        case .failedHard: outcome == .declinedHard || outcome == .expired || outcome == .done && isForeign
        case .open, .pending, .unknown: true
        case .abandoned: outcome == nil
        }
    }
}
