/// How the offer of a row differs from the pledge's.
struct OfferDifferences {
    var tier: FieldChange?
    var quantity: FieldChange?
    var addOns: FieldChange?
    var choices: FieldChange?
    var promotion: FieldChange?
    var country: FieldChange?
    var amount: FieldChange?
    var parts: FieldChange?
    var method: FieldChange?

    var isEmpty: Bool { changes(paid: false).isEmpty }
    /// What may not change once it is paid for.
    var isMoreThanChoices: Bool {
        [tier, quantity, addOns, promotion, country, amount, parts].contains { $0 != nil }
    }
    /// Whether other units are to be made or shipped.
    var touchesUnits: Bool { [tier, quantity, addOns, choices].contains { $0 != nil } }

    /// All of them in a fixed order; figures that were paid are the payment's affair.
    func changes(paid: Bool) -> [FieldChange] {
        let figures = paid ? [] : [amount, parts, method]
        return ([tier, quantity, addOns, choices, promotion, country] + figures).compactMap { $0 }
    }
}
