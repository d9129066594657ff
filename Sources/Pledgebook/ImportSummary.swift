import Accounting
import Crowdfunding
public import Parsing
import Storage

/// What an import did, or would do.
public struct ImportSummary: Sendable {
    /// Data rows of all files.
    public internal(set) var rows: Int64 = 0
    /// New pledges, canceled and dropped ones included.
    public internal(set) var placed: Int64 = 0
    /// What the new pledges promise, minor units.
    public internal(set) var amount: Int64 = 0
    /// Rows that the book held already with the same content.
    public internal(set) var same: Int64 = 0
    /// Pledges of which the file tells something else than the book.
    public internal(set) var changed: Int64 = 0
    /// The first of them.
    public internal(set) var changes: [PledgeDifference] = []
    /// How many of them the file contradicts: they are listed, and a person has to look.
    public internal(set) var contradictions: Int64 = 0
    /// Whether the changes were booked.
    public internal(set) var changesAreBooked = false
    /// Rows that were not taken.
    public internal(set) var refused: Int64 = 0
    /// How many rows were refused for each kind of reason, most first, each with its first place.
    public internal(set) var refusedByKind: [RefusedKind] = []
    /// The first rows that were not taken; the others are counted and in the rejects file.
    public internal(set) var refusedRows: [RefusedRow] = []
    /// What was wrong with those rows.
    public var problems: [Diagnostic] { refusedRows.map(\.diagnostic) }
    /// Rows without an amount, priced by the campaign's rules.
    public internal(set) var pricedByEngine: Int64 = 0
    /// Rows of a platform whose price, limit, date or choice differs from the campaign file, by kind.
    public internal(set) var differences: [(kind: String, count: Int64)] = []
    /// The first row that took a limited place before an older pledge did.
    public internal(set) var firstOutOfTimeOrder: Int?
    /// Facts that the files told of, minor units: collected, paid back, disputed.
    public internal(set) var collected: Int64 = 0
    /// Pledges that the files told were collected.
    public internal(set) var collectedCount: Int64 = 0
    /// What of new pledges went back, minor units.
    public internal(set) var refunded: Int64 = 0
    /// New pledges of which something went back.
    public internal(set) var refundedCount: Int64 = 0
    /// What else is worth saying, a line each.
    public internal(set) var remarks: [String] = []
    /// New pledges to be charged at once (collected on pledge, or late).
    public internal(set) var chargeable: Int64 = 0
    /// What charging them at once did.
    public internal(set) var charged = SweepCount()
    /// The format of the files: one of `sourceNames`, or what a mapping file says.
    public internal(set) var source = ""
    /// Pledges of the same platform that the book holds and the file does not name.
    public internal(set) var vanished: Int64 = 0
    /// The references of the first of them.
    public internal(set) var firstVanished: [String] = []
    /// Whether it was looked for pledges that vanished: a platform's file of which no row was refused.
    public internal(set) var looksForVanished = false
    /// The number of the import by which the very same file was taken before; `nil` for a new file.
    public internal(set) var sameFile: Int?
    /// The number under which the import is kept; `nil` where nothing was to be kept.
    public internal(set) var number: Int?
    var missed: [MissedDemand: Int64] = [:]

    /// How many rows that were not taken are kept to be shown.
    public static let shownProblems = 1_000
    /// How many changed pledges, and how many that vanished, are kept to be shown.
    public static let shownChanges = 1_000

    /// Whether something is to be written.
    public var isEmpty: Bool { placed == 0 && changed == 0 }
}

/// How many rows an import did not take for one kind of reason, and where the first of them is.
public struct RefusedKind: Hashable, Sendable {
    /// A short, stable word, for example `amount`.
    public let kind: String
    /// How many rows.
    public internal(set) var count: Int64
    /// The file of the first of them, as it was named.
    public let file: String
    /// Its line, counted from 1.
    public let line: Int
    /// Its column, counted from 1 in bytes.
    public let column: Int
}

/// A row that an import did not take.
public struct RefusedRow: Equatable, Sendable {
    /// Where it is wrong, how, and how to mend it.
    public let diagnostic: Diagnostic
    /// The kind of reason, as in `RefusedKind`.
    public let kind: String
}

/// What a later file says of a pledge that the book knows otherwise.
public struct PledgeDifference: Hashable, Sendable {
    /// The pledge's reference.
    public let reference: String
    /// For people, for example `status pledged → collected`.
    public let text: String
    /// The row's file, as it was named.
    public let file: String
    /// The row's line in its file.
    public let line: Int
    /// It contradicts the book: what of it cannot be booked waits for a person.
    public let isContradiction: Bool
}

extension ImportSummary {
    mutating func count(_ order: PledgeOrder, _ placed: Placement) {
        placedCount(amount: placed.price.total)
        if placed.isPricedByEngine { pricedByEngine += 1 }
        if placed.isOutOfTimeOrder, firstOutOfTimeOrder == nil { firstOutOfTimeOrder = order.line }
        if placed.takesPlace, order.gateway != 1, order.status == .pledged { chargeable += 1 }
        guard !placed.differences.isEmpty else { return }
        for (flag, name) in Self.differenceNames where placed.differences.contains(flag) {
            add(1, to: name, in: &differences)
        }
    }

    private mutating func placedCount(amount: Int64) {
        placed += 1
        self.amount += amount
    }

    /// Counts a pledge that is placed again after its import was undone.
    mutating func countAgain(_ placed: PledgeRecord) { placedCount(amount: placed.total) }

    /// Counts a pledge that the file does not name any more.
    mutating func countVanished(_ reference: String) {
        vanished += 1
        if firstVanished.count < Self.shownChanges { firstVanished.append(reference) }
    }

    /// Counts a pledge of which the file tells something else, and keeps the first ones to be shown.
    mutating func count(_ difference: PledgeDifference) {
        changed += 1
        if difference.isContradiction { contradictions += 1 }
        if changes.count < Self.shownChanges { changes.append(difference) }
    }

    /// Remembers a refused sale for the missed demand.
    mutating func countMissed(
        _ refusal: PlacementRefusal, order: PledgeOrder, in definition: CampaignDefinition
    ) {
        guard refusal.isMissedDemand else { return }
        let tier = order.tier >= 0 ? definition.tiers[Int(order.tier)].id : ""
        missed[MissedDemand(reason: refusal.missedDemandReason, tier: tier), default: 0] += 1
    }

    /// Counts a refused row and keeps the first ones to be shown.
    mutating func refuse(_ diagnostic: Diagnostic, kind: String) {
        refused += 1
        if let index = refusedByKind.firstIndex(where: { $0.kind == kind }) {
            refusedByKind[index].count += 1
        } else {
            refusedByKind.append(
                RefusedKind(
                    kind: kind, count: 1, file: diagnostic.file, line: diagnostic.line,
                    column: diagnostic.column))
        }
        if refusedRows.count < Self.shownProblems {
            refusedRows.append(RefusedRow(diagnostic: diagnostic, kind: kind))
        }
    }

    private func add(_ count: Int64, to kind: String, in list: inout [(kind: String, count: Int64)]) {
        if let index = list.firstIndex(where: { $0.kind == kind }) {
            list[index].count += count
        } else {
            list.append((kind, count))
        }
    }

    private static let differenceNames: [(PlatformDifferences, String)] = [
        (.price, "price"), (.limit, "limit"), (.date, "date"), (.choice, "choice"),
    ]
}

/// A sale that a rule refused, by reason and tier.
struct MissedDemand: Hashable, Sendable {
    var reason: String
    var tier: String
}
