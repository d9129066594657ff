import Accounting
import Crowdfunding

/// What one receipt says.
///
/// The pointers hold while the closure runs that lent them.
struct ReceiptFields {
    var number: Int64
    var previous: Tag
    var kind: EntryKind
    var subject: UnsafeBufferPointer<UInt8>
    var instalment: Int64
    var parts: EntryParts
    var at: Int64
    var day: CalendarDay
    var reference: UnsafeBufferPointer<UInt8>
    var detail: UnsafeBufferPointer<UInt8>
}

/// Writes the signed text of receipts, `header.payload`, into a buffer that is used again for the next one.
///
/// This is the only place that knows how a receipt reads; signer, text and verifier all come here.
final class ReceiptWriter {
    /// The header and the dot after it, as every receipt under this key begins.
    let header: [UInt8]

    // The text begins with `opening`: the header, the dot and as much of the payload's constant beginning as
    // makes whole groups of three bytes. `payload` begins with the rest of that, `remainder` bytes long.
    private let openingCount: Int
    private var length = 0
    private let remainder: Int
    private var payload: UnsafeMutablePointer<UInt8>
    /// For the dot and the tag after the text.
    private static let tagRoom = 64
    private var text: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private let opening: [UInt8]
    private let payloadStart: [UInt8]
    private let currency: [UInt8]
    /// What stands between the parts and the reference, as it was written last.
    private var moment: Moment
    private let pairs = Base64URL.pairs
    private let events = EventNames.rows

    init(head: ReceiptHead, kid: String) {
        header = Base64URL.encodedBytes(head.header(kid: kid)) + [UInt8(ascii: ".")]
        let issuer = ReceiptText.escaped(Array(head.issuer.utf8))
        payloadStart = Array("{\"iss\":\"".utf8) + issuer + Array("\",\"seq\":".utf8)
        let whole = payloadStart.count / 3 * 3
        opening = header + Base64URL.encodedBytes(Array(payloadStart[..<whole]))
        openingCount = opening.count
        remainder = payloadStart.count - whole
        let code = ReceiptText.escaped(Array(head.currency.utf8))
        currency = Array("\",\"cur\":\"".utf8) + code + Array("\",\"scale\":\(head.scale),\"goods\":\"".utf8)
        capacity = 2048 + currency.count
        payload = .allocate(capacity: capacity)
        text = .allocate(capacity: openingCount + Base64URL.length(of: capacity) + Self.tagRoom)
        moment = Moment(text: .allocate(capacity: Moment.room))
        fillConstantParts()
        writeMoment(moment.at, moment.day)
    }

    deinit {
        payload.deallocate()
        text.deallocate()
        moment.text.deallocate()
    }

    /// Writes `header.payload`; the bytes hold until the next call.
    @inline(__always)
    func write(_ fields: ReceiptFields) -> UnsafeBufferPointer<UInt8> {
        let count = writePayload(fields)
        let start = text + openingCount
        let written = Base64URL.encode(payload, count: count, into: start, pairs: pairs)
        length = openingCount + written
        return UnsafeBufferPointer(start: text, count: length)
    }

    /// The text written last as the receipt that it becomes with its tag; the bytes hold until the next call.
    @inline(__always)
    func signed(_ tag: Tag) -> UnsafeBufferPointer<UInt8> {
        var out = ByteCursor(text + length)
        out.literal(".")
        tag.withUnsafeBytes { out.tag($0, pairs: pairs) }
        return UnsafeBufferPointer(start: text, count: text.distance(to: out.at))
    }

    /// The payload alone, as JSON.
    func payloadBytes(_ fields: ReceiptFields) -> [UInt8] {
        let count = writePayload(fields)
        let whole = payloadStart.count - remainder
        return Array(payloadStart[..<whole]) + Array(UnsafeBufferPointer(start: payload, count: count))
    }

