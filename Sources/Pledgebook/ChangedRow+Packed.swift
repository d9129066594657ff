import Accounting
import Crowdfunding

// A row as bytes, to be put aside and read again by the same process.

extension ChangedRow {
    /// What it takes in memory, roughly.
    var size: Int { MemoryLayout<ChangedRow>.size + bytes.count + lines.count * 12 + file.utf8.count }

    /// The row as bytes.
    var packed: [UInt8] {
        var words: [Int64] = [
            pledge, content, mode.packed, Int64(order.line), Int64(order.country), Int64(order.tier),
            order.quantity, Int64(order.promotion), order.bonus, order.amount, order.shipping,
            order.pledgedAt.seconds, Int64(order.gateway), Int64(order.status.rawValue), order.refunded,
            order.paid,
        ]
        for field in Self.ranges {
            words.append(Int64(order[keyPath: field].start))
            words.append(Int64(order[keyPath: field].end))
        }
        for place in Self.places { words.append(Int64(order.places[keyPath: place])) }
        words.append(Int64(lines.count))
        for line in lines { words += [Int64(line.role.rawValue), Int64(line.index), Int64(line.quantity)] }
        words.append(Int64(file.utf8.count))
        return words.withUnsafeBytes { Array($0) } + Array(file.utf8) + bytes
    }

    /// Reads what `packed` wrote; `nil` for anything else.
    init?(packed: [UInt8]) {
        var words = PackedWords(packed)
        guard let pledge = words.next(), let content = words.next(),
            let mode = words.next().map(PlacementMode.init(packed:)), var order = Self.order(&words),
            let count = words.next(), count >= 0, count < packed.count
        else { return nil }
        var lines: [OrderLine] = []
        for _ in 0..<count {
            guard
                let role = words.next().flatMap({ OrderLine.Role(rawValue: UInt8(truncatingIfNeeded: $0)) }),
                let index = words.next(), let quantity = words.next()
            else { return nil }
            lines.append(
                OrderLine(
                    role: role, index: Int32(truncatingIfNeeded: index),
                    quantity: Int32(truncatingIfNeeded: quantity)))
        }
        guard let name = words.next(), name >= 0, words.at + Int(name) <= packed.count else { return nil }
        let end = words.at + Int(name)
        order.lines = 0..<Int32(lines.count)
        self.init(
            pledge: pledge, whole: order, lines: lines, content: content, bytes: Array(packed[end...]),
            mode: mode, file: String(decoding: packed[words.at..<end], as: UTF8.self))
    }

    private static func order(_ words: inout PackedWords) -> PledgeOrder? {
        var order = PledgeOrder()
        var values: [Int64] = []
        for _ in 0..<13 {
            guard let value = words.next() else { return nil }
            values.append(value)
        }
        order.line = Int(values[0])
        order.country = UInt16(truncatingIfNeeded: values[1])
        order.tier = Int32(truncatingIfNeeded: values[2])
        order.quantity = values[3]
        order.promotion = Int32(truncatingIfNeeded: values[4])
        order.bonus = values[5]
        order.amount = values[6]
        order.shipping = values[7]
        order.pledgedAt = Timestamp(seconds: values[8])
        order.gateway = UInt8(truncatingIfNeeded: values[9])
        guard let status = SourceStatus(rawValue: UInt8(truncatingIfNeeded: values[10])) else { return nil }
        order.status = status
        order.refunded = values[11]
        order.paid = values[12]
        for field in ranges {
            guard let start = words.next(), let end = words.next() else { return nil }
            order[keyPath: field] = ByteRange(
                start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end))
        }
        for place in places {
            guard let offset = words.next() else { return nil }
            order.places[keyPath: place] = UInt32(truncatingIfNeeded: offset)
        }
        return order
    }

    private static var ranges: [WritableKeyPath<PledgeOrder, ByteRange>] { fields + [\.row] }
}

extension PlacementMode {
    fileprivate var packed: Int64 {
        switch self {
        case .asks: 0
        case .tells(let saysBonus, let tax): 1 | (saysBonus ? 2 : 0) | (tax == .platform ? 4 : 0)
        }
    }

    fileprivate init(packed: Int64) {
        self =
            packed == 0
            ? .asks : .tells(saysBonus: packed & 2 != 0, tax: packed & 4 != 0 ? .platform : .maker)
    }
}

/// Reads whole numbers of eight bytes one after the other.
private struct PackedWords {
    private let bytes: [UInt8]
    private(set) var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> Int64? {
        guard at + 8 <= bytes.count else { return nil }
        defer { at += 8 }
        return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: Int64.self) }
    }
}
