/// SipHash-2-4 with the book's secret: a 64-bit key that nobody can make collide without knowing the secret.
///
/// J.-P. Aumasson and D. J. Bernstein, “SipHash: a fast short-input PRF” (2012).
public struct KeyedHash: Sendable {
    private let k0: UInt64
    private let k1: UInt64

    /// - Parameter secret: 16 bytes; fewer count as zero.
    init(_ secret: [UInt8]) {
        func word(_ start: Int) -> UInt64 {
            (0..<8).reduce(0) {
                $0 | UInt64(start + $1 < secret.count ? secret[start + $1] : 0) << UInt64(8 * $1)
            }
        }
        k0 = word(0)
        k1 = word(8)
    }

    /// The hash of the bytes, as the signed integer that the book stores.
    public func callAsFunction(_ bytes: Span<UInt8>) -> Int64 {
        var state = State(k0: k0, k1: k1)
        let whole = bytes.count & ~7
        bytes.withUnsafeBytes { raw in
            var index = 0
            while index < whole {
                state.compress(
                    UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
                index += 8
            }
            var last = UInt64(truncatingIfNeeded: bytes.count) << 56
            while index < bytes.count {
                last |= UInt64(raw[index]) << UInt64(8 * (index & 7))
                index += 1
            }
            state.compress(last)
        }
        return Int64(bitPattern: state.finish())
    }

    private struct State {
        var v0: UInt64
        var v1: UInt64
        var v2: UInt64
        var v3: UInt64

        @inline(__always) init(k0: UInt64, k1: UInt64) {
            v0 = k0 ^ 0x736f_6d65_7073_6575
            v1 = k1 ^ 0x646f_7261_6e64_6f6d
            v2 = k0 ^ 0x6c79_6765_6e65_7261
            v3 = k1 ^ 0x7465_6462_7974_6573
        }

        @inline(__always) mutating func round() {
            v0 &+= v1
            v2 &+= v3
            v1 = (v1 << 13 | v1 >> 51) ^ v0
            v3 = (v3 << 16 | v3 >> 48) ^ v2
            v0 = v0 << 32 | v0 >> 32
            v2 &+= v1
            v0 &+= v3
            v1 = (v1 << 17 | v1 >> 47) ^ v2
            v3 = (v3 << 21 | v3 >> 43) ^ v0
            v2 = v2 << 32 | v2 >> 32
        }

        @inline(__always) mutating func compress(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        @inline(__always) mutating func finish() -> UInt64 {
            v2 ^= 0xFF
            round()
            round()
            round()
            round()
            return v0 ^ v1 ^ v2 ^ v3
        }
    }
}
