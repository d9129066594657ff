import Accounting
import Crowdfunding
import Imports
import Parsing
import Receipts
import Storage

/// Reads the files of an import, places and signs their rows, and hands batches to the thread that writes.
///
/// Runs on one thread; its results are read after that thread has ended.
final class ImportProducer: @unchecked Sendable {
    /// Holds all of a file that is read before anything of it is written.
    let queue: BoundedQueue<ImportRows.Outcome>
    /// Whether it asks the book while it reads, and so runs before the writing begins and not beside it.
    let runsFirst: Bool
    private(set) var rows: ImportRows
    private(set) var failure: (any Error)?
    let changed: ChangedRows
    private(set) var remarks: [String] = []
    private(set) var source = ""
    private(set) var digest: [UInt8] = []
    private let files: [SourceFile]
    private let campaign: LoadedCampaign
    private let options: ImportOptions
    private let observer: ImportObserver
    private let total: Int64
    private let context: ImportContext
    private var bytesRead: Int64 = 0
    /// Nothing of this import is kept: a dry run, or bad rows that were not asked to be left out.
    private(set) var isDoomed = false
    private var lastFormat: (any PledgeFormat)?
    /// The header row of the file that is read.
    private var header: [UInt8] = []

    init(
        files: [SourceFile], campaign: LoadedCampaign, rows: ImportRows, changed: ChangedRows,
        _ options: ImportOptions, _ observer: ImportObserver
    ) throws {
        self.files = files
        self.campaign = campaign
        self.rows = rows
        self.changed = changed
        self.options = options
        self.observer = observer
        runsFirst = rows.asksBook
        queue = BoundedQueue(capacity: runsFirst ? .max : 4)
        total = files.reduce(0) { $0 + $1.size }
        var context = campaign.importContext(options.map)
        let hash = rows.hash
        context.rowHash = { hash($0.span) }
        self.context = context
    }

    /// Whether the last file told of pledges, as a platform's does.
    var tells: Bool { lastFormat.map { $0.mode != .asks } ?? false }

    /// Whether the import is one file by itself.
    var isSingleFile: Bool { files.count == 1 }

    /// Reads everything; then the queue is finished, also when it failed.
    func run() {
        defer { queue.finish() }
        do {
            let hash = FileHash()
            for file in files { try read(file, hash) }
            guard rows.summary.rows > 0 else { throw FileProblem([noRows()]) }
            if !isDoomed { try handOverKeys() }
            digest = hash.finish()
        } catch is NothingKept {
            return  // The writing side has failed and says why.
        } catch {
            failure = error
        }
    }

    private func read(_ file: SourceFile, _ hash: FileHash) throws {
        let bytes = try file.read(as: options.encoding.source) { [self] bytes in
            hash.update(bytes)
            bytesRead += Int64(bytes.count)
        }
        var scanner = CSVScanner(reading: bytes)
        var batch = CSVBatch()
        var format: (any PledgeFormat)?
        while try scanner.nextBatch(into: &batch) {
            var first = 0
            if format == nil {
                let made = try makeFormat(batch, file, delimiter: scanner.delimiter)
                rows.mapping = made.mode == .asks ? 0 : mapping(of: made.source)
                format = made
                first = 1
            }
            guard var reading = format else { continue }
            let read = reading.read(&batch, from: first, file: file.name)
            format = reading
            try process(read, mode: reading.mode, file: file.name)
        }
        guard var format else { throw FileProblem([emptyFile(file.name)]) }
        if let rest = format.finish(file: file.name) {
            try process(rest, mode: format.mode, file: file.name)
        }
        source = format.source
        remarks = format.remarks + context.twice.remarks
        lastFormat = format
    }

    private func handOverKeys() throws {
        try rows.takeKeys { if !isDoomed, !queue.put($0) { throw NothingKept() } }
    }

