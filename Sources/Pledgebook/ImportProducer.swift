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
    let queue = BoundedQueue<ImportRows.Outcome>(capacity: 4)
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
    private var bytesRead: Int64 = 0
    /// Nothing of this import is kept: a dry run, or bad rows that were not asked to be left out.
    private(set) var isDoomed = false
    private var lastFormat: (any PledgeFormat)?

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
        total = files.reduce(0) { $0 + $1.size }
    }

    /// Reads everything; then the queue is finished, also when it failed.
    func run() {
        defer { queue.finish() }
        do {
            let hash = FileHash()
            for file in files { try read(file, hash) }
            if !isDoomed, !queue.put(rows.takeBackerKeys()) { throw NothingKept() }
            if !isDoomed, !queue.put(rows.takePledgeKeys()) { throw NothingKept() }
            digest = hash.finish()
        } catch is NothingKept {
            return  // The writing side has failed and says why.
        } catch {
            failure = error
        }
    }

    private func read(_ file: SourceFile, _ hash: FileHash) throws {
        let bytes = try file.read()
        var scanner = CSVScanner { [self] buffer in
            let count = try bytes(buffer)
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[0..<max(0, count)]))
            bytesRead += Int64(count)
            return count
        }
        var batch = CSVBatch()
        var format: (any PledgeFormat)?
        while try scanner.nextBatch(into: &batch) {
            var first = 0
            if format == nil {
                format = try makeFormat(batch, file, delimiter: scanner.delimiter)
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
        remarks = format.remarks
        lastFormat = format
    }

    private func process(_ read: consuming ReadOrders, mode: PlacementMode, file: String) throws {
        var outcome = try rows.process(read, mode: mode, file: file)
        for row in outcome.rejected.sorted(by: { $0.row.start < $1.row.start }) {
            rows.refuse(row.diagnostic, kind: row.kind)
            try observer.rejected(row, outcome.batch.bytes)
        }
        for row in outcome.changed {
            try changed.append(
                ChangedRow(
                    pledge: row.pledge, row.order, lines: outcome.lines, content: row.content,
                    bytes: outcome.batch.bytes, mode: mode, file: file))
        }
        outcome.changed = []
        outcome.rejected = []
        // A file with bad rows changes nothing: from the first one on there is nothing to write, but much to
        // report.
        isDoomed = isDoomed || (rows.summary.refused > 0 && !options.takesGoodRows) || options.dryRun
        if !isDoomed, !queue.put(outcome) { throw NothingKept() }
        observer.progress(rows.summary.rows, bytesRead, total)
    }

    private func makeFormat(_ batch: CSVBatch, _ file: SourceFile, delimiter: UInt8?) throws
        -> any PledgeFormat
    {
        let record = batch.records[0]
        if let problem = record.problem { throw FileProblem([problem.diagnostic(file: file.name)]) }
        let fields = batch.fields[record.fieldRange]
        let header = fields.map { batch.text(of: $0) }
        let places = fields.map { batch.place(of: $0.start, in: record) }
        try observer.header(Array(batch.bytes[record.start..<record.end]))
        return try Imports.format(
            for: header, places: places, file: file.name, delimiter: delimiter ?? UInt8(ascii: ","),
            source: options.source, context: context, after: lastFormat)
    }

    private var context: ImportContext { campaign.importContext(options.map) }

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
