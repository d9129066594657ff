/// Numbers and words.
extension JSONParser {
    func isWordStart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: "$"):
            true
        default: false
        }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    mutating func skipWord() {
        while let byte = peek, isWordStart(byte) || isDigit(byte) || byte == UInt8(ascii: "-") {
            position += 1
        }
    }

    /// Reads `true`, `false`, `null`, or says what is wrong with another word.
    mutating func word() -> JSONValue {
        let start = position
        skipWord()
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default: break
        }
        switch word.lowercased() {
        case "true", "yes", "on":
            report(at: start, "the word “\(word)” is not JSON", fix: "write true")
            return .bool(true)
        case "false", "no", "off":
            report(at: start, "the word “\(word)” is not JSON", fix: "write false")
            return .bool(false)
        case "null", "none", "nil", "undefined":
            report(at: start, "the word “\(word)” is not JSON", fix: "write null, or leave the member out")
        case "nan", "infinity", "inf":
            report(at: start, "\(word) is not a JSON number", fix: "write a number, or null")
        default:
            report(at: start, "the word “\(excerpt(word))” is not a JSON value", fix: "put text in quotes")
        }
        return .null
    }

    /// Reads a number and keeps its digits.
    mutating func number() -> JSONValue {
        let start = position
        while let byte = peek,
            isDigit(byte) || isWordStart(byte)
                || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(byte)
        {
            position += 1
        }
        let digits = bytes[start..<position]
        let text = String(decoding: digits, as: UTF8.self)
        if let (message, fix) = fault(ofNumber: digits) {
            report(at: start, "“\(excerpt(text))”: " + message, fix: fix)
        }
        return .number(text)
    }

    private func fault(ofNumber digits: ArraySlice<UInt8>) -> (String, String)? {
        var rest = digits
        if rest.first == UInt8(ascii: "+") {
            return ("a JSON number has no leading plus", "remove the plus sign")
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        if let first = rest.first, isWordStart(first) {
            return ("this is not a JSON number", "write a number, or null")
        }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        if whole.isEmpty {
            return rest.first == UInt8(ascii: ".")
                ? ("a JSON number does not begin with a dot", "write a 0 before the dot")
                : ("digits are missing after the minus sign", "write the digits")
        }
        if rest.first == UInt8(ascii: ".") {
            let decimals = rest.dropFirst().prefix(while: isDigit)
            if decimals.isEmpty {
                return ("digits are missing after the dot", "write them, or remove the dot")
            }
            rest = rest.dropFirst(1 + decimals.count)
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            var exponent = rest.dropFirst()
            if exponent.first == UInt8(ascii: "+") || exponent.first == UInt8(ascii: "-") {
                exponent = exponent.dropFirst()
            }
            rest = exponent.drop(while: isDigit)
            if rest.count == exponent.count { return ("digits are missing after the exponent", "write them") }
        }
        if !rest.isEmpty { return ("this is not a JSON number", "put text in quotes, or mend the number") }
        if whole.count > 1, whole.first == UInt8(ascii: "0") {
            return ("a JSON number has no leading zeros", "remove the zeros, or put it in quotes")
        }
        return nil
    }

    /// A short piece of the user's text for a message, without line ends and other control characters.
    func excerpt(_ text: String) -> String {
        let shown = String(
            String.UnicodeScalarView(text.unicodeScalars.prefix(40).filter { $0.value >= 0x20 }))
        return shown.utf8.count < text.utf8.count ? shown + "…" : shown
    }

    func character(_ byte: UInt8) -> String { String(UnicodeScalar(byte)) }

    /// The character at an offset, as a code point when it cannot be seen.
    func character(at offset: Int) -> String {
        let text = String(decoding: bytes[offset..<min(bytes.count, offset + 4)], as: UTF8.self)
        guard let scalar = text.unicodeScalars.first else { return "" }
        if scalar.value > 0x20, scalar.value != 0x7F, scalar.properties.generalCategory != .format {
            return String(scalar)
        }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
