// What a campaign's money must come to, written down plainly: whole numbers, three parts, a handful of
// accounts. It shares no code and no type with the program; what it says is compared with what the book says.

/// Goods, shipping and tax, minor units.
struct ModelParts: Equatable {
    var goods = 0
    var shipping = 0
    var tax = 0

    var total: Int { goods + shipping + tax }

    static func + (a: ModelParts, b: ModelParts) -> ModelParts {
        ModelParts(goods: a.goods + b.goods, shipping: a.shipping + b.shipping, tax: a.tax + b.tax)
    }

    static func - (a: ModelParts, b: ModelParts) -> ModelParts {
        ModelParts(goods: a.goods - b.goods, shipping: a.shipping - b.shipping, tax: a.tax - b.tax)
    }

    /// A share of these parts, by largest remainder, ties to the first.
    func share(_ amount: Int) -> ModelParts {
        let parts = [goods, shipping, tax]
        guard amount != total, total > 0 else { return amount == 0 ? ModelParts() : self }
        var floors = parts.map { $0 * amount / total }
        let remainders = parts.map { $0 * amount % total }
        let order = [0, 1, 2].sorted { (-remainders[$0], $0) < (-remainders[$1], $1) }
        for index in order.prefix(amount - floors.reduce(0, +)) { floors[index] += 1 }
        return ModelParts(goods: floors[0], shipping: floors[1], tax: floors[2])
    }
}

/// One pledge and its only payment.
struct ModelPledge {
    enum State { case placed, canceled, dropped }

    let reference: String
    var state = State.placed
    /// Pledged and not taken · taken and still held · promised back · given back.
    var due: ModelParts
    var held = ModelParts()
    var promised = ModelParts()
    var returned = ModelParts()
    let price: Int
    /// What is beyond what was asked for, or fell short of it: a person must settle it.
    var excess = 0
    /// A refund that somebody has to say is done.
    var openRefund: Int?

    var captured: Int { held.total + promised.total + returned.total }
    var isConflicted: Bool { excess != 0 }
}

/// A campaign with its pledges and its accounts.
struct ReferenceModel {
    enum State: String { case live, collecting, funded, releasing, unfunded, canceled }

    var state = State.live
    var isCalledOff = false
    var hasSucceeded = false
    let goal: Int
    let countsCollected: Bool
    /// Seconds for which failed charges are tried again.
    let window: Int
    var pledges: [ModelPledge] = []
    /// By number, debits positive.
    var accounts: [Int: Int] = [:]
    /// What the processor's cash-flow lines say: receipts, refunds, fees, unexplained.
    var receipts = 0
    var refunds = 0
    var fees = 0

    var pledged: Int { pledges.filter { $0.state != .canceled }.reduce(0) { $0 + $1.price } }
    var collected: Int { pledges.reduce(0) { $0 + $1.held.total } }

    mutating func post(_ debit: Int, _ credit: Int, _ amount: Int) {
        accounts[debit, default: 0] += amount
        accounts[credit, default: 0] -= amount
    }

    // MARK: Money

    /// Money that came in for a pledge; what is beyond its price stands in suspense.
    mutating func take(_ amount: Int, fee: Int = 0, from index: Int) {
        let known = pledges[index].captured > 0 ? 0 : min(amount, pledges[index].due.total)
        if known > 0 {
            let parts = pledges[index].due.share(known)
            pledges[index].due = pledges[index].due - parts
            pledges[index].held = pledges[index].held + parts
            post(1100, hasSucceeded ? 2010 : 2000, parts.goods)
            post(1100, 2015, parts.shipping)
            post(1100, 2030, parts.tax)
            receipts += known
        }
        post(1100, 2900, amount - known)
        pledges[index].excess += amount - known
        post(5100, 1100, fee)
        fees += fee
    }

    /// What is held of a pledge is promised back.
    mutating func promise(_ amount: Int, to index: Int) {
        let parts = pledges[index].held.share(amount)
        pledges[index].held = pledges[index].held - parts
        pledges[index].promised = pledges[index].promised + parts
        post(hasSucceeded ? 2010 : 2000, 2020, parts.goods)
        post(2015, 2020, parts.shipping)
        post(2030, 2020, parts.tax)
    }

    /// What was promised is paid, by the processor or from the maker's own account.
    mutating func pay(_ amount: Int, to index: Int, fromOwn: Bool = false) {
        let parts = pledges[index].promised.share(amount)
        pledges[index].promised = pledges[index].promised - parts
        pledges[index].returned = pledges[index].returned + parts
        post(2020, fromOwn ? 1000 : 1100, amount)
        refunds += amount
    }

    // MARK: The campaign

    /// What `campaign close` decides before and after charging; refunds and charges are told by the gateway.
    ///
    /// - Parameters:
    ///   - age: Seconds since the window began.
    ///   - open: What may still be collected within the window, minor units.
    mutating func decide(age: Int, open: Int) {
        if state == .live {
            state = pledged >= goal ? .collecting : .releasing
        }
        guard state == .collecting else { return }
        if !countsCollected || collected >= goal {
            state = .funded
            hasSucceeded = true
            let deposits = -accounts[2000, default: 0]
            if deposits > 0 { post(2000, 2010, deposits) }
        } else if collected + (age < window ? open : 0) < goal {
            state = .releasing
        }
    }

    /// Everything that nobody paid is given up.
    mutating func dropUnpaid() {
        for index in pledges.indices where pledges[index].state == .placed && pledges[index].captured == 0 {
            guard !pledges[index].isConflicted else { continue }
            pledges[index].state = .dropped
        }
    }

    /// Everything is let go or promised back; what is promised already is on its way.
    mutating func release() {
        for index in pledges.indices where !pledges[index].isConflicted && pledges[index].openRefund == nil {
            if pledges[index].held.total > 0 {
                let amount = pledges[index].held.total
                promise(amount, to: index)
                pledges[index].openRefund = amount
            } else if pledges[index].captured == 0, pledges[index].state == .placed {
                pledges[index].state = .canceled
            }
        }
    }

    /// Nothing is held or owed any more.
    mutating func endIfReleased() {
        guard state == .releasing else { return }
        let isOver = pledges.allSatisfy { pledge in
            !pledge.isConflicted && pledge.held.total == 0 && pledge.promised.total == 0
                && (pledge.state != .placed || pledge.captured > 0)
        }
        if isOver { state = isCalledOff ? .canceled : .unfunded }
    }
}
