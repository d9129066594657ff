import Accounting
import Crowdfunding
import Imports
import Parsing
import Receipts
import Storage

/// Places and signs the rows of an import, which another thread reads, and hands batches to the thread that
/// writes.
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
    /// Whether the import is one file by itself.
    let isSingleFile: Bool
    /// The first file's name.
    private let file: String
    private let reader: ImportReader
    private let campaign: LoadedCampaign
    private let options: ImportOptions
    private let observer: ImportObserver
    /// Nothing of this import is kept: a dry run, or bad rows that were not asked to be left out.
    private(set) var isDoomed = false
    /// The header row of the file that is read.
    private var header: [UInt8] = []

    init(
        files: [SourceFile], campaign: LoadedCampaign, rows: ImportRows, changed: ChangedRows,
        _ options: ImportOptions, _ observer: ImportObserver
    ) throws {
        isSingleFile = files.count == 1
        file = files.first?.name ?? ""
        self.campaign = campaign
        self.rows = rows
        self.changed = changed
        self.options = options
        self.observer = observer
        runsFirst = rows.asksBook
        queue = BoundedQueue(capacity: runsFirst ? .max : 4)
        let hash = rows.hash
        reader = ImportReader(files, campaign, options, holdsAll: runsFirst) { hash($0) }
    }

    /// Whether the last file told of pledges, as a platform's does.
    var tells: Bool { reader.lastFormat.map { $0.mode != .asks } ?? false }
    /// What the last file is kept under.
    var source: String { reader.source }
    /// What is worth saying of how the files were read.
    var remarks: [String] { reader.remarks }
    /// SHA-256 of all files.
    var digest: [UInt8] { reader.digest }

    /// Takes everything that is read; then the queue is finished, also when it failed.
    func run() {
        defer { queue.finish() }
        do {
            try takeAll()
            if let failure = reader.failure { throw failure }
            guard rows.summary.rows > 0 else { throw FileProblem([noRows()]) }
            if !isDoomed { try rows.takeKeys { if !queue.put($0) { throw NothingKept() } } }
        } catch is NothingKept {
            return  // The writing side has failed and says why.
        } catch {
            failure = error
        }
    }

    private func takeAll() throws {
        let reader = reader
        guard !runsFirst else {
            reader.run()
            return try takePieces()
        }
        let worker = try Worker { reader.run() }
        do {
            try takePieces()
        } catch {
            reader.queue.abandon()
            worker.join()
            throw error
        }
        worker.join()
    }

    private func takePieces() throws {
        while let piece = reader.queue.take() {
            switch piece {
            case .header(let row):
                header = row
                try observer.header(row)
            case .orders(let read, let origin, let bytesRead):
                rows.mapping = origin.mapping
                try process(read, mode: origin.mode, file: origin.file)
                observer.progress(rows.summary.rows, bytesRead, reader.total)
            }
        }
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

    private func noRows() -> Diagnostic {
        Diagnostic(
            file: file, line: 2, column: 1, message: "no row follows the header",
            remedy: "export it again, with its rows")
    }
}
