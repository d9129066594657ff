import Accounting
import Parsing

extension FieldReading {
    // MARK: Text and names

    /// A text for people: 1 to 1,000 bytes, not blank, without control characters.
    mutating func text(_ value: Located) -> String? {
        guard let text = string(value, "a text", example: "\"Aurora lamp\"") else { return nil }
        if text.utf8.allSatisfy({ $0 == UInt8(ascii: " ") }) {
            report(value, "the text is empty", fix: "write something between the quotes")
        } else if text.utf8.count > largestTextSize {
            report(
                value, "the text has \(text.utf8.count) bytes", fix: "shorten it to \(largestTextSize) bytes")
        } else if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            report(
                value, "the text holds a control character", fix: "take out line breaks, tabs and the like")
        } else {
            return text
        }
        return nil
    }

    /// An id, or with `upperCase` a SKU or code.
    mutating func identifier(_ value: Located, upperCase: Bool = false) -> String? {
        let example = upperCase ? "\"LAMP\"" : "\"early-bird\""
        let wanted = upperCase ? "a code" : "an id"
        guard let text = string(value, wanted, example: example) else { return nil }
        guard isIdentifier(text.utf8, upperCase: upperCase) else {
            let letters = upperCase ? "letters a to z and A to Z" : "small letters a to z"
            let rule = "use 1 to 64 of: \(letters), digits, - and _ (not first)"
            let guess = identifierLike(text, upperCase: upperCase)
            let isBetter = isIdentifier(guess.utf8, upperCase: upperCase)
            report(
                value, "\(quoted(text)) is not \(wanted)",
                fix: isBetter ? "\(rule), for example \"\(guess)\"" : rule)
            return nil
        }
        return text
    }

    /// An id that no earlier object of its kind has.
    ///
    /// `seen` holds the lines of the earlier ones.
    mutating func uniqueIdentifier(
        _ value: Located, _ kind: String, upperCase: Bool = false, seen: inout [String: Int],
    ) -> String? {
        guard let id = identifier(value, upperCase: upperCase) else { return nil }
        if let line = seen[id] {
            report(
                value, "\(quoted(id)) is taken, in line \(line)",
                fix: "give each \(kind) \(upperCase ? "a code" : "an id") of its own")
            return nil
        }
        seen[id] = document.place(of: value.node.start).line
        return id
    }

    /// One of the raw values of an enumeration.
    mutating func choice<Value: CaseIterable & RawRepresentable<String>>(_ value: Located, _: Value.Type)
        -> Value?
    {
        let list = Value.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        guard
            let text = string(
                value, "one of \(list)", example: Value.allCases.first.map { "\"\($0.rawValue)\"" } ?? "")
        else { return nil }
        guard let choice = Value(rawValue: text) else {
            report(value, "\(quoted(text)) is not known here", fix: "write one of \(list)")
            return nil
        }
        return choice
    }

    mutating func flag(_ value: Located) -> Bool? {
        if case .bool(let flag) = value.node.value { return flag }
        if case .string(let text) = value.node.value, text == "true" || text == "false" {
            report(
                value, "\(quoted(text)) is a string, a bare word belongs here",
                fix: "write \(text) without quotes")
        } else {
            wrongType(value, "true or false", example: "true")
        }
        return nil
    }

    // MARK: Numbers

    /// A whole number within bounds.
    mutating func integer(_ value: Located, in bounds: ClosedRange<Int64> = 0...largestQuantity) -> Int64? {
        let wanted = "a whole number"
        switch value.node.value {
        case .number(let written):
            guard let number = Int64(written) else {
                let isWhole = written.utf8.allSatisfy { $0 == UInt8(ascii: "-") || isDigit($0) }
                report(
                    value, isWhole ? "\(shown(written)) is too large" : "\(shown(written)) is not \(wanted)",
                    fix: "write \(wanted) from \(bounds.lowerBound) to \(bounds.upperBound)")
                return nil
            }
            if bounds.contains(number) { return number }
            report(
                value, "\(number) is \(number < bounds.lowerBound ? "too small" : "too large")",
                fix: "write \(wanted) from \(bounds.lowerBound) to \(bounds.upperBound)")
        case .string(let text) where Int64(text) != nil:
            report(
                value, "\(quoted(text)) is a string, a number belongs here",
                fix: "write \(text) without quotes")
        default:
            wrongType(value, wanted, example: "\(max(1, bounds.lowerBound))")
        }
        return nil
    }

    /// An amount in minor units: a string with exactly the currency's decimals, `least` or more.
    mutating func amount(_ value: Located, atLeast least: Int64 = 0) -> Int64? {
        let text: String
        switch value.node.value {
        case .string(let written): text = written
        case .number(let written):
            report(
                value, "\(shown(written)) is a number, an amount is a string",
                fix: "put it in quotes: \"\(suggestedAmount(written))\"")
            return nil
        default:
            wrongType(value, "an amount in quotes", example: "\"\(exampleAmount)\"")
            return nil
        }
        guard let decimals = decimals(of: text) else {
            if text.hasPrefix("-"), self.decimals(of: String(text.dropFirst())) != nil {
                report(value, "\(quoted(text)) is negative", fix: "write an amount of zero or more")
            } else {
                let suggestion = suggestedAmount(text)
                report(
                    value, "\(quoted(text)) is not an amount",
                    fix: "write digits with a dot and no other signs, for example \"\(suggestion)\"")
            }
            return nil
        }
        guard let currency else { return least }
        guard decimals == currency.exponent else {
            let has = decimals == 0 ? "no decimals" : "\(decimals) decimal\(decimals == 1 ? "" : "s")"
            let asked = currency.exponent == 0 ? "none" : "\(currency.exponent)"
            report(
                value, "\(quoted(text)) has \(has), \(currency.code) has \(asked)",
                fix: "write \"\(suggestedAmount(text))\"")
            return nil
        }
        guard let amount = try? parseAmount(text, exponent: currency.exponent), amount <= largestAmount else {
            let largest = Money(minorUnits: largestAmount, currency: currency).plain
            report(value, "\(quoted(text)) is too large", fix: "amounts go up to \(largest)")
            return nil
        }
        guard amount >= least else {
            report(value, "\(quoted(text)) is not above zero", fix: "write an amount above zero")
            return nil
        }
        return amount
    }

    /// A percentage from 0 to 100 with up to four decimals, as a string.
    mutating func percentage(_ value: Located) -> Percentage? {
        switch value.node.value {
        case .number(let written):
            report(
                value, "\(shown(written)) is a number, a percentage is a string",
                fix: "put it in quotes: \"\(shown(written))\"")
        case .string(let text):
            if decimals(of: text).map({ $0 <= 4 }) == true, let percentage = Percentage(text) {
                return percentage
            }
            let bare = text.filter { $0 != "%" && $0 != " " }
            let isBetter = bare != text && Percentage(bare) != nil
            report(
                value, "\(quoted(text)) is not a percentage from 0 to 100",
                fix: isBetter ? "write \"\(bare)\"" : "write it as \"19\" or \"2.9\", with up to 4 decimals")
        default: wrongType(value, "a percentage in quotes", example: "\"19\"")
        }
        return nil
    }

    /// How many digits follow the dot; `nil` where the text is not plain digits with at most one dot inside,
    /// or has needless zeros in front.
    private func decimals(of text: String) -> Int? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }) else {
            return nil
        }
        guard parts[0].count == 1 || parts[0].first != UInt8(ascii: "0") else { return nil }
        return parts.count == 2 ? parts[1].count : 0
    }

    /// The amount that the writer most likely meant, with the currency's decimals; else an example.
    private func suggestedAmount(_ text: String) -> String {
        var digits = text.filter { !"€$£¥ ".contains($0) }
        if !digits.contains("."), digits.filter({ $0 == "," }).count == 1 {
            digits = digits.replacing(",", with: ".")
        }
        guard let decimals = decimals(of: digits), digits.utf8.count <= 20 else { return exampleAmount }
        let exponent = currency?.exponent ?? max(decimals, 2)
        if decimals < exponent {
            return digits + (decimals == 0 ? "." : "") + String(repeating: "0", count: exponent - decimals)
        }
        let extra = digits.suffix(decimals - exponent)
        guard extra.allSatisfy({ $0 == "0" }) else { return exampleAmount }
        let kept = digits.dropLast(extra.count)
        return String(exponent == 0 && decimals > 0 ? kept.dropLast() : kept)
    }

    /// 79 in major units of the campaign's currency.
    var exampleAmount: String {
        let exponent = currency?.exponent ?? 2
        return exponent == 0 ? "7900" : "79." + String(repeating: "0", count: exponent)
    }

    // MARK: Times, days, places

    /// A moment in RFC 3339 with its offset.
    mutating func time(_ value: Located) -> Timestamp? {
        let example = "2026-03-31T20:00:00+02:00"
        guard let text = string(value, "a time in quotes", example: "\"\(example)\"") else { return nil }
        let shape = TimeShape(text)
        switch shape {
        case .day:
            if let fault = calendarFault(in: text) {
                report(value, "\(quoted(text)) is not a day that exists", fix: "\(fault): mend it")
                break
            }
            report(
                value, "\(quoted(text)) is a day, not a time",
                fix: "add the time and its offset: \"\(text)T20:00:00+02:00\"")
        case .withoutOffset:
            report(
                value, "\(quoted(text)) has no offset from UTC",
                fix: "say which clock it is: \"\(text)+02:00\" is Berlin in summer, \"\(text)Z\" is UTC")
        case .complete:
            if let time = Timestamp(rfc3339: text) { return time }
            report(
                value, "\(quoted(text)) is not a time that exists",
                fix: calendarFault(in: text).map { "\($0): mend it" } ?? "check the offset")
        case .other:
            report(
                value, "\(quoted(text)) is not a time",
                fix: "write date, T, time with seconds, offset: \"\(example)\"")
        }
        return nil
    }

    /// A promised month, `2026-09`.
    mutating func month(_ value: Located) -> DeliveryMonth? {
        guard let text = string(value, "a month in quotes", example: "\"2026-09\"") else { return nil }
        let digits = Array(text.utf8)
        guard digits.count == 7, digits[4] == UInt8(ascii: "-"), let year = Int(text.prefix(4)),
            let month = Int(text.suffix(2)), digits.filter(isDigit).count == 6, (1...12).contains(month),
            year >= 1
        else {
            report(value, "\(quoted(text)) is not a month", fix: "write year and month: \"2026-09\"")
            return nil
        }
        return DeliveryMonth(year: year, month: month)
    }

    /// An IANA time zone that this machine knows.
    mutating func zone(_ value: Located) -> String? {
        guard let text = string(value, "a time zone in quotes", example: "\"Europe/Berlin\"") else {
            return nil
        }
        guard isZoneShaped(text), isKnownZone(text) else {
            report(
                value, "\(quoted(text)) is not a known time zone",
                fix: "write an IANA name, for example \"Europe/Berlin\", \"America/New_York\" or \"UTC\"")
            return nil
        }
        return text
    }

    /// An ISO 3166 country, or with `anywhere` also `EU` and `*`.
    mutating func country(_ value: Located, anywhere: Bool = false) -> String? {
        guard let text = string(value, "a country code in quotes", example: "\"DE\"") else { return nil }
        return country(text, at: value.node.start, path: value.path, anywhere: anywhere)
    }

    mutating func country(_ text: String, at offset: Int, path: String, anywhere: Bool) -> String? {
        if Country.isKnown(text)
            || (anywhere && (text == Country.europeanUnion || text == Country.everywhere))
        {
            return text
        }
        let others = anywhere ? ", \"EU\" or \"*\" (everywhere else)" : ""
        let fix =
            Country.correction(of: text).map { "write \"\($0)\"" }
            ?? "write two capital letters of ISO 3166, for example \"DE\"\(others)"
        report(at: offset, path, "\(quoted(text)) is not a country", fix: fix)
        return nil
    }
}

