import Accounting
import ArgumentParser
import Crowdfunding
import Parsing
import Pledgebook

/// What an export of pledges is for.
enum ExportPurpose: String, CaseIterable, ExpressibleByArgument {
    case shipping
}

struct PledgeExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write what is to be shipped, with addresses and what customs ask for, as CSV",
        discussion: """
            A row a parcel line: a pledge's units of one SKU from stock or one run. Only what is paid, \
            chosen and not shipped, and has an address; --all writes every line, with what is missing. \
            What was left out is said on stderr. Cells that a spreadsheet would take for formulas are guarded.

            The file is personal: keep it no longer than the parcels need it. What was shipped comes back \
            with `pledgebook pledge ship`.

            Example:
              pledgebook pledge export --for shipping parcels.csv
            """)

    @Option(name: .customLong("for"), help: ArgumentHelp("What for: shipping", valueName: "purpose"))
    var purpose: ExportPurpose
    @Flag(help: "Every line: also unpaid, shipped, without a choice or an address") var all = false
    @Argument(help: "Where to write; - is stdout") var file: String
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "pledge export")
        let campaign = try here.campaign()
        var summary = ShippingSummary()
        func write(_ sink: @escaping ([UInt8]) throws -> Void) throws {
            var writer = CSVWriter()
            writer.row(Self.columns)
            summary = try here.session.forEachParcelLine(of: campaign, all: all) { line in
                Self.write(line, to: &writer)
                guard writer.bytes.count >= 1 << 16 else { return }
                try sink(writer.bytes)
                writer.bytes.removeAll(keepingCapacity: true)
            }
            try sink(writer.bytes)
        }
        if file == "-" {
            try write { try Output.write($0.span) }
        } else {
            try OutputFile.write(to: file, write)
        }
        say(summary)
    }

    private func say(_ summary: ShippingSummary) {
        let place = file == "-" ? "" : "\(visible(file)) is written: "
        Output.note(
            "\(place)\(counted(summary.lines, "line")) of \(counted(summary.pledges, "pledge")), "
                + "\(counted(summary.units, "unit")).")
        for (count, why) in [
            (summary.unpaid, "not paid, disputed or in doubt"),
            (summary.withoutAddress, "no whole address: pledgebook pledge list --missing"),
        ] where count > 0 {
            Output.note("left out: \(counted(count, "pledge")), \(why)")
        }
        if summary.unchosen > 0, !all {
            Output.note(
                "left out: units of \(counted(summary.unchosen, "pledge")) that are not chosen: pledgebook "
                    + "pledge list --open-choice")
        }
    }

    private static let columns = [
        "pledge_id", "name", "company", "address_1", "address_2", "address_3", "city", "state",
        "postal_code", "country", "phone", "email", "sku", "quantity", "description", "unit_value",
        "currency", "unit_weight_grams", "origin", "hs_code", "source", "shipped", "standing", "missing",
        "delivery_notes",
    ]

    private static func write(_ line: ParcelLine, to writer: inout CSVWriter) {
        func fields(_ fields: PostalAddress.Field...) {
            for field in fields {
                // Carriers' programs read a row a line, whatever quotes say.
                let parts = line.address[field].split(whereSeparator: \.isNewline)
                writer.text(parts.joined(separator: ", "))
            }
        }
        writer.text(line.reference)
        writer.text(line.name)
        fields(.company, .line1, .line2, .line3, .city, .state, .postalCode)
        writer.text(line.country)
        fields(.phone)
        writer.text(line.email)
        writer.text(line.sku)
        writer.number(line.quantity)
        writer.text(line.description)
        writer.number(line.unitValue.plain)
        writer.text(line.unitValue.currency.code)
        if let grams = line.weightGrams { writer.number(grams) } else { writer.empty() }
        for text in [line.origin ?? "", line.hsCode ?? "", line.source] { writer.text(text) }
        writer.number(line.shipped)
        writer.text(line.standing.rawValue)
        writer.text(line.missing.joined(separator: "; "))
        fields(.deliveryNotes)
        writer.endRow()
    }
}
