import Accounting
import Crowdfunding
import Imports
import Parsing
import Testing

@Suite("Kickstarter's backer report")
struct KickstarterFormatTests {
    static let mapping = """
        { "kickstarter": { "rewards": { "9876541": "early-bird", "Double": "duo", "€199": "pair" },
          "add_ons": { "10750435": "keycaps" },
          "choices": { "Which color?": "HAL", "And the second?": "HAL" },
          "time_zone": "America/New_York", "tax": "platform" } }
        """
    static let start = "Backer Number,Backer UID,Backer Name,Email,"
    static let address =
        "Shipping Name,Shipping Address 1,Shipping Address 2,Shipping City,Shipping State,Shipping Postal "
        + "Code,Shipping Country Name,Shipping Country Code"
    static let form2014 =
        start + "Shipping Country,Shipping Amount,Reward Minimum,Pledge Amount,Pledged At,Rewards Sent?,"
        + "Pledged Status,Notes,Survey Response," + address + ",Which color?,Shirt?"
    static let form2018 =
        start
        + "Shipping Country,Shipping Amount,Reward Title,Reward Minimum,Reward ID,Pledge Amount,Pledged At,"
        + "Rewards Sent?,Pledged Status,Notes,Billing State/Province,Billing Country,Survey Response,"
        + address
        + ",Shipping Phone Number,Shipping Delivery Notes"
    static let form2023 =
        start + "Shipping Country,Shipping Amount,Reward Title,Backing Minimum,Reward ID,Bonus Support,"
        + "Pledge Amount,Pledged At,Fulfillment Status,Pledged Status,Notes,Halyard,"
        + "[Addon: 10750435] Extra caps,[Addon: 10750436] BAG,[Addon: 10750437] Cable,Survey Response,"
        + address
        + ",Shipping Phone Number,Shipping Delivery Notes,Which color?,And the second?,Amount Due,Late Pledge"
    static let noReward =
        start + "Pledge Amount,Pledged At,Pledged Status,Notes,Billing State/Province,Billing Country"

    private func read(_ text: String, imports: String = mapping) throws -> Reading {
        try Reading(text, Sample.context(Sample.definition(imports: imports)))
    }

    @Test("2014 to 2017")
    func first() throws {
        let read = try read(
            Self.form2014
                + "\r\n12,192785204,\"Ida \"\"I\"\" "
                + "Ost\",Ida@Example.org,EU,€4.90,€129.00,\"€1,133.90\",\"2026-03-04, "
                + "23:35\",Sent,collected,,\"2026-04-01, 10:00\",Ida Ost,\"Weg 1\nHof "
                + "\"\"B\"\"\",,Ulm,,89073,Germany,DE, SLATE ,\"L\\M\"\r\n")
        #expect(read.faults == [])
        #expect(read.format.source == "kickstarter")
        #expect(read.format.mode == .tells(saysBonus: false, tax: .platform))
        #expect(read.format.remarks == [])
        let order = try #require(read.orders.first)
        #expect(read.text(order.reference) == "KS-12")
        #expect(read.text(order.sourceKey) == "192785204")
        #expect(read.text(order.name) == "Ida \"I\" Ost")
        #expect(read.text(order.email) == "ida@example.org")
        #expect(order.country == countryCode("DE"), "EU is no country, the address says which")
        #expect((order.tier, order.quantity, order.promotion, order.gateway) == (0, 1, -1, 1))
        #expect((order.amount, order.shipping, order.bonus) == (113_390, 490, 0))
        #expect(order.pledgedAt == Timestamp(rfc3339: "2026-03-05T04:35:00Z"))
        #expect(order.status == .collected)
        #expect(read.lines(of: order) == [OrderLine(role: .choice, index: 1, quantity: 1)])
        #expect(
            read.text(order.address) == #"{"name":"Ida Ost","address_1":"Weg 1\nHof \"B\"","city":"Ulm","#
                + #""postal_code":"89073","country_name":"Germany","country_code":"DE"}"#)
        #expect(
            read.text(order.answers)
                == #"{"Rewards Sent?":"Sent","Survey Response":"2026-04-01, 10:00","Shirt?":"L\\M"}"#)
        #expect(read.text(order.row).hasPrefix("12,192785204,"))
        #expect(read.text(order.row).contains(",Ida@Example.org,"), "the row's content is what the file says")
        #expect(read.text(order.row).hasSuffix(#","L\M""#))
    }

