import Accounting
import Parsing

/// What the files of a platform hold that the campaign says nothing of, with how many rows.
///
/// Bounded: after a hundred of a kind the others are counted together.
struct PlatformFindings {
    /// How many there are, and where the first is.
    struct Count {
        private(set) var count: Int64 = 0
        private(set) var first = ""

        mutating func add(at place: (file: String, line: Int)) {
            if count == 0 { first = "\(place.file):\(place.line)" }
            count += 1
        }

        /// `1 row (shop.csv:4) is`, `3 rows (the first: shop.csv:4) are`.
        func words(_ noun: String, _ one: String, _ more: String) -> String {
            count == 1
                ? "1 \(noun) (\(first)) \(one)" : "\(count) \(noun)s (the first: \(first)) \(more)"
        }
    }

    struct Reward {
        var id: String
        var title: String
        var minimum: String
        var suggestion: String?
        /// Whether it may as well be an add-on.
        var isItem = false
        var found = Count()
        var rows: Int64 { found.count }
        /// In how many orders it is the first product.
        var firsts: Int64 = 0
        /// The smallest amount without shipping of a row that holds it, minor units.
        var least = Int64.max
    }

    struct AddOn {
        var id: String
        var title: String
        var suggestion: String?
        var found = Count()
        var rows: Int64 { found.count }
        /// What one costs, where a row with nothing else beyond its reward says so; minor units.
        var price: Int64?
    }

    private struct Answer: Hashable {
        var question: String
        var sku: String
    }

    private static let largestCount = 100
    private static let shownCount = 10

    /// The last one stands for all that are too many.
    var rewards: [Reward] = []
    private var rewardIndices: [[UInt8]: Int] = [:]
    private(set) var addOns: [String: AddOn] = [:]
    private var missed: [Answer: (titles: [String], found: Count)] = [:]
    private var suggested: [Answer: Count] = [:]
    /// The zone in which times were read for want of a better one.
    var assumedZone: String?
    /// Rows that are paid in part, and those of them whose file does not say how much.
    private var parts = RowFinding()
    private var unknownParts = RowFinding()
    /// Rows with money that was added later and is not charged.
    private var uncharged = RowFinding()
    private var assumed = Count()
    /// Products that are a further tier of a pledge which has one.
    private var secondTiers = Count()
    /// The row that is read.
    var place = (file: "", line: 0)
    /// What is said once of the file as a whole.
    var notes: [String] = []

    /// The index in `rewards` of what the key stands for.
    mutating func reward(
        _ key: [UInt8], id: String, title: String, minimum: String, suggestion: String?, isItem: Bool = false
    ) -> Int {
        if let index = rewardIndices[key] { return index }
        if rewards.count < Self.largestCount {
            rewards.append(
                Reward(id: id, title: title, minimum: minimum, suggestion: suggestion, isItem: isItem))
            rewardIndices[key] = rewards.count - 1
        } else if rewards.count == Self.largestCount {
            rewards.append(Reward(id: "", title: "", minimum: "", suggestion: nil))
        }
        return rewards.count - 1
    }

    /// Counts a row that is paid in part; `paid`: 0 where nobody knows how much.
    mutating func notePart(paid: Int64, of amount: Int64, at place: @autoclosure () -> String) {
        if paid > 0 {
            parts.note(paid, of: amount, at: place())
        } else {
            unknownParts.note(0, of: amount, at: place())
        }
    }

    /// Counts a row whose added money is not charged yet.
    mutating func noteUncharged(_ amount: Int64, at place: @autoclosure () -> String) {
        uncharged.note(amount, of: amount, at: place())
    }

    /// Counts a row that holds the reward.
    mutating func find(reward index: Int) { rewards[index].found.add(at: place) }

    mutating func findSecondTier() { secondTiers.add(at: place) }

    /// Keeps the zone in which a time was read that names none.
    mutating func assume(zone: String) {
        assumedZone = zone
        assumed.add(at: place)
    }

    mutating func missAddOn(id: String, title: String, suggestion: String?) {
        addOns[id, default: AddOn(id: id, title: title, suggestion: suggestion)].found.add(at: place)
    }

