public import Accounting
public import Crowdfunding
public import Imports
public import Parsing

/// A campaign file that is written from a platform's export.
public struct CampaignFromReport: Sendable {
    /// The file, with a line feed at its end.
    public let text: String
    /// What cannot be known from an export and should be looked at, a sentence each.
    public let toLookAt: [String]
    /// For example `Kickstarter's backer report`.
    public var source: String { outline.title }
    /// How many of what were found, for people.
    public var counts: [(count: Int64, noun: String)] {
        let found = [
            (outline.pledges, "pledge"), (Int64(outline.rewards.count), "reward"),
            (Int64(outline.addOns.count), "add-on"), (Int64(outline.choices.count), "choice"),
        ]
        return found + (outline.refused > 0 ? [(outline.refused, "row that cannot be read")] : [])
    }
    /// The first rows that cannot be read.
    public var problems: [Diagnostic] { outline.problems }
    /// What the export says.
    public let outline: ReportOutline

    /// Reads an export and writes the campaign file that fits it.
    ///
    /// - Parameters:
    ///   - path: A CSV file, a folder of them, or a ZIP archive.
    ///   - encoding: What the files' bytes are where no byte order mark says it.
    ///   - id: The campaign's id.
    ///   - title: What people read.
    ///   - currency: Of every amount; `nil`: as the export says.
    ///   - zone: Of the campaign, and of the export's times where they name none.
    /// - Throws: `FileProblem` for what cannot be read, `SessionError.refused` where nothing says the
    ///   currency or no row can be read.
    public init(
        at path: String, as encoding: FileEncoding = .utf8, id: CampaignID, title: String,
        currency: Currency?, zone: ZoneOffsets
    ) throws {
        let files = try sourceFiles(at: path)
        guard let currency = try currency ?? Imports.currency(of: files, as: encoding.source) else {
            throw SessionError.refused("The export does not say its currency: say --currency CODE.")
        }
        outline = try Imports.outline(of: files, as: encoding.source, currency: currency, zone: zone)
        guard outline.pledges > 0 else { throw FileProblem(outline.problems) }
        var writing = ReportWriting(outline, currency: currency, zone: zone)
        text = writing.text(id: id, title: title)
        toLookAt = writing.toLookAt
    }
}

private struct ReportWriting {
    private let outline: ReportOutline
    private let currency: Currency
    private let zone: ZoneOffsets
    private(set) var toLookAt: [String] = []

    init(_ outline: ReportOutline, currency: Currency, zone: ZoneOffsets) {
        self.outline = outline
        self.currency = currency
        self.zone = zone
    }

    mutating func text(id: CampaignID, title: String) -> String {
        let items = items()
        let tiers = tiers()
        let addOns = addOns(besides: tiers.map(\.id))
        var json = JSONWriter()
        json.object { json in
            json.member(
                "note", "Written from \(outline.title): the goal and the dates are not in it, check them.")
            json.member("id", id.rawValue)
            json.member("title", title)
            json.member("currency", currency.code)
            json.member("time_zone", zone.name)
            if let opens = outline.first { json.member("opens_at", startOfDay(zone.day(of: opens))) }
            json.member("closes_at", closing)
            json.member("funding") { $0.object { $0.member("goal", plain(goal)) } }
            json.member("items") { json in
                json.array { json in for item in items { write(item, &json) } }
            }
            json.member("tiers") { json in
                json.array { json in
                    for tier in tiers { write(tier, contains: items.map(\.sku), &json) }
                }
            }
            if !addOns.isEmpty {
                json.member("add_ons") { json in
                    json.array { json in for addOn in addOns { write(addOn, contains: [], &json) } }
                }
            }
            json.member("imports") { json in
                json.object { json in
                    json.member(outline.source) { write(imports: &$0, tiers, addOns, items) }
                }
            }
        }
        lookAtAll(items)
        return json.text + "\n"
    }

    // MARK: What is written

    struct Offer {
        var id: String
        var reward: ReportOutline.Reward
        var price: Int64
    }

    struct Thing {
        var sku: String
        var title: String
        var variants: [(sku: String, title: String)]
        var questions: [String]
    }

    private mutating func tiers() -> [Offer] {
        var ids: Set<String> = []
        var tiers = outline.rewards.map { reward in
            Offer(id: name(reward.title, &ids, "reward"), reward: reward, price: max(1, reward.price ?? 1))
        }
        for tier in tiers where (tier.reward.price ?? 0) <= 0 {
            toLookAt.append("the price of tier \(tier.id): the export does not say it")
        }
        if tiers.isEmpty {
            let price = outline.least ?? 1
            tiers = [
                Offer(
                    id: "reward",
                    reward: ReportOutline.Reward(key: "", title: "The reward", price: price, rows: 0),
                    price: price)
            ]
            toLookAt.append("the tiers: the export names no rewards, so there is one at the smallest amount")
        }
        return tiers
    }

