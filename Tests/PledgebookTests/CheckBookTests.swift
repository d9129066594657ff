import Accounting
import Crowdfunding
import Receipts
import Storage
import Testing

@testable import Pledgebook

@Suite struct CheckBookTests {
    private static let rows = """
        pledge_id,backer_name,email,country,tier,quantity,add_ons,promotion,bonus,pledged_at,payment_method,\
        payment_reference,status
        P-1,Ana,ana@example.org,DE,standard,1,,,,2026-03-03T09:30:00Z,recorded,pay-1,collected
        P-2,Bo,bo@example.org,ES,early-bird,1,bulb:2,,,2026-03-03T09:31:00Z,recorded,pay-2,collected
        P-3,Cy,cy@example.org,FR,standard,2,,FRIENDS10,5.00,2026-03-03T09:32:00Z,recorded,,pledged
        P-4,Di,di@example.org,US,standard,1,,,,2026-03-03T09:33:00Z,recorded,,canceled
        P-5,Ed,ed@example.org,DE,standard,1,bulb:1,,,2026-03-03T09:34:00Z,recorded,,errored
        P-6,Fi,fi@example.org,DE,,1,,,25.00,2026-03-03T09:35:00Z,recorded,pay-6,collected

        """

    /// A launched campaign with pledges in every state that a file tells of.
    static func smallBook() throws -> BookFolder {
        let folder = try BookFolder()
        try folder.launch("aurora-lamp", at: "2026-03-01T12:00:00Z")
        let summary = try folder.importRows(Array(rows.utf8), at: "2026-04-02T12:00:00Z")
        try #require(summary.placed == 6, "\(summary.problems)")
        return folder
    }

    /// The same, with a pledge that was canceled later.
    static func changedBook() throws -> BookFolder {
        let folder = try smallBook()
        _ = try folder.session(at: "2026-04-02T13:00:00Z").cancelPledge("P-5", in: nil, override: "asked for")
        return folder
    }

    @Test func aBookThatTheProgramWroteIsSound() throws {
        let folder = try Self.smallBook()
        let check = try folder.session(at: "2026-04-03T12:00:00Z").checkBook(campaign: nil)
        #expect(check.differences.map(\.description) == [])
        #expect(check.fileFaults == [])
        #expect(check.isSound)
        let campaign = try #require(check.campaigns.first)
        #expect(campaign.pledges == 6)
        #expect(campaign.entries == 13)
        #expect(campaign.payments == 5)
        #expect(campaign.chain == .whole)
    }

    @Test func withoutTheKeyItSaysThatTheChainIsNotProven() throws {
        let folder = try Self.smallBook()
        let check = try folder.session(at: "2026-04-03T12:00:00Z", key: nil).checkBook(campaign: nil)
        #expect(check.isSound)
        #expect(check.campaigns.first?.chain == .keyMissing)
    }

    @Test func aWrongKeyIsNotTakenForATamperedBook() throws {
        let folder = try Self.smallBook()
        let other = try #require(MasterKey([UInt8](repeating: 8, count: 32)))
        let check = try folder.session(at: "2026-04-03T12:00:00Z", key: other).checkBook(campaign: nil)
        #expect(check.campaigns.first?.chain == .otherKey)
        #expect(check.differences.map(\.description) == [])
        #expect(!check.isSound)
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        var sql: String
        var table: String
        var key: String
        var column: String
        var testDescription: String { sql }

        init(_ sql: String, _ table: String, _ key: String, _ column: String) {
            (self.sql, self.table, self.key, self.column) = (sql, table, key, column)
        }
    }

