import Accounting
import Crowdfunding

/// Writes invented pledges as rows of our own CSV.
struct SampleRows {
    private static let comma = UInt8(ascii: ",")
    private static let doubledQuote = Array("\"\"".utf8)
    /// Digits of a payment method's token; no I, O, 0 and 1, which people mix up.
    private static let tokenDigits = Array("abcdefghjkmnpqrstuvwxyz23456789A".utf8)

    /// The rows that were not handed on yet.
    var bytes: [UInt8] = []
    private let currency: Currency
    private let closing: Timestamp
    private let countries: [[UInt8]]
    private let tiers: [[UInt8]]
    private let addOns: [[UInt8]]
    private let skus: [[UInt8]]
    private let promotions: [[UInt8]]
    private let currencyCode: [UInt8]
    private let method = Array("rehearsal,pm_".utf8)
    private var instants = InstantText()

    init(_ definition: CampaignDefinition, countries: [String]) {
        currency = definition.currency
        closing = definition.closesAt
        self.countries = countries.map { Array($0.utf8) }
        tiers = definition.tiers.map { Array($0.id.utf8) }
        addOns = definition.addOns.map { Array($0.id.utf8) }
        skus = definition.skus.map { Array($0.utf8) }
        promotions = definition.promotions.map { Array($0.code.utf8) }
        currencyCode = Array(definition.currency.code.utf8)
    }

    /// Appends one row with its line feed; `bad` says what is to be wrong with it.
    mutating func append(_ pledge: InventedPledge, lines: [OrderLine], bad: BadRow?) {
        appendReference(bad == .duplicateReference ? max(1, pledge.number - 1) : pledge.number)
        appendBacker(pledge, bad: bad)
        bytes.append(contentsOf: countries[pledge.backer.country])
        bytes.append(Self.comma)
        appendTier(pledge, bad: bad)
        if bad == .unknownAddOn {
            bytes.append(contentsOf: "no-such-thing:1".utf8)
        } else {
            append(lines, .addOn, from: addOns)
        }
        bytes.append(Self.comma)
        append(lines, .choice, from: skus)
        bytes.append(Self.comma)
        if bad == .unknownPromotion {
            bytes.append(contentsOf: "NO-SUCH-CODE".utf8)
        } else if pledge.promotion >= 0 {
            bytes.append(contentsOf: promotions[pledge.promotion])
        }
        bytes.append(Self.comma)
        appendMoney(pledge, bad: bad)
        appendInstant(pledge, bad: bad)
        appendPayment(pledge, bad: bad)
    }

    private mutating func appendReference(_ number: Int) {
        bytes.append(UInt8(ascii: "P"))
        bytes.append(UInt8(ascii: "-"))
        appendNumber(Int64(number), minimumDigits: 4, to: &bytes)
        bytes.append(Self.comma)
    }

    private mutating func appendBacker(_ pledge: InventedPledge, bad: BadRow?) {
        if pledge.backer.isQuoted { bytes.append(UInt8(ascii: "\"")) }
        pledge.backer.appendName(to: &bytes, quote: Self.doubledQuote)
        if bad == .nulInName { bytes.append(0) }
        if bad == .invalidUTF8 { bytes.append(contentsOf: [0xC3, 0x28]) }
        if pledge.backer.isQuoted { bytes.append(UInt8(ascii: "\"")) }
        bytes.append(Self.comma)
        if bad == .badEmail {
            bytes.append(contentsOf: "nobody at example.org".utf8)
        } else {
            // An address is the same in capitals, so whoever comes back may write it so.
            pledge.backer.appendEmail(to: &bytes, isLoud: pledge.backer.number != pledge.number)
        }
        bytes.append(Self.comma)
    }

    private mutating func appendTier(_ pledge: InventedPledge, bad: BadRow?) {
        if bad == .unknownTier {
            bytes.append(contentsOf: "no-such-tier".utf8)
        } else if pledge.tier >= 0 {
            bytes.append(contentsOf: tiers[pledge.tier])
        }
        bytes.append(Self.comma)
        appendNumber(bad == .quantityZero ? 0 : pledge.quantity, to: &bytes)
        bytes.append(Self.comma)
    }

    private mutating func append(_ lines: [OrderLine], _ role: OrderLine.Role, from names: [[UInt8]]) {
        var isFirst = true
        for line in lines where line.role == role {
            if !isFirst { bytes.append(UInt8(ascii: ";")) }
            isFirst = false
            bytes.append(contentsOf: names[Int(line.index)])
            bytes.append(UInt8(ascii: ":"))
            appendNumber(Int64(line.quantity), to: &bytes)
        }
    }

    private mutating func appendMoney(_ pledge: InventedPledge, bad: BadRow?) {
        if pledge.bonus > 0 { appendAmount(pledge.bonus, currency, to: &bytes) }
        bytes.append(Self.comma)
        appendAmount(bad == .wrongPrice ? pledge.total + 1 : pledge.total, currency, to: &bytes)
        if bad == .notANumber { bytes.append(UInt8(ascii: "x")) }
        bytes.append(Self.comma)
        if bad == .wrongCurrency {
            bytes.append(contentsOf: (currency.code == "SEK" ? "NOK" : "SEK").utf8)
        } else {
            bytes.append(contentsOf: currencyCode)
        }
        bytes.append(Self.comma)
    }

    private mutating func appendInstant(_ pledge: InventedPledge, bad: BadRow?) {
        if bad == .badDate {
            bytes.append(contentsOf: "31.02.2026".utf8)
        } else if bad == .afterClosing {
            // Years later, so that no time for late pledges takes it in.
            instants.append(closing.adding(seconds: 3_660 * 86_400), to: &bytes)
        } else {
            instants.append(pledge.pledgedAt, hoursAhead: pledge.token % 50 == 0 ? 1 : 0, to: &bytes)
        }
        bytes.append(Self.comma)
    }

    private mutating func appendPayment(_ pledge: InventedPledge, bad: BadRow?) {
        bytes.append(contentsOf: method)
        if bad == .cardNumber {
            bytes.removeLast(3)
            bytes.append(contentsOf: "4242424242424242".utf8)
        } else {
            for place in 0..<10 {
                bytes.append(Self.tokenDigits[Int(pledge.token >> UInt64(place * 5) & 31)])
            }
        }
        bytes.append(Self.comma)
        bytes.append(UInt8(ascii: "\n"))
    }
}
