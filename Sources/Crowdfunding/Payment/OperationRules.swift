public import Accounting

/// What a request with a key that may have been used before means (T37, T38).
public enum OperationKeyCheck: Hashable, Sendable {
    /// The key is new: commit it and send it.
    case new
    /// The same was asked for before: its stored result is the answer (T37).
    case repeated

    /// Compares a request with what is stored under its key; throws `keyReused` where the figures differ
    /// (T38).
    public init(
        _ asked: Operation, stored: Operation?, currency: Currency
    ) throws(PaymentRefusal) {
        guard let stored else {
            self = .new
            return
        }
        guard asked == stored else {
            throw .keyReused(
                asked: Money(minorUnits: asked.amount, currency: currency),
                before: Money(minorUnits: stored.amount, currency: currency)
            )
        }
        self = .repeated
    }
}

/// By what a fact is known, so that the same fact given again changes nothing (T36) and two equal partial
/// refunds are two: its own reference (the charge's, refund's or dispute's id), its type and its amount.
public struct FactKey: Hashable, Sendable {
    /// The type of a fact; facts commute per reference and type (T39).
    ///
    /// The raw values are stored.
    public enum Kind: Int, Sendable {
        case authorized = 1
        case captured = 2
        case voided = 3
        case refunded = 4
        case refundReturned = 5
        case disputeOpened = 6
        case disputeWon = 7
        case disputeLost = 8
        case inquiry = 9
        case failure = 10
        case expired = 11
    }

    /// The gateway's, file's or person's own id of the fact.
    public let reference: String
    /// What it tells of.
    public let kind: Kind
    /// Minor units; 0 where it names none.
    public let amount: Int64

    /// The key of a fact; `nil` for a request.
    public init?(_ event: PaymentEvent, reference: String) {
        guard event.isFact else { return nil }
        self.reference = reference
        amount = event.amount ?? 0
        kind =
            switch event {
            case .authorized: .authorized
            case .charged, .captured: .captured
            case .holdVoided: .voided
            case .refunded, .refundedOutside: .refunded
            case .refundReturned: .refundReturned
            case .disputeOpened: .disputeOpened
            case .disputeWon: .disputeWon
            case .disputeLost: .disputeLost
            case .inquiry: .inquiry
            case .holdExpired: .expired
            default: .failure
            }
    }
}

/// When failed charges are tried again, and until when (T06, T49).
public struct RetrySchedule: Hashable, Sendable {
    /// When collecting began.
    public let began: Timestamp
    /// Seconds from one failure to the next try; 0 or more.
    public let every: Int64
    /// The first instant at which nothing is tried any more.
    public let ends: Timestamp

    /// The schedule of a campaign that began to collect at `began`.
    public init(_ prepayment: Prepayment, began: Timestamp) {
        self.init(began: began, days: prepayment.retryDays, everyHours: prepayment.retryEveryHours)
    }

    /// A schedule of `days` with a try every `everyHours`; negative figures count as 0.
    public init(began: Timestamp, days: Int, everyHours: Int) {
        self.began = began
        every = Int64(max(0, everyHours)) * 3600
        ends = began.adding(seconds: Int64(max(0, days)) * 86_400)
    }

    /// Whether nothing is tried any more and what is not collected is dropped.
    public func isOver(at now: Timestamp) -> Bool { now >= ends }

    /// When a payment that failed at `failed` is due again; `nil` where that is after the window.
    public func next(after failed: Timestamp) -> Timestamp? {
        let due = failed.adding(seconds: every)
        return due < ends ? due : nil
    }

    /// Whether a payment that failed at `failed` is tried now.
    ///
    /// Only a soft decline is.
    public func isDue(_ payment: Payment, failed: Timestamp, at now: Timestamp) -> Bool {
        guard payment.state == .failed, payment.ending == .failedSoft, let due = next(after: failed) else {
            return false
        }
        return now >= due && !isOver(at: now)
    }
}

/// When a gateway is asked what became of an operation that timed out (T47).
public enum AskSchedule {
    /// Seconds after the time-out: 1 m, 5 m, 30 m, 2 h, 12 h; then daily.
    public static let firstDelays: [Int64] = [60, 300, 1800, 7200, 43_200]
    /// Seconds after which a person must look: 7 days.
    public static let reviewAfter: Int64 = 7 * 86_400

