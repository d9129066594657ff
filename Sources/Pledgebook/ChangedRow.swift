import Crowdfunding

/// A row of a later file about a pledge that the book holds, with bytes of its own: the batch is let go of.
struct ChangedRow {
    let pledge: Int64
    /// Its ranges and places point into `bytes`, its lines are all of `lines`.
    private(set) var order: PledgeOrder
    let lines: [OrderLine]
    /// Keyed hash of the row.
    let content: Int64
    private(set) var bytes: [UInt8]
    let mode: PlacementMode
    let file: String

    init(
        pledge: Int64, _ order: PledgeOrder, lines: [OrderLine], content: Int64, bytes: [UInt8],
        mode: PlacementMode, file: String
    ) {
        self.pledge = pledge
        self.content = content
        self.mode = mode
        self.file = file
        self.lines = Array(lines[Int(order.lines.lowerBound)..<Int(order.lines.upperBound)])
        self.order = order
        self.bytes = Array(bytes[order.row.range])
        self.order.lines = 0..<Int32(self.lines.count)
        for field in Self.fields { self.order[keyPath: field] = moved(order[keyPath: field], from: bytes) }
        for place in Self.places {
            let offset = order.places[keyPath: place]
            self.order.places[keyPath: place] = offset >= order.row.start ? offset - order.row.start : 0
        }
        self.order.row = ByteRange(start: 0, end: order.row.end - order.row.start)
    }

    /// A row whose ranges point into its own bytes already.
    init(
        pledge: Int64, whole order: PledgeOrder, lines: [OrderLine], content: Int64, bytes: [UInt8],
        mode: PlacementMode, file: String
    ) {
        self.pledge = pledge
        self.order = order
        self.lines = lines
        self.content = content
        self.bytes = bytes
        self.mode = mode
        self.file = file
    }

    /// The text of one of the order's fields; `nil` for an empty one.
    func text(_ range: ByteRange) -> String? {
        range.isEmpty ? nil : String(decoding: bytes[range.range], as: UTF8.self)
    }

    /// The bytes that the pledge is known by: the platform's id, else the reference.
    var key: ByteRange { order.sourceKey.isEmpty ? order.reference : order.sourceKey }

    static var fields: [WritableKeyPath<PledgeOrder, ByteRange>] {
        [\.reference, \.sourceKey, \.name, \.email, \.method, \.address, \.answers]
    }

    static var places: [WritableKeyPath<OrderPlaces, UInt32>] {
        [\.reference, \.tier, \.amount, \.pledgedAt, \.email, \.country]
    }

    /// What lies in the row stays where it is in it; what a reader put behind the batch is copied behind the
    /// row.
    private mutating func moved(_ range: ByteRange, from batch: [UInt8]) -> ByteRange {
        if range.isEmpty { return .empty }
        if range.start >= order.row.start, range.end <= order.row.end {
            return ByteRange(start: range.start - order.row.start, end: range.end - order.row.start)
        }
        let start = UInt32(bytes.count)
        bytes.append(contentsOf: batch[range.range])
        return ByteRange(start: start, end: UInt32(bytes.count))
    }
}
