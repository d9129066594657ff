import Crowdfunding
import Glibc
import Imports
import Parsing
import Storage
import Testing

@testable import Pledgebook

/// Everything that is no good file, through the import as the command runs it: a place, a remedy, an
/// unchanged book.
@Suite("Bad input") struct BadInputTests {
    /// A bad file, what is said of it after its path, and how many rows are bad; 0: the file as a whole.
    struct Case: Sendable, CustomStringConvertible {
        var description: String
        var bytes: [UInt8]
        var says: String
        var rows: Int64 = 0
        var fileName = "f.csv"
    }

    static let header = "pledge_id,backer_name,email,tier,country,amount,currency,pledged_at\n"

    static func row(
        _ id: String = "B-1", name: String = "Ana", tier: String = "thanks", amount: String = "5.00",
        currency: String = "EUR", at: String = "2026-03-05T10:00:00Z"
    ) -> String {
        "\(id),\(name),\(id)@post.example,\(tier),DE,\(amount),\(currency),\(at)\n"
    }

    private static func file(_ name: String, _ text: String, _ says: String, rows: Int64 = 1) -> Case {
        Case(description: name, bytes: Array(text.utf8), says: says, rows: rows)
    }

    private static func amount(_ amount: String, _ says: String) -> Case {
        let column = "B-1,Ana,B-1@post.example,thanks,DE,".utf8.count + 1
        let quoted = amount.contains(",") ? "\"\(amount)\"" : amount
        return file("amount \(amount)", header + row(amount: quoted), ":2:\(column): error: \(says)")
    }

    private static func time(_ time: String, _ says: String) -> Case {
        let column = "B-1,Ana,B-1@post.example,thanks,DE,5.00,EUR,".utf8.count + 1
        return file("time \(time)", header + row(at: time), ":2:\(column): error: \(says)")
    }

    private static func card(_ cell: String, column: Int = 5) -> Case {
        file(
            "card \(cell)", header + row(name: cell),
            ":2:\(column): error: this cell in “backer_name” looks like a card number")
    }

    static let cells: [Case] = [
        amount("1.234,5", "the amount is not a number"), amount("$1,23.00", "the amount is in $"),
        amount("—", "the amount is not a number"), amount("NaN", "the amount is not a number"),
        amount("1e5", "the amount is not a number"), amount("١٢", "the amount is not a number"),
        amount("５.００", "the amount is not a number"), amount("5 00", "the amount is not a number"),
        amount("5€00", "the amount is not a number"), amount("inf", "the amount is not a number"),
        amount("0x10", "the amount is not a number"),
        amount("5.000", "the amount has more decimals than EUR"),
        amount("-5.00", "the amount is below zero"), amount("(5.00)", "the amount is below zero"),
        amount("99999999999999999999", "the amount is too large"),
        time("2026-02-31T10:00:00Z", "month 2 has only 28 days"),
        time("2026-02-31 10:00", "month 2 has only 28 days"),
        time("2026-03-29 02:30", "this time does not exist in Europe/Berlin"),
        time("2026-03-05", "the day has no time"), time("", "the time is missing"),
        time("tomorrow", "this is not a time"), time("05/03/2026 10:00", "this is not a time"),
        time("2026-03-05 10:00 EST", "what stands behind the time is no offset"),
        time("2026-03-05T10:00:60Z", "there is no second 60"),
        card("4242424242424242"), card("'4242424242424242"), card("4242 4242-4242 4242"),
        card("\"=\"\"4242424242424242\"\"\"", column: 6),
        file(
            "two currencies", header + row() + row("B-2", currency: "USD"),
            ":3:41: error: the row is in another"),
        file(
            "two currency signs", header + row() + row("B-2", amount: "$5.00"),
            ":3:36: error: the amount is in $"),
    ]

