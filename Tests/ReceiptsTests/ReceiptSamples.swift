import Accounting
import Crowdfunding
import Receipts
import Testing

// Swift Testing has a type of this name, too.
typealias Tag = Crowdfunding.Tag

/// A master key, keys and a chain that are the same in every run.
enum ReceiptSamples {
    static let master = MasterKey(Array(UInt8(0)..<32))
    static let head = ReceiptHead(issuer: "aurora-lamp", currency: "EUR", scale: 2, isRehearsal: false)

    static func key(epoch: Int = 1, book: String = "7f3a9c") throws -> SigningKey {
        SigningKey(
            master: try #require(master), book: book, campaign: try #require(CampaignID("aurora-lamp")),
            epoch: epoch)
    }

    static func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

    static func placed() throws -> JournalEntry {
        JournalEntry(
            number: 1, kind: .placed, subject: "P-1042", at: Timestamp(seconds: 1_772_616_600),
            day: try day("2026-03-04"), detail: "tier=standard;qty=1;to=ES;at=1772616600")
    }

    static func captured() throws -> JournalEntry {
        JournalEntry(
            number: 2, kind: .captured, subject: "P-1042", instalment: 1,
            at: Timestamp(seconds: 1_774_980_000),
            day: try day("2026-03-31"), parts: EntryParts(goods: 8182, shipping: 818, tax: 1890, fee: 346),
            reference: "pi_3Nx81", detail: "op=01J8")
    }

    /// Entries of every kind in turn, with amounts of either sign.
    static func entry(_ number: Int) throws -> JournalEntry {
        let kinds = EntryKind.allCases.filter { $0 != .keyRotated }
        return JournalEntry(
            number: Int64(number), kind: kinds[number % kinds.count], subject: "P-\(1000 + number)",
            instalment: number % 3, at: Timestamp(seconds: 1_772_616_600 + Int64(number) * 3607),
            day: try day("2026-03-04").adding(days: number),
            parts: EntryParts(
                goods: Int64(number * 9876 - 50_000), shipping: Int64(number), tax: -Int64(number * 100),
                fee: Int64(number * number), other: number.isMultiple(of: 7) ? 1_000_000_000_000 : 0),
            reference: number.isMultiple(of: 2) ? "pi_\(number)" : "", detail: "op=01J\(number);qty=\(number)"
        )
    }

    /// The chain as exported lines, and the tag of its last receipt.
    static func chain(
        _ count: Int, key: SigningKey? = nil, head: ReceiptHead = head
    ) throws -> (lines: [String], last: Tag) {
        let key = try key ?? Self.key()
        let signer = ReceiptSigner(key: key, head: head)
        var lines: [String] = []
        for number in 1...count {
            let entry = try entry(number)
            let before = signer.lastTag
            let tag = signer.sign(entry)
            lines.append(receiptText(of: entry, after: before, tag: tag, head: head, kid: key.kid))
        }
        return (lines, signer.lastTag)
    }
}
