import Parsing
import Testing

@testable import Imports

@Suite("Encodings") struct SourceDecoderTests {
    private static let text = "id,name\n1,Zoë Müller\n2,“Ω”—€ 😀\nthe end, without a line end"

    private static func utf16(_ text: String, isBigEndian: Bool) -> [UInt8] {
        ([0xFEFF] + Array(text.utf16)).flatMap { unit in
            let pair = [UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit)]
            return isBigEndian ? pair : pair.reversed()
        }
    }

    /// Reads in pieces: the source gives at most `given` bytes at a time, the reader asks for `asked`.
    private static func decode(
        _ bytes: [UInt8], as encoding: SourceEncoding = .utf8, given: Int = 1 << 20, asked: Int = 1 << 20,
        largest: (Int) -> Void = { _ in }
    ) throws -> [UInt8] {
        var position = 0
        var most = 0
        let decoder = SourceDecoder(
            { buffer in
                most = max(most, buffer.count)
                let count = min(buffer.count, given, bytes.count - position)
                buffer.copyBytes(from: bytes[position..<position + count])
                position += count
                return count
            }, as: encoding, name: "f.csv")
        var decoded: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: asked)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try decoder.read(into: $0) }
            if count == 0 { break }
            decoded += buffer[..<count]
        }
        largest(most)
        return decoded
    }

    @Test(
        "UTF-16 with its mark becomes UTF-8, however the pieces fall",
        arguments: [1, 2, 3, 5, 4096], [1, 2, 3, 7, 4096])
    func utf16(given: Int, asked: Int) throws {
        for isBigEndian in [true, false] {
            let bytes = Self.utf16(Self.text, isBigEndian: isBigEndian)
            #expect(try Self.decode(bytes, given: given, asked: asked) == Array(Self.text.utf8))
        }
    }

    @Test("UTF-8 passes as it is, its mark and what is broken in it too", arguments: [1, 3, 4096])
    func utf8(step: Int) throws {
        for bytes: [UInt8] in [
            [], [0x61], Array(Self.text.utf8), [0xEF, 0xBB, 0xBF, 0x61], [0xFF, 0x80, 0x61],
        ] {
            #expect(try Self.decode(bytes, given: step, asked: step) == bytes)
            let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
            if isMarked { #expect(try Self.decode(bytes, as: .windows1252) == bytes) }
        }
    }

    @Test("all characters of Windows-1252, by the code page")
    func windows1252() throws {
        let high = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
        let bytes = (0x80...0x9F).filter { ![0x81, 0x8D, 0x8F, 0x90, 0x9D].contains($0) }.map { UInt8($0) }
        #expect(try Self.decode(bytes, as: .windows1252, asked: 2) == Array(high.utf8))
        let latin = (0xA0...0xFF).map { UInt8($0) }
        let expected = String(String.UnicodeScalarView((0xA0...0xFF).compactMap { Unicode.Scalar($0) }))
        #expect(try Self.decode(latin, as: .windows1252) == Array(expected.utf8))
    }

    /// Bytes, encoding, `line:column: message` of the fault.
    static let faults: [([UInt8], SourceEncoding, String)] = [
        (
            [0x61, 0x0A, 0xFC, 0x81], .windows1252,
            "2:3: error: the byte 0x81 is no character of Windows-1252"
        ),
        (Array("a\nbé".utf8), .windows1252, "2:2: error: the file is UTF-8, not Windows-1252"),
        ([0xFF, 0xFE, 0x61, 0, 0, 0xD8, 0x62, 0], .utf8, "1:2: error: 0xD800 is half of a UTF-16 character"),
        ([0xFE, 0xFF, 0xDC, 0x01], .utf8, "1:1: error: 0xDC01 is half of a UTF-16 character"),
        (
            [0xFF, 0xFE, 0x61, 0, 0x0A], .utf8,
            "1:2: error: the file ends in the middle of a UTF-16 character"
        ),
        ([0x61, 0, 0x62, 0], .utf8, "1:1: error: the file is UTF-16 without a byte order mark"),
        ([0, 0x61, 0, 0x62, 0, 0x63], .utf8, "1:1: error: the file is UTF-16 without a byte order mark"),
        ([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], .utf8, "1:1: error: the file is UTF-32"),
        ([0, 0, 0xFE, 0xFF, 0, 0, 0, 0x61], .utf8, "1:1: error: the file is UTF-32"),
    ]

    @Test("what is no text ends the reading with its place", arguments: faults)
    func faulty(bytes: [UInt8], encoding: SourceEncoding, place: String) {
        let problem = #expect(throws: FileProblem.self) { try Self.decode(bytes, as: encoding, given: 1) }
        #expect(problem?.message.hasPrefix("f.csv:" + place) == true, "\(problem as Any)")
        #expect(problem?.diagnostics.first?.remedy.isEmpty == false)
    }

    @Test("memory does not grow with the file")
    func bounded() throws {
        let long = String(repeating: "é€", count: 200_000)
        for isBigEndian in [true, false] {
            let bytes = Self.utf16(long, isBigEndian: isBigEndian)
            let decoded = try Self.decode(bytes, asked: 1 << 16) { #expect($0 <= 64 << 10) }
            #expect(decoded.count == 1_000_000)
        }
    }

    /// A row's bytes, and whether `--encoding windows-1252` is suggested.
    static let rows: [([UInt8], Bool)] = [
        (Array("Ana".utf8), false), (Array("M".utf8) + [0xFC] + Array("ller".utf8), true),
        ([0x93, 0x61, 0x94, 0x80], true), (Array("é".utf8) + [0xFC], false), ([0xC3, 0x2C], false),
        ([0xFF], false), ([0x81], false), ([0x61, 0xA4], false),
    ]

    @Test("what looks like Windows-1252", arguments: rows)
    func looks(bytes: [UInt8], like: Bool) {
        #expect(looksLikeWindows1252(bytes) == like)
    }
}
