import Accounting
import Crowdfunding
import Pledgebook

/// Reads what was written for tests, in the plainest way.
enum SampleReading {
    static func bytes(
        _ campaign: CampaignDefinition, count: Int, seed: UInt64, badRows: Int = 0, missed: Int = 0
    ) throws -> [UInt8] {
        var all: [UInt8] = []
        try SamplePledges(definition: campaign, seed: seed, badRows: badRows, missedPerTenThousand: missed)
            .write(count: count) { piece in
                for index in piece.indices { all.append(piece[index]) }
            }
        return all
    }

    /// The records of a CSV text, header included, quotes undone.
    static func records(_ bytes: [UInt8]) -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var cell: [UInt8] = []
        var isInside = false
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "\""):
                let isDoubled = !isInside && index > 0 && bytes[index - 1] == byte && !cell.isEmpty
                isInside.toggle()
                if isDoubled { cell.append(byte) }
            case UInt8(ascii: ",") where !isInside:
                record.append(String(decoding: cell, as: UTF8.self))
                cell.removeAll()
            case UInt8(ascii: "\n") where !isInside:
                record.append(String(decoding: cell, as: UTF8.self))
                cell.removeAll()
                records.append(record)
                record = []
            default: cell.append(byte)
            }
        }
        return records
    }

    /// The rows by column.
    static func rows(_ bytes: [UInt8]) -> [[String: String]] {
        let records = records(bytes)
        return records.dropFirst().map { record in
            Dictionary(zip(records[0], record), uniquingKeysWith: { first, _ in first })
        }
    }

    /// What the engine says to each row of our own CSV, asked in order: `nil` for a pledge that it takes.
    static func refusals(_ rows: [[String: String]], _ campaign: CampaignDefinition) throws
        -> [PlacementRefusal?]
    {
        let launch = DefinitionInForce(from: Timestamp(seconds: 0), definition: campaign)
        guard var placement = PledgePlacement(definitions: [launch], state: .live, isRehearsal: nil) else {
            return []
        }
        var held: [String: [Offer: Int64]] = [:]
        return try rows.map { row in
            let (order, lines) = try order(row, campaign)
            let backer = (row["email"] ?? "").lowercased()
            switch placement.place(order, lines: lines[...], as: .asks, held: { held[backer]?[$0] ?? 0 }) {
            case .refused(let refusal): return refusal
            case .accepted:
                held[backer, default: [:]][.tier(Int(order.tier)), default: 0] += order.quantity
                for line in lines where line.role == .addOn {
                    held[backer, default: [:]][.addOn(Int(line.index)), default: 0] += Int64(line.quantity)
                }
                return nil
            }
        }
    }

    private static func order(
        _ row: [String: String], _ campaign: CampaignDefinition
    ) throws -> (PledgeOrder, [OrderLine]) {
        let exponent = campaign.currency.exponent
        var order = PledgeOrder()
        order.country = countryCode(row["country"] ?? "") ?? 0
        order.tier = Int32(campaign.tiers.firstIndex { $0.id == row["tier"] } ?? -1)
        order.quantity = Int64(row["quantity"] ?? "") ?? 0
        order.promotion = Int32(campaign.promotions.firstIndex { $0.code == row["promotion"] } ?? -1)
        order.bonus = try parseAmount(
            row["bonus"].flatMap { $0.isEmpty ? nil : $0 } ?? "0", exponent: exponent)
        order.amount = try parseAmount(row["amount"] ?? "", exponent: exponent)
        order.pledgedAt = Timestamp(rfc3339: row["pledged_at"] ?? "") ?? Timestamp(seconds: 0)
        order.gateway = 2
        func lines(_ text: String?, _ role: OrderLine.Role, _ names: [String]) -> [OrderLine] {
            (text ?? "").split(separator: ";").map { part in
                let halves = part.split(separator: ":")
                let index = names.firstIndex { $0 == halves[0] } ?? -1
                return OrderLine(role: role, index: Int32(index), quantity: Int32(halves[1]) ?? 0)
            }
        }
        return (
            order,
            lines(row["add_ons"], .addOn, campaign.addOns.map(\.id))
                + lines(row["choices"], .choice, campaign.skus)
        )
    }

    /// A 64-bit digest (FNV-1a), to hold the bytes of a sample in a test.
    static func digest(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
