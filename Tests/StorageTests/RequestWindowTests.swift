import Accounting
import Crowdfunding
import GRDB
import Testing

@testable import Storage

@Suite("Windows of requests") struct RequestWindowTests {
    private static let sent = Timestamp(seconds: 50)
    private static let answered = Timestamp(seconds: 60)

    private static func operation(_ pledge: Int64, _ kind: OperationKind = .charge, attempt: Int = 1)
        -> Crowdfunding.Operation
    {
        Operation(
            pledge: pledge, reference: "P-\(pledge)", instalment: 1, kind: kind, attempt: attempt,
            amount: 100 + pledge, method: "pm", target: "")
    }

    private static func record(
        _ pledge: Int64, _ state: OperationState, at: Timestamp, attempt: Int = 1
    ) -> OperationRecord {
        OperationRecord(
            pledge: pledge, instalment: 1, kind: .charge, attempt: attempt, amount: 100 + pledge,
            state: state, at: at)
    }

    /// A book in which the requests of pledges 1…5 are under way.
    private static func opened() throws -> (StorageFolder, Book) {
        let folder = try StorageFolder()
        let book = try folder.book()
        try book.inBulk {
            try book.write {
                try BulkAppend($0, campaign: 1).openWindow((1...5).map { operation($0) }, at: sent)
            }
        }
        return (folder, book)
    }

    private static func settle(_ book: Book, _ states: [(OperationState, isTold: Bool)]) throws {
        try book.inBulk {
            try book.write { records in
                let ends = states.enumerated().map { index, end in
                    OperationEnd(operation(Int64(index + 1)), end.0, sentAt: sent, isTold: end.isTold)
                }
                try BulkAppend(records, campaign: 1).settleWindow(ends, at: answered)
            }
        }
    }

