import Accounting
import Crowdfunding
import Storage

/// Runs and deliveries as the journal tells them.
struct ReplayedSupply {
    struct Run {
        var state = RunState.launched
        var launchedOn: Int64 = 0
        var expectedOn: String?
        var deposit: Int64?
        /// The entry that spoke of it last.
        var entry: Int64 = 0
        var units: [String: Units] = [:]

        /// Whether everything that was ordered is counted in or written off.
        var isComplete: Bool { units.values.allSatisfy { $0.received + $0.writtenOff >= $0.ordered } }
    }
    struct Units {
        var ordered: Int64 = 0
        var received: Int64 = 0
        var writtenOff: Int64 = 0
    }
    struct Shipped: Hashable {
        var pledge: Int32
        var sku: Int16
        var run: Int16
    }

    private(set) var runs: [String: Run] = [:]
    /// Units that went out, by pledge, SKU and run; places in `skus` and `runNames`.
    private(set) var shipped: [Shipped: Int64] = [:]
    private(set) var skus = WordTable()
    private(set) var runNames = WordTable()
    /// Stock on hand at launch, by SKU.
    private(set) var stock: [String: StockLot.Booked] = [:]

    /// Takes an entry about stock on hand.
    mutating func count(_ entry: StoredEntry, _ detail: UnsafeBufferPointer<UInt8>) {
        let sign: Int64 = entry.reverses == 0 ? 1 : -1
        var pairs = DetailPairs(detail)
        while let (key, value) = pairs.next() {
            guard key.reads("units") else { continue }
            DetailPairs.forEachItem(in: value) { sku, units in
                stock[sku.text, default: .init()].units &+= units * sign
                stock[sku.text, default: .init()].value &+= entry.parts.other
            }
        }
    }

    /// Takes an entry about a run or a delivery.
    ///
    /// - Returns: The units that it names; negative where it takes an earlier entry back.
    mutating func apply(
        _ kind: EntryKind, _ entry: StoredEntry, run: UnsafeBufferPointer<UInt8>,
        _ detail: UnsafeBufferPointer<UInt8>, pledge: Int
    ) -> Int64 {
        let sign: Int64 = entry.reverses == 0 ? 1 : -1
        if kind == .delivered { return deliver(detail, run: run, pledge: pledge, sign: sign) }
        guard (40...45).contains(entry.rawKind) else { return 0 }
        let name = run.text
        if kind == .runLaunched, sign < 0 {
            runs[name] = nil
            return 0
        }
        var known = runs[name] ?? Run()
        known.entry = entry.number
        var pairs = DetailPairs(detail)
        while let (key, value) = pairs.next() {
            if key.reads("units") {
                DetailPairs.forEachItem(in: value) { known.count($1 * sign, of: $0.text, kind) }
            } else if key.reads("expected") {
                known.expectedOn = value.text
            } else if key.reads("deposit") {
                known.deposit = value.decimal
            }
        }
        if kind == .runLaunched { known.launchedOn = entry.day }
        known.move(kind, isReversal: sign < 0)
        runs[name] = known
        return 0
    }

    private mutating func deliver(
        _ detail: UnsafeBufferPointer<UInt8>, run: UnsafeBufferPointer<UInt8>, pledge: Int, sign: Int64
    ) -> Int64 {
        let runIndex = runNames.index(of: run)
        var total: Int64 = 0
        var pairs = DetailPairs(detail)
        while let (key, value) = pairs.next() {
            guard key.reads("units") else { continue }
            DetailPairs.forEachItem(in: value) { sku, units in
                total &+= units * sign
                let key = Shipped(
                    pledge: Int32(clamping: pledge), sku: Int16(clamping: skus.index(of: sku)),
                    run: Int16(clamping: runIndex))
                shipped[key, default: 0] &+= units * sign
            }
        }
        return total
    }
}

extension ReplayedSupply.Run {
    fileprivate mutating func count(_ units: Int64, of sku: String, _ kind: EntryKind) {
        switch kind {
        case .runLaunched: self.units[sku, default: .init()].ordered &+= units
        case .runReceived: self.units[sku, default: .init()].received &+= units
        case .unitsWrittenOff: self.units[sku, default: .init()].writtenOff &+= units
        default: break
        }
    }

    fileprivate mutating func move(_ kind: EntryKind, isReversal: Bool) {
        switch kind {
        case .runClosed where !isReversal: state = .closed
        case .runCanceled where !isReversal: state = .canceled
        case .runClosed, .runCanceled: state = isComplete ? .received : .launched
        case .runLaunched, .runReceived, .unitsWrittenOff:
            if state != .closed, state != .canceled { state = isComplete ? .received : .launched }
        default: break
        }
    }
}
