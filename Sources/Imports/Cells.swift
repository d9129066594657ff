import Accounting
import Crowdfunding
import Parsing

/// Reads single cells: amounts, times, e-mail addresses, countries.
///
/// Nothing here makes a String of good input.
struct Cells {
    let currency: Currency
    let zone: ZoneOffsets
    /// Whether `1.234,50` is meant: in files whose cells `;` parts.
    let decimalComma: Bool
    /// Where local times that come twice are counted.
    var twice: TwiceTimes?
    /// What stands before an amount of this currency and parts it from no other: its symbol, its code.
    private let units: (symbol: [UInt8], code: [UInt8])

    init(currency: Currency, zone: ZoneOffsets, decimalComma: Bool, twice: TwiceTimes? = nil) {
        self.currency = currency
        self.zone = zone
        self.decimalComma = decimalComma
        self.twice = twice
        let symbol = Self.symbols.filter { $0.value.contains(currency.code) }.keys.min() ?? ""
        units = (Array(symbol.utf8), Array(currency.code.utf8))
    }

    /// An amount as people and platforms write it: `79`, `79.00`, `$1,234.00`, `€ 5`, `SEK 1,000.00`, `$17.17
    /// AUD`, `(5.00)`, and `1.234,50` where the decimal sign is a comma.
    ///
    /// - Returns: Minor units of the campaign's currency.
    func amount(_ bytes: Span<UInt8>) throws(CellProblem) -> Int64 {
        do throws(AmountProblem) {
            return try parseAmount(bytes, exponent: currency.exponent)
        } catch {
            guard case .notANumber = error else { throw amountProblem(error) }
        }
        if let amount = usualAmount(bytes) { return amount }
        return try anyAmount(bytes)
    }

    /// An amount in any of the ways, also the rare ones.
    func anyAmount(_ bytes: Span<UInt8>) throws(CellProblem) -> Int64 {
        let (number, unit) = try splitUnit(bytes)
        try check(unit)
        let plain = try plainNumber(number)
        do throws(AmountProblem) {
            return try parseAmount(plain.span, exponent: currency.exponent)
        } catch {
            throw amountProblem(error)
        }
    }

    /// What platforms write in every row, read without making a text of it: `€79.00`, `SEK 79.00`, `$79.00
    /// AUD`.
    ///
    /// `nil` says nothing of the cell: it has to be looked at more closely.
    func usualAmount(_ bytes: Span<UInt8>) -> Int64? {
        var range = 0..<bytes.count
        if hasPrefix(units.symbol, bytes, at: 0) {
            range = units.symbol.count..<range.upperBound
            let end = range.upperBound - units.code.count
            if end > range.lowerBound, bytes[end - 1] == UInt8(ascii: " "),
                hasPrefix(units.code, bytes, at: end)
            {
                range = range.lowerBound..<end - 1
            }
        } else if hasPrefix(units.code, bytes, at: 0) {
            range = units.code.count..<range.upperBound
        } else {
            return nil
        }
        if let first = range.first, bytes[first] == UInt8(ascii: " ") { range = first + 1..<range.upperBound }
        var isPlain = true
        for index in range where bytes[index] < 48 || bytes[index] > 57 {
            guard bytes[index] == UInt8(ascii: ".") || bytes[index] == UInt8(ascii: ",") else { return nil }
            isPlain = isPlain && bytes[index] == UInt8(ascii: ".") && !decimalComma
        }
        let number = bytes.extracting(range)
        if isPlain { return try? parseAmount(number, exponent: currency.exponent) }
        var copy: [UInt8] = []
        for index in number.indices { copy.append(number[index]) }
        guard let plain = try? plainNumber(copy) else { return nil }
        return try? parseAmount(plain.span, exponent: currency.exponent)
    }

    @inline(__always)
    private func hasPrefix(_ word: [UInt8], _ bytes: Span<UInt8>, at start: Int) -> Bool {
        guard !word.isEmpty, bytes.count - start >= word.count else { return false }
        for index in word.indices where bytes[start + index] != word[index] { return false }
        return true
    }