    @Test("a window is one row, and each of its operations is open")
    func opens() throws {
        let (folder, book) = try Self.opened()
        let requests = "[[1,1,2,1,101],[2,1,2,1,102],[3,1,2,1,103],[4,1,2,1,104],[5,1,2,1,105]]"
        #expect(try book.number("SELECT COUNT(*) FROM operation") == 0)
        #expect(
            try book.rows("SELECT first, last, at FROM request_window WHERE requests = '\(requests)'")
                == [["1", "5", "50"]])
        let all = (1...5).map { Self.record($0, .open, at: Self.sent) }
        try book.read { records in
            #expect(try records.openOperations(campaign: 1) == all)
            #expect(try records.openOperations(campaign: 1, pledge: 3) == [all[2]])
            #expect(try records.operations(campaign: 1, pledge: 3) == [all[2]])
            #expect(try records.operations(campaign: 1, pledge: 6) == [])
            #expect(
                try records.operations(campaign: 1, pledges: [2, 5, 9], [[], [], []])
                    == [[all[1]], [all[4]], []])
            var seen: [OperationRecord] = []
            try records.forEachStoredOperation(campaign: 1) { seen.append($0) }
            #expect(seen == all)
        }
        withExtendedLifetime(folder) {}
    }

    @Test("answered, the window is gone, and what no entry tells of has a row")
    func settles() throws {
        let (folder, book) = try Self.opened()
        try Self.settle(
            book,
            [
                (.succeeded, true), (.failedSoft, false), (.succeeded, false), (.unknown, false),
                (.pending, false),
            ])
        #expect(try book.number("SELECT COUNT(*) FROM request_window") == 0)
        try book.read { records in
            var seen: [OperationRecord] = []
            try records.forEachStoredOperation(campaign: 1) { seen.append($0) }
            #expect(
                seen == [
                    Self.record(2, .failedSoft, at: Self.answered),
                    Self.record(3, .succeeded, at: Self.answered),
                    Self.record(4, .unknown, at: Self.sent), Self.record(5, .pending, at: Self.sent),
                ])
            #expect(try records.openOperations(campaign: 1).map(\.pledge) == [4, 5])
        }
        withExtendedLifetime(folder) {}
    }

    @Test("where somebody else settles one meanwhile, each has a row until the window is answered")
    func unpacks() throws {
        let (folder, book) = try Self.opened()
        try book.inBulk {
            try book.write {
                try BulkAppend($0, campaign: 1).settle(
                    [OperationEnd(Self.operation(2), .abandoned, sentAt: Self.sent)], at: Self.answered)
            }
        }
        #expect(try book.number("SELECT COUNT(*) FROM request_window") == 0)
        #expect(
            try book.rows("SELECT pledge, state FROM operation ORDER BY pledge")
                == [["1", "0"], ["2", "6"], ["3", "0"], ["4", "0"], ["5", "0"]])
        try Self.settle(
            book,
            [
                (.succeeded, true), (.succeeded, true), (.succeeded, true), (.failedHard, false),
                (.unknown, false),
            ])
        #expect(
            try book.rows("SELECT pledge, state, at FROM operation ORDER BY pledge")
                == [["4", "5", "60"], ["5", "2", "50"]])
        withExtendedLifetime(folder) {}
    }

    @Test("two windows are under way at once, and each is settled for itself")
    func two() throws {
        let (folder, book) = try Self.opened()
        try book.inBulk {
            try book.write {
                try BulkAppend($0, campaign: 1).openWindow(
                    [Self.operation(7), Self.operation(9)], at: Self.sent)
            }
        }
        #expect(try book.read { try $0.openOperations(campaign: 1).map(\.pledge) } == [1, 2, 3, 4, 5, 7, 9])
        try Self.settle(book, Array(repeating: (.succeeded, true), count: 5))
        #expect(try book.read { try $0.openOperations(campaign: 1).map(\.pledge) } == [7, 9])
        withExtendedLifetime(folder) {}
    }

    @Test("amounts up to the largest are written and read as they are")
    func largest() throws {
        var operation = Self.operation(1)
        operation.amount = .max
        let text = RequestWindow.text(of: [operation])
        #expect(text == "[[1,1,2,1,9223372036854775807]]")
        #expect(try RequestWindow.operations(in: text, at: Self.sent).map(\.amount) == [.max])
    }

    @Test(
        "a row that is no window's is told, and nothing is guessed",
        arguments: [
            "", "[", "[[1,1,2,1]]", "[[1,1,2,1,101,7]]", "[[1,1,9,1,101]]", "[[1,1,2,0,101]]",
            "[[1,1,2,1,0]]", "[[1,1,2,1,-5]]", #"[["1",1,2,1,101]]"#, "[[1,1,2,1,1.5]]",
            "[[1,1,2,1,99999999999999999999]]", "{}",
        ])
    func unreadable(text: String) throws {
        #expect(throws: BookError.self) { try RequestWindow.operations(in: text, at: Self.sent) }
    }

    /// An entry's kind, detail and reversal, and the operation that it tells of.
    private static let tellings: [(EntryKind, String, Int64?, (OperationKind, Int)?)] = [
        (.captured, "op=2.1", nil, (.charge, 1)), (.capturedAfterSuccess, "op=3.12", nil, (.capture, 12)),
        (.refunded, "op=5.2", nil, (.refund, 2)), (.captured, "op=2.1", 3, nil), (.captured, "", nil, nil),
        (.captured, "op=2.1;told=paid", nil, nil), (.captured, "of=7", nil, nil),
        (.captured, "op=9.1", nil, nil),
        (.captured, "op=2", nil, nil), (.captured, "op=2.1.1", nil, nil), (.captured, "op=2.", nil, nil),
        (.authorized, "op=1.1", nil, nil), (.declined, "op=2.1", nil, nil),
        (.refundCommitted, "op=5.1", nil, nil),
    ]

    @Test("an entry tells of an operation where it says all of it", arguments: tellings.indices)
    func tells(index: Int) throws {
        let (kind, detail, reverses, told) = Self.tellings[index]
        let entry = JournalEntry(
            number: 9, kind: kind, pledge: 4, instalment: 2, at: Self.answered, day: CalendarDay(number: 1),
            parts: EntryParts(goods: 70, shipping: 20, tax: 10, fee: 3), reverses: reverses, detail: detail)
        let folder = try StorageFolder()
        let book = try folder.book()
        let found = try book.read { try $0.operations(campaign: 1, pledge: 4, [entry]) }
        #expect(
            found
                == [told].compactMap(\.self).map {
                    OperationRecord(
                        pledge: 4, instalment: 2, kind: $0.0, attempt: $0.1, amount: 100, state: .succeeded,
                        at: Self.answered)
                })
    }

    @Test("a row counts before an entry")
    func rowCounts() throws {
        let (folder, book) = try Self.opened()
        try Self.settle(book, Array(repeating: (.failedHard, false), count: 5))
        let entry = JournalEntry(
            number: 9, kind: .captured, pledge: 2, instalment: 1, at: Timestamp(seconds: 90),
            day: CalendarDay(number: 1), parts: EntryParts(goods: 70), detail: "op=2.1")
        var second = entry
        second.detail = "op=2.2"
        let found = try book.read { try $0.operations(campaign: 1, pledge: 2, [entry, second]) }
        #expect(found.map(\.state) == [.failedHard, .succeeded])
        #expect(found.map(\.attempt) == [1, 2])
        withExtendedLifetime(folder) {}
    }
}
