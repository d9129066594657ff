import Crowdfunding

/// A 128-bit hash of an operation's idempotency key: what the rehearsal's truth knows it by.
struct RehearsalKey: Hashable {
    var high: UInt64
    var low: UInt64

    /// The key of an operation, from the hash of its prefix; no text is built.
    init(_ operation: Operation, prefix: UInt64) {
        self = RehearsalKey(payment: RehearsalKey.payment(operation, prefix: prefix), operation)
    }

    /// The same, where the payment's hash is at hand.
    init(payment: UInt64, _ operation: Operation) {
        let which = UInt64(truncatingIfNeeded: operation.attempt) << 8 | UInt64(operation.kind.rawValue)
        high = mixed(payment ^ mixed(which))
        low = mixed(high ^ payment &+ 0x9E37_79B9_7F4A_7C15)
    }

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A hash of the pledge's reference and the instalment, the same for every attempt.
    static func payment(_ operation: Operation, prefix: UInt64) -> UInt64 {
        mixed(hash(operation.reference, prefix) ^ UInt64(truncatingIfNeeded: operation.instalment))
    }

    /// A hash of text; not secret, and the same in every process.
    static func hash(_ text: String, _ seed: UInt64) -> UInt64 {
        var state = seed ^ 0x51_7CC1_B727_220A
        var word: UInt64 = 0
        var count: UInt64 = 0
        for byte in text.utf8 {
            word = word << 8 | UInt64(byte)
            count += 1
            if count & 7 == 0 {
                state = mixed(state ^ word)
                word = 0
            }
        }
        return mixed(state ^ word ^ count << 56)
    }
}

/// SplitMix64's finalizer over the next step: every bit of the input moves every bit of the output.
func mixed(_ value: UInt64) -> UInt64 {
    var bits = value &+ 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
}
