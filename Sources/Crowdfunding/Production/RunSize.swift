import Accounting

/// How many units of each SKU a run orders.
public enum RunSize {
    /// The most units of one run; its cost stays far from overflow.
    public static let largest: Int64 = 1_000_000

    /// The units waiting, at least the minimum; open and spare units are spread as the chosen ones.
    ///
    /// - Parameters:
    ///   - chosen: Units waiting by SKU of the run's item, 0 or more each.
    ///   - open: Units waiting whose SKU is not chosen yet.
    ///   - minimum: The least that the supplier makes.
    /// - Returns: Units by SKU, in the order of `chosen`; spread evenly while nothing is chosen.
    public static func units(chosen: [Int64], open: Int64, minimum: Int64) -> [Int64] {
        let sum = chosen.reduce(0, +)
        return spread(max(open, minimum - sum, 0), like: chosen)
    }

    /// A number that a person gives for the whole run, spread as the chosen units.
    public static func units(total: Int64, chosen: [Int64]) -> [Int64] {
        let sum = chosen.reduce(0, +)
        guard total >= sum else { return allocate(total, by: chosen) }
        return spread(total - sum, like: chosen)
    }

    /// The SKUs of which the run orders less than their own minimum, by index, with both figures.
    public static func belowMinimum(
        _ units: [Int64], minimums: [Int64]
    ) -> [(index: Int, units: Int64, minimum: Int64)] {
        zip(units, minimums).enumerated().compactMap { index, pair in
            pair.0 < pair.1 ? (index, pair.0, pair.1) : nil
        }
    }

    private static func spread(_ units: Int64, like chosen: [Int64]) -> [Int64] {
        let weights = chosen.allSatisfy { $0 == 0 } ? chosen.map { _ in 1 } : chosen
        return zip(chosen, allocate(units, by: weights)).map { $0 + $1 }
    }
}
