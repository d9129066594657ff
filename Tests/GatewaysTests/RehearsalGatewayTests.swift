import Accounting
import Glibc
import Testing

@testable import Crowdfunding
@testable import Gateways

/// A folder that goes away with the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = "/tmp/pledgebook-rehearsal-XXXXXX".utf8CString.map { $0 }
        let made = mkdtemp(&template)
        path = String(cString: try #require(made))
    }

    var truth: String { path + "/truth" }

    deinit {
        unlink(truth)
        unlink(path + "/other")
        rmdir(path)
    }
}

@Suite("Rehearsal gateway") struct RehearsalGatewayTests {
    static let euro = Currency("EUR") ?? Currency.all[0]
    static let yen = Currency("JPY") ?? Currency.all[0]
    static let now = Timestamp(seconds: 1_775_000_000)
    static let prefix = "book/lamp"
    static let rough = RehearsalProfile(
        seed: 7, declineSoft: 60_000, declineHard: 30_000, actionRequired: 20_000,
        faults: [.timeoutBefore: 50_000, .timeoutAfter: 50_000, .duplicate: 50_000]
    )

    static func operation(
        _ number: Int, _ kind: OperationKind = .charge, amount: Int64 = 10_890, attempt: Int = 1,
        target: String = ""
    ) -> Operation {
        Operation(
            pledge: Int64(number), reference: "P-\(number)", instalment: 1, kind: kind, attempt: attempt,
            amount: amount, method: "pm_\(number)", target: target
        )
    }

    static func charges(_ count: Int) -> [Operation] {
        (1...count).map { operation($0, amount: Int64(1000 + $0)) }
    }

    @Test("the same seed and requests give the same outcomes, in windows of any size; another seed does not")
    func determinism() throws {
        let folder = try TemporaryFolder()
        var first = try RehearsalGateway(Self.rough, path: folder.truth)
        var second = try RehearsalGateway(Self.rough, path: folder.path + "/other")
        let all = Self.charges(3000)
        let outcomes = try first.perform(all, prefix: Self.prefix, currency: Self.euro, at: Self.now)
        var pieces: [GatewayOutcome] = []
        for start in stride(from: 0, to: 3000, by: 750) {
            pieces += try second.perform(
                Array(all[start..<start + 750]), prefix: Self.prefix, currency: Self.euro, at: Self.now
            )
        }
        #expect(outcomes == pieces)
        #expect(try first.records() == second.records())

        var otherProfile = Self.rough
        otherProfile.seed = 8
        let third = try TemporaryFolder()
        var other = try RehearsalGateway(otherProfile, path: third.truth)
        #expect(try other.perform(all, prefix: Self.prefix, currency: Self.euro, at: Self.now) != outcomes)
    }

    @Test("every kind of answer comes about as often as its rate")
    func rates() throws {
        let folder = try TemporaryFolder()
        var gateway = try RehearsalGateway(Self.rough, path: folder.truth)
        let outcomes = try gateway.perform(
            Self.charges(20_000), prefix: Self.prefix, currency: Self.euro, at: Self.now
        )
        var counts: [String: Int] = [:]
        for outcome in outcomes {
            switch outcome.answer {
            case .done: counts["done", default: 0] += 1
            case .declined(hard: true, _): counts["hard", default: 0] += 1
            case .declined(hard: false, _): counts["soft", default: 0] += 1
            case .actionRequired: counts["action", default: 0] += 1
            case .unknown: counts["unknown", default: 0] += 1
            case .pending, .notFound: counts["other", default: 0] += 1
            }
        }
        #expect(counts["other"] == nil)
        #expect((1800...2200).contains(counts["unknown"] ?? 0), "\(counts)")
        #expect((480...600).contains(counts["hard"] ?? 0), "\(counts)")
        #expect((310...410).contains(counts["action"] ?? 0), "\(counts)")
        #expect((920...1120).contains(counts["soft"] ?? 0), "\(counts)")
    }

