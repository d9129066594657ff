import Crowdfunding
import Parsing

// Products: a row each, or all in one cell.

extension PlatformReader {
    mutating func fillQuantity(
        _ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch, at: inout Int
    ) throws(CellProblem) {
        let cell = cell(.quantity, row, &batch, &at)
        if cell.isEmpty { return }
        order.quantity = max(1, try count(cell, batch))
    }

    private func count(_ cell: ByteRange, _ batch: PledgeOrderBatch) throws(CellProblem) -> Int64 {
        var range = cell.range
        // Some shops write 2.00 for two.
        if let dot = batch.bytes[range].firstIndex(of: UInt8(ascii: ".")),
            batch.bytes[dot + 1..<range.upperBound].allSatisfy({ $0 == UInt8(ascii: "0") })
        {
            range = range.lowerBound..<dot
        }
        guard let count = wholeNumber(batch.bytes.span.extracting(range)), count <= 1_000_000 else {
            throw CellProblem("quantity", "the quantity is not a whole number", fix: "write 1, 2, 3 …")
        }
        return count
    }

    /// One product a row: the order's rows one after the other.
    mutating func fillItems(
        _ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch, _ firstLine: Int,
        at: inout Int
    ) throws(CellProblem) {
        var unknown: [String] = []
        for record in group.isEmpty ? [row.record] : group {
            let item = (record, row.fields)
            let name = cell(.itemName, item, &batch, &at)
            order.places.tier = UInt32(at)
            let sku = cell(.itemSKU, item, &batch, &at)
            let price = cell(.itemPrice, item, &batch, &at)
            let quantity = cell(.itemQuantity, item, &batch, &at)
            if name.isEmpty, sku.isEmpty { continue }
            let count = quantity.isEmpty ? 1 : try count(quantity, batch)
            if count == 0 { continue }
            let found = offer.item(
                name: name, sku: sku, price: price, in: batch.bytes, isFirst: record.start == row.record.start
            )
            if !take(found, count, &order, &batch, firstLine) {
                let words = batch.bytes[name.isEmpty ? sku.range : name.range]
                unknown.append("\(count) × \(String(decoding: words, as: UTF8.self))")
            }
        }
        keep(unknown, &batch)
    }

    /// `name:Lamp|sku:LAMP|quantity:2;name:…`, or `2× Lamp, Bulb`.
    mutating func fillItemList(
        _ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch, _ firstLine: Int
    ) {
        var ignored = 0
        let cell = cell(.items, row, &batch, &ignored)
        if cell.isEmpty { return }
        var unknown: [String] = []
        for (index, item) in itemsListed(in: String(decoding: batch.bytes[cell.range], as: UTF8.self))
            .enumerated()
        {
            func put(_ text: String) -> ByteRange {
                let start = batch.bytes.count
                batch.bytes.append(contentsOf: text.utf8)
                return ByteRange(start: UInt32(start), end: UInt32(batch.bytes.count))
            }
            let name = put(item.name)
            let sku = put(item.sku)
            let found = offer.item(name: name, sku: sku, price: .empty, in: batch.bytes, isFirst: index == 0)
            if !take(found, item.count, &order, &batch, firstLine) {
                unknown.append("\(item.count) × \(item.name)")
            }
        }
        keep(unknown, &batch)
    }

    /// Whether the item is something of ours that the pledge can hold: one tier, and any add-ons.
    private mutating func take(
        _ found: FoundItem, _ count: Int64, _ order: inout PledgeOrder, _ batch: inout PledgeOrderBatch,
        _ firstLine: Int
    ) -> Bool {
        let quantity = Int32(clamping: count)
        if found.tier >= 0 {
            guard order.tier < 0 || order.tier == found.tier else {
                offer.findings.findSecondTier()
                return false
            }
            order.quantity = order.tier < 0 ? count : order.quantity + count
            order.tier = found.tier
        } else if found.addOn >= 0 {
            add(OrderLine(role: .addOn, index: found.addOn, quantity: quantity), firstLine, &batch)
        }
        if found.variant >= 0, !found.isNothing {
            add(OrderLine(role: .choice, index: found.variant, quantity: quantity), firstLine, &batch)
        }
        return !found.isNothing
    }

    private mutating func keep(_ unknown: [String], _ batch: inout PledgeOrderBatch) {
        if unknown.isEmpty { return }
        let words = Array(unknown.joined(separator: "; ").utf8)
        text.append(AnswerText.label("Items"), words.span)
    }
}

/// A product in a cell that lists several.
struct ListedItem: Equatable {
    var name: String
    var sku = ""
    var count: Int64 = 1
}

/// What a cell lists: `name:Lamp|sku:LAMP|quantity:2;name:…` or `2× Lamp, Bulb x 3`.
func itemsListed(in cell: String) -> [ListedItem] {
    let hasFields = cell.contains("|") && cell.contains(":")
    let pieces = hasFields ? cell.split(separator: ";") : cell.split(separator: ",")
    return pieces.compactMap { piece in
        let piece = PlatformColumns.plain(String(piece))
        guard hasFields else { return counted(piece) }
        var item = ListedItem(name: "")
        for field in piece.split(separator: "|") {
            let parts = field.split(separator: ":", maxSplits: 1).map { PlatformColumns.plain(String($0)) }
            guard parts.count == 2 else { continue }
            switch parts[0].lowercased() {
            case "name": item.name = parts[1]
            case "sku": item.sku = parts[1]
            case "quantity": item.count = Int64(parts[1]) ?? 1
            default: break
            }
        }
        return item.name.isEmpty && item.sku.isEmpty || item.count <= 0 ? nil : item
    }
}

private func counted(_ piece: String) -> ListedItem? {
    if piece.isEmpty { return nil }
    for (mark, isBefore) in [("× ", true), ("x ", true), (" ×", false), (" x ", false)] {
        let parts = piece.components(around: mark)
        guard parts.count == 2 else { continue }
        let number = PlatformColumns.plain(isBefore ? parts[0] : parts[1])
        let name = PlatformColumns.plain(isBefore ? parts[1] : parts[0])
        if let count = Int64(number), count > 0, !name.isEmpty { return ListedItem(name: name, count: count) }
    }
    return ListedItem(name: piece)
}

extension String {
    /// The text before and behind the first place of a mark.
    fileprivate func components(around mark: String) -> [String] {
        split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    }
}
