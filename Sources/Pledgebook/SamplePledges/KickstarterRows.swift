import Accounting
import Crowdfunding

/// Headers, cells and file names of a backer report.
struct KickstarterRows {
    /// A question of the survey, and the item that its answer chooses a variant of; `unit` tells several
    /// about one item apart.
    private struct Question {
        let text: String
        let item: Int
        let unit: Int
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let dollars: Set = ["AUD", "CAD", "NZD", "HKD", "SGD", "MXN"]
    private static let symbols = ["USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"]
    private static let start = ["Backer Number", "Backer UID", "Backer Name", "Email"]
    private static let address = [
        "Shipping Name", "Shipping Address 1", "Shipping Address 2", "Shipping City", "Shipping State",
        "Shipping Postal Code", "Shipping Country Name", "Shipping Country Code",
    ]
    private static let delivery = ["Shipping Phone Number", "Shipping Delivery Notes"]

    /// When the report was asked for.
    let written: Timestamp
    private let definition: CampaignDefinition
    private let countries: [Destinations.Place]
    private let seed: UInt64
    private let form: KickstarterReport.Form
    private let stage: KickstarterReport.Stage
    private let zone: ZoneOffsets
    private let questions: [Question]
    private let rewardIDs: [String]
    private let addOnColumns: [String]
    /// By SKU's index: its item and its variant's title.
    private let variants: [(item: Int, title: String)]

    init(
        _ definition: CampaignDefinition, _ countries: [Destinations.Place], seed: UInt64,
        form: KickstarterReport.Form, stage: KickstarterReport.Stage, _ zone: ZoneOffsets
    ) {
        self.definition = definition
        self.countries = countries
        self.seed = seed
        self.form = form
        self.stage = stage
        self.zone = zone
        let days: [KickstarterReport.Stage: Int64] = [.live: -3, .charging: 2, .settled: 15]
        written = definition.closesAt.adding(seconds: (days[stage] ?? 0) * 86_400)
        let platform = definition.imports["kickstarter"]
        let rewards = platform?.rewards ?? [:]
        rewardIDs = definition.tiers.enumerated().map { index, tier in
            Self.number(rewards, of: tier.id) ?? "\(9_876_541 + index)"
        }
        let addOns = platform?.addOns ?? [:]
        addOnColumns = definition.addOns.enumerated().map { index, addOn in
            "[Addon: \(Self.number(addOns, of: addOn.id) ?? "\(10_750_435 + index)")] \(addOn.title)"
        }
        variants = definition.items.enumerated().flatMap { index, item in
            item.variants.isEmpty ? [(index, item.title)] : item.variants.map { (index, $0.title) }
        }
        questions = Self.questions(definition, platform?.choices ?? [:])
    }

    /// The id that a mapping gives to a tier or an add-on: its number where it has one.
    private static func number(_ mapping: [String: String], of id: String) -> String? {
        mapping.filter { $0.value == id && $0.key.utf8.allSatisfy { (48...57).contains($0) } }.keys.min()
    }

    private static func questions(_ definition: CampaignDefinition, _ choices: [String: String]) -> [Question]
    {
        var questions: [Question] = []
        for (index, item) in definition.items.enumerated() where !item.variants.isEmpty {
            let texts = choices.filter { $0.value == item.sku }.keys.sorted {
                ($0.utf8.count, $0) < ($1.utf8.count, $1)
            }
            for (unit, text) in (texts.isEmpty ? ["Which \(item.title)?"] : texts).enumerated() {
                questions.append(Question(text: text, item: index, unit: unit))
            }
        }
        return questions
    }
}

// MARK: - Headers and names

extension KickstarterRows {
    /// The columns of a tier's file, or for -1 of the pledges without a reward.
    func header(tier: Int) -> [String] {
        guard tier >= 0 else {
            return Self.start + [
                "Pledge Amount", "Pledged At", "Pledged Status", "Notes", "Billing State/Province",
                "Billing Country",
            ]
        }
        let shipping = Self.start + ["Shipping Country", "Shipping Amount"]
        let asked = questions.map(\.text)
        switch form {
        case .from2014:
            return shipping + [
                "Reward Minimum", "Pledge Amount", "Pledged At", "Rewards Sent?", "Pledged Status", "Notes",
                "Survey Response",
            ] + Self.address + asked
        case .from2018:
            return shipping + [
                "Reward Title", "Reward Minimum", "Reward ID", "Pledge Amount", "Pledged At", "Rewards Sent?",
                "Pledged Status", "Notes", "Billing State/Province", "Billing Country", "Survey Response",
            ] + Self.address + Self.delivery + asked
        case .from2023:
            return shipping + [
                "Reward Title", "Backing Minimum", "Reward ID", "Bonus Support", "Pledge Amount",
                "Pledged At",
                "Fulfillment Status", "Pledged Status", "Notes",
            ] + definition.items.map(\.title) + addOnColumns + ["Survey Response"] + Self.address
                + Self.delivery
                + asked
        }
    }

