public import Accounting
public import Crowdfunding
import GRDB

/// An entry as its row holds it.
///
/// Ranges point into its batch's bytes.
public struct StoredEntry: Sendable {
    /// From 1, without gaps.
    public var number: Int64 = 0
    /// As stored, also where no kind of this version has it.
    public var rawKind = 0
    /// 0 for none.
    public var pledge: Int64 = 0
    /// 0 for none.
    public var instalment: Int64 = 0
    /// Seconds since 1970.
    public var at: Int64 = 0
    /// Days since 1970-01-01.
    public var day: Int64 = 0
    /// Minor units.
    public var parts = EntryParts.zero
    /// 0 for none.
    public var reverses: Int64 = 0
    /// The run's id.
    public var run = ByteRange.empty
    /// The gateway's, file's or person's own reference.
    public var reference = ByteRange.empty
    /// The signed detail.
    public var detail = ByteRange.empty
    /// The pledge's reference; empty unless the reader was asked for it.
    public var subject = ByteRange.empty
    /// As it is stored; zero where it is not 32 bytes.
    public var tag = Tag.zero

    /// What happened; `nil` where this version does not know it.
    public var kind: EntryKind? {
        kindsByRawValue.indices.contains(rawKind) ? kindsByRawValue[rawKind] : nil
    }
}

/// A table instead of the switch over raw values: entries are read by the million.
private let kindsByRawValue: [EntryKind?] = {
    var table = [EntryKind?](repeating: nil, count: (EntryKind.allCases.map(\.rawValue).max() ?? 0) + 1)
    for kind in EntryKind.allCases { table[kind.rawValue] = kind }
    return table
}()

/// Entries in the order of their numbers, and the bytes that their ranges point into.
public struct StoredEntries: Sendable {
    /// The text of all of them.
    public var bytes: [UInt8] = []
    /// In order.
    public var entries: [StoredEntry] = []

    /// No entries.
    public init() {}

    mutating func store(_ text: UnsafeBufferPointer<UInt8>) -> ByteRange {
        guard !text.isEmpty else { return .empty }
        let start = UInt32(bytes.count)
        bytes.append(contentsOf: text)
        return ByteRange(start: start, end: UInt32(bytes.count))
    }
}

/// Reads a campaign's journal from its first entry to its last, some thousand entries at a time.
public final class EntryReader {
    private let rows: RowReader
    private let hasSubjects: Bool
    private var isAtEnd = false

    /// Stands before the first entry of the campaign with that number.
    ///
    /// - Throws: `BookError`.
    public init(_ records: Records, campaign: Int64) throws {
        rows = try RowReader(
            records,
            JournalSQL.entries("TRUE", isOfPlacings: true, hasSubjects: false), campaign)
        hasSubjects = false
    }

    /// Stands before the entry that follows the numbered one, and gives the references of pledges too; ends
    /// with the entry `last`.
    ///
    /// - Throws: `BookError`.
    public init(_ records: Records, campaign: Int64, after number: Int64, through last: Int64 = .max) throws {
        rows = try RowReader(
            records,
            JournalSQL.entries("number > $2 AND number <= $3", isOfPlacings: true), campaign, number, last)
        hasSubjects = true
    }

    /// The next entries, at most `limit`; none after the last.
    public func next(_ limit: Int) throws -> StoredEntries {
        var batch = StoredEntries()
        batch.entries.reserveCapacity(limit)
        batch.bytes.reserveCapacity(limit * 96)
        while batch.entries.count < limit, !isAtEnd {
            guard try rows.step() else {
                isAtEnd = true
                break
            }
            var entry = StoredEntry()
            entry.number = rows.integer(0)
            entry.rawKind = Int(clamping: rows.integer(1))
            entry.pledge = rows.integer(2)
            entry.instalment = rows.integer(3)
            entry.run = batch.store(rows.bytes(4))
            entry.at = rows.integer(5)
            entry.day = rows.integer(6)
            entry.parts = EntryParts(
                goods: rows.integer(7), shipping: rows.integer(8), tax: rows.integer(9),
                fee: rows.integer(10), other: rows.integer(11))
            entry.reverses = rows.integer(12)
            entry.reference = batch.store(rows.bytes(13))
            entry.detail = batch.store(rows.bytes(14))
            if hasSubjects { entry.subject = batch.store(rows.bytes(16)) }
            let tag = rows.bytes(15)
            if let start = tag.baseAddress, tag.count == Tag.byteCount { entry.tag = Tag(at: start) }
            batch.entries.append(entry)
        }
        return batch
    }
}

