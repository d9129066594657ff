import Accounting

/// When pledges come in: many on the first days, few in the middle, many before the end, fewer at night.
///
/// Gives instants in time order without keeping or sorting them: the n-th of `count` pledges falls at random
/// into the n-th of `count` equal slices of the area below the curve.
struct PledgeCurve {
    /// How busy each thirtieth of a campaign is.
    private static let days = [
        900, 430, 260, 195, 160, 140, 126, 116, 109, 104, 100, 97, 95, 94, 93, 93, 94, 95, 97, 99, 101, 104,
        108, 113,
        120, 130, 146, 190, 310, 560,
    ]
    /// How busy each hour (UTC) of a day is.
    private static let hours = [
        30, 22, 18, 16, 18, 24, 40, 60, 80, 92, 100, 104, 106, 104, 102, 104, 110, 120, 130, 136, 130, 110,
        76, 48,
    ]
    private static let piecesPerDay = 24

    /// Where each piece begins on the axis of the summed weights; one more than there are pieces.
    private let starts: [Int64]
    private let opening: Int64
    private let duration: Int64
    private let count: Int64
    private var slice: Int64 = 0
    private var piece = 0

    /// Takes a count of 1 to 2³¹.
    init(from opening: Timestamp, until closing: Timestamp, count: Int) {
        self.opening = opening.seconds
        duration = max(1, closing.seconds - opening.seconds)
        self.count = Int64(max(1, count))
        let pieces = Self.days.count * Self.piecesPerDay
        let length = duration / Int64(pieces)
        var weights: [Int64] = []
        for piece in 0..<pieces {
            let middle = opening.seconds + length * Int64(piece) + length / 2
            let hour = Int((middle % 86_400 + 86_400) % 86_400 / 3_600)
            weights.append(Int64(Self.days[piece / Self.piecesPerDay] * Self.hours[hour]))
        }
        // A sum near 2³¹ keeps seconds apart, and sum × count within Int64.
        let step = max(1, (1 << 31) / weights.reduce(0, +))
        var starts: [Int64] = [0]
        var sum: Int64 = 0
        for weight in weights {
            sum += weight * step
            starts.append(sum)
        }
        self.starts = starts
    }

    /// The next pledge's instant, not before the one before it and always before the closing.
    mutating func next(_ random: inout SampleRandom) -> Timestamp {
        let total = starts[starts.count - 1]
        let low = total * slice / count
        let high = total * (slice + 1) / count
        slice = min(slice + 1, count - 1)
        let position = min(total - 1, low + Int64(random.below(Int(max(1, high - low)))))
        while position >= starts[piece + 1] { piece += 1 }
        let pieces = Int64(starts.count - 1)
        let begin = duration * Int64(piece) / pieces
        let end = duration * Int64(piece + 1) / pieces
        let into = (end - begin) * (position - starts[piece]) / (starts[piece + 1] - starts[piece])
        return Timestamp(seconds: opening + begin + into)
    }
}
