public import Accounting
public import Crowdfunding
import GRDB
import GRDBSQLite

/// An operation as the book holds it.
public struct OperationRecord: Hashable, Sendable {
    /// The pledge's number.
    public var pledge: Int64
    /// From 1.
    public var instalment: Int
    /// What was asked for.
    public var kind: OperationKind
    /// From 1; grows only after a definite failure.
    public var attempt: Int
    /// Minor units, more than zero.
    public var amount: Int64
    /// Where it stands.
    public var state: OperationState
    /// When it was opened, or answered for certain.
    public var at: Timestamp
    /// How many instants of the schedule have been asked at since it was opened.
    public var asked = 0
}

extension OperationRecord {
    /// Whether its end is not known for certain.
    public var isOpen: Bool { state.rawValue < OperationState.succeeded.rawValue }

    /// Which of its pledge's operations it is.
    fileprivate var key: Key { Key(instalment: instalment, kind: kind.rawValue, attempt: attempt) }

    fileprivate struct Key: Hashable {
        var instalment: Int
        var kind: Int
        var attempt: Int
    }

    /// In the order in which they were sent.
    fileprivate static func isEarlier(_ one: OperationRecord, _ other: OperationRecord) -> Bool {
        (one.instalment, one.at.seconds, one.kind.rawValue, one.attempt)
            < (other.instalment, other.at.seconds, other.kind.rawValue, other.attempt)
    }

    /// In the order of the table's key.
    fileprivate static func isSmaller(_ one: OperationRecord, _ other: OperationRecord) -> Bool {
        (one.pledge, one.instalment, one.kind.rawValue, one.attempt)
            < (other.pledge, other.instalment, other.kind.rawValue, other.attempt)
    }
}

/// An operation has a row of its own; but those of a window that is under way stand in the window's row, and
/// of one that succeeded the entry that booked its answer may say all there is to say.
extension Records {
    private static let columns = "pledge, instalment, kind, attempt, amount, state, at, asked"

    /// The operations on a pledge, oldest first.
    public func operations(campaign: Int64, pledge: Int64) throws -> [OperationRecord] {
        let entries = try laterEntries(campaign: campaign, pledge: pledge).map(\.entry)
        return try operations(campaign: campaign, pledge: pledge, entries)
    }

    /// The same, where the entries about the pledge are known.
    func operations(
        campaign: Int64, pledge: Int64, _ entries: [JournalEntry]
    ) throws -> [OperationRecord] {
        // Asked for pledge by pledge in a closing, where making a value of each column would cost most.
        var stored: [OperationRecord] = []
        try forEachRawRow(
            "SELECT \(Self.columns) FROM operation WHERE campaign = $1 AND pledge = $2", campaign, pledge
        ) { stored.append(try operation(from: $0)) }
        stored += try inWindows(campaign: campaign, from: pledge, to: pledge)
        return Self.joined(stored, entries)
    }

    /// The operations about each of these pledges, which are in order, oldest first.
    ///
    /// `entries` are those about each pledge. Where the pledges do not lie far apart they are read in one go:
    /// few others have rows.
    func operations(
        campaign: Int64, pledges: [Int64], _ entries: [[JournalEntry]]
    ) throws -> [[OperationRecord]] {
        guard let first = pledges.first, let last = pledges.last else { return [] }
        guard last - first < Int64(pledges.count) * 32 else {
            return try zip(pledges, entries).map { try operations(campaign: campaign, pledge: $0, $1) }
        }
        var found = [[OperationRecord]](repeating: [], count: pledges.count)
        var next = 0
        func take(_ operation: OperationRecord) {
            while next < pledges.count, pledges[next] < operation.pledge { next += 1 }
            guard next < pledges.count, pledges[next] == operation.pledge else { return }
            found[next].append(operation)
        }
        try forEachRawRow(
            """
            SELECT \(Self.columns) FROM operation
            WHERE campaign = $1 AND pledge >= $2 AND pledge <= $3 ORDER BY pledge
            """, campaign, first, last
        ) { take(try operation(from: $0)) }
        next = 0
        for operation in try inWindows(campaign: campaign, from: first, to: last) { take(operation) }
        return zip(found, entries).map(Self.joined)
    }

    /// What is stored, and what entries alone tell of, oldest first.
    private static func joined(
        _ stored: [OperationRecord], _ entries: [JournalEntry]
    ) -> [OperationRecord] {
        var operations = stored
        for told in entries.compactMap(\.toldOperation)
        where !stored.contains(where: { $0.key == told.key }) {
            operations.append(told)
        }
        if operations.count > 1 { operations.sort(by: OperationRecord.isEarlier) }
        return operations
    }

