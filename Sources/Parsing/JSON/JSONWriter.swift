/// The string as a JSON string, quotes included; control characters are escaped, everything else stays.
public func jsonText(_ string: String) -> String {
    var text = "\""
    text.reserveCapacity(string.utf8.count + 2)
    for scalar in string.unicodeScalars {
        switch scalar {
        case "\"": text += "\\\""
        case "\\": text += "\\\\"
        case "\n": text += "\\n"
        case "\r": text += "\\r"
        case "\t": text += "\\t"
        // Line separators end a line in JavaScript before 2019; DEL is invisible.
        case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
            let digits = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: text.unicodeScalars.append(scalar)
        }
    }
    return text + "\""
}

/// Writes JSON for people to read: members in the order they are written, two spaces a level.
///
///     var json = JSONWriter()
///     json.object { json in
///         json.member("campaign", "aurora-lamp")
///         json.member("backers") { $0.array { for name in names { $0.string(name) } } }
///     }
///     print(json.text)
///
/// Amounts are written as decimal strings, never as JSON numbers.
public struct JSONWriter: Sendable {
    /// What was written so far; complete when every list and object has ended.
    public private(set) var text = ""
    private var depth = 0
    private var isFirst = true
    private var isAfterKey = false

    /// Begins an empty text.
    public init() {}

    /// Writes an object; `members` writes its members.
    public mutating func object(_ members: (inout JSONWriter) throws -> Void) rethrows {
        try nest("{", "}", members)
    }

    /// Writes a list; `elements` writes its values.
    public mutating func array(_ elements: (inout JSONWriter) throws -> Void) rethrows {
        try nest("[", "]", elements)
    }

    /// Writes a member of the object whose value `value` writes, which must be exactly one.
    public mutating func member(_ key: String, _ value: (inout JSONWriter) throws -> Void) rethrows {
        self.key(key)
        try value(&self)
    }

    /// Writes a member with a string, or with `null` for nil.
    public mutating func member(_ key: String, _ value: String?) {
        self.key(key)
        if let value { string(value) } else { null() }
    }

    /// Writes a member with a whole number.
    public mutating func member(_ key: String, _ value: some BinaryInteger) {
        self.key(key)
        number(value)
    }

    /// Writes a member with true or false.
    public mutating func member(_ key: String, _ value: Bool) {
        self.key(key)
        bool(value)
    }

    /// Writes a string.
    public mutating func string(_ value: String) { put(jsonText(value)) }

    /// Writes a whole number.
    public mutating func number(_ value: some BinaryInteger) { put(String(value)) }

    /// Writes true or false.
    public mutating func bool(_ value: Bool) { put(value ? "true" : "false") }

    /// Writes null.
    public mutating func null() { put("null") }

    private mutating func key(_ key: String) {
        put(jsonText(key) + ": ")
        isAfterKey = true
    }

    private mutating func nest(
        _ open: String, _ close: String, _ content: (inout JSONWriter) throws -> Void,
    ) rethrows {
        put(open)
        depth += 1
        isFirst = true
        try content(&self)
        depth -= 1
        if !isFirst { newLine() }
        text += close
        isFirst = false
    }

    private mutating func put(_ value: String) {
        if isAfterKey {
            isAfterKey = false
        } else if depth > 0 {
            if !isFirst { text += "," }
            newLine()
        }
        isFirst = false
        text += value
    }

    private mutating func newLine() {
        text += "\n" + String(repeating: "  ", count: depth)
    }
}
