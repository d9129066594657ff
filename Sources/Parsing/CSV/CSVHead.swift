/// Tells the delimiter from the first line that holds anything.
struct CSVHead {
    /// Comma, semicolon or tab, whichever the line holds most often outside quotes; a comma if it holds none.
    /// Nil when the line is not complete yet.
    let delimiter: UInt8?

    private static let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]

    /// - Parameter isWhole: Whether the line is to be judged even if it does not end in the text.
    init(_ text: [UInt8], from start: Int, to end: Int, isWhole: Bool) {
        var counts = [0, 0, 0]
        var isInQuotes = false
        var isAtStart = true
        var hasContent = false
        for byte in text[start..<end] {
            if byte == UInt8(ascii: "\""), isInQuotes || isAtStart {
                // The second quote of a doubled one opens the cell again.
                isInQuotes.toggle()
                isAtStart = !isInQuotes
                hasContent = true
            } else if !isInQuotes {
                if byte == UInt8(ascii: "\n"), hasContent {
                    delimiter = Self.best(counts)
                    return
                }
                let candidate = Self.candidates.firstIndex(of: byte)
                if let candidate { counts[candidate] += 1 }
                isAtStart = candidate != nil || byte == UInt8(ascii: "\n")
                hasContent = hasContent || (byte != UInt8(ascii: "\n") && byte != UInt8(ascii: "\r"))
            }
        }
        delimiter = isWhole ? Self.best(counts) : nil
    }

    private static func best(_ counts: [Int]) -> UInt8 {
        var best = 0
        for index in 1..<3 where counts[index] > counts[best] { best = index }
        return candidates[best]
    }
}
