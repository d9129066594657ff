import Accounting
import Imports
import Reports

@testable import Crowdfunding
@testable import Gateways
@testable import Pledgebook
@testable import Storage

/// Carries a sequence out on a real book and on the reference model, and compares them after every step.
final class ModelRun {
    /// Where the two part.
    struct Parted: Error, CustomStringConvertible {
        let description: String
    }

    /// A fact that a person told, as the model undoes it.
    private struct Told {
        let entry: Int64
        let pledge: Int?
        let before: ReferenceModel
        let after: ReferenceModel
    }

    let seed: UInt64
    private let isRehearsal: Bool
    let mortal: MortalBook
    var model: ReferenceModel
    var now: Timestamp
    private var records = 0
    private var told: [Told] = []
    /// Lines of the processor's own record that the model knows.
    private var heard = 0
    private var closedAt: Timestamp?

    static let opens = SampleCampaigns.instant("2026-03-02T09:00:00Z")
    static let closes = SampleCampaigns.instant("2026-03-22T18:00:00Z")
    static let retryDays = 4

    init(seed: UInt64, isRehearsal: Bool) throws {
        self.seed = seed
        self.isRehearsal = isRehearsal
        var random = SampleRandom(seed: seed ^ 0xA0)
        mortal = try MortalBook()
        mortal.profile = RehearsalProfile(
            seed: seed, declineSoft: 250_000, declineHard: 80_000, fees: Self.fees)
        now = Self.opens
        let goal = 5_000 + 12_600 * random.below(5)
        let countsCollected = random.chance(7_000)
        model = ReferenceModel(
            goal: goal, countsCollected: countsCollected, window: Self.retryDays * 86_400)
        let text = Self.text(goal: goal, countsCollected: countsCollected)
        _ = try mortal.session(at: now).launch(checkCampaign(Array(text.utf8), file: "lamp.json"), seed: seed)
    }

    func run(_ steps: [ModelStep]) throws {
        for step in steps {
            now = now.adding(seconds: Int64(step.wait))
            try carryOut(step.command)
            try compare(after: step)
        }
        try check()
    }

    /// Seconds since the campaign's end.
    private var late: Int { Int(now.seconds - Self.closes.seconds) }

    /// Seconds since the retry window began: a rehearsal's begins with its closing, whenever that is said.
    private var age: Int { isRehearsal ? Int(now.seconds - (closedAt ?? now).seconds) : late }

    private func reference(_ pledge: Int) -> String { "P-\(pledge + 1)" }

    // MARK: Commands

    private func carryOut(_ command: ModelStep.Command) throws {
        let session = mortal.session(at: now)
        switch command {
        case .take(let count): try take(count, session)
        case .record(let pledge, let percent, let force): try record(pledge, percent, force, session)
        case .decline(let pledge): try decline(pledge, session)
        case .refund(let pledge, let percent, let own, let force):
            try refund(pledge, percent, own: own, force: force, session)
        case .cancel(let pledge): try cancel(pledge, session)
        case .retry(let pledge): try retry(pledge, session)
        case .close: try close(session)
        case .callOff: try callOff(session)
        case .payOut: try payOut(session)
        case .reverse(let number): try reverse(number, session)
        }
    }

    /// - Returns: Whether the program refused; a fault of it is thrown on.
    private func refuses(_ body: () throws -> Void) throws -> Bool {
        do {
            try body()
            return false
        } catch let problem as any UserFacingError {
            guard problem.exitCode != .fault else { throw problem }
            return true
        }
    }

    private func expect(_ refused: Bool, _ expected: Bool, _ what: String) throws {
        guard refused != expected else { return }
        throw Parted(
            description: "\(what): the program \(refused ? "refused" : "did") it, the model "
                + "\(expected ? "refuses" : "does")")
    }

    private func take(_ count: Int, _ session: Session) throws {
        guard model.state == .live, now < Self.closes else { return }
        let first = model.pledges.count
        var file = "pledge_id,email,country,tier,quantity,pledged_at,payment_method,payment_reference\n"
        for index in 0..<first + count {
            file +=
                "P-\(index + 1),b\(index)@post.example,DE,one,\(1 + index % 2),"
                + "2026-03-02T10:00:0\(index % 10)Z,"
                + (isRehearsal ? "rehearsal,pm_\(index)" : "recorded,") + "\n"
        }
        let path = try mortal.write(file)
        now = max(now, Self.opens.adding(seconds: 86_400))
        guard now < Self.closes else { return }
        let summary = try mortal.session(at: now).importPledges(
            at: path, into: nil, options: ImportOptions(), observer: ImportObserver())
        guard summary.placed == Int64(count) else {
            throw Parted(description: "of \(count) rows \(summary.placed) were placed: \(summary.problems)")
        }
        for index in first..<first + count {
            // EUR 120.00 and 6.00 shipping, or twice that and 2.00 more; 20 % tax lies in both.
            let due =
                index % 2 == 0
                ? ModelParts(goods: 10_000, shipping: 500, tax: 2_100)
                : ModelParts(goods: 20_000, shipping: 667, tax: 4_133)
            model.pledges.append(ModelPledge(reference: reference(index), due: due, price: due.total))
        }
    }

