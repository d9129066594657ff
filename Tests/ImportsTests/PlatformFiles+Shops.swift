import Accounting
import Crowdfunding

extension PlatformFile {
    /// Several rows an order; what is said of the order stands in its first row only.
    static let shopify: PlatformFile = {
        var csv = SampleCSV([
            "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Currency", "Subtotal",
            "Shipping", "Taxes", "Total", "Created at", "Lineitem quantity", "Lineitem name",
            "Lineitem price", "Lineitem sku", "Billing Name", "Shipping Name", "Shipping Address1",
            "Shipping City", "Shipping Zip", "Shipping Country", "Notes", "Cancelled at",
            "Payment Reference", "Refunded Amount", "Outstanding Balance", "Id", "Lineitem discount",
        ])
        let words: [InventedOrder.State: String] = [
            .paid: "paid", .pending: "pending", .failed: "expired", .canceled: "voided",
            .refunded: "refunded", .partlyRefunded: "partially_refunded", .partlyPaid: "partially_paid",
        ]
        var orders: [ExpectedOrder] = []
        for order in InventedOrder.invent(28, seed: 31, states: InventedOrder.State.allCases) {
            // Thirteen digits that pass Luhn's check are an id here and not a card.
            let id = order.number == 1_001 ? "4222222222222" : "58\(order.number)0000000"
            let isOnlyThanks = order.tier < 0
            csv.add([
                "Name": "#\(order.number)", "Email": order.email,
                "Financial Status": words[order.state] ?? "", "Currency": "USD",
                "Subtotal": plain(order.goods), "Shipping": plain(order.shipping), "Taxes": "0.00",
                "Total": plain(order.total), "Created at": "\(order.time) +0200",
                "Lineitem quantity": "1",
                "Lineitem name": isOnlyThanks ? "Thank you" : "\(order.title) - \(order.color)",
                "Lineitem price": plain(isOnlyThanks ? 500 : order.goods - Int64(order.bulbs) * 900),
                "Billing Name": order.name, "Shipping Name": order.name,
                "Shipping Address1": order.street, "Shipping City": order.city,
                "Shipping Zip": "'\(order.zip)", "Shipping Country": order.country.code,
                "Notes": "leave at the door", "Refunded Amount": plain(order.refunded), "Id": id,
                "Payment Reference": "4242424242424242",
                "Outstanding Balance": order.state == .partlyPaid ? plain(order.total / 2) : "",
            ])
            if order.bulbs > 0 {
                csv.add([
                    "Name": "#\(order.number)", "Email": order.email, "Lineitem quantity": "\(order.bulbs)",
                    "Lineitem name": "Spare bulb", "Lineitem price": "9.00", "Lineitem sku": "BULB",
                ])
            }
            var row = expected(order, "SH-", key: id)
            row.at = order.timestamp?.adding(seconds: -7_200)
            row.choices = order.tier < 0 ? 0 : 1
            row.answer = "\"Notes\":\"leave at the door\""
            orders.append(row)
        }
        return PlatformFile(name: "shopify.csv", source: "shopify", text: csv.text, orders: orders)
    }()

    static let indiegogo: PlatformFile = {
        var csv = SampleCSV([
            "Perk ID", "Order No.", "Pledge ID", "Fulfillment Status", "Funding Date", "Payment Method",
            "Appearance", "Name", "Email", "Amount", "Perk", "Shipping Name", "Shipping Address",
            "Shipping Address 2", "Shipping City", "Shipping State/Province", "Shipping Zip/Postal Code",
            "Shipping Country",
        ])
        let words: [InventedOrder.State: String] = [
            .paid: "Order Placed", .canceled: "Cancelled", .refunded: "Refunded",
        ]
        var orders: [ExpectedOrder] = []
        for var order in InventedOrder.invent(24, seed: 15, states: [.paid, .paid, .refunded, .canceled]) {
            order.bonus += Int64(order.bulbs) * 900
            order.bulbs = 0
            csv.add([
                "Perk ID": order.tier < 0 ? "" : "30\(order.tier)", "Order No.": "\(order.number - 1_000)",
                "Pledge ID": "\(order.number)", "Fulfillment Status": words[order.state] ?? "",
                "Funding Date": "\(order.time) -0700", "Payment Method": "Credit Card",
                "Appearance": "Anonymous", "Name": order.name, "Email": order.email,
                "Amount": "$\(plain(order.total))", "Perk": order.tier < 0 ? "No Perk" : order.title,
                "Shipping Name": order.name, "Shipping Address": order.street, "Shipping City": order.city,
                "Shipping Zip/Postal Code": "=\"\(order.zip)\"", "Shipping Country": order.country.name,
            ])
            var row = expected(order, "IGG-")
            row.at = order.timestamp?.adding(seconds: 25_200)
            row.choices = 0
            row.answer = "\"Appearance\":\"Anonymous\""
            orders.append(row)
        }
        return PlatformFile(name: "indiegogo.csv", source: "indiegogo", text: csv.text, orders: orders)
    }()

