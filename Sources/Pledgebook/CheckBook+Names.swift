import Storage

/// The references of a campaign's pledges, and each pledge's place among them: what a replay of millions of
/// entries looks up without asking the database.
final class PledgeNames: @unchecked Sendable {
    // Written by `init` only.
    private var numbers: [Int64] = []
    private var ends: [UInt32] = []
    private var bytes: [UInt8] = []
    private var places: [Int32] = []

    init(_ record: CampaignRecord, in records: Records) throws {
        try records.readReferences(campaign: record.number) { number, reference in
            numbers.append(number)
            bytes.append(contentsOf: reference)
            ends.append(UInt32(bytes.count))
        }
        // Numbers lie close together unless a row was damaged: then they are searched for.
        guard let last = numbers.last, last < 16 * numbers.count + 65_536,
            numbers.allSatisfy({ $0 > 0 && $0 <= last })
        else { return }
        places = [Int32](repeating: -1, count: Int(last) + 1)
        for (index, number) in numbers.enumerated() { places[Int(number)] = Int32(index) }
    }

    /// How many pledges the book holds.
    var count: Int { numbers.count }

    /// The place of a pledge among the book's, or -1.
    @inline(__always)
    func index(of number: Int64) -> Int {
        if number > 0, number < places.count { return Int(places[Int(number)]) }
        return places.isEmpty ? search(number) : -1
    }

    /// The number of the pledge at a place.
    func number(at index: Int) -> Int64 { numbers[index] }

    /// Where the reference of the pledge at a place lies among all bytes.
    @inline(__always)
    func range(at index: Int) -> Range<Int> {
        Int(index == 0 ? 0 : ends[index - 1])..<Int(ends[index])
    }

    /// Lends the bytes of all references.
    func withBytes(_ body: (UnsafeBufferPointer<UInt8>) -> Void) { bytes.withUnsafeBufferPointer(body) }

    /// The reference of the pledge at a place, for people.
    func reference(at index: Int) -> String { String(decoding: bytes[range(at: index)], as: UTF8.self) }

    private func search(_ number: Int64) -> Int {
        var low = 0
        var high = numbers.count
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < numbers.count && numbers[low] == number ? low : -1
    }
}

/// Short words that come again and again, by the order in which they first came.
struct WordTable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var last = 0

    /// The place of the word, which is kept where it is new.
    mutating func index(of word: UnsafeBufferPointer<UInt8>) -> Int {
        if last < ends.count, equals(last, word) { return last }
        for index in ends.indices where equals(index, word) {
            last = index
            return index
        }
        bytes.append(contentsOf: word)
        ends.append(bytes.count)
        last = ends.count - 1
        return last
    }

    /// The words in their order.
    var words: [String] {
        ends.indices.map { String(decoding: bytes[range($0)], as: UTF8.self) }
    }

    private func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    @inline(__always)
    private func equals(_ index: Int, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
        let range = range(index)
        guard range.count == word.count else { return false }
        for offset in 0..<word.count where bytes[range.lowerBound + offset] != word[offset] { return false }
        return true
    }
}

/// The `key=value` pairs of a signed detail, without a String.
struct DetailPairs {
    private let text: UnsafeBufferPointer<UInt8>
    private var at = 0

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    /// The next pair; `nil` after the last.
    mutating func next() -> (key: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>)? {
        guard at < text.count else { return nil }
        let start = at
        var equals = -1
        while at < text.count, text[at] != UInt8(ascii: ";") {
            if equals < 0, text[at] == UInt8(ascii: "=") { equals = at }
            at += 1
        }
        let end = at
        at += 1
        let keyEnd = equals < 0 ? end : equals
        return (
            UnsafeBufferPointer(rebasing: text[start..<keyEnd]),
            UnsafeBufferPointer(rebasing: text[min(keyEnd + 1, end)..<end])
        )
    }

    /// The `word:number` items of a value, such as `bulb:2,rest:1`; a word without a number counts once.
    static func forEachItem(
        in value: UnsafeBufferPointer<UInt8>,
        _ body: (_ word: UnsafeBufferPointer<UInt8>, _ count: Int64) -> Void
    ) {
        var start = 0
        while start < value.count {
            var end = start
            var colon = -1
            while end < value.count, value[end] != UInt8(ascii: ",") {
                if value[end] == UInt8(ascii: ":") { colon = end }
                end += 1
            }
            let wordEnd = colon < 0 ? end : colon
            let count = colon < 0 ? 1 : UnsafeBufferPointer(rebasing: value[(colon + 1)..<end]).decimal
            body(UnsafeBufferPointer(rebasing: value[start..<wordEnd]), count)
            start = end + 1
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The decimal number that begins here, cut off after 18 digits; 0 where there is none.
    var decimal: Int64 {
        var value: Int64 = 0
        var index = 0
        let isNegative = first == UInt8(ascii: "-")
        if isNegative { index = 1 }
        while index < count, index < 19, self[index] &- 48 < 10 {
            value = value &* 10 &+ Int64(self[index] &- 48)
            index += 1
        }
        return isNegative ? -value : value
    }

    /// Whether these are the bytes of the literal.
    @inline(__always)
    func reads(_ literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount else { return false }
        let start = literal.utf8Start
        for index in 0..<count where self[index] != start[index] { return false }
        return true
    }

    /// As text, for people.
    var text: String { String(decoding: self, as: UTF8.self) }
}