    private static let damages = [
        Damage("UPDATE entry SET goods = goods + 100 WHERE number = 3", "entry", "3", "tag"),
        Damage("UPDATE entry SET at = at + 1 WHERE number = 13", "entry", "13", "tag"),
        Damage("UPDATE entry SET kind = 9 WHERE kind = 8", "entry", "9", "tag"),
        Damage(
            "UPDATE entry SET detail = replace(detail, 'qty=1', 'qty=7') WHERE number = 3", "entry", "3",
            "tag"),
        Damage("UPDATE entry SET kind = 999 WHERE number = 3", "entry", "3", "kind"),
        Damage("DELETE FROM entry WHERE number = 4", "entry", "4", "number"),
        Damage("DELETE FROM entry WHERE number = 13", "campaign", "aurora-lamp", "head"),
        Damage("UPDATE entry SET tag = zeroblob(32) WHERE number = 4", "entry", "4", "tag"),
        Damage("UPDATE entry SET tag = zeroblob(32) WHERE number = 13", "campaign", "aurora-lamp", "tag"),
        Damage("UPDATE campaign SET tag = zeroblob(32)", "campaign", "aurora-lamp", "tag"),
        Damage("UPDATE campaign SET head = 12", "campaign", "aurora-lamp", "head"),
        Damage("UPDATE campaign SET state = 'funded'", "campaign", "aurora-lamp", "state"),
        Damage("UPDATE campaign SET succeeded = 1", "campaign", "aurora-lamp", "succeeded"),
        Damage("UPDATE campaign SET closed_at = 5", "campaign", "aurora-lamp", "closed_at"),
        Damage("UPDATE campaign SET seed = 5", "campaign", "aurora-lamp", "seed"),
        Damage("UPDATE campaign SET first_pledge = 5", "campaign", "aurora-lamp", "first_pledge"),
        Damage("UPDATE epoch SET key_check = '00000000'", "epoch", "1", "key_check"),
        Damage("DELETE FROM epoch", "epoch", "1", "first_entry"),
        Damage("UPDATE amendment SET at = at + 1", "amendment", "1", "at"),
        Damage("UPDATE definition SET text = text || ' '", "definition", "", "text"),
        Damage("PRAGMA foreign_keys = OFF; DELETE FROM definition", "definition", "", "digest"),
        Damage("UPDATE pledge SET goods = goods + 1 WHERE reference = 'P-3'", "pledge", "P-3", "goods"),
        Damage("UPDATE pledge SET bonus = bonus + 1 WHERE reference = 'P-3'", "pledge", "P-3", "bonus"),
        Damage("UPDATE pledge SET tier = 2 WHERE reference = 'P-3'", "pledge", "P-3", "tier"),
        Damage("UPDATE pledge SET promotion = NULL WHERE reference = 'P-3'", "pledge", "P-3", "promotion"),
        Damage("UPDATE pledge SET quantity = 9 WHERE reference = 'P-3'", "pledge", "P-3", "quantity"),
        Damage(
            "UPDATE pledge SET destination = 'CH' WHERE reference = 'P-3'", "pledge", "P-3", "destination"),
        Damage("UPDATE pledge SET method = 'pm_x' WHERE reference = 'P-1'", "pledge", "P-1", "method"),
        Damage("UPDATE pledge SET gateway = 2 WHERE reference = 'P-1'", "pledge", "P-1", "gateway"),
        Damage("UPDATE pledge SET state = 1 WHERE reference = 'P-4'", "pledge", "P-4", "state"),
        Damage("UPDATE pledge SET state = 4 WHERE reference = 'P-1'", "pledge", "P-1", "state"),
        Damage("UPDATE pledge SET placed_at = 1 WHERE reference = 'P-1'", "pledge", "P-1", "placed_at"),
        Damage("UPDATE pledge SET reference = 'P-9' WHERE reference = 'P-1'", "pledge_key", "P-9", "hash"),
        Damage(
            "PRAGMA foreign_keys = OFF; DELETE FROM pledge WHERE reference = 'P-3'", "pledge", "", "number"),
        Damage("UPDATE line SET quantity = 3 WHERE quantity = 2", "line", "P-2", "quantity"),
        Damage("DELETE FROM line WHERE quantity = 2", "line", "P-2", "quantity"),
        Damage(
            "UPDATE pledge_total SET amount = amount + 1 WHERE state = 2", "pledge_total",
            "canceled, payment canceled, gateway 1, tier 1, paid nothing", "amount"),
        Damage(
            "DELETE FROM pledge_total WHERE payment = -1", "pledge_total",
            "placed, payment none, gateway 1, tier 1, paid nothing", "count"),
        Damage(
            "UPDATE line_total SET units = 7 WHERE paid = 2", "line_total", "add-on bulb, placed, paid all",
            "units"),
        Damage(
            "DELETE FROM line_total WHERE paid = 0", "line_total", "add-on bulb, placed, paid nothing",
            "units"),
        Damage(
            "INSERT INTO line SELECT 1, number, 1, 'bulb', 1 FROM pledge LIMIT 1", "line", "P-1", "quantity"),
        Damage("UPDATE payment SET captured = captured - 1 WHERE captured > 0", "payment", "P-1", "captured"),
        Damage("UPDATE payment SET state = 33 WHERE captured > 0", "payment", "P-1", "state"),
        Damage("UPDATE payment SET excess = 5 WHERE captured > 0", "payment", "P-1", "excess"),
        Damage("UPDATE payment SET ending = 8, state = 6 WHERE ending = 9", "payment", "P-4", "ending"),
        Damage("DELETE FROM payment WHERE captured > 0", "payment", "P-1", "captured"),
        Damage("UPDATE offer SET taken = taken + 1 WHERE id = 'standard'", "offer", "standard", "taken"),
        Damage("UPDATE offer SET taken = taken + 1 WHERE id = 'bulb'", "offer", "bulb", "taken"),
        Damage("UPDATE offer SET taken = 0 WHERE id = 'FRIENDS10'", "offer", "FRIENDS10", "taken"),
        Damage(
            "UPDATE daily SET goods = goods + 1 WHERE kind = 130", "daily", "2026-03-31 captured", "goods"),
        Damage(
            "UPDATE daily SET count = count + 1 WHERE kind = 130", "daily", "2026-03-31 captured", "count"),
        Damage("DELETE FROM daily WHERE kind = 130", "daily", "2026-03-31 captured", "count"),
        Damage(
            "INSERT INTO allocation SELECT 1, number, 'BULB', '', 1, 1 FROM pledge LIMIT 1", "allocation",
            "P-1 BULB stock", "shipped"),
        Damage(
            "INSERT INTO allocation SELECT 1, number, 'BULB', '', 9999999, 0 FROM pledge LIMIT 1",
            "allocation", "stock BULB", "quantity"),
        Damage("INSERT INTO run VALUES (1, 'batch-9', 'launched', 1, 2, 3, 4)", "run", "batch-9", "id"),
        Damage("DELETE FROM pledge_key WHERE number = 3", "pledge_key", "P-1", "hash"),
        Damage("UPDATE pledge_key SET hash = 1 WHERE number = 3", "pledge_key", "P-1", "hash"),
        Damage("INSERT INTO pledge_key VALUES (1, 5, 99, 0)", "pledge_key", "99", "number"),
        Damage("DELETE FROM backer_key WHERE number = 1", "backer_key", "1", "hash"),
        Damage("UPDATE backer SET email = 'eve@example.org' WHERE number = 1", "backer_key", "1", "hash"),
        Damage(
            """
            INSERT INTO operation VALUES (1, 3, 1, 2, 1, 100, 0, 0, 0), (1, 3, 1, 5, 1, 100, 0, 0, 0)
            """, "operation", "P-1", "state"),
        Damage(
            "INSERT INTO operation VALUES (1, 3, 1, 5, 1, 9223372036854775807, 2, 0, 0)", "payment", "P-1",
            "state"),
    ]

