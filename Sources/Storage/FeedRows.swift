import Accounting
import Crowdfunding

/// Where a stored property lies within a value.
private func offset<Row>(of tag: KeyPath<Row, Tag>) -> Int {
    guard let offset = MemoryLayout<Row>.offset(of: tag) else { preconditionFailure("not a stored property") }
    return offset
}

extension BackerRow: FeedRow {
    static let insert = """
        INSERT OR FAIL INTO backer (campaign, number, email, name, country, address, answers)
        SELECT $1, c1, c2, c3, c4, c5, c6 FROM feed
        """

    @inline(__always)
    func give(_ column: Int32, to result: FeedResult, from text: UnsafePointer<UInt8>) {
        switch column {
        case 1: result.integer(number)
        case 2: result.text(email, in: text)
        case 3: result.text(name, in: text)
        case 4: result.country(country)
        case 5: result.text(address, in: text)
        default: result.text(answers, in: text)
        }
    }
}

/// A pledge with what the entry that placed it says besides; that entry is written by itself where it says
/// anything otherwise.
struct PlacedPledge: FeedRow {
    let pledge: PledgeRow
    private var hasEntry = false
    private var at: Int64 = 0
    private var day: Int64 = 0
    private var detail = ByteRange.empty
    private var tag = Tag.zero

    init(_ pledge: PledgeRow) { self.pledge = pledge }

    /// `nil` where the entry is not the one that placed this pledge, or says anything that the row does not.
    init?(_ pledge: PledgeRow, _ entry: EntryRow, _ text: UnsafeBufferPointer<UInt8>) {
        guard entry.kind == .placed, entry.number == pledge.number, entry.pledge == pledge.number,
            entry.isPlain, entry.parts.goods == pledge.goods + pledge.bonus,
            entry.parts.shipping == pledge.shipping, entry.parts.tax == pledge.tax,
            entry.reference == pledge.method
                || text[entry.reference.range].elementsEqual(text[pledge.method.range])
        else { return nil }
        var end = TextEnd(text: text, detail: entry.detail.range)
        guard end.drop(pledge.placedAt), end.drop(";at="), end.drop(Int64(pledge.gateway)), end.drop(";via="),
            end.position > end.start
        else { return nil }
        self.pledge = pledge
        hasEntry = true
        at = entry.at
        day = entry.day
        detail = ByteRange(start: entry.detail.start, end: UInt32(end.position))
        tag = entry.tag
    }

    static let insert = """
        INSERT OR FAIL INTO placing (campaign, number, reference, source_key, backer, tier, promotion,
          quantity, destination, goods, shipping, tax, bonus, placed_at, gateway, method, state, at, day,
          detail, tag)
        SELECT $1, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20
        FROM feed
        """
    static let tagOffset = offset(of: \PlacedPledge.tag)

    @inline(__always)
    func give(_ column: Int32, to result: FeedResult, from text: UnsafePointer<UInt8>) {
        switch column {
        case 1: result.integer(pledge.number)
        case 2: result.text(pledge.reference, in: text)
        case 3: result.text(pledge.sourceKey, in: text)
        case 4: result.integer(pledge.backer)
        case 5: result.integer(Int64(pledge.tier), orNullWhen: pledge.tier < 0)
        case 6: result.integer(Int64(pledge.promotion), orNullWhen: pledge.promotion < 0)
        case 7: result.integer(pledge.quantity)
        case 8: result.country(pledge.destination)
        case 9: result.integer(pledge.goods)
        case 10: result.integer(pledge.shipping)
        case 11: result.integer(pledge.tax)
        case 12: result.integer(pledge.bonus)
        case 13: result.integer(pledge.placedAt)
        case 14: result.integer(Int64(pledge.gateway))
        case 15: result.text(pledge.method, in: text)
        case 16: result.integer(Int64(pledge.state))
        case 17: result.integer(at, orNullWhen: !hasEntry)
        case 18: result.integer(day, orNullWhen: !hasEntry)
        case 19: result.text(detail, in: text)
        default: if hasEntry { result.tag() } else { result.integer(0, orNullWhen: true) }
        }
    }
}

/// Takes words and numbers off the end of a detail, as long as they are what is expected there.
private struct TextEnd {
    private let text: UnsafeBufferPointer<UInt8>
    let start: Int
    private(set) var position: Int

    init(text: UnsafeBufferPointer<UInt8>, detail: Range<Int>) {
        self.text = text
        start = detail.lowerBound
        position = detail.upperBound
    }

