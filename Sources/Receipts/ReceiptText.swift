public import Accounting
public import Crowdfunding

/// Rebuilds the texts of receipts from entries, byte for byte as they were signed.
///
/// Keeps its buffers from one entry to the next; not to be shared between threads.
public final class ReceiptText {
    private let writer: ReceiptWriter

    /// The texts of a campaign's receipts under one key.
    ///
    /// - Parameters:
    ///   - head: What the campaign's receipts say alike.
    ///   - kid: The key's name, `<campaign>.<epoch>`; the key itself is not needed.
    public init(head: ReceiptHead, kid: String) { writer = ReceiptWriter(head: head, kid: kid) }

    /// Appends the receipt in compact form, without a line feed.
    ///
    /// - Parameters:
    ///   - entry: The entry; its detail is taken as it stands, `run=` and `rev=` included.
    ///   - previous: The tag of the entry before, `Tag.zero` for the first.
    ///   - tag: The entry's own tag, as it is stored. It is not recomputed.
    ///   - line: Where the text goes.
    public func append(_ entry: JournalEntry, after previous: Tag, tag: Tag, to line: inout [UInt8]) {
        withFields(of: entry, after: previous) { line.append(contentsOf: writer.write($0)) }
        line.append(UInt8(ascii: "."))
        line.append(contentsOf: Base64URL.encodedBytes(tag.bytes))
    }

    /// Appends the receipt of an entry whose texts lie in memory as bytes, without making a value of any.
    ///
    /// - Parameters:
    ///   - number: The entry's number.
    ///   - kind: What happened.
    ///   - subject: The pledge's reference, empty where there is none.
    ///   - instalment: From 1; 0 where there is none.
    ///   - parts: Minor units.
    ///   - at: When it was written.
    ///   - day: The day on which it happened.
    ///   - reference: The gateway's or file's own reference.
    ///   - detail: The signed detail.
    ///   - previous: The tag of the entry before.
    ///   - tag: The entry's own tag, as it is stored.
    ///   - line: Where the text goes.
    public func append(
        number: Int64, kind: EntryKind, subject: Span<UInt8>, instalment: Int, parts: EntryParts,
        at: Timestamp,
        day: CalendarDay, reference: Span<UInt8>, detail: Span<UInt8>, after previous: Tag, tag: Tag,
        to line: inout [UInt8]
    ) {
        subject.withUnsafeBufferPointer { subject in
            reference.withUnsafeBufferPointer { reference in
                detail.withUnsafeBufferPointer { detail in
                    let fields = ReceiptFields(
                        number: number, previous: previous, kind: kind, subject: subject,
                        instalment: Int64(instalment), parts: parts, at: at.seconds, day: day,
                        reference: reference, detail: detail)
                    line.append(contentsOf: writer.write(fields))
                }
            }
        }
        line.append(UInt8(ascii: "."))
        line.append(contentsOf: Base64URL.encodedBytes(tag.bytes))
    }

    /// The payload alone, the JSON that the receipt carries.
    public func payload(of entry: JournalEntry, after previous: Tag) -> [UInt8] {
        withFields(of: entry, after: previous) { writer.payloadBytes($0) }
    }

    /// Whether a reference or detail can stand in a receipt as it is: printable ASCII without quotes or
    /// backslashes.
    ///
    /// Who takes such text from a file refuses the row where this is false. The signer would write the odd
    /// bytes as `\u00xx`, so that a receipt is always valid JSON.
    public static func isPlain(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where !isPlain(bytes[index]) { return false }
        return true
    }

    @inline(__always)
    static func isPlain(_ byte: UInt8) -> Bool {
        (byte &- 0x20 <= 0x5E) && (byte != UInt8(ascii: "\"")) && (byte != UInt8(ascii: "\\"))
    }

    static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in bytes {
            if isPlain(byte) { result.append(byte) } else { result += Array("\\u00\(hexText([byte]))".utf8) }
        }
        return result
    }
}

/// The receipt of an entry in compact form.
///
/// For many entries, keep one `ReceiptText`.
///
/// - Parameters:
///   - entry: The entry; its detail is taken as it stands, `run=` and `rev=` included.
///   - previous: The tag of the entry before, `Tag.zero` for the first.
///   - tag: The entry's own tag, as it is stored.
///   - head: What the campaign's receipts say alike.
///   - kid: The key's name, `<campaign>.<epoch>`.
/// - Returns: `header.payload.tag`, without a line feed.
public func receiptText(
    of entry: JournalEntry, after previous: Tag, tag: Tag, head: ReceiptHead, kid: String
) -> String {
    var line: [UInt8] = []
    ReceiptText(head: head, kid: kid).append(entry, after: previous, tag: tag, to: &line)
    return String(decoding: line, as: UTF8.self)
}

/// The JSON that the receipt of an entry carries.
///
/// For many entries, keep one `ReceiptText`.
public func receiptPayload(of entry: JournalEntry, after previous: Tag, head: ReceiptHead) -> [UInt8] {
    ReceiptText(head: head, kid: "").payload(of: entry, after: previous)
}

/// Lends the entry's fields to `body`.
func withFields<R>(of entry: JournalEntry, after previous: Tag, _ body: (ReceiptFields) -> R) -> R {
    // Short texts lie in the value itself: nothing is allocated.
    var (subject, reference, detail) = (entry.subject, entry.reference, entry.detail)
    return subject.withUTF8 { subject in
        reference.withUTF8 { reference in
            detail.withUTF8 { detail in
                body(
                    ReceiptFields(
                        number: entry.number, previous: previous, kind: entry.kind, subject: subject,
                        instalment: Int64(entry.instalment), parts: entry.parts, at: entry.at.seconds,
                        day: entry.day, reference: reference, detail: detail))
            }
        }
    }
}