    @Test("asked twice under one key it acts once; other figures are refused")
    func idempotency() throws {
        let folder = try TemporaryFolder()
        var gateway = try RehearsalGateway(RehearsalProfile(seed: 1), path: folder.truth)
        let charge = Self.operation(1)
        func perform(_ operation: Operation, _ currency: Currency = Self.euro) throws -> GatewayOutcome? {
            try gateway.perform([operation], prefix: Self.prefix, currency: currency, at: Self.now).first
        }
        let first = try perform(charge)
        #expect(try perform(charge) == first)
        #expect(try gateway.totals().captured == 10_890)
        let refused = RehearsalError.keyReused(key: "book/lamp/P-1/1/2/1")
        #expect(throws: refused) { try perform(Self.operation(1, amount: 10_891)) }
        #expect(throws: refused) { try perform(charge, Self.yen) }
        var other = charge
        other.method = "pm_other"
        #expect(throws: refused) { try perform(other) }
        #expect(throws: refused) { try gateway.find(other, prefix: Self.prefix, at: Self.now) }
        #expect(throws: RehearsalError.amountOutOfRange(0)) { try perform(Self.operation(2, amount: 0)) }
        // Another attempt or another book is another key.
        #expect(try perform(Self.operation(1, attempt: 2)) != first)
        #expect(try gateway.totals().requests == 2)
    }

    @Test("the truth survives: read back, every charge is found, currency and fee with it")
    func reopening() throws {
        let folder = try TemporaryFolder()
        var profile = RehearsalProfile(seed: 3)
        profile.feePercent = Percentage("2.9")
        profile.feeFixed = 30
        let all = Self.charges(5000)
        var gateway = try RehearsalGateway(profile, path: folder.truth)
        let outcomes = try gateway.perform(all, prefix: Self.prefix, currency: Self.yen, at: Self.now)
        var again = try RehearsalGateway(profile, path: folder.truth)
        for (operation, outcome) in zip(all, outcomes) {
            #expect(try again.find(operation, prefix: Self.prefix, at: Self.now) == outcome)
        }
        #expect(try again.records() == gateway.records())
        guard case .done(1001, "JPY", 59, nil) = outcomes[0].answer else {
            Issue.record("\(outcomes[0])")
            return
        }
        #expect(outcomes[0].reference.hasPrefix("ch_") && outcomes[0].reference.utf8.count == 14)
        #expect(Set(outcomes.map(\.reference)).count == 5000)
    }

    @Test(
        "a time-out before the effect leaves no trace, one after it the effect; asking tells them apart"
    )
    func timeouts() throws {
        let folder = try TemporaryFolder()
        let profile = RehearsalProfile(seed: 11, faults: [.timeoutBefore: 100_000, .timeoutAfter: 100_000])
        let all = Self.charges(2000)
        var gateway = try RehearsalGateway(profile, path: folder.truth)
        let outcomes = try gateway.perform(all, prefix: Self.prefix, currency: Self.euro, at: Self.now)
        let unknown = all.indices.filter { outcomes[$0].answer == .unknown }
        #expect((340...460).contains(unknown.count))
        // Another process asks, and sends again what never arrived.
        var later = try RehearsalGateway(profile, path: folder.truth)
        var lost = 0
        for index in unknown {
            var found = try later.find(all[index], prefix: Self.prefix, at: Self.now)
            if found.answer == .notFound {
                lost += 1
                found = try later.perform(
                    [all[index]], prefix: Self.prefix, currency: Self.euro, at: Self.now
                )[0]
            }
            guard case .done = found.answer else {
                Issue.record("\(all[index]): \(found)")
                continue
            }
        }
        #expect((160...240).contains(lost) && lost < unknown.count)
        #expect(try later.totals().captured == all.reduce(0) { $0 + $1.amount }, "each charged exactly once")
        #expect(try later.totals().requests == 2000)
    }

    @Test("a request that arrives twice acts once, and its answer is told twice")
    func duplicates() throws {
        let folder = try TemporaryFolder()
        var gateway = try RehearsalGateway(
            RehearsalProfile(seed: 5, faults: [.duplicate: 200_000]), path: folder.truth)
        let all = Self.charges(1000)
        let outcomes = try gateway.perform(all, prefix: Self.prefix, currency: Self.euro, at: Self.now)
        let twice = gateway.takeRedeliveries()
        #expect((160...240).contains(twice.count))
        #expect(gateway.takeRedeliveries().isEmpty)
        for delivery in twice {
            #expect(outcomes[Int(delivery.operation.pledge) - 1] == delivery.outcome)
        }
        #expect(try gateway.totals().requests == 1000)
    }

