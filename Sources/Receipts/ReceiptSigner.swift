public import Accounting
public import Crowdfunding

/// Signs a campaign's entries one after the other, each chained to the one before.
///
/// The key is set once and the text is built in buffers that are used again: nothing is allocated per entry.
/// Not to be shared between threads.
public final class ReceiptSigner {
    /// The number of the entry signed last, or what it was told to start after.
    public private(set) var lastNumber: Int64
    /// The tag of the entry signed last, or what it was told to start after.
    public private(set) var lastTag: Tag

    private let writer: ReceiptWriter
    private let hmac: HMACSHA256
    private let tree: (any ReceiptTree)?
    /// What was signed and is not in the tree yet.
    private var receipts = ReceiptRun()

    /// A signer that carries on after an entry.
    ///
    /// - Parameters:
    ///   - key: The campaign's signing key.
    ///   - head: What the campaign's receipts say alike.
    ///   - number: The number of the campaign's last entry, 0 where there is none.
    ///   - tag: That entry's tag, `Tag.zero` where there is none.
    ///   - tree: Over the receipts through that entry; every receipt that is signed grows it. `nil`: none is
    ///     hashed.
    public init(
        key: SigningKey, head: ReceiptHead, after number: Int64 = 0, tag: Tag = .zero,
        tree: (any ReceiptTree)? = nil
    ) {
        self.tree = tree
        lastNumber = number
        lastTag = tag
        writer = ReceiptWriter(head: head, kid: key.kid)
        hmac = HMACSHA256(key: key.bytes)
    }

    /// The tree's frontier after the entry signed last; `nil` where none is hashed.
    public func frontier() -> [UInt8]? {
        guard let tree else { return nil }
        if !receipts.isEmpty { handOver(to: tree) }
        return tree.frontier()
    }

    /// Gives the entry the next number and signs it.
    ///
    /// - Parameters:
    ///   - kind: What happened.
    ///   - subject: The pledge's reference, empty where there is none.
    ///   - instalment: From 1; 0 where there is none.
    ///   - parts: Minor units of the campaign's currency.
    ///   - at: When it is written.
    ///   - day: The day on which it happened.
    ///   - reference: The gateway's or file's own reference; see `ReceiptText.isPlain`.
    ///   - detail: What the parts cannot say, `run=` and `rev=` included.
    /// - Returns: The entry's number and its tag, which the next entry names as its `prev`.
    @discardableResult
    public func sign(
        kind: EntryKind, subject: Span<UInt8>, instalment: Int, parts: EntryParts, at: Timestamp,
        day: CalendarDay,
        reference: Span<UInt8>, detail: Span<UInt8>
    ) -> (number: Int64, tag: Tag) {
        subject.withUnsafeBufferPointer { subject in
            reference.withUnsafeBufferPointer { reference in
                detail.withUnsafeBufferPointer { detail in
                    sign(
                        ReceiptFields(
                            number: lastNumber + 1, previous: lastTag, kind: kind, subject: subject,
                            instalment: Int64(instalment), parts: parts, at: at.seconds, day: day,
                            reference: reference, detail: detail))
                }
            }
        }
    }

    /// Gives the entry the next number, whatever `entry.number` says, and signs it.
    @discardableResult
    public func sign(_ entry: JournalEntry) -> Tag {
        withFields(of: entry, after: lastTag) { fields in
            var fields = fields
            fields.number = lastNumber + 1
            return sign(fields).tag
        }
    }

    @inline(__always)
    private func sign(_ fields: ReceiptFields) -> (number: Int64, tag: Tag) {
        let tag = hmac.tag(of: writer.write(fields))
        if tree != nil {
            receipts.append(writer.signed(tag))
            if receipts.isFull, let tree { handOver(to: tree) }
        }
        lastNumber = fields.number
        lastTag = tag
        return (fields.number, tag)
    }

    private func handOver(to tree: any ReceiptTree) {
        tree.append(receipts)
        receipts = receipts.successor()
    }
}
