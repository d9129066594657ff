import Accounting
import Crowdfunding
import Imports
import Parsing
import Receipts

/// Reads the files of an import into orders, batch by batch.
///
/// Runs on one thread; its results are read after that thread has ended.
final class ImportReader: @unchecked Sendable {
    /// What was read, in the order of the files.
    enum Piece {
        /// A file begins, with this row.
        case header([UInt8])
        case orders(ReadOrders, of: Origin, bytesRead: Int64)
    }

    /// What a file's rows have in common.
    struct Origin {
        var file: String
        var mode: PlacementMode
        /// The keyed hash of all that decides what its cells are taken as.
        var mapping: Int64

        init(_ file: SourceFile, _ format: any PledgeFormat, mapping: Int64) {
            self.file = file.name
            mode = format.mode
            self.mapping = mapping
        }
    }

    let queue: BoundedQueue<Piece>
    /// All files' bytes.
    let total: Int64
    private(set) var failure: (any Error)?
    private(set) var remarks: [String] = []
    private(set) var source = ""
    private(set) var digest: [UInt8] = []
    private(set) var lastFormat: (any PledgeFormat)?
    private let files: [SourceFile]
    private let campaign: LoadedCampaign
    private let options: ImportOptions
    private let context: ImportContext
    private let hash: @Sendable (Span<UInt8>) -> Int64
    private var bytesRead: Int64 = 0

    /// With `holdsAll`, everything is read before anything of it is taken; `hash` is the book's.
    init(
        _ files: [SourceFile], _ campaign: LoadedCampaign, _ options: ImportOptions, holdsAll: Bool,
        hash: @escaping @Sendable (Span<UInt8>) -> Int64
    ) {
        self.files = files
        self.campaign = campaign
        self.options = options
        self.hash = hash
        queue = BoundedQueue(capacity: holdsAll ? .max : 4)
        total = files.reduce(0) { $0 + $1.size }
        var context = campaign.importContext(options.map)
        context.rowHash = { hash($0.span) }
        self.context = context
    }

    /// Reads everything; then the queue is finished, also when it failed.
    func run() {
        defer { queue.finish() }
        do {
            let hash = FileHash()
            for file in files { try read(file, hash) }
            digest = hash.finish()
        } catch is NothingKept {
            return  // Who takes has failed and says why.
        } catch {
            failure = error
        }
    }

    private func put(_ piece: Piece) throws {
        if !queue.put(piece) { throw NothingKept() }
    }

    private func read(_ file: SourceFile, _ hash: FileHash) throws {
        let bytes = try file.read(as: options.encoding.source) { [self] bytes in
            hash.update(bytes)
            bytesRead += Int64(bytes.count)
        }
        var scanner = CSVScanner(reading: bytes)
        var batch = CSVBatch()
        guard try scanner.nextBatch(into: &batch) else { throw FileProblem([emptyFile(file.name)]) }
        var format = try makeFormat(batch, file, delimiter: scanner.delimiter)
        let origin = Origin(
            file, format, mapping: format.mode == .asks ? 0 : mapping(of: format.source))
        var first = 1
        repeat {
            let read = format.read(&batch, from: first, file: file.name)
            try put(.orders(read, of: origin, bytesRead: bytesRead))
            first = 0
        } while try scanner.nextBatch(into: &batch)
        if let rest = format.finish(file: file.name) {
            try put(.orders(rest, of: origin, bytesRead: bytesRead))
        }
        source = format.source
        remarks = format.remarks + context.twice.remarks
        lastFormat = format
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
        try put(.header(Array(batch.bytes[record.start..<record.end])))
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
        return hash(Array(words.joined(separator: "\n").utf8).span)
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
