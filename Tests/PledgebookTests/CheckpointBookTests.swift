import Accounting
import Crowdfunding
import Receipts
import Storage
import Testing

@testable import Pledgebook

/// A campaign with pledges, its checkpoints and its keys.
struct AttestedBook {
    let book: UpdateBook
    let day = "2026-04-20T12:00:00Z"

    init() throws {
        book = try UpdateBook()
        let rows = (1...9).map {
            "P-\($0),a\($0)@example.org,DE,standard,1,2026-03-03T09:3\($0):00Z,rehearsal,pm_\($0)\n"
        }
        let header = "pledge_id,email,country,tier,quantity,pledged_at,payment_method,payment_reference\n"
        try book.take(header + rows.joined(), at: "2026-03-31T17:00:00Z")
    }

    func session(key: UInt8 = 9) throws -> Session {
        try book.folder.session(at: day, key: MasterKey([UInt8](repeating: key, count: 32)))
    }

    func campaign() throws -> LoadedCampaign { try session().campaign(nil) }

    func given(_ checkpoint: WrittenCheckpoint) -> GivenCheckpoint {
        GivenCheckpoint(note: Array(checkpoint.text.utf8), name: "c.txt")
    }

    func findings(_ given: GivenCheckpoint, key: UInt8 = 9) throws -> [String] {
        try session(key: key).verifyReceipts(of: campaign(), against: given).findings
    }

    func differences(key: UInt8 = 9) throws -> [String] {
        try session(key: key).checkBook(campaign: nil).differences.map(\.description)
    }
}