    /// The names of the tiers' files, then that of the pledges without a reward.
    func fileNames() -> [String] {
        let local = zone.local(written)
        let hour = local.hour % 12 == 0 ? 12 : local.hour % 12
        let half = local.hour < 12 ? "am" : "pm"
        let time = "\(Self.months[local.month - 1]) \(twoDigits(local.day)) \(twoDigits(hour))\(half)"
        let prefix = form == .from2014 ? "Kickstarter Backer Report - " : ""
        var seen: [Int64: Int] = [:]
        let tiers = definition.tiers.map { tier in
            seen[tier.price, default: 0] += 1
            let again = seen[tier.price] == 1 ? "" : " (\(seen[tier.price] ?? 1))"
            let reward =
                form == .from2014
                ? "\(fileAmount(tier.price))\(again)"
                : "\(plain(tier.price)) \(definition.currency.code) Reward\(again)"
            return "\(prefix)\(reward) - \(time).csv"
        }
        return tiers + ["\(prefix)No reward - \(time).csv"]
    }

    /// A line of CSV with its line feed; cells with commas, quotes or line feeds are quoted.
    func line(_ cells: [String]) -> String {
        cells.map { cell in
            guard cell.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A }) else { return cell }
            return "\""
                + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
                + "\""
        }.joined(separator: ",") + "\n"
    }

    /// An amount as Kickstarter writes it: `€1,234.00`, `$17.17 AUD`, `SEK 1,000.00`.
    func money(_ amount: Int64) -> String {
        let code = definition.currency.code
        let grouped = Money(minorUnits: amount, currency: definition.currency).grouped
        if Self.dollars.contains(code) { return "$\(grouped) \(code)" }
        return Self.symbols[code].map { $0 + grouped } ?? "\(code) \(grouped)"
    }

    private func fileAmount(_ amount: Int64) -> String {
        let text = money(amount)
        let unit = definition.currency.minorUnitsPerMajor
        guard amount % unit == 0, definition.currency.exponent > 0, text.utf8.last != UInt8(ascii: "D") else {
            return text
        }
        return String(text.dropLast(definition.currency.exponent + 1))
    }

    private func plain(_ amount: Int64) -> String {
        Money(minorUnits: amount, currency: definition.currency).plain
    }

    private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

// MARK: - Cells

