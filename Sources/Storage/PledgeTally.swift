public import Crowdfunding

/// How much of what is due on a pledge is held.
///
/// The raw values are stored.
public enum PaidShare: Int, Hashable, Sendable {
    /// Nothing is collected, or all of it went back.
    case nothing = 0
    /// Something, and not all.
    case part = 1
    /// All that is due was collected, and not all of it went back.
    case all = 2
    /// Nothing is due.
    case free = 3

    /// - Parameters:
    ///   - due: What the pledge promises, minor units.
    ///   - captured: What was collected.
    ///   - held: What of it is neither paid back, nor to be, nor lost.
    init(due: Int64, captured: Int64, held: Int64) {
        self = due == 0 ? .free : held <= 0 ? .nothing : captured >= due ? .all : .part
    }

    /// Only such a pledge gets units.
    public var getsUnits: Bool { self == .all || self == .free }
    /// Something of what was collected is still there.
    public var isCollected: Bool { self == .all || self == .part }
}

/// What one pledge adds to the totals.
///
/// Made and read by the book; others only hand it on.
public struct PledgeCount: Hashable, Sendable {
    /// Which total it belongs to.
    struct Key: Hashable, Sendable {
        /// -1 for none.
        var tier: Int64 = -1
        var gateway: Int64 = 1
        var state: Int64 = 1
        /// Of the first instalment; -1: nothing has happened to it.
        var payment: Int64 = -1
        var paid: Int64 = 0
    }

    var key = Key()
    var quantity: Int64 = 0
    var amount: Int64 = 0
    var captured: Int64 = 0
    var refunded: Int64 = 0
    var committed: Int64 = 0
    var disputed: Int64 = 0
    var lost: Int64 = 0
    /// Payment rows that it has.
    var instalments = 0

    mutating func settle() {
        let held = captured - refunded - committed - lost
        key.paid = Int64(PaidShare(due: amount, captured: captured, held: held).rawValue)
    }

    /// The same pledge in another state.
    func moved(to state: PledgeState) -> PledgeCount {
        var count = self
        count.key.state = Int64(state.rawValue)
        return count
    }

    /// The same pledge with its only payment as it now stands.
    public func paying(_ payment: Payment) -> PledgeCount {
        var count = self
        count.key.payment = Int64(payment.state.rawValue)
        count.captured = payment.captured
        count.refunded = payment.refunded
        count.committed = payment.committed
        count.disputed = payment.disputed
        count.lost = payment.lost
        count.instalments = 1
        count.settle()
        return count
    }
}

extension PledgeCount {
    /// A pledge that is being placed.
    public init(placing row: PledgeRow) {
        key = Key(tier: Int64(row.tier), gateway: Int64(row.gateway), state: Int64(row.state))
        quantity = row.quantity
        amount = row.goods + row.shipping + row.tax + row.bonus
        settle()
    }
}

/// Changes of the totals, gathered and merged into the book in the transaction that makes them.
struct PledgeTally {
    struct Sum: Hashable {
        var count: Int64 = 0
        var quantity: Int64 = 0
        var amount: Int64 = 0
        var captured: Int64 = 0
        var refunded: Int64 = 0
        var committed: Int64 = 0
        var disputed: Int64 = 0
        var lost: Int64 = 0

        static let zero = Sum()

        mutating func add(_ pledge: PledgeCount, sign: Int64) {
            count += sign
            quantity += sign * pledge.quantity
            amount += sign * pledge.amount
            captured += sign * pledge.captured
            refunded += sign * pledge.refunded
            committed += sign * pledge.committed
            disputed += sign * pledge.disputed
            lost += sign * pledge.lost
        }
    }
    /// Units of an add-on or a choice, by the state of their pledges.
    struct LineKey: Hashable {
        var kind: Int64
        var id: String
        var state: Int64
        var paid: Int64
    }

    /// A window's pledges have few keys between them: looking through them costs less than hashing.
    private(set) var sums: [(key: PledgeCount.Key, sum: Sum)] = []
    private(set) var lines: [LineKey: Int64] = [:]

    /// Adds a pledge, or takes it away with `sign` -1.
    mutating func add(_ count: PledgeCount, sign: Int64 = 1) {
        let place = sums.firstIndex { $0.key == count.key } ?? sums.endIndex
        if place == sums.endIndex { sums.append((count.key, .zero)) }
        sums[place].sum.add(count, sign: sign)
    }

    /// Adds units of an add-on or a choice of a pledge that counts under `key`, or takes them away.
    mutating func add(_ units: Int64, of line: (kind: Int64, id: String), _ key: PledgeCount.Key) {
        lines[LineKey(kind: line.kind, id: line.id, state: key.state, paid: key.paid), default: 0] += units
    }
}
