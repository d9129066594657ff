import Accounting
import Crowdfunding
import Storage
import Testing

@testable import Pledgebook

@Suite("Backers: choices, addresses, notes, and what ships") struct BackerTests {
    private static func choices(_ text: String) throws -> [UnitChoice] {
        try text.split(separator: " ").map { try #require(UnitChoice(String($0))) }
    }

    /// Three units for four wishes: two red lamps and one blue; P-2 and P-3 wait.
    private static func short(_ body: (RunBook) throws -> Void) throws {
        let change = ("\"minimum_units\": 4, \"capacity\": 6", "\"minimum_units\": 2, \"capacity\": 3")
        try RunBook.with([change]) { book in
            _ = try book.session().launchRun("run-1")
            try body(book)
        }
    }

    /// Who chooses what, and who holds what then.
    ///
    /// The queue is P-1, P-4, P-2, P-3.
    static let moves: [(who: String, choice: String, held: [String])] = [
        // P-1 gives its red one up and is first in the queue: the only blue one is its own.
        (
            "P-1", "LAMP-BLUE",
            ["P-1 LAMP-BLUE run-1 1/0", "P-2 BULB stock 1/0", "P-4 LAMP-RED run-1 1/0"]
        ),
        // P-4 wants two red ones: there are two, and P-1 holds one. The blue one goes to P-2, who is next.
        (
            "P-4", "LAMP-RED:2",
            [
                "P-1 LAMP-RED run-1 1/0", "P-2 BULB stock 1/0", "P-2 LAMP-BLUE run-1 1/0",
                "P-4 LAMP-RED run-1 1/0",
            ]
        ),
        // What is open holds its place too: P-3 is last, and choosing takes nobody's.
        (
            "P-3", "LAMP-RED",
            [
                "P-1 LAMP-RED run-1 1/0", "P-2 BULB stock 1/0", "P-4 LAMP-BLUE run-1 1/0",
                "P-4 LAMP-RED run-1 1/0",
            ]
        ),
    ]

    @Test("a choice moves reservations by the queue, costs nothing, and can be said again", arguments: moves)
    func choosing(who: String, choice: String, held: [String]) throws {
        try Self.short { book in
            let (before, balances) = (try book.allocations(), try book.balances())
            let session = try book.session("2026-04-11T12:00:00Z")
            let plan = try session.choose(who, Self.choices(choice), in: nil, dryRun: true)
            #expect(try !plan.isSame && book.allocations() == before && book.entries(.changed).isEmpty)
            let done = try session.choose(who, Self.choices(choice), in: nil)
            #expect(done.reserved == plan.reserved && done.after == plan.after)
            #expect(try book.allocations() == held)
            #expect(try book.balances() == balances)
            #expect(try book.entries(.changed).count == 1)
            #expect(try session.choose(who, Self.choices(choice), in: nil).isSame)
            #expect(try book.entries(.changed).count == 1)
            #expect(try book.differences() == [])
        }
    }

    @Test("chosen back, everything is as it was")
    func back() throws {
        try Self.short { book in
            let before = try book.allocations()
            let session = try book.session("2026-04-11T12:00:00Z")
            _ = try session.choose("P-4", Self.choices("LAMP-RED:2"), in: nil)
            _ = try session.choose("P-4", Self.choices("LAMP-RED LAMP-BLUE"), in: nil)
            #expect(try book.allocations() == before && book.differences() == [])
        }
    }

    @Test("a choice behind the journal's back is found")
    func damaged() throws {
        try Self.short { book in
            _ = try book.session("2026-04-11T12:00:00Z").choose("P-3", Self.choices("LAMP-RED"), in: nil)
            try book.damage(
                "UPDATE line SET id = 'LAMP-BLUE' WHERE pledge = (SELECT number FROM pledge "
                    + "WHERE reference = 'P-3')")
            #expect(try !book.differences().isEmpty)
        }
    }

    @Test("nothing is chosen of what is gone, dropped or over")
    func refused() throws {
        try Self.short { book in
            let session = try book.session("2026-04-11T12:00:00Z")
            _ = try session.cancelPledge("P-4", in: nil, override: "asked by mail")
            #expect(throws: ChoiceRefusal.notPlaced(.canceled)) {
                try session.choose("P-4", Self.choices("LAMP-RED"), in: nil)
            }
            #expect(throws: ChoiceRefusal.notPlaced(.delivered)) {
                try session.choose("P-5", Self.choices("LAMP-RED"), in: nil)
            }
            #expect(throws: SessionError.self) {
                try session.choose("P-9", Self.choices("LAMP-RED"), in: nil)
            }
            #expect(try book.differences() == [])
        }
    }

    // MARK: Personal data

    private static func change(_ edit: (inout BackerChange) -> Void) -> BackerChange {
        var change = BackerChange()
        edit(&change)
        return change
    }

    @Test("names and addresses are in the backer's row and in no entry")
    func personal() throws {
        try RunBook.with { book in
            let session = try book.session("2026-04-11T12:00:00Z")
            let head = try book.entries(.placed).count
            let change = Self.change {
                $0.name = "Zoë Q. Private"
                $0.email = "ZOE@post.example"
                $0.address = [.line1: "Secret Lane 1", .city: "Ulm", .phone: "+49 1"]
            }
            #expect(try session.changeBacker("P-1", change, in: nil, dryRun: true).words.count == 3)
            #expect(try session.backerDetails("P-1", of: nil).name.isEmpty)
            let done = try session.changeBacker("P-1", change, in: nil)
            #expect(done.words == ["name", "address", "e-mail address"] && done.moved.isEmpty)
            #expect(try session.changeBacker("zoe@post.example", change, in: nil).words.isEmpty)
            let details = try session.backerDetails("zoe@post.example", of: nil)
            #expect(details.name == "Zoë Q. Private" && details.address[.city] == "Ulm")
            #expect(throws: SessionError.unknownPledge("a@post.example")) {
                try session.backerDetails("a@post.example", of: nil)
            }
            #expect(try book.entries(.placed).count == head && book.entries(.changed).isEmpty)
            let gone = Self.change { $0.address = [.line1: "", .city: "", .phone: ""] }
            _ = try session.changeBacker("P-1", gone, in: nil)
            #expect(try session.backerDetails("P-1", of: nil).address.json == nil)
            #expect(try book.differences() == [])
        }
    }

    static let wrongChanges: [(BackerChange, String)] = [
        (change { $0.email = "b@post.example" }, "Another backer of lamps has that e-mail address."),
        (change { $0.email = "a b@post.example" }, "This is not an e-mail address"),
        (change { $0.email = "@post.example" }, "This is not an e-mail address"),
        (change { $0.country = "D" }, "“D” is no country"),
        (change { $0.country = "EU" }, "“EU” is no country"),
        (change { $0.name = String(repeating: "x", count: 1_001) }, "at most 1,000 bytes"),
    ]

    @Test("what cannot be is refused and changes nothing", arguments: wrongChanges)
    func wrong(change: BackerChange, says: String) throws {
        try RunBook.with { book in
            let session = try book.session("2026-04-11T12:00:00Z")
            let told = refusal { _ = try session.changeBacker("P-1", change, in: nil) }
            #expect(told.contains(says) && told.hasSuffix("Nothing was changed."), "\(told)")
            #expect(try session.backerDetails("P-1", of: nil).email == "a@post.example")
        }
    }

    /// Shipping and tax of three countries, and what a change from Germany does to a pledge.
    static let countries: [(country: String, rates: String, shipping: String, refusal: String?)] = [
        ("FR", #"{ "*": "20" }"#, #"[{ "to": ["*"], "first": "6.00", "each_more": "0.00" }]"#, nil),
        (
            "FR", #"{ "FR": "21", "*": "20" }"#, #"[{ "to": ["*"], "first": "6.00", "each_more": "0.00" }]"#,
            "tax 18.40"
        ),
        (
            "FR", #"{ "*": "20" }"#,
            #"[{ "to": ["FR"], "first": "9.00" }, { "to": ["*"], "first": "6.00", "each_more": "0.00" }]"#,
            "EUR 109.00"
        ),
        (
            "US", #"{ "*": "20" }"#, #"[{ "to": ["DE"], "first": "6.00", "each_more": "0.00" }]"#,
            "ships nothing to US"
        ),
    ]

    @Test(
        "a country moves by an entry where the price stays, and is refused with both prices elsewhere",
        arguments: countries)
    func country(country: String, rates: String, shipping: String, refused: String?) throws {
        let changes = [
            (#""rates": { "*": "20" }"#, #""rates": "# + rates),
            (#"[{ "to": ["*"], "first": "6.00", "each_more": "0.00" }]"#, shipping),
        ]
        try RunBook.with(changes) { book in
            let session = try book.session("2026-04-11T12:00:00Z")
            let change = Self.change { $0.country = country.lowercased() }
            guard let refused else {
                #expect(try session.changeBacker("P-1", change, in: nil).moved == ["P-1"])
                #expect(try session.backerDetails("P-1", of: nil).pledges[0].destination == country)
                #expect(
                    try book.entries(.changed).map(\.parts) == book.entries(.placed).prefix(1).map(\.parts))
                #expect(try session.changeBacker("P-1", change, in: nil).words.isEmpty)
                #expect(try book.differences() == [])
                return
            }
            let told = refusal { _ = try session.changeBacker("P-1", change, in: nil) }
            #expect(told.contains(refused) && told.contains("Nothing was changed."), "\(told)")
            #expect(try session.backerDetails("P-1", of: nil).country == "DE")
            #expect(try book.entries(.changed).isEmpty)
        }
    }

    @Test("notes are kept with their pledge, come along in a rebuilt book, and leave nothing behind")
    func notes() throws {
        try RunBook.with { book in
            let session = try book.session("2026-04-11T12:00:00Z")
            #expect(try session.note("P-1", "call first", in: nil).note.number == 1)
            #expect(try session.note("P-2", "gift", in: nil).note.number == 2)
            #expect(try session.pledgeDetails("P-1", of: nil).notes.map(\.text) == ["call first"])
            #expect(throws: SessionError.self) { try session.removeNote(2, of: "P-1", in: nil) }
            #expect(try session.removeNote(2, of: "P-2", in: nil) == "P-2")
            #expect(try session.backerDetails("P-2", of: nil).pledges[0].notes.isEmpty)
            for text in ["", " \n", String(repeating: "x", count: 2_001)] {
                #expect(throws: SessionError.self) { try session.note("P-1", text, in: nil) }
            }
            #expect(try book.differences() == [])
            // The note that is left is in the rebuilt book, which is compared at the end of every such test.
        }
    }

    // MARK: What ships

    private static func lines(_ book: RunBook, all: Bool = false) throws -> (lines: [String], ShippingSummary)
    {
        let session = try book.session("2026-04-12T12:00:00Z")
        var lines: [String] = []
        let summary = try session.forEachParcelLine(of: session.campaign(nil), all: all) { line in
            lines.append(
                "\(line.reference) \(line.sku) \(line.quantity)/\(line.shipped) \(line.source) "
                    + "\(line.unitValue.plain)")
        }
        return (lines, summary)
    }

    private static func addresses(_ book: RunBook, _ who: [String]) throws {
        let change = change {
            $0.name = "N"; $0.address = [.line1: "Weg 1", .city: "Ulm"]
        }
        for reference in who {
            _ = try book.session("2026-04-11T12:00:00Z").changeBacker(reference, change, in: nil)
        }
    }

    @Test("only what is paid, chosen, addressed and not shipped goes out, each from where it comes")
    func shipping() throws {
        try Self.short { book in
            let (none, without) = try Self.lines(book)
            #expect(
                none.isEmpty && without.withoutAddress == 3 && without.unpaid == 0 && without.unchosen == 1)
            try Self.addresses(book, ["P-1", "P-2", "P-3"])
            let (some, summary) = try Self.lines(book)
            // 100.00 with 20 % in it is 83.33; a set of 120.00 is split 30 to 2 by cost.
            #expect(
                some == [
                    "P-1 LAMP-RED 1/0 run-1 83.33", "P-2 LAMP-BLUE 1/0  93.75", "P-2 BULB 1/0 stock 6.25",
                ])
            #expect(summary.lines == 3 && summary.pledges == 2 && summary.units == 3)
            #expect(summary.withoutAddress == 1 && summary.unchosen == 1)
            _ = try book.session("2026-05-01T12:00:00Z").receiveRun("run-1", .total(3))
            _ = try book.ship("P-1,2026-05-02,LAMP-RED,1,,")
            #expect(try Self.lines(book).0.count == 2)
            let all = try Self.lines(book, all: true).0
            #expect(all.contains("P-1 LAMP-RED 1/1 run-1 83.33"))
            #expect(all.contains("P-3 LAMP 1/0  83.33"))
            #expect(all.contains("P-4 LAMP-BLUE 1/0 run-1 83.33") && all.count == 6)
        }
    }

    @Test("disputed money, money in doubt and money given back ship nothing")
    func stopped() throws {
        try Self.short { book in
            try Self.addresses(book, ["P-1", "P-2", "P-3", "P-4"])
            let session = try book.session("2026-04-11T12:00:00Z")
            _ = try session.tell(.disputeOpened, of: "P-1", PaymentFact(reference: "dp_1"), in: nil)
            let (lines, summary) = try Self.lines(book)
            #expect(!lines.contains { $0.hasPrefix("P-1 ") } && summary.unpaid == 1)
        }
    }
}
