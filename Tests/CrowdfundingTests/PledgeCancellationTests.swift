import Accounting
import Testing

@testable import Crowdfunding

@Suite("Canceling a pledge") struct PledgeCancellationTests {
    static let goal: Int64 = 4_000_000

    static func request(_ change: (inout CancellationRequest) -> Void) -> CancellationRequest {
        var request = CancellationRequest(
            campaign: .live, pledge: .placed, now: Sample.closesAt.adding(seconds: -86_400), amount: 100,
            pledgedTotal: goal + 100)
        change(&request)
        return request
    }
    static func euros(_ amount: Int64) -> Money {
        Money(minorUnits: amount, currency: known(Currency("EUR")))
    }

    static let allowed: [CancellationRequest] = [
        request { _ in },
        // A second before the last day the goal does not count.
        request {
            $0.amount = 101; $0.now = $0.now.adding(seconds: -1)
        },
        // What is below the goal already is not taken below it.
        request { $0.pledgedTotal = goal - 1 },
        request {
            $0.amount = 101; $0.overrideReason = "The backer was charged twice."
        },
        request {
            $0.now = Sample.closesAt; $0.campaign = .funded; $0.overrideReason = "ill"
        },
    ]

    @Test("is allowed", arguments: allowed)
    func allows(_ request: CancellationRequest) throws {
        let grant = try Sample.lamp.cancellation(of: request)
        #expect((grant.overridden == nil) == (request.overrideReason == nil))
    }

    static let refused: [(CancellationRequest, CancellationRefusal)] = [
        (request { $0.amount = 101 }, .belowGoal(left: euros(goal - 1), goal: euros(goal))),
        (
            request {
                $0.amount = 101; $0.overrideReason = "  "
            },
            .belowGoal(left: euros(goal - 1), goal: euros(goal))
        ),
        (request { $0.now = Sample.closesAt }, .tooLate(now: Sample.closesAt, until: Sample.closesAt)),
        (
            request {
                $0.pledge = .canceled; $0.overrideReason = "why"
            }, .notPlaced(.canceled)
        ),
        (request { $0.pledge = .dropped }, .notPlaced(.dropped)),
        (
            request {
                $0.pledge = .delivered; $0.overrideReason = "why"
            }, .delivered
        ),
        (
            request {
                $0.delivered = .partly; $0.overrideReason = "why"
            }, .delivered
        ),
        (
            request {
                $0.campaign = .releasing; $0.overrideReason = "why"
            }, .campaignOver(.releasing)
        ),
        (
            request {
                $0.campaign = .finished; $0.overrideReason = "why"
            }, .campaignOver(.finished)
        ),
    ]

    @Test("is refused with its reason", arguments: refused)
    func refuses(_ request: CancellationRequest, _ refusal: CancellationRefusal) {
        #expect(throws: refusal) { try Sample.lamp.cancellation(of: request) }
        #expect(refusal.message.count > 20)
    }

    @Test("follows the campaign's rule")
    func rules() throws {
        var definition = Sample.lamp
        definition.cancellation.lastDayRule = false
        _ = try definition.cancellation(of: Self.request { $0.amount = 101 })
        definition.cancellation.backerMayCancelUntil = nil
        #expect(throws: CancellationRefusal.neverAllowed) {
            try definition.cancellation(of: Self.request { _ in })
        }
    }
}
