import Accounting
import Crowdfunding
import Storage

extension Session {
    /// Deliveries that did not happen: the units are reserved for the pledge again, as they were.
    ///
    /// - Returns: The pledge's state then, where deliveries or a cancellation were taken back.
    func takeBackUnits(
        _ taken: [JournalEntry], _ campaign: LoadedCampaign, _ journal: JournalWriter
    ) throws -> PledgeState? {
        let records = journal.records
        let number = campaign.record.number
        if taken.contains(where: { $0.kind == .canceled }) { return .placed }
        let delivered = taken.filter { $0.kind == .delivered }
        guard let pledge = delivered.first?.pledge else { return nil }
        var rows = try records.allocations(campaign: number, pledge: pledge)
        for entry in delivered {
            for (sku, units) in EntryDetail.units(in: entry.detail) {
                guard
                    let index = rows.firstIndex(where: { $0.sku == sku && $0.run == entry.run ?? "" }),
                    rows[index].shipped >= units
                else {
                    throw BookError.storage(
                        reason: "the units of entry \(entry.number) are not shipped by the book; "
                            + "see `pledgebook book check`")
                }
                rows[index].shipped -= units
            }
        }
        try records.put(rows, campaign: number)
        guard let row = try records.pledge(campaign: number, number: pledge) else { return nil }
        guard row.state == .delivered else { return row.state }
        try records.setState(of: pledge, to: .placed, campaign: number)
        return .placed
    }

    /// A run's row as if the entries had not been there.
    func takeBackRun(_ taken: [JournalEntry], _ campaign: LoadedCampaign, _ journal: JournalWriter) throws {
        guard let first = taken.first(where: { $0.kind.isOfRun }), let id = first.run else { return }
        let number = campaign.record.number
        if taken.contains(where: { $0.kind == .runLaunched }) {
            return try journal.records.removeRun(id, campaign: number)
        }
        let run = try LoadedRun(id, of: campaign, in: journal.records)
        var production = run.production
        let units = EntryDetail.units(in: first.detail).compactMap { sku, units in
            run.names.firstIndex(of: sku).map { (run.skus[$0], units) }
        }
        switch first.kind {
        case .runReceived: try production.takeBack(units)
        case .runDelayed:
            guard let day = EntryDetail.value("was", in: first.detail).flatMap({ CalendarDay($0) }) else {
                throw BookError.storage(reason: "entry \(first.number) does not say what it has moved")
            }
            production.expectedOn = day
        default:
            // Closed or canceled; what was written off by it comes first.
            try production.reopen(first.kind == .unitsWrittenOff ? units : [])
        }
        try journal.records.put(run.row(production, today: journal.today), campaign: number)
    }

    /// The campaign's state as if the entries had not been there.
    func takeBackState(_ taken: [JournalEntry], _ journal: JournalWriter) throws {
        for entry in taken {
            switch entry.kind {
            case .campaignFulfilling: journal.record.state = .funded
            case .campaignFinished:
                let runs = try journal.records.runs(campaign: journal.record.number)
                journal.record.state = runs.isEmpty ? .funded : .fulfilling
            default: break
            }
        }
    }

    /// Where the run stands that the entries are about.
    func runState(
        after taken: [JournalEntry], _ campaign: LoadedCampaign, in records: Records
    ) throws -> RunState? {
        guard let id = taken.first(where: { $0.kind.isOfRun })?.run else { return nil }
        return try records.runs(campaign: campaign.record.number).first { $0.id == id }?.state ?? .planned
    }
}

extension EntryKind {
    /// Whether it tells what a person did with a run, or counted of it.
    var isOfRun: Bool {
        switch self {
        case .runLaunched, .runDelayed, .runReceived, .unitsWrittenOff, .runClosed, .runCanceled: true
        default: false
        }
    }
}
