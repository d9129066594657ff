/// Receipts one after the other, handed to a tree together: some hundreds cost no more calls than one.
public struct ReceiptRun: Sendable {
    /// How many bytes are worth handing on.
    private static let fullSize = 1 << 18
    private(set) var bytes: [UInt8] = []
    /// Where each receipt ends.
    private(set) var ends: [Int] = []

    /// One without receipts.
    public init() {}

    /// Whether there are no receipts in it.
    public var isEmpty: Bool { ends.isEmpty }

    /// Whether it should be handed on before more come.
    public var isFull: Bool { bytes.count >= Self.fullSize }

    /// Adds a receipt, without a line feed; the bytes are copied.
    @inline(__always)
    public mutating func append(_ receipt: UnsafeBufferPointer<UInt8>) {
        bytes.append(contentsOf: receipt)
        ends.append(bytes.count)
    }

    /// One without receipts that has room for as much as is in this one.
    func successor() -> ReceiptRun {
        var next = ReceiptRun()
        next.bytes.reserveCapacity(bytes.count + bytes.count / 16)
        next.ends.reserveCapacity(ends.count + ends.count / 16)
        return next
    }
}
