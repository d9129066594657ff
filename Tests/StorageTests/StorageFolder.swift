import Accounting
import Crowdfunding
import GRDB
import Glibc
import Testing

@testable import Storage

/// A folder for books, gone when nothing holds it any more.
final class StorageFolder {
    let path: String
    var bookPath: String { path + "/book.sqlite" }

    init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/pledgebook-storage-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        path = try #require(made)
    }

    deinit {
        for name in names() { unlink("\(path)/\(name)") }
        rmdir("\(path)/folder")
        rmdir(path)
    }

    /// What lies in the folder, sorted.
    func names() -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// A new book with one campaign, number 1.
    func book(_ name: String = "book.sqlite") throws -> Book {
        let book = try Book.create(at: "\(path)/\(name)", id: "0123456789abcdef", keySecret: Self.secret)
        let number = try book.write { try $0.insert(Self.campaign(), text: "{}") }
        try #require(number == 1)
        return book
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_EXCL, 0o644)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        try #require(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    }

    func read(_ name: String) throws -> [UInt8] {
        let descriptor = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0, "\(name)")
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            try #require(count >= 0)
            if count == 0 { return content }
            content += chunk[..<count]
        }
    }

    static let secret = [UInt8](repeating: 7, count: 16)

    static func campaign(_ id: String = "lamp") throws -> CampaignRecord {
        CampaignRecord(
            launching: try #require(CampaignID(id)), definition: [UInt8](repeating: 3, count: 32), seed: .max,
            currency: try #require(Currency("EUR")), offsets: .utc, at: Timestamp(seconds: 1_000))
    }
}

extension Book {
    /// Runs a statement as it is.
    func run(_ sql: String) throws { try write { try $0.db.execute(sql: sql) } }

    /// The only value that a query gives.
    func number(_ sql: String) throws -> Int64? { try read { try Int64.fetchOne($0.db, sql: sql) } }

    /// Every row of a query, each value as SQLite's `quote` writes it.
    func rows(_ sql: String) throws -> [[String]] {
        try read { records in
            try Row.fetchAll(records.db, sql: sql).map { row in row.databaseValues.map(\.description) }
        }
    }
}