    @Test("soft declines are decided for each attempt, hard ones for payment and method")
    func declines() throws {
        let folder = try TemporaryFolder()
        var gateway = try RehearsalGateway(
            RehearsalProfile(seed: 2, declineSoft: 300_000, declineHard: 300_000), path: folder.truth
        )
        func answers(_ attempt: Int) throws -> [GatewayAnswer] {
            let operations = (1...500).map { Self.operation($0, attempt: attempt) }
            return try gateway.perform(
                operations, prefix: Self.prefix, currency: Self.euro, at: Self.now
            ).map(\.answer)
        }
        let first = try answers(1)
        let second = try answers(2)
        let hard = GatewayAnswer.declined(hard: true, reason: "not_possible")
        let soft = GatewayAnswer.declined(hard: false, reason: "insufficient_funds")
        #expect(first.indices.filter { first[$0] == hard } == second.indices.filter { second[$0] == hard })
        #expect(first.contains(hard) && first.contains(soft))
        #expect(zip(first, second).contains { $0 == soft && $1 != soft })
    }

    @Test(
        "holds are captured once, in time, within their amount; refunds stay within what was taken"
    )
    func holds() throws {
        let folder = try TemporaryFolder()
        var gateway = try RehearsalGateway(RehearsalProfile(seed: 9), path: folder.truth)
        func ask(_ operation: Operation, after seconds: Int64 = 0) throws -> GatewayOutcome {
            try gateway.perform(
                [operation], prefix: Self.prefix, currency: Self.euro, at: Self.now.adding(seconds: seconds)
            )[0]
        }
        func isDone(_ outcome: GatewayOutcome) -> Bool {
            if case .done = outcome.answer { true } else { false }
        }
        let hold = try ask(Self.operation(1, .authorize))
        guard case .done(_, _, 0, .some(let end)) = hold.answer else {
            Issue.record("\(hold)")
            return
        }
        #expect(end == Self.now.adding(seconds: 7 * 86_400))
        let charge = hold.reference
        #expect(try !isDone(ask(Self.operation(1, .capture, amount: 10_891, target: charge))))
        let capture = try ask(Self.operation(1, .capture, amount: 10_000, attempt: 2, target: charge))
        #expect(isDone(capture) && capture.reference == charge)
        #expect(try !isDone(ask(Self.operation(1, .capture, amount: 890, attempt: 3, target: charge))))
        #expect(try isDone(ask(Self.operation(1, .refund, amount: 6000, target: charge))))
        #expect(try !isDone(ask(Self.operation(1, .refund, amount: 4001, attempt: 2, target: charge))))
        #expect(try isDone(ask(Self.operation(1, .refund, amount: 4000, attempt: 3, target: charge))))

        let late = try ask(Self.operation(2, .authorize)).reference
        let expired = try ask(Self.operation(2, .capture, target: late), after: 7 * 86_400)
        #expect(expired.answer == .declined(hard: true, reason: "expired"))
        let freed = try ask(Self.operation(3, .authorize)).reference
        #expect(try isDone(ask(Self.operation(3, .void, target: freed))))
        #expect(try !isDone(ask(Self.operation(3, .capture, target: freed))))
        #expect(try !isDone(ask(Self.operation(4, .refund, target: "ch_nobody"))))
        let totals = try gateway.totals()
        #expect(totals.captured == 10_000 && totals.refunded == 10_000 && totals.voided == 10_890)
    }

    @Test("with multicapture the rest stays held; a hold that has run out is neither captured nor voided")
    func multicapture() throws {
        let folder = try TemporaryFolder()
        var gateway = try RehearsalGateway(
            RehearsalProfile(seed: 9, multicapture: true), path: folder.truth)
        #expect(gateway.multicapture)
        func ask(_ operation: Operation, after seconds: Int64 = 0) throws -> GatewayAnswer {
            try gateway.perform(
                [operation], prefix: Self.prefix, currency: Self.euro, at: Self.now.adding(seconds: seconds)
            )[0].answer
        }
        let hold = try gateway.perform(
            [Self.operation(1, .authorize)], prefix: Self.prefix, currency: Self.euro, at: Self.now
        )[0].reference
        for (attempt, amount) in [(1, 6_000), (2, 4_000)] as [(Int, Int64)] {
            let answer = try ask(
                Self.operation(1, .capture, amount: amount, attempt: attempt, target: hold))
            #expect(answer == .done(amount: amount, currency: "EUR", fee: 0, captureBefore: nil))
        }
        let beyond = try ask(Self.operation(1, .capture, amount: 891, attempt: 3, target: hold))
        #expect(beyond == .declined(hard: true, reason: "not_possible"))
        let week: Int64 = 7 * 86_400
        let void = try ask(Self.operation(1, .void, amount: 890, target: hold), after: week)
        #expect(void == .declined(hard: true, reason: "expired"))
        #expect(try gateway.totals().captured == 10_000)
    }

