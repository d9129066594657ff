import Crowdfunding
import Storage

/// What backers hold of the offers that have a limit a backer: in the book, and by the rows so far.
struct HeldByBackers {
    private struct Key: Hashable {
        var backer: Int64
        var offer: Offer
    }

    /// Whose pledges in the book are counted.
    private enum Counted {
        case some(Set<Int64>)
        case everybody
    }

    private var quantities: [Key: Int64] = [:]
    private var counted = Counted.some([])
    private let isLimitedTier: [Bool]
    private let isLimitedAddOn: [Bool]
    /// Indices of limited offers by what the book knows them as.
    private let tiers: [Int64: Int]
    private let addOns: [String: Int]
    /// The book's last backer: whoever comes after has no pledges there.
    private let lastBacker: Int64

    /// Counts nothing yet.
    init(_ definition: CampaignDefinition, tierNumbers: [String: Int64], lastBacker: Int64) {
        isLimitedTier = definition.tiers.map { $0.perBacker != nil }
        isLimitedAddOn = definition.addOns.map { $0.perBacker != nil }
        var tiers: [Int64: Int] = [:]
        for (index, tier) in definition.tiers.enumerated() where tier.perBacker != nil {
            if let number = tierNumbers[tier.id] { tiers[number] = index }
        }
        var addOns: [String: Int] = [:]
        for (index, addOn) in definition.addOns.enumerated() where addOn.perBacker != nil {
            addOns[addOn.id] = index
        }
        (self.tiers, self.addOns, self.lastBacker) = (tiers, addOns, lastBacker)
    }

    /// Whether anything has a limit a backer.
    var hasLimits: Bool { !tiers.isEmpty || !addOns.isEmpty }

    /// How much the backer holds of the offer, once they are counted.
    @inline(__always)
    func callAsFunction(_ backer: Int64, _ offer: Offer) -> Int64 {
        quantities[Key(backer: backer, offer: offer)] ?? 0
    }

    /// Counts what an accepted row takes.
    mutating func add(_ order: PledgeOrder, _ lines: ArraySlice<OrderLine>, backer: Int64) {
        guard hasLimits else { return }
        if order.tier >= 0, isLimitedTier[Int(order.tier)] {
            add(order.quantity, of: .tier(Int(order.tier)), backer)
        }
        for line in lines where line.role == .addOn && isLimitedAddOn[Int(line.index)] {
            add(Int64(line.quantity), of: .addOn(Int(line.index)), backer)
        }
    }

    /// Counts what all backers hold in the book.
    mutating func countEverybody(_ campaign: Int64, in records: Records) throws {
        guard hasLimits, case .some(let before) = counted else { return }
        counted = .everybody
        try records.forEachHolding(campaign: campaign) { _, backer, tier, quantity in
            guard let tier = tiers[tier], !before.contains(backer) else { return }
            add(quantity, of: .tier(tier), backer)
        }
        for (id, index) in addOns {
            for (backer, quantity) in try records.heldByBacker(campaign: campaign, addOn: id)
            where !before.contains(backer) {
                add(quantity, of: .addOn(index), backer)
            }
        }
    }

    /// Counts what these backers hold in the book, before any row of theirs is taken.
    ///
    /// The book finds them by walking over its pledges: the second time everybody is counted.
    mutating func count(_ backers: some Sequence<Int64>, from book: BookKeys) throws {
        guard hasLimits, case .some(let before) = counted else { return }
        let asked = Set(backers).subtracting(before).filter { 0 < $0 && $0 <= lastBacker }
        guard !asked.isEmpty else { return }
        guard before.isEmpty else { return try countEverybody(book.campaign, in: book.records) }
        counted = .some(asked)
        var pledges: [(number: Int64, backer: Int64)] = []
        try book.records.forEachHolding(campaign: book.campaign) { pledge, backer, tier, quantity in
            guard asked.contains(backer) else { return }
            if let tier = tiers[tier] { add(quantity, of: .tier(tier), backer) }
            pledges.append((pledge, backer))
        }
        guard !addOns.isEmpty else { return }
        for pledge in pledges {
            for line in try book.records.lines(campaign: book.campaign, pledge: pledge.number)
            where line.kind == 1 {
                guard let addOn = addOns[line.id] else { continue }
                add(line.quantity, of: .addOn(addOn), pledge.backer)
            }
        }
    }

    private mutating func add(_ quantity: Int64, of offer: Offer, _ backer: Int64) {
        quantities[Key(backer: backer, offer: offer), default: 0] += quantity
    }
}
