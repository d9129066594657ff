/// Splits an amount in proportion to weights by largest remainder, so that the parts add up to the whole.
///
/// Spare units go to the largest remainders first, then to the lower index. A negative amount is split as its
/// positive is, with the sign turned. 100 by `[1, 1, 1]` gives `[34, 33, 33]`.
///
/// - Parameters:
///   - amount: Any amount; widened to `Int128` inside.
///   - weights: Relative; a negative weight counts as zero. All zero: everything goes to index 0.
/// - Returns: As many parts as weights, in their order; none for no weights.
/// - Complexity: O(n log n) for n weights.
public func allocate(_ amount: Int64, by weights: [Int64]) -> [Int64] {
    let total = weights.reduce(Int128(0)) { $0 + Int128(max($1, 0)) }
    var parts = [Int64](repeating: 0, count: weights.count)
    guard total > 0 else {
        if !parts.isEmpty { parts[0] = amount }
        return parts
    }
    let whole = Int128(amount.magnitude)
    var remainders = [Int128](repeating: 0, count: weights.count)
    var spare = whole
    var shares = remainders
    for index in weights.indices {
        let (share, remainder) = (whole * Int128(max(weights[index], 0))).quotientAndRemainder(
            dividingBy: total)
        shares[index] = share
        remainders[index] = remainder
        spare -= share
    }
    // Fewer units are spare than there are remainders above zero: each is less than one unit.
    if spare > 0 {
        let order = weights.indices.sorted { (remainders[$1], $0) < (remainders[$0], $1) }
        for index in order.prefix(Int(spare)) { shares[index] += 1 }
    }
    for index in parts.indices {
        parts[index] = Int64(truncatingIfNeeded: amount < 0 ? -shares[index] : shares[index])
    }
    return parts
}

/// Splits an amount in two as `allocate` does, without allocating.
///
/// - Parameters:
///   - amount: Any amount.
///   - first: The weight of the first part; negative counts as zero.
///   - second: The weight of the second part; negative counts as zero.
/// - Returns: Two parts that add up to the amount.
public func allocate(_ amount: Int64, between first: Int64, and second: Int64) -> (Int64, Int64) {
    let weight = Int128(max(first, 0))
    let total = weight + Int128(max(second, 0))
    guard total > 0 else { return (amount, 0) }
    let (quotient, remainder) = (Int128(amount.magnitude) * weight).quotientAndRemainder(dividingBy: total)
    let share = Int64(truncatingIfNeeded: quotient + (remainder * 2 >= total ? 1 : 0))
    let part = amount < 0 ? 0 &- share : share
    return (part, amount &- part)
}