    /// The operations that nobody knows the end of, in the order of the pledges; those of one pledge, where
    /// one is named.
    public func openOperations(campaign: Int64, pledge: Int64? = nil) throws -> [OperationRecord] {
        if let pledge {
            return try operations(campaign: campaign, pledge: pledge, []).filter(\.isOpen)
        }
        var operations: [OperationRecord] = []
        try forEachRawRow(
            """
            SELECT \(Self.columns) FROM operation WHERE campaign = $1 AND state < 3
            ORDER BY pledge, instalment, kind, attempt
            """, campaign
        ) { operations.append(try operation(from: $0)) }
        let sent = try inWindows(campaign: campaign, from: 0, to: .max)
        guard !sent.isEmpty else { return operations }
        return (operations + sent).sorted(by: OperationRecord.isSmaller)
    }

    /// Calls `body` with every operation of a campaign that has a row, or is in a window's, in the order of
    /// pledges and attempts.
    ///
    /// One that only its entry tells of has succeeded.
    public func forEachStoredOperation(campaign: Int64, _ body: (OperationRecord) throws -> Void) throws {
        var sent = try inWindows(campaign: campaign, from: 0, to: .max)[...]
        try forEachRawRow(
            """
            SELECT \(Self.columns) FROM operation WHERE campaign = $1
            ORDER BY pledge, instalment, kind, attempt
            """, campaign
        ) { row in
            let stored = try operation(from: row)
            while let next = sent.first, OperationRecord.isSmaller(next, stored) {
                try body(next)
                sent.removeFirst()
            }
            try body(stored)
        }
        for operation in sent { try body(operation) }
    }

    /// Writes down how one operation ended, or that nobody knows: then it keeps the time of its sending.
    func settle(_ operation: Operation, as state: OperationState, at now: Timestamp, campaign: Int64) throws {
        try db.cachedStatement(
            sql: """
                UPDATE operation SET state = $1, at = CASE WHEN $1 >= 3 THEN $2 ELSE at END
                WHERE campaign = $3 AND pledge = $4 AND instalment = $5 AND kind = $6 AND attempt = $7
                """
        ).execute(arguments: [
            state.rawValue, now.seconds, campaign, operation.pledge, operation.instalment,
            operation.kind.rawValue,
            operation.attempt,
        ])
    }

    /// Takes the row of an operation away, of which an entry says all there is to say.
    func forget(_ operation: Operation, campaign: Int64) throws {
        try db.cachedStatement(
            sql: """
                DELETE FROM operation
                WHERE campaign = $1 AND pledge = $2 AND instalment = $3 AND kind = $4 AND attempt = $5
                """
        ).execute(arguments: [
            campaign, operation.pledge, operation.instalment, operation.kind.rawValue, operation.attempt,
        ])
    }

    /// Of a row of `columns`.
    private func operation(from row: OpaquePointer) throws -> OperationRecord {
        func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(row, column) }
        guard let kind = OperationKind(rawValue: Int(integer(2))),
            let state = OperationState(rawValue: Int(integer(5)))
        else { throw BookError.unreadable("the row of an operation") }
        return OperationRecord(
            pledge: integer(0), instalment: Int(integer(1)), kind: kind, attempt: Int(integer(3)),
            amount: integer(4), state: state, at: Timestamp(seconds: integer(6)), asked: Int(integer(7)))
    }
}

extension EntryKind {
    /// Whether such an entry can say all there is to say of an operation that succeeded.
    public var tellsOfOperation: Bool {
        self == .captured || self == .capturedAfterSuccess || self == .refunded
    }
}

extension JournalEntry {
    /// The operation that succeeded by what this entry says; `nil` where it names none, or says more than
    /// that one's answer.
    fileprivate var toldOperation: OperationRecord? {
        guard kind.tellsOfOperation, reverses == nil, let pledge, detail.hasPrefix("op=") else { return nil }
        let name = detail.dropFirst(3).split(separator: ".", omittingEmptySubsequences: false)
        guard name.count == 2,
            let kind = name.first.flatMap({ Int($0) }).flatMap(OperationKind.init(rawValue:)),
            let attempt = name.last.flatMap({ Int($0) })
        else { return nil }
        return OperationRecord(
            pledge: pledge, instalment: instalment, kind: kind, attempt: attempt, amount: self.parts.amount,
            state: .succeeded, at: at)
    }
}