/// One row of the table of pledges, as long as the pass stands on it.
///
/// Text is UTF-8, empty for NULL; amounts are minor units.
public struct PledgeView {
    let row: RowReader

    /// The number of the entry that placed it.
    public var number: Int64 { row.integer(0) }
    /// As receipts print it.
    public var reference: UnsafeBufferPointer<UInt8> { row.bytes(1) }
    /// The platform's own id.
    public var sourceKey: UnsafeBufferPointer<UInt8> { row.bytes(2) }
    /// The backer's number.
    public var backer: Int64 { row.integer(3) }
    /// The offer's number, or -1.
    public var tier: Int64 { row.isNull(4) ? -1 : row.integer(4) }
    /// The offer's number, or -1.
    public var promotion: Int64 { row.isNull(5) ? -1 : row.integer(5) }
    /// How many of its tier.
    public var quantity: Int64 { row.integer(6) }
    /// The country it goes to.
    public var destination: UnsafeBufferPointer<UInt8> { row.bytes(7) }
    /// Net of tax, without the bonus.
    public var goods: Int64 { row.integer(8) }
    /// Net of tax.
    public var shipping: Int64 { row.integer(9) }
    /// What lies on goods and shipping.
    public var tax: Int64 { row.integer(10) }
    /// What was given beyond the price.
    public var bonus: Int64 { row.integer(11) }
    /// Seconds since 1970.
    public var placedAt: Int64 { row.integer(12) }
    /// 1 recorded, 2 rehearsal.
    public var gateway: Int64 { row.integer(13) }
    /// The saved method's token.
    public var method: UnsafeBufferPointer<UInt8> { row.bytes(14) }
    /// A raw value of `PledgeState`.
    public var state: Int64 { row.integer(15) }
}

/// One row of the table of payments.
public struct PaymentView {
    let row: RowReader

    /// The pledge's number.
    public var pledge: Int64 { row.integer(0) }
    /// From 1.
    public var instalment: Int64 { row.integer(1) }
    /// As it is cached.
    public var state: Int64 { row.integer(2) }

    /// Amounts, ending, flags and the end of the hold; no operation.
    public var payment: Payment {
        var payment = Payment()
        payment.ending = PaymentEnding(rawValue: Int(row.integer(3))) ?? .pledged
        payment.flags = PaymentFlags(rawValue: Int(row.integer(4)))
        payment.authorized = row.integer(5)
        payment.captured = row.integer(6)
        payment.voided = row.integer(7)
        payment.refunded = row.integer(8)
        payment.committed = row.integer(9)
        payment.disputed = row.integer(10)
        payment.lost = row.integer(11)
        payment.excess = row.integer(12)
        payment.captureBefore = row.optionalInteger(13).map(Timestamp.init(seconds:))
        return payment
    }
}

extension Records {
    /// Calls `body` with number and reference of every pledge, in the order of the numbers.
    public func readReferences(
        campaign: Int64, _ body: (_ number: Int64, _ reference: UnsafeBufferPointer<UInt8>) throws -> Void
    ) throws {
        let rows = try RowReader(
            self, "SELECT number, reference FROM pledge WHERE campaign = $1 ORDER BY number", campaign)
        while try rows.step() { try body(rows.integer(0), rows.bytes(1)) }
    }

    /// Calls `body` with every pledge's row, in the order of the numbers.
    public func readPledges(campaign: Int64, _ body: (PledgeView) throws -> Void) throws {
        let rows = try RowReader(
            self,
            """
            SELECT number, reference, source_key, backer, tier, promotion, quantity, destination, goods,
              shipping, tax, bonus, placed_at, gateway, method, state
            FROM pledge WHERE campaign = $1 ORDER BY number
            """, campaign)
        while try rows.step() { try body(PledgeView(row: rows)) }
    }

    /// Calls `body` with every payment's row, in the order of pledges and instalments.
    public func readPayments(campaign: Int64, _ body: (PaymentView) throws -> Void) throws {
        let rows = try RowReader(
            self,
            """
            SELECT pledge, instalment, state, ending, flags, authorized, captured, voided, refunded,
              committed, disputed, lost, excess, capture_before
            FROM payment WHERE campaign = $1 ORDER BY pledge, instalment
            """, campaign)
        while try rows.step() { try body(PaymentView(row: rows)) }
    }

