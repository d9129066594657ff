import Accounting
import Crowdfunding
import Receipts
import Testing

@Suite("Receipt text") struct ReceiptTextTests {
    // Made with Python's hmac and base64 from the key that HKDF gives for the bytes 0…31 and the book 7f3a9c.
    static let placed =
        "eyJhbGciOiJIUzI1NiIsImtpZCI6ImF1cm9yYS1sYW1wLjEiLCJ0eXAiOiJyZWNlaXB0K2p3dCJ9.eyJpc3MiOiJhdXJvcmE"
        + "tbGFtcCIsInNlcSI6MSwicHJldiI6IkFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUEiLCJldnQ"
        + "iOiJwbGFjZWQiLCJzdWIiOiJQLTEwNDIiLCJwYXkiOiIiLCJhbXQiOiIwIiwiY3VyIjoiRVVSIiwic2NhbGUiOjIsImdvb2R"
        + "zIjoiMCIsInNoaXAiOiIwIiwidGF4IjoiMCIsImZlZSI6IjAiLCJvdGhlciI6IjAiLCJpYXQiOjE3NzI2MTY2MDAsImRheSI"
        + "6IjIwMjYtMDMtMDQiLCJyZWYiOiIiLCJkZXQiOiJ0aWVyPXN0YW5kYXJkO3F0eT0xO3RvPUVTO2F0PTE3NzI2MTY2MDAifQ."
        + "Ak1_V_9OcutFh-0YyN2d-JoE93NrFu56AUgigmN3S8I"
    static let captured =
        "eyJhbGciOiJIUzI1NiIsImtpZCI6ImF1cm9yYS1sYW1wLjEiLCJ0eXAiOiJyZWNlaXB0K2p3dCJ9.eyJpc3MiOiJhdXJvcmE"
        + "tbGFtcCIsInNlcSI6MiwicHJldiI6IkFrMV9WXzlPY3V0RmgtMFl5TjJkLUpvRTkzTnJGdTU2QVVnaWdtTjNTOEkiLCJldnQ"
        + "iOiJjYXB0dXJlZCIsInN1YiI6IlAtMTA0MiIsInBheSI6IjEiLCJhbXQiOiIxMDg5MCIsImN1ciI6IkVVUiIsInNjYWxlIjo"
        + "yLCJnb29kcyI6IjgxODIiLCJzaGlwIjoiODE4IiwidGF4IjoiMTg5MCIsImZlZSI6IjM0NiIsIm90aGVyIjoiMCIsImlhdCI"
        + "6MTc3NDk4MDAwMCwiZGF5IjoiMjAyNi0wMy0zMSIsInJlZiI6InBpXzNOeDgxIiwiZGV0Ijoib3A9MDFKOCJ9.w83ACyTq-G"
        + "hlO4u5OyCLBvRM9wuMBxNzPf8JB_dpGM0"
    static let capturedPayload =
        #"{"iss":"aurora-lamp","seq":2,"prev":"Ak1_V_9OcutFh-0YyN2d-JoE93NrFu56AUgigmN3S8I""#
        + #","evt":"captured","sub":"P-1042","pay":"1","amt":"10890","cur":"EUR","scale":2,"goods":"8182""#
        + #","ship":"818","tax":"1890","fee":"346","other":"0","iat":1774980000,"day":"2026-03-31""#
        + #","ref":"pi_3Nx81","det":"op=01J8"}"#

