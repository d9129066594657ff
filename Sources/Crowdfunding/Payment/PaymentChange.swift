/// What an event does to a payment: its new value, what to book, and the row of payments.md that says so.
public struct PaymentChange: Hashable, Sendable {
    /// The number of the row, 35 for T35.
    public var transition: Int
    /// The payment afterwards.
    public var payment: Payment
    /// The entries to write, in order.
    public var bookings: [Booking]
    /// The state to store with the operation that was answered; `nil` where none was.
    public var answered: OperationState?
    /// The operation is to be sent again under the same key (T08, T14).
    public var sendAgain: Bool

    /// Puts a change together; the parameters are the properties of the same names.
    public init(
        _ transition: Int, _ payment: Payment, _ bookings: [Booking] = [], answered: OperationState? = nil,
        sendAgain: Bool = false
    ) {
        self.transition = transition
        self.payment = payment
        self.bookings = bookings
        self.answered = answered
        self.sendAgain = sendAgain
    }
}

/// One entry that a change of a payment asks for.
public struct Booking: Hashable, Sendable {
    /// What to write.
    public var kind: EntryKind
    /// Minor units; of memo kinds it goes into `detail`, else into the parts by `pool`.
    public var amount: Int64
    /// Minor units that the processor kept, or gave back with `disputeWon`.
    public var fee: Int64
    /// Where the parts come from.
    public var pool: PartsPool
    /// The operation that did it, signed in `detail`; `nil` for a fact that nobody asked for.
    public var operation: OperationKind?
    /// Whether the entry takes back earlier ones of its kind.
    public var isReversal: Bool

    /// Puts a booking together.
    public init(
        _ kind: EntryKind, _ amount: Int64, fee: Int64 = 0, pool: PartsPool = .none,
        operation: OperationKind? = nil, isReversal: Bool = false
    ) {
        self.kind = kind
        self.amount = amount
        self.fee = fee
        self.pool = pool
        self.operation = operation
        self.isReversal = isReversal
    }
}

/// What the parts (goods, shipping, tax) of a booking are split over.
public enum PartsPool: Int, CaseIterable, Sendable {
    /// Nothing is posted: a memo; the amount goes into `detail`.
    case none = 0
    /// What was pledged and is not captured.
    case due = 1
    /// Captured, not delivered, not given back and not committed.
    case undelivered = 2
    /// Captured and delivered, not given back and not committed.
    case delivered = 3
    /// Committed to be given back.
    case committed = 4
    /// Given back.
    case refunded = 5
    /// In dispute.
    case disputed = 6
    /// The whole amount is the part `other`.
    case other = 7
}