    /// Of rows that say both what was placed and what its entry signed.
    static let placingDamages =
        [
            "goods = goods + 1", "bonus = bonus + 1", "shipping = shipping + 1", "tax = tax + 1",
            "method = 'pm_x'", "placed_at = 9", "gateway = 2", "at = at + 1", "day = day + 1",
            "detail = detail || 'x'",
            "tag = zeroblob(32)", "reference = 'P-9'", "goods = goods - 1, tax = tax + 1",
        ].map { Damage("UPDATE placing SET \($0) WHERE reference = 'P-3'", "entry", "7", "tag") } + [
            Damage("DELETE FROM placing WHERE reference = 'P-3'", "entry", "7", "number"),
            Damage("UPDATE placing SET tag = NULL WHERE reference = 'P-3'", "entry", "7", "number"),
            Damage("UPDATE placing SET number = 70 WHERE number = 7", "entry", "7", "number"),
            Damage(
                "INSERT INTO entry SELECT campaign, number, kind, pledge, instalment, run, at, day, goods, "
                    + "shipping, tax, fee, other, reverses, reference, detail, tag FROM journal "
                    + "WHERE number = 7", "entry", "7", "number"),
        ]

    /// Of what has become of pledges since.
    private static let changedDamages = [
        Damage("UPDATE placing SET tier = 2 WHERE reference = 'P-3'", "pledge", "P-3", "tier"),
        Damage("UPDATE placing SET quantity = 9 WHERE reference = 'P-3'", "pledge", "P-3", "quantity"),
        Damage("UPDATE placing SET state = 2 WHERE reference = 'P-3'", "pledge", "P-3", "state"),
        Damage("DELETE FROM changed_pledge", "pledge", "P-5", "state"),
        Damage("UPDATE changed_pledge SET state = 1", "pledge", "P-5", "state"),
        Damage("UPDATE changed_pledge SET goods = goods + 1", "pledge", "P-5", "goods"),
        Damage(
            "INSERT INTO changed_pledge SELECT campaign, number, tier, promotion, quantity, destination, "
                + "goods, shipping, tax, bonus, method, 4 FROM placing WHERE reference = 'P-1'", "pledge",
            "P-1", "state"),
    ]

    @Test(
        "damage to what was placed, and to what has become of it, is found and named",
        arguments: placingDamages + changedDamages)
    func damageToPlacings(_ damage: Damage) throws {
        try Self.expectFound(damage, in: Self.changedBook(), asEarlier: false)
    }

