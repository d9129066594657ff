public import Accounting

/// Something that can go wrong with one request to a card processor.
///
/// The raw values are the keys of a profile file.
public enum RehearsalFault: String, CaseIterable, Sendable {
    /// The request never arrives; nobody is told.
    case timeoutBefore = "timeout_before_effect"
    /// The request is carried out and its answer is lost.
    case timeoutAfter = "timeout_after_effect"
    /// The request arrives twice, and its answer is told twice.
    case duplicate = "duplicate"
    /// Another amount is moved than was asked for.
    case wrongAmount = "wrong_amount"
    /// The amount is moved in another currency.
    case wrongCurrency = "wrong_currency"
    /// 409: the key is being worked on, by a request that did arrive.
    case conflict = "conflict"
    /// 429: this request and those after it are not taken.
    case rateLimit = "rate_limit"
    /// 5xx, before or after the effect.
    case serverError = "server_error"
    /// It is carried out, and the answer makes no sense.
    case garbage = "garbage"
    /// It is carried out, and nobody is told for days.
    case delayed = "delayed"
    /// Requests that are sent together take effect in another order.
    case reorder = "reorder"
}

/// How backers and their card processor behave in a rehearsal: what a profile file says.
public struct RehearsalBehavior: Hashable, Sendable {
    /// Of the backers, how many cancel while the campaign is live.
    public var cancellations: Percentage
    /// Of charges, how many are declined so that a later try may succeed.
    public var declinedSoft: Percentage
    /// Of payments, how many are declined for good.
    public var declinedHard: Percentage
    /// Of payments, how many wait for the backer.
    public var needsBacker: Percentage
    /// Of requests, how many meet each fault; what is left out never happens.
    public var faults: [RehearsalFault: Percentage]
    /// The most days for which an answer is held back, 1 or more.
    public var delayDays: Int

    /// What makers see after a real deadline: 4 % of charges fail at first, half of them for a while only.
    public static let realistic = RehearsalBehavior(
        cancellations: percent(50_000), declinedSoft: percent(20_000), declinedHard: percent(15_000),
        needsBacker: percent(5_000),
        faults: [
            .timeoutBefore: percent(300), .timeoutAfter: percent(300), .duplicate: percent(300),
        ], delayDays: 3)

    /// Parts of a million as a percentage.
    private static func percent(_ millionths: Int64) -> Percentage {
        Percentage("\(millionths / 10_000).\(String(millionths % 10_000 + 10_000).dropFirst())") ?? .zero
    }
}
