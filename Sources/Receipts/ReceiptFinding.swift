public import Crowdfunding

/// One place where a file of receipts is not what was signed.
public struct ReceiptFinding: Hashable, Sendable, CustomStringConvertible {
    /// What was done to the receipts there.
    public enum Kind: Hashable, Sendable {
        /// The receipt's text or tag was changed.
        case edited(ReceiptFault)
        /// The line was put there: the receipts around it follow one another without it.
        case inserted(ReceiptFault)
        /// The receipts up to this number (inclusive) are missing.
        case deleted(through: Int64)
        /// This line and the next stand in each other's place.
        case swapped
        /// A genuine receipt that was missing further up stands here.
        case moved
        /// A receipt that was there already stands here again.
        case duplicated
        /// The receipt is genuine, but was signed after another predecessor: two histories were mixed.
        case otherHistory
        /// Genuine receipts go on after what is said to be the last.
        case beyondHead(Int64)
        /// A key's first receipt is not `key.rotated`, or an earlier key is used after a later one.
        case keyOutOfTurn
        /// The key is not the one that signed.
        case wrongKey(kid: String)
        /// The file ends before the last receipt that is known to exist.
        case truncated(last: Int64)
    }

    /// What was done.
    public let kind: Kind
    /// The line, from 1; 0 where it is no line's matter.
    public let line: Int
    /// The receipt's number: the one that should stand there, or for one that is too much, its own.
    public let number: Int64

    /// A finding.
    public init(_ kind: Kind, line: Int, number: Int64) {
        self.kind = kind
        self.line = line
        self.number = number
    }

    /// One sentence, for example `line 7: receipt 7 was edited: its tag does not fit its text`.
    public var description: String {
        switch kind {
        case .edited(let fault): "line \(line): receipt \(number) was edited: \(fault)"
        case .inserted(let fault): "line \(line): a line was inserted before receipt \(number): \(fault)"
        case .deleted(let last) where last == number:
            "line \(line): receipt \(number) is missing before this line"
        case .deleted(let last): "line \(line): receipts \(number) to \(last) are missing before this line"
        case .swapped: "line \(line): receipts \(number) and \(number + 1) are swapped"
        case .moved: "line \(line): receipt \(number) stands here and not in its place"
        case .duplicated: "line \(line): receipt \(number) is here a second time"
        case .otherHistory:
            "line \(line): receipt \(number) is genuine but does not follow the receipt before it:"
                + " it is of another history of this book"
        case .beyondHead(let head):
            "the receipts go on to \(number), but the book's last entry is said to be \(head)"
        case .keyOutOfTurn: "line \(line): receipt \(number) is signed with a key that was not in use there"
        case .wrongKey(let kid):
            "the key for “\(kid)” is not the one that signed these receipts; they were not judged:"
                + " name the right key file"
        case .truncated(let last):
            "line \(line): the receipts end before receipt \(number), and \(last) is the last that is known"
        }
    }
}

/// Why a line is not a genuine receipt.
public enum ReceiptFault: Hashable, Sendable, CustomStringConvertible {
    /// It is not three parts of base64url with dots between them.
    case notAReceipt
    /// Its header is not, byte for byte, that of the campaign under a key that is known.
    case otherHeader
    /// Its payload is not, byte for byte, as this program writes it for this campaign.
    case otherForm
    /// The tag is not the one that the key gives for the text.
    case wrongTag

    /// A clause without a full stop.
    public var description: String {
        switch self {
        case .notAReceipt: "it does not read as a receipt"
        case .otherHeader: "its header names another key, campaign kind or algorithm"
        case .otherForm: "its text is not in the form of this campaign's receipts"
        case .wrongTag: "its tag does not fit its text"
        }
    }
}

/// What a verification came to.
public struct ReceiptVerdict: Hashable, Sendable {
    /// The first findings in the order of the lines, at most `ReceiptVerifier.findingsKept`.
    public let findings: [ReceiptFinding]
    /// How many findings there were altogether.
    public let findingCount: Int
    /// How many lines were read.
    public let lineCount: Int
    /// How many lines bear a genuine tag, wherever they stand.
    public let genuineCount: Int
    /// How many lines are in form, under a key that is not at hand: their tags were not compared.
    public let unprovenCount: Int
    /// The highest number among those; 0 where there are none.
    public let lastUnproven: Int64
    /// The number of the last receipt in its place, and its tag: compare them with what the book or a report
    /// says.
    public let lastNumber: Int64
    /// The tag of the last receipt, nil where it was edited.
    public let lastTag: Tag?

    /// Whether every line is a genuine receipt in its place.
    public var isWhole: Bool { findingCount == 0 }
}
