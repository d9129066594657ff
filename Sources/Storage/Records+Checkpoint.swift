public import Accounting
import Foundation
import GRDB

/// A checkpoint as the book keeps it; the text that outsiders verify is made of it.
public struct CheckpointRecord: Hashable, Sendable {
    /// The number of the last entry that it covers.
    public var number: Int64
    /// When it was written.
    public var at: Timestamp
    /// The Merkle root over the receipts' lines: 32 bytes.
    public var root: [UInt8]
    /// The Ed25519 key that signed: 32 bytes.
    public var publicKey: [UInt8]
    /// 64 bytes.
    public var signature: [UInt8]
    /// Where the tree of the next checkpoint carries on.
    public var frontier: [UInt8]

    /// Puts a row together.
    public init(
        number: Int64, at: Timestamp, root: [UInt8], publicKey: [UInt8], signature: [UInt8],
        frontier: [UInt8]
    ) {
        self.number = number
        self.at = at
        self.root = root
        self.publicKey = publicKey
        self.signature = signature
        self.frontier = frontier
    }
}

extension Records {
    /// Keeps a checkpoint; a number has one at most.
    public func insert(_ checkpoint: CheckpointRecord, campaign: Int64) throws {
        try db.execute(
            sql: """
                INSERT INTO checkpoint (campaign, number, at, root, public_key, signature, frontier)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
            arguments: [
                campaign, checkpoint.number, checkpoint.at.seconds, Data(checkpoint.root),
                Data(checkpoint.publicKey), Data(checkpoint.signature), Data(checkpoint.frontier),
            ])
    }

    /// The checkpoints of a campaign, in order.
    public func checkpoints(campaign: Int64) throws -> [CheckpointRecord] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM checkpoint WHERE campaign = $1 ORDER BY number", arguments: [campaign]
        ).map(checkpoint(from:))
    }

    /// The last checkpoint of a campaign, or `nil`.
    public func lastCheckpoint(campaign: Int64) throws -> CheckpointRecord? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM checkpoint WHERE campaign = $1 ORDER BY number DESC LIMIT 1",
            arguments: [campaign]
        ).map(checkpoint(from:))
    }

    private func checkpoint(from row: Row) throws -> CheckpointRecord {
        try CheckpointRecord(
            number: row.value("number"), at: Timestamp(seconds: row.value("at")),
            root: Array(row.value("root") as Data),
            publicKey: Array(row.value("public_key") as Data),
            signature: Array(row.value("signature") as Data),
            frontier: Array(row.value("frontier") as Data))
    }
}
