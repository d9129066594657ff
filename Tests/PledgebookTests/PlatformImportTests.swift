import Accounting
import Crowdfunding
import Imports
import Storage
import Testing

@testable import Pledgebook

/// The exports in Tests/Fixtures/platforms, which a generator beside the format's tests writes, in a book.
@Suite("Platforms' exports in a book") struct PlatformImportTests {
    static let files = [
        "kickstarter-2013", "kickstarter-2025", "stripe-old", "stripe-default", "stripe-all",
        "stripe-semicolons", "shopify", "indiegogo", "gamefound-payments", "gamefound-pledges", "backerkit",
        "woocommerce-orders", "woocommerce-advanced", "woocommerce-analytics", "catarse",
    ]
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    static func fixture(_ name: String) throws -> String {
        String(
            decoding: try BookFolder.bytes("\(root)/Tests/Fixtures/platforms/\(name)"), as: UTF8.self)
    }

    private static func book(_ campaign: String? = nil) throws -> BookFolder {
        let folder = try BookFolder()
        let text = try campaign ?? fixture("campaign.json")
        _ = try folder.session(at: "2026-03-01T00:00:00Z").launch(
            checkCampaign(Array(text.utf8), file: "campaign.json"), seed: 1)
        return folder
    }

    private static func take(
        _ text: String, _ folder: BookFolder, at moment: String, update: Bool = false, map: String? = nil
    ) throws -> ImportSummary {
        let path = folder.path + "/file.csv"
        try folder.write(Array(text.utf8), to: path)
        var options = ImportOptions()
        options.update = update
        options.map = try map.map { try readSourceMap(Array($0.utf8), file: "map.json") }
        return try folder.session(at: moment).importPledges(
            sourceFiles(at: path), name: "file.csv", into: nil, options: options, observer: ImportObserver())
    }

    private static func check(_ folder: BookFolder) throws {
        let session = try folder.session(at: "2026-12-31T12:00:00Z")
        #expect(try session.checkBook(campaign: nil).differences.map(\.description) == [])
        #expect(try rebuildDifferences(session) == [])
    }

    @Test("imported once, and again nothing happens; the book is sound", arguments: files)
    func twice(_ name: String) throws {
        let folder = try Self.book()
        let text = try Self.fixture("\(name).csv")
        let first = try Self.take(text, folder, at: "2026-04-02T12:00:00Z")
        #expect(first.refused == 0, "\(first.problems)")
        #expect(first.placed == first.rows && first.placed > 0)
        let again = try Self.take(text, folder, at: "2026-04-03T12:00:00Z", update: true)
        #expect(again.placed == 0 && again.same == first.rows && again.changed == 0)
        try Self.check(folder)
    }

    @Test("refunds come in with the first file, whole and in part")
    func refunds() throws {
        let folder = try Self.book()
        let summary = try Self.take(
            Self.fixture("shopify.csv"), folder, at: "2026-04-02T12:00:00Z")
        #expect(summary.refundedCount == 8 && summary.refunded > 0)
        try folder.book.read { records in
            let session = try folder.session(at: "2026-12-31T12:00:00Z")
            let number = try session.campaign(nil, in: records).record.number
            var states: [PaymentState: Int] = [:]
            for number1 in 1001...1028 {
                let pledge = try #require(
                    try records.pledge(campaign: number, reference: "SH-\(number1)"))
                let payment = try records.payments(campaign: number, pledge: pledge.number).first?.payment
                states[payment?.state ?? .pledged, default: 0] += 1
                if payment?.state == .refunded { #expect(pledge.state == .canceled) }
            }
            #expect(states[.refunded] == 4 && states[.partiallyRefunded] == 4 && states[.captured] == 8)
            #expect(states[.failed] == 4 && states[.canceled] == 4 && states[.pledged] == 4)
        }
    }

    @Test("a later file with other statuses is booked once")
    func later() throws {
        let folder = try Self.book()
        let text = try Self.fixture("shopify.csv")
        _ = try Self.take(text, folder, at: "2026-04-02T12:00:00Z")
        let changed = text.replacing(",pending,", with: ",paid,").replacing(
            ",partially_paid,", with: ",refunded,")
        let second = try Self.take(changed, folder, at: "2026-04-10T12:00:00Z", update: true)
        #expect(second.changed == 8 && second.contradictions == 0, "\(second.changes.map(\.text))")
        #expect(second.placed == 0 && second.changesAreBooked)
        let third = try Self.take(changed, folder, at: "2026-04-11T12:00:00Z", update: true)
        #expect(third.changed == 0 && third.same == third.rows)
        try Self.check(folder)
    }

    @Test("a bad order of several rows goes to the rejects file whole, and is mended there")
    func rejects() throws {
        let folder = try Self.book()
        let path = folder.path + "/file.csv"
        try folder.write(
            Array(Self.fixture("shopify.csv").replacing(",pending,", with: ",mislaid,").utf8), to: path)
        var options = ImportOptions()
        options.takesGoodRows = true
        let written = Written()
        let rows = RejectedRows { written.bytes += $0 }
        let first = try folder.session(at: "2026-04-02T12:00:00Z").importPledges(
            sourceFiles(at: path), name: "file.csv", into: nil, options: options,
            observer: rows.observer { _, _, _ in })
        try rows.finish()
        #expect(first.placed == 24 && first.refused == 4 && rows.count == 4)
        let text = String(decoding: written.bytes, as: UTF8.self)
        #expect(text.contains("the same order as above,#10"))
        let mended = try Self.take(
            text.replacing(",mislaid,", with: ",pending,"), folder, at: "2026-04-03T12:00:00Z")
        #expect(mended.placed == 4 && mended.refused == 0, "\(mended.problems)")
        try Self.check(folder)
    }

