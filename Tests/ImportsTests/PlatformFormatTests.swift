import Accounting
import Crowdfunding
import Foundation
import Parsing
import Testing

@testable import Imports

@Suite("Platforms' exports")
struct PlatformFormatTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/platforms")

    static func context(_ map: SourceMap? = nil) throws -> ImportContext {
        let text = try Data(contentsOf: folder.appending(path: "campaign.json"))
        let document = try JSONDocument.parse(Array(text), file: "campaign.json").get()
        let definition = try CampaignReader.read(document) { _ in true }
        return ImportContext(
            definition: definition, zone: .utc, platformZones: ["kickstarter": .utc], map: map)
    }

    @Test("the header tells the format, and every order is what its row says", arguments: PlatformFile.all)
    func orders(of file: PlatformFile) throws {
        let context = try Self.context()
        let read = try Reading(file.text, context)
        #expect(read.faults == [])
        #expect(read.format.source == file.source)
        let found = read.orders.map { Self.summary($0, read) }
        try #require(found.count == file.orders.count)
        for (order, expected) in zip(found, file.orders) {
            var expected = expected
            let answers = order.answer
            let address = order.city
            #expect(Self.has(expected.answer, in: answers), "\(expected.reference): \(answers)")
            #expect(Self.has(expected.city, in: address), "\(expected.reference): \(address)")
            expected.answer = answers
            expected.city = address
            #expect(order == expected)
        }
        for order in read.orders {
            for json in [order.answers, order.address] where !json.isEmpty {
                #expect(throws: Never.self) {
                    try JSONDocument.parse(Array(read.bytes[json.range]), file: "").get()
                }
            }
        }
    }

    private static func has(_ part: String, in text: String) -> Bool { part.isEmpty || text.contains(part) }

    private static func summary(_ order: PledgeOrder, _ read: Reading) -> ExpectedOrder {
        let lines = read.lines(of: order)
        func sum(_ role: OrderLine.Role) -> Int32 {
            lines.filter { $0.role == role }.reduce(0) { $0 + $1.quantity }
        }
        return ExpectedOrder(
            reference: read.text(order.reference), key: read.text(order.sourceKey),
            email: read.text(order.email), amount: order.amount, status: order.status,
            refunded: order.refunded, tier: order.tier, country: countryText(order.country),
            at: order.pledgedAt, addOns: sum(.addOn), choices: sum(.choice), city: read.text(order.address),
            answer: read.text(order.answers))
    }

    @Test("the fixtures are what the generator writes", arguments: PlatformFile.all)
    func fixture(_ file: PlatformFile) throws {
        let path = Self.folder.appending(path: file.name)
        if ProcessInfo.processInfo.environment["UPDATE_FIXTURES"] == "1" {
            try Data(file.text.utf8).write(to: path)
        }
        #expect(String(decoding: try Data(contentsOf: path), as: UTF8.self) == file.text)
    }

    @Test("orders of several rows are the same wherever a batch ends")
    func batches() throws {
        let whole = try Reading(PlatformFile.shopify.text, Self.context())
        let bytes = Array(PlatformFile.shopify.text.utf8)
        for chunk in [600, 900, 1_700] {
            var position = 0
            var scanner = CSVScanner(
                pieceSize: chunk,
                reading: { target in
                    let count = min(target.count, chunk, bytes.count - position)
                    target.copyBytes(from: bytes[position..<position + count])
                    position += count
                    return count
                })
            var rows: [String] = []
            var batch = CSVBatch()
            var format: (any PledgeFormat)?
            while try scanner.nextBatch(into: &batch) {
                var first = 0
                if format == nil {
                    let head = batch.fields[batch.records[0].fieldRange]
                    format = try Imports.format(
                        for: head.map { batch.text(of: $0) },
                        places: head.map { batch.place(of: $0.start, in: batch.records[0]) }, file: "f",
                        delimiter: 44, source: nil, context: Self.context())
                    first = 1
                }
                let read = format?.read(&batch, from: first, file: "f")
                rows +=
                    read?.batch.orders.map {
                        String(decoding: read?.batch.bytes[$0.row.range] ?? [], as: UTF8.self)
                    } ?? []
            }
            if let rest = format?.finish(file: "f") {
                rows += rest.batch.orders.map {
                    String(decoding: rest.batch.bytes[$0.row.range], as: UTF8.self)
                }
            }
            #expect(rows == whole.orders.map { whole.text($0.row) })
        }
    }

    /// File, what is replaced in its first order by what, and the kinds of the faults.
    static let bad: [(PlatformFile, String, String, String)] = [
        (.shopify, "pending", "mislaid", "status"), (.shopify, "USD", "EUR", "currency"),
        (.shopify, ",1,Two", ",many,Two", "quantity"), (.shopify, " +0200", " o'clock", "time"),
        (.shopify, "leave at the door", "4242424242424242", "card-number"),
        (.stripe(.standard), ",usd,", ",eur,", "currency"), (.stripe(.standard), "Failed", "Fuzzy", "status"),
        (.stripe(.standard), "@example.org", "@example .org", "email"),
        (.indiegogo, "Order Placed", "Order Lost", "status"), (.indiegogo, "$", "€", "currency"),
        (.backerKit, ",collected,", ",collected?,", "status"), (.backerKit, " -0700", "", "none"),
        (.wooCommerce[0], "on-hold", "", "status"), (.wooCommerce[1], "2026-03", "2026-13", "time"),
        (.wooCommerce[2], "$", "¥", "currency"), (.catarse, ",1005,", ",,", "reference"),
        (.gamefound, "Deferred,", "Deferred?,", "status"), (.kickstarter2025, "$6.00", "nothing", "amount"),
    ]

    @Test("a bad cell refuses its order and says why", arguments: bad)
    func badCell(file: PlatformFile, old: String, new: String, kind: String) throws {
        let start = try #require(file.text.range(of: "\n")).upperBound
        let place = try #require(file.text.range(of: old, range: start..<file.text.endIndex), "\(old)")
        let read = try Reading(file.text.replacingCharacters(in: place, with: new), Self.context())
        #expect(read.rejected.map(\.kind) == (kind == "none" ? [] : [kind]))
        #expect(read.orders.count + read.rejected.count == file.orders.count)
        #expect(read.rejected.allSatisfy { !$0.diagnostic.remedy.isEmpty && $0.diagnostic.line > 1 })
    }

    @Test("the nearest format is named with what is missing; --source chooses among its own")
    func nearest() throws {
        let header = "Name,Email,Financial Status,Created at,Lineitem name\n"
        let problem = #expect(throws: FileProblem.self) { try Reading(header, Self.context()) }
        #expect(
            problem?.diagnostics.map(\.message) == [
                "this is no format that is known; the nearest is Shopify's orders export, which also has "
                    + "Total"
            ])
        let forced = #expect(throws: FileProblem.self) {
            try Reading("id,Amount\n", Self.context(), source: "stripe")
        }
        #expect(
            forced?.diagnostics.first?.message
                == "the column Customer Email of Stripe's payments export is missing")
    }

    @Test("what is paid in part is counted and not taken as paid")
    func partlyPaid() throws {
        let read = try Reading(PlatformFile.shopify.text, Self.context())
        #expect(
            read.format.remarks.contains {
                $0.hasPrefix("4 rows (the first: ") && $0.contains(") are paid in part; ")
            })
        #expect(
            read.format.remarks.contains {
                $0.hasPrefix(
                    "The product “Thank you” is neither a tier nor an add-on of the campaign: 4 rows")
            })
    }

    /// What a cell lists, and what is found.
    static let lists: [(String, [ListedItem])] = [
        ("2× Lamp, Bulb", [ListedItem(name: "Lamp", count: 2), ListedItem(name: "Bulb")]),
        ("Lamp x 3", [ListedItem(name: "Lamp", count: 3)]),
        (
            "name:Lamp|sku:L|quantity:2|total:9.00;name:Bulb|quantity:0",
            [ListedItem(name: "Lamp", sku: "L", count: 2)]
        ),
        ("", []), ("x Factor", [ListedItem(name: "x Factor")]),
    ]

    @Test("products in one cell", arguments: lists)
    func listed(cell: String, items: [ListedItem]) { #expect(itemsListed(in: cell) == items) }
}
