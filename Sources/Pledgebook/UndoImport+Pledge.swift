import Accounting
import Crowdfunding
import Storage

extension UndoingImport {
    /// Cancels a pledge that the import placed, after what it told of its payment is taken back.
    mutating func cancel(_ pledge: Int64) throws {
        let (row, _, own) = try facts(of: pledge)
        var payment = try takeBack(own, of: row)
        journal.write(
            .canceled, pledge: (pledge, row.reference), instalment: 1,
            detail: detail().adding(ImportUndo.detailKey, undo.file.number))
        payment.ending = .canceled
        journal.put(payment, pledge: pledge)
        forgetContent(of: row)
        undo.canceled += 1
        undo.amount += row.total
        if row.state.holdsPlace { released.append(row) }
        if row.state != .canceled { ended.append(pledge) }
    }

    /// Brings a pledge back that the import changed: its payment, its state and what it promises.
    mutating func restore(_ pledge: Int64) throws {
        let number = campaign.record.number
        let (row, all, own) = try facts(of: pledge)
        let before = all.filter { $0.number < entries.lowerBound }
        var payment = try takeBack(own, of: row)
        var after = row
        let isOther = own.contains { $0.kind == .changed }
        if isOther { try takeBackOffer(before, &after) }
        let release = standingRelease(before)
        if row.state != .delivered {
            after.state = release == nil ? .placed : release?.kind == .dropped ? .dropped : .canceled
        }
        if own.contains(where: { !$0.kind.isOfOffer }) {
            payment.ending = ending(release, before, row)
            journal.put(payment, pledge: pledge)
        }
        let movesPlaces = isOther || row.state.holdsPlace != after.state.holdsPlace
        if movesPlaces, row.state.holdsPlace { try records.releasePlaces(of: pledge, campaign: number) }
        if after != row { try records.update(after, campaign: number) }
        if movesPlaces, after.state.holdsPlace { try records.takePlaces(of: pledge, campaign: number) }
        forgetContent(of: row)
        if let release, EntryDetail.value(ImportUndo.detailKey, in: release.detail) != nil {
            // It had been placed before, and that import was undone.
            undo.canceled += 1
            undo.amount += row.total
        } else {
            undo.restored += 1
        }
    }

    // MARK: Payments

    /// Writes what takes the entries back, the last first, and gives the payment without them.
    private mutating func takeBack(_ own: [JournalEntry], of row: PledgeRecord) throws -> Payment {
        var payment = known.payments[row.number] ?? Payment()
        let captured = payment.captured - payment.refunded
        for entry in own.reversed() where entry.kind != .changed {
            if let older = entry.reverses {
                try endAgain(entry, older, row)
            } else {
                var detail = detail()
                // What the parts cannot say is signed again: the journal replays without looking back.
                if let value = EntryDetail.value("amt", in: entry.detail) { detail.add("amt", value) }
                journal.write(
                    entry.kind, pledge: (row.number, row.reference), instalment: entry.instalment,
                    day: campaign.openDay(entry.day), parts: -entry.parts, reverses: entry.number,
                    reference: entry.reference, detail: detail)
            }
        }
        let facts = own.filter { $0.reverses == nil && $0.kind.isOfPayment }
        guard !facts.isEmpty else { return payment }
        payment.takeBack(facts)
        if payment.captured == 0 { payment.flags.remove(.late) }
        if payment.excess == 0 { payment.flags.remove(.needsReview) }
        guard payment.violations().isEmpty else {
            throw SessionError.refused(
                "Import \(undo.file.number) cannot be undone: without it the payment of \(row.reference) "
                    + "would not add up (\(payment.violations()[0])). Nothing was changed.")
        }
        undo.payments += 1
        undo.collected += captured - (payment.captured - payment.refunded)
        return payment
    }

