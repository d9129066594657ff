import Accounting
import Crowdfunding
import Storage

// Runs, and the keys by which rows are found again.

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