    /// Writes what comes after the constant beginning and returns how many bytes lie in `payload`.
    @inline(__always)
    private func writePayload(_ fields: ReceiptFields) -> Int {
        // Numbers, names and keys of any value stay under 1,024 bytes; each free byte may become six
        // (`\u0022`).
        let free = fields.subject.count + fields.reference.count + fields.detail.count
        if free * 6 + 1024 + currency.count > capacity { grow(to: free * 12 + 2048 + currency.count) }
        var out = ByteCursor(payload + remainder)
        out.decimal(fields.number)
        out.literal(",\"prev\":\"")
        fields.previous.withUnsafeBytes { out.tag($0, pairs: pairs) }
        out.literal("\",\"evt\":\"")
        out.event(events, fields.kind)
        out.literal("\",\"sub\":\"")
        out.text(fields.subject)
        out.literal("\",\"pay\":\"")
        if fields.instalment != 0 { out.decimal(fields.instalment) }
        out.literal("\",\"amt\":\"")
        let parts = fields.parts
        // As `EntryParts.amount`, but without its trap: an amount is bounded long before it is signed.
        out.decimal(parts.goods &+ parts.shipping &+ parts.tax &+ parts.other)
        currency.withUnsafeBufferPointer { out.bytes($0) }
        out.decimal(parts.goods)
        out.literal("\",\"ship\":\"")
        out.decimal(parts.shipping)
        out.literal("\",\"tax\":\"")
        out.decimal(parts.tax)
        out.literal("\",\"fee\":\"")
        out.decimal(parts.fee)
        out.literal("\",\"other\":\"")
        out.decimal(parts.other)
        if fields.at != moment.at || fields.day != moment.day { writeMoment(fields.at, fields.day) }
        out.bytes(UnsafeBufferPointer(start: moment.text, count: moment.count))
        out.text(fields.reference)
        out.literal("\",\"det\":\"")
        out.text(fields.detail)
        out.literal("\"}")
        return payload.distance(to: out.at)
    }

    /// When it was written and on which day it happened: entries that are signed together often have both
    /// alike.
    @inline(never)
    private func writeMoment(_ at: Int64, _ day: CalendarDay) {
        var out = ByteCursor(moment.text)
        out.literal("\",\"iat\":")
        out.decimal(at)
        out.literal(",\"day\":\"")
        out.day(day)
        out.literal("\",\"ref\":\"")
        (moment.at, moment.day, moment.count) = (at, day, moment.text.distance(to: out.at))
    }

    @inline(never)
    private func grow(to newCapacity: Int) {
        payload.deallocate()
        text.deallocate()
        capacity = newCapacity
        payload = .allocate(capacity: capacity)
        text = .allocate(capacity: openingCount + Base64URL.length(of: capacity) + Self.tagRoom)
        fillConstantParts()
    }

    private func fillConstantParts() {
        for (index, byte) in opening.enumerated() { text[index] = byte }
        for (index, byte) in payloadStart.suffix(remainder).enumerated() { payload[index] = byte }
    }
}

/// The time and the day of a receipt, and what it says of them.
private struct Moment {
    /// For two numbers of any value and the words around them.
    static let room = 80
    let text: UnsafeMutablePointer<UInt8>
    var count = 0
    var at: Int64 = 0
    var day = CalendarDay(number: 0)
}

/// A place in a buffer that is known to be large enough, and the ways to write there.
struct ByteCursor {
    private(set) var at: UnsafeMutablePointer<UInt8>

    init(_ start: UnsafeMutablePointer<UInt8>) { at = start }

    @inline(__always)
    mutating func literal(_ text: StaticString) {
        at.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        at += text.utf8CodeUnitCount
    }

    @inline(__always)
    mutating func bytes(_ source: UnsafeBufferPointer<UInt8>) {
        guard let start = source.baseAddress else { return }
        at.update(from: start, count: source.count)
        at += source.count
    }

    /// Text within quotes; what JSON cannot hold as it stands is written as `\u00xx`, byte by byte.
    @inline(__always)
    mutating func text(_ source: UnsafeBufferPointer<UInt8>) {
        var odd: UInt8 = 0
        for byte in source { odd |= ReceiptText.isPlain(byte) ? 0 : 1 }
        if odd == 0 { bytes(source) } else { escapedText(source) }
    }

