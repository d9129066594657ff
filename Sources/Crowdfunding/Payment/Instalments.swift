public import Accounting

// A pledge is paid at once, or by a deposit and a balance: two payments, each with a life of its own.

extension Prepayment {
    /// What the first payment of a pledge asks for: all of it, or the deposit; minor units.
    ///
    /// A percentage is rounded half up, and at least one minor unit of what costs something.
    public func firstPrice(of total: Int64) -> Int64 {
        switch deposit {
        case nil: total
        case .percent(let share): min(max(share.of(total), min(total, 1)), total)
        case .amount(let amount): min(amount, total)
        }
    }

    /// Whether a pledge gets units: paid in full, or with its deposit, and not all of it given back.
    ///
    /// What owes its balance has its place and its units, and does not ship.
    ///
    /// - Parameters:
    ///   - total: What the pledge costs, minor units.
    ///   - captured: What was taken, over all its payments.
    ///   - held: What of it is neither given back, nor to be, nor lost.
    /// - Returns: Whether it does.
    public func givesUnits(total: Int64, captured: Int64, held: Int64) -> Bool {
        if total == 0 { return true }
        return held > 0 && (plan == .deposit || captured >= total)
    }

    /// The first day on which balances may be asked for; `nil`: when the maker is about to ship.
    public var balancesFrom: CalendarDay? {
        if case .on(let day) = balanceDue { day } else { nil }
    }
}