    @Test("damage is found and named, in a book of an earlier version too", arguments: damages)
    func damageIsFoundAndNamed(_ damage: Damage) throws {
        try Self.expectFound(damage, in: Self.smallBook(), asEarlier: true)
    }

    private static func expectFound(_ damage: Damage, in folder: BookFolder, asEarlier: Bool) throws {
        try folder.damage(damage.sql, asEarlier: asEarlier)
        let check = try folder.session(at: "2026-04-03T12:00:00Z").checkBook(campaign: nil)
        let found = check.differences.contains {
            $0.table == damage.table && $0.column == damage.column
                && ($0.key == damage.key || damage.key.isEmpty)
        }
        #expect(found, "\(check.differences.map(\.description))")
        #expect(!check.isSound)
        // Receipts name pledges by their references, and sign them.
        let isSigned = ["entry", "epoch"].contains(damage.table) || ["head", "tag"].contains(damage.column)
        #expect(check.campaigns.first?.chain == (isSigned || damage.key == "P-9" ? .broken : .whole))
    }

    @Test func everyDifferenceIsCountedAndTwentyAreKept() throws {
        let folder = try Self.smallBook()
        try folder.damage(
            """
            UPDATE pledge SET goods = goods - 1, tax = tax + 1, placed_at = 1, method = 'x',
              destination = 'CH' WHERE goods > 0
            """
        )
        let check = try folder.session(at: "2026-04-03T12:00:00Z").checkBook(campaign: nil)
        #expect(check.differenceCount == 25)
        #expect(check.differences.count == 20)
        let first = try #require(check.differences.first)
        #expect(first.description == "pledge P-1, goods: the book says 8318, the journal 8319 (entry 3)")
    }

    /// Only a file that was written to byte by byte can hold such a value; reading it as text would be fatal.
    @Test func aValueThatItsTableForbidsIsNamedAndNotRead() throws {
        let folder = try Self.smallBook()
        let (forbids, allows) = ("currency   TEXT NOT NULL", "currency   TEXT")
        for (old, new) in [(forbids, allows), (allows, forbids)] {
            try folder.damage(
                """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = replace(sql, '\(old)', '\(new)')
                  WHERE name = 'campaign'
                """, asEarlier: false)
            if new == allows { try folder.damage("UPDATE campaign SET currency = NULL", asEarlier: false) }
        }
        let check = try Book(opening: folder.book.path).read { try $0.fileFaults() }
        #expect(check == ["NULL value in campaign.currency"])
        let session = try folder.session(at: "2026-04-03T12:00:00Z")
        let found = try session.checkBook(campaign: nil)
        #expect(found.fileFaults == check)
        #expect(!found.isSound)
    }

    @Test func anUnknownCampaignIsRefused() throws {
        let folder = try Self.smallBook()
        let session = try folder.session(at: "2026-04-03T12:00:00Z")
        #expect(throws: SessionError.unknownCampaign("other", known: ["aurora-lamp"])) {
            try session.checkBook(campaign: CampaignID("other"))
        }
    }

    /// Rehearsals with everything a gateway does wrong, closed again and again until nothing is left.
    @Test(arguments: [(1, 30), (2, 900), (3, 900)] as [(UInt64, Int)])
    func aClosingLeavesASoundBook(_ seed: UInt64, _ count: Int) throws {
        let folder = try BookFolder()
        try folder.launch("aurora-lamp", at: "2026-03-01T12:00:00Z", seed: seed)
        let definition = try folder.session(at: "2026-03-01T12:00:00Z").campaign(nil).definition
        var rows: [UInt8] = []
        try SamplePledges(definition: definition, seed: seed).write(count: count) { span in
            for index in span.indices { rows.append(span[index]) }
        }
        let summary = try folder.importRows(rows, at: "2026-03-31T18:30:00Z")
        try #require(summary.placed == Int64(count), "\(summary.problems)")
        for moment in [
            "2026-03-31T20:00:00Z", "2026-04-03T09:00:00Z", "2026-04-09T09:00:00Z", "2026-04-20T09:00:00Z",
        ] {
            let session = try folder.session(at: moment)
            let state = try session.campaign(CampaignID("aurora-lamp")).record.state
            if [.unfunded, .canceled, .finished].contains(state) { break }
            _ = try session.closeCampaign(CampaignID("aurora-lamp"))
            let check = try session.checkBook(campaign: nil)
            #expect(check.differences.map(\.description) == [], "seed \(seed), closed at \(moment)")
            #expect(check.isSound)
        }
    }
}
