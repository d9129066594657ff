import Accounting
import Crowdfunding
import Testing

@Suite("Cash lines") struct CashLinesTests {
    static let pairs = EntryKind.allCases.flatMap { kind in CashBasis.allCases.map { (kind, $0) } }

    /// What one unit in one part of a kind does to the cash accounts, by the posting rules.
    static func posted(_ kind: EntryKind, _ part: EntryPart, _ basis: CashBasis) throws -> Int64 {
        var parts = EntryParts.zero
        parts[part] = 1
        var books = TrialBalance()
        try books.add(parts, by: kind.postings)
        return basis.accounts.map { books.balance(of: $0) }.reduce(0, +)
    }

    /// The same by the line table.
    static func told(_ kind: EntryKind, _ part: EntryPart, _ sources: [CashSource]) throws -> Int64 {
        var parts = EntryParts.zero
        parts[part] = 1
        return try sources.filter { $0.kind == kind }.map { try $0.movement(of: parts) }.reduce(0, +)
    }

    @Test("every cash leg has its amount in exactly one line, and nothing else has", arguments: pairs)
    func legs(kind: EntryKind, basis: CashBasis) throws {
        for part in EntryPart.allCases {
            let sources = CashLine.allCases.flatMap { $0.sources(basis) }
            let posted = try Self.posted(kind, part, basis)
            #expect(try Self.told(kind, part, sources) == posted, "\(kind) \(part) \(basis)")
            let lines = sources.filter { $0.kind == kind && $0.parts.contains(part) }
            #expect(lines.count == (posted == 0 ? 0 : 1), "\(kind) \(part) \(basis)")
        }
    }

    @Test(
        "opening + movements = closing fails as soon as one source is missing", arguments: CashBasis.allCases)
    func missing(basis: CashBasis) throws {
        let sources = CashLine.allCases.flatMap { $0.sources(basis) }
        for index in sources.indices {
            var fewer = sources
            let gone = fewer.remove(at: index)
            let differs = try gone.parts.contains { part in
                try Self.told(gone.kind, part, fewer) != Self.posted(gone.kind, part, basis)
            }
            #expect(differs, "\(gone)")
        }
    }

    /// By hand from the reports page; `f` is the fee part, `-` what is taken off the line.
    static let manual: [(CashBasis, CashLine, String)] = [
        (.bank, .receipts, "E06a"), (.bank, .refunds, "-E06b -E14b"), (.bank, .chargebacks, "-E06c"),
        (.bank, .chargebacksReversed, "E06d"), (.bank, .processorFees, "-E06e"),
        (.bank, .platformFees, "-E06f -E11"), (.bank, .unexplained, "-E06h E06g"),
        (.processor, .receipts, "E03 E03s"), (.processor, .refunds, "-E14 -E14b -E19r E15"),
        (.processor, .chargebacks, "-E16"), (.processor, .chargebacksReversed, "E17"),
        (.processor, .processorFees, "-E03f -E03sf -E04f -E14bf -E14f -E15f -E16f E17f"),
        (.processor, .platformFees, "-E09wf -E11"), (.processor, .unexplained, "-E25o E25"),
        (.bank, .supplierDeposits, "-E12"), (.bank, .supplierBalances, "-E21"), (.bank, .freight, "-E24p"),
        (.bank, .taxRemitted, "-E27"), (.bank, .tooling, "-E30"), (.bank, .ownMoney, "E00"),
        (.processor, .supplierDeposits, "-E12"), (.processor, .supplierBalances, "-E21"),
        (.processor, .freight, "-E24p"), (.processor, .taxRemitted, "-E27"), (.processor, .tooling, "-E30"),
        (.processor, .ownMoney, "E00"),
    ]

    @Test("each line has the kinds that the page names", arguments: manual)
    func lines(basis: CashBasis, line: CashLine, kinds: String) {
        let told = line.sources(basis).map { source in
            "\(source.sign < 0 ? "-" : "")\(source.kind.code ?? "?")\(source.parts == [.fee] ? "f" : "")"
        }
        #expect(told.sorted().joined(separator: " ") == kinds)
    }

    @Test("codes and sections")
    func sections() {
        #expect(Self.manual.count == CashLine.allCases.count * CashBasis.allCases.count)
        #expect(
            CashLine.allCases.map(\.rawValue) == [
                "CF01", "CF02", "CF03", "CF04", "CF05", "CF06", "CF07", "CF08", "CF09", "CF10", "CF11",
                "CF20", "CF30",
            ])
        #expect(CashLine.allCases.filter { $0.section == .investing } == [.tooling])
        #expect(CashLine.allCases.filter { $0.section == .financing } == [.ownMoney])
        #expect(Set(CashLine.allCases.map(\.title)).count == CashLine.allCases.count)
    }

    @Test("a sum beyond 64 bits is refused")
    func overflow() throws {
        let source = try #require(CashLine.refunds.sources(.processor).first)
        #expect(throws: AccountingError.overflow) { try source.movement(of: EntryParts(goods: .max, tax: 2)) }
        #expect(throws: AccountingError.overflow) { try source.movement(of: EntryParts(goods: .min)) }
        #expect(try source.movement(of: EntryParts(goods: .max, tax: -1)) == 1 - .max)
    }
}
