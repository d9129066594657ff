import Crowdfunding
import Parsing

/// Gathers an object of strings as JSON bytes: what a backer answered, or where a parcel goes.
///
/// Works on bytes, since a platform's file has dozens of such cells a row. One value serves all rows of a
/// file.
struct AnswerText {
    private var text: [UInt8] = []

    /// A member's name as `append` wants it: quoted, with its colon.
    static func label(_ name: String) -> [UInt8] { Array((jsonText(name) + ":").utf8) }

    /// Appends a member whose value is UTF-8 text; its bytes are left where they are.
    mutating func append(_ label: [UInt8], _ value: Span<UInt8>) {
        text.append(text.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
        text.append(contentsOf: label)
        var isPlain = true
        for index in value.indices {
            let byte = value[index]
            // 0xE2 begins the line separators that JSON's readers in JavaScript stumble over.
            if byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F || byte == 0xE2 { isPlain = false }
        }
        value.withUnsafeBufferPointer { value in
            guard isPlain else {
                text.append(contentsOf: jsonText(String(decoding: value, as: UTF8.self)).utf8)
                return
            }
            text.append(UInt8(ascii: "\""))
            text.append(contentsOf: value)
            text.append(UInt8(ascii: "\""))
        }
    }

    /// Moves the object behind the bytes and begins the next one; empty where nothing was appended.
    mutating func move(behind bytes: inout [UInt8]) -> ByteRange {
        if text.isEmpty { return .empty }
        let start = bytes.count
        bytes.append(contentsOf: text)
        bytes.append(UInt8(ascii: "}"))
        text.removeAll(keepingCapacity: true)
        return ByteRange(start: UInt32(start), end: UInt32(bytes.count))
    }

    /// Forgets what was gathered for a row that turned out to be none.
    mutating func clear() { text.removeAll(keepingCapacity: true) }
}

/// The text without spaces around it and in lower case: how titles and answers are compared.
func folded(_ bytes: Span<UInt8>) -> [UInt8] {
    var first = 0
    var last = bytes.count
    while first < last, bytes[first] <= 0x20 { first += 1 }
    while last > first, bytes[last - 1] <= 0x20 { last -= 1 }
    var text: [UInt8] = []
    text.reserveCapacity(last - first)
    var isASCII = true
    for index in first..<last {
        let byte = bytes[index]
        if byte >= 0x80 { isASCII = false }
        text.append(byte >= 65 && byte <= 90 ? byte | 0x20 : byte)
    }
    return isASCII ? text : Array(String(decoding: text, as: UTF8.self).lowercased().utf8)
}

/// The text without spaces around it and in lower case: how titles and answers are compared.
func folded(_ text: String) -> [UInt8] { folded(Array(text.utf8).span) }
