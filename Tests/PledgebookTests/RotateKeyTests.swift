import Crowdfunding
import Receipts
import Storage
import Testing

@testable import Pledgebook

@Suite struct RotateKeyTests {
    @Test func bothKeysSayThatTheNewOneBegins() throws {
        let made = try AttestedBook()
        let plan = try made.session().rotateKey(of: nil, dryRun: true)
        #expect(try made.campaign().record.head == 10)
        let done = try made.session().rotateKey(of: nil)
        #expect((plan.old, plan.new) == (done.old, done.new))
        #expect((done.old, done.new, done.lastOfOld, done.firstOfNew) == ("lamp.1", "lamp.2", 11, 12))
        let (old, new) = try made.book.folder.book.read { records in
            let entries = try records.entries(campaign: 1, from: 11, to: 12).map(\.entry)
            return (entries[0], entries[1])
        }
        #expect([old.kind, new.kind] == [.keyRotated, .keyRotated])
        let keys = try made.session().keys(of: made.campaign())
        #expect(keys.epochs.map(\.firstEntry) == [1, 12])
        #expect(old.detail == "next=2;check=\(keys.epochs[1].keyCheck)")
        #expect(new.detail.hasPrefix("epoch=2;check=\(keys.epochs[1].keyCheck);size=11;root="))
        let report = try made.session().verifyReceipts(of: made.campaign())
        #expect(report.findings == [])
        #expect(report.count == 12)
        #expect(report.underOtherKey == 0)
        #expect(try made.differences() == [])
        #expect(try made.session().checkBook(campaign: nil).campaigns[0].chain == .whole)
        // Life goes on under the new key, and a third one.
        _ = try made.book.session("2026-04-20T12:00:00Z").closeCampaign(nil)
        _ = try made.session().rotateKey(of: nil)
        #expect(try made.session().verifyReceipts(of: made.campaign()).findings == [])
        #expect(try made.differences() == [])
        try expectSameRebuilt(made.session())
    }

    @Test func anEarlierKeyIsExportedByItsEpoch() throws {
        let made = try AttestedBook()
        let first = try made.session().exportedKey(of: made.campaign())
        _ = try made.session().rotateKey(of: nil)
        #expect(try made.session().exportedKey(of: made.campaign(), epoch: 1).hex == first.hex)
        #expect(try made.session().exportedKey(of: made.campaign()).kid == "lamp.2")
        #expect(try made.session().exportedKey(of: made.campaign()).hex != first.hex)
        #expect(throws: SessionError.self) {
            try made.session().exportedKey(of: made.campaign(), epoch: 3)
        }
        #expect(throws: SessionError.wrongKey(campaign: "lamp")) {
            try made.session(key: 8).exportedKey(of: made.campaign(), epoch: 1)
        }
    }

    @Test func aWrongKeyFileRotatesNothing() throws {
        let made = try AttestedBook()
        #expect(throws: SessionError.wrongKey(campaign: "lamp")) {
            try made.session(key: 8).rotateKey(of: nil)
        }
        #expect(try made.campaign().record.head == 10)
        #expect(try made.session(key: 8).campaignsWithoutKey().map(\.rawValue) == ["lamp"])
        #expect(try made.session().campaignsWithoutKey() == [])
        #expect(try made.session().replaceLostKey().isEmpty)
    }

    @Test func afterALostKeyTheNewOneSaysWhatTheOldReceiptsWere() throws {
        let made = try AttestedBook()
        let before = try made.session().writeCheckpoint(of: nil)
        let done = try made.session(key: 8).replaceLostKey()
        #expect(done.map(\.new) == ["lamp.2"])
        #expect(done.map(\.firstOfNew) == [11])
        let entry = try #require(try made.book.folder.book.read { try $0.entry(campaign: 1, number: 11) })
        #expect(entry.entry.detail.contains(";lost=1;size=10;root="))
        #expect(try made.session(key: 8).replaceLostKey().isEmpty)

        let report = try made.session(key: 8).verifyReceipts(of: made.campaign())
        #expect(report.findings == [])
        #expect(report.underOtherKey == 10)
        #expect(report.otherKeys == ["lamp.1"])
        #expect(!report.isUnproven)
        // The old file still proves the old receipts, and says that it cannot prove the new one.
        let old = try made.session().verifyReceipts(of: made.campaign())
        #expect(old.findings == [])
        #expect(old.underOtherKey == 1)
        #expect(old.isUnproven)
        #expect(throws: SessionError.wrongKey(campaign: "lamp")) {
            try made.session(key: 7).verifyReceipts(of: made.campaign())
        }

        let check = try made.session(key: 8).checkBook(campaign: nil)
        #expect(check.differences.map(\.description) == [])
        #expect(check.campaigns[0].chain == .vouched(through: 10))
        #expect(check.isSound)
        try expectSameRebuilt(made.session(key: 8))
        let oldCheck = try made.session().checkBook(campaign: nil)
        #expect(oldCheck.differences.map(\.description) == [])
        #expect(oldCheck.campaigns[0].chain == .otherKey)
        #expect(!oldCheck.isSound)
        // A checkpoint from before is known by the public key that the book kept.
        #expect(try made.findings(made.given(before), key: 8) == [])
        #expect(try made.session(key: 8).checkpoints(of: made.campaign()).map(\.number) == [10, 11])
    }

    @Test func anOldReceiptThatWasEditedAfterwardsIsNotWhatTheNewKeySays() throws {
        let made = try AttestedBook()
        _ = try made.session(key: 8).replaceLostKey()
        try made.book.folder.damage("UPDATE entry SET at = at + 1 WHERE number = 5")
        let report = try made.session(key: 8).verifyReceipts(of: made.campaign())
        #expect(
            report.findings == [
                "the first 10 receipts are not those that entry 11 (Signing key rotated) says they were"
            ])
        #expect(try made.differences(key: 8).contains { $0.hasPrefix("entry 1–10, root") })
    }

    @Test func aBookThatDiffersFromItsCheckpointGetsNoNewKey() throws {
        let made = try AttestedBook()
        _ = try made.session().writeCheckpoint(of: nil)
        try made.book.folder.damage("UPDATE entry SET at = at + 1 WHERE number = 5")
        let refusal = #expect(throws: SessionError.self) { try made.session(key: 8).replaceLostKey() }
        #expect(refusal?.message.contains("are not those that its checkpoint was signed over") == true)
    }

    static let damages = [
        ("UPDATE epoch SET first_entry = 11 WHERE number = 2", "epoch 2, first_entry"),
        ("UPDATE epoch SET key_check = '00000000' WHERE number = 2", "epoch 2, key_check"),
        ("UPDATE epoch SET key_check = '00000000' WHERE number = 1", "epoch 1, key_check"),
        ("DELETE FROM epoch WHERE number = 2", "epoch 2, first_entry"),
    ]

    @Test(arguments: damages) func theTableOfKeysSaysWhatTheEntriesSay(sql: String, place: String) throws {
        let made = try AttestedBook()
        _ = try made.session().rotateKey(of: nil)
        try made.book.folder.damage(sql)
        let found = try made.differences()
        #expect(found.contains { $0.hasPrefix(place) }, "\(found)")
    }
}