    mutating func drop(_ number: Int64) -> Bool {
        guard number >= 0 else { return false }
        var rest = number
        repeat {
            guard drop(UInt8(ascii: "0") + UInt8(rest % 10)) else { return false }
            rest /= 10
        } while rest > 0
        return true
    }

    mutating func drop(_ word: StaticString) -> Bool {
        for index in stride(from: word.utf8CodeUnitCount - 1, through: 0, by: -1) {
            guard drop(word.utf8Start[index]) else { return false }
        }
        return true
    }

    private mutating func drop(_ byte: UInt8) -> Bool {
        guard position > start, text[position - 1] == byte else { return false }
        position -= 1
        return true
    }
}

extension LineRow: FeedRow {
    static let insert =
        "INSERT OR FAIL INTO line (campaign, pledge, kind, id, quantity) SELECT $1, c1, c2, c3, c4 FROM feed"

    @inline(__always)
    func give(_ column: Int32, to result: FeedResult, from text: UnsafePointer<UInt8>) {
        switch column {
        case 1: result.integer(pledge)
        case 2: result.integer(Int64(kind))
        case 3: result.text(id)
        default: result.integer(quantity)
        }
    }
}

extension EntryRow: FeedRow {
    static let insert = """
        INSERT OR FAIL INTO entry (campaign, number, kind, pledge, instalment, run, at, day,
          goods, shipping, tax, fee, other, reverses, reference, detail, tag)
        SELECT $1, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16 FROM feed
        """
    static let tagOffset = offset(of: \EntryRow.tag)

    @inline(__always)
    func give(_ column: Int32, to result: FeedResult, from text: UnsafePointer<UInt8>) {
        switch column {
        case 1: result.integer(number)
        case 2: result.integer(Int64(kind.rawValue))
        case 3: result.integer(pledge, orNullWhen: pledge == 0)
        case 4: result.integer(instalment, orNullWhen: instalment == 0)
        case 5: result.text(run, in: text)
        case 6: result.integer(at)
        case 7: result.integer(day)
        case 8: result.integer(parts.goods)
        case 9: result.integer(parts.shipping)
        case 10: result.integer(parts.tax)
        case 11: result.integer(parts.fee)
        case 12: result.integer(parts.other)
        case 13: result.integer(reverses, orNullWhen: reverses == 0)
        case 14: result.text(reference, in: text)
        case 15: result.text(detail, in: text)
        default: result.tag()
        }
    }
}

/// An entry that says nothing of a run, an instalment, a fee or another entry, as those that place pledges.
///
/// The columns that it does not name are as empty as their defaults.
struct PlainEntry: FeedRow {
    let row: EntryRow

    static let insert = """
        INSERT OR FAIL INTO entry (campaign, number, kind, pledge, at, day, goods, shipping, tax, reference,
          detail, tag)
        SELECT $1, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11 FROM feed
        """
    static let tagOffset = offset(of: \PlainEntry.row.tag)

    @inline(__always)
    func give(_ column: Int32, to result: FeedResult, from text: UnsafePointer<UInt8>) {
        switch column {
        case 1: result.integer(row.number)
        case 2: result.integer(Int64(row.kind.rawValue))
        case 3: result.integer(row.pledge, orNullWhen: row.pledge == 0)
        case 4: result.integer(row.at)
        case 5: result.integer(row.day)
        case 6: result.integer(row.parts.goods)
        case 7: result.integer(row.parts.shipping)
        case 8: result.integer(row.parts.tax)
        case 9: result.text(row.reference, in: text)
        case 10: result.text(row.detail, in: text)
        default: result.tag()
        }
    }
}

/// An entry of a first instalment, as those that captures are booked by: it says nothing of a run or another
/// entry.
struct PlainCapture: FeedRow {
    let row: EntryRow

    static let insert = """
        INSERT OR FAIL INTO entry (campaign, number, kind, pledge, instalment, at, day, goods, shipping, tax,
          fee, reference, detail, tag)
        SELECT $1, c1, c2, c3, 1, c4, c5, c6, c7, c8, c9, c10, c11, c12 FROM feed
        """
    static let tagOffset = offset(of: \PlainCapture.row.tag)

    @inline(__always)
    func give(_ column: Int32, to result: FeedResult, from text: UnsafePointer<UInt8>) {
        switch column {
        case 1: result.integer(row.number)
        case 2: result.integer(Int64(row.kind.rawValue))
        case 3: result.integer(row.pledge)
        case 4: result.integer(row.at)
        case 5: result.integer(row.day)
        case 6: result.integer(row.parts.goods)
        case 7: result.integer(row.parts.shipping)
        case 8: result.integer(row.parts.tax)
        case 9: result.integer(row.parts.fee)
        case 10: result.text(row.reference, in: text)
        case 11: result.text(row.detail, in: text)
        default: result.tag()
        }
    }
}

