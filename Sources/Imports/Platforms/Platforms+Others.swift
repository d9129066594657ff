import Crowdfunding

// Indiegogo and Gamefound, BackerKit, WooCommerce, Catarse.

extension Platforms {
    static let indiegogo = PlatformFormat(
        source: "indiegogo", platform: "Indiegogo", title: "Indiegogo's contributions export",
        prefix: "IGG-",
        columns: [
            .number: ["Pledge ID"], .key: ["Pledge ID"], .name: ["Name"], .email: ["Email"],
            .country: ["Shipping Country"], .rewardTitle: ["Perk"], .rewardID: ["Perk ID"],
            .amount: ["Amount"], .pledgedAt: ["Funding Date"], .status: ["Fulfillment Status"],
        ],
        required: [.key, .email, .amount, .pledgedAt], signature: ["Perk", "Perk ID", "Order No."],
        others: ["order no.", "payment method", "appearance"],
        address: [
            "shipping name": "name", "shipping address": "address_1", "shipping address 2": "address_2",
            "shipping city": "city", "shipping state/province": "state",
            "shipping zip/postal code": "postal_code", "shipping country": "country_name",
        ],
        // Indiegogo charges at once, so an order stands for money that came.
        statuses: [
            StatusColumn(
                .status, empty: .status(.collected),
                [
                    (
                        .status(.collected),
                        [
                            "order placed", "order pending", "in progress", "order in progress",
                            "order shipped", "shipped", "fulfilled", "order fulfilled", "delivered",
                            "completed",
                        ]
                    ),
                    (.refunded, ["refunded"]), (.status(.disputed), ["disputed", "charged back"]),
                    (.status(.canceled), ["canceled", "cancelled"]),
                ])
        ],
        noRewards: ["no perk"])

    /// Names as the platform's help page gives them.
    static let gamefoundPayments = PlatformFormat(
        source: "gamefound", platform: "Gamefound", title: "Gamefound's payments export", prefix: "GF-",
        columns: [
            .key: ["Payment ID"], .name: ["Backer name", "Name"],
            .email: ["E-mail", "Email", "Backer e-mail"],
            .rewardTitle: ["Reward title", "Reward"], .currency: ["Currency"],
            .amount: ["Amount", "Payment amount", "Total amount", "Amount paid"],
            .pledgedAt: ["Payment date", "Created", "Created at", "Date"],
            .status: ["Status", "Payment status"],
            .country: ["Country", "Shipping country"], .shipping: ["Shipping", "Shipping amount"],
        ],
        required: [.key, .email, .amount, .pledgedAt, .status],
        signature: ["Amount due for creator", "Provider payment ID", "Payment processing fee"],
        others: ["total fees", "tax", "payment type"],
        statuses: [
            StatusColumn(
                .status,
                [
                    (.status(.collected), ["completed"]), (.status(.pledged), ["incomplete", "deferred"]),
                    (.status(.errored), ["deferred with error"]),
                    (.status(.canceled), ["canceled", "cancelled"]),
                ])
        ])

    /// The file that its import of pledges takes; it knows neither times nor payments.
    static let gamefoundPledges = PlatformFormat(
        source: "gamefound", platform: "Gamefound", title: "Gamefound's file of pledges", prefix: "GF-",
        columns: [
            .key: ["Backer number"], .name: ["Backer name"], .email: ["E-mail", "Email"],
            .rewardTitle: ["Reward title"], .bonus: ["Bonus support"], .amount: ["Pledge amount"],
        ],
        required: [.key, .name, .email, .amount], signature: ["Reward title", "Bonus support"],
        status: .pledged, lacksTime: true)

    static let backerKit = PlatformFormat(
        source: "backerkit", platform: "BackerKit", title: "BackerKit's order export", prefix: "BK-",
        columns: [
            .key: ["Id"], .name: ["Name"], .email: ["Email"], .country: ["Address Country"],
            .addressCountry: ["Full Country"], .rewardID: ["Reward Id"], .rewardMinimum: ["Reward Price"],
            .rewardTitle: ["Reward Description"], .amount: ["Pledge Amount"], .pledgedAt: ["Pledged At"],
            .status: ["Pledge Status"], .shipping: ["Pledge Level Shipping Subtotal"],
            .extra: ["Funds Added in BackerKit"], .extraCharged: ["Order Charged"],
        ],
        required: [.key, .email, .amount, .pledgedAt, .status], signature: ["Service Guid", "Platform"],
        others: [
            "service guid", "platform", "notes", "public notes", "survey answered at", "full address",
            "order placed", "order id", "order status", "charge token", "add-on shipping subtotal",
            "total spent",
        ],
        address: [
            "address name": "name", "address line 1": "address_1", "address line 2": "address_2",
            "address city": "city", "address state": "state", "address country": "country_code",
            "address postal code": "postal_code", "address phone number": "phone",
        ],
        statuses: [
            StatusColumn(
                .status,
                [
                    (.status(.collected), ["collected", "paid"]),
                    (.status(.errored), ["failed", "errored"]), (.status(.pledged), ["pledged", "pending"]),
                    (.status(.canceled), ["canceled", "cancelled"]), (.status(.dropped), ["dropped"]),
                    (.refunded, ["refunded"]),
                ])
        ],
        extras: .skuColumns, dropped: ["charge token", "full address"])

    // MARK: WooCommerce

