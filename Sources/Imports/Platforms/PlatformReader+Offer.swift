import Crowdfunding
import Parsing

// What for.

extension PlatformReader {
    mutating func fillOffer(
        _ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch, at: inout Int
    ) throws(CellProblem) {
        let firstLine = batch.lines.count
        offer.amount = order.amount - order.shipping
        let missed = try fillAddOns(row, &batch, firstLine, at: &at)
        let id = cell(.rewardID, row, &batch, &at)
        let minimum = cell(.rewardMinimum, row, &batch, &at)
        if columns.index(of: .rewardMinimum) >= 0 { order.places.tier = UInt32(at) }
        let title = cell(.rewardTitle, row, &batch, &at)
        if columns.index(of: .rewardTitle) >= 0 { order.places.tier = UInt32(at) }
        order.tier = offer.tier(id: id, title: title, minimum: minimum, in: batch.bytes)
        if columns.index(of: .quantity) >= 0 { try fillQuantity(&order, row, &batch, at: &at) }
        if columns.index(of: .itemName) >= 0 || columns.index(of: .itemSKU) >= 0 {
            try fillItems(&order, row, &batch, firstLine, at: &at)
        } else if columns.index(of: .items) >= 0 {
            fillItemList(&order, row, &batch, firstLine)
        }
        if order.tier < 0 { keep(columns.reward, row, &batch) }
        if let missed { notePrice(of: missed, order, minimum, batch) }
        fillChoices(order, row, &batch, firstLine)
        order.lines = Int32(firstLine)..<Int32(batch.lines.count)
    }

    /// Add-ons that have a column each.
    ///
    /// - Returns: The one that is not known, where it is only one.
    private mutating func fillAddOns(
        _ row: Row, _ batch: inout PledgeOrderBatch, _ firstLine: Int, at: inout Int
    ) throws(CellProblem) -> (column: Int, count: Int64)? {
        var missed: (column: Int, count: Int64)?
        var missedCount = 0
        for (column, addOn) in columns.addOns.enumerated() {
            let range = content(
                of: row.fields[row.record.firstField + addOn.kept.index], in: &batch.bytes, at: &at)
            if range.isEmpty { continue }
            guard let count = wholeNumber(batch.bytes.span.extracting(range.range)), count <= 1_000_000 else {
                throw CellProblem(
                    "add-on", "the number of an add-on is not a whole number",
                    fix: "write 1, 2, 3 … or nothing")
            }
            if count == 0 { continue }
            if offer.addOns[column] < 0 {
                if offer.columnSKUs[column] >= 0, !offer.plainItems[column] {
                    add(
                        OrderLine(
                            role: .choice, index: offer.columnSKUs[column], quantity: Int32(count)),
                        firstLine, &batch)
                    continue
                }
                if !offer.plainItems[column] { offer.missAddOn(column) }
                missed = (column, count)
                missedCount += 1
                text.append(addOn.kept.label, batch.bytes.span.extracting(range.range))
            } else {
                add(
                    OrderLine(role: .addOn, index: offer.addOns[column], quantity: Int32(count)), firstLine,
                    &batch)
            }
        }
        return missedCount == 1 ? missed : nil
    }

    /// What a single add-on costs: what is left above the reward, shipping and bonus.
    private mutating func notePrice(
        of missed: (column: Int, count: Int64), _ order: PledgeOrder, _ minimum: ByteRange,
        _ batch: PledgeOrderBatch
    ) {
        guard !minimum.isEmpty, let least = try? cells.amount(batch.bytes.span.extracting(minimum.range)),
            columns.index(of: .bonus) >= 0
        else { return }
        let rest = order.amount - order.shipping - order.bonus - least
        guard rest > 0, rest % missed.count == 0 else { return }
        offer.findings.price(addOn: columns.addOns[missed.column].id, rest / missed.count)
    }

    private mutating func fillChoices(
        _ order: PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch, _ firstLine: Int
    ) {
        // Where nothing is known that could contain an item, answers choose nothing and are kept as they
        // stand.
        let chooses = order.tier >= 0 || batch.lines.count > firstLine
        var ignored = 0
        for (column, choice) in columns.choices.enumerated() {
            let field = row.fields[row.record.firstField + choice.kept.index]
            let range = content(of: field, in: &batch.bytes, at: &ignored)
            if range.isEmpty { continue }
            let answer = chooses ? folded(batch.bytes.span.extracting(range.range)) : []
            if let sku = offer.answers[column][answer] {
                add(OrderLine(role: .choice, index: sku, quantity: 1), firstLine, &batch)
            } else {
                if chooses { offer.missAnswer(column) }
                text.append(choice.kept.label, batch.bytes.span.extracting(range.range))
            }
        }
    }

    /// Adds to the order's line of the same thing, if it has one.
    func add(_ line: OrderLine, _ firstLine: Int, _ batch: inout PledgeOrderBatch) {
        for index in firstLine..<batch.lines.count
        where batch.lines[index].role == line.role && batch.lines[index].index == line.index {
            let (sum, overflow) = batch.lines[index].quantity.addingReportingOverflow(line.quantity)
            batch.lines[index].quantity = overflow ? Int32.max : sum
            return
        }
        batch.lines.append(line)
    }

    /// Address and answers behind the batch's bytes.
    mutating func fillTexts(_ order: inout PledgeOrder, _ row: Row, _ batch: inout PledgeOrderBatch) {
        var ignored = 0
        for (index, column) in columns.answers.enumerated() {
            let field = row.fields[row.record.firstField + column.index]
            let range = content(of: field, in: &batch.bytes, at: &ignored)
            if range.isEmpty { continue }
            let cell = batch.bytes.span.extracting(range.range)
            offer.noteAnswer(index, cell)
            text.append(column.label, cell)
        }
        order.answers = text.move(behind: &batch.bytes)
        keep(columns.address, row, &batch)
        order.address = text.move(behind: &batch.bytes)
    }

    private mutating func keep(
        _ kept: [PlatformColumns.Kept], _ row: Row, _ batch: inout PledgeOrderBatch
    ) {
        var ignored = 0
        for column in kept {
            let field = row.fields[row.record.firstField + column.index]
            let range = content(of: field, in: &batch.bytes, at: &ignored)
            if !range.isEmpty { text.append(column.label, batch.bytes.span.extracting(range.range)) }
        }
    }
}