    /// When to ask next, having asked `asked` times (0 or more) since `since`.
    public static func next(since: Timestamp, asked: Int) -> Timestamp {
        if asked < firstDelays.count { return since.adding(seconds: firstDelays[max(0, asked)]) }
        let days = Int64(min(asked - firstDelays.count + 1, 36_500))
        return since.adding(seconds: days * 86_400)
    }

    /// How many instants of the schedule have come since `since`: what `asked` is after asking at `now`.
    ///
    /// Who asks late does not ask again at once for every instant that was missed.
    public static func asked(since: Timestamp, at now: Timestamp) -> Int {
        let age = now.seconds - since.seconds
        let first = firstDelays.filter { $0 <= age }.count
        guard first == firstDelays.count else { return first }
        return first + Int(max(0, min(age / 86_400, 36_500)))
    }

    /// Whether it has been unknown for so long that `payment reconcile` exits with 1.
    public static func needsReview(since: Timestamp, at now: Timestamp) -> Bool {
        now >= since.adding(seconds: reviewAfter)
    }

    /// Seconds after which a refund that waits for the processor's balance raises an alarm (T25): 24 h.
    public static let alarmAfter: Int64 = 86_400
}

/// What canceling a pledge or releasing a campaign asks of one payment (T41, T42).
public enum ReleaseStep: Hashable, Sendable {
    /// Ask for this: `cancel` or `refund`.
    case request(PaymentEvent)
    /// An operation is open or unknown: nothing can be asked, and the campaign is not unfunded yet.
    case wait
    /// In dispute: nothing can be asked, and it does not hold up the end; if it is won, the refund follows.
    case disputed
    /// A refund that failed is owed: it must be sent again, or paid by a person.
    case owed(Int64)
    /// A person must settle it first.
    case conflicted
    /// Nothing is held, taken or owed.
    case done

    /// Whether the campaign can become unfunded or canceled with this payment as it is.
    public var isOver: Bool { self == .done || self == .disputed }
}

extension Payment {
    /// The next step that gives the payment back.
    public var releaseStep: ReleaseStep {
        switch state {
        case .conflicted: .conflicted
        case .unknown, .authorizing, .capturePending, .voidPending, .refundPending: .wait
        case .disputed: .disputed
        case .refundOwed where refundable > 0: .request(.refund(refundable))
        case .refundOwed: .owed(committed)
        case .pledged, .methodSaved, .failed, .actionRequired, .authorized, .partiallyCaptured:
            .request(.cancel)
        case .captured, .partiallyRefunded: .request(.refund(refundable))
        case .canceled, .dropped, .voided, .expired, .refunded, .disputeLost: .done
        }
    }
}

/// Whether a processor's settlement row and our operation know of each other (T46).
public enum SettlementMatch: Hashable, Sendable {
    case matched
    /// Minor units: the row's amount less ours.
    case amountDiffers(Int64)
    /// A row without our operation: E25 or E25o, needs review.
    case orphan
    /// Our success without a row after three settlement days: needs review.
    case missing
    /// Our success without a row, not yet three days old.
    case inTransit

    /// Compares a row's amount with ours; either may be missing, not both.
    ///
    /// Days are calendar days without week-ends.
    public init(row: Int64?, ours: Int64?, succeeded: CalendarDay, today: CalendarDay) {
        switch (row, ours) {
        case (.some(let row), .some(let ours)): self = row == ours ? .matched : .amountDiffers(row - ours)
        case (.some, .none): self = .orphan
        case (.none, _):
            self = today > succeeded.adding(workingDays: 3) ? .missing : .inTransit
        }
    }
}

extension CalendarDay {
    /// The day that many working days later; Saturdays and Sundays do not count.
    ///
    /// A refund that a delay makes due (T45) is due after 7.
    public func adding(workingDays: Int) -> CalendarDay {
        var day = self
        var left = workingDays
        while left > 0 {
            day = day.adding(days: 1)
            if day.isoWeekday < 6 { left -= 1 }
        }
        return day
    }
}