    private func process(_ read: consuming ReadOrders, mode: PlacementMode, file: String) throws {
        var outcome = try rows.process(read, mode: mode, file: file)
        for rejected in outcome.rejected.sorted(by: { $0.row.start < $1.row.start }) {
            let row = advised(rejected, outcome.batch.bytes)
            rows.refuse(row.diagnostic, kind: row.kind)
            try observer.rejected(row, outcome.batch.bytes)
        }
        for row in outcome.changed {
            try changed.append(
                ChangedRow(
                    pledge: row.pledge, row.order, lines: outcome.lines, content: row.content,
                    bytes: outcome.batch.bytes, mode: mode, file: file))
        }
        if let difference = observer.difference {
            for row in outcome.batch.pledges {
                let reference = String(decoding: outcome.batch.bytes[row.reference.range], as: UTF8.self)
                let amount = campaign.money(row.goods + row.shipping + row.tax + row.bonus)
                try difference(
                    DifferenceRow(reference: reference, what: "new", before: "", after: "\(amount)"))
            }
        }
        outcome.changed = []
        outcome.rejected = []
        // A file with bad rows changes nothing: from the first one on there is nothing to write, but much to
        // report.
        isDoomed = isDoomed || (rows.summary.refused > 0 && !options.takesGoodRows) || options.dryRun
        if !isDoomed, !queue.put(outcome) { throw NothingKept() }
        if rows.holdsManyKeys { try handOverKeys() }
        observer.progress(rows.summary.rows, bytesRead, total)
    }

    /// The row with a better reason, where its bytes say more than its cells.
    private func advised(_ row: RejectedRow, _ bytes: [UInt8]) -> RejectedRow {
        guard bytes[row.row.range].elementsEqual(header) else { return row.advised(of: bytes) }
        return RejectedRow(
            Diagnostic(
                file: row.diagnostic.file, line: row.diagnostic.line, column: 1,
                message: "the header stands here again", remedy: "remove the row"), kind: "header",
            row: row.row)
    }

    private func makeFormat(_ batch: CSVBatch, _ file: SourceFile, delimiter: UInt8?) throws
        -> any PledgeFormat
    {
        let record = batch.records[0]
        if let problem = record.advisedProblem(in: batch.bytes, file: file.name) {
            throw FileProblem([problem])
        }
        let fields = batch.fields[record.fieldRange]
        let header = fields.map { batch.text(of: $0) }
        let places = fields.map { batch.place(of: $0.start, in: record) }
        self.header = Array(batch.bytes[record.start..<record.end])
        try observer.header(self.header)
        return try Imports.format(
            for: header, places: places, file: file.name, delimiter: delimiter ?? UInt8(ascii: ","),
            source: options.source, context: context, after: lastFormat)
    }

    /// The keyed hash of all that decides what a platform's cells are taken as.
    private func mapping(of source: String) -> Int64 {
        let definition = campaign.definition
        var words = definition.tiers.map { "\($0.id)|\($0.title)|\($0.price)" }
        words += definition.addOns.map { "\($0.id)|\($0.title)" } + definition.skus
        if let platform = definition.imports[source] {
            for names in [platform.rewards, platform.addOns, platform.choices] {
                words += names.sorted { $0.key < $1.key }.map { "\($0.key)→\($0.value)" } + [""]
            }
            words += [platform.timeZone ?? "", platform.tax.rawValue]
        }
        if let map = options.map { words.append(String(decoding: map.text, as: UTF8.self)) }
        return rows.hash(Array(words.joined(separator: "\n").utf8).span)
    }

    private func noRows() -> Diagnostic {
        Diagnostic(
            file: files.first?.name ?? "", line: 2, column: 1, message: "no row follows the header",
            remedy: "export it again, with its rows")
    }

    private func emptyFile(_ name: String) -> Diagnostic {
        Diagnostic(
            file: name, line: 1, column: 1, message: "the file is empty",
            remedy: "export it again; the first line names the columns")
    }
}

/// SHA-256 over everything that was read.
private final class FileHash {
    private var digest: FileDigest? = FileDigest()

    func update(_ bytes: UnsafeRawBufferPointer) {
        digest?.update(bytes.bindMemory(to: UInt8.self).span)
    }

    func finish() -> [UInt8] {
        digest.take()?.finish() ?? []
    }
}