    private mutating func addOns(besides tiers: [String]) -> [Offer] {
        var ids = Set(tiers)
        let addOns = outline.addOns.map { addOn in
            Offer(id: name(addOn.title, &ids, "add-on"), reward: addOn, price: max(1, addOn.price ?? 1))
        }
        for addOn in addOns where addOn.reward.price == nil {
            toLookAt.append("the price of add-on \(addOn.id): the export does not say it")
        }
        return addOns
    }

    private func items() -> [Thing] {
        var skus: Set<String> = []
        guard !outline.choices.isEmpty else {
            return [Thing(sku: "ITEM", title: "The item", variants: [], questions: [])]
        }
        return outline.choices.enumerated().map { index, choice in
            let sku = index == 0 ? "ITEM" : "ITEM-\(index + 1)"
            skus.insert(sku.lowercased())
            let variants = choice.answers.map { answer in
                (sku: name("\(sku) \(answer)", &skus, sku).uppercased(), title: answer)
            }
            return Thing(
                sku: sku, title: index == 0 ? "The item" : "Item \(index + 1)", variants: variants,
                questions: choice.questions)
        }
    }

    private func write(_ item: Thing, _ json: inout JSONWriter) {
        json.object { json in
            json.member("sku", item.sku)
            json.member("title", item.title)
            guard !item.variants.isEmpty else { return }
            json.member("variants") { json in
                json.array { json in
                    for variant in item.variants {
                        json.object { json in
                            json.member("sku", variant.sku)
                            json.member("title", variant.title)
                        }
                    }
                }
            }
        }
    }

    private func write(_ offer: Offer, contains skus: [String], _ json: inout JSONWriter) {
        json.object { json in
            json.member("id", offer.id)
            json.member("title", offer.reward.title)
            json.member("price", plain(offer.price))
            guard !skus.isEmpty else { return }
            json.member("contains") { json in
                json.object { json in for sku in skus { json.member(sku, 1) } }
            }
        }
    }

    private func write(imports json: inout JSONWriter, _ tiers: [Offer], _ addOns: [Offer], _ items: [Thing])
    {
        func write(_ key: String, _ offers: [Offer], _ json: inout JSONWriter) {
            let named = offers.filter { !$0.reward.key.isEmpty }
            guard !named.isEmpty else { return }
            json.member(key) { json in
                json.object { json in for offer in named { json.member(offer.reward.key, offer.id) } }
            }
        }
        json.object { json in
            write("rewards", tiers, &json)
            write("add_ons", addOns, &json)
            if items.contains(where: { !$0.questions.isEmpty }) {
                json.member("choices") { json in
                    json.object { json in
                        for item in items {
                            for question in item.questions { json.member(question, item.sku) }
                        }
                    }
                }
            }
            if outline.assumesZone { json.member("time_zone", zone.name) }
        }
    }

    // MARK: What cannot be known

    private mutating func lookAtAll(_ items: [Thing]) {
        let sum = Money(minorUnits: goal, currency: currency)
        var first = [
            "funding.goal: \(sum) is what the export says is \(outline.collected > 0 ? "paid" : "pledged"), "
                + "not your goal"
        ]
        if let opens = outline.first, let last = outline.last {
            first.append(
                "opens_at and closes_at: they enclose the first and the last pledge, "
                    + "\(zone.day(of: opens)) and \(zone.day(of: last))")
        } else {
            first.append("closes_at: the export names no times")
        }
        first.append(
            "items and what tiers contain: each tier holds one of each, "
                + items.map(\.sku).joined(separator: ", "))
        if outline.assumesZone {
            first.append("imports.\(outline.source).time_zone: the export's times name none")
        }
        toLookAt = first + toLookAt
        toLookAt.append("shipping, tax and production: nothing of them is in an export")
    }

    private var goal: Int64 {
        let sum = outline.collected > 0 ? outline.collected : outline.pledged
        return min(max(1, sum), largestAmount)
    }

    private var closing: String {
        guard let last = outline.last else { return "2099-01-01T00:00:00Z" }
        return startOfDay(zone.day(of: last).adding(days: 1))
    }

    private func startOfDay(_ day: CalendarDay) -> String {
        let offset = zone.offset(at: zone.start(of: day))
        let minutes = abs(offset) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(day)T00:00:00\(offset < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }

    private func plain(_ amount: Int64) -> String { Money(minorUnits: amount, currency: currency).plain }

    /// An id like the title, unlike all others.
    private func name(_ title: String, _ taken: inout Set<String>, _ fallback: String) -> String {
        var id = ""
        for character in title.lowercased() {
            if character.isASCII, character.isLetter || character.isNumber {
                id.append(character)
            } else if !id.isEmpty, id.last != "-" {
                id.append("-")
            }
        }
        id = String(id.prefix(40))
        while id.last == "-" { id.removeLast() }
        if id.isEmpty || id == "note" { id = fallback.lowercased() }
        var unique = id
        var number = 2
        while taken.contains(unique) {
            unique = "\(id)-\(number)"
            number += 1
        }
        taken.insert(unique)
        return unique
    }
}
