import Accounting
import Crowdfunding
import Glibc

/// The strict reading of a payload that this module wrote: these keys, in this order, nothing between them.
///
/// It finds the values; whether the bytes are exactly right is settled by writing them again and comparing.
struct PayloadReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The values, lent to `body`; nil where the payload does not read as ours.
    ///
    /// Escapes are rare (`ReceiptText.isPlain`), so only text with a backslash is copied.
    static func withFields<R>(
        of payload: UnsafeBufferPointer<UInt8>, _ body: (ReceiptFields) -> R
    ) -> R? {
        var reader = PayloadReader(payload)
        guard let values = reader.values() else { return nil }
        return lend(payload, values.subject) { subject in
            lend(payload, values.reference) { reference in
                lend(payload, values.detail) { detail in
                    body(
                        ReceiptFields(
                            number: values.number, previous: values.previous, kind: values.kind,
                            subject: subject,
                            instalment: values.instalment, parts: values.parts, at: values.at,
                            day: values.day,
                            reference: reference, detail: detail))
                }
            }
        }
    }

    private struct Values {
        var number: Int64
        var previous: Tag
        var kind: EntryKind
        var subject: Range<Int>
        var instalment: Int64
        var parts: EntryParts
        var at: Int64
        var day: CalendarDay
        var reference: Range<Int>
        var detail: Range<Int>
    }

    private mutating func values() -> Values? {
        guard take("{\"iss\":\""), text() != nil, take("\",\"seq\":"), let number = integer(), number > 0,
            number < .max,
            take(",\"prev\":\""), let previous = tag(), take("\",\"evt\":\""), let name = text(),
            let kind = EventNames.kinds[string(name)], take("\",\"sub\":\""), let subject = text(),
            take("\",\"pay\":\""), let instalment = instalment(), take("\",\"amt\":\""),
            let amount = integer(),
            take("\",\"cur\":\""), text() != nil, take("\",\"scale\":"), integer() != nil,
            take(",\"goods\":\""), let goods = integer(), take("\",\"ship\":\""), let shipping = integer(),
            take("\",\"tax\":\""), let tax = integer(), take("\",\"fee\":\""), let fee = integer(),
            take("\",\"other\":\""), let other = integer(), Self.add(goods, shipping, tax, other) == amount,
            take("\",\"iat\":"), let at = integer(), take(",\"day\":\""), let dayText = text(),
            let day = CalendarDay(string(dayText)), take("\",\"ref\":\""), let reference = text(),
            take("\",\"det\":\""), let detail = text(), take("\"}"), position == bytes.count
        else { return nil }
        let parts = EntryParts(goods: goods, shipping: shipping, tax: tax, fee: fee, other: other)
        return Values(
            number: number, previous: previous, kind: kind, subject: subject, instalment: instalment,
            parts: parts,
            at: at, day: day, reference: reference, detail: detail)
    }

    /// The sum, or nil where it is beyond Int64.
    private static func add(_ amounts: Int64...) -> Int64? {
        var sum: Int64 = 0
        for amount in amounts {
            let (next, overflow) = sum.addingReportingOverflow(amount)
            if overflow { return nil }
            sum = next
        }
        return sum
    }

    private mutating func take(_ literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard bytes.count - position >= count else { return false }
        for index in 0..<count where bytes[position + index] != literal.utf8Start[index] { return false }
        position += count
        return true
    }

    /// Everything up to the next quote; stands before the quote afterwards.
    private mutating func text() -> Range<Int>? {
        var end = position
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") { end += 1 }
        guard end < bytes.count else { return nil }
        defer { position = end }
        return position..<end
    }

    private mutating func integer() -> Int64? {
        let isNegative = position < bytes.count && bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        var value: Int64 = 0
        var digits = 0
        while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
            // Built below zero, where the range is one larger.
            let (shifted, tooLong) = value.multipliedReportingOverflow(by: 10)
            let (next, tooLarge) = shifted.subtractingReportingOverflow(Int64(digit))
            if tooLong || tooLarge { return nil }
            value = next
            position += 1
            digits += 1
        }
        guard digits > 0 else { return nil }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    /// The instalment, where an empty text stands for 0.
    private mutating func instalment() -> Int64? {
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return 0 }
        return integer()
    }

    private mutating func tag() -> Tag? {
        guard let range = text(), range.count == Base64URL.length(of: Tag.byteCount) else { return nil }
        return Tag(base64url: UnsafeBufferPointer(rebasing: bytes[range]))
    }

    private func string(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }

    private static func lend<R>(
        _ payload: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ body: (UnsafeBufferPointer<UInt8>) -> R
    ) -> R {
        let written = UnsafeBufferPointer(rebasing: payload[range])
        guard written.contains(UInt8(ascii: "\\")) else { return body(written) }
        return unescaped(written).withUnsafeBufferPointer(body)
    }

    /// Undoes `\u00xx`; anything else is left, and then differs from what is written again.
    private static func unescaped(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "\\"), index + 6 <= text.count,
                let byte = UInt8(String(decoding: text[index + 4..<index + 6], as: UTF8.self), radix: 16)
            {
                result.append(byte)
                index += 6
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }
}

