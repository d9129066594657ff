import Accounting
import Crowdfunding
import Testing

@testable import Pledgebook

@Suite("Kickstarter reports with invented backers") struct KickstarterReportTests {
    private static let start = "Backer Number,Backer UID,Backer Name,Email,Shipping Country,Shipping Amount,"
    private static let address =
        "Shipping Name,Shipping Address 1,Shipping Address 2,Shipping City,Shipping State,"
        + "Shipping Postal Code,Shipping Country Name,Shipping Country Code"
    static let digests: [UInt64] = [0xDB13_5458_96E1_823B, 0x35CA_CEF7_4BAA_B76C, 0x936B_45A6_0C24_5A98]
    private static let questions = ",Which color?,Which color for the second one?"

    static let headers: [(KickstarterReport.Form, String)] = [
        (
            .from2014,
            start
                + "Reward Minimum,Pledge Amount,Pledged At,Rewards Sent?,Pledged Status,Notes,"
                + "Survey Response," + address + questions
        ),
        (
            .from2018,
            start
                + "Reward Title,Reward Minimum,Reward ID,Pledge Amount,Pledged At,Rewards Sent?,"
                + "Pledged Status,Notes,Billing State/Province,Billing Country,Survey Response," + address
                + ",Shipping Phone Number,Shipping Delivery Notes" + questions
        ),
        (
            .from2023,
            "\u{FEFF}" + start
                + "Reward Title,Backing Minimum,Reward ID,Bonus Support,Pledge Amount,Pledged At,"
                + "Fulfillment Status,Pledged Status,Notes,Halyard 65,Walnut wrist rest,"
                + "[Addon: 10750435] Walnut wrist rest,Survey Response," + address
                + ",Shipping Phone Number,Shipping Delivery Notes" + questions
        ),
    ]

    @Test("header lines are Kickstarter's", arguments: headers)
    func header(form: KickstarterReport.Form, header: String) throws {
        let files = try files(form)
        #expect(files.count == 4)
        let line = files[0].bytes.prefix { $0 != UInt8(ascii: "\n") }
        #expect(Array(line) == Array(header.utf8))
        let last = String(decoding: try #require(files.last).bytes, as: UTF8.self)
        #expect(
            last.contains(
                "Backer Number,Backer UID,Backer Name,Email,Pledge Amount,Pledged At,Pledged Status,Notes,"
                    + "Billing State/Province,Billing Country\n"))
    }

