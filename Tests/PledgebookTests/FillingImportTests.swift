import Accounting
import Crowdfunding
import Glibc
import Imports
import Storage
import Synchronization
import Testing

@testable import Pledgebook

/// When an import writes into the book at once, and when by way of its log.
@Suite("A large import into a book without pledges") struct FillingImportTests {
    private static let moment = "2026-03-31T13:00:00Z"
    private static let threshold = 4 << 20

    /// Twelve pledges; what the file has to be larger is in a column that an import passes over.
    private static func rows(_ name: String, bytes: Int, last: String = "") -> [UInt8] {
        let head = Array("rejected_because,pledge_id,email,country,tier,pledged_at,payment_method\n".utf8)
        let each = (1...12).map {
            Array(",\(name)-\($0),\(name)\($0)@post.example,DE,thanks,2026-03-05T10:00:00Z,recorded\n".utf8)
        }
        var missing = bytes - head.count - each.reduce(0) { $0 + $1.count }
        var text = head
        for row in each {
            let count = min(missing, 512 << 10)
            missing -= count
            text += [UInt8](repeating: UInt8(ascii: "x"), count: count) + row
        }
        return text + Array(last.utf8)
    }

    /// Imports, and tells whether the book had its log meanwhile.
    private static func hasLog(
        _ folder: BookFolder, _ rows: [UInt8], _ set: (inout ImportOptions) -> Void = { _ in }
    ) throws -> Bool {
        let path = folder.path + "/pledges.csv"
        try folder.write(rows, to: path)
        var options = ImportOptions()
        set(&options)
        let log = folder.path + "/book.sqlite-wal"
        let seen = Mutex<[Bool]>([])
        let observer = ImportObserver(progress: { _, _, _ in
            seen.withLock { $0.append(access(log, F_OK) == 0) }
        })
        _ = try folder.session(at: moment).importPledges(
            sourceFiles(at: path), name: "pledges.csv", into: nil, options: options, observer: observer)
        let all = seen.withLock { $0 }
        #expect(Set(all).count == 1)
        return all.contains(true)
    }

    private static func launched() throws -> BookFolder {
        let folder = try BookFolder()
        try folder.launch("aurora-lamp", at: "2026-03-02T08:00:00Z")
        return folder
    }

    private static func pledges(_ folder: BookFolder) throws -> Int64 {
        let checked = try folder.session(at: moment).checkBook(campaign: nil)
        #expect(checked.isSound)
        return checked.campaigns.reduce(0) { $0 + $1.pledges }
    }

    @Test(
        "goes into the book at once; a smaller one, or one that changes nothing, does not",
        arguments: [(0, false, false), (-1, false, false), (0, true, false), (0, false, true)])
    func sizes(beyond: Int, isDryRun: Bool, isOpenElsewhere: Bool) throws {
        let folder = try Self.launched()
        let other = isOpenElsewhere ? try Book(opening: folder.path + "/book.sqlite") : nil
        let rows = Self.rows("P", bytes: Self.threshold + beyond)
        let hasLog = try Self.hasLog(folder, rows) { $0.dryRun = isDryRun }
        #expect(hasLog == (beyond < 0 || isDryRun || isOpenElsewhere))
        #expect(try Self.pledges(folder) == (isDryRun ? 0 : 12))
        withExtendedLifetime(other) {}
    }

    @Test("is the only one: the next, as large, goes by the log")
    func second() throws {
        let folder = try Self.launched()
        #expect(try !Self.hasLog(folder, Self.rows("P", bytes: Self.threshold)))
        #expect(try Self.hasLog(folder, Self.rows("Q", bytes: Self.threshold)))
        #expect(try Self.pledges(folder) == 24)
    }

    @Test("that has a bad row leaves nothing, and is done when it has none")
    func badRow() throws {
        let folder = try Self.launched()
        let bad = ",P-99,p99@post.example,DE,nothing,2026-03-05T10:00:00Z,recorded\n"
        #expect(try !Self.hasLog(folder, Self.rows("P", bytes: Self.threshold, last: bad)))
        #expect(try Self.pledges(folder) == 0)
        #expect(try !Self.hasLog(folder, Self.rows("P", bytes: Self.threshold)))
        #expect(try Self.pledges(folder) == 12)
    }
}