/// One line of a file of receipts, as it was found.
enum ReceiptReading {
    case genuine(GenuineReceipt)
    /// `link` is there where the line is in form and only its tag is wrong.
    case bad(ReceiptFault, link: GenuineReceipt?)
}

/// What the chain needs to know of a receipt.
struct GenuineReceipt {
    var number: Int64
    var previous: Tag
    var tag: Tag
    var kind: EntryKind
    /// The key's place among the verifier's keys.
    var epoch: Int
}

/// Reads lines under one key.
final class ReceiptLineReader {
    let kid: String
    private let writer: ReceiptWriter
    /// `nil`: the key is not at hand, and tags are taken as they are.
    private let hmac: HMACSHA256?
    private var payload: [UInt8] = []

    init(key: ReceiptKey, head: ReceiptHead) {
        kid = key.kid
        writer = ReceiptWriter(head: head, kid: key.kid)
        hmac = key.key.map { HMACSHA256(key: $0.bytes) }
    }

    /// Whether it can tell a genuine tag from another.
    var isProving: Bool { hmac != nil }

    /// Whether the line begins with exactly this key's header.
    func knowsHeader(of line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard line.count > writer.header.count else { return false }
        return writer.header.withUnsafeBufferPointer {
            areSame($0, UnsafeBufferPointer(rebasing: line[..<writer.header.count]))
        }
    }

    /// Judges a line whose header is this key's.
    func read(_ line: UnsafeBufferPointer<UInt8>, epoch: Int) -> ReceiptReading {
        let tagLength = Base64URL.length(of: Tag.byteCount)
        let signedCount = line.count - tagLength - 1
        guard signedCount > writer.header.count, line[signedCount] == UInt8(ascii: "."),
            let tag = Tag(base64url: UnsafeBufferPointer(rebasing: line[(signedCount + 1)...]))
        else { return .bad(.notAReceipt, link: nil) }
        let signed = UnsafeBufferPointer(rebasing: line[..<signedCount])
        let encoded = UnsafeBufferPointer(rebasing: signed[writer.header.count...])
        if payload.count < encoded.count + 8 { payload = [UInt8](repeating: 0, count: encoded.count * 2 + 8) }
        let reading = payload.withUnsafeMutableBufferPointer { buffer -> ReceiptReading? in
            guard let target = buffer.baseAddress, let count = Base64URL.decode(encoded, into: target) else {
                return .bad(.notAReceipt, link: nil)
            }
            return PayloadReader.withFields(of: UnsafeBufferPointer(start: target, count: count)) { fields in
                judge(fields, signed: signed, tag: tag, epoch: epoch)
            }
        }
        return reading ?? .bad(.otherForm, link: nil)
    }

    private func judge(
        _ fields: ReceiptFields, signed: UnsafeBufferPointer<UInt8>, tag: Tag, epoch: Int
    ) -> ReceiptReading {
        let exact = writer.write(fields)
        guard areSame(exact, signed) else { return .bad(.otherForm, link: nil) }
        let receipt = GenuineReceipt(
            number: fields.number, previous: fields.previous, tag: tag, kind: fields.kind, epoch: epoch)
        guard let hmac else { return .genuine(receipt) }
        return constantTimeEquals(hmac.tag(of: signed), tag)
            ? .genuine(receipt) : .bad(.wrongTag, link: receipt)
    }
}

/// Whether both hold the same bytes; for what is no secret.
private func areSame(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else { return left.isEmpty }
    return memcmp(leftStart, rightStart, left.count) == 0
}

extension Tag {
    /// The tag that 43 characters stand for; nil where they are not exactly what is written for it.
    init?(base64url text: UnsafeBufferPointer<UInt8>) {
        guard text.count == Base64URL.length(of: Tag.byteCount) else { return nil }
        let tag = withUnsafeTemporaryAllocation(byteCount: Tag.byteCount + 8, alignment: 8) {
            buffer -> Tag? in
            guard let target = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self),
                Base64URL.decode(text, into: target) == Tag.byteCount
            else { return nil }
            return Tag(at: target)
        }
        guard let tag else { return nil }
        self = tag
    }
}
