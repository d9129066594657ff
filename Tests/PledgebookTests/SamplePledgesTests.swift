import Accounting
import Testing

@testable import Crowdfunding
@testable import Pledgebook

@Suite("Sample pledges") struct SamplePledgesTests {
    static let digests: [UInt64] = [0x2729_D465_6E39_E5DB, 0x1068_7CAA_E2EE_B7EE, 0xC70C_3AC9_282D_CA15]
    static let campaigns = [SampleCampaigns.lamp, SampleCampaigns.keyboard, SampleCampaigns.teapot]

    @Test(
        "the same seed gives the same bytes, on every machine",
        arguments: zip(campaigns, digests))
    func sameBytes(campaign: CampaignDefinition, digest: UInt64) throws {
        let bytes = try SampleReading.bytes(campaign, count: 1_200, seed: 7, badRows: 14)
        #expect(SampleReading.digest(bytes) == digest)
        #expect(try SampleReading.bytes(campaign, count: 1_200, seed: 8, badRows: 14) != bytes)
    }

    @Test("every row is one that the engine takes", arguments: campaigns, [3, 4] as [UInt64])
    func everyRowIsTaken(campaign: CampaignDefinition, seed: UInt64) throws {
        let rows = SampleReading.rows(try SampleReading.bytes(campaign, count: 3_000, seed: seed))
        let refusals = try SampleReading.refusals(rows, campaign)
        #expect(rows.count == 3_000)
        #expect(refusals.allSatisfy { $0 == nil }, "\(refusals.compactMap { $0 }.prefix(5))")
    }

    @Test("what an add-on uses up is no longer sold in a tier, and backers take another one")
    func sharedStock() throws {
        var campaign = SampleCampaigns.lamp
        campaign.tiers[1].contains.append(Content(sku: "BULB", quantity: 1))
        for seed in 1...8 as ClosedRange<UInt64> {
            let rows = SampleReading.rows(try SampleReading.bytes(campaign, count: 1_500, seed: seed))
            #expect(try SampleReading.refusals(rows, campaign).allSatisfy { $0 == nil }, "seed \(seed)")
            #expect(rows.count { $0["tier"] == "thanks" } > 200, "seed \(seed)")
            #expect(rows.count { $0["tier"] == "" } < 150, "seed \(seed)")
        }
    }

    @Test("references, time order, currency and method are as an import wants them", arguments: campaigns)
    func shape(campaign: CampaignDefinition) throws {
        let bytes = try SampleReading.bytes(campaign, count: 10_050, seed: 11)
        #expect(bytes.starts(with: Array((SamplePledges.header + "\n").utf8)))
        let rows = SampleReading.rows(bytes)
        #expect(rows.first?["pledge_id"] == "P-0001")
        #expect(rows.last?["pledge_id"] == "P-10050")
        let times = rows.compactMap { Timestamp(rfc3339: $0["pledged_at"] ?? "") }
        #expect(times.count == rows.count)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
        let opening = campaign.opensAt ?? campaign.closesAt.adding(seconds: -30 * 86_400)
        #expect(times.allSatisfy { opening <= $0 && $0 < campaign.closesAt })
        #expect(rows.allSatisfy { $0.count == 16 && $0["currency"] == campaign.currency.code })
        #expect(rows.allSatisfy { $0["payment_method"] == "rehearsal" && $0["status"] == "" })
        #expect(rows.allSatisfy { isExampleAddress($0["email"] ?? "") })
    }

    @Test("pledges come at the start and at the end")
    func curve() throws {
        let campaign = SampleCampaigns.lamp
        let rows = SampleReading.rows(try SampleReading.bytes(campaign, count: 6_000, seed: 5))
        let opening = try #require(campaign.opensAt)
        let length = campaign.closesAt.seconds - opening.seconds
        var thirds = [0, 0, 0, 0, 0]
        for row in rows {
            let time = try #require(Timestamp(rfc3339: row["pledged_at"] ?? ""))
            thirds[Int((time.seconds - opening.seconds) * 5 / length)] += 1
        }
        #expect(thirds[0] > 3 * thirds[2], "\(thirds)")
        #expect(thirds[4] > 3 * thirds[2] / 2, "\(thirds)")
    }

    @Test("some come back, some add things, some names need quotes")
    func habits() throws {
        let bytes = try SampleReading.bytes(SampleCampaigns.keyboard, count: 2_000, seed: 21)
        let rows = SampleReading.rows(bytes)
        let backers = Set(rows.map { ($0["email"] ?? "").lowercased() })
        #expect((30...90).contains(rows.count - backers.count))
        #expect((140...260).contains(rows.count { $0["add_ons"] != "" }))
        #expect(rows.contains { ($0["backer_name"] ?? "").contains("\n") })
        #expect(rows.contains { ($0["backer_name"] ?? "").contains("\"") })
        #expect(rows.count { ($0["backer_name"] ?? "").contains(", ") } > 10)
        #expect(rows.count { ($0["backer_name"] ?? "").utf8.contains { $0 >= 0x80 } } > 500)
        let open = rows.count { $0["tier"] != "" && $0["choices"] == "" }
        #expect(open > 20 && open < 200)
        #expect(rows.count { $0["bonus"] != "" } > 60)
    }

