import Accounting
import Crowdfunding
import GRDBSQLite
import Glibc
import Imports
import Receipts
import Storage
import Testing

@testable import Pledgebook

/// A book with a key in a folder of its own, gone when nothing holds it any more.
final class BookFolder {
    let path: String
    let book: Book
    let master: MasterKey

    init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/pledgebook-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        path = try #require(made)
        book = try Book.create(
            at: path + "/book.sqlite", id: "0123456789abcdef", keySecret: [UInt8](repeating: 7, count: 16))
        master = try #require(MasterKey([UInt8](repeating: 9, count: 32)))
    }

    deinit {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                unlink("\(path)/\(name)")
            }
            closedir(folder)
        }
        rmdir(path)
    }

    /// A command at work at a moment.
    func session(at moment: String, key: MasterKey?) throws -> Session {
        Session(
            book: book, master: key, now: try #require(Timestamp(rfc3339: moment)), operatorName: "test",
            version: "0", command: "test")
    }

    func session(at moment: String) throws -> Session { try session(at: moment, key: master) }

    /// Launches one of the samples in `campaigns/`.
    func launch(_ id: String, at moment: String, seed: UInt64 = 1) throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try Self.bytes("/\(root)/campaigns/\(id)/campaign.json")
        _ = try session(at: moment).launch(checkCampaign(file, file: id), seed: seed)
    }

    /// Imports rows of our own CSV.
    func importRows(_ text: [UInt8], at moment: String) throws -> ImportSummary {
        let file = path + "/pledges.csv"
        try write(text, to: file)
        return try session(at: moment).importPledges(
            sourceFiles(at: file), name: "pledges.csv", into: nil, options: ImportOptions(),
            observer: ImportObserver())
    }

    /// Writes a file, over the one that is there.
    func write(_ text: [UInt8], to file: String) throws {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(descriptor >= 0)
        var done = 0
        while done < text.count {
            let count = text[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            try #require(count > 0)
            done += count
        }
        close(descriptor)
    }

    /// What an earlier version would have written: entries that placed pledges apart from their pledges, and
    /// a table of pledges that can be written to.
    private static let earlier = """
        INSERT INTO entry SELECT campaign, number, kind, pledge, instalment, run, at, day, goods, shipping,
          tax, fee, other, reverses, reference, detail, tag FROM journal
          WHERE number IN (SELECT number FROM placing WHERE tag IS NOT NULL);
        UPDATE placing SET at = NULL, day = NULL, detail = NULL, tag = NULL;
        CREATE TEMP TRIGGER damaged INSTEAD OF UPDATE ON pledge BEGIN
          UPDATE placing SET reference = NEW.reference, source_key = NEW.source_key, tier = NEW.tier,
            promotion = NEW.promotion, quantity = NEW.quantity, destination = NEW.destination,
            goods = NEW.goods, shipping = NEW.shipping, tax = NEW.tax, bonus = NEW.bonus,
            placed_at = NEW.placed_at, gateway = NEW.gateway, method = NEW.method, state = NEW.state
            WHERE campaign = OLD.campaign AND number = OLD.number;
          UPDATE changed_pledge SET tier = NEW.tier, promotion = NEW.promotion, quantity = NEW.quantity,
            destination = NEW.destination, goods = NEW.goods, shipping = NEW.shipping, tax = NEW.tax,
            bonus = NEW.bonus, method = NEW.method, state = NEW.state
            WHERE campaign = OLD.campaign AND number = OLD.number;
        END;
        CREATE TEMP TRIGGER deleted INSTEAD OF DELETE ON pledge BEGIN
          DELETE FROM placing WHERE campaign = OLD.campaign AND number = OLD.number;
          DELETE FROM changed_pledge WHERE campaign = OLD.campaign AND number = OLD.number;
        END;
        """

    /// Changes the file behind the program's back, by default one that an earlier version wrote.
    func damage(_ sql: String, asEarlier: Bool = true) throws {
        var connection: OpaquePointer?
        try #require(sqlite3_open(path + "/book.sqlite", &connection) == SQLITE_OK)
        defer { sqlite3_close(connection) }
        func run(_ sql: String) throws {
            let code = sqlite3_exec(connection, sql, nil, nil, nil)
            try #require(code == SQLITE_OK, "\(sql): \(String(cString: sqlite3_errmsg(connection)))")
        }
        let guards = ["entry_is_permanent", "entry_is_kept", "placing_is_permanent", "placing_is_kept"]
        try run(guards.map { "DROP TRIGGER IF EXISTS \($0);" }.joined())
        if asEarlier { try run(Self.earlier) }
        let before = sqlite3_total_changes(connection)
        try run(sql)
        try #require(sqlite3_total_changes(connection) > before, "\(sql): changed nothing")
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0, "\(path)")
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            try #require(count >= 0)
            if count == 0 { return content }
            content += chunk[..<count]
        }
    }
}
