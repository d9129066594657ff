import Accounting
import Crowdfunding
import Pledgebook
import Reports

/// What is due, as commands to paste, each with its reason.
struct DueWords {
    let campaign: LoadedCampaign
    let now: Timestamp
    let needsName: Bool
    private let dates: DateWords

    init(_ standing: CampaignStanding) {
        campaign = standing.campaign
        now = standing.now
        needsName = standing.hasSiblings
        dates = DateWords(standing.campaign.offsets, now: standing.now)
    }

    /// Lines for `Output.next`.
    func lines(_ steps: [DueStep]) -> [String] {
        let rows = steps.map { [command($0), reason($0)] }
        // A long command does not push the other reasons away.
        let width = rows.map { displayWidth($0[0]) }.filter { $0 <= 44 }.max() ?? 0
        return rows.map { Screen.left($0[0], width) + "   " + $0[1] }
    }

    func command(_ step: DueStep) -> String {
        let id = campaign.definition.id
        let name = needsName ? " -c \(id)" : ""
        return switch step {
        case .importPledges: "pledgebook pledge import FILE\(name)"
        case .hold: "pledgebook campaign hold \(id)"
        case .close, .charge, .ask, .retry, .drop, .release: "pledgebook campaign close \(id)"
        case .askBalance: "pledgebook payment balance\(name)"
        case .launchRun(let run, _): "pledgebook run launch \(run)\(name)"
        case .recordPayout: "pledgebook cash record payout AMOUNT --on DATE\(name)"
        case .refund: "pledgebook payment list --state refund-pending --state refund-owed\(name)"
        case .choose: "pledgebook pledge list --open-choice\(name)"
        case .sendNotices: "pledgebook notice export\(name)"
        case .finish: "pledgebook campaign finish \(id)"
        }
    }

    func reason(_ step: DueStep) -> String {
        switch step {
        case .importPledges: "no pledge is in the book yet"
        case .close(let from):
            from <= now ? "due since \(dates.short(from))" : "on or after \(dates.short(from))"
        case .hold(let from, let tally):
            "\(from <= now ? "hold due since" : "hold on or after") \(dates.short(from)): "
                + "\(counted(tally.count, "card")), \(money(tally))"
        case .charge(let tally): "\(counted(tally.count, "pledge")) to be charged now, \(money(tally))"
        case .ask(let tally): "\(counted(tally.count, "charge")) without an answer: asks the gateway"
        case .askBalance(let day, let tally):
            "\(counted(tally.count, "balance")) to be asked for"
                + (day.map {
                    campaign.day(of: now) < $0 ? " on \(dates.short($0))" : " since \(dates.short($0))"
                }
                    ?? " before shipping") + ", \(money(tally))"
        case .retry(let from, let tally):
            "\(from <= now ? "retry due since" : "retry due on") \(dates.short(from)): "
                + "\(counted(tally.count, "card")) failed, \(money(tally))"
        case .drop(let from, let tally):
            "\(from <= now ? "drop due since" : "drop on or after") \(dates.short(from)): "
                + "\(counted(tally.count, "pledge")) not paid, \(money(tally))"
        case .launchRun(_, let since): "threshold met" + (since.map { " since \(dates.short($0))" } ?? "")
        case .recordPayout(let tally, let source, let about): payout(tally, source, about)
        case .refund(let tally): "\(counted(tally.count, "pledge")) to be paid back by you, \(money(tally))"
        case .choose(let open):
            "\(counted(open.pledges, "backer has", "backers have")) not chosen "
                + "(\(counted(open.units, "unit")))"
        case .release(let tally): "\(counted(tally.count, "pledge")) not yet released or paid back"
        case .sendNotices(let count): "\(counted(count, "notice")) to be sent to backers"
        case .finish: "everything is shipped and settled"
        }
    }

    private func payout(_ tally: Tally, _ source: String?, _ about: CalendarDay?) -> String {
        guard let source, let about else {
            return campaign.isRehearsal
                ? "\(money(tally)) lies at the processor" : "\(money(tally)) is not at your bank yet"
        }
        return "\(platformName(source)) usually pays 14 days after the end: about \(dates.short(about))"
    }

    private func money(_ tally: Tally) -> String { campaign.money(tally.amount).description }
}

/// A platform's name as it writes itself.
func platformName(_ source: String) -> String { source.prefix(1).uppercased() + source.dropFirst() }