    /// Calls `body` with every add-on (kind 1) and choice (kind 2), in the order of the pledges.
    public func readLines(
        campaign: Int64,
        _ body: (_ pledge: Int64, _ kind: Int64, _ id: UnsafeBufferPointer<UInt8>, _ quantity: Int64) throws
            -> Void
    ) throws {
        let rows = try RowReader(
            self, "SELECT pledge, kind, id, quantity FROM line WHERE campaign = $1 ORDER BY pledge, kind, id",
            campaign)
        while try rows.step() { try body(rows.integer(0), rows.integer(1), rows.bytes(2), rows.integer(3)) }
    }

    /// Calls `body` with every backer's number and e-mail address, empty for none, by number.
    public func readAddresses(
        campaign: Int64, _ body: (_ backer: Int64, _ email: UnsafeBufferPointer<UInt8>) throws -> Void
    ) throws {
        let rows = try RowReader(
            self, "SELECT number, email FROM backer WHERE campaign = $1 ORDER BY number", campaign)
        while try rows.step() { try body(rows.integer(0), rows.bytes(1)) }
    }

    /// Calls `body` with hash and number of every key of a table, in the order of the hashes.
    public func readKeys(
        of table: KeyTable, campaign: Int64, _ body: (_ hash: Int64, _ number: Int64) throws -> Void
    ) throws {
        let rows = try RowReader(self, table.sql, campaign)
        while try rows.step() { try body(rows.integer(0), rows.integer(1)) }
    }

    /// Calls `body` with the rollup as it is stored: day, kind, count, then goods, shipping, tax, fee, other.
    public func readDaily(
        campaign: Int64, _ body: (_ day: Int64, _ kind: Int64, _ count: Int64, EntryParts) throws -> Void
    ) throws {
        let rows = try RowReader(
            self,
            """
            SELECT day, kind, count, goods, shipping, tax, fee, other FROM daily
            WHERE campaign = $1 ORDER BY day, kind
            """, campaign)
        while try rows.step() {
            let parts = EntryParts(
                goods: rows.integer(3), shipping: rows.integer(4), tax: rows.integer(5), fee: rows.integer(6),
                other: rows.integer(7))
            try body(rows.integer(0), rows.integer(1), rows.integer(2), parts)
        }
    }

    /// Calls `body` with the digest and text of every definition the book holds.
    public func readDefinitions(_ body: (_ digest: [UInt8], _ text: [UInt8]) throws -> Void) throws {
        let rows = try RowReader(self, "SELECT digest, text FROM definition")
        while try rows.step() { try body(Array(rows.bytes(0)), Array(rows.bytes(1))) }
    }

    /// Which definition was in force from which entry on, oldest first.
    public func amendments(campaign: Int64) throws -> [(entry: Int64, at: Int64, digest: [UInt8])] {
        let rows = try RowReader(
            self, "SELECT entry, at, definition FROM amendment WHERE campaign = $1 ORDER BY entry", campaign)
        var found: [(entry: Int64, at: Int64, digest: [UInt8])] = []
        while try rows.step() { found.append((rows.integer(0), rows.integer(1), Array(rows.bytes(2)))) }
        return found
    }

    /// What SQLite finds wrong with the file, a sentence each; empty where it is sound.
    ///
    /// Rows of a file with such a fault may hold what their table forbids, and cannot be relied on at all.
    public func fileFaults() throws -> [String] {
        var faults: [String] = []
        let rows = try RowReader(self, "PRAGMA integrity_check(20)")
        while try rows.step() {
            let text = rows.text(0)
            if text != "ok" { faults.append(text) }
        }
        return faults
    }

    /// Rows that name others that are not there, a sentence for each kind.
    public func orphans() throws -> [String] {
        var orphans: [String: Int] = [:]
        let keys = try RowReader(self, "PRAGMA foreign_key_check")
        while try keys.step() {
            orphans["\(keys.text(0)) names a row of \(keys.text(2)) that is not there", default: 0] += 1
        }
        return orphans.sorted { $0.key < $1.key }.map { text, count in
            count == 1 ? text : "\(text) (\(count) times)"
        }
    }
}

/// The tables of keyed hashes.
public enum KeyTable: String, Sendable {
    case backer = "backer_key"
    case pledge = "pledge_key"

    var sql: String {
        switch self {
        case .backer: "SELECT hash, number FROM backer_key WHERE campaign = $1"
        case .pledge: "SELECT hash, number FROM pledge_key WHERE campaign = $1"
        }
    }
}