    private func record(_ pledge: Int, _ percent: Int, _ force: Bool, _ session: Session) throws {
        guard !isRehearsal, model.pledges.indices.contains(pledge) else { return }
        let before = model
        let amount = model.pledges[pledge].price * percent / 100
        let fits = model.pledges[pledge].captured == 0 && amount <= model.pledges[pledge].due.total
        records += 1
        var entry: Int64 = 0
        let refused = try refuses {
            var fact = PaymentFact(amount: Int64(amount), reference: "T-\(records)", acceptsExcess: force)
            fact.day = nil
            entry = try session.recordPayment(of: reference(pledge), fact, in: nil).entries.first?.number ?? 0
        }
        try expect(refused, !fits && !force, "record \(amount) for \(reference(pledge))")
        guard !refused else { return }
        model.take(amount, from: pledge)
        told.append(Told(entry: entry, pledge: pledge, before: before, after: model))
    }

    private func decline(_ pledge: Int, _ session: Session) throws {
        guard !isRehearsal, model.pledges.indices.contains(pledge) else { return }
        _ = try refuses {
            _ = try session.recordPayment(of: reference(pledge), PaymentFact(), declined: true, in: nil)
        }
    }

    private func refund(
        _ pledge: Int, _ percent: Int, own: Bool, force: Bool, _ session: Session
    ) throws {
        guard !isRehearsal, model.pledges.indices.contains(pledge) else { return }
        let before = model
        let it = model.pledges[pledge]
        let owed = it.promised.total
        let natural = it.openRefund ?? (owed > 0 ? owed : it.isConflicted ? it.held.total : it.held.total)
        let amount = percent == 0 ? natural : it.price * percent / 100
        let most = it.openRefund ?? owed + it.held.total
        // What is said to have gone out is a fact, even where nothing came in.
        let fits = it.captured > 0 && amount <= most
        let isPossible = amount > 0 && (fits || force && !own && (it.captured > 0 || percent != 0))
        records += 1
        var entry: Int64 = 0
        let refused = try refuses {
            let fact = PaymentFact(
                amount: percent == 0 ? nil : Int64(amount), reference: "R-\(records)", acceptsExcess: force)
            entry =
                try session.recordRefund(of: reference(pledge), fact, fromOwnAccount: own, in: nil).entries
                .first?.number ?? 0
        }
        try expect(refused, !isPossible, "refund \(amount) of \(it.reference) (at most \(most))")
        guard !refused else { return }
        if let open = it.openRefund {
            let paid = min(amount, open)
            model.pay(paid, to: pledge, fromOwn: own)
            model.post(1900, 1100, max(0, amount - open))
            model.pledges[pledge].excess += max(0, amount - open)
            // What is short of it stays promised.
            model.pledges[pledge].openRefund = nil
        } else if it.captured == 0 {
            model.post(1900, 1100, amount)
            model.pledges[pledge].excess += amount
        } else {
            let further = min(max(0, amount - owed), it.held.total)
            model.promise(further, to: pledge)
            model.pay(min(amount, owed) + further, to: pledge, fromOwn: own)
            let claim = amount - min(amount, owed) - further
            model.post(1200, 1100, claim)
            model.refunds += claim
            model.pledges[pledge].excess += claim
        }
        told.append(Told(entry: entry, pledge: pledge, before: before, after: model))
    }

    private func cancel(_ pledge: Int, _ session: Session) throws {
        let refused = try refuses {
            _ = try session.cancelPledge(reference(pledge), in: nil, override: "model")
        }
        guard model.pledges.indices.contains(pledge) else {
            return try expect(refused, true, "cancel \(reference(pledge))")
        }
        let it = model.pledges[pledge]
        let isOver = [.releasing, .unfunded, .canceled].contains(model.state)
        let mayNot =
            it.isConflicted
            || it.state != .canceled && (isOver || it.state == .dropped || it.openRefund != nil)
        if !isRehearsal { try expect(refused, mayNot, "cancel \(it.reference)") }
        guard !refused else { return }
        model.pledges[pledge].state = .canceled
        if isRehearsal { return try hear() }
        if !it.isConflicted, it.openRefund == nil, it.held.total > 0 {
            model.promise(it.held.total, to: pledge)
            model.pledges[pledge].openRefund = it.held.total
        }
    }

    private func retry(_ pledge: Int, _ session: Session) throws {
        guard isRehearsal else { return }
        let refused = try refuses { _ = try session.retryPayment(reference(pledge), of: nil) }
        guard !refused else { return }
        try hear()
        model.decide(age: age, open: stillOpen)
    }

