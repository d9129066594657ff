import Pledgebook

/// Why rows were not taken, kind by kind, for people.
struct RefusalWords {
    private let summary: ImportSummary

    init(_ summary: ImportSummary) { self.summary = summary }

    /// How many bad rows are printed one by one.
    static let shown = 20

    /// What to say before the rows are listed: nothing while all of them are.
    var overview: [String] {
        guard summary.refused > Self.shown else { return [] }
        var table = Table([.number("count"), .text("kind"), .text("first")])
        table.rows = summary.refusedByKind.map { kind in
            [
                "  " + grouped(kind.count), Self.words(for: kind.kind),
                "first at \(kind.file):\(kind.line):\(kind.column)",
            ]
        }
        return ["\(counted(summary.refused, "bad row")) of \(grouped(summary.rows)), by kind:"]
            + table.lines(header: false) + ["The first \(Self.shown) of them:"]
    }

    /// The kind in words; a kind that has none is shown as it is.
    static func words(for kind: String) -> String { known[kind] ?? kind }

    private static let known = [
        "unreadable": "cannot be read as CSV", "columns": "other number of columns than the header",
        "header": "the header again", "card-number": "card number in a cell",
        "reference": "no usable reference",
        "email": "no e-mail address", "country": "country missing, unknown or not shipped to",
        "tier": "unknown tier", "quantity": "quantity that cannot be", "promotion": "promotion not valid",
        "add-on": "unknown add-on", "choice": "choice that is not offered", "currency": "other currency",
        "amount": "amount that cannot be read", "price": "other amount than the price",
        "time": "time that cannot be read", "status": "unknown status",
        "payment-method": "unknown payment method", "payment-reference": "unusable payment reference",
        "duplicate": "reference twice, with different content", "collected": "paid already, and changed",
        "gateway": "status that only the gateway tells", "allocated": "units reserved already, and changed",
        "campaign-over": "campaign is over", "before-start": "pledged before the start",
        "after-end": "pledged after the end", "early-bird-over": "early-bird time was over",
        "sold-out": "sold out", "per-backer": "more than one backer may have",
        "out-of-stock": "out of stock", "not-offered": "not offered like this",
        "rehearsal": "real and rehearsed money mixed",
    ]
}