/// What a text looks like that should be a time.
private enum TimeShape {
    case day, withoutOffset, complete, other

    init(_ text: String) {
        let pattern = "0000-00-00T00:00:00"
        let bytes = Array(text.utf8)
        func matches(_ count: Int) -> Bool {
            bytes.count >= count
                && zip(bytes.prefix(count), pattern.utf8.prefix(count)).allSatisfy { byte, wanted in
                    wanted == UInt8(ascii: "0") ? isDigit(byte) : byte == wanted
                }
        }
        if bytes.count == 10, matches(10) {
            self = .day
        } else if matches(19) {
            self = Self(afterSeconds: bytes.dropFirst(19))
        } else if bytes.count == 16, matches(16) {
            self = .withoutOffset
        } else {
            self = .other
        }
    }

    private init(afterSeconds rest: ArraySlice<UInt8>) {
        var rest = rest
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: isDigit)
            guard !fraction.isEmpty else {
                self = .other
                return
            }
            rest = rest.dropFirst(1 + fraction.count)
        }
        let zones = rest.map { isDigit($0) ? UInt8(ascii: "0") : $0 }
        if zones.isEmpty {
            self = .withoutOffset
        } else {
            self =
                zones == Array("Z".utf8) || zones == Array("+00:00".utf8) || zones == Array("-00:00".utf8)
                ? .complete : .other
        }
    }
}

func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

/// Whether the text may be looked up as a zone: a name of the zone database is letters, digits, `_`, `+`, `-`
/// in parts set apart by `/`, so that no path can be smuggled into the look-up.
private func isZoneShaped(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return text.utf8.count <= 64
        && parts.allSatisfy { part in
            !part.isEmpty
                && part.allSatisfy { byte in
                    isIdentifier(CollectionOfOne(byte), upperCase: true) || "_+-".utf8.contains(byte)
                }
        }
}

/// The text with everything that an id may not hold turned into hyphens.
private func identifierLike(_ text: String, upperCase: Bool) -> String {
    var result = ""
    for character in upperCase ? text : text.lowercased() {
        let isAllowed = isIdentifier(String(character).utf8, upperCase: upperCase) || character == "_"
        if isAllowed {
            result.append(character)
        } else if !result.isEmpty, !result.hasSuffix("-") {
            result.append("-")
        }
    }
    while result.hasSuffix("-") { result.removeLast() }
    return String(result.prefix(64))
}