    @Test("files are named as Kickstarter names them")
    func names() throws {
        #expect(
            try files(.from2014).map(\.name) == [
                "Kickstarter Backer Report - €129 - Apr 02 06pm.csv",
                "Kickstarter Backer Report - €149 - Apr 02 06pm.csv",
                "Kickstarter Backer Report - €279 - Apr 02 06pm.csv",
                "Kickstarter Backer Report - No reward - Apr 02 06pm.csv",
            ])
        #expect(try files(.from2023).first?.name == "129.00 EUR Reward - Apr 02 06pm.csv")
    }

    @Test(
        "a report is the same bytes again",
        arguments: zip(KickstarterReport.Form.allCases, digests))
    func sameBytes(form: KickstarterReport.Form, digest: UInt64) throws {
        #expect(SampleReading.digest(try files(form).flatMap(\.bytes)) == digest)
    }

    @Test("amounts are reward, add-ons, shipping and bonus together")
    func amounts() throws {
        for row in try rows(.from2023) where row["Backing Minimum"] != nil {
            let rests = Int64(row["[Addon: 10750435] Walnut wrist rest"] ?? "") ?? 0
            let sum =
                try amount(row, "Backing Minimum") + amount(row, "Shipping Amount")
                + amount(row, "Bonus Support") + rests * 2_400
            #expect(try sum == amount(row, "Pledge Amount"))
        }
    }

    @Test("backers are told apart, with gaps where somebody canceled")
    func numbers() throws {
        let rows = try rows(.from2018)
        let numbers = rows.compactMap { Int($0["Backer Number"] ?? "") }
        #expect(Set(numbers).count == 600)
        #expect(Set(rows.compactMap { $0["Backer UID"] }).count == 600)
        #expect((numbers.max() ?? 0) > 610)
        #expect(rows.contains { ($0["Shipping Address 1"] ?? "").contains("\n") })
        #expect(rows.contains { ($0["Notes"] ?? "").contains("\"") })
    }

    @Test(
        "statuses follow the stage",
        arguments: [
            (.live, ["canceled", "pledged"]), (.charging, ["canceled", "collected", "errored", "pledged"]),
            (.settled, ["canceled", "collected", "dropped", "errored"]),
        ] as [(KickstarterReport.Stage, [String])])
    func statuses(stage: KickstarterReport.Stage, expected: [String]) throws {
        let files = try KickstarterReport(
            definition: SampleCampaigns.keyboard, seed: 7, form: .from2018, stage: stage
        ).files(count: 2_000)
        let rows = files.flatMap { SampleReading.rows($0.bytes) }
        #expect(Set(rows.compactMap { $0["Pledged Status"] }).sorted() == expected)
        #expect(stage == .live ? rows.count < 2_000 : rows.count == 2_000)
    }

    @Test("only the status changes from charging to settled")
    func stages() throws {
        let charging = try rows(.from2023)
        let settled = try rows(.from2023, .settled)
        #expect(charging.count == settled.count)
        for (before, after) in zip(charging, settled) {
            let changed = before.keys.filter { before[$0] != after[$0] }
            #expect(changed.isEmpty || changed == ["Pledged Status"])
        }
        #expect(charging != settled)
    }

    @Test(
        "amounts are written as Kickstarter writes them",
        arguments: [
            ("EUR", "€1,234.00"), ("USD", "$1,234.00"), ("AUD", "$1,234.00 AUD"), ("SEK", "SEK 1,234.00"),
            ("GBP", "£1,234.00"), ("JPY", "¥123,400"),
        ])
    func money(code: String, text: String) {
        var campaign = SampleCampaigns.keyboard
        campaign.currency = SampleCampaigns.currency(code)
        let rows = KickstarterRows(campaign, [], seed: 1, form: .from2018, stage: .live, .utc)
        #expect(rows.money(123_400) == text)
    }

    @Test("dates are written in the zone that was asked for")
    func zone() throws {
        let early = ZoneOffsets(name: "test", initial: -5 * 3_600, transitions: [])
        let report = KickstarterReport(
            definition: SampleCampaigns.keyboard, seed: 7, form: .from2018, stage: .charging, zone: early)
        let there = try report.files(count: 600).flatMap { SampleReading.rows($0.bytes) }
        #expect(there[0]["Pledged At"] == "2026/03/02, 03:05")
        #expect(try rows(.from2018)[0]["Pledged At"] == "2026/03/02, 08:05")
    }

    @Test("a count out of bounds is refused", arguments: [0, KickstarterReport.largestCount + 1])
    func countOutOfBounds(count: Int) {
        #expect(throws: SamplePledgesProblem.countOutOfBounds(count, largest: KickstarterReport.largestCount))
        {
            try KickstarterReport(definition: SampleCampaigns.lamp, seed: 1, form: .from2014).files(
                count: count)
        }
    }

    private func files(
        _ form: KickstarterReport.Form, _ stage: KickstarterReport.Stage = .charging
    ) throws -> [KickstarterReport.File] {
        try KickstarterReport(definition: SampleCampaigns.keyboard, seed: 7, form: form, stage: stage)
            .files(count: 600)
    }

    private func rows(
        _ form: KickstarterReport.Form, _ stage: KickstarterReport.Stage = .charging
    ) throws -> [[String: String]] {
        try files(form, stage).flatMap { file in
            SampleReading.rows(
                file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(file.bytes.dropFirst(3)) : file.bytes)
        }
    }

    private func amount(_ row: [String: String], _ column: String) throws -> Int64 {
        try parseAmount((row[column] ?? "").filter { $0 != "€" && $0 != "," }, exponent: 2)
    }
}
