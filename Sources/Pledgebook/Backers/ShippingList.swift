public import Accounting
public import Crowdfunding
import Storage

/// A line of a parcel: units of one SKU of one pledge from one place.
public struct ParcelLine: Sendable {
    /// As receipts print it; what `pledge ship` takes.
    public let reference: String
    /// Who receives it.
    public let name: String
    /// The backer's e-mail address.
    public let email: String
    /// Where it goes.
    public let address: PostalAddress
    /// Two capital letters; empty where nobody said.
    public let country: String
    /// The item's, or its variant's.
    public let sku: String
    /// Units that have not gone out; with all lines also those that have.
    public let quantity: Int64
    /// Of those, units that have gone out.
    public let shipped: Int64
    /// The item's title, with the variant's.
    public let description: String
    /// What one unit cost the backer, without tax and shipping; its cost where it cost nothing.
    public let unitValue: Money
    /// Grams of one unit; `nil` where the campaign file does not say.
    public let weightGrams: Int64?
    /// Two capital letters; `nil` where the campaign file does not say.
    public let origin: String?
    /// The customs tariff number; `nil` where the campaign file does not say.
    public let hsCode: String?
    /// The run, `stock`, or empty while nothing is reserved.
    public let source: String
    /// Where the pledge stands.
    public let standing: PledgeStanding
    /// What is missing for a label, or does not fit, in words.
    public let missing: [String]
}

/// What a list for shipping has and leaves out.
public struct ShippingSummary: Hashable, Sendable {
    /// Lines that it has.
    public var lines: Int64 = 0
    /// Pledges of them.
    public var pledges: Int64 = 0
    /// Units of them.
    public var units: Int64 = 0
    /// Pledges left out because they are not paid, or disputed or in doubt.
    public var unpaid: Int64 = 0
    /// Pledges left out, or in part, because a variant is not chosen.
    public var unchosen: Int64 = 0
    /// Pledges left out because the address is not whole.
    public var withoutAddress: Int64 = 0

    /// Of nothing yet.
    public init() {}
}

extension Session {
    /// Gives every line that may go out: paid, chosen, not shipped, with an address; in the order of pledges.
    ///
    /// - Parameters:
    ///   - campaign: Whose pledges.
    ///   - all: Every line of every pledge that holds its place, whatever stands in the way.
    ///   - body: Gets one line at a time; personal.
    /// - Returns: What was given, and what was left out.
    /// - Throws: `SessionError.refused` where nothing may ship yet; what `body` throws; `BookError`.
    public func forEachParcelLine(
        of campaign: LoadedCampaign, all: Bool, _ body: (ParcelLine) throws -> Void
    ) throws -> ShippingSummary {
        guard all || campaign.record.state.hasSucceeded else {
            throw SessionError.refused(
                "\(campaign.record.id) is \(campaign.record.state.rawValue): nothing ships before it is "
                    + "funded. Say --all to see every line all the same.")
        }
        return try book.read { records in
            var list = try ShippingList(campaign, all: all, in: records)
            try records.forEachQueuedPledge(campaign: campaign.record.number) { pledge in
                for line in try list.lines(of: pledge) { try body(line) }
            }
            return list.summary
        }
    }
}

/// Makes the lines pledge by pledge.
private struct ShippingList {
    private(set) var summary = ShippingSummary()
    private let campaign: LoadedCampaign
    private let all: Bool
    private let records: Records
    private let words: ProductionWords
    private let values: UnitValues
    /// The states of payments that stop a parcel, by pledge.
    private var stopped: [Int64: PaymentState] = [:]
    private var payments: [Int64: PaymentState] = [:]

    init(_ campaign: LoadedCampaign, all: Bool, in records: Records) throws {
        self.campaign = campaign
        self.all = all
        self.records = records
        words = try ProductionWords(campaign, in: records)
        values = UnitValues(campaign.definition)
        var stopped: [Int64: PaymentState] = [:]
        var payments: [Int64: PaymentState] = [:]
        try records.forEachPayment(campaign: campaign.record.number) { row in
            let state = row.payment.state
            if state == .unknown || state == .conflicted || row.payment.disputed > 0 {
                stopped[row.pledge] = state
            }
            if payments[row.pledge] == nil || state.saysMost { payments[row.pledge] = state }
        }
        (self.stopped, self.payments) = (stopped, payments)
    }

