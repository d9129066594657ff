import Accounting
import Crowdfunding
import Testing

@testable import Storage

@Suite("Totals of pledges and lines") struct TotalsTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static func pledge(_ number: Int64, _ random: inout Generator) -> PledgeRow {
        var row = PledgeRow()
        row.number = number
        row.backer = 1
        row.tier = Int32.random(in: -1...2, using: &random)
        row.quantity = .random(in: 1...3, using: &random)
        row.goods = .random(in: 0...3, using: &random) * 1_000
        row.gateway = .random(in: 1...2, using: &random)
        return row
    }

    private static func payment(of due: Int64, _ random: inout Generator) -> Payment {
        var payment = Payment()
        payment.captured = .random(in: 0...max(due, 1), using: &random)
        payment.authorized = payment.captured
        payment.refunded = .random(in: 0...payment.captured, using: &random)
        payment.committed = .random(in: 0...(payment.captured - payment.refunded), using: &random)
        return payment
    }

    /// Whatever is written, and however, the totals say what counting anew says.
    private static func step(_ records: Records, _ random: inout Generator, pledges: Int64) throws {
        let one = Int64.random(in: 1...pledges, using: &random)
        switch Int.random(in: 0...4, using: &random) {
        case 0:
            try records.setState(
                of: [one, one % pledges + 1],
                to: PledgeState.allCases.randomElement(using: &random) ?? .placed,
                campaign: 1)
        case 1:
            let lines = (0..<Int.random(in: 0...2, using: &random)).map {
                LineRow(pledge: one, kind: $0 + 1, id: "bulb", quantity: .random(in: 1...9, using: &random))
            }
            try records.replaceLines(of: one, with: lines, campaign: 1)
        case 2:
            guard var pledge = try records.pledge(campaign: 1, number: one) else { return }
            pledge.quantity += 1
            pledge.goods += 500
            pledge.tier = 1
            try records.update(pledge, campaign: 1)
        default:
            var batch = AppendBatch()
            for number in [one, one % pledges + 1] {
                batch.payments.append(
                    PaymentRow(
                        pledge: number, instalment: .random(in: 1...2, using: &random),
                        payment: payment(of: 2_000, &random)))
            }
            try BulkAppend(records, campaign: 1).append(batch)
        }
    }

    @Test(
        "agree with a count of every row after any sequence of changes",
        arguments: 1...20 as ClosedRange<UInt64>)
    func agree(seed: UInt64) throws {
        var random = Generator(state: seed)
        let folder = try StorageFolder()
        let book = try folder.book()
        let count: Int64 = 12
        try book.inBulk {
            try book.write { records in
                var batch = AppendBatch()
                batch.backers = [
                    BackerRow(
                        number: 1, email: batch.store("a@example.org"), name: .empty, country: 0,
                        address: .empty, answers: .empty)
                ]
                for number in 1...count {
                    var row = Self.pledge(number, &random)
                    row.reference = batch.store("P-\(number)")
                    batch.pledges.append(row)
                    if number.isMultiple(of: 3) {
                        batch.lines.append(LineRow(pledge: number, kind: 1, id: "bulb", quantity: number))
                        batch.payments.append(
                            PaymentRow(
                                pledge: number, payment: Self.payment(of: 2_000, &random),
                                counted: PledgeCount(placing: row)))
                    }
                }
                try BulkAppend(records, campaign: 1).append(batch)
            }
            for index in 0...30 {
                try book.write { records in
                    if index > 0 { try Self.step(records, &random, pledges: count) }
                    let counted = try records.countedTotals(campaign: 1)
                    #expect(
                        Set(try records.totals(campaign: 1)) == Set(counted.pledges), "seed \(seed), \(index)"
                    )
                    #expect(
                        Set(try records.lineTotals(campaign: 1)) == Set(counted.lines),
                        "seed \(seed), \(index)")
                }
            }
        }
    }
}
