@testable import Pledgebook

/// One command of a sequence, with how long it was waited before it.
struct ModelStep: CustomStringConvertible {
    enum Command: Hashable {
        /// Import this many more pledges.
        case take(Int)
        /// Money came, in per cent of the price; `force` books what does not fit.
        case record(pledge: Int, percent: Int, force: Bool)
        case decline(pledge: Int)
        /// A refund was made, in per cent of the price; 0 for all that is under way, owed or held.
        case refund(pledge: Int, percent: Int, own: Bool, force: Bool)
        case cancel(pledge: Int)
        case retry(pledge: Int)
        case close
        case callOff
        /// What the processor has goes to the bank.
        case payOut
        /// Takes back what a person told, counted from the last.
        case reverse(Int)
    }

    /// Seconds.
    var wait: Int
    var command: Command

    var description: String { "+\(wait) \(command)" }

    init(wait: Int, _ command: Command) {
        self.wait = wait
        self.command = command
    }

    /// A step of a campaign whose money moves elsewhere, or of a rehearsal.
    init(_ random: inout SampleRandom, isRehearsal: Bool) {
        let pledge = random.below(6)
        let day = 86_400
        wait = [0, 60, 3600, day, 3 * day][random.below(5)]
        let draw = random.below(100)
        if isRehearsal {
            command =
                draw < 25
                ? .take(1 + random.below(3))
                : draw < 65
                    ? .close
                    : draw < 80 ? .cancel(pledge: pledge) : draw < 96 ? .retry(pledge: pledge) : .callOff
            return
        }
        let percent = [100, 100, 100, 50, 33, 120][random.below(6)]
        switch draw {
        case ..<18: command = .take(1 + random.below(3))
        case ..<42: command = .record(pledge: pledge, percent: percent, force: random.chance(1_500))
        case ..<48: command = .decline(pledge: pledge)
        case ..<62:
            command = .refund(
                pledge: pledge, percent: random.chance(6_000) ? 0 : percent, own: random.chance(3_000),
                force: random.chance(1_000))
        case ..<70: command = .cancel(pledge: pledge)
        case ..<86: command = .close
        case ..<90: command = .payOut
        case ..<97: command = .reverse(random.below(3))
        default: command = .callOff
        }
    }

    /// A short sequence; nearly all are closed at some time.
    static func sequence(seed: UInt64) -> (isRehearsal: Bool, steps: [ModelStep]) {
        var random = SampleRandom(seed: seed)
        let isRehearsal = random.chance(3_000)
        var steps = [ModelStep(wait: 0, .take(1 + random.below(4)))]
        let count = 4 + random.below(9)
        for _ in 0..<count { steps.append(ModelStep(&random, isRehearsal: isRehearsal)) }
        if random.chance(8_000) {
            steps.insert(ModelStep(wait: 20 * 86_400, .close), at: 1 + random.below(steps.count - 1))
        }
        return (isRehearsal, steps)
    }
}

/// Finds a shortest part of a failing sequence that still fails: takes away ever smaller pieces.
func shrunk<Step>(_ steps: [Step], fails: ([Step]) -> Bool) -> [Step] {
    var steps = steps
    var size = max(1, steps.count / 2)
    while true {
        var start = 0
        var hasShrunk = false
        while start < steps.count {
            var rest = steps
            rest.removeSubrange(start..<min(start + size, steps.count))
            if !rest.isEmpty, fails(rest) {
                steps = rest
                hasShrunk = true
            } else {
                start += size
            }
        }
        if size == 1, !hasShrunk { return steps }
        size = max(1, size / 2)
    }
}
