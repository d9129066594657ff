import Accounting
import Imports

@testable import Crowdfunding
@testable import Gateways
@testable import Pledgebook
@testable import Storage

/// One campaign's life under everything that can go wrong, drawn from a seed: faults at the processor, a
/// clock that jumps, a process that is killed and started again.
final class Simulation {
    enum Command: Hashable {
        case take
        case close
        case cancel(String)
        case retry(String)
        case callOff
    }

    private let seed: UInt64
    private var random: SampleRandom
    private let campaign: SeededCampaign
    let mortal: MortalBook
    private var now: Timestamp
    /// The latest moment at which anything was said.
    private var latest: Timestamp
    /// What was done, to be read when it fails.
    private(set) var log: [String] = []
    private(set) var kills = 0

    init(seed: UInt64) throws {
        self.seed = seed
        random = SampleRandom(seed: seed)
        campaign = SeededCampaign(&random)
        mortal = try MortalBook()
        now = campaign.opens
        latest = now
        let checked = try checkCampaign(Array(campaign.text.utf8), file: "lamp.json")
        mortal.profile = RehearsalProfile(&random, fees: checked.definition.fees)
        _ = try mortal.session(at: now).launch(checked, seed: seed)
    }

    /// Lives through it.
    ///
    /// - Returns: What is not as it must be.
    func run() throws -> [String] {
        try pledges()
        for _ in 0..<(4 + random.below(8)) {
            jump()
            try say(command())
            if try isOver(), random.chance(6_000) { break }
        }
        try recover()
        return try findings()
    }

    /// Files arrive while the campaign is live; the last one nearly always at the last moment.
    private func pledges() throws {
        let span = Int(campaign.closes.seconds - campaign.opens.seconds)
        now = campaign.opens.adding(seconds: Int64(random.below(span)))
        for _ in 0..<(1 + random.below(3)) { try say(now < campaign.closes ? command() : .take) }
        if random.chance(9_500) { now = max(now, campaign.closes.adding(seconds: -1)) }
        latest = max(latest, now)
        try say(.take)
        if now < campaign.closes { now = campaign.closes.adding(seconds: Int64(random.below(3) - 1)) }
        latest = max(latest, now)
    }

    // MARK: The clock

    private func jump() {
        switch random.below(12) {
        case 0: now = now.adding(seconds: -3600)
        case 1: now = now.adding(seconds: -Int64(random.below(400)))
        case 2: now = now.adding(seconds: random.chance(2_000) ? 30 * 86_400 : 86_400)
        case 3:
            let ends = campaign.closes.adding(seconds: Int64(campaign.retryDays) * 86_400)
            now = max(now, ends.adding(seconds: Int64(random.below(3) - 1)))
        case 4, 5: break
        default: now = now.adding(seconds: Int64(random.below(2 * 86_400)))
        }
        now = max(now, campaign.opens)
        latest = max(latest, now)
    }

    // MARK: Commands

    private func command() -> Command {
        let pledge = "P-\(1 + random.below(campaign.rows.count))"
        if now < campaign.closes {
            return random.chance(7_500) ? .take : random.chance(8_000) ? .cancel(pledge) : .close
        }
        switch random.below(20) {
        case 0, 1: return .take
        case 2...4: return .cancel(pledge)
        case 5...7: return .retry(pledge)
        case 8: return random.chance(3_000) ? .callOff : .close
        default: return .close
        }
    }

    private func killPoint() -> KillPoint? {
        guard random.chance(4_500) else { return nil }
        return random.chance(5_000)
            ? .commit(random.below(4)) : .gateway(random.below(3), part: random.below(3))
    }

