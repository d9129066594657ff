import Accounting
import Crowdfunding
import Storage

// Runs, what was reserved of them, and the keys by which rows are found again.

extension BookComparison {
    func compareRuns() throws {
        let stored = try records.runs(campaign: record.number)
        for row in stored {
            guard let told = replay.supply.runs[row.id] else {
                findings.add("run", row.id, "id", book: row.id, journal: "no entry launches it")
                continue
            }
            let entry = told.entry
            findings.compare(
                "run", row.id, "state", book: "\(row.state)", journal: "\(told.state)", entry: entry)
            findings.compare(
                "run", row.id, "launched_day", book: row.launchedOn,
                journal: CalendarDay(number: Int(told.launchedOn)),
                entry: entry)
            if let expected = told.expectedOn {
                findings.compare(
                    "run", row.id, "expected_day", book: "\(row.expectedOn)", journal: expected, entry: entry)
            }
            if let deposit = told.deposit {
                findings.compare("run", row.id, "deposit", book: row.deposit, journal: deposit, entry: entry)
            }
            let skus = Set(row.units.map(\.sku)).union(told.units.keys)
            for sku in skus.sorted() {
                let book = row.units.first { $0.sku == sku } ?? RunUnits(sku: sku, ordered: 0)
                let journal = told.units[sku] ?? .init()
                let key = "\(row.id) \(sku)"
                findings.compare(
                    "run_unit", key, "ordered", book: book.ordered, journal: journal.ordered, entry: entry)
                findings.compare(
                    "run_unit", key, "received", book: book.received, journal: journal.received, entry: entry)
                findings.compare(
                    "run_unit", key, "written_off", book: book.writtenOff, journal: journal.writtenOff,
                    entry: entry)
            }
        }
        for (id, told) in replay.supply.runs.sorted(by: { $0.key < $1.key })
        where !stored.contains(where: { $0.id == id }) {
            findings.add("run", id, "id", book: "no such run", journal: "launched", entry: told.entry)
        }
    }

    /// What went out is in the journal; what is reserved must not be more than there is.
    func compareAllocations() throws {
        var shipped = replay.supply.shipped
        let skus = Dictionary(
            zip(replay.supply.skus.words, Int16(0)...), uniquingKeysWith: { first, _ in first })
        let runs = Dictionary(
            zip(replay.supply.runNames.words, Int16(0)...), uniquingKeysWith: { first, _ in first })
        var reserved: [SupplyPlace: Int64] = [:]
        for row in try records.allocations(campaign: record.number) {
            let index = names.index(of: row.pledge)
            guard index >= 0 else { continue }
            reserved[SupplyPlace(run: row.run, sku: row.sku), default: 0] &+= row.quantity
            var journal: Int64 = 0
            if let sku = skus[row.sku], let run = runs[row.run] {
                journal = shipped.removeValue(forKey: .init(pledge: Int32(index), sku: sku, run: run)) ?? 0
            }
            findings.compare(
                "allocation",
                "\(names.reference(at: index)) \(row.sku) \(row.run.isEmpty ? "stock" : row.run)",
                "shipped", book: row.shipped, journal: journal, entry: replay.pledges[index].entry)
        }
        let skuWords = replay.supply.skus.words
        let runWords = replay.supply.runNames.words
        for (key, units) in shipped.sorted(by: { ($0.key.pledge, $0.key.sku) < ($1.key.pledge, $1.key.sku) })
        where units != 0 && key.pledge >= 0 {
            findings.add(
                "allocation",
                "\(names.reference(at: Int(key.pledge))) \(skuWords[Int(key.sku)]) "
                    + (runWords[Int(key.run)].isEmpty ? "stock" : runWords[Int(key.run)]),
                "shipped", book: "no row", journal: "\(units)", entry: replay.pledges[Int(key.pledge)].entry)
        }
        checkSupply(reserved)
    }

    private func checkSupply(_ reserved: [SupplyPlace: Int64]) {
        for (place, units) in reserved.sorted(by: { ($0.key.run, $0.key.sku) < ($1.key.run, $1.key.sku) }) {
            let supply: Int64
            if place.run.isEmpty {
                guard let item = definition?.items.first(where: { $0.sku == place.sku }) else { continue }
                supply = item.inStock
            } else {
                let told = replay.supply.runs[place.run]?.units[place.sku] ?? .init()
                supply = max(told.ordered, told.received) &- told.writtenOff
            }
            guard units > supply else { continue }
            findings.add(
                "allocation", "\(place.run.isEmpty ? "stock" : place.run) \(place.sku)", "quantity",
                book: "\(units) units are reserved", journal: "there are \(supply)")
        }
    }

    // MARK: Keys

    /// Every pledge and every backer is found by its key, and every key finds one.
    func compareKeys() throws {
        var keys = [Int64?](repeating: nil, count: names.count)
        try records.readKeys(of: .pledge, campaign: record.number) { hash, number in
            let index = names.index(of: number)
            guard index >= 0, keys[index] == nil else {
                return findings.add(
                    "pledge_key", "\(number)", "number", book: "\(number)",
                    journal: index < 0 ? "no such pledge" : "one key a pledge")
            }
            keys[index] = hash
        }
        let hash = records.hash
        var index = 0
        try records.readPledges(campaign: record.number) { row in
            defer { index += 1 }
            let source = row.sourceKey
            compareKey(
                "pledge_key", row.reference.text, stored: keys[index],
                hash(Span(_unsafeElements: source.isEmpty ? row.reference : source)))
        }
        try compareBackerKeys()
    }

    /// Backers are numbered from 1 without gaps, so that most keys are found by their number at once.
    private func compareBackerKeys() throws {
        var numbers: [Int64] = []
        var stored: [Int64?] = []
        try records.readAddresses(campaign: record.number) { backer, _ in
            numbers.append(backer)
            stored.append(nil)
        }
        try records.readKeys(of: .backer, campaign: record.number) { hash, number in
            var index = Int(clamping: number &- 1)
            if !numbers.indices.contains(index) || numbers[index] != number {
                index = numbers.firstIndex(of: number) ?? -1
            }
            guard index >= 0, stored[index] == nil else {
                return findings.add(
                    "backer_key", "\(number)", "number", book: "\(number)",
                    journal: index < 0 ? "no such backer" : "one key a backer")
            }
            stored[index] = hash
        }
        let hash = records.hash
        var index = 0
        try records.readAddresses(campaign: record.number) { backer, email in
            defer { index += 1 }
            // Who was forgotten has no address to be found by.
            guard !email.isEmpty else { return }
            compareKey("backer_key", "\(backer)", stored: stored[index], hash(Span(_unsafeElements: email)))
        }
    }

    private func compareKey(_ table: String, _ key: @autoclosure () -> String, stored: Int64?, _ hash: Int64)
    {
        guard let stored else {
            return findings.add(table, key(), "hash", book: "no such key", journal: "a key for every row")
        }
        if stored != hash {
            findings.add(table, key(), "hash", book: "another hash", journal: "the hash of the row's own key")
        }
    }
}

private struct SupplyPlace: Hashable {
    var run: String
    var sku: String
}
