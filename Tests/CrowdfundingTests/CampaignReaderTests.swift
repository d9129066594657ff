import Accounting
import Crowdfunding
import Parsing
import Testing

@Suite("Campaign files") struct CampaignReaderTests {
    /// The seven required lines, and an item to refer to.
    static let small = """
        {
          "id": "lamp",
          "title": "Lamp",
          "currency": "EUR",
          "time_zone": "Europe/Berlin",
          "closes_at": "2026-03-31T20:00:00+02:00",
          "funding": { "goal": "40000.00" },
          "tiers": [{ "id": "standard", "title": "One lamp", "price": "99.00", "contains": { "LAMP": 1 } }],
          "items": [{ "sku": "LAMP", "unit_cost": "31.50" }]
        }
        """

    struct Golden: Sendable, CustomTestStringConvertible {
        let before: String
        let after: String
        let problems: [String]
        var testDescription: String { after }
        init(_ before: String, _ after: String, _ problems: String...) {
            self.before = before
            self.after = after
            self.problems = problems
        }
    }

    static let amounts: [Golden] = [
        Golden(
            "\"99.00\"", "\"79.0\"",
            "lamp.json:8:63: error: tiers[0].price: \"79.0\" has 1 decimal, EUR has 2\n  fix: write \"79.00\""
        ),
        Golden(
            "\"99.00\"", "\"79\"",
            "lamp.json:8:63: error: tiers[0].price: \"79\" has no decimals, EUR has 2\n  fix: write \"79.00\""
        ),
        Golden(
            "\"99.00\"", "79",
            "lamp.json:8:63: error: tiers[0].price: 79 is a number, an amount is a string\n"
                + "  fix: put it in quotes: \"79.00\""),
        Golden(
            "\"99.00\"", "\"79,00 €\"",
            "lamp.json:8:63: error: tiers[0].price: \"79,00 €\" is not an amount\n"
                + "  fix: write digits with a dot and no other signs, for example \"79.00\""),
        Golden(
            "\"99.00\"", "\"-79.00\"",
            "lamp.json:8:63: error: tiers[0].price: \"-79.00\" is negative\n"
                + "  fix: write an amount of zero or more"
        ),
        Golden(
            "\"99.00\"", "\"0.00\"",
            "lamp.json:8:63: error: tiers[0].price: \"0.00\" is not above zero\n"
                + "  fix: write an amount above zero"
        ),
        Golden(
            "\"99.00\"", "\"10000000000.01\"",
            "lamp.json:8:63: error: tiers[0].price: \"10000000000.01\" is too large\n"
                + "  fix: amounts go up to 10000000000.00"),
        Golden(
            "\"40000.00\"", "null",
            "lamp.json:7:24: error: funding.goal: null is not an amount in quotes\n"
                + "  fix: leave the key out, or write \"79.00\""),
        Golden(
            "\"31.50\" }]\n", "\"31.50\" }], \"tax\": { \"rates\": { \"DE\": \"19%\" } }\n",
            "lamp.json:9:81: error: tax.rates.DE: \"19%\" is not a percentage from 0 to 100\n"
                + "  fix: write \"19\""
        ),
    ]

    static let keys: [Golden] = [
        Golden(
            "\"tiers\"", "\"rewards\"",
            "lamp.json:8:3: error: unknown key \"rewards\"\n  fix: here it is called \"tiers\""),
        Golden(
            "\"closes_at\"", "\"deadline\"",
            "lamp.json:6:3: error: unknown key \"deadline\"\n  fix: here it is called \"closes_at\""),
        Golden(
            "\"closes_at\"", "\"closesAt\"",
            "lamp.json:6:3: error: unknown key \"closesAt\"\n  fix: write it as \"closes_at\""),
        Golden(
            "\"price\"", "\"prize\"",
            "lamp.json:8:54: error: tiers[0]: unknown key \"prize\"\n  fix: did you mean \"price\"?"),
        Golden(
            "\"id\": \"lamp\",", "\"id\": \"lamp\", \"goal\": \"1.00\",",
            "lamp.json:2:17: error: unknown key \"goal\"\n"
                + "  fix: it belongs inside \"funding\": { \"goal\": … }"
        ),
        Golden(
            "\"goal\": \"40000.00\"", "\"goal\": \"40000.00\", \"colour\": 1",
            "lamp.json:7:36: error: funding: unknown key \"colour\"\n"
                + "  fix: take it out; the keys here are rule, goal, goal_basis, minimum_units, "
                + "stretch_goals and note"
        ),
        Golden(
            "  \"title\": \"Lamp\",\n", "",
            "lamp.json:1:1: error: \"title\" is missing\n  fix: add \"title\": \"My campaign\""),
    ]

