import Parsing
import Testing

@Suite("CSV writer and small reader") struct CSVWriterTests {
    @Test(
        "guards and quotes text",
        arguments: [
            ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("a;b", "a;b"), ("a\"b", "\"a\"\"b\""),
            ("a\nb", "\"a\nb\""),
            ("=1+1", "'=1+1"), ("+49", "'+49"), ("-3", "'-3"), ("@me", "'@me"), ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("＝1", "'＝1"), ("＋1", "'＋1"), ("－1", "'－1"), ("＠1", "'＠1"), ("＜1", "＜1"), ("a=1", "a=1"),
            ("=a,b", "\"'=a,b\""),
        ])
    func text(cell: String, expected: String) {
        var writer = CSVWriter()
        writer.text(cell)
        writer.text("z")
        writer.endRow()
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected + ",z\n")
    }

    @Test("does not guard numbers, and lets nothing else pass as one")
    func numbers() {
        var writer = CSVWriter(delimiter: UInt8(ascii: ";"), byteOrderMark: true)
        writer.number("-3,00")
        writer.number(-7)
        writer.number("-1+cmd")
        writer.empty()
        writer.verbatim("=x")
        writer.endRow()
        writer.row([""])
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "\u{FEFF}-3,00;-7;'-1+cmd;;=x\n\"\"\n")
    }

    @Test(
        "undoes the guards of Excel",
        arguments: [
            ("'00971", "00971"), ("=\"00971\"", "00971"), ("=\"\"", ""), ("=\"", "=\""), ("=", "="),
            ("'", ""), ("", ""),
            ("O'Neill", "O'Neill"), ("=1+1", "=1+1"), ("=\"a", "=\"a"),
        ])
    func guards(cell: String, expected: String) {
        #expect(undoingExcelGuard(cell) == expected)
    }

    @Test("writes what the scanner reads back")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 5)
        let pieces = ["a", ",", ";", "\"", "\n", "\r", "=", "'", "é", " ", "-"]
        for _ in 0..<1_000 {
            let cells = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
                (0..<Int.random(in: 0...6, using: &generator))
                    .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            }
            var writer = CSVWriter()
            writer.row(cells)
            let records = try scan(writer.bytes, piece: 16, delimiter: UInt8(ascii: ","))
            #expect(records.count == 1)
            #expect(records.first?.problem == nil)
            let back = records.first?.cells.map { String(decoding: $0, as: UTF8.self) } ?? []
            let guarded = cells.map { CSVWriter.beginsLikeFormula($0) ? "'" + $0 : $0 }
            #expect(back == guarded)
        }
    }

    @Test("reads a small file by the names of its header")
    func reader() {
        let reader = CSVReader(Array("name,amount\nAda,1\nBob\n\"x\"y,2\nCy,\"3,5\"\n".utf8), file: "s.csv")
        #expect(reader.header == ["name", "amount"])
        #expect(reader.rows.map { $0["amount"] } == ["1", "3,5"])
        #expect(reader.rows.map(\.line) == [2, 5])
        #expect(reader.rows[1].columns == [1, 4])
        #expect(reader.rows[0]["other"] == nil)
        #expect(
            reader.problems.map(\.headline) == [
                "s.csv:3:1: error: the row has 1 cell, the header has 2",
                "s.csv:4:4: error: text after a closing quote",
            ])
    }

    @Test(
        "tells what is wrong with a header",
        arguments: [
            ("", "s.csv:1:1: error: the file is empty"),
            ("a,b,a\n", "s.csv:1:5: error: the column “a” stands twice in the header"),
            ("a,\"b\n", "s.csv:1:3: error: the quote that opens here is never closed"),
        ])
    func header(text: String, expected: String) {
        #expect(CSVReader(Array(text.utf8), file: "s.csv").problems.map(\.headline) == [expected])
    }
}
