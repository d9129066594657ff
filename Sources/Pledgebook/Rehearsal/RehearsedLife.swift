import Accounting
import Crowdfunding
import Gateways
import Imports
import Receipts
import Storage

/// One campaign's life in a book of its own, with invented pledges and a card processor that behaves as it is
/// told.
final class RehearsedLife {
    private let plan: RehearsalPlan
    private let folder: ThrowAwayFolder
    private let book: Book
    private let master: MasterKey
    private let profile: RehearsalProfile
    private var result: RehearsalResult
    private var definition: CampaignDefinition { plan.campaign.definition }
    private var id: CampaignID { definition.id }

    init(_ plan: RehearsalPlan, seed: UInt64) throws {
        self.plan = plan
        folder = try ThrowAwayFolder()
        result = RehearsalResult(seed: seed)
        book = try Book.create(
            at: folder.path + "/book.sqlite", id: hexText(randomBytes(16)), keySecret: randomBytes(16))
        master = .random()
        profile = RehearsalProfile(plan.behavior, seed: seed, fees: plan.campaign.definition.fees)
    }

    /// Launch, pledges, cancellations, the closing and all that is due after it.
    func live() throws -> RehearsalResult {
        let closes = definition.closesAt
        let opens = definition.opensAt ?? closes.adding(seconds: -30 * 86_400)
        _ = try session(at: opens).launch(plan.campaign, seed: result.seed)
        let lastMinute = max(opens, closes.adding(seconds: -60))
        try pledge(at: lastMinute)
        try cancelSome(at: lastMinute)
        try close(from: closes)
        try read()
        return result
    }

    private func session(at moment: Timestamp) -> Session {
        var session = Session(
            book: book, master: master, now: moment, operatorName: "rehearsal", version: "",
            command: "rehearse")
        let profile = profile
        session.interposed = { gateway in
            (gateway as? RehearsalGateway)?.behaving(as: profile) ?? gateway
        }
        return session
    }

    private func pledge(at moment: Timestamp) throws {
        var bytes: [UInt8] = []
        try SamplePledges(definition: definition, seed: result.seed).write(count: plan.pledges) { piece in
            for index in piece.indices { bytes.append(piece[index]) }
        }
        let file = try folder.write(bytes, to: "pledges.csv")
        let summary = try session(at: moment).importPledges(
            at: file, into: id, options: ImportOptions(), observer: ImportObserver())
        if summary.placed != Int64(plan.pledges) {
            result.faults.append("\(plan.pledges - Int(summary.placed)) invented pledges were refused")
        }
    }

    /// Some backers change their minds; what the rule of the last day refuses stays.
    private func cancelSome(at moment: Timestamp) throws {
        var random = SampleRandom(seed: result.seed ^ 0xCA9C_E1ED)
        let share = Int(plan.behavior.cancellations.millionths)
        let references = try book.read { records in
            try records.pledges(campaign: campaign(in: records).record.number).map(\.reference)
        }
        for reference in references where random.below(1_000_000) < share {
            do {
                _ = try session(at: moment).cancelPledge(reference, in: id)
                result.canceledCount += 1
            } catch is CancellationRefusal {
                continue
            } catch is PaymentRefusal {
                continue  // Its charge is not known yet.
            }
        }
    }

    /// Says `campaign close` whenever something may be due, until nothing is.
    private func close(from closes: Timestamp) throws {
        let terms = definition.prepayment
        let windowEnds = closes.adding(seconds: Int64(terms.retryDays) * 86_400)
        let every = Int64(max(1, terms.retryEveryHours)) * 3600
        var moment = closes
        // Answers come days late at the most; a month after the window everything must be over.
        let patience = windowEnds.adding(seconds: Int64(plan.behavior.delayDays + 30) * 86_400)
        while moment <= patience {
            if try isOver() { return }
            let session = session(at: moment)
            if try !isOver(states: [.unfunded, .canceled, .finished]) {
                let closing = try session.closeCampaign(id)
                if closing.campaign.record.state.hasSucceeded { try launchRuns(session) }
            }
            let next = moment.adding(seconds: moment < windowEnds ? every : 86_400)
            moment = moment < windowEnds && next > windowEnds ? windowEnds : next
        }
        if try !isOver() { result.faults.append("the closing does not come to an end") }
    }

    private func launchRuns(_ session: Session) throws {
        for run in definition.production {
            do {
                let launch = try session.launchRun(run.id, campaign: id)
                if !launch.wasLaunched { result.runsLaunched += 1 }
            } catch is RunRefusal {
                continue  // Its threshold does not hold, or nobody waits for it.
            }
        }
    }

    private func isOver(states: [CampaignState]) throws -> Bool {
        states.contains(try session(at: definition.closesAt).campaign(id).record.state)
    }

    /// Decided, nothing is under way, and nothing waits to be tried again or given back but what a person has
    /// to settle.
    private func isOver() throws -> Bool {
        try book.read { records in
            let campaign = try campaign(in: records)
            let number = campaign.record.number
            guard campaign.record.state != .live, try records.openOperations(campaign: number).isEmpty else {
                return false
            }
            let totals = try records.totals(campaign: number)
            if campaign.record.state == .releasing {
                return totals.allSatisfy { $0.isReleased || $0.payment == .conflicted }
            }
            return totals.allSatisfy { total in
                total.state != .placed || total.payment == .conflicted
                    || total.captured + total.refunded > 0 || total.amount == 0
            }
        }
    }

    private func campaign(in records: Records) throws -> LoadedCampaign {
        try session(at: definition.closesAt).campaign(id, in: records)
    }

    // MARK: What it came to

    private func read() throws {
        let last = session(at: definition.closesAt.adding(seconds: 400 * 86_400))
        let check = try last.checkBook(campaign: id)
        result.faults += check.fileFaults + check.differences.map(\.description)
        let truth = try last.compareWithTruth(id)
        result.faults += truth.differences
        result.conflictedCount = Int64(truth.conflicted)
        if truth.unsettled > 0 {
            result.faults.append("\(truth.unsettled) payments are not known to the end")
        }
        try book.read { records in
            let campaign = try campaign(in: records)
            let number = campaign.record.number
            result.state = campaign.record.state
            result.decidedOn = campaign.record.decidedAt.map(campaign.day(of:))
            for total in try records.totals(campaign: number) {
                result.pledged += total.amount
                result.collected += total.captured
                result.refunded += total.refunded
                guard total.state == .dropped else { continue }
                result.dropped += total.amount
                result.droppedCount += total.count
            }
            for total in try records.dailyTotals(campaign: number) {
                result.fees += total.parts.fee
                switch total.kind {
                case .captured, .capturedAfterSuccess: result.lastCollectedOn = total.day
                case .refunded: result.lastRefundedOn = total.day
                default: break
                }
            }
        }
    }
}