    static let files: [Case] = [
        file("an empty file", "", ":1:1: error: the file is empty", rows: 0),
        file("only line ends", "\n\r\n\n", ":1:1: error: the file is empty", rows: 0),
        file("only a mark", "\u{FEFF}", ":1:1: error: the file is empty", rows: 0),
        file("a header alone", header, ":2:1: error: no row follows the header", rows: 0),
        file("no header", row(), ":1:1: error: none of the columns is known", rows: 0),
        file("a header twice", header + header + row(), ":2:1: error: the header stands here again"),
        file("a header between", header + row() + header, ":3:1: error: the header stands here again"),
        file(
            "a column twice", "pledge_id,email,email,pledged_at\na,b,c,d\n",
            ":1:17: error: email is there twice", rows: 0),
        file(
            "10,000 columns in the header", columns(10_000),
            ":1:5035: error: the record has more than 1024 columns",
            rows: 0),
        file(
            "10,000 columns in a row", header + columns(10_000),
            ":2:5035: error: the record has more than 1024"),
        file(
            "a quote that never closes", header + row() + "B-2,\"Ana,\n" + row("B-3"),
            ":3:5: error: the quote that opens here"),
        file(
            "a quote that never closes in the header", "pledge_id,\"email\n", ":1:11: error: the quote",
            rows: 0),
        file(
            "line ends of old Macs", header.dropLast() + "\r" + row(), ":1:68: error: a carriage return",
            rows: 0),
        file(
            "one line end of old Macs", header + row().dropLast() + "\r" + row("B-2"),
            ":2:65: error: a carriage"),
        file("a NUL", header + row(name: "A\0"), ":2:6: error: a NUL byte"),
        Case(
            description: "a byte of Windows-1252", bytes: Array(header.utf8) + [0x42, 0x2C, 0xFC, 0x0A],
            says: ":2:3: error: the byte 0xFC is not UTF-8\n  fix: it looks like Windows-1252", rows: 1),
        Case(
            description: "a byte of Windows-1252 in the header", bytes: [0xE4] + Array(header.utf8),
            says: ":1:1: error: the byte 0xE4 is not UTF-8\n  fix: it looks like Windows-1252"),
        Case(
            description: "half a character of UTF-16",
            bytes: [0xFF, 0xFE, 0x61, 0, 0x0A, 0, 0, 0xD8, 0x61, 0],
            says: ":2:1: error: 0xD800 is half"),
        file(
            "a cell of 2 MiB", header + row(name: String(repeating: "x", count: 2 << 20)),
            ":2:5: error: this cell is longer than 1 MiB"),
        file(
            "a line of 24 MiB that does not end", header + "B," + String(repeating: "x", count: 24 << 20),
            ":2:3: error: this cell is longer than 1 MiB"),
    ]

    private static func columns(_ count: Int) -> String {
        (0..<count).map { "c\($0)" }.joined(separator: ",") + "\n1\n".prefix(1)
    }

    static let archives: [Case] = [
        Case(
            description: "a ZIP within a ZIP",
            bytes: SmallZIP([("b.csv", header + row(), nil), ("a/c.ZIP", "PK", nil)]).bytes,
            says: " holds another archive, “a/c.ZIP”", fileName: "f.zip"),
        Case(
            description: "a ZIP bomb", bytes: SmallZIP([("a.csv", header + row(), 1 << 30)]).bytes,
            says: " unpacks to more than 200 times its size", fileName: "f.zip"),
        Case(
            description: "a ZIP of 5 GiB",
            bytes: SmallZIP([("a.csv", "", 3 << 30), ("b.csv", "", 2 << 30)]).bytes,
            says: " unpacks to more than 4 GiB", fileName: "f.zip"),
        Case(
            description: "a path that climbs out",
            bytes: SmallZIP([("x/../../a.csv", header + row(), nil)]).bytes,
            says: " names a file outside of itself", fileName: "f.zip"),
        Case(
            description: "a ZIP without CSV", bytes: SmallZIP([("a.txt", "x", nil)]).bytes,
            says: " holds no CSV file",
            fileName: "f.zip"),
        Case(
            description: "a bad row within a ZIP",
            bytes: SmallZIP([("a/b.csv", header + row(amount: "x"), nil)]).bytes,
            says: "/a/b.csv:2:36: error: the amount is not a number", rows: 1, fileName: "f.zip"),
    ]

    @Test("each has a place and a remedy, and the book stays as it was", arguments: cells + files + archives)
    func bad(_ bad: Case) throws {
        let book = try UpdateBook()
        let path = "\(book.folder.path)/\(bad.fileName)"
        try book.folder.write(bad.bytes, to: path)
        try expect(bad, at: path, in: book)
    }