extension EntryRow {
    var isPlainCapture: Bool {
        instalment == 1 && pledge != 0 && run.isEmpty && reverses == 0 && parts.other == 0
    }

    var isPlain: Bool {
        instalment == 0 && run.isEmpty && reverses == 0 && parts.fee == 0 && parts.other == 0
    }
}

extension PaymentRow: FeedRow {
    static let insert = """
        INSERT OR FAIL INTO payment (campaign, pledge, instalment, state, ending, flags, authorized, captured,
          voided, refunded, committed, disputed, lost, excess, capture_before)
        SELECT $1, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14 FROM feed WHERE true
        ON CONFLICT (campaign, pledge, instalment) DO UPDATE SET
          state = excluded.state, ending = excluded.ending, flags = excluded.flags,
          authorized = excluded.authorized, captured = excluded.captured, voided = excluded.voided,
          refunded = excluded.refunded, committed = excluded.committed, disputed = excluded.disputed,
          lost = excluded.lost, excess = excluded.excess, capture_before = excluded.capture_before
        """

    @inline(__always)
    func give(_ column: Int32, to result: FeedResult, from text: UnsafePointer<UInt8>) {
        switch column {
        case 1: result.integer(pledge)
        case 2: result.integer(instalment)
        case 3: result.integer(Int64(payment.state.rawValue))
        case 4: result.integer(Int64(payment.ending.rawValue))
        case 5: result.integer(Int64(payment.flags.rawValue))
        case 6: result.integer(payment.authorized)
        case 7: result.integer(payment.captured)
        case 8: result.integer(payment.voided)
        case 9: result.integer(payment.refunded)
        case 10: result.integer(payment.committed)
        case 11: result.integer(payment.disputed)
        case 12: result.integer(payment.lost)
        case 13: result.integer(payment.excess)
        default:
            result.integer(payment.captureBefore?.seconds ?? 0, orNullWhen: payment.captureBefore == nil)
        }
    }
}

/// A payment of which everything that was authorized was captured, or nothing, and nothing else has happened:
/// what its columns have in common is not asked for row by row.
struct PlainPayment: FeedRow {
    let row: PaymentRow

    static let insert = """
        INSERT OR FAIL INTO payment (campaign, pledge, instalment, state, ending, flags, authorized, captured,
          voided, refunded, committed, disputed, lost, excess, capture_before)
        SELECT $1, c1, 1, c2, c3, 0, c4, c4, 0, 0, 0, 0, 0, 0, NULL FROM feed WHERE true
        ON CONFLICT (campaign, pledge, instalment) DO UPDATE SET
          state = excluded.state, ending = excluded.ending, flags = 0,
          authorized = excluded.authorized, captured = excluded.captured, voided = 0, refunded = 0,
          committed = 0, disputed = 0, lost = 0, excess = 0, capture_before = NULL
        """

    @inline(__always)
    func give(_ column: Int32, to result: FeedResult, from text: UnsafePointer<UInt8>) {
        switch column {
        case 1: result.integer(row.pledge)
        case 2: result.integer(Int64(row.payment.state.rawValue))
        case 3: result.integer(Int64(row.payment.ending.rawValue))
        default: result.integer(row.payment.captured)
        }
    }
}

extension PaymentRow {
    var isPlain: Bool {
        var plain = Payment()
        plain.authorized = payment.captured
        plain.captured = payment.captured
        plain.ending = payment.ending
        plain.operation = payment.operation
        return instalment == 1 && payment == plain
    }
}

extension BackerKeyRow: FeedRow {
    static let insert = "INSERT OR FAIL INTO backer_key (campaign, hash, number) SELECT $1, c1, c2 FROM feed"

    @inline(__always)
    func give(_ column: Int32, to result: FeedResult, from text: UnsafePointer<UInt8>) {
        result.integer(column == 1 ? hash : number)
    }
}

extension PledgeKeyRow: FeedRow {
    static let insert =
        "INSERT OR FAIL INTO pledge_key (campaign, hash, number, content) SELECT $1, c1, c2, c3 FROM feed"

    @inline(__always)
    func give(_ column: Int32, to result: FeedResult, from text: UnsafePointer<UInt8>) {
        switch column {
        case 1: result.integer(hash)
        case 2: result.integer(number)
        default: result.integer(content)
        }
    }
}
