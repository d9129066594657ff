import Parsing

/// A mapping file to start from, guessed by the names of columns and the shape of their values.
struct MapGuess {
    let header: [String]
    let rows: [[String]]

    /// For each of our columns, words that a name for it has, the surest first.
    private static let words: [(role: ColumnRole, words: [String])] = [
        (.email, ["email", "e-mail", "mail"]),
        (
            .number,
            [
                "pledge id", "order number", "order no", "order id", "backer number", "transaction id",
                "reference", "order", "number", "id",
            ]
        ),
        (.pledgedAt, ["pledged at", "order date", "created at", "created", "date", "time"]),
        (.status, ["payment status", "order status", "financial status", "status", "state"]),
        (.shipping, ["shipping amount", "shipping cost", "shipping total", "shipping price", "postage"]),
        (
            .amount,
            ["pledge amount", "order total", "grand total", "total", "amount", "paid", "value", "price"]
        ),
        (.currency, ["currency"]), (.quantity, ["quantity", "qty"]),
        (.rewardTitle, ["reward", "tier", "perk", "product", "item", "level"]),
        (.country, ["country code", "shipping country", "country"]),
        (.name, ["backer name", "customer name", "full name", "name", "backer", "customer"]),
    ]
    /// What common words of payment mean.
    private static let statuses: [String: String] = [
        "paid": "collected", "collected": "collected", "completed": "collected", "complete": "collected",
        "succeeded": "collected", "captured": "collected", "processing": "collected", "pledged": "pledged",
        "pending": "pledged", "open": "pledged", "unpaid": "pledged", "failed": "errored",
        "declined": "errored", "errored": "errored", "error": "errored", "canceled": "canceled",
        "cancelled": "canceled", "void": "canceled", "voided": "canceled", "refunded": "refunded",
        "disputed": "disputed", "chargeback": "disputed", "partially paid": "partly_paid",
    ]

    /// Our column and the index of theirs.
    private var guesses: [(role: ColumnRole, index: Int)] {
        var taken: Set<Int> = []
        var guesses: [(role: ColumnRole, index: Int)] = []
        let names = header.map { PlatformColumns.plain($0).lowercased().replacing("_", with: " ") }
        for (role, words) in Self.words {
            let exact = words.lazy.compactMap { word in
                names.indices.first { !taken.contains($0) && names[$0] == word && fits(role, $0) }
            }.first
            let near = words.lazy.compactMap { word in
                names.indices.first { !taken.contains($0) && has(word, in: names[$0]) && fits(role, $0) }
            }.first
            let shaped = role == .email ? names.indices.first { !taken.contains($0) && isEmails($0) } : nil
            guard let index = exact ?? near ?? shaped else { continue }
            taken.insert(index)
            guesses.append((role, index))
        }
        return guesses
    }

    private func has(_ word: String, in name: String) -> Bool {
        let parts = name.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        let wanted = word.split(separator: " ").map(String.init)
        return wanted.allSatisfy(parts.contains)
    }

    private func values(_ index: Int) -> [String] { rows.map { $0[index] }.filter { !$0.isEmpty } }

    private func isEmails(_ index: Int) -> Bool {
        let values = values(index)
        return !values.isEmpty && values.allSatisfy { $0.contains("@") && !$0.contains(" ") }
    }

    /// Whether the values have the shape that the column asks for.
    private func fits(_ role: ColumnRole, _ index: Int) -> Bool {
        let values = values(index).prefix(50)
        switch role {
        case .email: return isEmails(index)
        case .amount, .shipping:
            return values.allSatisfy { value in
                value.contains { $0.isNumber } && value.count { $0.isLetter } <= 3
            }
        case .pledgedAt:
            return values.allSatisfy { value in
                value.count { $0.isNumber } >= 6 && value.contains { "-/.:".contains($0) }
            }
        case .number:
            return Set(values).count == values.count
                && values.allSatisfy { $0.utf8.count <= 60 && !$0.contains(" ") }
        case .quantity: return values.allSatisfy { Int($0) != nil }
        case .country, .currency, .status: return values.allSatisfy { !$0.contains("@") && $0.count <= 40 }
        default: return values.allSatisfy { !$0.contains("@") }
        }
    }

    /// The file's text, with a line feed at its end.
    var text: String {
        let guesses = guesses
        var json = JSONWriter()
        json.object { json in
            json.member(
                "note", "Guessed from the names of the columns and their first values: check every line.")
            json.member("source", "my-source")
            json.member("title", "My source")
            json.member("prefix", "MY-")
            json.member("columns") { json in
                json.object { json in
                    for (role, index) in guesses {
                        json.member(role.word, PlatformColumns.plain(header[index]))
                    }
                }
            }
            let found = Set(guesses.map(\.role))
            if !found.contains(.status) {
                json.member("constants") { json in
                    json.object { json in
                        json.member("note", "No column of payment was found: all count as not paid.")
                        json.member("status", "pledged")
                    }
                }
            }
            writeStatuses(&json, guesses.first { $0.role == .status }?.index)
            json.member("time_zone", "UTC")
            json.member("decimal", usesComma(guesses) ? "," : ".")
        }
        return json.text + "\n"
    }

    private func writeStatuses(_ json: inout JSONWriter, _ index: Int?) {
        guard let index else { return }
        let words = Set(values(index)).sorted().prefix(40)
        let unknown = words.filter { Self.statuses[$0.lowercased()] == nil }
        json.member("statuses") { json in
            json.object { json in
                if !unknown.isEmpty {
                    json.member("note", "Say what these mean: " + unknown.joined(separator: ", "))
                }
                for word in words {
                    if let meaning = Self.statuses[word.lowercased()] { json.member(word, meaning) }
                }
            }
        }
    }

    /// Whether amounts end in a comma and two digits.
    private func usesComma(_ guesses: [(role: ColumnRole, index: Int)]) -> Bool {
        guard let index = guesses.first(where: { $0.role == .amount })?.index else { return false }
        let values = values(index).prefix(50)
        return values.contains { value in
            guard let comma = value.lastIndex(of: ",") else { return false }
            let digits = value[value.index(after: comma)...].prefix { $0.isNumber }
            return digits.count == 2 && !value[comma...].contains(".")
        }
    }
}
