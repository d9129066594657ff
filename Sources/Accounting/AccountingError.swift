/// What the books cannot take.
public enum AccountingError: Error, Hashable, Sendable {
    /// A sum is beyond 64 bits of minor units; nothing was added.
    case overflow
}