extension KickstarterRows {
    /// What the report says of a pledge, by column.
    func cells(of pledge: InventedPledge, _ price: Price, lines: [OrderLine]) -> [String: String] {
        var random = SampleRandom(seed: pledge.token)
        let place = countries[pledge.backer.country]
        let fate = random.below(1_000)
        var cells = [
            // About one in thirty has canceled and left a gap.
            "Backer Number": "\(pledge.number + (pledge.number + Int(seed % 29)) / 30)",
            "Backer UID":
                "\(100_000_000 + (UInt64(pledge.number) * 7_919 + seed % 900_000_000) % 900_000_000)",
            "Backer Name": name(of: pledge.backer), "Email": email(of: pledge.backer),
            "Pledge Amount": money(pledge.total), "Pledged At": instant(pledge.pledgedAt),
            "Pledged Status": status(fate: fate), "Billing Country": place.code,
            "Billing State/Province": InventedAddress.state(of: place.code, &random),
            "Notes": random.chance(300) ? InventedAddress.note(&random) : "",
        ]
        guard pledge.tier >= 0 else { return cells }
        let tier = definition.tiers[pledge.tier]
        cells["Shipping Country"] = tier.contains.isEmpty ? "" : place.code
        cells["Shipping Amount"] = money(price.shipping)
        cells["Reward Title"] = tier.title
        cells["Reward Minimum"] = money(tier.price)
        cells["Backing Minimum"] = money(tier.price)
        cells["Reward ID"] = rewardIDs[pledge.tier]
        cells["Bonus Support"] = money(price.bonus)
        cells["Rewards Sent?"] = random.chance(5_000) ? "No" : ""
        for line in lines where line.role == .addOn {
            cells[addOnColumns[Int(line.index)]] = "\(line.quantity)"
        }
        for item in definition.items {
            let units = tier.contains.filter { content in
                content.sku == item.sku || item.variants.contains { $0.sku == content.sku }
            }.reduce(0) { $0 + $1.quantity }
            if units > 0 { cells[item.title] = "\(units)" }
        }
        if stage != .live, random.chance(9_500), !tier.contains.isEmpty {
            answerSurvey(of: pledge, lines: lines, &cells, &random)
        }
        return cells
    }

    /// The same pledge fares consistently from one stage to the next.
    private func status(fate: Int) -> String {
        switch (fate, stage) {
        case (..<20, _): "canceled"
        case (_, .live): "pledged"
        case (..<24, .charging): "pledged"
        case (..<60, .charging): "errored"
        case (24..<32, .settled): "dropped"
        case (32..<34, .settled): "errored"
        default: "collected"
        }
    }

    private func answerSurvey(
        of pledge: InventedPledge, lines: [OrderLine], _ cells: inout [String: String],
        _ random: inout SampleRandom
    ) {
        let place = countries[pledge.backer.country]
        let answered = definition.closesAt.adding(seconds: 86_400 + Int64(random.below(80_000)))
        cells["Survey Response"] = instant(answered)
        let address = InventedAddress(place, &random)
        cells["Shipping Name"] = name(of: pledge.backer)
        cells["Shipping Address 1"] = address.lines
        cells["Shipping Address 2"] = address.second
        cells["Shipping City"] = address.city
        cells["Shipping State"] = address.state
        cells["Shipping Postal Code"] = address.postalCode
        cells["Shipping Country Name"] = place.name
        cells["Shipping Country Code"] = place.code
        cells["Shipping Phone Number"] = address.phone
        cells["Shipping Delivery Notes"] = random.chance(400) ? InventedAddress.note(&random) : ""
        var titles: [Int: [String]] = [:]
        for line in lines where line.role == .choice {
            let variant = variants[Int(line.index)]
            titles[variant.item, default: []] += Array(repeating: variant.title, count: Int(line.quantity))
        }
        for question in questions {
            let answers = titles[question.item] ?? []
            if question.unit < answers.count { cells[question.text] = answers[question.unit] }
        }
    }

    private func name(of backer: InventedBacker) -> String {
        var bytes: [UInt8] = []
        backer.appendName(to: &bytes, quote: [UInt8(ascii: "\"")])
        return String(decoding: bytes, as: UTF8.self)
    }

    private func email(of backer: InventedBacker) -> String {
        var bytes: [UInt8] = []
        backer.appendEmail(to: &bytes, isLoud: backer.number % 17 == 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func instant(_ instant: Timestamp) -> String {
        let local = zone.local(instant)
        let mark = form == .from2014 ? "-" : "/"
        return "\(local.year)\(mark)\(twoDigits(local.month))\(mark)\(twoDigits(local.day)), "
            + "\(twoDigits(local.hour)):\(twoDigits(local.minute))"
    }
}