    static let gamefound: PlatformFile = {
        var csv = SampleCSV([
            "Payment ID", "Status", "Payment date", "Backer name", "E-mail", "Reward title", "Currency",
            "Amount", "Total fees", "Tax", "Amount due for creator", "Provider payment ID",
            "Payment processing fee", "Payment type",
        ])
        let words: [InventedOrder.State: String] = [
            .paid: "Completed", .pending: "Deferred", .failed: "Deferred with error", .canceled: "Canceled",
        ]
        var orders: [ExpectedOrder] = []
        for var order in InventedOrder.invent(16, seed: 26, states: every) {
            order.bonus += Int64(order.bulbs) * 900
            order.bulbs = 0
            csv.add([
                "Payment ID": "\(order.number)", "Status": words[order.state] ?? "",
                "Payment date": order.time, "Backer name": order.name, "E-mail": order.email,
                "Reward title": order.title, "Currency": "USD", "Amount": plain(order.total),
                "Payment type": "Installment",
            ])
            var row = expected(order, "GF-")
            (row.country, row.choices, row.city) = ("", 0, "")
            row.answer = "\"Payment type\":\"Installment\""
            orders.append(row)
        }
        return PlatformFile(
            name: "gamefound-payments.csv", source: "gamefound", text: csv.text, orders: orders)
    }()

    static let gamefoundPledges: PlatformFile = {
        var csv = SampleCSV([
            "Backer number", "Backer name", "E-mail", "Reward title", "Bonus support", "Pledge amount",
        ])
        var orders: [ExpectedOrder] = []
        for var order in InventedOrder.invent(8, seed: 27, states: [.pending]) {
            order.bonus += Int64(order.bulbs) * 900
            order.bulbs = 0
            csv.add([
                "Backer number": "\(order.number)", "Backer name": order.name, "E-mail": order.email,
                "Reward title": order.title, "Bonus support": "$\(plain(order.bonus))",
                "Pledge amount": "USD \(plain(order.total, grouped: true))",
            ])
            var row = expected(order, "GF-")
            row.at = Timestamp(rfc3339: "2026-03-31T19:59:59Z")
            (row.country, row.choices, row.city) = ("", 0, "")
            orders.append(row)
        }
        return PlatformFile(
            name: "gamefound-pledges.csv", source: "gamefound", text: csv.text, orders: orders)
    }()