    /// The import brought a pledge back that had been canceled or dropped: that stands again.
    private func endAgain(_ entry: JournalEntry, _ older: Int64, _ row: PledgeRecord) throws {
        var detail = detail()
        let ended = try records.entry(campaign: campaign.record.number, number: older)?.entry
        // It may be placed again by a file if it was so before.
        if let ended, EntryDetail.value(ImportUndo.detailKey, in: ended.detail) != nil {
            detail.add(ImportUndo.detailKey, undo.file.number)
        }
        journal.write(
            entry.kind, pledge: (row.number, row.reference), instalment: 1, parts: -entry.parts,
            detail: detail)
    }

    /// The entry that had ended the pledge before the import, or `nil`.
    private func standingRelease(_ before: [JournalEntry]) -> JournalEntry? {
        let reversed = Set(before.compactMap(\.reverses))
        return before.last {
            [.canceled, .dropped].contains($0.kind) && $0.reverses == nil && !reversed.contains($0.number)
        }
    }

    private func ending(
        _ release: JournalEntry?, _ before: [JournalEntry], _ row: PledgeRecord
    ) -> PaymentEnding {
        if let release { return release.kind == .dropped ? .dropped : .canceled }
        let reversed = Set(before.compactMap(\.reverses))
        let declined = before.last {
            $0.kind == .declined && $0.reverses == nil && !reversed.contains($0.number)
        }
        guard let declined else {
            return row.gateway != 1 && row.method?.isEmpty == false ? .methodSaved : .pledged
        }
        return EntryDetail.value("hard", in: declined.detail) == nil ? .failedSoft : .failedHard
    }

    // MARK: The offer

    /// Writes the offer as it was said last before the import.
    private func takeBackOffer(_ before: [JournalEntry], _ row: inout PledgeRecord) throws {
        let said = before.last { $0.kind == .placed || $0.kind == .changed }
        guard let said, let quantity = EntryDetail.value("qty", in: said.detail).flatMap(Int64.init) else {
            throw SessionError.refused(
                "Import \(undo.file.number) cannot be undone: what \(row.reference) was before is not said "
                    + "in one entry. Change it back with `pledgebook pledge import FILE --update`.")
        }
        let method = before.last {
            [.placed, .changed, .methodSaved].contains($0.kind) && !$0.reference.isEmpty
        }?.reference
        func value(_ key: String) -> String? { EntryDetail.value(key, in: said.detail) }
        row.tier = value("tier").flatMap { tierNumbers[$0] }.map { Int($0) }
        row.promotion = value("promo").flatMap { promotionNumbers[$0] }.map { Int($0) }
        row.quantity = quantity
        row.destination = value("to")
        row.bonus = value("bonus").flatMap(Int64.init) ?? 0
        row.goods = said.parts.goods - row.bonus
        row.shipping = said.parts.shipping
        row.tax = said.parts.tax
        if let method { row.method = method }
        journal.write(
            .changed, pledge: (row.number, row.reference), parts: said.parts, reference: method ?? "",
            detail: EntryDetail(text: said.detail))
        var lines: [LineRow] = []
        for (key, kind) in [("add", 1), ("choice", 2)] {
            for item in value(key)?.split(separator: ",") ?? [] {
                guard let colon = item.lastIndex(of: ":"),
                    let count = Int64(item[item.index(after: colon)...])
                else { continue }
                lines.append(
                    LineRow(pledge: row.number, kind: kind, id: String(item[..<colon]), quantity: count))
            }
        }
        // Places are counted by the lines that are there.
        let number = campaign.record.number
        let holds = try records.pledge(campaign: number, number: row.number)?.state.holdsPlace ?? false
        if holds { try records.releasePlaces(of: row.number, campaign: number) }
        try records.replaceLines(of: row.number, with: lines, campaign: number)
        if holds { try records.takePlaces(of: row.number, campaign: number) }
    }

    private func detail() -> EntryDetail { EntryDetail().adding("why", why) }

    /// A row of a file is compared again, whatever it says.
    private mutating func forgetContent(of row: PledgeRecord) {
        let key = Array((row.sourceKey ?? row.reference).utf8)
        keys.append((records.hash(key.span), row.number))
    }
}

extension EntryKind {
    /// Whether it says what a pledge promises, and nothing of its payment or its end.
    fileprivate var isOfOffer: Bool { self == .changed || self == .placed }
}