    @inline(never)
    private mutating func escapedText(_ source: UnsafeBufferPointer<UInt8>) {
        for byte in ReceiptText.escaped(Array(source)) {
            at.pointee = byte
            at += 1
        }
    }

    /// The 43 characters of a tag.
    @inline(__always)
    mutating func tag(_ tag: UnsafeRawBufferPointer, pairs: UnsafePointer<UInt16>) {
        withUnsafeTemporaryAllocation(byteCount: Tag.byteCount + 8, alignment: 8) { padded in
            padded.copyMemory(from: tag)  // `encode` reads past the end
            guard let start = padded.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            at += Base64URL.encode(start, count: Tag.byteCount, into: at, pairs: pairs)
        }
    }

    /// The event's name.
    ///
    /// The whole row is copied, then the cursor moves by the name: a fixed count is faster.
    @inline(__always)
    mutating func event(_ rows: UnsafePointer<UInt8>, _ kind: EntryKind) {
        let row = rows + kind.rawValue * EventNames.rowLength
        at.update(from: row + 1, count: EventNames.rowLength - 1)
        at += Int(row[0])
    }

    /// The number in decimal digits, with a minus sign where it is negative.
    @inline(__always)
    mutating func decimal(_ value: Int64) {
        if value >= 0, value < 10 {
            at.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value)
            at += 1
            return
        }
        longDecimal(value)
    }

    private mutating func longDecimal(_ value: Int64) {
        if value < 0 {
            at.pointee = UInt8(ascii: "-")
            at += 1
        }
        let magnitude = value.magnitude
        var digits = 1
        var bound: UInt64 = 10
        while digits < 19, magnitude >= bound {
            digits += 1
            bound *= 10  // at most 10^19, which UInt64 holds
        }
        var rest = magnitude
        var index = digits
        while index > 0 {
            index -= 1
            at[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        at += digits
    }

    /// The day as `2026-03-31`.
    @inline(__always)
    mutating func day(_ day: CalendarDay) {
        let (year, month, dayOfMonth) = (day.year, day.month, day.day)
        guard year >= 0, year <= 9999 else { return otherDay(day) }
        twoDigits(year / 100)
        twoDigits(year % 100)
        at.pointee = UInt8(ascii: "-")
        at += 1
        twoDigits(month)
        at.pointee = UInt8(ascii: "-")
        at += 1
        twoDigits(dayOfMonth)
    }

    @inline(__always)
    private mutating func twoDigits(_ number: Int) {
        at[0] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10)
        at[1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
        at += 2
    }

    /// No calendar of ours reaches here; the text is then as long as the year needs.
    @inline(never)
    private mutating func otherDay(_ day: CalendarDay) {
        longDecimal(Int64(day.number))
    }
}

/// The events' names as rows of a table, to be copied without a look-up in a dictionary.
enum EventNames {
    /// One byte for the length, then the name.
    static let rowLength = 64

    /// The rows; a kind's is the one at `kind.rawValue`.
    ///
    /// Written once here, only read afterwards.
    nonisolated(unsafe) static let rows: UnsafePointer<UInt8> = {
        let count = (EntryKind.allCases.map(\.rawValue).max() ?? 0) + 1
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: count * rowLength)
        table.initialize(repeating: 0, count: count * rowLength)
        for kind in EntryKind.allCases {
            let name = Array(kind.event.utf8.prefix(rowLength - 1))
            table[kind.rawValue * rowLength] = UInt8(name.count)
            for (index, byte) in name.enumerated() { table[kind.rawValue * rowLength + 1 + index] = byte }
        }
        return UnsafePointer(table)
    }()

    /// The kind of each name.
    static let kinds: [String: EntryKind] = Dictionary(
        EntryKind.allCases.map { ($0.event, $0) }, uniquingKeysWith: { first, _ in first })
}
