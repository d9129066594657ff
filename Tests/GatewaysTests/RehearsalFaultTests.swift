import Accounting
import Testing

@testable import Crowdfunding
@testable import Gateways

@Suite("What goes wrong at the rehearsal's processor") struct RehearsalFaultTests {
    typealias Base = RehearsalGatewayTests

    /// A processor where one request in five meets the fault.
    private static func gateway(_ fault: RehearsalFault, _ folder: TemporaryFolder) throws -> RehearsalGateway
    {
        try RehearsalGateway(RehearsalProfile(seed: 3, faults: [fault: 200_000]), path: folder.truth)
    }

    @Test(
        "whatever it is, asking tells in the end, sending again acts once, and the truth is what was told",
        arguments: RehearsalFault.allCases)
    func once(_ fault: RehearsalFault) throws {
        let folder = try TemporaryFolder()
        var gateway = try Self.gateway(fault, folder)
        let all = Base.charges(1000)
        let first = try gateway.perform(all, prefix: Base.prefix, currency: Base.euro, at: Base.now)
        let odd = all.indices.filter {
            first[$0].answer
                != .done(amount: all[$0].amount, currency: "EUR", fee: 0, captureBefore: nil)
        }
        switch fault {
        case .duplicate, .reorder: #expect(odd.isEmpty)
        // One in a hundred refuses those after it.
        case .rateLimit: #expect((500...1000).contains(odd.count))
        // Some of its nonsense is in the reference.
        case .garbage: #expect((100...200).contains(odd.count))
        default: #expect((150...250).contains(odd.count), "\(odd.count)")
        }
        var captured: Int64 = 0
        var foreign = 0
        for (index, operation) in all.enumerated() {
            var told = first[index]
            var tries = 0
            while !told.isSound || told.answer == .unknown || told.answer == .pending
                || told.answer == .notFound
            {
                tries += 1
                let later = Base.now.adding(seconds: Int64(tries) * 3600)
                let found = try gateway.find(operation, prefix: Base.prefix, at: later)
                told =
                    found.answer == .notFound
                    ? try gateway.perform(
                        [operation], prefix: Base.prefix, currency: Base.euro, at: later)[0] : found
                try #require(tries < 100, "\(operation): \(told)")
            }
            guard case .done(let amount, let currency, _, _) = told.answer else {
                Issue.record("\(told)")
                continue
            }
            if currency == "EUR" { captured += amount } else { foreign += 1 }
        }
        let records = try gateway.records()
        #expect(records.count == 1000, "each acted once")
        #expect(records.filter { $0.currency == "EUR" }.reduce(0) { $0 + $1.amount } == captured)
        #expect(records.count { $0.currency != "EUR" } == foreign)
        #expect((foreign > 0) == (fault == .wrongCurrency))
        let asked = all.reduce(Int64(0)) { $0 + $1.amount }
        #expect((captured == asked) == (fault != .wrongAmount && fault != .wrongCurrency))
    }

    @Test("an answer that is held back is pending until its day, and the same on any later one")
    func delayed() throws {
        let folder = try TemporaryFolder()
        var gateway = try Self.gateway(.delayed, folder)
        let all = Base.charges(400)
        let first = try gateway.perform(all, prefix: Base.prefix, currency: Base.euro, at: Base.now)
        let waiting = all.indices.filter { first[$0].answer == .pending }
        #expect((50...120).contains(waiting.count))
        #expect(try gateway.totals().requests == 400, "the money has moved all the same")
        var told: Set<Int64> = []
        for day in Int64(0)...4 {
            for index in waiting {
                let found = try gateway.find(
                    all[index], prefix: Base.prefix, at: Base.now.adding(seconds: day * 86_400))
                if found.answer == .pending {
                    #expect(!told.contains(all[index].pledge))
                } else {
                    told.insert(all[index].pledge)
                }
            }
            #expect(day > 0 || told.isEmpty)
        }
        #expect(told.count == waiting.count, "at the latest after three days")
    }

    @Test("reordered requests take effect in another order, and each is answered in its place")
    func reorder() throws {
        let folder = try TemporaryFolder()
        var gateway = try Self.gateway(.reorder, folder)
        let all = Base.charges(300)
        let outcomes = try gateway.perform(all, prefix: Base.prefix, currency: Base.euro, at: Base.now)
        for (index, outcome) in outcomes.enumerated() {
            #expect(
                outcome.answer
                    == .done(amount: all[index].amount, currency: "EUR", fee: 0, captureBefore: nil))
        }
        let amounts = try gateway.records().map(\.amount)
        #expect(amounts != amounts.sorted() && amounts.sorted() == all.map(\.amount))
    }

    @Test("a refund that moves another amount moves less, and never more than was taken")
    func shortRefunds() throws {
        let folder = try TemporaryFolder()
        var gateway = try RehearsalGateway(RehearsalProfile(seed: 1), path: folder.truth)
        let charges = Base.charges(300)
        let taken = try gateway.perform(charges, prefix: Base.prefix, currency: Base.euro, at: Base.now)
        gateway = gateway.behaving(as: RehearsalProfile(seed: 1, faults: [.wrongAmount: 1_000_000]))
        let refunds = zip(charges, taken).map {
            Base.operation(Int($0.pledge), .refund, amount: $0.amount, target: $1.reference)
        }
        let outcomes = try gateway.perform(refunds, prefix: Base.prefix, currency: Base.euro, at: Base.now)
        for (refund, outcome) in zip(refunds, outcomes) {
            guard case .done(let amount, _, _, _) = outcome.answer else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(amount < refund.amount && amount > 0)
        }
    }

    @Test(
        "an answer is sound where it can be true",
        arguments: [
            (.done(amount: 1, currency: "EUR", fee: 0, captureBefore: nil), "ch_1", true),
            (.done(amount: 20, currency: "ZZZ", fee: 30, captureBefore: nil), "", true),
            (.done(amount: 0, currency: "EUR", fee: 0, captureBefore: nil), "", false),
            (.done(amount: -1, currency: "EUR", fee: 0, captureBefore: nil), "", false),
            (.done(amount: largestAmount + 1, currency: "EUR", fee: 0, captureBefore: nil), "", false),
            (.done(amount: 1, currency: "EUR", fee: -1, captureBefore: nil), "", false),
            (.done(amount: 1, currency: "EUR", fee: largestAmount + 1, captureBefore: nil), "", false),
            (.done(amount: 1, currency: "eur", fee: 0, captureBefore: nil), "", false),
            (.done(amount: 1, currency: "EURO", fee: 0, captureBefore: nil), "", false),
            (.done(amount: 1, currency: "EUR", fee: 0, captureBefore: nil), "a\"b", false),
            (.declined(hard: true, reason: "\""), "", true), (.declined(hard: true, reason: ""), "é", false),
            (.pending, String(repeating: "x", count: 201), false), (.unknown, "", true),
        ] as [(GatewayAnswer, String, Bool)])
    func sound(_ answer: GatewayAnswer, _ reference: String, _ isSound: Bool) {
        #expect(GatewayOutcome(answer, reference: reference).isSound == isSound)
    }
}