    /// Says a command, again and again until it is not killed.
    private func say(_ command: Command) throws {
        var point = killPoint()
        while true {
            log.append("\(now) \(command)\(point.map { " killed at \($0)" } ?? "")")
            let wasKilled: Bool
            do {
                wasKilled = try mortal.run(at: now, killing: point) { try carryOut(command, $0) }
            } catch let refusal as any UserFacingError {
                log.append("  \(refusal.message)")
                guard refusal.exitCode != .fault else { throw refusal }
                return
            }
            guard wasKilled else { return }
            kills += 1
            point = random.chance(3_000) ? killPoint() : nil
            if random.chance(3_000) { jump() }
        }
    }

    private func carryOut(_ command: Command, _ session: Session) throws {
        switch command {
        case .take:
            let path = try mortal.write(campaign.file(at: session.now))
            var options = ImportOptions()
            options.takesGoodRows = true
            _ = try session.importPledges(at: path, into: nil, options: options, observer: ImportObserver())
        case .close: _ = try session.closeCampaign(nil)
        case .cancel(let pledge): _ = try session.cancelPledge(pledge, in: nil, override: "simulation")
        case .retry(let pledge): _ = try session.retryPayment(pledge, of: nil)
        case .callOff: _ = try session.cancelCampaign(nil, because: "simulation")
        }
    }

    // MARK: The end

    /// The processor is well again and somebody says `campaign close` until nothing is left to do.
    private func recover() throws {
        mortal.profile.recoversAt = latest
        now = max(latest, campaign.closes)
        for _ in 0..<60 {
            let session = mortal.session(at: now)
            let state = try session.campaign(nil).record.state
            if ![.unfunded, .canceled, .finished].contains(state) {
                log.append("\(now) close")
                _ = try session.closeCampaign(nil)
            }
            if try isOver() { return }
            now = now.adding(seconds: 12 * 3600)
        }
    }

    /// How many payments the book has in the end.
    func payments() throws -> Int {
        try mortal.book.read { records in
            var count = 0
            try records.forEachPayment(campaign: 1) { _ in count += 1 }
            return count
        }
    }

    private func isOver() throws -> Bool {
        try mortal.book.read { records in
            guard let record = try records.campaigns().first, record.state != .live,
                record.state != .collecting
            else { return false }
            guard try records.openOperations(campaign: 1).isEmpty else { return false }
            guard record.state == .releasing else { return true }
            // Only what a person has to settle keeps it there.
            return try records.totals(campaign: 1).allSatisfy { $0.isReleased || $0.payment == .conflicted }
        }
    }

    private func findings() throws -> [String] {
        var found: [String] = []
        let session = mortal.session(at: now)
        let check = try session.checkBook(campaign: nil)
        found += check.fileFaults + check.differences.map(\.description)
        if try !isOver() { found.append("the closing does not come to an end") }
        let record = try mortal.book.read { try $0.campaigns()[0] }
        guard record.isRehearsal == true else { return found }
        let truth = try session.compareWithTruth(nil)
        found += truth.differences
        if truth.unsettled > 0 { found.append("\(truth.unsettled) payments are still unknown") }
        found += try sums(record, conflicted: truth.conflicted)
        if seed.isMultiple(of: 8) { found += try rebuildDifferences(session) }
        return found
    }

    /// The books' account at the processor is what the processor has.
    private func sums(_ record: CampaignRecord, conflicted: Int) throws -> [String] {
        var totals = RehearsalTotals()
        for entry in try mortal.truth().records() where entry.currency == record.currency.code {
            totals.add(entry)
        }
        var trial = TrialBalance()
        for total in try mortal.book.read({ try $0.dailyTotals(campaign: 1) }) {
            try trial.add(total.parts, by: total.kind.postings)
        }
        var found: [String] = []
        let lies = totals.captured - totals.refunded - totals.fees
        if trial.balance(of: .clearing) != lies {
            found.append("clearing is \(trial.balance(of: .clearing)), and \(lies) lies at the processor")
        }
        let isGivenBack = record.state == .unfunded || record.state == .canceled
        if isGivenBack, conflicted == 0, totals.captured != totals.refunded {
            found.append("\(record.state): of \(totals.captured) only \(totals.refunded) went back")
        }
        return found
    }
}