    mutating func lines(of pledge: QueuedPledge) throws -> [ParcelLine] {
        guard pledge.state.holdsPlace, all || pledge.state == .placed else { return [] }
        let (chosen, open) = words.demand(of: pledge)
        guard !chosen.isEmpty || !open.isEmpty else { return [] }
        guard all || isPaid(pledge) else {
            summary.unpaid += 1
            return []
        }
        if !open.isEmpty { summary.unchosen += 1 }
        let rows = sources(of: pledge, chosen, open)
        guard !rows.isEmpty,
            let record = try records.pledge(campaign: campaign.record.number, number: pledge.number)
        else { return [] }
        let backer = try records.backer(campaign: campaign.record.number, number: record.backer)
        let address = PostalAddress(json: backer?.address)
        let country = record.destination ?? backer?.country ?? address[.countryCode]
        let missing = address.missing(for: backer?.name, to: country)
        guard all || missing.isEmpty else {
            summary.withoutAddress += 1
            return []
        }
        summary.pledges += 1
        let worth = worth(of: pledge, record)
        return rows.map { row in
            let item = campaign.definition.items[row.item]
            summary.lines += 1
            summary.units += row.units
            return ParcelLine(
                reference: record.reference,
                name: address[.recipient].isEmpty ? backer?.name ?? "" : address[.recipient],
                email: backer?.email ?? "", address: address, country: country, sku: row.sku,
                quantity: row.units, shipped: row.shipped, description: row.title,
                unitValue: campaign.money(worth[row.item] ?? item.unitCost), weightGrams: item.weightGrams,
                origin: item.origin, hsCode: item.hsCode, source: row.source,
                standing: standing(pledge), missing: missing + (open.isEmpty ? [] : ["choice"]))
        }
    }

    private func isPaid(_ pledge: QueuedPledge) -> Bool {
        stopped[pledge.number] == nil && pledge.captured >= pledge.total
            && (pledge.total == 0 || pledge.held > 0)
    }

    private func standing(_ pledge: QueuedPledge) -> PledgeStanding {
        PledgeStanding(
            pledge.state, payments[pledge.number],
            isPart: pledge.captured > 0 && pledge.captured < pledge.total)
    }

    // MARK: What goes out

    private struct Row {
        var item: Int
        var sku: String
        var title: String
        var units: Int64
        var shipped: Int64 = 0
        var source: String
    }

    /// By SKU, stock first, then the runs, then what is not reserved yet.
    private func sources(of pledge: QueuedPledge, _ chosen: [Int: Int64], _ open: [Int: Int64]) -> [Row] {
        var rows: [Row] = []
        for (sku, wanted) in chosen.sorted(by: { $0.key < $1.key }) {
            let id = words.skus[sku]
            let item = words.units.itemOfSKU[sku]
            var left = wanted
            for held in pledge.allocations.filter({ $0.sku == id }).sorted(by: { $0.run < $1.run }) {
                left -= held.quantity
                let units = all ? held.quantity : held.quantity - held.shipped
                guard units > 0 else { continue }
                rows.append(
                    Row(
                        item: item, sku: id, title: title(item, id), units: units,
                        shipped: all ? held.shipped : 0, source: held.run.isEmpty ? "stock" : held.run))
            }
            guard left > 0 else { continue }
            rows.append(Row(item: item, sku: id, title: title(item, id), units: left, source: ""))
        }
        guard all else { return rows }
        for (item, units) in open.sorted(by: { $0.key < $1.key }) {
            let sku = campaign.definition.items[item].sku
            rows.append(Row(item: item, sku: sku, title: title(item, sku), units: units, source: ""))
        }
        return rows
    }

    private func title(_ item: Int, _ sku: String) -> String {
        let item = campaign.definition.items[item]
        guard let variant = item.variants.first(where: { $0.sku == sku }) else { return item.title }
        return "\(item.title), \(variant.title)"
    }

    /// What one unit of each item cost the backer, net of tax, by the item's index: its share of the goods.
    private func worth(of pledge: QueuedPledge, _ record: PledgeRecord) -> [Int: Int64] {
        let found = values.values(
            tier: words.tier(of: pledge), quantity: pledge.quantity, lines: words.lines(of: pledge)[...])
        let shares = allocate(record.goods, by: found.map(\.value))
        var worth: [Int: Int64] = [:]
        for (value, share) in zip(found, shares) where share >= value.units {
            worth[value.item] = share / value.units
        }
        return worth
    }
}
