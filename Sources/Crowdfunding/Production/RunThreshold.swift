public import Accounting

/// What must be there before a run is launched.
public struct RunThreshold: Hashable, Sendable {
    /// Net collected money, minor units; `nil`: none.
    public var collected: Int64?
    /// Units waiting of the SKUs that the run makes, chosen and open.
    public var units: Int64

    /// Takes the bounds as they are.
    public init(collected: Int64?, units: Int64) {
        self.collected = collected
        self.units = units
    }

    /// The threshold that the plan names.
    public init(_ plan: ProductionPlan) {
        self.init(collected: plan.launchWhenCollected, units: plan.minimumUnits)
    }

    /// What is missing; `nil` when the threshold holds.
    public func missing(netCollected: Int64, unitsWaiting: Int64) -> RunShortfall? {
        var shortfall = RunShortfall()
        if let collected, netCollected < collected {
            shortfall.collected = RunShortfall.Figures(has: netCollected, needs: collected)
        }
        if unitsWaiting < units { shortfall.units = RunShortfall.Figures(has: unitsWaiting, needs: units) }
        return shortfall.isEmpty ? nil : shortfall
    }
}

/// What a run's threshold still lacks, with both figures.
public struct RunShortfall: Hashable, Sendable {
    /// What is there and what must be.
    public struct Figures: Hashable, Sendable {
        /// What is there.
        public var has: Int64
        /// What must be there.
        public var needs: Int64
        /// How much more it takes.
        public var missing: Int64 { needs - has }

        /// Puts the two together.
        public init(has: Int64, needs: Int64) {
            self.has = has
            self.needs = needs
        }
    }

    /// Net collected money, minor units; `nil`: enough.
    public var collected: Figures?
    /// Units waiting; `nil`: enough.
    public var units: Figures?
    /// Nothing is missing.
    public var isEmpty: Bool { collected == nil && units == nil }

    /// Nothing missing yet.
    public init() {}

    /// `EUR 1,200.00 of EUR 40,000.00 net collected; 120 of 400 units waiting`.
    public func text(in currency: Currency) -> String {
        var parts: [String] = []
        if let collected {
            let has = Money(minorUnits: collected.has, currency: currency)
            let needs = Money(minorUnits: collected.needs, currency: currency)
            parts.append("\(has) of \(needs) net collected")
        }
        if let units { parts.append("\(units.has) of \(units.needs) units waiting") }
        return parts.joined(separator: "; ")
    }
}
