import Accounting
import Crowdfunding
import Testing

@Suite("Amendments of a live campaign") struct AmendmentTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let before: String
        let after: String
        let outcome: String
        var testDescription: String { outcome }
        init(_ before: String, _ after: String, _ outcome: String) {
            self.before = before
            self.after = after
            self.outcome = outcome
        }
    }

    /// 200 early birds, 10 standard, nobody chose “thanks”; three bulbs; one promotion; all to Germany.
    static func sold() -> SoldSoFar {
        var sold = SoldSoFar()
        sold.tiers = ["early-bird": 200, "standard": 10]
        sold.addOns = ["bulb": 3]
        sold.units = ["LAMP": 210, "BULB": 13]
        sold.promotions = ["FRIENDS10": 1]
        sold.destinations = ["DE"]
        sold.launchedRuns = ["run-1"]
        sold.firstPledgedAt = Timestamp(rfc3339: "2026-03-02T10:00:00+01:00")
        return sold
    }

    /// Changes the text of the aurora lamp and compares.
    static func outcome(_ row: Row, sold: SoldSoFar) throws -> String {
        let text = try CampaignFixtures.text("campaigns/aurora-lamp/campaign.json")
        #expect(text.contains(row.before), "the sample has changed: \(row.before)")
        let old = try CampaignFixtures.read(text).get()
        let new = try CampaignFixtures.read(text.replacing(row.before, with: row.after, maxReplacements: 1))
            .get()
        do throws(AmendmentRefused) {
            return try CampaignAmendment.check(from: old, to: new, sold: sold).changes.joined(separator: "\n")
        } catch {
            return "refused: " + error.message
        }
    }

    static let accepted: [Row] = [
        Row("Aurora desk lamp", "Aurora lamp 2", "title “Aurora desk lamp” → “Aurora lamp 2”"),
        Row(
            "2026-03-31T20:00:00+02:00", "2026-04-01T20:00:00+02:00",
            "closes_at 2026-03-31T18:00:00Z → 2026-04-01T18:00:00Z\n"
                + "cancellation.backer_may_cancel_until 2026-03-31T18:00:00Z → 2026-04-01T18:00:00Z"),
        Row("\"limit\": 300", "\"limit\": 200", "tier early-bird: limit 300 → 200"),
        Row("\"limit\": 300", "\"limit\": 400", "tier early-bird: limit 300 → 400"),
        Row("\"limit\": 300, ", "", "tier early-bird: limit 300 → none"),
        Row(
            "2026-03-09T09:00:00+01:00", "2026-03-08T09:00:00+01:00",
            "tier early-bird: until 2026-03-09T08:00:00Z → 2026-03-08T08:00:00Z"),
        Row("\"5.00\"", "\"6.00\"", "tier thanks: price 5.00 → 6.00"),
        Row("\"31.50\"", "\"32.00\"", "item LAMP: unit_cost 31.50 → 32.00"),
        Row(
            "    { \"id\": \"thanks\"",
            "    { \"id\": \"big\", \"title\": \"Big\", \"price\": \"9.00\" },\n{ \"id\": \"thanks\"",
            "tier big: new, “Big” for 9.00"),
        Row("\"9876541\": \"early-bird\", ", "", "imports.kickstarter: the mapping changes"),
        Row("\"capacity\": 2000", "\"capacity\": 900", "run run-2: capacity 2000 → 900"),
        Row("\"capacity\": 1000", "\"capacity\": 1100", "run run-1: capacity 1000 → 1100"),
        Row(
            "\"first\": \"19.00\"", "\"first\": \"29.00\"",
            "shipping: DE 4.90 + 1.00, EU 9.90 + 2.00, * 19.00 + 4.00 → "
                + "DE 4.90 + 1.00, EU 9.90 + 2.00, * 29.00 + 4.00"),
    ]

    static let refused: [Row] = [
        Row(
            "\"79.00\"", "\"89.00\"",
            "refused: tier early-bird: price 79.00 → 89.00: backers have pledged at this price\n"
                + "  fix: set \"limit\" to 200, what is sold, and add a tier"),
        Row(
            "\"limit\": 300", "\"limit\": 199",
            "refused: tier early-bird: limit 300 → 199: 200 are sold already\n"
                + "  fix: write 200 or more: at 200 no further one is sold"),
        Row(
            "\"delivery\": \"2026-10\"", "\"delivery\": \"2026-11\"",
            "refused: tier standard: delivery 2026-10 → 2026-11: backers were promised that month\n"
                + "  fix: set \"limit\" to 10, what is sold, and add a tier; tell a delay with "
                + "`pledgebook run delay RUN --to DATE --because TEXT`"
        ),
        Row(
            "{ \"LAMP\": 1, \"BULB\": 1 }", "{ \"LAMP\": 1 }",
            "refused: tier standard: contains 1 × LAMP, 1 × BULB → 1 × LAMP: backers have pledged "
                + "for these contents\n"
                + "  fix: set \"limit\" to 10, what is sold, and add a tier"),
        Row(
            "2026-03-09T09:00:00+01:00", "2026-03-10T09:00:00+01:00",
            "refused: tier early-bird: until 2026-03-09T08:00:00Z → 2026-03-10T08:00:00Z: "
                + "backers were told that it ends then\n"
                + "  fix: keep the time, and add a new one with a later end"
        ),
        Row(
            "\"goal\": \"40000.00\"", "\"goal\": \"30000.00\"",
            "refused: funding.goal 40000.00 → 30000.00: it decides about the money of backers who "
                + "have pledged\n"
                + "  fix: keep it; a stretch goal can be added"),
        Row(
            "\"id\": \"aurora-lamp\"", "\"id\": \"aurora\"",
            "refused: id aurora-lamp → aurora: a campaign keeps its id\n"
                + "  fix: launch it as a campaign of its own"
        ),
        Row(
            "\"percent_off\": \"10\"", "\"percent_off\": \"5\"",
            "refused: promotion FRIENDS10: percent_off 10 % → 5 %: backers have used it\n"
                + "  fix: keep it, and add another code"),
        Row(
            "\"first\": \"4.90\"", "\"first\": \"5.90\"",
            "refused: shipping to DE 4.90 + 1.00 → 5.90 + 1.00: backers have pledged with this rate\n"
                + "  fix: keep it, or lower it"),
        Row(
            "\"capacity\": 1000", "\"capacity\": 900",
            "refused: run run-1: capacity 1000 → 900: it has been launched on these terms\n"
                + "  fix: keep it, and add another run"),
        Row(
            "\"price\": \"9.00\"", "\"price\": \"10.00\"",
            "refused: add-on bulb: price 9.00 → 10.00: backers have pledged at this price\n"
                + "  fix: set \"limit\" to 3, what is sold, and add an add-on"),
    ]

    @Test(
        "what breaks no promise is accepted and told; what does is refused and says how",
        arguments: accepted + refused)
    func row(_ row: Row) throws {
        #expect(try Self.outcome(row, sold: Self.sold()) == row.outcome)
    }

    @Test("without pledges everything but id and currency may change", arguments: refused)
    func nothingSold(_ row: Row) throws {
        let outcome = try Self.outcome(row, sold: SoldSoFar())
        #expect(outcome.hasPrefix("refused: ") == row.before.contains("\"id\""))
    }

    /// What a live campaign gives up: what nobody has pledged for goes, the rest stays.
    static let removals: [Row] = [
        Row(
            ",\n    { \"id\": \"thanks\", \"title\": \"Just support us\", \"price\": \"5.00\", "
                + "\"contains\": {} }", "", "tier thanks: taken out"),
        Row(
            "\"promotions\": [{ \"code\": \"FRIENDS10\"", "\"promotions\": [{ \"code\": \"OTHER\"",
            "refused: promotion FRIENDS10: taken out: backers have pledged for it\n"
                + "  fix: keep it, with \"limit\" 1: no further one is sold then"),
        Row(
            "\"add_ons\": [{ \"id\": \"bulb\"", "\"add_ons\": [{ \"id\": \"glow\"",
            "refused: add-on bulb: taken out: backers have pledged for it\n"
                + "  fix: keep it, with \"limit\" 3: no further one is sold then"),
        Row(
            "{ \"id\": \"run-1\"", "{ \"id\": \"run-9\"",
            "refused: run run-1: taken out: it has been launched\n  fix: keep it in \"production\""),
        Row(
            "{ \"id\": \"run-2\"", "{ \"id\": \"run-3\"",
            "run run-2: taken out\nrun run-3: new"),
    ]

    @Test("what is taken out", arguments: removals)
    func takenOut(_ row: Row) throws {
        let outcome = try Self.outcome(row, sold: Self.sold())
        #expect(outcome.hasPrefix(row.outcome), "\(outcome)")
    }

    /// The keyboard's variants: 12 were chosen in slate, none in the others.
    static let variantRows: [(String, String, String)] = [
        ("\"title\": \"Slate\"", "\"title\": \"Grey\"", "variant HAL-SLATE: title “Slate” → “Grey”"),
        ("\"HAL-FOG\"", "\"HAL-MIST\"", "variant HAL-FOG taken out"),
        ("\"HAL-FOG\"", "\"HAL-MIST\"", "variant HAL-MIST is new"),
        (
            "\"HAL-SLATE\"", "\"HAL-NIGHT\"",
            "refused: item HAL: variant HAL-SLATE taken out: backers have chosen 12"
        ),
    ]

    @Test("variants that nobody chose may go", arguments: variantRows)
    func variants(before: String, after: String, says: String) throws {
        let text = try CampaignFixtures.text("campaigns/halyard-65/campaign.json")
        try #require(text.contains(before), "the sample has changed: \(before)")
        var sold = SoldSoFar()
        sold.units = ["HAL": 20, "HAL-SLATE": 12]
        let old = try CampaignFixtures.read(text).get()
        let new = try CampaignFixtures.read(text.replacing(before, with: after)).get()
        var told = ""
        do throws(AmendmentRefused) {
            told = try CampaignAmendment.check(from: old, to: new, sold: sold).changes.joined(separator: "\n")
        } catch {
            told = "refused: " + error.message
            #expect(error.exitCode == .refused)
        }
        #expect(told.contains(says.replacing("refused: ", with: "")), "\(told)")
        #expect(told.hasPrefix("refused: ") == says.hasPrefix("refused: "), "\(told)")
    }

    @Test("nothing changes")
    func same() throws {
        #expect(try Self.outcome(Row("lamp", "lamp", ""), sold: Self.sold()) == "")
    }

    @Test("once the close has begun, the closing time stands")
    func closing() throws {
        var sold = Self.sold()
        sold.isClosing = true
        let row = Row("2026-03-31T20:00:00+02:00", "2026-04-01T20:00:00+02:00", "")
        #expect(try Self.outcome(row, sold: sold).contains("the close has begun"))
    }
}