    @Test("two receipts, to the byte")
    func golden() throws {
        let (head, key) = (ReceiptSamples.head, try ReceiptSamples.key())
        let signer = ReceiptSigner(key: key, head: head)
        let first = signer.sign(try ReceiptSamples.placed())
        let second = signer.sign(try ReceiptSamples.captured())
        let entries = try (ReceiptSamples.placed(), ReceiptSamples.captured())
        #expect(receiptText(of: entries.0, after: .zero, tag: first, head: head, kid: key.kid) == Self.placed)
        #expect(
            receiptText(of: entries.1, after: first, tag: second, head: head, kid: key.kid) == Self.captured)
        let payload = receiptPayload(of: entries.1, after: first, head: head)
        #expect(String(decoding: payload, as: UTF8.self) == Self.capturedPayload)
        #expect(signer.lastNumber == 2)
        #expect(signer.lastTag == second)
    }

    @Test("a receipt's text is the same from an entry and from bytes", arguments: 1...20)
    func textBothWays(number: Int) throws {
        let entry = try ReceiptSamples.entry(number)
        let tag = try #require(Tag([UInt8](repeating: UInt8(number), count: 32)))
        let writer = ReceiptText(head: ReceiptSamples.head, kid: "aurora-lamp.1")
        var (one, other): ([UInt8], [UInt8]) = ([], [])
        writer.append(entry, after: .zero, tag: tag, to: &one)
        let (subject, reference) = (Array(entry.subject.utf8), Array(entry.reference.utf8))
        let detail = Array(entry.detail.utf8)
        writer.append(
            number: entry.number, kind: entry.kind, subject: subject.span, instalment: entry.instalment,
            parts: entry.parts, at: entry.at, day: entry.day, reference: reference.span,
            detail: detail.span, after: .zero, tag: tag, to: &other)
        #expect(one == other && one.count > 300)
    }

    @Test("signing bytes and signing an entry give the same tags", arguments: 1...60)
    func bothWays(number: Int) throws {
        let key = try ReceiptSamples.key()
        let one = ReceiptSigner(key: key, head: ReceiptSamples.head, after: 41, tag: .zero)
        let other = ReceiptSigner(key: key, head: ReceiptSamples.head, after: 41, tag: .zero)
        let entry = try ReceiptSamples.entry(number)
        let signed = one.sign(
            kind: entry.kind, subject: Array(entry.subject.utf8).span, instalment: entry.instalment,
            parts: entry.parts, at: entry.at, day: entry.day, reference: Array(entry.reference.utf8).span,
            detail: Array(entry.detail.utf8).span)
        #expect(signed.number == 42)
        #expect(signed.tag == other.sign(entry))
    }

    @Test("a rehearsal says so in the header")
    func rehearsal() throws {
        let head = ReceiptHead(issuer: "demo", currency: "JPY", scale: 0, isRehearsal: true)
        let text = receiptText(
            of: try ReceiptSamples.placed(), after: .zero, tag: .zero, head: head, kid: "demo.1")
        let header = try #require(Base64URL.decode(String(text.prefix { $0 != "." })))
        #expect(
            String(decoding: header, as: UTF8.self)
                == #"{"alg":"HS256","kid":"demo.1","typ":"rehearsal-receipt+jwt"}"#)
    }

    @Test(
        "amounts at the ends of the range are written in full",
        arguments: [
            (0, "0"), (9, "9"), (10, "10"), (-1, "-1"), (99, "99"), (100, "100"),
            (1_000_000_000_000, "1000000000000"),
            (-1_000_000_000_000, "-1000000000000"), (.max, "9223372036854775807"),
            (.min, "-9223372036854775808"),
        ] as [(Int64, String)])
    func amounts(amount: Int64, text: String) throws {
        var entry = try ReceiptSamples.placed()
        entry.parts = EntryParts(fee: amount)
        let payload = receiptPayload(of: entry, after: .zero, head: ReceiptSamples.head)
        #expect(String(decoding: payload, as: UTF8.self).contains(#""fee":"\#(text)","other""#))
    }

    @Test(
        "odd text stays valid JSON, and verifies",
        arguments: [
            "a\"b", "a\\b", "line\nfeed", "zażółć", "\u{0}", #"\u0041"#, String(repeating: "\"", count: 5000),
        ])
    func oddText(text: String) throws {
        var entry = try ReceiptSamples.placed()
        entry.reference = text
        let key = try ReceiptSamples.key()
        let tag = ReceiptSigner(key: key, head: ReceiptSamples.head).sign(entry)
        let line = receiptText(of: entry, after: .zero, tag: tag, head: ReceiptSamples.head, kid: key.kid)
        let payload = receiptPayload(of: entry, after: .zero, head: ReceiptSamples.head)
        #expect(payload.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
        #expect(!isPlain(Array(text.utf8)))
        #expect(ReceiptVerifier.verdict(on: [line], keys: [key], head: ReceiptSamples.head).isWhole)
    }

    @Test("printable ASCII without quotes and backslashes is plain")
    func plain() {
        for byte in UInt8.min...UInt8.max {
            let wanted = byte >= 0x20 && byte <= 0x7E && byte != 0x22 && byte != 0x5C
            #expect(isPlain([UInt8(ascii: "a"), byte]) == wanted)
        }
    }

    @Test("each kind has a name of its own that needs no escape")
    func events() {
        let names = EntryKind.allCases.map(\.event)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(isPlain(Array(name.utf8)))
            #expect((1...63).contains(name.utf8.count))
        }
    }
}

// `#expect` cannot take a span apart.
private func isPlain(_ bytes: [UInt8]) -> Bool { ReceiptText.isPlain(bytes.span) }

@Suite("Signing keys") struct SigningKeyTests {
    @Test("the key is the one that HKDF gives")
    func derivation() throws {
        let key = try ReceiptSamples.key()
        #expect(key.kid == "aurora-lamp.1")
        #expect(hexText(key.bytes) == "9fe4848a39d15a319bbf079e42c3a605bf85787599973dc30cb5b659288ae0ab")
        #expect(key.keyCheck == "6ca63a7a")
    }

    @Test("another book, campaign, epoch or master gives another key")
    func separation() throws {
        let master = try #require(ReceiptSamples.master)
        let lamp = try #require(CampaignID("aurora-lamp"))
        let keys = [
            try ReceiptSamples.key(), try ReceiptSamples.key(epoch: 2),
            try ReceiptSamples.key(book: "practice"),
            SigningKey(master: master, book: "7f3a9c", campaign: try #require(CampaignID("other")), epoch: 1),
            SigningKey(master: .random(), book: "7f3a9c", campaign: lamp, epoch: 1),
        ]
        #expect(Set(keys.map(\.bytes)).count == keys.count)
        #expect(Set(keys.map(\.keyCheck)).count == keys.count)
    }

    @Test("a key that was handed over signs alike, and must be 32 bytes")
    func handedOver() throws {
        let key = try ReceiptSamples.key()
        let copy = try #require(SigningKey(kid: key.kid, bytes: key.bytes))
        #expect(copy.keyCheck == key.keyCheck)
        #expect(SigningKey(kid: "x.1", bytes: [1, 2, 3]) == nil)
        #expect(MasterKey([1, 2, 3]) == nil)
    }

    @Test("no key shows its bytes")
    func secrecy() throws {
        let master = try #require(ReceiptSamples.master)
        let key = try ReceiptSamples.key()
        var shown = "\(master) \(String(reflecting: master)) \(key) \(String(reflecting: key))"
        dump([master], to: &shown)
        dump([key], to: &shown)
        #expect(!shown.contains("0001020304"))
        #expect(!shown.contains(hexText(key.bytes)))
        #expect(!shown.contains("159"), "the first byte of the key, as a number: \(shown)")
    }
}
