/// Strings, and the quotes that word processors and other languages put around them.
extension JSONParser {
    private enum Quote {
        case straight
        case single
        case curly
        case curlySingle

        var wrongName: String? {
            switch self {
            case .straight: nil
            case .single: "single quotes"
            case .curly, .curlySingle: "curly quotes"
            }
        }
    }

    /// Reads a string with whatever quotes it has; nil, having read nothing, when no quote stands here.
    mutating func string() throws -> String? {
        let open = position
        guard let quote = openingQuote() else { return nil }
        if let name = quote.wrongName {
            report(at: open, "\(name) do not mark a string", fix: "write straight double quotes: \"…\"")
        }
        var content: [UInt8] = []
        var hasControl = false
        while let byte = peek {
            if let length = closingLength(quote) {
                position += length
                return String(decoding: content, as: UTF8.self)
            }
            switch byte {
            case UInt8(ascii: "\\"):
                escape(into: &content)
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                throw stop(
                    at: open, "the string that opens here does not end on its line",
                    fix: "close it with \", or write a line break as \\n")
            case 0..<0x20:
                if !hasControl { reportControl(byte) }
                hasControl = true
                position += 1
            default:
                content.append(byte)
                position += 1
            }
        }
        throw stop(at: open, "the string that opens here is never closed", fix: "close it with \"")
    }

    private mutating func openingQuote() -> Quote? {
        guard let byte = peek else { return nil }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
            position += 1
            return byte == UInt8(ascii: "'") ? .single : .straight
        }
        if comes("“") || comes("”") || comes("„") {
            position += 3
            return .curly
        }
        if comes("‘") || comes("’") || comes("‚") {
            position += 3
            return .curlySingle
        }
        return nil
    }

    /// How many bytes long the closing quote is that stands here; nil when none does.
    private func closingLength(_ quote: Quote) -> Int? {
        switch quote {
        case .straight: peek == UInt8(ascii: "\"") ? 1 : nil
        case .single: peek == UInt8(ascii: "'") ? 1 : nil
        case .curly: peek == UInt8(ascii: "\"") ? 1 : comes("“") || comes("”") ? 3 : nil
        case .curlySingle: peek == UInt8(ascii: "'") ? 1 : comes("‘") || comes("’") ? 3 : nil
        }
    }

    private mutating func reportControl(_ byte: UInt8) {
        switch byte {
        case 0: report(at: position, "a NUL byte (0x00) is not text", fix: "remove the byte")
        case 0x09: report(at: position, "a tab within a string", fix: "write it as \\t")
        default:
            report(
                at: position, "the control character \(hexadecimal(byte)) within a string",
                fix: "remove it, or write it as \\u00\(hexadecimal(byte).dropFirst(2))")
        }
    }

    /// Undoes the escape that begins here.
    private mutating func escape(into content: inout [UInt8]) {
        let start = position
        position += 1
        guard let byte = peek else { return }
        let plain: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = byte
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"):
            position += 1
            unicodeEscape(from: start, into: &content)
            return
        default:
            report(
                at: start, "“\\\(character(at: position))” is no JSON escape",
                fix: "write \\\\ for a backslash; the escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000")
            return
        }
        content.append(plain)
        position += 1
    }

    private mutating func unicodeEscape(from start: Int, into content: inout [UInt8]) {
        guard let unit = hexUnit() else {
            report(at: start, "“\\u” needs four hexadecimal digits", fix: "write them, for example \\u00e9")
            return
        }
        var code = UInt32(unit)
        if (0xD800..<0xDC00).contains(unit), comes("\\u") {
            let afterFirst = position
            position += 2
            if let low = hexUnit(), (0xDC00..<0xE000).contains(low) {
                code = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
            } else {
                position = afterFirst
            }
        }
        guard let scalar = Unicode.Scalar(code) else {
            report(
                at: start, "half of a surrogate pair stands alone",
                fix: "write both halves, or the character itself")
            return
        }
        content.append(contentsOf: String(scalar).utf8)
    }

    /// Reads four hexadecimal digits; nil, having read none, when they are not there.
    private mutating func hexUnit() -> UInt16? {
        guard bytes.count - position >= 4 else { return nil }
        var unit: UInt16 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        position += 4
        return unit
    }
}
