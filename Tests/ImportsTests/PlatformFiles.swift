import Accounting
import Crowdfunding

/// A kind of file with invented people, and what its rows must become.
struct PlatformFile: Sendable, CustomStringConvertible {
    let name: String
    let source: String
    let text: String
    let orders: [ExpectedOrder]

    var description: String { name }
}

/// What an order of a file must become.
struct ExpectedOrder: Hashable, Sendable {
    var reference: String
    var key: String
    var email: String
    var amount: Int64
    var status: SourceStatus
    var refunded: Int64 = 0
    var tier: Int32
    var country: String
    var at: Timestamp?
    var addOns: Int32
    var choices: Int32
    /// A part of the address that must be kept; empty: the file has no addresses.
    var city: String
    /// A part of the answers that must be kept.
    var answer: String
}

extension PlatformFile {
    static let all =
        [
            kickstarter2013, kickstarter2025, stripe(.old), stripe(.standard), stripe(.all),
            stripe(.semicolons), shopify, indiegogo, gamefound, gamefoundPledges, backerKit,
        ] + wooCommerce + [catarse]

    static let every: [InventedOrder.State] = [.paid, .pending, .failed, .canceled]

    static func status(_ order: InventedOrder) -> SourceStatus {
        switch order.state {
        case .paid, .partlyRefunded: .collected
        case .pending, .partlyPaid: .pledged
        case .failed: .errored
        case .canceled, .refunded: .canceled
        }
    }

    static func expected(_ order: InventedOrder, _ prefix: String, key: String? = nil) -> ExpectedOrder {
        ExpectedOrder(
            reference: "\(prefix)\(order.number)", key: key ?? "\(order.number)", email: order.email,
            amount: order.total, status: status(order), refunded: order.refunded, tier: Int32(order.tier),
            country: order.country.code, at: order.timestamp, addOns: Int32(order.bulbs),
            choices: Int32(order.lamps), city: order.city, answer: "")
    }

    // MARK: Kickstarter

    static let kickstarter2013: PlatformFile = {
        var csv = SampleCSV([
            "Backer Id", "Backer Name", "Email", "Shipping Country", "Shipping Amount", "Reward Minimum",
            "Pledge Amount", "Pledged At", "Rewards Sent?", "Pledged Status", "Notes",
        ])
        var orders: [ExpectedOrder] = []
        let words: [InventedOrder.State: String] = [
            .paid: "collected", .pending: "pledged", .failed: "errored", .canceled: "canceled",
        ]
        for var order in InventedOrder.invent(24, seed: 13, states: every) {
            order.bonus += Int64(order.bulbs) * 900
            order.bulbs = 0
            csv.add([
                "Backer Id": "\(order.number)", "Backer Name": order.name, "Email": order.email,
                "Shipping Country": order.country.code, "Shipping Amount": "$\(plain(order.shipping)) USD",
                "Reward Minimum": order.tier < 0 ? "" : "$\(plain(order.goods))",
                "Pledge Amount": "$\(plain(order.total, grouped: true))",
                "Pledged At": "\(order.time.replacing(" ", with: ", ").prefix(17))",
                "Pledged Status": words[order.state] ?? "", "Rewards Sent?": "Sent",
            ])
            var row = expected(order, "KS-")
            row.at = Timestamp(rfc3339: "\(order.date)T\(order.minute.suffix(5)):00Z")
            row.choices = 0
            row.city = ""
            row.answer = "\"Rewards Sent?\":\"Sent\""
            orders.append(row)
        }
        return PlatformFile(
            name: "kickstarter-2013.csv", source: "kickstarter", text: csv.text, orders: orders)
    }()

