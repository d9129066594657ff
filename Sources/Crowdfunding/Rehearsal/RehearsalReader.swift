import Accounting
public import Parsing

/// Reads the profile file of a rehearsal: every problem with its place, past it there are only valid values.
public enum RehearsalReader {
    /// Reads the whole file, reporting every problem at once; what is left out behaves as in
    /// `RehearsalBehavior.realistic`, and faults that are left out never happen once any is named.
    ///
    /// - Parameter document: The file as the JSON parser gave it.
    /// - Returns: How backers and processor behave.
    /// - Throws: `CampaignProblems` with one diagnostic for each thing to mend.
    public static func read(_ document: JSONDocument) throws(CampaignProblems) -> RehearsalBehavior {
        var reading = FieldReading(document, isKnownZone: { _ in false })
        let behavior = reading.rehearsal()
        let diagnostics = reading.diagnostics
        guard diagnostics.isEmpty, let behavior else { throw CampaignProblems(diagnostics: diagnostics) }
        return behavior
    }
}

extension FieldReading {
    fileprivate mutating func rehearsal() -> RehearsalBehavior? {
        guard let fields = fields(of: Located(path: "", node: document.root), .rehearsal) else { return nil }
        _ = ifPresent(fields, "$schema") {
            $0.string($1, "a path in quotes", example: "\"rehearsal.schema.json\"")
        }
        var behavior = RehearsalBehavior.realistic
        if let share = ifPresent(fields, "cancellations", { $0.percentage($1) }) {
            behavior.cancellations = share
        }
        if let value = fields["declines"], let declines = self.fields(of: value, .declines) {
            behavior.declinedSoft = ifPresent(declines, "soft") { $0.percentage($1) } ?? .zero
            behavior.declinedHard = ifPresent(declines, "hard") { $0.percentage($1) } ?? .zero
            behavior.needsBacker = ifPresent(declines, "needs_backer") { $0.percentage($1) } ?? .zero
            checkSum(value, [behavior.declinedSoft, behavior.declinedHard, behavior.needsBacker])
        }
        guard let value = fields["faults"], let faults = self.fields(of: value, .faults) else {
            return behavior
        }
        behavior.faults = [:]
        for fault in RehearsalFault.allCases {
            guard let rate = ifPresent(faults, fault.rawValue, { $0.percentage($1) }) else { continue }
            behavior.faults[fault] = rate
        }
        // A request meets one fault or none; the order in which a window takes effect is another matter.
        checkSum(value, behavior.faults.filter { $0.key != .reorder }.map(\.value))
        if let days = ifPresent(faults, "delay_days", { $0.integer($1, in: 1...60) }) {
            behavior.delayDays = Int(days)
        }
        return behavior
    }

    /// Rates of which only one can come true add up to at most all.
    private mutating func checkSum(_ value: Located, _ rates: [Percentage]) {
        guard rates.reduce(0, { $0 + $1.millionths }) > 1_000_000 else { return }
        report(value, "the rates add up to more than 100 per cent", fix: "lower some of them")
    }
}