    private static let wooWords = StatusColumn(
        .status,
        [
            (
                .status(.pledged),
                ["pending", "pending payment", "on-hold", "on hold", "draft", "checkout-draft"]
            ),
            (.status(.collected), ["processing", "completed", "shipped"]),
            (.status(.errored), ["failed"]), (.status(.canceled), ["cancelled", "canceled"]),
            (.refunded, ["refunded"]), (.partly, ["partially-paid", "partially paid"]),
        ])

    private static let wooOrders = PlatformFormat(
        source: "woocommerce", platform: "WooCommerce", title: "WooCommerce's order export", prefix: "WC-",
        columns: [
            .number: ["order_number", "order_id"], .key: ["order_id"],
            .name: ["shipping_first_name", "billing_first_name"],
            .familyName: ["shipping_last_name", "billing_last_name"], .email: ["billing_email"],
            .country: ["shipping_country"], .addressCountry: ["billing_country"],
            .shipping: ["shipping_total"], .amount: ["order_total"], .pledgedAt: ["date", "order_date"],
            .status: ["status"], .currency: ["order_currency"], .refunded: ["refunded_total"],
            .items: ["line_items"],
        ],
        required: [.key, .email, .amount, .pledgedAt, .status],
        others: [
            "shipping_tax_total", "tax_total", "cart_discount", "order_discount", "discount_total",
            "payment_method", "shipping_method", "customer_id", "customer_note", "shipping_items",
            "tax_items", "coupons", "order_notes",
        ],
        address: [
            "shipping_first_name": "first_name", "shipping_last_name": "last_name",
            "shipping_address_1": "address_1", "shipping_address_2": "address_2",
            "shipping_company": "company", "shipping_city": "city", "shipping_state": "state",
            "shipping_postcode": "postal_code", "shipping_country": "country_code",
            "billing_phone": "phone",
        ],
        statuses: [wooWords], dropped: ["billing_*"])

    private static let wooAdvanced = PlatformFormat(
        source: "woocommerce", platform: "WooCommerce", title: "WooCommerce's advanced order export",
        prefix: "WC-",
        columns: [
            .number: ["Order Number"], .key: ["Order Number"],
            .name: ["First Name (Shipping)", "First Name (Billing)"],
            .familyName: ["Last Name (Shipping)", "Last Name (Billing)"],
            .email: ["Email (Billing)", "Email"],
            .country: ["Country Code (Shipping)", "Country (Shipping)"],
            .addressCountry: ["Country Code (Billing)", "Country (Billing)"],
            .shipping: ["Order Shipping Amount", "Shipping Amount"], .amount: ["Order Total Amount"],
            .pledgedAt: ["Order Date"], .status: ["Order Status"], .currency: ["Order Currency", "Currency"],
            .refunded: ["Order Refund Amount"], .itemName: ["Name", "Item Name"], .itemSKU: ["SKU"],
            .itemQuantity: ["Quantity"], .itemPrice: ["Item Cost"],
        ],
        required: [.key, .email, .amount, .pledgedAt, .status],
        others: [
            "customer note", "item #", "product variation", "quantity (- refund)", "order line (w/o tax)",
            "order total tax amount", "total items", "total products",
        ],
        address: [
            "first name (shipping)": "first_name", "last name (shipping)": "last_name",
            "address 1&2 (shipping)": "address_1", "address 1 (shipping)": "address_1",
            "address 2 (shipping)": "address_2", "city (shipping)": "city",
            "state code (shipping)": "state", "postcode (shipping)": "postal_code",
            "country code (shipping)": "country_code", "phone (billing)": "phone",
        ],
        statuses: [wooWords], joins: true,
        dropped: ["item #", "order line *", "quantity (- refund)", "address*", "city (billing)"])

    /// WooCommerce's own analytics: no e-mail addresses, no shipping.
    private static let wooAnalytics = PlatformFormat(
        source: "woocommerce", platform: "WooCommerce", title: "WooCommerce's analytics of orders",
        prefix: "WC-",
        columns: [
            .number: ["Order #"], .key: ["Order #"], .name: ["Customer"],
            .amount: ["N. Revenue (formatted)", "N. Revenue", "Net Sales"], .pledgedAt: ["Date"],
            .status: ["Status"], .items: ["Product(s)"],
        ],
        required: [.key, .amount, .pledgedAt, .status], signature: ["Product(s)", "N. Revenue (formatted)"],
        others: ["customer type", "items sold", "coupon(s)", "net sales", "attribution"],
        statuses: [wooWords], lacksEmail: true)

    static let wooCommerce = [wooOrders, wooAdvanced, wooAnalytics]

    // MARK: Catarse

    static let catarse = PlatformFormat(
        source: "catarse", platform: "Catarse", title: "Catarse's owner report", prefix: "CA-",
        columns: [
            .key: ["Support ID"], .name: ["Full name", "Public name"], .email: ["Email profile Catarse"],
            .rewardTitle: ["Reward Title"], .amount: ["Value of contribution"],
            .pledgedAt: ["Date of creation of contribution", "Payment confirmation date"],
            .paidAt: ["Payment confirmation date"], .shipping: ["Delivery price"],
            .country: ["Country", "Address country"],
        ],
        required: [.key, .email, .amount, .pledgedAt],
        others: [
            "reward description", "reward submission date", "catarate rate", "user id", "cpf",
            "means of payment", "anonymous", "send", "public name",
        ],
        address: [
            "street": "address_1", "address": "address_1", "complement": "address_2", "number": "number",
            "neighborhood": "district", "neighbourhood": "district", "city": "city", "state": "state",
            "zip code": "postal_code", "zipcode": "postal_code", "phone number": "phone",
        ],
        status: .pledged, dropped: ["cpf"])
}
