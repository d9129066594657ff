import Accounting
import Crowdfunding
import Gateways
import Glibc
import Imports
import Storage
import Testing

@testable import Pledgebook

/// A small campaign in a book of its own, with files that tell of it.
///
/// Prices: early 50.00 (two places), standard 80.00, thanks 5.00; bulb 9.00; 20 % tax included, shipping 6.00
/// anywhere.
struct UpdateBook {
    let folder: BookFolder

    init(_ changes: [(String, String)] = []) throws {
        folder = try BookFolder()
        let text = try Self.text(changes)
        _ = try folder.session(at: "2026-03-01T12:00:00Z").launch(
            checkCampaign(Array(text.utf8), file: "lamp.json"), seed: 1)
    }

    private static func text(_ changes: [(String, String)]) throws -> String {
        var text = campaign
        for (old, new) in changes {
            try #require(text.contains(old), "\(old)")
            text = text.replacing(old, with: new)
        }
        return text
    }

    /// Amends the campaign to its first text with these changes.
    func amend(_ changes: [(String, String)], at moment: String) throws {
        let checked = try checkCampaign(Array(Self.text(changes).utf8), file: "lamp.json")
        _ = try folder.session(at: moment).amend(checked, dryRun: false)
    }

    /// Imports text as a file.
    @discardableResult
    func take(
        _ text: String, at moment: String, update: Bool = false, on day: String? = nil, dryRun: Bool = false,
        breaking: (@Sendable (any PaymentGateway) -> any PaymentGateway)? = nil
    ) throws -> ImportSummary {
        var options = ImportOptions()
        options.update = update
        options.dryRun = dryRun
        options.day = day.flatMap { CalendarDay($0) }
        return try take(text, at: moment, options: options, breaking: breaking)
    }

    /// Imports text as a file.
    func take(
        _ text: String, at moment: String, options: ImportOptions,
        breaking: (@Sendable (any PaymentGateway) -> any PaymentGateway)? = nil
    ) throws -> ImportSummary {
        let path = folder.path + "/rows.csv"
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
        var session = try folder.session(at: moment)
        session.interposed = breaking
        return try session.importPledges(
            sourceFiles(at: path), name: "rows.csv", into: nil, options: options, observer: ImportObserver())
    }

    func session(_ moment: String) throws -> Session { try folder.session(at: moment) }

    /// What the whole book checks to, and what a rebuilt one has otherwise: nothing where it is sound.
    func differences(_ moment: String = "2026-12-31T12:00:00Z") throws -> [String] {
        let found = try session(moment).checkBook(campaign: nil).differences.map(\.description)
        return try found.isEmpty ? rebuildDifferences(session(moment)) : found
    }

    /// `E03 2026-03-31 66.67+5.00+13.33` for each entry about a pledge but its placing.
    func entries(_ reference: String) throws -> [String] {
        try folder.book.read { records in
            let number = try session("2026-12-31T12:00:00Z").campaign(nil, in: records).record.number
            let pledge = try #require(try records.pledge(campaign: number, reference: reference))
            return try records.entries(campaign: number, pledge: pledge.number).dropFirst().map { signed in
                let parts = signed.entry.parts
                return
                    "\(signed.entry.kind) \(signed.entry.day) \(parts.goods)+\(parts.shipping)+\(parts.tax)"
                    + (parts.other == 0 ? "" : " other \(parts.other)")
            }
        }
    }

    func pledge(_ reference: String) throws -> PledgeRecord {
        try folder.book.read { records in
            let number = try session("2026-12-31T12:00:00Z").campaign(nil, in: records).record.number
            return try #require(try records.pledge(campaign: number, reference: reference))
        }
    }

    func payment(_ reference: String) throws -> PaymentState? {
        try folder.book.read { records in
            let number = try session("2026-12-31T12:00:00Z").campaign(nil, in: records).record.number
            let pledge = try #require(try records.pledge(campaign: number, reference: reference))
            return try records.payments(campaign: number, pledge: pledge.number).first?.payment.state
        }
    }

    func payments(_ reference: String) throws -> [Payment] {
        let number = try record().number
        let pledge = try pledge(reference)
        return try folder.book.read {
            try $0.payments(campaign: number, pledge: pledge.number).map(\.payment)
        }
    }

    func record() throws -> CampaignRecord {
        try folder.book.read { try session("2026-12-31T12:00:00Z").campaign(nil, in: $0).record }
    }

    /// Places taken of a tier or add-on.
    func taken(_ kind: OfferKind, _ id: String) throws -> Int64? {
        let number = try record().number
        return try folder.book.read { try $0.taken(kind, campaign: number)[id] }
    }

    func balance(_ account: Account) throws -> Int64 {
        try folder.book.read { records in
            let session = try session("2026-12-31T12:00:00Z")
            return try session.balance(of: account, session.campaign(nil, in: records), in: records)
        }
    }

    /// What the rehearsal's processor says it did.
    func truth() throws -> RehearsalTotals {
        try RehearsalGateway(.realistic(seed: 1, fees: nil), path: folder.book.path + ".rehearsal").totals()
    }

    private static let campaign = """
        {
          "id": "lamp", "title": "Lamp", "currency": "EUR", "time_zone": "Europe/Berlin",
          "opens_at": "2026-03-02T00:00:00+01:00", "closes_at": "2026-03-31T20:00:00+02:00",
          "funding": { "goal": "100.00" },
          "prepayment": { "collect": "at-close", "retry_days": 7 },
          "items": [{ "sku": "LAMP", "title": "Lamp", "unit_cost": "30.00" },
            { "sku": "BULB", "title": "Bulb", "unit_cost": "2.00" }],
          "tiers": [
            { "id": "early", "title": "Early", "price": "50.00", "limit": 2, "contains": { "LAMP": 1 },
              "delivery": "2026-09" },
            { "id": "standard", "title": "Standard", "price": "80.00", "contains": { "LAMP": 1 },
              "delivery": "2026-09" },
            { "id": "thanks", "title": "Thanks", "price": "5.00", "contains": {} }
          ],
          "add_ons": [{ "id": "bulb", "title": "Bulb", "price": "9.00", "contains": { "BULB": 1 } }],
          "shipping": [{ "to": ["*"], "first": "6.00", "each_more": "0.00" }],
          "tax": { "prices_include_tax": true, "rates": { "*": "20" } },
          "cancellation": { "backer_may_cancel_until": "closes_at", "last_day_rule": true },
          "late_pledges_until": "2026-06-30T20:00:00+02:00",
          "production": [{ "id": "run-1", "supplier": "Works", "sku": "LAMP", "minimum_units": 1,
            "lead_time_days": 30 }],
          "imports": { "kickstarter": { "rewards": { "1": "early", "2": "standard" },
            "time_zone": "Europe/Berlin" } }
        }
        """
}
