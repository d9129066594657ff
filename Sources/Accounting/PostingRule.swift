/// Where a part of an entry is posted: the same amount to one account's debit and another's credit.
///
/// A rule is never changed once books were kept by it: a new rule is a new kind of entry.
public struct PostingRule: Hashable, Sendable {
    /// The part that is posted.
    public let part: EntryPart
    /// The account that is debited; credited by a negative part.
    public let debit: Account
    /// The account that is credited; debited by a negative part.
    public let credit: Account

    /// Puts a rule together.
    public init(part: EntryPart, debit: Account, credit: Account) {
        self.part = part
        self.debit = debit
        self.credit = credit
    }
}