@Suite struct CheckpointBookTests {
    @Test func itIsWrittenOnceForEveryStateOfTheJournal() throws {
        let made = try AttestedBook()
        let first = try made.session().writeCheckpoint(of: nil)
        #expect(first.number == 10)
        #expect(first.fileName == "lamp-10.txt")
        #expect(try made.session().writeCheckpoint(of: nil).text == first.text)
        #expect(try made.session().checkpoints(of: made.campaign()).count == 1)
        #expect(throws: SessionError.keyMissing) {
            try made.book.folder.session(at: made.day, key: nil).writeCheckpoint(of: nil)
        }
        #expect(throws: SessionError.wrongKey(campaign: "lamp")) {
            try made.session(key: 8).writeCheckpoint(of: nil)
        }
        #expect(try made.findings(made.given(first)) == [])
        #expect(try made.differences() == [])
    }

    @Test func everyStepOfClosingLeavesOneThatGoesToItsLastEntry() throws {
        let made = try AttestedBook()
        let moments = ["2026-03-31T20:05:00Z", "2026-04-02T20:05:00Z", "2026-04-07T20:05:00Z"]
        var numbers: [Int64] = []
        for moment in moments {
            let result = try made.book.session(moment).closeCampaign(nil)
            if result.entries > 0 { numbers.append(result.campaign.record.head) }
        }
        let written = try made.session().checkpoints(of: made.campaign())
        #expect(!numbers.isEmpty)
        #expect(written.map(\.number) == numbers)
        for checkpoint in written { #expect(try made.findings(made.given(checkpoint)) == []) }
        // Each carried on from the one before; together they are what the whole journal gives.
        let whole = MerkleTree()
        let campaign = try made.campaign()
        _ = try made.session().forEachReceipt(of: campaign) { piece in
            let lines = piece.withUnsafeBufferPointer { Array($0) }.split(separator: UInt8(ascii: "\n"))
            for line in lines where whole.count < written.last?.number ?? 0 { whole.append(Array(line).span) }
        }
        #expect(written.last?.text.contains("\n\(whole.root.base64)\n") == true)
        #expect(try made.differences() == [])
    }

    @Test func aBookThatWasCutOffIsShorterThanItsCheckpoint() throws {
        let made = try AttestedBook()
        let full = try made.session().writeCheckpoint(of: nil)
        let last = try #require(
            try made.book.folder.book.read { try $0.entry(campaign: 1, number: 9) }?.tag.bytes)
        try made.book.folder.damage(
            "DELETE FROM entry WHERE number = 10; UPDATE campaign SET head = 9, tag = x'\(hexText(last))'")
        #expect(
            try made.findings(made.given(full)) == [
                "the checkpoint c.txt was signed over 10 receipts, and there are only 9"
            ])
        #expect(try made.differences().contains { $0.hasPrefix("checkpoint 10, number") })
    }

    /// Somebody with the key signs the whole journal anew: tags and chain are genuine, and only the
    /// checkpoint tells.
    @Test func aJournalThatWasSignedAnewDiffers() throws {
        let made = try AttestedBook()
        let checkpoint = try made.session().writeCheckpoint(of: nil)
        let other = try UpdateBook()
        let header = "pledge_id,email,country,tier,quantity,pledged_at,payment_method,payment_reference\n"
        let rows = (1...9).map {
            "P-\($0),a\($0)@example.org,DE,standard,2,2026-03-03T09:3\($0):00Z,rehearsal,pm_\($0)\n"
        }
        try other.take(header + rows.joined(), at: "2026-03-31T17:00:00Z")
        let session = try other.session(made.day)
        let report = try session.verifyReceipts(of: session.campaign(nil), against: made.given(checkpoint))
        #expect(
            report.findings == [
                "the first 10 receipts are not those that the checkpoint c.txt was signed over"
            ])
    }

    @Test func aCheckpointOfAnotherKeyOrJournalOrNoneIsRefused() throws {
        let made = try AttestedBook()
        let text = try made.session().writeCheckpoint(of: nil).text
        func told(_ text: String, publicKey: String? = nil) -> String? {
            let given = GivenCheckpoint(note: Array(text.utf8), name: "c.txt", publicKey: publicKey)
            do {
                _ = try made.findings(given)
                return nil
            } catch { return (error as? SessionError)?.message }
        }
        #expect(told("hello\n")?.hasPrefix("c.txt does not read as a checkpoint") == true)
        #expect(told(text.replacing("/lamp\n", with: "/desk\n"))?.contains("is a checkpoint of") == true)
        #expect(told(text.replacing("\n10\n", with: "\n11\n"))?.contains("is not signed by") == true)
        #expect(told(text, publicKey: "x")?.contains("is no public key") == true)
        let key = try #require(try made.session().checkpointPublicKey(of: made.campaign()))
        #expect(told(text, publicKey: key) == nil)
    }

    @Test func exportedReceiptsAreComparedToo() throws {
        let made = try AttestedBook()
        let checkpoint = try made.session().writeCheckpoint(of: nil)
        let campaign = try made.campaign()
        var lines: [UInt8] = []
        _ = try made.session().forEachReceipt(of: campaign) {
            lines += $0.withUnsafeBufferPointer { Array($0) }
        }
        func report(_ bytes: [UInt8]) throws -> ReceiptReport {
            try made.session().verifyReceipts(of: campaign, against: made.given(checkpoint)) { body in
                try body(bytes.span)
            }
        }
        #expect(try report(lines).findings == [])
        #expect(try report(lines).checkpoint == 10)
        let end = try #require(lines.dropLast().lastIndex(of: UInt8(ascii: "\n")))
        #expect(
            try report(Array(lines[...end])).findings == [
                "the checkpoint c.txt was signed over 10 receipts, and there are only 9"
            ])
    }

    @Test func everyReceiptOfAPledgeIsProvenUnderTheLastCheckpoint() throws {
        let made = try AttestedBook()
        let campaign = try made.campaign()
        #expect(throws: SessionError.self) { try made.session().proofs(of: "P-3", in: campaign) }
        _ = try made.session().writeCheckpoint(of: nil)
        let key = try #require(try made.session().checkpointPublicKey(of: campaign))
        for number in 1...9 {
            let proven = try made.session().proofs(of: "P-\(number)", in: campaign)
            let text = Array(proven.map(\.text).joined().utf8)
            let checked = try Session.checkProofs(text, name: "p", by: key)
            #expect(checked.map(\.number) == [Int64(number + 1)])
            #expect(checked.allSatisfy { $0.fault == nil && $0.count == 10 })
            #expect(
                try made.session().checkProofs(text, name: "p", of: campaign).allSatisfy { $0.fault == nil })
        }
        let other = try made.book.folder.session(
            at: made.day, key: MasterKey([UInt8](repeating: 8, count: 32)))
        let wrong = try #require(other.checkpointPublicKey(of: campaign))
        let proof = try made.session().proofs(of: "P-1", in: campaign)[0].text
        let judged = try Session.checkProofs(Array(proof.utf8), name: "p", by: wrong)
        #expect(judged[0].fault == "its checkpoint was changed or is signed by another key")
    }

    @Test func aReceiptAfterTheLastCheckpointHasToWait() throws {
        let made = try AttestedBook()
        _ = try made.session().writeCheckpoint(of: nil)
        _ = try made.book.session("2026-03-31T20:05:00Z").closeCampaign(nil)
        _ = try made.session().rotateKey(of: nil)
        _ = try made.book.take(
            "pledge_id,email,country,tier,quantity,pledged_at,payment_method,payment_reference\n"
                + "P-20,z@example.org,DE,standard,1,2026-04-20T11:00:00Z,rehearsal,pm_20\n", at: made.day)
        let refusal = #expect(throws: SessionError.self) {
            try made.session().proofs(of: "P-20", in: made.campaign())
        }
        #expect(refusal?.message.contains("is later than the last checkpoint") == true)
    }

    @Test func aChangedBookGivesNoProof() throws {
        let made = try AttestedBook()
        _ = try made.session().writeCheckpoint(of: nil)
        try made.book.folder.damage("UPDATE entry SET at = at + 1 WHERE number = 5")
        let refusal = #expect(throws: SessionError.self) {
            try made.session().proofs(of: "P-1", in: made.campaign())
        }
        #expect(refusal?.message.contains("nothing can be proven") == true)
    }

    @Test("a book of an earlier version, which kept no tree, is attested by reading it")
    func earlierBook() throws {
        let made = try AttestedBook()
        let tree = try made.campaign().record.frontier
        #expect(tree?.count == 64)  // 10 is 1010
        try made.book.folder.damage("UPDATE campaign SET frontier = NULL")
        #expect(try made.differences() == [])
        _ = try made.session().writeCheckpoint(of: nil)
        #expect(try made.campaign().record.frontier == tree)
        #expect(try made.differences() == [])
    }

    static let damages = [
        ("UPDATE checkpoint SET root = zeroblob(32)", "checkpoint 10, root"),
        ("UPDATE checkpoint SET signature = zeroblob(64)", "checkpoint 10, signature"),
        ("UPDATE checkpoint SET public_key = zeroblob(32)", "checkpoint 10, public_key"),
        ("UPDATE checkpoint SET frontier = zeroblob(64)", "checkpoint 10, frontier"),
        ("UPDATE checkpoint SET number = 11", "checkpoint 11, number"),
        ("UPDATE campaign SET frontier = zeroblob(64)", "campaign lamp, frontier"),
        ("UPDATE campaign SET frontier = zeroblob(32)", "campaign lamp, frontier"),
        ("UPDATE entry SET at = at + 1 WHERE number = 5", "checkpoint 10, root"),
    ]

    @Test(arguments: damages) func damageIsFoundByBookCheck(sql: String, place: String) throws {
        let made = try AttestedBook()
        _ = try made.session().writeCheckpoint(of: nil)
        #expect(try made.differences() == [])
        try made.book.folder.damage("DROP TRIGGER checkpoint_is_permanent; \(sql)")
        let found = try made.differences()
        #expect(found.contains { $0.hasPrefix(place) }, "\(found)")
    }
}
