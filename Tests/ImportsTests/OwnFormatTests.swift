import Accounting
import Crowdfunding
import Imports
import Parsing
import Testing

@Suite("Our own CSV")
struct OwnFormatTests {
    static let header =
        "pledge_id,backer_name,email,country,tier,quantity,add_ons,choices,promotion,bonus,amount,currency,"
        + "pledged_at,payment_method,payment_reference,status"

    @Test("reads every column of a good row")
    func goodRow() throws {
        let row =
            "P-1,\"Ann \"\"A\"\" Lee\",Ann@Example.org,uk,duo,2,keycaps:3;bag,HAL-SLATE:1,FRIENDS10,5.00,"
            + "\"€1,234.50\",EUR,\"2026-03-04 09:30\",rehearsal,tok_1,collected\n"
        let read = try Reading("\u{FEFF}" + Self.header + "\r\n" + row, Sample.context(Sample.definition()))
        #expect(read.faults == [])
        #expect(read.format.source == "own")
        #expect(read.format.mode == .asks)
        let order = try #require(read.orders.first)
        #expect(read.text(order.reference) == "P-1")
        #expect(read.text(order.name) == "Ann \"A\" Lee")
        #expect(read.text(order.email) == "ann@example.org")
        #expect(order.country == countryCode("GB"))
        #expect((order.tier, order.quantity, order.promotion) == (2, 2, 0))
        #expect((order.bonus, order.amount) == (500, 123_450))
        #expect(order.pledgedAt == Timestamp(rfc3339: "2026-03-04T08:30:00Z"))
        #expect((order.gateway, order.status) == (2, .collected))
        #expect(read.text(order.method) == "tok_1")
        #expect(
            read.lines(of: order) == [
                OrderLine(role: .addOn, index: 0, quantity: 3),
                OrderLine(role: .addOn, index: 1, quantity: 1),
                OrderLine(role: .choice, index: 1, quantity: 1),
            ])
    }

    @Test("needs three columns only, in any order, parted by semicolons too")
    func fewColumns() throws {
        let read = try Reading(
            "amount;email;pledged_at;pledge_id\n1.234,50;a@b.org;2026-03-04T09:30:00Z;P-1\n",
            Sample.context(Sample.definition()))
        #expect(read.faults == [])
        #expect(read.orders.map(\.amount) == [123_450])
        #expect(read.orders.map(\.tier) == [-1])
    }

    /// The column, what stands in it, and the fault.
    static let bad: [(String, String, String)] = [
        ("pledge_id", "", "2:1 reference"), ("pledge_id", "a b", "2:1 reference"),
        ("email", "nobody", "2:7 email"), ("email", "", "2:7 email"),
        ("country", "DEU", "2:15 country"), ("tier", "early-brid", "2:18 tier"),
        ("quantity", "0", "2:27 quantity"),
        ("quantity", "1.5", "2:27 quantity"), ("add_ons", "caps:1", "2:29 add-on"),
        ("add_ons", "keycaps:0", "2:29 add-on"), ("choices", "HAL:1", "2:39 choice"),
        ("promotion", "FRIENDS", "2:51 promotion"), ("bonus", "-1.00", "2:61 amount"),
        ("amount", "129.001", "2:66 amount"), ("amount", "12x", "2:66 amount"),
        ("amount", "$129.00", "2:66 currency"),
        ("currency", "USD", "2:73 currency"), ("pledged_at", "yesterday", "2:77 time"),
        ("pledged_at", "2026-03-29 02:30", "2:77 time"), ("payment_method", "stripe", "2:98 payment-method"),
        ("payment_reference", "a\\b", "2:107 payment-reference"), ("status", "paid", "2:110 status"),
        ("backer_name", "4111 1111 1111 1111", "2:5 card-number"), ("backer_name", "a,b", "2:1 columns"),
    ]
    static let good: [String: String] = [
        "pledge_id": "P-1", "backer_name": "A", "email": "a@b.org", "country": "DE", "tier": "standard",
        "quantity": "1", "add_ons": "keycaps:1", "choices": "HAL-SLATE:1", "promotion": "FRIENDS10",
        "bonus": "5.00", "amount": "129.00", "currency": "EUR", "pledged_at": "2026-03-04T09:30:00Z",
        "payment_method": "recorded", "payment_reference": "t1", "status": "pledged",
    ]

    @Test("refuses a bad cell at its place", arguments: bad)
    func badCell(column: String, cell: String, fault: String) throws {
        var cells = Self.good
        cells[column] = cell
        let row = Self.header.split(separator: ",").map { cells[String($0)] ?? "" }.joined(separator: ",")
        let read = try Reading(Self.header + "\n" + row + "\n", Sample.context(Sample.definition()))
        #expect(read.faults == [fault])
        #expect(read.orders.isEmpty)
        #expect(
            cell.count < 13 || !read.rejected[0].diagnostic.text.contains(cell), "values are not repeated")
    }

    @Test("a row goes wrong alone, and lines are counted through quotes")
    func linesOfFaults() throws {
        let read = try Reading(
            "pledge_id,backer_name,email,pledged_at\nP-1,\"A\nB\",a@b.org,2026-03-04T09:30:00Z\n"
                + "P-2,\"A\nB\",nobody,2026-03-04T09:30:00Z\nP-3,C,c@b.org,2026-03-04T09:30:00Z\n",
            Sample.context(Sample.definition()))
        #expect(read.faults == ["5:4 email"])
        #expect(read.orders.map { read.text($0.reference) } == ["P-1", "P-3"])
    }

    static let headers: [(String, [String])] = [
        ("pledge_id,email", ["1:1 the column pledged_at is missing"]),
        ("pledge_id,email,pledged_at,emial", ["1:28 “emial” is not a column of our own CSV"]),
        ("pledge_id,email,email,pledged_at", ["1:17 email is there twice"]),
        (
            "Email,Amount",
            [
                "1:1 this is no format that is known; the nearest is Indiegogo's contributions export, which "
                    + "also has Pledge ID, Funding Date, Perk"
            ]
        ),
        (
            "email,who,what",
            [
                "1:1 hardly any of the columns is known: this is neither our own CSV nor an export that is "
                    + "known"
            ]
        ),
        (
            "email,pledged_at,a,b,c",
            ["1:1 this is no format that is known; the nearest is our own CSV, which also has pledge_id"]
        ),
        (
            "a,b",
            ["1:1 none of the columns is known: this is neither our own CSV nor an export that is known"]
        ),
    ]

    @Test("refuses an unknown header and says what is missing", arguments: headers)
    func unknownHeader(header: String, problems: [String]) throws {
        let context = Sample.context(try Sample.definition())
        let error = #expect(throws: FileProblem.self) { _ = try Reading(header + "\n", context) }
        #expect(error?.diagnostics.map { "\($0.line):\($0.column) \($0.message)" } == problems)
        #expect(error?.exitCode == .badInput)
    }

    @Test("--source overrides the header, and knows its names")
    func override() throws {
        let context = Sample.context(try Sample.definition())
        let places = [(line: 1, column: 1)]
        let error = #expect(throws: FileProblem.self) {
            _ = try format(
                for: ["pledge_id"], places: places, file: "f", delimiter: 44, source: "kickstarter",
                context: context)
        }
        #expect(error?.diagnostics.count == 6)
        let unknown = #expect(throws: UnknownSource.self) {
            _ = try format(
                for: [], places: [], file: "f", delimiter: 44, source: "kickstart", context: context)
        }
        #expect(unknown?.message == "There is no source “kickstart”. Did you mean kickstarter?")
        #expect(unknown?.exitCode == .usage)
    }
}
