import Accounting
import Crowdfunding
import Parsing
import Pledgebook

/// How a campaign stands, for programs: the facts of the screen, amounts as decimal strings.
struct StandingJSON {
    private let standing: CampaignStanding

    init(_ standing: CampaignStanding) { self.standing = standing }

    /// One object.
    var text: String {
        var json = JSONWriter()
        write(&json)
        return json.text
    }

    private func plain(_ minorUnits: Int64) -> String { standing.campaign.money(minorUnits).plain }

    private func write(_ json: inout JSONWriter) {
        let definition = standing.campaign.definition
        let day = { (moment: Timestamp?) in moment.map { standing.campaign.day(of: $0).description } }
        json.object { json in
            json.member("campaign", definition.id.rawValue)
            json.member("title", definition.title)
            json.member("rehearsal", standing.isRehearsal)
            json.member("state", standing.state.rawValue)
            json.member("currency", definition.currency.code)
            json.member("time_zone", definition.timeZone)
            json.member("at", standing.now.description)
            json.member("closes_at", definition.closesAt.description)
            json.member("closed_on", day(standing.closedAt))
            json.member("decided_on", day(standing.decidedAt))
            json.member("locked_through", standing.campaign.lockedThrough?.description)
            json.member("goal", plain(definition.funding.goal))
            json.member("minimum_units", definition.funding.minimumUnits)
            json.member("units", standing.funding.units)
            json.member("units_shipped", standing.shipped)
            writeMoney(&json)
            json.member("tiers") { json in writeTiers(&json) }
            json.member("runs") { json in writeRuns(&json) }
            json.member("choices") { json in writeChoices(&json) }
            json.member("supplies") { json in
                json.array { json in
                    for supply in standing.supplies {
                        json.object { json in
                            json.member("item", supply.title)
                            json.member("sold", supply.sold)
                            json.member("left", supply.left)
                        }
                    }
                }
            }
            json.member("next") { json in writeNext(&json) }
        }
    }

    private func writeMoney(_ json: inout JSONWriter) {
        let money = standing.money
        for (name, tally) in [
            ("pledged", money.pledged), ("collected", money.collected), ("held", money.held),
            ("balances_to_ask", money.balances.toAsk), ("balances_open", money.balances.open),
            ("failed", money.failed),
            ("needs_backer", money.needBacker), ("unknown", money.unknown), ("dropped", money.dropped),
            ("refunded", money.refunded), ("refunds_owed", money.owed), ("disputed", money.disputed),
        ] {
            json.member(name) { json in
                json.object { json in
                    json.member("amount", plain(tally.amount))
                    json.member("pledges", tally.count)
                }
            }
        }
        json.member("disputes_lost", plain(money.lost))
        json.member("fees", plain(money.fees))
        json.member("fees_estimated", money.feesAreEstimated)
        json.member("tax", plain(money.tax))
        json.member("yours", plain(money.yours))
        json.member("at_processor", plain(money.atProcessor))
    }

    private func writeTiers(_ json: inout JSONWriter) {
        json.array { json in
            for tier in standing.tiers {
                json.object { json in
                    json.member("id", tier.tier.id)
                    json.member("price", plain(tier.tier.price))
                    json.member("sold", tier.sold)
                    json.member("limit") { number(tier.tier.limit, &$0) }
                    json.member("left") { number(tier.left, &$0) }
                    json.member("until", tier.tier.until?.description)
                    json.member("sold_out_at", tier.soldOutAt?.description)
                }
            }
        }
    }

    private func writeRuns(_ json: inout JSONWriter) {
        json.array { json in
            for run in standing.runs {
                json.object { json in
                    json.member("id", run.plan.id)
                    json.member("state", run.state.rawValue)
                    json.member("waiting", run.waiting)
                    json.member("minimum", run.plan.minimumUnits)
                    json.member("capacity") { number(run.plan.capacity, &$0) }
                    json.member("ordered", run.ordered)
                    json.member("received", run.received)
                    json.member("expected_on", run.expectedOn?.description)
                    json.member("slip_days", Int64(run.slip))
                    json.member("missing", run.shortfall?.text(in: standing.campaign.definition.currency))
                }
            }
        }
    }

    private func writeChoices(_ json: inout JSONWriter) {
        json.array { json in
            for choice in standing.choices {
                json.object { json in
                    json.member("item", choice.item)
                    json.member("open", choice.open)
                    json.member("variants") { json in
                        json.array { json in
                            for variant in choice.variants {
                                json.object { json in
                                    json.member("title", variant.title)
                                    json.member("units", variant.units)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private func writeNext(_ json: inout JSONWriter) {
        let words = DueWords(standing)
        json.array { json in
            for step in standing.due {
                json.object { json in
                    json.member("command", words.command(step))
                    json.member("because", words.reason(step))
                }
            }
        }
    }

    private func number(_ value: Int64?, _ json: inout JSONWriter) {
        if let value { json.number(value) } else { json.null() }
    }
}