    static let backerKit: PlatformFile = {
        var csv = SampleCSV([
            "Id", "Service Guid", "Platform", "Reward Id", "Name", "Email", "Address Name",
            "Address Line 1", "Address City", "Address State", "Address Country", "Address Postal Code",
            "Pledge Amount", "Pledge Status", "Notes", "Pledged At", "Full Address", "Full Country",
            "Reward Price", "Reward Description", "Order Status", "Order Charged",
            "Funds Added in BackerKit", "Total Spent", "LAMP-SLATE", "LAMP-FOG", "BULB", "STICKER",
        ])
        let words: [InventedOrder.State: String] = [
            .paid: "collected", .failed: "failed", .pending: "pledged", .canceled: "canceled",
        ]
        var orders: [ExpectedOrder] = []
        for var order in InventedOrder.invent(24, seed: 17, states: every) {
            order.bonus += Int64(order.bulbs) * 900
            order.bulbs = 0
            let isCharged = order.number % 3 == 0
            csv.add([
                "Id": "\(order.number)", "Service Guid": "x\(order.number)", "Platform": "kickstarter",
                "Reward Id": order.tier < 0 ? "" : "8\(order.tier)", "Name": order.name,
                "Email": order.email, "Address Name": order.name, "Address Line 1": order.street,
                "Address City": order.city, "Address Country": order.country.code,
                "Pledge Amount": "\(plain(order.total).dropLast())",
                "Pledge Status": words[order.state] ?? "",
                "Pledged At": "\(order.time) -0700", "Full Address": "somewhere",
                "Reward Price": order.tier < 0 ? "" : "\(order.goods / 100).0",
                "Reward Description": order.title, "Order Status": "locked_down",
                "Order Charged": isCharged ? "true" : "", "Funds Added in BackerKit": "5.0",
                order.color == "Slate" ? "LAMP-SLATE" : "LAMP-FOG": "\(order.lamps)", "BULB": "1",
            ])
            if isCharged { order.bonus += 500 }
            var row = expected(order, "BK-")
            row.at = order.timestamp?.adding(seconds: 25_200)
            row.answer = "\"Order Status\":\"locked_down\""
            orders.append(row)
        }
        return PlatformFile(name: "backerkit.csv", source: "backerkit", text: csv.text, orders: orders)
    }()

    // MARK: WooCommerce

    private static let wooWords: [InventedOrder.State: String] = [
        .paid: "processing", .pending: "on-hold", .failed: "failed", .canceled: "cancelled",
        .refunded: "refunded",
    ]

    static let wooCommerce: [PlatformFile] = [wooOrders, wooAdvanced, wooAnalytics]

    private static let wooOrders: PlatformFile = {
        var csv = SampleCSV([
            "order_id", "order_number", "date", "status", "shipping_total", "order_total",
            "payment_method", "billing_first_name", "billing_last_name", "billing_email",
            "billing_country", "shipping_first_name", "shipping_last_name", "shipping_address_1",
            "shipping_postcode", "shipping_city", "shipping_country", "customer_note", "line_items",
        ])
        var orders: [ExpectedOrder] = []
        for order in InventedOrder.invent(20, seed: 41, states: every + [.refunded]) {
            var items = order.tier < 0 ? [] : ["id:1|name:\(order.title) - \(order.color)|quantity:1|total:1"]
            if order.bulbs > 0 { items.append("id:2|name:Spare bulb|sku:BULB|quantity:\(order.bulbs)") }
            csv.add([
                "order_id": "7\(order.number)", "order_number": "#\(order.number)", "date": order.time,
                "status": wooWords[order.state] ?? "", "shipping_total": plain(order.shipping),
                "order_total": plain(order.total), "payment_method": "card",
                "billing_first_name": order.first, "billing_last_name": order.last,
                "billing_email": order.email, "billing_country": order.country.code,
                "shipping_first_name": order.first, "shipping_last_name": order.last,
                "shipping_address_1": order.street, "shipping_postcode": order.zip,
                "shipping_city": order.city, "shipping_country": order.country.code,
                "customer_note": "ring twice", "line_items": items.joined(separator: ";"),
            ])
            var row = expected(order, "WC-", key: "7\(order.number)")
            row.choices = order.tier < 0 ? 0 : 1
            row.answer = "\"customer_note\":\"ring twice\""
            orders.append(row)
        }
        return PlatformFile(
            name: "woocommerce-orders.csv", source: "woocommerce", text: csv.text, orders: orders)
    }()

