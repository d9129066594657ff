import Crowdfunding

extension PlacementRefusal {
    /// The rule that a row breaks, as a diagnostic says it: a small letter first, no full stop.
    var problem: String {
        var text = message
        // What to do about it is the remedy's.
        if let end = text.firstRange(of: ". ") { text = String(text[..<end.lowerBound]) }
        if let first = text.first, first.isUppercase {
            text = first.lowercased() + text.dropFirst()
        }
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    /// How a row of our own CSV is mended.
    var remedy: String {
        switch self {
        case .campaignOver: "name a campaign that is under way with --campaign"
        case .beforeStart, .afterEnd: "check pledged_at; a platform's own export is taken with any date"
        case .earlyBirdOver, .soldOut, .outOfStock, .noDatedSupply:
            "leave the row out, or offer the backer another tier; `pledgebook campaign amend FILE` can raise "
                + "a limit"
        case .perBacker: "lower the quantity, or leave the row out"
        case .promotionOver, .promotionUsedUp: "leave the promotion out and let the row be priced again"
        case .priceDiffers: "mend the amount, or empty the cell: then the row is priced by the campaign file"
        case .choiceNotContained, .tooManyChoices:
            "choose as many variants as the tier and its add-ons contain"
        case .addOnWithoutTier: "name a tier, or leave the add-on out"
        case .nothingPledged, .amountMissing: "name a tier or an amount"
        case .tooManyLines, .tooManyUnits: "split the pledge into several rows"
        case .realInRehearsal, .rehearsalInReal: "import it into a campaign of its own"
        case .pricing(let problem):
            switch problem {
            case .countryMissing, .countryUnknown: "fill in the country, two letters such as DE"
            case .noShippingRate: "add the country to the campaign's shipping, or leave the row out"
            case .quantityOutOfBounds: "write a whole number from 1 on"
            case .notOffered: "check the tier and the date of the pledge"
            case .tooLarge: "check quantity and bonus"
            }
        }
    }
}
