public import Accounting
public import Crowdfunding
import GRDB
import GRDBSQLite

import struct Foundation.Data
import class Foundation.JSONDecoder

/// How an operation of a window ended.
public struct OperationEnd: Sendable {
    /// What was asked.
    public var operation: Operation
    /// Where it stands now.
    public var state: OperationState
    /// When it was sent.
    public var sentAt: Timestamp
    /// Whether it succeeded and the entry that books the answer says so: its kind `tellsOfOperation`, its
    /// detail names the operation and nothing else, and its amount is what was asked for.
    public var isTold: Bool

    /// Puts an end together.
    public init(_ operation: Operation, _ state: OperationState, sentAt: Timestamp, isTold: Bool = false) {
        self.operation = operation
        self.state = state
        self.sentAt = sentAt
        self.isTold = isTold
    }
}

/// The requests of a window: committed in one row before they are sent, and gone when they are answered.
///
/// Written as JSON, `[[pledge, instalment, kind, attempt, amount], …]`, so that any database can read it.
enum RequestWindow {
    static func text(of operations: [Operation]) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        bytes.reserveCapacity(operations.count * 32)
        for operation in operations {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "["))
            append(operation.pledge, to: &bytes)
            for number in [operation.instalment, operation.kind.rawValue, operation.attempt] {
                bytes.append(UInt8(ascii: ","))
                append(Int64(number), to: &bytes)
            }
            bytes.append(UInt8(ascii: ","))
            append(operation.amount, to: &bytes)
            bytes.append(UInt8(ascii: "]"))
        }
        bytes.append(UInt8(ascii: "]"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The operations of a row, in the order of the table `operation`.
    static func operations(in text: String, at: Timestamp) throws -> [OperationRecord] {
        let requests = try? JSONDecoder().decode([Request].self, from: Data(text.utf8))
        let operations = requests?.compactMap { $0.operation(at: at) }
        guard let operations, operations.count == requests?.count else {
            throw BookError.unreadable("the row of a window of requests")
        }
        return operations
    }

    /// Five whole numbers and nothing else.
    private struct Request: Decodable {
        let pledge: Int64
        let instalment: Int
        let kind: Int
        let attempt: Int
        let amount: Int64

        init(from decoder: any Decoder) throws {
            var numbers = try decoder.unkeyedContainer()
            pledge = try numbers.decode(Int64.self)
            instalment = try numbers.decode(Int.self)
            kind = try numbers.decode(Int.self)
            attempt = try numbers.decode(Int.self)
            amount = try numbers.decode(Int64.self)
            guard numbers.isAtEnd else {
                throw DecodingError.dataCorruptedError(in: numbers, debugDescription: "there is more")
            }
        }

        func operation(at: Timestamp) -> OperationRecord? {
            guard let kind = OperationKind(rawValue: kind), instalment > 0, attempt > 0, amount > 0 else {
                return nil
            }
            return OperationRecord(
                pledge: pledge, instalment: instalment, kind: kind, attempt: attempt, amount: amount,
                state: .open, at: at)
        }
    }

    /// Digits of a number that is not negative.
    private static func append(_ number: Int64, to bytes: inout [UInt8]) {
        if number > 9 { append(number / 10, to: &bytes) }
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}

extension Records {
    /// The operations that stand in a window's row, of pledges from `first` to `last`, in the order of the
    /// pledges.
    func inWindows(campaign: Int64, from first: Int64, to last: Int64) throws -> [OperationRecord] {
        var operations: [OperationRecord] = []
        try forEachRawRow(
            """
            SELECT at, requests FROM request_window WHERE campaign = $1 AND last >= $2 AND first <= $3
            ORDER BY first
            """, campaign, first, last
        ) { row in
            let text = sqlite3_column_text(row, 1).map { String(cString: $0) } ?? ""
            operations += try RequestWindow.operations(
                in: text, at: Timestamp(seconds: sqlite3_column_int64(row, 0))
            ).filter { first <= $0.pledge && $0.pledge <= last }
        }
        return operations
    }

    /// Gives the operations of every window a row of their own.
    fileprivate func unpackWindows(campaign: Int64, with feed: BulkFeed) throws {
        let operations = try inWindows(campaign: campaign, from: 0, to: .max)
        guard !operations.isEmpty else { return }
        try feed.write(operations.map(StoredOperation.init), campaign: campaign)
        try db.execute(sql: "DELETE FROM request_window WHERE campaign = $1", arguments: [campaign])
    }
}

extension BulkAppend {
    /// Opens operations, each in a row of its own: committed before anything is sent.
    public func open(_ operations: [Operation], at now: Timestamp) throws {
        try feed.write(
            operations.map { StoredOperation(OperationEnd($0, .open, sentAt: now), at: now) },
            campaign: campaign)
    }

    /// Opens the operations of a window in one row: committed before anything is sent.
    ///
    /// The pledges are in order; no other window that is open has any between its first and its last.
    public func openWindow(_ operations: [Operation], at now: Timestamp) throws {
        guard let first = operations.first?.pledge, let last = operations.last?.pledge else { return }
        try records.db.cachedStatement(
            sql: """
                INSERT INTO request_window (campaign, first, last, at, requests) VALUES ($1, $2, $3, $4, $5)
                """
        ).execute(arguments: [campaign, first, last, now.seconds, RequestWindow.text(of: operations)])
    }

    /// Writes down how all operations of a window ended, or that nobody knows.
    public func settleWindow(_ ends: [OperationEnd], at now: Timestamp) throws {
        guard let first = ends.first?.operation.pledge else { return }
        try records.db.cachedStatement(sql: "DELETE FROM request_window WHERE campaign = $1 AND first = $2")
            .execute(arguments: [campaign, first])
        // Where somebody else had to settle one of them meanwhile, each has a row.
        guard records.db.changesCount == 1 else { return try settle(ends, at: now) }
        try feed.write(
            ends.filter { !$0.isTold }.map { StoredOperation($0, at: now) }, campaign: campaign)
    }

    /// Writes down how operations ended, or that nobody knows; one that its entry tells all of loses its row.
    public func settle(_ ends: [OperationEnd], at now: Timestamp) throws {
        guard !ends.isEmpty else { return }
        try records.unpackWindows(campaign: campaign, with: feed)
        for end in ends {
            if end.isTold {
                try records.forget(end.operation, campaign: campaign)
            } else {
                try records.settle(end.operation, as: end.state, at: now, campaign: campaign)
            }
        }
    }
}

/// An operation in a row of its own.
private struct StoredOperation: FeedRow {
    private let pledge: Int64
    private let instalment: Int64
    private let kind: OperationKind
    private let attempt: Int64
    private let amount: Int64
    private let state: OperationState
    private let at: Timestamp

    /// One without a certain answer keeps the time of its sending: its key is as old as that.
    init(_ end: OperationEnd, at now: Timestamp) {
        pledge = end.operation.pledge
        instalment = Int64(end.operation.instalment)
        kind = end.operation.kind
        attempt = Int64(end.operation.attempt)
        amount = end.operation.amount
        state = end.state
        at = end.state.rawValue >= OperationState.succeeded.rawValue ? now : end.sentAt
    }

    init(_ record: OperationRecord) {
        pledge = record.pledge
        instalment = Int64(record.instalment)
        kind = record.kind
        attempt = Int64(record.attempt)
        amount = record.amount
        state = record.state
        at = record.at
    }

    static let insert = """
        INSERT OR FAIL INTO operation (campaign, pledge, instalment, kind, attempt, amount, state, at)
        SELECT $1, c1, c2, c3, c4, c5, c6, c7 FROM feed
        """

    func give(_ column: Int32, to result: FeedResult, from text: UnsafePointer<UInt8>) {
        switch column {
        case 1: result.integer(pledge)
        case 2: result.integer(instalment)
        case 3: result.integer(Int64(kind.rawValue))
        case 4: result.integer(attempt)
        case 5: result.integer(amount)
        case 6: result.integer(Int64(state.rawValue))
        default: result.integer(at.seconds)
        }
    }
}
