import Crowdfunding
import Receipts
import Testing

private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}

@Suite("Digests") struct DigestTests {
    static let sha256Digests: [(message: [UInt8], digest: String)] = [
        // FIPS 180-4 and its examples.
        ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ]

    @Test("SHA-256 gives the standard's digests", arguments: sha256Digests)
    func digest(message: [UInt8], digest: String) {
        #expect(SHA256Digest.hex(of: message) == digest)
    }

    @Test("a digest in pieces is the digest of the whole", arguments: [1, 3, 63, 64, 65, 1000])
    func pieces(size: Int) {
        let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        var digest = FileDigest()
        for start in stride(from: 0, to: message.count, by: size) {
            digest.update(Array(message[start..<min(start + size, message.count)]).span)
        }
        #expect(digest.finish() == SHA256Digest.of(message))
    }

    static let hmacTags: [(key: [UInt8], message: [UInt8], tag: String)] = [
        // RFC 4231, cases 1 to 4, 6 and 7.
        (
            [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            Array(UInt8(1)...25), [UInt8](repeating: 0xcd, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ]

    @Test("HMAC-SHA-256 gives the tags of RFC 4231", arguments: hmacTags)
    func hmac(key: [UInt8], message: [UInt8], tag: String) {
        #expect(hmacSHA256(message, key: key).bytes == bytes(tag))
    }

    static let hkdfKeys: [(secret: [UInt8], salt: [UInt8], info: [UInt8], output: String)] = [
        // RFC 5869, appendix A.1 to A.3.
        (
            [UInt8](repeating: 0x0b, count: 22), Array(UInt8(0)...0x0c), Array(UInt8(0xf0)...0xf9),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        ),
        (
            Array(UInt8(0)...0x4f), Array(UInt8(0x60)...0xaf), Array(UInt8(0xb0)...0xff),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                + "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
        ),
        (
            [UInt8](repeating: 0x0b, count: 22), [], [],
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        ),
    ]

    @Test("HKDF-SHA-256 gives the keys of RFC 5869", arguments: hkdfKeys)
    func hkdf(secret: [UInt8], salt: [UInt8], info: [UInt8], output: String) {
        let wanted = bytes(output)
        #expect(hkdfSHA256(secret: secret, salt: salt, info: info, count: wanted.count) == wanted)
    }

    @Test("HKDF stops at the bound of the RFC", arguments: [(-1, 0), (0, 0), (8160, 8160), (8161, 8160)])
    func hkdfBounds(asked: Int, given: Int) {
        #expect(hkdfSHA256(secret: [1], salt: [], info: [], count: asked).count == given)
    }

    static let base64Texts: [(text: String, base64url: String)] = [
        // RFC 4648 section 10, without the padding.
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"), ("foobarf", "Zm9vYmFyZg"), ("foobarfoobar", "Zm9vYmFyZm9vYmFy"),
    ]

    @Test("base64url gives the texts of RFC 4648", arguments: base64Texts)
    func base64(text: String, base64url: String) {
        #expect(Base64URL.encode(Array(text.utf8)) == base64url)
        #expect(Base64URL.decode(base64url) == Array(text.utf8))
    }

    @Test("base64url keeps every byte, whatever the length", arguments: 0...70)
    func base64RoundTrip(count: Int) {
        let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count * 11 + 0xF8) }
        #expect(Base64URL.decode(Base64URL.encode(message)) == message)
    }

    @Test("base64url uses the alphabet for addresses")
    func base64Alphabet() { #expect(Base64URL.encode([0xFB, 0xEF, 0xFF, 0xFB]) == "--__-w") }

    @Test(
        "base64url refuses what it would not write",
        arguments: [
            "Z", "Zg==", "Zm8=", "Zh", "Zm9", "Zm9vY", "Zm+v", "Zm/v", "Zm9v\n", " Zm9v", "Zmé9", "Zm9v!AAA",
        ])
    func base64Refusals(text: String) { #expect(Base64URL.decode(text) == nil) }

    @Test("random bytes are as many as asked for, and not the same twice")
    func random() {
        #expect(randomBytes(0).isEmpty)
        #expect(randomBytes(-5).isEmpty)
        #expect(randomBytes(33).count == 33)
        #expect(randomBytes(32) != randomBytes(32))
    }

    @Test("constant-time comparison compares every byte")
    func comparison() throws {
        let left = Array(UInt8(0)..<32)
        #expect(constantTimeEquals(left, left))
        #expect(!constantTimeEquals(left, Array(left.dropLast())))
        #expect(constantTimeEquals([], []))
        for index in left.indices {
            var right = left
            right[index] ^= 0x10
            #expect(!constantTimeEquals(left, right))
            #expect(!constantTimeEquals(try #require(Tag(left)), try #require(Tag(right))))
        }
        #expect(constantTimeEquals(try #require(Tag(left)), try #require(Tag(left))))
    }

    @Test("a tag is 32 bytes or 43 characters")
    func tags() throws {
        let tag = try #require(Tag(Array(UInt8(0)..<32)))
        #expect(tag.bytes == Array(UInt8(0)..<32))
        #expect(tag.base64url == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
        #expect(Tag(base64url: tag.base64url) == tag)
        #expect(Tag.zero.base64url == String(repeating: "A", count: 43))
        #expect(Tag([1, 2, 3]) == nil)
        #expect(Tag(base64url: String(repeating: "A", count: 42)) == nil)
        #expect(Tag(base64url: String(repeating: "A", count: 42) + "B") == nil)  // spare bits
    }
}