    /// Keeps what one of an add-on costs.
    mutating func price(addOn id: String, _ price: Int64) {
        if let known = addOns[id]?.price, known <= price { return }
        addOns[id]?.price = price
    }

    mutating func missAnswer(question: String, sku: String, titles: [String]) {
        missed[Answer(question: question, sku: sku), default: (titles, Count())].found.add(at: place)
    }

    mutating func suggestChoice(question: String, sku: String) {
        suggested[Answer(question: question, sku: sku), default: Count()].add(at: place)
    }

    /// What a kind of file does not say is said once of the file.
    mutating func note(_ format: PlatformFormat, file: String) {
        if format.keysRows {
            notes.append(
                "The file names no reference: a row is known by what is in its cells, so that one that "
                    + "differs in anything from that of an earlier file is a new pledge.\n  fix: name the "
                    + "column of a number in the mapping file, if there is one")
        }
        if format.lacksTime {
            notes.append(
                "\(file) names no times: all pledges count as made in the campaign's last second, and as "
                    + "not paid.\n  fix: none; later reports with payments go in with --update")
        }
        if format.lacksEmail {
            notes.append(
                "\(file) names no e-mail addresses: each pledge has a backer of its own, under an address "
                    + "that ends in @\(format.source).invalid.\n  fix: import an export that has them, if "
                    + "there is one")
        }
    }

    /// One remark for each kind of thing, with what to do about it.
    func remarks(tiers: [String], addOns known: [String], _ words: FindingWords) -> [String] {
        var remarks = notes
        if let zone = assumedZone {
            remarks.append(
                "The file's times name no time zone (the first: \(assumed.first)); they were read in "
                    + "\(zone), the campaign's.\n  fix: put the zone of the \(words.platform) account into "
                    + "the \(words.file): "
                    + words.line("\"time_zone\": \"America/New_York\""))
        }
        remarks += moneyRemarks(words)
        if secondTiers.count > 0 {
            remarks.append(
                "\(secondTiers.words("product", "is", "are")) a second tier of one order; a pledge has one "
                    + "tier, so \(secondTiers.count == 1 ? "it is" : "they are") "
                    + "kept as an answer.\n  fix: make it an add-on as well and map it under add_ons")
        }
        remarks += rewardRemarks(tiers, words)
        for addOn in addOns.values.sorted(by: { ($1.rows, $0.id) < ($0.rows, $1.id) }) {
            let value = addOn.suggestion.map(jsonText) ?? "\"…\""
            let others = known.isEmpty ? "add it to add_ons in the campaign file, then paste" : "paste"
            remarks.append(
                "The add-on \(Self.quoted(addOn.title)) (\(addOn.id)) is none of the campaign's: "
                    + "\(Self.rows(addOn.found)) it; what it cost is in them as goods or bonus.\n  fix: "
                    + "\(others) "
                    + words.line("\"add_ons\": { \(jsonText(addOn.id)): \(value) }"))
        }
        for (answer, found) in missed.sorted(by: { $0.key.question < $1.key.question }) {
            remarks.append(
                "\(found.found.words("answer", "to", "to")) \(Self.quoted(answer.question)) named no "
                    + "variant of \(answer.sku); those units stay open.\n  fix: the variants are "
                    + found.titles.joined(separator: ", "))
        }
        for (answer, found) in suggested.sorted(by: { $0.key.question < $1.key.question }) {
            remarks.append(
                "\(Self.quoted(answer.question)) looks like the choice of a variant of \(answer.sku): "
                    + "\(found.words("row", "named", "named")) one.\n  fix: paste "
                    + words.line("\"choices\": { \(jsonText(answer.question)): \(jsonText(answer.sku)) }"))
        }
        return remarks
    }