    @Test("a line that a crash cut off never happened; a foreign file and a link are refused")
    func files() throws {
        let folder = try TemporaryFolder()
        var gateway = try RehearsalGateway(RehearsalProfile(seed: 1), path: folder.truth)
        _ = try gateway.perform(Self.charges(3), prefix: Self.prefix, currency: Self.euro, at: Self.now)
        #expect(truncate(folder.truth, off_t(3 * RehearsalRecord.width - 10)) == 0)
        var again = try RehearsalGateway(RehearsalProfile(seed: 1), path: folder.truth)
        #expect(try again.records().count == 2)
        #expect(try again.find(Self.charges(3)[2], prefix: Self.prefix, at: Self.now).answer == .notFound)

        let other = folder.path + "/other"
        let file = open(other, O_WRONLY | O_CREAT, 0o600)
        let text = String(repeating: "x", count: 2 * RehearsalRecord.width)
        #expect(write(file, text, text.utf8.count) == text.utf8.count)
        close(file)
        var foreign = try RehearsalGateway(RehearsalProfile(seed: 1), path: other)
        #expect(throws: RehearsalError.damaged(path: other, line: 1)) {
            try foreign.perform(Self.charges(1), prefix: Self.prefix, currency: Self.euro, at: Self.now)
        }
        unlink(other)
        #expect(symlink(folder.truth, other) == 0)
        #expect(throws: RehearsalError.self) { try RehearsalGateway(RehearsalProfile(seed: 1), path: other) }
        #expect(throws: RehearsalError.self) {
            try RehearsalGateway(RehearsalProfile(seed: 1), path: folder.path)
        }
    }

    /// Where the zeros lie in three lines, and how many are whole then.
    @Test(
        "what a cut of power left of a last write never happened, and the file goes on from there",
        arguments: [
            (0, 512, 0), (60, 4, 1), (2 * RehearsalRecord.width, 1, 2), (3 * RehearsalRecord.width - 1, 1, 2),
        ])
    func torn(start: Int, count: Int, whole: Int) throws {
        let folder = try TemporaryFolder()
        var gateway = try RehearsalGateway(RehearsalProfile(seed: 1), path: folder.truth)
        let charges = Self.charges(3)
        _ = try gateway.perform(charges, prefix: Self.prefix, currency: Self.euro, at: Self.now)
        let file = open(folder.truth, O_WRONLY)
        let zeros = [UInt8](repeating: 0, count: min(count, 3 * RehearsalRecord.width - start))
        #expect(pwrite(file, zeros, zeros.count, off_t(start)) == zeros.count)
        close(file)
        var again = try RehearsalGateway(RehearsalProfile(seed: 1), path: folder.truth)
        #expect(try again.records().count == whole)
        for charge in charges[whole...] {
            #expect(try again.find(charge, prefix: Self.prefix, at: Self.now).answer == .notFound)
        }
        _ = try again.perform(charges, prefix: Self.prefix, currency: Self.euro, at: Self.now)
        #expect(try again.records().count == 3)
    }

    @Test("a line reads back as it was written, at the bounds of every field")
    func lines() throws {
        for (high, amount, seconds) in [
            (UInt64.max, Int64(1_000_000_000_000), Int64(253_402_300_799)), (0, 1, -62_135_596_800),
        ] {
            let record = RehearsalRecord(
                keyHigh: high, keyLow: ~high, kind: .refund, outcome: .expired, amount: amount, fee: amount,
                target: high, at: Timestamp(seconds: seconds), currencyBits: currencyBits(of: Self.euro)
            )
            var line: [UInt8] = []
            record.append(to: &line)
            #expect(line.count == RehearsalRecord.width)
            #expect(RehearsalRecord(line.span, at: 0) == record)
            #expect(rehearsalNumber(rehearsalReference("ch_", high)) == high)
        }
        #expect(rehearsalNumber("ch_short") == nil)
        #expect(rehearsalNumber("ch_AAAAAAAAAA!") == nil)
    }
}

@Suite("Recorded gateway") struct RecordedGatewayTests {
    @Test("every request is pending, asked for it stays so")
    func pending() throws {
        var gateway = RecordedGateway()
        let operations = RehearsalGatewayTests.charges(3)
        let now = RehearsalGatewayTests.now
        let outcomes = gateway.perform(
            operations, prefix: "b/c", currency: RehearsalGatewayTests.euro, at: now)
        #expect(outcomes == [GatewayOutcome](repeating: GatewayOutcome(.pending), count: 3))
        #expect(gateway.find(operations[0], prefix: "b/c", at: now).answer == .pending)
        #expect(gateway.code == 1 && gateway.window == 4096)
    }
}
