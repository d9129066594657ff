public import Crowdfunding

/// Invented pledges for a campaign, as a file of our own CSV that `pledge import` takes.
///
/// Backers, names and addresses are made up; the rows are in time order, agree with the campaign's prices,
/// limits and dates, and are the same bytes for the same definition, count and options on every machine.
public struct SamplePledges: Sendable {
    /// The most rows that one file can have.
    public static let largestCount = 1 << 31

    /// The first line of the file, without its line feed.
    public static let header =
        "pledge_id,backer_name,email,country,tier,quantity,add_ons,choices,promotion,bonus,amount,currency,"
        + "pledged_at,payment_method,payment_reference,status"

    /// How many bytes are collected before they are handed on.
    private static let chunk = 256 * 1_024

    private let definition: CampaignDefinition
    private let seed: UInt64
    private let badRows: Int
    private let missedPerTenThousand: Int

    /// Prepares samples of a campaign.
    ///
    /// - Parameters:
    ///   - definition: The campaign to invent pledges for; without `opens_at` they begin 30 days before the
    /// closing.
    ///   - seed: Any number; another one gives other pledges.
    ///   - badRows: How many rows cannot be imported, each kind of mistake in turn, spread over the file.
    ///   - missedPerTenThousand: Once a limited tier is sold out, how many of ten thousand rows ask for it in
    /// vain;
    ///     an import refuses them.
    public init(
        definition: CampaignDefinition, seed: UInt64, badRows: Int = 0, missedPerTenThousand: Int = 0
    ) {
        self.definition = definition
        self.seed = seed
        self.badRows = badRows
        self.missedPerTenThousand = missedPerTenThousand
    }

    /// Writes the header and `count` rows in pieces of about 256 KiB.
    ///
    /// - Throws: `SamplePledgesProblem` for a count out of bounds, `PricingProblem` where a row of the
    /// campaign has no
    ///   price, and what `sink` throws.
    public func write(count: Int, to sink: (Span<UInt8>) throws -> Void) throws {
        guard (1...Self.largestCount).contains(count) else {
            throw SamplePledgesProblem.countOutOfBounds(count, largest: Self.largestCount)
        }
        var habits = PledgeInventor.Habits()
        habits.missed = missedPerTenThousand
        var inventor = PledgeInventor(
            definition, pricing: Pricing(definition), seed: seed, count: count, habits: habits)
        var rows = SampleRows(definition, countries: inventor.destinations.countries.map(\.code))
        rows.bytes.reserveCapacity(Self.chunk + 4_096)
        rows.bytes.append(contentsOf: Self.header.utf8)
        rows.bytes.append(UInt8(ascii: "\n"))
        for row in 1...count {
            let pledge = try inventor.next()
            let bad = badRows > 0 ? BadRow.kind(of: row, badRows: badRows, count: count) : nil
            rows.append(pledge, lines: inventor.lines, bad: bad)
            if rows.bytes.count >= Self.chunk {
                try sink(rows.bytes.span)
                rows.bytes.removeAll(keepingCapacity: true)
            }
        }
        if !rows.bytes.isEmpty { try sink(rows.bytes.span) }
    }
}

/// Why no samples were written.
public enum SamplePledgesProblem: UserFacingError, Equatable {
    /// Not 1 to `largest`.
    case countOutOfBounds(Int, largest: Int)

    /// What happened and what to do.
    public var message: String {
        switch self {
        case .countOutOfBounds(let count, let largest):
            "\(count) pledges cannot be invented; ask for 1 to \(largest)."
        }
    }

    /// The command was not called rightly.
    public var exitCode: ExitStatus { .usage }
}