    private func close(_ session: Session) throws {
        let refused = try refuses { _ = try session.closeCampaign(nil) }
        let mayNot = model.state == .live && late < 0 || [.unfunded, .canceled].contains(model.state)
        try expect(refused, mayNot, "close")
        guard !refused else { return }
        if model.state == .live {
            closedAt = max(now, Self.closes)
            model.decide(age: .min, open: .max / 2)
        }
        if isRehearsal { try hear() }
        model.decide(age: age, open: stillOpen)
        if [.collecting, .funded].contains(model.state), age >= model.window {
            model.dropUnpaid()
            model.decide(age: age, open: stillOpen)
        }
        try release()
    }

    private func callOff(_ session: Session) throws {
        let refused = try refuses { _ = try session.cancelCampaign(nil, because: "model") }
        let may =
            [.live, .collecting, .canceled].contains(model.state)
            || model.state == .releasing && model.isCalledOff
        try expect(refused, !may, "call off")
        guard !refused, model.state != .canceled else { return }
        model.state = .releasing
        model.isCalledOff = true
        try release()
    }

    private func release() throws {
        guard model.state == .releasing else { return }
        if isRehearsal {
            try hear()
            model.release()
            for index in model.pledges.indices { model.pledges[index].openRefund = nil }
        } else {
            model.release()
        }
        model.endIfReleased()
    }

    private func payOut(_ session: Session) throws {
        let lies = model.accounts[1100, default: 0]
        guard lies > 0, !isRehearsal, model.pledges.allSatisfy({ !$0.isConflicted }) else { return }
        records += 1
        let refused = try refuses {
            _ = try session.recordPayout(
                CashFact(amount: Int64(lies), reference: "PO-\(records)"), in: nil)
        }
        guard !refused else { return }
        model.post(1000, 1100, lies)
    }

    private func reverse(_ number: Int, _ session: Session) throws {
        guard told.indices.contains(told.count - 1 - number) else { return }
        let fact = told[told.count - 1 - number]
        guard fact.entry > 0,
            try !refuses({ _ = try session.reverseEntry(fact.entry, because: "model", in: nil) })
        else { return }
        told.remove(at: told.count - 1 - number)
        for account in Set(fact.before.accounts.keys).union(fact.after.accounts.keys) {
            model.accounts[account, default: 0] -=
                fact.after.accounts[account, default: 0] - fact.before.accounts[account, default: 0]
        }
        model.receipts -= fact.after.receipts - fact.before.receipts
        model.refunds -= fact.after.refunds - fact.before.refunds
        guard let pledge = fact.pledge else { return }
        let (before, after) = (fact.before.pledges[pledge], fact.after.pledges[pledge])
        model.pledges[pledge].due = model.pledges[pledge].due + before.due - after.due
        model.pledges[pledge].held = model.pledges[pledge].held + before.held - after.held
        model.pledges[pledge].promised = model.pledges[pledge].promised + before.promised - after.promised
        model.pledges[pledge].returned = model.pledges[pledge].returned + before.returned - after.returned
        model.pledges[pledge].excess += before.excess - after.excess
    }

    // MARK: The processor

    /// Takes over what the processor has done since: the only thing that the model does not work out itself.
    private func hear() throws {
        let all = try mortal.truth().records()
        for line in all[heard...] {
            let names = (1...max(1, model.pledges.count)).map { "P-\($0)" }
            guard let index = try names.firstIndex(where: { try isOf(line, $0) }) else {
                throw Parted(description: "the processor did something for nobody: \(line)")
            }
            switch (line.kind, line.outcome) {
            case (.charge, .done):
                guard model.pledges[index].captured == 0, line.amount == Int64(model.pledges[index].price)
                else { throw Parted(description: "\(names[index]) was charged \(line.amount)") }
                model.take(Int(line.amount), fee: Int(line.fee), from: index)
            case (.charge, _): break
            case (.refund, .done):
                guard line.amount == Int64(model.pledges[index].held.total) else {
                    throw Parted(description: "\(names[index]) was paid back \(line.amount)")
                }
                model.promise(Int(line.amount), to: index)
                model.pay(Int(line.amount), to: index)
            default: throw Parted(description: "the processor did \(line)")
            }
        }
        heard = all.count
    }

    private func isOf(_ line: RehearsalRecord, _ reference: String) throws -> Bool {
        for kind in [OperationKind.charge, .refund] where line.kind == kind {
            for attempt in 1...20 {
                let operation = Operation(
                    pledge: 0, reference: reference, instalment: 1, kind: kind, attempt: attempt, amount: 1,
                    method: "", target: "")
                let found = try mortal.truth().record(of: operation, prefix: "rehearsal/lamp")
                if found?.keyHigh == line.keyHigh, found?.keyLow == line.keyLow { return true }
            }
        }
        return false
    }

    /// What may still be collected: nothing came yet, and nobody has to settle anything first.
    private var stillOpen: Int {
        model.pledges.filter { $0.state == .placed && $0.captured == 0 && !$0.isConflicted }
            .reduce(0) { $0 + $1.price }
    }
}