    @Test("a sold-out tier is asked for in vain by the share that was wanted, and refused")
    func missed() throws {
        let rows = SampleReading.rows(
            try SampleReading.bytes(SampleCampaigns.lamp, count: 20_000, seed: 9, missed: 40))
        let refused = try SampleReading.refusals(rows, SampleCampaigns.lamp).compactMap { $0 }
        #expect((50...110).contains(refused.count))
        for refusal in refused {
            switch refusal {
            case .soldOut, .earlyBirdOver: break
            default: Issue.record("refused for another reason: \(refusal)")
            }
        }
    }

    @Test("as many rows are bad as were asked for", arguments: [0, 1, 13, 14, 50, 200, 999])
    func badRowCount(badRows: Int) {
        let kinds = (1...200).map { BadRow.kind(of: $0, badRows: badRows, count: 200) }
        #expect(kinds.count { $0 != nil } == min(badRows, 200))
        #expect(Set(kinds.compactMap { $0 }).count == min(badRows, BadRow.allCases.count))
    }

    @Test(
        "each kind of bad row is bad in its own way and leaves the others alone", arguments: BadRow.allCases)
    func badRow(kind: BadRow) throws {
        let good = try SampleReading.bytes(SampleCampaigns.lamp, count: 140, seed: 2)
            .split(separator: UInt8(ascii: "\n"))
        let mixed = try SampleReading.bytes(SampleCampaigns.lamp, count: 140, seed: 2, badRows: 14)
            .split(separator: UInt8(ascii: "\n"))
        #expect(good.count == mixed.count)
        let changed = good.indices.filter { good[$0] != mixed[$0] }
        #expect(changed.count == BadRow.allCases.count)
        let row = mixed[changed[kind.rawValue]]
        #expect(isMistaken(row, kind, good[changed[kind.rawValue]]))
    }

    @Test(
        "a count out of bounds is refused in a sentence", arguments: [-1, 0, SamplePledges.largestCount + 1])
    func countOutOfBounds(count: Int) {
        #expect(throws: SamplePledgesProblem.countOutOfBounds(count, largest: SamplePledges.largestCount)) {
            try SamplePledges(definition: SampleCampaigns.lamp, seed: 1).write(count: count) { _ in }
        }
    }

    private func isExampleAddress(_ email: String) -> Bool {
        guard let host = email.split(separator: "@").last, email.utf8.allSatisfy({ $0 < 0x80 }) else {
            return false
        }
        return ["example.org", "example.com", "example.net", "post.example"].contains(String(host))
    }

    private func isMistaken(_ row: ArraySlice<UInt8>, _ kind: BadRow, _ good: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: row, as: UTF8.self)
        switch kind {
        case .wrongPrice: return row.count == good.count
        case .unknownTier: return text.contains(",no-such-tier,")
        case .badEmail: return text.contains(",nobody at example.org,")
        case .badDate: return text.contains(",31.02.2026,")
        case .wrongCurrency: return text.contains(",SEK,")
        case .nulInName: return row.contains(0)
        case .invalidUTF8: return text.contains("\u{FFFD}")
        case .quantityZero: return text.contains(",0,")
        case .unknownAddOn: return text.contains(",no-such-thing:1,")
        case .afterClosing: return text.contains(",2036-")
        case .duplicateReference: return row.prefix(6) != good.prefix(6)
        case .cardNumber: return text.contains(",4242424242424242,")
        case .notANumber: return text.contains("x,EUR,")
        case .unknownPromotion: return text.contains(",NO-SUCH-CODE,")
        }
    }
}

@Suite("Cells of samples") struct SampleCellTests {
    @Test(
        "amounts have all decimals of their currency",
        arguments: [
            (0, "EUR", "0.00"), (5, "EUR", "0.05"), (-5, "EUR", "-0.05"), (123_456, "EUR", "1234.56"),
            (1_200, "JPY", "1200"), (1_234, "KWD", "1.234"),
        ] as [(Int64, String, String)])
    func amount(minorUnits: Int64, code: String, text: String) {
        var bytes: [UInt8] = []
        appendAmount(minorUnits, SampleCampaigns.currency(code), to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test(
        "instants are RFC 3339, before 1970 too",
        arguments: ["2026-03-04T09:30:05Z", "1969-12-31T23:59:59Z", "2024-02-29T00:00:00Z"])
    func instant(text: String) {
        var writer = InstantText()
        var bytes: [UInt8] = []
        let instant = SampleCampaigns.instant(text)
        writer.append(instant, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
        bytes.removeAll()
        writer.append(instant, hoursAhead: 1, to: &bytes)
        #expect(Timestamp(rfc3339: String(decoding: bytes, as: UTF8.self)) == instant)
    }

    @Test("random numbers stay below their bound")
    func random() {
        var random = SampleRandom(seed: 1)
        #expect(random.below(0) == 0)
        #expect((0..<1_000).allSatisfy { _ in (0..<7).contains(random.below(7)) })
    }
}
