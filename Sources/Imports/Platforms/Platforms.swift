import Crowdfunding

/// The platforms whose exports are read, a table each; more common ones first.
enum Platforms {
    static let all =
        kickstarter + [shopify, stripe, indiegogo, gamefoundPayments, gamefoundPledges, backerKit]
        + wooCommerce + [catarse]

    /// The sources, each once, in the order of the tables.
    static let sources = all.map(\.source).reduce(into: [String]()) {
        if !$0.contains($1) { $0.append($1) }
    }

    // MARK: Kickstarter

    private static let kickstarterStatuses = StatusColumn(
        .status,
        [
            (.status(.pledged), ["pledged"]), (.status(.collected), ["collected"]),
            (.status(.errored), ["errored", "error", "authentication_required"]),
            (.status(.canceled), ["canceled", "cancelled"]), (.status(.dropped), ["dropped"]),
            (.status(.disputed), ["disputed"]),
        ])

    private static let kickstarter2014 = PlatformFormat(
        source: "kickstarter", platform: "Kickstarter", title: "Kickstarter's backer report", prefix: "KS-",
        columns: [
            .number: ["Backer Number"], .key: ["Backer UID"], .name: ["Backer Name"], .email: ["Email"],
            .country: ["Shipping Country"], .shipping: ["Shipping Amount"], .rewardTitle: ["Reward Title"],
            .rewardMinimum: ["Reward Minimum", "Backing Minimum"], .rewardID: ["Reward ID"],
            .bonus: ["Bonus Support"], .amount: ["Pledge Amount"], .pledgedAt: ["Pledged At"],
            .status: ["Pledged Status"], .addressCountry: ["Shipping Country Code"], .due: ["Amount Due"],
            .paid: ["Amount Paid"],
        ],
        required: [.number, .key, .email, .amount, .pledgedAt, .status],
        others: [
            "backer id", "rewards sent?", "fulfillment status", "notes", "billing state/province",
            "billing country", "survey response", "pledge over time", "late pledge",
        ],
        address: [
            "shipping name": "name", "shipping address 1": "address_1", "shipping address 2": "address_2",
            "shipping city": "city", "shipping state": "state", "shipping postal code": "postal_code",
            "shipping country name": "country_name", "shipping country code": "country_code",
            "shipping phone number": "phone", "shipping delivery notes": "delivery_notes",
        ],
        statuses: [kickstarterStatuses], extras: .addOnColumns)

    /// 2014 on, and 2013 with an id in place of number and UID.
    static let kickstarter: [PlatformFormat] = {
        var first = kickstarter2014
        first.columns[.number] = nil
        first.columns[.key] = ["Backer Id"]
        first.required = [.key, .email, .amount, .pledgedAt, .status]
        return [kickstarter2014, first]
    }()

    // MARK: Shops