    @Test("2018 and 2019")
    func second() throws {
        let read = try read(
            Self.form2018
                + "\n7,1001,Ann,ann@example.org,UK,,Double,€1.00,555,€279.00,\"2018/03/28, 10:27\",,"
                + "errored,a note,BY,DE,,,,,,,,,,,\n")
        #expect(read.faults == [])
        let order = try #require(read.orders.first)
        #expect((order.tier, order.amount, order.shipping) == (2, 27_900, 0))
        #expect(order.country == countryCode("GB"))
        #expect(order.status == .errored)
        #expect(order.pledgedAt == Timestamp(rfc3339: "2018-03-28T15:27:00Z"))
        #expect(order.address == .empty)
        #expect(
            read.text(order.answers)
                == #"{"Notes":"a note","Billing State/Province":"BY","Billing Country":"DE"}"#)
    }

    @Test("2023 on, with what 2025 brought")
    func third() throws {
        let read = try read(
            "\u{FEFF}" + Self.form2023
                + "\n7,1001,Ann,ann@example.org,US,€24.00,?,€129.00,9876541,€3.00,€214.00,"
                + "2026-03-04 10:00:00 -0700,,pledged,,1,2,1,0,,Ann,Street,,Ulm,,1,USA,US,+1 "
                + "555,,slate,Émail,"
                + "€0.00,Yes\n8,1002,Bo,bo@example.org,US,€24.00,?,€279.00,9,,€303.00,2026-03-04 10:00:00 "
                + "-0700,,"
                + "dropped,,2,,,3,,,,,,,,,,,,Slate,SLATE,,\n")
        #expect(read.faults == [])
        #expect(read.format.mode == .tells(saysBonus: true, tax: .platform))
        let order = try #require(read.orders.first)
        #expect((order.tier, order.bonus, order.amount) == (0, 300, 21_400))
        #expect(
            read.lines(of: order) == [
                OrderLine(role: .addOn, index: 0, quantity: 2),
                OrderLine(role: .addOn, index: 1, quantity: 1),
                OrderLine(role: .choice, index: 1, quantity: 1),
                OrderLine(role: .choice, index: 2, quantity: 1),
            ])
        #expect(read.text(order.answers) == #"{"Halyard":"1","Amount Due":"€0.00","Late Pledge":"Yes"}"#)
        #expect(read.text(order.address).hasSuffix(#""country_code":"US","phone":"+1 555"}"#))
        let second = read.orders[1]
        // Two tiers cost 279.00: neither is the only one.
        #expect((second.tier, second.status) == (-1, .dropped))
        #expect(read.lines(of: second) == [])
        #expect(read.text(second.answers).contains(#""[Addon: 10750437] Cable":"3","Reward Title":"?""#))
        #expect(
            read.format.remarks == [
                "The reward “?” (9) is no tier of the campaign: 1 row (f.csv:3) holds it, taken as pledges "
                    + "without a tier.\n"
                    + "  fix: paste \"imports\": { \"kickstarter\": { \"rewards\": { \"9\": \"duo\" } } }; "
                    + "the tiers are early-bird, standard, duo, pair",
                "The add-on “Cable” (10750437) is none of the campaign's: 1 row (f.csv:3) holds it; what it "
                    + "cost is in them as goods or bonus.\n  fix: paste \"imports\": { \"kickstarter\": "
                    + "{ \"add_ons\": { \"10750437\": \"keycaps\" } } }",
            ])
    }

    @Test("the “No reward” file")
    func withoutReward() throws {
        let read = try read(
            Self.noReward + "\n9,1003,Cy,cy@example.org,€5.00,2026-03-04 10:00:00 -0700,collected,,,DE\n")
        #expect(read.faults == [])
        let order = try #require(read.orders.first)
        #expect((order.tier, order.amount, order.country, order.shipping) == (-1, 500, 0, 0))
        #expect(read.format.remarks == [])
    }

    static let statuses: [(String, SourceStatus)] = [
        ("pledged", .pledged), ("collected", .collected), ("Collected", .collected), ("errored", .errored),
        ("error", .errored), ("authentication_required", .errored), ("canceled", .canceled),
        ("cancelled", .canceled), ("dropped", .dropped), ("disputed", .disputed),
    ]

    @Test("statuses", arguments: statuses)
    func status(word: String, status: SourceStatus) throws {
        let read = try read(
            Self.noReward + "\n9,1003,Cy,cy@example.org,€5.00,2026-03-04 10:00:00 -0700,\(word),,,DE\n")
        #expect(read.orders.map(\.status) == [status])
    }

    /// Id, title, minimum and the tier's index.
    static let rewards: [(String, String, String, Int32)] = [
        ("9876541", "One keyboard", "€149.00", 0), ("1", "double", "€149.00", 2), ("1", "x", "€199.00", 3),
        ("1", " one KEYBOARD ", "€5.00", 1), ("1", "x", "€149.00", 1), ("", "", "", -1),
        ("", "", "€0.00", -1),
        ("1", "x", "€279.00", -1), ("1", "x", "$149.00", -1),
    ]

    @Test("a tier is found by the mapping, the title, the only one of that price", arguments: rewards)
    func reward(id: String, title: String, minimum: String, tier: Int32) throws {
        let row =
            "7,1001,Ann,ann@example.org,DE,,\(title),\(minimum),\(id),€1.00,2026-03-04 10:00:00 -0700,,"
            + "pledged,,,,,,,,,,,,,,\n"
        let read = try read(Self.form2018 + "\n" + row + row)
        #expect(read.faults == [])
        #expect(read.orders.map(\.tier) == [tier, tier])
        let isMapped = tier >= 0 || title.isEmpty
        #expect(read.format.remarks.count == (isMapped ? 0 : 1))
        if !isMapped { #expect(read.format.remarks[0].contains("2 rows (the first: f.csv:2) hold it")) }
    }

    /// The cell's place among the columns of the “No reward” file, what stands in it, and the fault.
    static let bad: [(Int, String, String)] = [
        (0, "", "2:1 reference"), (0, "a b", "2:1 reference"), (1, "", "2:3 reference"),
        (3, "", "2:11 email"),
        (3, "a b@c", "2:11 email"), (4, "", "2:26 amount"), (4, "$5.00", "2:26 currency"),
        (4, "€-5.00", "2:26 amount"), (4, "5.001", "2:26 amount"), (5, "", "2:33 time"),
        (5, "2026-02-30 10:00", "2:33 time"), (6, "", "2:59 status"), (6, "paid", "2:59 status"),
        (7, "4111111111111111", "2:67 card-number"), (7, "'4111 1111 1111 1111", "2:67 card-number"),
        (7, "a,b", "2:1 columns"),
    ]

    @Test("refuses what cannot be read, at its place", arguments: bad)
    func badCell(column: Int, cell: String, fault: String) throws {
        var cells = [
            "9", "1003", "Cy", "cy@example.org", "€5.0", "2026-03-04 10:00:00 -0700", "pledged", "", "", "DE",
        ]
        cells[column] = cell
        let read = try read(Self.noReward + "\n" + cells.joined(separator: ",") + "\n")
        #expect(read.faults == [fault])
        #expect(read.orders.isEmpty)
        #expect(
            cell.count < 13 || !read.rejected[0].diagnostic.text.contains(cell), "values are not repeated")
        if fault.hasSuffix("status") {
            #expect(read.rejected[0].diagnostic.remedy.contains("collected, errored"))
        }
    }

    @Test("an odd e-mail address refuses nothing")
    func oddEmail() throws {
        let read = try read(
            Self.noReward + "\n9,1003,Cy,Deleted-Account,€5.00,2026-03-04 10:00:00 -0700,collected,,,DE\n")
        #expect(read.orders.map { read.text($0.email) } == ["deleted-account"])
    }

    @Test("the zone is asked for once, and only where it is needed")
    func zone() throws {
        let row = "9,1003,Cy,cy@example.org,€5.00,\"2026/07/01, 00:00\",collected,,,DE\n"
        let definition = try Sample.definition()
        let context = ImportContext(definition: definition, zone: Sample.berlin)
        let first = try Reading(Self.noReward + "\n" + row + row, context)
        #expect(first.orders[0].pledgedAt == Timestamp(rfc3339: "2026-06-30T22:00:00Z"))
        #expect(first.format.remarks.count == 1)
        #expect(
            first.format.remarks[0].contains("Europe/Berlin") && first.format.remarks[0].contains("time_zone")
        )
        let second = try Reading(Self.noReward + "\n" + row, context, after: first.format)
        #expect(second.format.remarks == first.format.remarks)
        let exact = row.replacing("\"2026/07/01, 00:00\"", with: "2026-07-01 00:00:00 -0700")
        #expect(try Reading(Self.noReward + "\n" + exact, context).format.remarks == [])
        let skipped = row.replacing("2026/07/01, 00:00", with: "2026/03/29, 02:30")
        let refused = try Reading(Self.noReward + "\n" + skipped, context)
        #expect(refused.faults == ["2:34 time"])
        #expect(refused.rejected[0].diagnostic.remedy.contains("imports.kickstarter.time_zone"))
    }

    @Test("answers that are no variant, and questions that look like a choice, are listed")
    func choices() throws {
        let row = "12,1,I,i@example.org,DE,,€129.00,€129.00,2026-03-04 10:00:00 -0700,,pledged,,,,,,,,,,"
        let text = Self.form2014 + "\n" + row + ",Black,small\n" + row + ",black,Small\n"
        let read = try read(text)
        #expect(read.faults == [])
        #expect(read.orders.map { read.lines(of: $0).count } == [0, 0])
        #expect(read.text(read.orders[0].answers) == #"{"Which color?":"Black","Shirt?":"small"}"#)
        #expect(
            read.format.remarks == [
                "2 answers (the first: f.csv:2) to “Which color?” named no variant of HAL; those units stay "
                    + "open.\n"
                    + "  fix: the variants are Slate, Émail",
                "“Shirt?” looks like the choice of a variant of BAG: 2 rows (the first: f.csv:2) named one.\n"
                    + "  fix: paste "
                    + #""imports": { "kickstarter": { "choices": { "Shirt?": "BAG" } } }"#,
            ])
    }

    @Test("many unknown rewards are listed shortly")
    func manyRewards() throws {
        var text = Self.form2018 + "\n"
        for id in 1...150 {
            text +=
                "7,1001,Ann,ann@example.org,DE,,x\(id),€7.00,\(id),€1.00,2026-03-04 10:00:00 -0700,,"
                + "pledged,,,,,,,,,,,,,,\n"
        }
        let remarks = try read(text).format.remarks
        #expect(remarks.count == 11)
        #expect(remarks.last?.hasPrefix("140 rows more hold still other rewards") == true)
    }

    @Test("a survey may ask again what Kickstarter knows")
    func repeatedNames() throws {
        let read = try read(
            Self.noReward + ",Email,Color?,Color?\n9,1003,Cy,cy@example.org,€5.00,2026-03-04 10:00:00 -0700,"
                + "collected,,,,other@example.org,a,b\n")
        #expect(read.orders.map { read.text($0.email) } == ["cy@example.org"])
        #expect(
            read.orders.map { read.text($0.answers) }
                == [#"{"Email":"other@example.org","Color?":"a","Color? (2)":"b"}"#])
    }

    @Test("an export with invented people whose values are hard on purpose")
    func fake() throws {
        let definition = try Sample.definition(currency: "AUD")
        let files = try sourceFiles(at: SourceFileTests.fake + "/backer-report.zip")
        var total: Int64 = 0
        var statuses: [SourceStatus: Int] = [:]
        var countries: [String: Int] = [:]
        var previous: (any PledgeFormat)?
        for file in files {
            let read = try Reading(file.read(), Sample.context(definition), file: file.name, after: previous)
            #expect(read.faults == [])
            #expect(read.orders.count == 50)
            for order in read.orders {
                total += order.amount
                statuses[order.status, default: 0] += 1
                countries[countryText(order.country), default: 0] += 1
                for json in [order.answers, order.address] where !json.isEmpty {
                    #expect(throws: Never.self) {
                        try JSONDocument.parse(Array(read.bytes[json.range]), file: "").get()
                    }
                }
            }
            previous = read.format
        }
        #expect(total == 475_128)
        #expect(statuses == [.collected: 50, .errored: 50])
        #expect(countries == ["": 55, "AU": 12, "US": 17, "GB": 16])
        let remarks = try #require(previous?.remarks)
        #expect(remarks.first?.contains("no time zone") == true)
        #expect(remarks.count == 12)
        #expect(remarks.last?.hasPrefix("40 rows more hold") == true)
    }
}
