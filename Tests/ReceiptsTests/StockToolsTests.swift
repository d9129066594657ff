import Crowdfunding
import Glibc
import Receipts
import Testing

/// Where programs and files lie that the tests need.
private enum Tools {
    static let root: String = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/")
    }()
    static let python = "\(root)/.build/venv/bin/python"
    static let script = "\(root)/Tests/ReceiptsTests/verify_receipts.py"

    static var hasOpenSSL: Bool { (try? run(["openssl", "version"]))?.status == 0 }
    static var hasPython: Bool { (try? run([python, "-c", "import joserfc"]))?.status == 0 }
}

@Suite("Stock tools verify exported receipts") struct StockToolsTests {
    @Test(
        "openssl dgst", .enabled(if: Tools.hasOpenSSL, "skipped: there is no openssl command on this machine")
    )
    func openssl() throws {
        try TemporaryFolder.with { folder in
            let key = try ReceiptSamples.key()
            for line in try ReceiptSamples.chain(3).lines {
                let tag = try #require(Tag(base64url: String(line.suffix(43))))
                try folder.write("signed", String(line.dropLast(44)), mode: 0o600)
                let answer = try run([
                    "openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:\(hexText(key.bytes))",
                    "\(folder.path)/signed",
                ])
                #expect(answer.status == 0)
                #expect(answer.output.hasSuffix("= \(hexText(tag.bytes))\n"), "\(answer.output)")
                unlink("\(folder.path)/signed")
            }
        }
    }

    @Test(
        "a Python JWT library, and the chain by itself",
        .enabled(if: Tools.hasPython, "skipped: .build/venv has no joserfc; scripts/test makes it"))
    func python() throws {
        let chain = try ReceiptSamples.chain(50)
        let key = hexText(try ReceiptSamples.key().bytes)
        let whole = try verify(chain.lines, key: key)
        #expect(whole.status == 0)
        #expect(whole.output == "50 receipts verified, the last is 50 with tag \(chain.last.base64url)\n")
        var edited = chain.lines
        edited[6] = edited[6].replacing("I", with: "J", maxReplacements: 1)
        var swapped = chain.lines
        swapped.swapAt(11, 12)
        var shortened = chain.lines
        shortened.remove(at: 20)
        for (lines, place) in [(edited, "line 7:"), (swapped, "line 12:"), (shortened, "line 21:")] {
            let found = try verify(lines, key: key)
            #expect(found.status == 1)
            #expect(found.output.hasPrefix(place), "\(found.output)")
        }
        #expect(try verify(chain.lines, key: hexText(randomBytes(32))).status == 1)
    }

    private func verify(_ lines: [String], key: String) throws -> (status: Int32, output: String) {
        var answer: (status: Int32, output: String) = (-1, "")
        try TemporaryFolder.with { folder in
            try folder.write("receipts.jws", lines.map { $0 + "\n" }.joined(), mode: 0o600)
            answer = try run([Tools.python, Tools.script, key, "\(folder.path)/receipts.jws"])
        }
        return answer
    }
}
