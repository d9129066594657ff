public import Accounting
import Parsing

/// A small valid campaign file to start from: the seven required lines and a few that most campaigns want.
public struct CampaignTemplate: Hashable, Sendable {
    /// The campaign's id.
    public var id: CampaignID
    /// The campaign's title, 1 to 1,000 bytes.
    public var title: String
    /// The currency of every amount; the template's prices are written with its decimals.
    public var currency: Currency
    /// An IANA name, for example `Europe/Berlin`.
    public var timeZone: String
    /// RFC 3339 with an offset, for example `2026-03-31T20:00:00+02:00`, as the maker wants to read it.
    public var closesAt: String
    /// The path or address of campaign.schema.json for editors; `nil`: the line is left out.
    public var schema: String?

    /// Makes a template of what the maker has said; `CampaignReader` is what finds a bad value among them.
    public init(
        id: CampaignID, title: String, currency: Currency, timeZone: String, closesAt: String,
        schema: String? = nil,
    ) {
        self.id = id
        self.title = title
        self.currency = currency
        self.timeZone = timeZone
        self.closesAt = closesAt
        self.schema = schema
    }

    /// The text of the file, with a line feed at its end.
    public var text: String {
        let schemaLine = schema.map { "  \"$schema\": \(jsonText($0)),\n" } ?? ""
        return """
            {
            \(schemaLine)  "id": \(jsonText(id.rawValue)),
              "title": \(jsonText(title)),
              "currency": \(jsonText(currency.code)),
              "time_zone": \(jsonText(timeZone)),
              "closes_at": \(jsonText(closesAt)),
              "funding": {
                "goal": "\(amount(5_000))",
                "goal_basis": "collected",
                "note": "all-or-nothing: below the goal everybody gets the money back"
              },
              "items": [
                { "sku": "THING", "title": "The thing", "unit_cost": "\(amount(20))" }
              ],
              "tiers": [
                { "id": "early-bird", "title": "Early bird", "price": "\(amount(40))", "limit": 50,
                  "contains": { "THING": 1 } },
                { "id": "standard", "title": "One thing", "price": "\(amount(50))",
                  "contains": { "THING": 1 } },
                { "id": "thanks", "title": "Just support us", "price": "\(amount(5))" }
              ],
              "shipping": [
                { "to": ["*"], "first": "\(amount(10))", "each_more": "\(amount(2))" }
              ],
              "production": [
                { "id": "run-1", "supplier": "The factory", "minimum_units": 50, "lead_time_days": 90,
                  "deposit_percent": "30" }
              ]
            }

            """
    }

    /// An amount of so many major units; a currency without minor digits has small ones, a hundred for each.
    private func amount(_ major: Int64) -> String {
        let minorUnits = currency.exponent == 0 ? major * 100 : major * currency.minorUnitsPerMajor
        return Money(minorUnits: minorUnits, currency: currency).plain
    }
}
