import Accounting
import Crowdfunding
import Imports
import Parsing
import Storage

extension Session {
    /// Compares the rows of a later file with the pledges that the book holds, and books what is to be
    /// booked.
    ///
    /// Stands on the campaign as the new rows have left it, and appends to the same chain in the same
    /// transaction.
    func update(
        _ campaign: LoadedCampaign, _ producer: ImportProducer, _ options: ImportOptions,
        _ observer: ImportObserver,
        in records: Records, _ summary: inout ImportSummary
    ) throws {
        guard producer.changed.count > 0 else { return }
        let today = campaign.day(of: now)
        let books = options.update && !producer.isDoomed
        let campaign = producer.isDoomed ? campaign : try reload(campaign, in: records)
        // What places a pledge again after its import was undone needs no `--update`.
        let journal = !producer.isDoomed ? try JournalWriter(self, record: campaign.record, in: records) : nil
        var updates = try PledgeUpdates(
            campaign: campaign, records: records, journal: journal, placement: producer.rows.placement,
            day: options.day ?? today, now: now)
        try producer.changed.forEach { row in
            let comparison = try updates.compare(row)
            if let refusal = comparison.refusal ?? refusalWithoutUpdate(comparison, row, options) {
                try refuse(row, refusal, observer, &summary)
            } else if comparison.isPlacedAgain {
                summary.countAgain(comparison.after)
                try observer.difference?(
                    DifferenceRow(
                        reference: comparison.pledge.reference, what: "new", before: "",
                        after: "\(campaign.money(comparison.after.total))"))
                try updates.book(comparison, row, &summary)
            } else if comparison.isSame {
                summary.same += 1
                if !producer.isDoomed { try updates.remember(row) }
            } else {
                summary.count(comparison.difference(of: row))
                for change in comparison.changes {
                    try observer.difference?(
                        DifferenceRow(
                            reference: comparison.pledge.reference, what: change.what, before: change.before,
                            after: change.after))
                }
                if books { try updates.book(comparison, row, &summary) }
            }
        }
        try journal?.finish()
        if journal != nil { try setTaken(updates.placement.taken, campaign, in: records) }
        summary.changesAreBooked = books && summary.changed > 0
    }

    /// A row of our own asks: saying something else under the same reference is a mistake until `--update` is
    /// said.
    private func refusalWithoutUpdate(
        _ comparison: PledgeComparison, _ row: ChangedRow, _ options: ImportOptions
    ) -> UpdateRefusal? {
        guard row.mode == .asks, !options.update, !comparison.isSame, !comparison.isPlacedAgain else {
            return nil
        }
        return .otherContent(reference: comparison.pledge.reference, differences: comparison.text)
    }

    private func refuse(
        _ row: ChangedRow, _ refusal: UpdateRefusal, _ observer: ImportObserver,
        _ summary: inout ImportSummary
    ) throws {
        let offset = Int(row.order.places.start(of: refusal.field))
        let place = place(of: offset, from: Int(row.order.row.start), line: row.order.line, row.bytes)
        let diagnostic = Diagnostic(
            file: row.file, line: place.line, column: place.column, message: refusal.problem,
            remedy: refusal.remedy)
        summary.refuse(diagnostic, kind: refusal.kind)
        try observer.rejected(RejectedRow(diagnostic, kind: refusal.kind, row: row.order.row), row.bytes)
    }
}

/// Why a row about a pledge in the book is not taken.
enum UpdateRefusal: Equatable {
    /// Our own CSV without `--update`.
    case otherContent(reference: String, differences: String)
    /// The reference is another source's id.
    case otherSource(reference: String)
    /// A price that was paid is never changed.
    case collected(reference: String, differences: String)
    /// What a gateway charges is not told by a row.
    case gatewayDecides(reference: String)
    /// Units are on their way.
    case allocated(reference: String, differences: String)
    case rule(PlacementRefusal)

    var field: OrderField {
        switch self {
        case .rule(let refusal): refusal.place
        case .collected: .amount
        default: .reference
        }
    }

    var kind: String {
        switch self {
        case .rule(let refusal): refusal.missedDemandReason
        case .collected: "collected"
        case .gatewayDecides: "gateway"
        case .allocated: "allocated"
        default: "duplicate"
        }
    }

    /// Small letter first, no full stop, as diagnostics are.
    var problem: String {
        switch self {
        case .otherContent(let reference, let differences):
            "duplicate reference with other content: the book holds \(reference) with \(differences)"
        case .otherSource(let reference): "\(reference) is in the book from another source"
        case .collected(let reference, let differences):
            "\(reference) is paid, and what was paid for is not changed: \(differences)"
        case .gatewayDecides(let reference):
            "\(reference) is charged by a gateway, which says what became of the charge"
        case .allocated(let reference, let differences):
            "units are reserved or shipped for \(reference) already: \(differences)"
        case .rule(let refusal): refusal.problem
        }
    }

    var remedy: String {
        switch self {
        case .otherContent:
            "say --update to book it as a correction, or give the row a pledge_id of its own if it is "
                + "another pledge"
        case .otherSource: "give the row a pledge_id of its own"
        case .collected(let reference, _):
            "leave the row as it was; pay back with `pledgebook payment refund \(reference)`, or cancel with "
                + "`pledgebook pledge cancel \(reference)`"
        case .gatewayDecides: "leave the status as it was, or empty"
        case .allocated: "leave the row as it was, or cancel the pledge and place it anew"
        case .rule(let refusal): refusal.remedy
        }
    }
}

extension PledgeComparison {
    func difference(of row: ChangedRow) -> PledgeDifference {
        PledgeDifference(
            reference: pledge.reference, text: text, file: row.file, line: row.order.line,
            isContradiction: isContradiction)
    }
}