    private func moneyRemarks(_ words: FindingWords) -> [String] {
        var remarks: [String] = []
        func say(_ found: RowFinding, _ one: String, _ several: String, _ what: String, _ fix: String) {
            guard found.rows > 0 else { return }
            remarks.append(
                "\(Self.count(found.rows, "row")) \(found.rows == 1 ? one : several) \(what); the first is "
                    + "\(found.first).\n  fix: \(fix)")
        }
        say(
            parts, "is", "are",
            "paid in part: \(words.money(parts.sum)) of \(words.money(parts.whole)) is booked as paid, the "
                + "rest when a later file tells of it", "import the next export with --update")
        say(
            unknownParts, "is", "are",
            "paid in part, and the file does not say how much: all of "
                + "\(words.money(unknownParts.whole)) counts as not paid until a later file says paid",
            "import the next export with --update")
        say(
            uncharged, "has", "have",
            "funds that were added later and are not charged yet, \(words.money(uncharged.sum)) in all, "
                + "which count once Order Charged says so", "import the next export with --update")
        return remarks
    }

    private func rewardRemarks(_ tiers: [String], _ words: FindingWords) -> [String] {
        let named = rewards.prefix(Self.largestCount).filter { $0.rows > 0 }
        let sorted = named.enumerated().sorted { ($1.element.rows, $0.offset) < ($0.element.rows, $1.offset) }
        var remarks = sorted.prefix(Self.shownCount).map { _, reward in
            let name = reward.title.isEmpty ? reward.minimum : reward.title
            let key = [reward.id, reward.title, reward.minimum].first { !$0.isEmpty } ?? ""
            let shown = reward.id.isEmpty ? "" : " (\(reward.id))"
            let others = tiers.prefix(10).joined(separator: ", ")
            if reward.isItem {
                return
                    "The product \(Self.quoted(name))\(shown) is neither a tier nor an add-on of the "
                    + "campaign: \(Self.rows(reward.found)) it; what it cost is in them as goods or bonus.\n"
                    + "  fix: paste "
                    + words.line("\"rewards\": { \(jsonText(key)): \(jsonText(reward.suggestion ?? "…")) }")
                    + ", or the same with add_ons; the tiers are \(others)"
            }
            return
                "The reward \(Self.quoted(name))\(shown) is no tier of the campaign: "
                + "\(Self.rows(reward.found)) it, taken as pledges without a tier.\n  fix: paste "
                + words.line("\"rewards\": { \(jsonText(key)): \(jsonText(reward.suggestion ?? "…")) }")
                + "; the tiers are \(others)"
        }
        let rest =
            rewards.reduce(0) { $0 + $1.rows }
            - sorted.prefix(Self.shownCount).reduce(0) { $0 + $1.element.rows }
        if rest > 0 {
            remarks.append(
                "\(Self.count(rest, "row")) more \(rest == 1 ? "holds" : "hold") still other rewards that "
                    + "are no tiers of the campaign; they too are pledges without a tier.\n  fix: check that "
                    + "this is the campaign the file belongs to")
        }
        return remarks
    }

    private static func rows(_ found: Count) -> String { found.words("row", "holds", "hold") }

    private static func count(_ count: Int64, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }

    /// Titles are the platform's, but nobody's terminal is to be steered by one.
    private static func quoted(_ title: String) -> String {
        let plain = title.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return "“\(String(String.UnicodeScalarView(plain.prefix(80))))”"
    }
}

/// Rows that one remark is about.
private struct RowFinding {
    private(set) var rows: Int64 = 0
    /// What of their money the remark is about, minor units; as much as a number can say at most.
    private(set) var sum: Int64 = 0
    /// All that they amount to.
    private(set) var whole: Int64 = 0
    /// Where the first of them is.
    private(set) var first = ""

    mutating func note(_ amount: Int64, of whole: Int64, at place: @autoclosure () -> String) {
        if rows == 0 { first = place() }
        rows += 1
        sum = Self.sum(sum, amount)
        self.whole = Self.sum(self.whole, whole)
    }

    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}

/// How remarks call the platform and the place for what is to be pasted.
struct FindingWords {
    let platform: String
    /// The key below `imports`; `nil`: a mapping file says it.
    let source: String?
    let currency: Currency

    func money(_ amount: Int64) -> String { Money(minorUnits: amount, currency: currency).description }

    var file: String { source == nil ? "mapping file" : "campaign file" }

    func line(_ member: String) -> String {
        guard let source else { return member }
        return "\"imports\": { \(jsonText(source)): { \(member) } }"
    }
}
