import Accounting
import Crowdfunding
import Storage

extension Funding {
    private static let amounts: [(name: String, amount: @Sendable (Funding) -> Int64)] = [
        ("goal", { $0.goal }), ("pledged", { $0.pledged.amount }), ("authorized", { $0.payments.authorized }),
        ("captured", { $0.payments.captured }), ("failed", { $0.failed.amount }),
        ("dropped", { $0.dropped.amount }), ("unknown", { $0.unknown.amount }),
        ("refunded", { $0.payments.refunded }), ("refunds_owed", { $0.payments.committed }),
        ("disputed", { $0.payments.disputed }), ("disputes_lost", { $0.payments.lost }),
        ("disputed_and_refunded", { $0.payments.disputedTwice }),
        ("net_collected", { $0.netCollected }), ("fees", { $0.fees }), ("net_available", { $0.netAvailable }),
        ("committed_to_suppliers", { $0.committedToSuppliers }),
    ]

    private var head: ReportHead {
        ReportHead(
            name: "funding", title: "Funding", campaign: campaign,
            notes: [
                "Pledged is what was promised and not canceled, dropped pledges among it.",
                "Net collected is before fees, with tax in it.",
            ])
    }

    /// One row: a campaign.
    public var table: ReportTable {
        var columns = [ReportColumn("campaign", .text), ReportColumn("currency", .text)]
        var row: [ReportCell] = [.text(campaign.id.rawValue), .text(campaign.currency.code)]
        for (name, amount) in Self.amounts {
            columns.append(ReportColumn(name, .amount, hasMinor: true))
            row.append(.amount(amount(self)))
        }
        for (name, amount) in [("percent_pledged", pledged.amount), ("percent_collected", netCollected)] {
            columns.append(ReportColumn(name, .percent))
            row.append(percentOfGoal(amount).map { .percent($0) } ?? .empty)
        }
        for (name, tally) in [
            ("pledges", pledged), ("pledges_failed", failed), ("pledges_dropped", dropped),
            ("pledges_unknown", unknown),
        ] {
            columns.append(ReportColumn(name, .integer))
            row.append(.integer(tally.pledges))
        }
        columns += [ReportColumn("decision", .text), ReportColumn("journal", .text)]
        row += [.text(decision.text), .text(campaign.journal.text)]
        return ReportTable(head: head, columns: columns, rows: [row])
    }

    /// A line a figure; what the campaign does not have is left out.
    public var text: String {
        var grid = TextGrid(alignments: [.left, .right, .right, .right], firstGap: 3)
        grid.rows.append(["", "amount", "pledges", "of goal"])
        func append(_ label: String, _ amount: Int64, pledges: Int64? = nil, hasShare: Bool = false) {
            let share = hasShare ? percentOfGoal(amount).map { amountText($0, 2) + " %" } : nil
            grid.rows.append([
                label, Money(minorUnits: amount, currency: campaign.currency).grouped,
                pledges.map(groupedInteger) ?? "", share ?? "",
            ])
        }
        func appendIfAny(_ label: String, _ tally: Tally) {
            if tally != Tally() { append(label, tally.amount, pledges: tally.pledges) }
        }
        func appendIfAny(_ label: String, _ amount: Int64) {
            if amount != 0 { append(label, amount) }
        }
        appendIfAny("goal", goal)
        append(
            "pledged", pledged.amount, pledges: pledged.pledges == 0 ? nil : pledged.pledges, hasShare: true)
        appendIfAny("held on cards", payments.authorized)
        appendIfAny("card failed", failed)
        appendIfAny("dropped", dropped)
        appendIfAny("not known yet", unknown)
        append("collected", payments.captured)
        appendIfAny("  paid back", payments.refunded)
        appendIfAny("  to be paid back", payments.committed)
        appendIfAny("  disputed", payments.disputed)
        appendIfAny("    of it paid back, or to be", payments.disputedTwice)
        appendIfAny("  lost in disputes", payments.lost)
        append("net collected", netCollected, hasShare: true)
        append("  fees", fees)
        append("net available", netAvailable)
        appendIfAny("committed to suppliers", committedToSuppliers)
        let lines = [head.line] + grid.lines + ["Decision: \(decision.text).", head.foot]
        return lines.joined(separator: "\n") + "\n"
    }
}
