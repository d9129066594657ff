import Accounting
import Crowdfunding
import Storage

// Definitions, runs and the units that pledges hold, as they follow from entries.

extension CampaignRebuild {
    /// What an entry changes beside pledges and payments.
    func follow(_ kind: EntryKind, _ entry: StoredEntry, _ batch: StoredEntries) throws {
        switch kind {
        case .campaignLaunched, .campaignAmended: try define(entry)
        default: try putRun(batch.text(entry.run))
        }
    }

    /// The definition that the entry names is in force from here on.
    private func define(_ entry: StoredEntry) throws {
        guard let told = replay.campaign.definitions.last, told.entry == entry.number,
            let digest = bytes(ofHex: told.digest), let text = try new.definition(digest)
        else { throw SessionError.definitionUnreadable(campaign: record.id.rawValue) }
        let read = try session.definition(text, of: record)
        let at = Timestamp(seconds: told.at)
        try new.setDefinition(read, digest: digest, from: entry.number, at: at, campaign: record.number)
        let history = (definition?.history ?? []) + [DefinitionInForce(from: at, definition: read)]
        definition = LoadedCampaign(record: record, definition: read, history: history)
    }

    /// The campaign as it stood at the entry that was replayed last.
    func campaign() throws -> LoadedCampaign {
        guard var campaign = definition else {
            throw SessionError.definitionUnreadable(campaign: record.id.rawValue)
        }
        campaign.record.state = replay.campaign.state
        campaign.record.hasSucceeded = replay.campaign.hasSucceeded
        return campaign
    }

    /// Writes what was shipped, and gives out what can be had: who holds what follows from that and from who
    /// waits.
    func giveOut() throws {
        try new.put(replay.supply.shippedRows(names), campaign: record.number)
        // Nothing is given out before the first launch or parcel.
        guard try !replay.supply.runs.isEmpty || old.hasAllocations(campaign: record.number) else { return }
        try session.coverDemand(campaign(), in: new)
    }

    /// Writes a run as it stands.
    private func putRun(_ id: String) throws {
        guard let told = replay.supply.runs[id] else {
            return try new.removeRun(id, campaign: record.number)
        }
        let plan = definition?.definition.production.first { $0.id == id }
        let known = try new.runs(campaign: record.number).first { $0.id == id }
        let launched = CalendarDay(number: Int(clamping: told.launchedOn))
        let run = RunRecord(
            id: id, state: told.state, launchedOn: launched,
            expectedOn: told.expectedOn.flatMap { CalendarDay($0) } ?? launched,
            unitCost: known?.unitCost ?? plan?.unitCost ?? 0, deposit: told.deposit ?? 0,
            units: told.units.sorted { $0.key < $1.key }.map {
                Storage.RunUnits(
                    sku: $0.key, ordered: $0.value.ordered, received: $0.value.received,
                    writtenOff: $0.value.writtenOff)
            })
        try new.put(run, campaign: record.number)
    }

    private func bytes(ofHex text: String) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

/// Payments of one campaign as its entries and operations tell them.
struct RebuiltPayments {
    private let rebuild: CampaignRebuild
    private var operations: [Key: [OperationRecord]] = [:]

    private struct Key: Hashable, Comparable {
        var pledge: Int64
        var instalment: Int64

        static func < (left: Key, right: Key) -> Bool {
            (left.pledge, left.instalment) < (right.pledge, right.instalment)
        }
    }

    init(_ rebuild: CampaignRebuild) throws {
        self.rebuild = rebuild
        try rebuild.old.forEachStoredOperation(campaign: rebuild.record.number) { operation in
            let key = Key(pledge: operation.pledge, instalment: Int64(operation.instalment))
            operations[key, default: []].append(operation)
        }
    }

    /// Writes a row for every payment of which an entry, an answered operation or the old book speaks.
    func write() throws {
        let kept = try keptRows()
        var keys = Set(kept.keys)
        for told in rebuild.replay.payments {
            let pledge = rebuild.names.number(at: Int(told.pledge))
            keys.insert(Key(pledge: pledge, instalment: Int64(told.instalment)))
        }
        for (key, all) in operations where all.contains(where: { $0.state != .open }) { keys.insert(key) }
        var rows: [PaymentRow] = []
        for key in keys.sorted() {
            let place = rebuild.names.index(of: key.pledge)
            guard place >= 0 else { continue }
            rows.append(
                PaymentRow(
                    pledge: key.pledge, instalment: key.instalment,
                    payment: payment(key, place, kept: kept[key])))
        }
        try rebuild.append.putUncounted(rows)
    }

    /// Marks that stop nothing and the end of a hold are in no entry: they are kept as they are.
    private func keptRows() throws -> [Key: Payment] {
        var kept: [Key: Payment] = [:]
        try rebuild.old.readPayments(campaign: rebuild.record.number) { row in
            kept[Key(pledge: row.pledge, instalment: row.instalment)] = row.payment
        }
        return kept
    }

    private func payment(_ key: Key, _ place: Int, kept: Payment?) -> Payment {
        let told = rebuild.replay.payment(ofPledge: place, instalment: key.instalment)
        var payment = told?.payment ?? Payment()
        let history = operations[key] ?? []
        payment.flags = kept?.flags ?? []
        payment.captureBefore = kept?.captureBefore
        payment.ending =
            needsBacker(told, history, kept)
            ? .actionRequired : told?.ending ?? ending(told, history) ?? untouched(place, kept)
        payment.operation = history.last(where: \.isOpen).map {
            OpenOperation($0.kind, amount: $0.amount, state: $0.state)
        }
        return payment
    }

    /// That a charge needs the backer is in no entry: its operation failed, and no entry calls it declined.
    private func needsBacker(
        _ told: ReplayedPayment?, _ history: [OperationRecord], _ kept: Payment?
    ) -> Bool {
        guard kept?.ending == .actionRequired,
            let last = history.last(where: { $0.kind == .charge || $0.kind == .authorize })
        else { return false }
        return last.state == .failedSoft && last.attempt != Int(told?.declinedAttempt ?? 0)
    }

    /// How the last charge or hold that was answered ended; `nil` where none says.
    private func ending(_ told: ReplayedPayment?, _ history: [OperationRecord]) -> PaymentEnding? {
        let tries = history.filter { $0.kind == .charge || $0.kind == .authorize }
        for operation in tries.sorted(by: { ($0.at, $0.attempt) > ($1.at, $1.attempt) }) {
            switch operation.state {
            case .failedHard: return .failedHard
            case .failedSoft:
                return operation.attempt == Int(told?.declinedAttempt ?? 0) ? .failedSoft : .actionRequired
            case .abandoned: return .abandoned
            case .succeeded where operation.kind == .authorize: return .pledged
            case .open, .pending, .unknown, .succeeded: continue
            }
        }
        return nil
    }

    /// Before anything decides: a saved method can be charged.
    ///
    /// A row that says so already stays as it is.
    private func untouched(_ place: Int, _ kept: Payment?) -> PaymentEnding {
        if let ending = kept?.ending, ending == .pledged || ending == .methodSaved { return ending }
        let pledge = rebuild.replay.pledges[place]
        return pledge.gateway != 1 && rebuild.methods[place] != nil ? .methodSaved : .pledged
    }
}
