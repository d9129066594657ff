public import Accounting
public import Crowdfunding

/// One request that reached the rehearsal's processor, and what it did.
public struct RehearsalRecord: Hashable, Sendable {
    /// What the processor did.
    public enum Outcome: UInt8, Sendable {
        case done = 0
        case declinedSoft = 1
        case declinedHard = 2
        case actionRequired = 3
        /// A capture that came after the hold had ended.
        case expired = 4
    }

    /// The 128-bit hash of the idempotency key.
    public var keyHigh: UInt64
    /// The other half.
    public var keyLow: UInt64
    /// What was asked.
    public var kind: OperationKind
    /// What was done.
    public var outcome: Outcome
    /// Minor units.
    public var amount: Int64
    /// Minor units that the processor kept.
    public var fee: Int64
    /// Of captures, voids and refunds the charge's number; of charges and holds a hash of the method.
    public var target: UInt64
    /// The virtual time.
    public var at: Timestamp
    /// The three capital letters of the currency, eight bits each.
    var currencyBits: UInt32

    /// The currency's code.
    public var currency: String {
        String(unsafeUninitializedCapacity: 3) { buffer in
            for index in 0..<3 { buffer[index] = UInt8(truncatingIfNeeded: currencyBits >> (16 - 8 * index)) }
            return 3
        }
    }

    /// The number of the charge that this belongs to, as in `ch_<number>`.
    public var charge: UInt64 { kind == .authorize || kind == .charge ? keyHigh : target }

    /// What the processor calls it: the charge's, or of a refund its own.
    public var reference: String {
        kind == .refund ? rehearsalReference("re_", keyHigh) : rehearsalReference("ch_", charge)
    }
}

/// The letters of a currency's code, eight bits each.
func currencyBits(of currency: Currency) -> UInt32 {
    currency.code.utf8.prefix(3).reduce(0) { $0 << 8 | UInt32($1) }
}

/// `ch_` or `re_` and eleven characters of base64url; short enough to need no allocation.
func rehearsalReference(_ prefix: StaticString, _ number: UInt64) -> String {
    String(unsafeUninitializedCapacity: 14) { buffer in
        for index in 0..<3 { buffer[index] = prefix.utf8Start[index] }
        for index in 0..<11 {
            buffer[13 - index] = digit(number >> UInt64(6 * index) & 63)
        }
        return 14
    }
}

/// The number in `ch_…`; `nil` for what the rehearsal did not name.
func rehearsalNumber(_ reference: String) -> UInt64? {
    var index = 0
    var number: UInt64 = 0
    for byte in reference.utf8 {
        if index >= 3 {
            guard index < 14, let bits = bits(of: byte) else { return nil }
            number = number << 6 | bits
        }
        index += 1
    }
    return index == 14 ? number : nil
}

/// A digit of base64url for 0…63.
@inline(__always) func digit(_ bits: UInt64) -> UInt8 {
    let low = UInt8(truncatingIfNeeded: bits)
    // Without branches: A–Z, a–z, 0–9, - and _ each begin at another distance.
    var distance: UInt8 = 65
    distance &+= low >= 26 ? 6 : 0
    distance &-= low >= 52 ? 75 : 0
    distance &-= low >= 62 ? 13 : 0
    distance &+= low >= 63 ? 49 : 0
    return low &+ distance
}

/// What a digit of base64url stands for.
func bits(of byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt64(byte - 65)
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt64(byte - 71)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte + 4)
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
}

extension RehearsalRecord {
    /// Bytes of a line with its line feed; every line has the same.
    static let width = 59

    /// Writes the line: key (22), kind and outcome (1), amount (7), fee (7), target (11), time (7),
    /// currency (3), line feed.
    func append(to lines: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.width) { line in
            var end = 0
            func put(_ value: UInt64, _ digits: Int) {
                for place in 0..<digits {
                    line[end + digits - 1 - place] = digit(value >> UInt64(6 * place) & 63)
                }
                end += digits
            }
            put(keyHigh, 11)
            put(keyLow, 11)
            put(UInt64(kind.rawValue) << 3 | UInt64(outcome.rawValue), 1)
            put(UInt64(bitPattern: amount), 7)
            put(UInt64(bitPattern: fee), 7)
            put(target, 11)
            put(UInt64(bitPattern: at.seconds &+ RehearsalRecord.epoch), 7)
            for shift: UInt32 in [16, 8, 0] {
                line[end] = UInt8(truncatingIfNeeded: currencyBits >> shift)
                end += 1
            }
            line[end] = UInt8(ascii: "\n")
            lines.append(contentsOf: UnsafeBufferPointer(line))
        }
    }

    /// Years before 1970 are written as positive numbers too.
    private static let epoch: Int64 = 1 << 40

    /// Reads a line; `nil` where it is not one.
    init?(_ bytes: Span<UInt8>, at start: Int) {
        guard start >= 0, start + RehearsalRecord.width <= bytes.count,
            bytes[start + RehearsalRecord.width - 1] == UInt8(ascii: "\n")
        else { return nil }
        var position = start
        var isSound = true
        func take(_ digits: Int) -> UInt64 {
            var value: UInt64 = 0
            for _ in 0..<digits {
                guard let bits = bits(of: bytes[position]) else {
                    isSound = false
                    break
                }
                value = value << 6 | bits
                position += 1
            }
            return value
        }
        keyHigh = take(11)
        keyLow = take(11)
        let what = take(1)
        amount = Int64(take(7))
        fee = Int64(take(7))
        target = take(11)
        at = Timestamp(seconds: Int64(take(7)) - RehearsalRecord.epoch)
        currencyBits = 0
        for index in position..<start + RehearsalRecord.width - 1 {
            isSound = isSound && bytes[index] >= 65 && bytes[index] <= 90
            currencyBits = currencyBits << 8 | UInt32(bytes[index])
        }
        guard isSound, let kind = OperationKind(rawValue: Int(what >> 3)),
            let outcome = Outcome(rawValue: UInt8(what & 7))
        else { return nil }
        self.kind = kind
        self.outcome = outcome
    }
}