    static let values: [Golden] = [
        Golden(
            "+02:00", "",
            "lamp.json:6:16: error: closes_at: \"2026-03-31T20:00:00\" has no offset from UTC\n"
                + "  fix: say which clock it is: \"2026-03-31T20:00:00+02:00\" is Berlin in summer, "
                + "\"2026-03-31T20:00:00Z\" is UTC"),
        Golden(
            "2026-03-31T20:00:00+02:00", "2026-03-31",
            "lamp.json:6:16: error: closes_at: \"2026-03-31\" is a day, not a time\n"
                + "  fix: add the time and its offset: \"2026-03-31T20:00:00+02:00\""),
        Golden(
            "2026-03-31T", "2026-02-30T",
            "lamp.json:6:16: error: closes_at: \"2026-02-30T20:00:00+02:00\" is not a time that exists\n"
                + "  fix: month 2 has only 28 days: mend it"),
        Golden(
            "2026-03-31T20:00:00+02:00", "2026-13-31",
            "lamp.json:6:16: error: closes_at: \"2026-13-31\" is not a day that exists\n"
                + "  fix: there is no month 13: mend it"),
        Golden(
            "2026-03-31T20:00:00+02:00", "2026-03-31T20:00:00+99:00",
            "lamp.json:6:16: error: closes_at: \"2026-03-31T20:00:00+99:00\" is not a time that exists\n"
                + "  fix: check the offset"),
        Golden(
            "\"EUR\"", "\"Euro\"",
            "lamp.json:4:15: error: currency: \"Euro\" is not a currency\n  fix: write \"EUR\""),
        Golden(
            "Europe/Berlin", "CEST",
            "lamp.json:5:16: error: time_zone: \"CEST\" is not a known time zone\n"
                + "  fix: write an IANA name, for example \"Europe/Berlin\", \"America/New_York\" or "
                + "\"UTC\""),
        Golden(
            "\"id\": \"lamp\"", "\"id\": \"My Lamp!\"",
            "lamp.json:2:9: error: id: \"My Lamp!\" is not an id\n"
                + "  fix: use 1 to 64 of: small letters a to z, digits, - and _ (not first), for "
                + "example \"my-lamp\""
        ),
        Golden(
            "\"title\": \"Lamp\"", "\"title\": 65",
            "lamp.json:3:12: error: title: 65 is a number, a string belongs here\n"
                + "  fix: put it in quotes: \"65\""
        ),
        Golden(
            "{ \"goal\"", "{ \"rule\": \"all or nothing\", \"goal\"",
            "lamp.json:7:24: error: funding.rule: \"all or nothing\" is not known here\n"
                + "  fix: write one of \"all-or-nothing\", \"keep-it-all\""),
        Golden(
            "\"price\"", "\"limit\": 0, \"price\"",
            "lamp.json:8:63: error: tiers[0].limit: 0 is too small\n"
                + "  fix: write a whole number from 1 to 1000000"
        ),
        Golden(
            "\"price\"", "\"limit\": \"300\", \"price\"",
            "lamp.json:8:63: error: tiers[0].limit: \"300\" is a string, a number belongs here\n"
                + "  fix: write 300 without quotes"),
        Golden(
            "\"LAMP\": 1", "\"LAMB\": 1",
            "lamp.json:8:86: error: tiers[0].contains: there is no item \"LAMB\"\n"
                + "  fix: did you mean \"LAMP\"?"
        ),
        Golden(
            "\"price\"", "\"substitutes\": [\"early\"], \"price\"",
            "lamp.json:8:70: error: tiers[0].substitutes[0]: there is no tier \"early\"\n"
                + "  fix: write a tier of this file: \"standard\""),
        Golden(
            "\"price\"", "\"until\": \"2026-04-01T00:00:00Z\", \"price\"",
            "lamp.json:8:63: error: tiers[0].until: 2026-04-01T00:00:00Z is after the last pledge "
                + "can be made, "
                + "2026-03-31T18:00:00Z\n  fix: write a time up to closes_at, or leave it out"),
        Golden(
            "\"31.50\" }]", "\"31.50\" }, { \"sku\": \"LAMP\" }]",
            "lamp.json:9:63: error: items[1].sku: \"LAMP\" is taken, in line 9\n"
                + "  fix: give each item and variant a code of its own"),
        Golden(
            "\"31.50\" }]", "\"31.50\" }], \"shipping\": [{ \"to\": [\"UK\"], \"first\": \"1.00\" }]",
            "lamp.json:9:77: error: shipping[0].to[0]: \"UK\" is not a country\n  fix: write \"GB\""),
    ]

