import Accounting
import Crowdfunding
import Testing

@Suite("Posting rules") struct PostingRulesTests {
    /// The table of the accounting manual, a second time and by hand.
    ///
    /// Columns: goods, shipping, tax, fee, other.
    static let manual = """
        E00  - - - - 1000|3000
        E00s - - - - 1410|3000
        E03  1100|2000 1100|2015 1100|2030 5100|1100 -
        E03s 1100|2010 1100|2015 1100|2030 5100|1100 -
        E04  - - - 5100|1100 -
        E05  - - - - 1110|1100
        E06  - - - - 1100|1110
        E06r - - - - 1100|1110
        E06a - - - - 1000|1100
        E06d - - - - 1000|1100
        E06g - - - - 1000|1100
        E06b - - - - 1100|1000
        E06c - - - - 1100|1000
        E06e - - - - 1100|1000
        E06f - - - - 1100|1000
        E06h - - - - 1100|1000
        E08  2000|2010 - - - -
        E09  - - - 5110|2050 -
        E09w - - - 5110|1100 -
        E11  - - - - 2050|1000
        E12  - - - - 1300|1000
        E13  2000|2020 2015|2020 2030|2020 - -
        E13s 2010|2020 2015|2020 2030|2020 - -
        E13b 4000|2020 4010|2020 2030|2020 - -
        E14  2020|1100 2020|1100 2020|1100 5100|1100 -
        E14b 2020|1000 2020|1000 2020|1000 5100|1100 -
        E15  1100|2020 1100|2020 1100|2020 5100|1100 -
        E16  1130|1100 1130|1100 1130|1100 5210|1100 -
        E17  1100|1130 1100|1130 1100|1130 1100|5210 -
        E18  2000|1130 2015|1130 2030|1130 - -
        E18a 2010|1130 2015|1130 2030|1130 - -
        E18b 5200|1130 5200|1130 2030|1130 - -
        E18c 2020|1130 2020|1130 2020|1130 - -
        E19d - - - - 1200|1130
        E19r - - - - 1200|1100
        E19w - - - - 5200|1200
        E20  - - - - 1410|2040
        E20d - - - - 2040|1300
        E21  - - - - 2040|1000
        E22  2010|4000 2015|4010 2010|2030 - -
        E23  - - - - 5000|1410
        E24  - - - - 5010|2060
        E24p - - - - 2060|1000
        E25  - - - - 1100|2900
        E25o - - - - 1900|1100
        E26  2010|4020 - - - -
        E26u 2010|2070 - - - -
        E27  - - - - 2030|1000
        E29  - - - - 5300|1300
        E30  - - - - 1500|1000
        """

    @Test("each kind posts what the manual says, and the manual knows each kind that posts")
    func table() {
        var seen: Set<String> = []
        for line in Self.manual.split(separator: "\n") {
            let fields = line.split(separator: " ").map(String.init)
            let kinds = EntryKind.allCases.filter { $0.code == fields[0] }
            #expect(kinds.count == 1, "\(fields[0])")
            let cells = EntryPart.allCases.map { part in
                let rules = kinds.flatMap(\.postings).filter { $0.part == part }
                return rules.isEmpty
                    ? "-" : rules.map { "\($0.debit.rawValue)|\($0.credit.rawValue)" }.joined(separator: "+")
            }
            #expect(cells == Array(fields.dropFirst()), "\(fields[0])")
            seen.insert(fields[0])
        }
        #expect(seen == Set(EntryKind.allCases.compactMap(\.code)))
    }

    @Test("a kind posts exactly when it has a number; memo kinds lie below 100")
    func memo() {
        for kind in EntryKind.allCases {
            #expect(kind.isMemo == (kind.code == nil), "\(kind)")
            #expect(kind.isMemo == (kind.rawValue < 100), "\(kind)")
        }
    }

    @Test("the words of receipts are unique, ASCII, and lead back")
    func events() {
        let events = EntryKind.allCases.map(\.event)
        #expect(Set(events).count == EntryKind.allCases.count)
        #expect(Set(EntryKind.allCases.compactMap(\.code)).count == 50)
        for kind in EntryKind.allCases {
            #expect(EntryKind(event: kind.event) == kind)
            #expect(!kind.title.isEmpty)
            #expect(kind.event.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2E || $0 == 0x2D })
        }
        for unknown in ["", "Placed", "captured ", "E03", "captured.after", "nothing"] {
            #expect(EntryKind(event: unknown) == nil)
        }
    }

    /// Receipts sign these words: this list may grow, and no line of it may change.
    @Test(
        "the words of receipts never change",
        arguments: [
            (.placed, "placed"), (.methodSaved, "method.saved"), (.captured, "captured"),
            (.capturedAfterSuccess, "captured.after-success"), (.campaignLaunched, "campaign.launched"),
            (.runLaunched, "run.launched"), (.keyRotated, "key.rotated"),
            (.refundCommitted, "refund.committed"),
            (.refunded, "refunded"), (.disputeOpened, "dispute.opened"), (.delivered, "delivered"),
            (.payoutArrived, "payout.arrived"), (.succeeded, "succeeded"),
            (.supplierDeposit, "supplier.deposit"),
        ] as [(EntryKind, String)])
    func frozen(kind: EntryKind, event: String) { #expect(kind.event == event) }

    @Test("every account is touched by a rule", arguments: Account.allCases)
    func touched(account: Account) {
        let rules = EntryKind.allCases.flatMap(\.postings)
        #expect(rules.contains { $0.debit == account || $0.credit == account })
    }

    @Test("rules balance, alone and reversed", arguments: EntryKind.allCases)
    func balance(kind: EntryKind) throws {
        let parts = EntryParts(goods: 3, shipping: 5, tax: 7, fee: 11, other: 13)
        var books = TrialBalance()
        try books.add(parts, by: kind.postings)
        #expect(books.isBalanced)
        #expect(books.rows.isEmpty == kind.isMemo)
        #expect(kind.postings.allSatisfy { $0.debit != $0.credit })
        #expect(Set(kind.postings.map(\.part)).count == kind.postings.count)
        try books.add(-parts, by: kind.postings)
        #expect(books.rows.allSatisfy { $0.debit == 0 && $0.credit == 0 })
    }
}
