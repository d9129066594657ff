import Accounting
import Testing

@testable import Crowdfunding
@testable import Gateways
@testable import Pledgebook
@testable import Storage

/// Holds against the rehearsal's own truth, with its declines and lost answers.
@Suite("Holding cards before the close") struct HoldTests {
    private static func book(goal: Int64 = 100) throws -> ClosingBook {
        var terms = ClosingBook.Terms()
        terms.collect = "hold"
        terms.goal = goal
        return try ClosingBook(terms)
    }

    @Test("what is held is captured at the close, what is not is charged; the books agree with the gateway")
    func captured() throws {
        let book = try Self.book()
        let held = try book.session(hours: -20).holdPayments(nil)
        try book.check(hours: -20)
        #expect(held.held > 150 && held.failedSoft + held.failedHard > 0, "\(held)")
        let again = try book.session(hours: -19).holdPayments(nil)
        #expect(again.failedSoft == 0)
        try book.check(hours: -19)
        try book.close(hours: 0)
        for hours in [48, 96, 168] as [Int64] { try book.close(hours: hours) }
        let truth = try book.truth().totals()
        let sums = try book.folder.book.read { try $0.paymentSums(campaign: 1) }
        // A declined card is dropped; nothing stays held.
        #expect(sums.authorized == 0)
        #expect(truth.authorized > 0 && truth.captured > truth.authorized / 2)
        #expect(try book.record().state == .funded)
        let before = try book.dump()
        try book.close(hours: 170)
        #expect(try book.dump() == before)
    }

    @Test("a campaign that misses its goal lets every hold go, and takes nothing")
    func released() throws {
        let book = try Self.book(goal: 1_000_000_000)
        _ = try book.session(hours: -20).holdPayments(nil)
        for hours in [0, 1, 2] as [Int64] where try book.record().state != .unfunded {
            try book.close(hours: hours)
        }
        let truth = try book.truth().totals()
        #expect(truth.captured == 0 && truth.voided == truth.authorized && truth.authorized > 0)
        #expect(try book.record().state == .unfunded)
    }

    @Test("holds that have run out before a late close are charged")
    func expired() throws {
        let book = try Self.book()
        let held = try book.session(hours: -20).holdPayments(nil).held
        try book.close(hours: 7 * 24)
        let truth = try book.truth().totals()
        #expect(truth.captured > 0)
        #expect(try book.count(.expired) >= Int(held))
        #expect(try book.folder.book.read { try $0.paymentSums(campaign: 1) }.authorized == 0)
    }
}