    /// With late pledges and pledges over time, whose columns stand anywhere.
    static let kickstarter2025: PlatformFile = {
        var csv = SampleCSV([
            "Backer Number", "Late Pledge", "Backer UID", "Backer Name", "Email", "Amount Due",
            "Shipping Country", "Shipping Amount", "Reward Title", "Backing Minimum", "Reward ID",
            "Bonus Support", "Pledge Amount", "Pledged At", "Fulfillment Status", "Pledged Status", "Notes",
            "Lamp", "[Addon: 777] Spare bulb", "Pledge Over Time", "Amount Paid", "Survey Response",
            "Shipping Name", "Shipping Address 1", "Shipping City", "Shipping Postal Code",
            "Shipping Country Name", "Shipping Country Code", "Which color?", "And the second?",
        ])
        let words: [InventedOrder.State: String] = [
            .paid: "collected", .pending: "pledged", .failed: "authentication_required",
            .canceled: "canceled", .partlyPaid: "collected",
        ]
        var orders: [ExpectedOrder] = []
        for order in InventedOrder.invent(24, seed: 25, states: every + [.partlyPaid]) {
            let isPart = order.state == .partlyPaid
            csv.add([
                "Backer Number": "\(order.number)", "Backer UID": "9\(order.number)",
                "Backer Name": order.name, "Email": order.email,
                "Late Pledge": order.number % 5 == 0 ? "Yes" : "No",
                "Amount Due": isPart ? "$\(plain(order.total / 2))" : "$0.00",
                "Amount Paid": isPart ? "$\(plain(order.total - order.total / 2))" : "",
                "Pledge Over Time": isPart ? "Yes" : "No", "Shipping Country": order.country.code,
                "Shipping Amount": "$\(plain(order.shipping))", "Reward Title": order.title,
                "Backing Minimum": order.tier < 0 ? "" : "$\(plain(order.goods))",
                "Reward ID": order.tier < 0 ? "" : "55\(order.tier)",
                "Bonus Support": "$\(plain(order.bonus))", "Pledge Amount": "$\(plain(order.total))",
                "Pledged At": order.minute.replacing(" ", with: ", ").replacing("-", with: "/"),
                "Pledged Status": words[order.state] ?? "", "Lamp": "\(order.lamps)",
                "[Addon: 777] Spare bulb": order.bulbs == 0 ? "" : "\(order.bulbs)",
                "Shipping Name": order.name, "Shipping Address 1": order.street,
                "Shipping City": order.city, "Shipping Postal Code": "=\"\(order.zip)\"",
                "Shipping Country Name": order.country.name, "Shipping Country Code": order.country.code,
                "Which color?": order.tier < 0 ? "" : order.color,
                "And the second?": order.tier == 1 ? order.color : "",
            ])
            var row = expected(order, "KS-", key: "9\(order.number)")
            row.at = Timestamp(rfc3339: "\(order.date)T\(order.minute.suffix(5)):00Z")
            row.answer = "\"Late Pledge\":\"\(order.number % 5 == 0 ? "Yes" : "No")\""
            orders.append(row)
        }
        return PlatformFile(
            name: "kickstarter-2025.csv", source: "kickstarter", text: csv.text, orders: orders)
    }()

    // MARK: Stripe

    enum StripeForm: Sendable { case old, standard, all, semicolons }

    static func stripe(_ form: StripeForm) -> PlatformFile {
        let isOld = form == .old
        let created = isOld ? "Created (UTC)" : "Created date (UTC)"
        var columns = ["id", "Description", created, "Amount", "Amount Refunded", "Currency", "Captured"]
        if isOld { columns.removeLast() }
        columns += ["Converted Amount", "Converted Currency", "Fee", "Status", "Statement Descriptor"]
        if isOld { columns.append("Captured") }
        columns += ["Customer ID", "Customer Description", "Customer Email", "Card ID"]
        if isOld || form == .all { columns += ["Disputed Amount", "Dispute Status"] }
        columns += ["Invoice ID", "Transfer"]
        if form == .all { columns += ["PaymentIntent ID", "reward (metadata)", "color (metadata)"] }
        var csv = SampleCSV(columns, delimiter: form == .semicolons ? ";" : ",")
        let words: [InventedOrder.State: String] = [
            .paid: "Paid", .pending: "Paid", .failed: "Failed", .canceled: "canceled", .refunded: "Refunded",
            .partlyRefunded: "Paid",
        ]
        var orders: [ExpectedOrder] = []
        for var order in InventedOrder.invent(24, seed: 7, states: every + [.refunded, .partlyRefunded]) {
            order.bonus += Int64(order.bulbs) * 900
            order.bulbs = 0
            let id = "ch_3Nx\(order.number)Qz"
            let isLost = form == .all && order.number % 11 == 0 && order.state == .paid
            csv.add([
                "id": id, "Description": form == .all ? "Checkout" : order.title, created: order.time,
                "Amount": plain(order.total), "Amount Refunded": plain(order.refunded), "Currency": "usd",
                "Captured": order.state == .pending ? "false" : "true", "Fee": "1.23",
                "Status": words[order.state] ?? "", "Customer ID": "cus_\(order.number)",
                "Customer Description": order.name, "Customer Email": order.email,
                "Dispute Status": isLost ? "needs_response" : "",
                "reward (metadata)": order.tier < 0 ? "" : "lamp-\(order.tier)",
                "color (metadata)": order.color, "Card ID": "card_\(order.number)",
            ])
            var row = expected(order, "ST-", key: id)
            row.reference = "ST-\(id)"
            if isLost { row.status = .disputed }
            (row.country, row.choices, row.city) = ("", 0, "")
            row.answer = "\"Fee\":\"1.23\""
            orders.append(row)
        }
        let name = form == .standard ? "stripe-default" : "stripe-\(form)"
        return PlatformFile(name: "\(name).csv", source: "stripe", text: csv.text, orders: orders)
    }
}