    @Test("a folder of nothing, a pipe, devices, and no file")
    func places() throws {
        let book = try UpdateBook()
        let folder = book.folder.path + "/none"
        try #require(mkdir(folder, 0o700) == 0)
        let pipe = book.folder.path + "/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        let cases = [
            (folder, " holds no CSV file"), (pipe, " is a device or a pipe"),
            ("/dev/zero", " is a device or a"),
            ("/dev/null", " is a device or a pipe"), (book.folder.path + "/gone.csv", "There is no "),
        ]
        for (path, says) in cases {
            try expect(Case(description: path, bytes: [], says: says), at: path, in: book)
        }
        rmdir(folder)
    }

    private func expect(_ bad: Case, at path: String, in book: UpdateBook) throws {
        let before = try dump(book.folder.book)
        let message: String
        do {
            let summary = try importing(path, into: book)
            #expect(summary.refused == bad.rows)
            message = try #require(summary.problems.first, "nothing was said").text
            #expect(summary.refusedByKind.count == 1)
        } catch let problem as any UserFacingError {
            #expect(bad.rows == 0, "\(problem.message)")
            #expect(problem.exitCode == .badInput)
            message = problem.message
        }
        #expect(message.contains(bad.says), "\(message)")
        // A remedy is on a line of its own, or a sentence.
        #expect(message.contains("\n  fix: ") || message.contains(". "), "\(message)")
        #expect(!message.contains("4242"), "a card number is shown")
        #expect(try dump(book.folder.book) == before)
    }

    private func importing(_ path: String, into book: UpdateBook) throws -> ImportSummary {
        try book.session("2026-03-20T12:00:00Z").importPledges(
            at: path, into: nil, options: ImportOptions(), observer: ImportObserver())
    }

    @Test("mixed line ends are taken; of a time that comes twice the earlier one, and it is said")
    func taken() throws {
        let book = try UpdateBook([
            ("\"closes_at\": \"2026-03-31", "\"closes_at\": \"2026-11-30"),
            ("\"late_pledges_until\": \"2026-06", "\"late_pledges_until\": \"2026-12"),
            ("2026-09", "2027-03"),
        ])
        let path = book.folder.path + "/f.csv"
        let rows = Self.row() + Self.row("B-2").dropLast() + "\r\n" + Self.row("B-3", at: "2026-10-25 02:30")
        try book.folder.write(Array((Self.header.dropLast() + "\r\n" + rows).utf8), to: path)
        let summary = try book.session("2026-11-20T12:00:00Z").importPledges(
            at: path, into: nil, options: ImportOptions(), observer: ImportObserver())
        #expect(summary.placed == 3, "\(summary.problems)")
        #expect(
            summary.remarks.count == 1
                && summary.remarks[0].contains("falls into an hour that comes twice"))
        #expect("\(try book.pledge("B-3").placedAt)" == "2026-10-25T00:30:00Z")
    }

    @Test("mutations of a good file never trap, and change the book only where all rows are good")
    func mutations() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SampleRandom(seed: seed)
        let book = try UpdateBook()
        let path = book.folder.path + "/f.csv"
        var counts = (taken: 0, refused: 0)
        for turn in 0..<150 {
            let ids = (0..<6).map { "T\(turn)-\($0)" }
            let good = Self.header + ids.map { Self.row($0, name: "Zoë “Q”") }.joined()
            var bytes = turn % 5 == 4 ? Self.utf16(good) : Array(good.utf8)
            for _ in 0..<random.below(4) { Self.mutate(&bytes, &random) }
            try book.folder.write(bytes, to: path)
            let before = try dump(book.folder.book)
            var isRefused = true
            do {
                let summary = try importing(path, into: book)
                isRefused = summary.refused > 0
                #expect(
                    summary.placed + summary.same + summary.refused + summary.changed == summary.rows,
                    "seed \(seed)")
            } catch is any UserFacingError {}
            if isRefused {
                #expect(try dump(book.folder.book) == before, "seed \(seed), turn \(turn)")
                counts.refused += 1
            } else {
                counts.taken += 1
            }
        }
        #expect(counts.taken > 10 && counts.refused > 10, "seed \(seed): \(counts)")
        #expect(try book.differences() == [], "seed \(seed)")
    }

    private static func utf16(_ text: String) -> [UInt8] {
        ([0xFEFF] + Array(text.utf16)).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SampleRandom) {
        let marks: [UInt8] = [
            0, 0x0A, 0x0D, 0x22, 0x27, 0x2C, 0x2D, 0x3B, 0x3D, 0x80, 0xC3, 0xE9, 0xEF, 0xFF,
        ]
        guard !bytes.isEmpty else { return }
        let place = random.below(bytes.count)
        let length = min(1 + random.below(40), bytes.count - place)
        switch random.below(7) {
        case 0: bytes[place] = marks[random.below(marks.count)]
        case 1: bytes[place] ^= 1 << UInt8(random.below(8))
        case 2: bytes.insert(marks[random.below(marks.count)], at: place)
        case 3: bytes.removeSubrange(place..<place + length)
        case 4: bytes.insert(contentsOf: bytes[place..<place + length], at: random.below(bytes.count))
        case 5: bytes.removeLast(bytes.count - place)
        default: bytes.swapAt(place, random.below(bytes.count))
        }
    }
}

/// A ZIP archive of entries that are not packed; it may say other sizes than it holds.
private struct SmallZIP {
    var bytes: [UInt8] = []

    init(_ entries: [(name: String, content: String, saying: Int?)]) {
        var directory: [UInt8] = []
        for (name, content, saying) in entries {
            let content = Array(content.utf8)
            let head =
                Self.little(20, 2) + Self.little(0, 8) + Self.little(Self.checksum(content), 4)
                + Self.little(content.count, 4) + Self.little(saying ?? content.count, 4)
                + Self.little(name.utf8.count, 2) + Self.little(0, 2)
            directory += Self.little(0x0201_4B50, 4) + Self.little(20, 2) + head + Self.little(0, 10)
            directory += Self.little(bytes.count, 4) + Array(name.utf8)
            bytes += Self.little(0x0403_4B50, 4) + head + Array(name.utf8) + content
        }
        let start = bytes.count
        bytes += directory + Self.little(0x0605_4B50, 4) + Self.little(0, 4) + Self.little(entries.count, 2)
        bytes += Self.little(entries.count, 2) + Self.little(directory.count, 4) + Self.little(start, 4)
        bytes += Self.little(0, 2)
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
    }

    private static func checksum(_ bytes: [UInt8]) -> Int {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return Int(~crc)
    }
}