    private static let wooAdvanced: PlatformFile = {
        var csv = SampleCSV([
            "Order Number", "Order Status", "Order Date", "Customer Note", "First Name (Billing)",
            "Last Name (Billing)", "Email (Billing)", "City (Shipping)", "Country Code (Shipping)", "Item #",
            "SKU", "Name", "Product Variation", "Quantity", "Item Cost", "Order Shipping Amount",
            "Order Refund Amount", "Order Total Amount", "Total items",
        ])
        var orders: [ExpectedOrder] = []
        for order in InventedOrder.invent(20, seed: 42, states: every + [.refunded, .partlyRefunded]) {
            var cells = [
                "Order Number": "\(order.number)", "Order Status": wooWords[order.state] ?? "Completed",
                "Order Date": order.minute, "Customer Note": "thanks", "First Name (Billing)": order.first,
                "Last Name (Billing)": order.last, "Email (Billing)": order.email,
                "City (Shipping)": order.city, "Country Code (Shipping)": order.country.code,
                "SKU": "LAMP-\(order.color.uppercased())",
                "Name": order.tier < 0 ? "Thank you" : order.title, "Quantity": "1", "Item Cost": "1.00",
                "Order Shipping Amount": plain(order.shipping),
                "Order Refund Amount": plain(order.refunded), "Order Total Amount": plain(order.total),
            ]
            if order.tier < 0 { cells["SKU"] = "THANKS" }
            csv.add(cells)
            if order.bulbs > 0 {
                cells["SKU"] = "BULB"
                cells["Name"] = "Spare bulb"
                cells["Quantity"] = "\(order.bulbs)"
                csv.add(cells)
            }
            var row = expected(order, "WC-")
            row.at = Timestamp(rfc3339: "\(order.date)T\(order.minute.suffix(5)):00Z")
            row.choices = order.tier < 0 ? 0 : 1
            row.answer = "\"Customer Note\":\"thanks\""
            orders.append(row)
        }
        return PlatformFile(
            name: "woocommerce-advanced.csv", source: "woocommerce", text: csv.text, orders: orders)
    }()

    private static let wooAnalytics: PlatformFile = {
        var csv = SampleCSV([
            "Date", "Order #", "N. Revenue (formatted)", "Status", "Customer", "Customer type", "Product(s)",
            "Items sold", "Coupon(s)", "Net Sales", "Attribution",
        ])
        var orders: [ExpectedOrder] = []
        for var order in InventedOrder.invent(16, seed: 43, states: every) {
            order.shipping = 0
            var items = order.tier < 0 ? [] : ["1× \(order.title)"]
            if order.bulbs > 0 { items.append("\(order.bulbs)× Spare bulb") }
            csv.add([
                "Date": order.time, "Order #": "\(order.number)",
                "N. Revenue (formatted)": "$\(plain(order.total, grouped: true))",
                "Status": wooWords[order.state] ?? "", "Customer": order.name,
                "Customer type": "new", "Product(s)": items.joined(separator: ", "),
            ])
            var row = expected(order, "WC-")
            row.email = "wc-\(order.number)@woocommerce.invalid"
            (row.country, row.choices, row.city) = ("", 0, "")
            row.answer = "\"Customer type\":\"new\""
            orders.append(row)
        }
        return PlatformFile(
            name: "woocommerce-analytics.csv", source: "woocommerce", text: csv.text, orders: orders)
    }()

    static let catarse: PlatformFile = {
        var csv = SampleCSV([
            "Reward Description", "Payment confirmation date", "Date of creation of contribution",
            "Support ID", "Value of contribution", "User ID", "Email profile Catarse", "Full name", "CPF",
            "Reward Title", "Means of payment", "Anonymous", "Street", "City", "Country", "Delivery price",
        ])
        var orders: [ExpectedOrder] = []
        for var order in InventedOrder.invent(16, seed: 51, states: [.paid, .pending]) {
            order.bonus += Int64(order.bulbs) * 900
            order.bulbs = 0
            csv.add([
                "Payment confirmation date": order.state == .paid ? order.time : "",
                "Date of creation of contribution": order.time, "Support ID": "\(order.number)",
                "Value of contribution": plain(order.total), "Email profile Catarse": order.email,
                "Full name": order.name, "CPF": "123.456.789-09", "Reward Title": order.title,
                "Means of payment": "Boleto", "Street": order.street, "City": order.city,
                "Country": order.country.name, "Delivery price": plain(order.shipping),
            ])
            var row = expected(order, "CA-")
            row.choices = 0
            row.answer = "\"Means of payment\":\"Boleto\""
            orders.append(row)
        }
        return PlatformFile(name: "catarse.csv", source: "catarse", text: csv.text, orders: orders)
    }()
}