    private final class Written: @unchecked Sendable {
        var bytes: [UInt8] = []
    }

    static let map = """
        { "source": "crowd-supply", "title": "Crowd Supply", "prefix": "CS-",
          "columns": { "reference": "Order", "email": "Mail", "name": "Who", "amount": "Sum",
                       "pledged_at": "When", "status": "State", "reward": "What", "country": "Where" },
          "statuses": { "Shipped": "collected", "Lost": "refunded" },
          "rewards": { "Lamp kit": "one" }, "add_ons": { "Bulbs": "bulb" }, "choices": { "Finish": "LAMP" },
          "address": { "city": "Town" }, "ignore": ["Secret"],
          "time_zone": "America/New_York", "decimal": "," }
        """
    static let mapped = """
        Order,Mail,Who,Sum,When,State,What,Where,Bulbs,Finish,Town,Secret,Other
        11,a@example.org,Ada Elm,"1.079,00",2026-03-05 10:00,Shipped,Lamp kit,Germany,2,Fog,Ulm,x,y
        12,b@example.org,Bo Fern,"85,5",2026-03-06 10:00,pledged,Lamp kit,US,,,,x,
        13,c@example.org,Cy Amsel,"85,00",2026-03-06 10:00,Lost,Nothing,US,,,,x,

        """

    @Test("a mapping file reads any other source")
    func mapping() throws {
        let folder = try Self.book()
        let summary = try Self.take(Self.mapped, folder, at: "2026-04-02T12:00:00Z", map: Self.map)
        #expect(summary.placed == 3 && summary.source == "crowd-supply", "\(summary.problems)")
        #expect(summary.remarks.count == 1 && summary.remarks[0].contains("“Nothing”"))
        #expect(summary.remarks[0].contains("fix: paste \"rewards\": { \"Nothing\""))
        try folder.book.read { records in
            let session = try folder.session(at: "2026-12-31T12:00:00Z")
            let number = try session.campaign(nil, in: records).record.number
            let pledge = try #require(try records.pledge(campaign: number, reference: "CS-11"))
            #expect(pledge.total == 107_900 && pledge.destination == "DE")
            #expect(Timestamp(seconds: pledge.placedAt.seconds) == Timestamp(rfc3339: "2026-03-05T15:00:00Z"))
            let lines = try records.lines(campaign: number, pledge: pledge.number)
            #expect(lines.map(\.id).sorted() == ["LAMP-FOG", "bulb"])
            let backer = try #require(try records.backer(campaign: number, number: pledge.backer))
            #expect(backer.address == #"{"city":"Ulm"}"#)
            #expect(backer.answers == #"{"Other":"y"}"#)
        }
        try Self.check(folder)
    }

    /// What is replaced in the mapping file, and the diagnostics.
    static let badMaps: [(String, String, String)] = [
        (#""decimal": ",""#, #""decimal": ";""#, #"7:45: error: decimal: ";" is not known here"#),
        (#""reference""#, #""refrence""#, #"2:14: error: "refrence" is no column of ours"#),
        (#""America/New_York""#, #""Mars/Base""#, "7:14: error: this machine does not know the time zone"),
        (#""collected""#, #""paid""#, #"4:26: error: "paid" is no status of ours"#),
        (#""one""#, #""six""#, #"5:26: error: rewards.Lamp kit: the campaign has no tier "six""#),
        (#""source""#, #""sauce""#, #"1:3: error: unknown key "sauce""#),
        (#""amount": "Sum","#, "", "2:12: error: no column for amount"),
        (#""Town" }"#, #""Town" "#, "1:1: error: this “{” is never closed"),
    ]

    @Test("what is wrong with a mapping file is said with its place", arguments: badMaps)
    func badMap(old: String, new: String, problem: String) throws {
        let folder = try Self.book()
        let text = Self.map.split(separator: "\n").map {
            $0.trimmingPrefix { $0 == " " }
        }.joined(separator: "\n").replacing(old, with: new)
        let thrown = #expect(throws: FileProblem.self) {
            try Self.take(Self.mapped, folder, at: "2026-04-02T12:00:00Z", map: text)
        }
        let said = thrown?.message ?? ""
        #expect(said.contains("map.json:\(problem)"), "\(said)")
    }

    @Test(
        "a campaign file from an export takes that export without a thing unmapped",
        arguments: files)
    func fromReport(_ name: String) throws {
        let source = try BookFolder()
        let path = source.path + "/\(name).csv"
        try source.write(Array(Self.fixture("\(name).csv").utf8), to: path)
        let id = try #require(CampaignID("made"))
        let zone = try #require(zoneOffsets(named: "Europe/Berlin"))
        let made = try CampaignFromReport(
            at: path, id: id, title: "Made", currency: Currency("USD"), zone: zone)
        let folder = try Self.book(made.text)
        let summary = try Self.take(
            Self.fixture("\(name).csv"), folder, at: "2026-04-05T12:00:00Z")
        #expect(summary.refused == 0, "\(summary.problems)")
        #expect(summary.placed == made.outline.pledges)
        let unmapped = summary.remarks.filter {
            $0.contains("is no tier") || $0.contains("none of the campaign") || $0.contains("neither a tier")
                || $0.contains("named no variant") || $0.contains("looks like the choice")
        }
        #expect(unmapped == [])
        #expect(made.toLookAt.first?.hasPrefix("funding.goal") == true)
        try Self.check(folder)
    }
}