    @Test("a problem is named with its place and its remedy", arguments: amounts + keys + values)
    func golden(_ golden: Golden) {
        #expect(Self.small.contains(golden.before))
        let text = Self.small.replacing(golden.before, with: golden.after, maxReplacements: 1)
        #expect(CampaignFixtures.problems(text) == golden.problems)
    }

    @Test("all problems are reported at once, in the order of the file")
    func allAtOnce() {
        let text = """
            {
              "id": "Lamp",
              "title": "",
              "currency": "EUR",
              "time_zone": "Mars/Base",
              "closes_at": "2026-03-31T20:00:00+02:00",
              "opens_at": "2026-04-02T20:00:00+02:00",
              "funding": { "goal": 40000, "goal_basis": "collected" },
              "prepayment": { "plan": "deposit", "retry_days": 91 },
              "tiers": [
                { "id": "a", "title": "A", "price": "1.00" },
                { "id": "a", "title": "A", "price": "1.5", "contains": { "X": 1 } }
              ],
              "production": [{ "id": "run-1", "supplier": "S", "sku": "X", "lead_time_days": 10 }]
            }
            """
        let headlines = CampaignFixtures.problems(text).map { $0.prefix { $0 != "\n" } }
        #expect(
            headlines == [
                "lamp.json:2:9: error: id: \"Lamp\" is not an id",
                "lamp.json:3:12: error: title: the text is empty",
                "lamp.json:5:16: error: time_zone: \"Mars/Base\" is not a known time zone",
                "lamp.json:7:15: error: opens_at: the campaign opens at 2026-04-02T18:00:00Z and closes at "
                    + "2026-03-31T18:00:00Z",
                "lamp.json:8:24: error: funding.goal: 40000 is a number, an amount is a string",
                "lamp.json:9:17: error: prepayment: \"deposit_percent\" is missing",
                "lamp.json:9:27: error: prepayment.plan: deposits cannot reach a goal that counts "
                    + "collected money",
                "lamp.json:9:52: error: prepayment.retry_days: 91 is too large",
                "lamp.json:12:13: error: tiers[1].id: \"a\" is taken, in line 11",
                "lamp.json:12:41: error: tiers[1].price: \"1.5\" has 1 decimal, EUR has 2",
                "lamp.json:12:62: error: tiers[1].contains: there is no item \"X\"",
                "lamp.json:14:59: error: production[0].sku: there is no item \"X\"",
            ])
    }

    @Test("a currency without minor digits takes whole amounts only")
    func yen() {
        let text = Self.small.replacing("EUR", with: "JPY")
        #expect(
            CampaignFixtures.problems(text) == [
                "lamp.json:7:24: error: funding.goal: \"40000.00\" has 2 decimals, JPY has none\n"
                    + "  fix: write \"40000\"",
                "lamp.json:8:63: error: tiers[0].price: \"99.00\" has 2 decimals, JPY has none\n"
                    + "  fix: write \"99\"",
                "lamp.json:9:43: error: items[0].unit_cost: \"31.50\" has 2 decimals, JPY has none\n"
                    + "  fix: write \"7900\"",
            ])
    }

    @Test("what nobody wrote has its default, and is listed")
    func defaults() throws {
        let definition = try CampaignFixtures.read(Self.small).get()
        #expect(definition.funding.rule == .allOrNothing)
        #expect(definition.funding.basis == .collected)
        #expect(definition.prepayment.collect == .atClose)
        #expect(definition.prepayment.retryDays == 7)
        #expect(definition.prepayment.retryEveryHours == 48)
        #expect(definition.cancellation.backerMayCancelUntil == definition.closesAt)
        #expect(definition.cancellation.lastDayRule)
        #expect(definition.delays == ["US": "mail-order"])
        #expect(definition.items[0].title == "LAMP")
        let lines = definition.defaults.map { "\($0.path): \($0.value)" }
        #expect(
            lines == [
                "opens_at: the launch", "late_pledges_until: none", "funding.rule: all-or-nothing",
                "funding.goal_basis: collected", "funding.minimum_units: 0", "prepayment.plan: full",
                "prepayment.collect: at-close", "prepayment.retry_days: 7",
                "prepayment.retry_every_hours: 48",
                "items[0].title: LAMP", "items[0].in_stock: 0", "items[0].backorder_limit: none",
                "tiers[0].limit: none", "tiers[0].per_backer: none", "tiers[0].until: none",
                "tiers[0].delivery: no promise", "shipping: free", "tax: none", "fees: none",
                "cancellation.backer_may_cancel_until: closes_at", "cancellation.last_day_rule: true",
                "delays: US: mail-order",
            ])
    }

    @Test("the first run waits for the goal, later ones for nothing")
    func runs() throws {
        let text = Self.small.replacing(
            "\"31.50\" }]",
            with: """
                "31.50" }], "production": [
                  { "id": "run-1", "supplier": "S", "lead_time_days": 10 },
                  { "id": "run-2", "supplier": "S", "lead_time_days": 10, "unit_cost": "29.80" }
                ]
                """)
        let runs = try CampaignFixtures.read(text).get().production
        #expect(runs.map(\.sku) == ["LAMP", "LAMP"])
        #expect(runs.map(\.launchWhenCollected) == [4_000_000, nil])
        #expect(runs.map(\.unitCost) == [3150, 2980])
        #expect(runs.map(\.minimumUnits) == [1, 1])
    }

    @Test("the samples are valid", arguments: ["aurora-lamp", "halyard-65", "hinoki-box", "bench"])
    func samples(_ name: String) throws {
        let text = try CampaignFixtures.text("campaigns/\(name)/campaign.json")
        #expect(CampaignFixtures.problems(text) == [])
        #expect(try CampaignFixtures.read(text).get().id.rawValue == name)
    }

    @Test("the aurora lamp is read as it is written")
    func aurora() throws {
        let lamp = try CampaignFixtures.read(try CampaignFixtures.text("campaigns/aurora-lamp/campaign.json"))
            .get()
        #expect(lamp.funding.goal == 4_000_000)
        #expect(lamp.tiers.map(\.price) == [7900, 9900, 500])
        #expect(lamp.tiers[1].contains.map(\.sku) == ["LAMP", "BULB"])
        #expect(lamp.tiers[0].delivery.map(String.init(describing:)) == "2026-09")
        #expect(lamp.tax.rates["ES"] == Percentage("21"))
        #expect(lamp.production.map(\.launchWhenCollected) == [4_000_000, nil])
        #expect(lamp.imports["kickstarter"]?.rewards["9876542"] == "standard")
        #expect(lamp.skus == ["LAMP", "BULB"])
    }

    static let oddValues = [
        "null", "true", "-1", "0", "1.5", "1e400", "99999999999999999999", "\"\"", "\"-\"", "\".\"",
        "\"-0.00\"",
        "\"0001-01-01T00:00:00+14:00\"", "\"9999-12-31T23:59:59-14:00\"", "\"10000000000.00\"", "\"ÀÉ🎉\"",
        "[]", "{}",
        "[[]]", "{ \"\": {} }",
    ]

    @Test("no value in any place does harm: it is read, or every problem has a place", arguments: oddValues)
    func oddValue(_ odd: String) throws {
        let text = try CampaignFixtures.text("campaigns/halyard-65/campaign.json")
        let parts = text.split(separator: ": ", omittingEmptySubsequences: false)
        for index in parts.indices.dropFirst() {
            var changed = parts
            let rest = parts[index].drop { $0 != "," && $0 != "}" && $0 != "\n" }
            changed[index] = Substring(odd) + rest
            guard case .failure(let problems) = CampaignFixtures.read(changed.joined(separator: ": ")) else {
                continue
            }
            #expect(!problems.diagnostics.isEmpty)
            #expect(problems.diagnostics.allSatisfy { $0.line >= 1 && $0.column >= 1 && !$0.remedy.isEmpty })
        }
    }

    static let fixtures = ["good", "bad", "bad-rules"].map { "Tests/Fixtures/campaigns/\($0)" }

    @Test("good files are accepted", arguments: CampaignFixtures.files(in: fixtures[0]))
    func good(_ path: String) throws {
        #expect(CampaignFixtures.problems(try CampaignFixtures.text(path)) == [])
    }

    @Test(
        "bad files are refused",
        arguments: CampaignFixtures.files(in: fixtures[1]) + CampaignFixtures.files(in: fixtures[2]))
    func bad(_ path: String) throws {
        #expect(CampaignFixtures.problems(try CampaignFixtures.text(path)) != [])
    }

    @Test("the fixtures are where they should be", arguments: fixtures)
    func fixturesExist(_ folder: String) {
        #expect(CampaignFixtures.files(in: folder).count >= 5)
    }

    @Test("a new campaign's file is valid in every currency", arguments: Currency.all)
    func template(_ currency: Currency) throws {
        let id = try #require(CampaignID("my-lamp"))
        let template = CampaignTemplate(
            id: id, title: "My \"lamp\"", currency: currency, timeZone: "Europe/Berlin",
            closesAt: "2026-03-31T20:00:00+02:00", schema: "../campaign.schema.json")
        #expect(CampaignFixtures.problems(template.text) == [])
        #expect(try CampaignFixtures.read(template.text).get().title == "My \"lamp\"")
    }
}
