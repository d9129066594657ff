import Accounting
import Crowdfunding
import Imports
import Parsing

// libFuzzer calls this with bytes of its own: see scripts/fuzz.

/// Reads the bytes as a file of pledges, in pieces of two sizes: both must say the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCSV(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let pieceSize = 1 + Int(bytes.first ?? 0) % 97
    precondition(
        told(bytes, pieceSize: pieceSize) == told(bytes, pieceSize: 1 << 16), "pieces of \(pieceSize) differ")
    orders(bytes)
    return 0
}

/// Every record as text: its line, its cells, what is wrong with it.
private func told(_ bytes: [UInt8], pieceSize: Int) -> [String] {
    var scanner = CSVScanner(bytes: bytes, pieceSize: pieceSize)
    var batch = CSVBatch()
    var lines: [String] = []
    while (try? scanner.nextBatch(into: &batch)) == true {
        for record in batch.records {
            let cells = batch.fields[record.fieldRange].map { batch.text(of: $0) }
            lines.append("\(record.line) \(cells) \(record.problem.map { "\($0)" } ?? "")")
        }
    }
    return lines
}

/// Makes orders of the rows; every rejected row names a place.
private func orders(_ bytes: [UInt8]) {
    guard let context else { return }
    var scanner = CSVScanner(bytes: bytes)
    var batch = CSVBatch()
    var reading: (any PledgeFormat)?
    while (try? scanner.nextBatch(into: &batch)) == true {
        var first = 0
        if reading == nil {
            guard let record = batch.records.first, record.problem == nil else { return }
            let fields = batch.fields[record.fieldRange]
            reading = try? format(
                for: fields.map { batch.text(of: $0) },
                places: fields.map { batch.place(of: $0.start, in: record) }, file: "f.csv",
                delimiter: scanner.delimiter ?? UInt8(ascii: ","), source: nil, context: context)
            first = 1
        }
        guard var rows = reading else { return }
        let read = rows.read(&batch, from: first, file: "f.csv")
        for row in read.rejected {
            precondition(row.diagnostic.line >= 1 && row.diagnostic.column >= 1, row.diagnostic.text)
        }
        reading = rows
    }
}

private let context: ImportContext? = {
    let text = """
        { "id": "lamp", "title": "Lamp", "currency": "EUR", "time_zone": "UTC",
          "closes_at": "2026-03-31T18:00:00Z", "funding": { "goal": "1.00" },
          "items": [{ "sku": "LAMP", "title": "Lamp", "variants": [{ "sku": "RED", "title": "Red" }] }],
          "tiers": [{ "id": "one", "title": "One", "price": "9.00", "contains": { "LAMP": 1 } }],
          "add_ons": [{ "id": "bulb", "title": "Bulb", "price": "1.00" }],
          "promotions": [{ "code": "TEN", "percent_off": "10" }],
          "imports": { "kickstarter": { "rewards": { "9876541": "one" } } } }
        """
    guard case .success(let document) = JSONDocument.parse(Array(text.utf8), file: "f.json"),
        let definition = try? CampaignReader.read(document, isKnownZone: { _ in true })
    else { return nil }
    return ImportContext(definition: definition, zone: .utc)
}()