    static let shopify = PlatformFormat(
        source: "shopify", platform: "Shopify", title: "Shopify's orders export", prefix: "SH-",
        columns: [
            .number: ["Name"], .key: ["Id", "Name"], .name: ["Shipping Name", "Billing Name"],
            .email: ["Email"], .country: ["Shipping Country"], .addressCountry: ["Billing Country"],
            .shipping: ["Shipping"], .amount: ["Total"], .currency: ["Currency"],
            .pledgedAt: ["Created at", "Paid at"], .status: ["Financial Status"],
            .canceledAt: ["Cancelled at"], .refunded: ["Refunded Amount"], .due: ["Outstanding Balance"],
            .itemName: ["Lineitem name"], .itemSKU: ["Lineitem sku"], .itemQuantity: ["Lineitem quantity"],
            .itemPrice: ["Lineitem price"],
        ],
        required: [.number, .email, .amount, .pledgedAt, .status],
        signature: ["Lineitem name", "Lineitem quantity", "Financial Status"],
        others: [
            "paid at", "fulfillment status", "fulfilled at", "accepts marketing", "subtotal", "taxes",
            "discount code", "discount amount", "shipping method", "lineitem compare at price",
            "lineitem requires shipping", "lineitem taxable", "lineitem fulfillment status", "notes",
            "note attributes", "payment method", "payment reference", "vendor", "tags", "risk level",
            "source", "lineitem discount", "receipt number", "payment id", "payment references",
        ],
        address: [
            "shipping name": "name", "shipping address1": "address_1", "shipping address2": "address_2",
            "shipping company": "company", "shipping city": "city", "shipping province": "state",
            "shipping zip": "postal_code", "shipping country": "country_code", "shipping phone": "phone",
        ],
        statuses: [
            StatusColumn(
                .status,
                [
                    (.status(.pledged), ["pending", "authorized"]), (.partly, ["partially_paid"]),
                    (.status(.collected), ["paid", "partially_refunded"]), (.refunded, ["refunded"]),
                    (.status(.canceled), ["voided"]), (.status(.errored), ["expired"]),
                ])
        ],
        joins: true, dropped: ["lineitem *", "billing *", "shipping street", "employee", "phone"],
        ids: [
            "device id", "payment id", "payment reference", "payment references", "receipt number",
            "location",
        ])

    static let stripe = PlatformFormat(
        source: "stripe", platform: "Stripe", title: "Stripe's payments export", prefix: "ST-",
        columns: [
            .key: ["id"], .name: ["Customer Description", "Customer Name"], .email: ["Customer Email"],
            .rewardTitle: ["Description"],
            .rewardID: ["reward (metadata)", "tier (metadata)", "product (metadata)"],
            .amount: ["Amount"], .currency: ["Currency"],
            .pledgedAt: ["Created date (UTC)", "Created (UTC)"], .status: ["Status"],
            .captured: ["Captured"], .dispute: ["Dispute Status"], .refunded: ["Amount Refunded"],
            .country: ["Shipping Address Country", "country (metadata)"],
        ],
        required: [.key, .email, .amount, .currency, .pledgedAt, .status],
        signature: ["Amount Refunded", "Captured", "Customer ID"],
        others: [
            "converted amount", "converted amount refunded", "converted currency", "decline reason", "fee",
            "tax", "mode", "refunded date (utc)", "statement descriptor", "seller message", "taxes on fee",
            "card id", "card last4", "customer id", "invoice id", "transfer", "payment source type",
            "destination", "disputed amount", "dispute reason", "dispute date (utc)",
            "dispute evidence due (utc)", "paymentintent id", "is link", "invoice number",
        ],
        address: [
            "shipping name": "name", "shipping address line1": "address_1",
            "shipping address line2": "address_2", "shipping address city": "city",
            "shipping address state": "state", "shipping address postal code": "postal_code",
            "shipping address country": "country_code", "shipping phone": "phone",
        ],
        statuses: [
            StatusColumn(
                .dispute, empty: .next,
                [
                    (.status(.disputed), ["needs_response", "under_review", "lost", "charge_refunded"]),
                    (
                        .next,
                        [
                            "won", "prevented", "warning_needs_response", "warning_under_review",
                            "warning_closed",
                        ]
                    ),
                ]),
            StatusColumn(
                .status,
                [
                    (.next, ["paid", "succeeded"]), (.refunded, ["refunded"]),
                    (
                        .status(.errored),
                        [
                            "failed", "blocked", "requires_payment_method", "requires_action",
                            "requires_confirmation",
                        ]
                    ),
                    (
                        .status(.pledged),
                        ["pending", "processing", "uncaptured", "requires_capture", "incomplete"]
                    ),
                    (.status(.canceled), ["canceled", "cancelled", "expired"]),
                ]),
            // A payment that is only held is called paid as well.
            StatusColumn(
                .captured, empty: .status(.collected),
                [(.status(.collected), ["true", "yes"]), (.status(.pledged), ["false", "no"])]),
        ],
        isUTC: true, dropped: ["card *", "shipping*"])
}