    private func amountProblem(_ problem: AmountProblem) -> CellProblem {
        let digits = currency.exponent
        let example = digits == 0 ? "7900" : "79." + String(repeating: "0", count: digits)
        let fix = "write the amount with a dot and \(digits) digits, for example \(example)"
        return switch problem {
        case .tooManyDecimals:
            CellProblem(
                "amount", "the amount has more decimals than \(currency.code), which has \(digits)", fix: fix)
        case .tooLarge:
            CellProblem("amount", "the amount is too large", fix: "no amount is above 10^12 minor units")
        case .negative: CellProblem("amount", "the amount is below zero", fix: fix)
        case .notANumber: CellProblem("amount", "the amount is not a number", fix: fix)
        }
    }

    /// Parts the digits from the letters and signs around them: what is left is a symbol or a code.
    ///
    /// A space within the digits parts thousands; a symbol within them is no way to write an amount.
    private func splitUnit(_ bytes: Span<UInt8>) throws(CellProblem) -> (number: [UInt8], unit: [UInt8]) {
        var number: [UInt8] = []
        var unit: (bytes: [UInt8], endsNumber: Bool) = ([], false)
        var hasDigits = false
        var hasGap = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let space = Self.space(at: index, bytes)
            index += max(1, space)
            if space > 0 {
                hasGap = true
                continue
            }
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ","):
                let isDigit = byte >= UInt8(ascii: "0")
                if hasDigits, hasGap {
                    // A gap behind a unit, and one before a point, part no thousands.
                    guard isDigit, !unit.endsNumber else { throw amountProblem(.notANumber) }
                    number.append(decimalComma ? UInt8(ascii: ".") : UInt8(ascii: ","))
                }
                guard !hasDigits || !unit.endsNumber else { throw amountProblem(.notANumber) }
                if isDigit { hasDigits = true }
                number.append(byte)
            case UInt8(ascii: "-"), UInt8(ascii: "("), UInt8(ascii: ")"): number.append(byte)
            default:
                if hasDigits { unit.endsNumber = true }
                unit.bytes.append(byte)
            }
            hasGap = false
        }
        return (number, unit.bytes)
    }

    /// How many bytes the space takes that begins here: 0 for none; no-break spaces count.
    private static func space(at index: Int, _ bytes: Span<UInt8>) -> Int {
        if bytes[index] == UInt8(ascii: " ") { return 1 }
        if bytes[index] == 0xC2, index + 1 < bytes.count, bytes[index + 1] == 0xA0 { return 2 }
        let isNarrow =
            bytes[index] == 0xE2 && index + 2 < bytes.count && bytes[index + 1] == 0x80
            && (bytes[index + 2] == 0xAF || bytes[index + 2] == 0x89)
        return isNarrow ? 3 : 0
    }

    private static let symbols: [String: Set<String>] = [
        "$": ["USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN"], "€": ["EUR"], "£": ["GBP"], "¥": ["JPY"],
        "￥": ["JPY"],
    ]
    /// Letters before a symbol, and the code that they stand for.
    private static let codes = [
        "R": "BRL", "US": "USD", "AU": "AUD", "CA": "CAD", "NZ": "NZD", "HK": "HKD", "S": "SGD",
        "MX": "MXN",
    ]

    /// `$` alone is the campaign's currency if that is a dollar; any code must be the campaign's.
    private func check(_ unit: [UInt8]) throws(CellProblem) {
        if unit.isEmpty { return }
        let text = String(decoding: unit, as: UTF8.self)
        let code = text.filter { $0.isASCII && $0.isLetter }
        let symbol = text.filter { !($0.isASCII && $0.isLetter) }
        let codes = code.uppercased()
        let named = codes.count == 3 ? codes : Self.codes[codes] ?? codes
        let isReal = symbol == "$" && codes == "R"
        let symbolFits = symbol.isEmpty || isReal || (Self.symbols[symbol]?.contains(currency.code) ?? false)
        let codeFits = code.isEmpty || named == currency.code
        guard symbolFits, codeFits else {
            let isAmount = Currency(named) != nil || Self.symbols[symbol] != nil
            throw CellProblem(
                isAmount ? "currency" : "amount",
                isAmount
                    ? "the amount is in \(named.isEmpty ? symbol : named), the campaign in \(currency.code)"
                    : "the amount is not a number",
                fix: "write the amount in \(currency.code), with digits only")
        }
    }

    /// Undoes thousands separators, brackets and the decimal comma.
    private func plainNumber(_ number: [UInt8]) throws(CellProblem) -> [UInt8] {
        var digits = number
        var isNegative = false
        if digits.first == UInt8(ascii: "("), digits.last == UInt8(ascii: ")") {
            digits = Array(digits.dropFirst().dropLast())
            isNegative = true
        } else if digits.first == UInt8(ascii: "-") {
            digits.removeFirst()
            isNegative = true
        }
        let group = decimalComma ? UInt8(ascii: ".") : UInt8(ascii: ",")
        let point = decimalComma ? UInt8(ascii: ",") : UInt8(ascii: ".")
        let pieces = digits.split(separator: point, maxSplits: 1, omittingEmptySubsequences: false)
        let groups = (pieces.first ?? []).split(separator: group, omittingEmptySubsequences: false)
        let isGrouped =
            groups.count == 1 || groups.dropFirst().allSatisfy { $0.count == 3 } && groups[0].count <= 3
        guard isGrouped, !groups[0].isEmpty else { throw amountProblem(.notANumber) }
        var plain: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        for group in groups { plain += group }
        if pieces.count == 2 {
            plain.append(UInt8(ascii: "."))
            plain += pieces[1]
        }
        return plain
    }

    /// RFC 3339, or `2026-03-04 09:30[:15]`, `2018/03/28, 10:27`, `2015-08-19 14:22:07 -0700`; without an
    /// offset it is local time in `zone`.
    func time(_ bytes: Span<UInt8>) throws(CellProblem) -> Timestamp {
        if let time = Timestamp(rfc3339: bytes) { return time }
        let (numbers, rest) = leadingNumbers(bytes)
        let fix = "write it as 2026-03-04T09:30:00+01:00, or 2026-03-04 09:30 in \(zone.name)"
        guard numbers.count == 5 || numbers.count == 6 else {
            let isDay = numbers.count == 3 && rest.isEmpty
            let what =
                bytes.count == 0
                ? "the time is missing"
                : isDay ? calendarFault(numbers) ?? "the day has no time" : "this is not a time"
            throw CellProblem("time", what, fix: fix)
        }
        guard
            let local = LocalTime(
                year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4],
                second: numbers.count == 6 ? numbers[5] : 0)
        else {
            throw CellProblem("time", calendarFault(numbers) ?? "the time is not one that exists", fix: fix)
        }
        if let offset = offsetSeconds(rest) {
            guard case .one(let time) = ZoneOffsets.utc.timestamp(of: local) else {
                throw CellProblem("time", "the time is not one that exists", fix: "write it as RFC 3339")
            }
            return time.adding(seconds: -offset)
        }
        guard rest.isEmpty else {
            throw CellProblem(
                "time", "what stands behind the time is no offset from UTC",
                fix: "write it as 2026-03-04T09:30:00+01:00, or without one as 2026-03-04 09:30")
        }
        switch zone.timestamp(of: local) {
        case .one(let time): return time
        case .skipped:
            throw CellProblem(
                "time", "this time does not exist in \(zone.name): the clocks went forward over it",
                fix: "write it with its offset, for example 2026-03-29T03:30:00+02:00")
        case .twice(let first, _):
            // Both fall on the same day; the earlier one keeps the place in the queue.
            twice?.find()
            return first
        }
    }

    /// Five or six numbers parted by the marks of a date and a time, and what follows them.
    private func leadingNumbers(_ bytes: Span<UInt8>) -> ([Int], [UInt8]) {
        var numbers: [Int] = []
        var index = 0
        while index < bytes.count, numbers.count < 6 {
            var value = 0
            var digits = 0
            while index < bytes.count, bytes[index] >= 48, bytes[index] <= 57, digits < 5 {
                value = value * 10 + Int(bytes[index] - 48)
                digits += 1
                index += 1
            }
            guard digits > 0, digits == 4 || (!numbers.isEmpty && digits <= 2) else { return ([], []) }
            numbers.append(value)
            guard index < bytes.count, let mark = separator(after: numbers.count, bytes, &index), mark else {
                break
            }
        }
        var rest: [UInt8] = []
        while index < bytes.count {
            rest.append(bytes[index])
            index += 1
        }
        return (numbers, rest)
    }

    /// Steps over the mark that stands behind the n-th number; `false` where the time ends.
    private func separator(after count: Int, _ bytes: Span<UInt8>, _ index: inout Int) -> Bool? {
        let byte = bytes[index]
        switch count {
        case 1, 2:
            guard byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/") else { return nil }
            index += 1
        case 3:
            guard byte == UInt8(ascii: " ") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "T") else {
                return nil
            }
            index += 1
            if byte == UInt8(ascii: ","), index < bytes.count, bytes[index] == UInt8(ascii: " ") {
                index += 1
            }
        case 4, 5:
            guard byte == UInt8(ascii: ":") else { return false }
            index += 1
        default: return false
        }
        return true
    }

    /// ` -0700`, `+01:00`, ` UTC` or `Z`.
    private func offsetSeconds(_ rest: [UInt8]) -> Int64? {
        let text = String(decoding: rest, as: UTF8.self).filter { $0 != " " && $0 != ":" }
        if text == "Z" || text == "UTC" { return 0 }
        guard text.utf8.count == 5, let sign = text.first, sign == "+" || sign == "-",
            let digits = Int64(text.dropFirst()), digits >= 0, digits % 100 < 60, digits / 100 < 24
        else { return nil }
        let seconds = (digits / 100) * 3600 + (digits % 100) * 60
        return sign == "-" ? -seconds : seconds
    }

    /// Whether the bytes can be an address: one `@` with something on both sides, a dot behind it, no spaces.
    static func isEmail(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 3, bytes.count <= 254 else { return false }
        var at = -1
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == UInt8(ascii: "@") {
                guard at < 0 else { return false }
                at = index
            } else if byte <= 0x20 || byte == 0x7F || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") {
                return false
            }
        }
        return at > 0 && at < bytes.count - 1
    }

    /// Two letters as a number, or `nil`; `UK` is `GB` to ISO 3166.
    static func country(_ bytes: Span<UInt8>) -> UInt16? {
        guard bytes.count == 2 else { return nil }
        let first = bytes[0] & 0xDF
        let second = bytes[1] & 0xDF
        guard first >= 65, first <= 90, second >= 65, second <= 90 else { return nil }
        let code = UInt16(first) << 8 | UInt16(second)
        return code == 0x554B ? 0x4742 : code
    }

    /// Whether the cell is a card number: 13 to 19 digits, spaces or hyphens between them, that pass Luhn's
    /// check (ISO/IEC 7812-1, annex B); Excel's guards around it hide nothing.
    static func isCardNumber(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 13, bytes.count <= 40 else { return false }
        var digits = 0
        var sum = 0
        var index = bytes.count - 1
        while index >= 0 {
            let byte = bytes[index]
            if byte >= 48, byte <= 57 {
                var value = Int(byte - 48)
                if digits % 2 == 1 { value = value * 2 > 9 ? value * 2 - 9 : value * 2 }
                sum += value
                digits += 1
            } else if byte != UInt8(ascii: " "), byte != UInt8(ascii: "-"), !isOfGuard(byte) {
                return false
            }
            index -= 1
        }
        return digits >= 13 && digits <= 19 && sum % 10 == 0
    }

    /// What guards against Excel are made of, doubled quotes with them.
    private static func isOfGuard(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "'") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "\"")
    }
}
