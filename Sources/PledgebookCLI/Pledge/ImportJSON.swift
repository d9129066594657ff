import Accounting
import Crowdfunding
import Parsing
import Pledgebook

/// What an import did, or would do, for programs: one object; docs/imports.md lists its keys.
struct ImportJSON {
    private let campaign: LoadedCampaign
    private let file: String
    private let rejects: String?

    init(_ campaign: LoadedCampaign, file: String, rejects: String?) {
        self.campaign = campaign
        self.file = file
        self.rejects = rejects
    }

    /// The object for an import that ran.
    func text(_ summary: ImportSummary, isPlan: Bool) -> String {
        var json = JSONWriter()
        json.object { json in
            writeHead(&json, isPlan: isPlan, isKept: !isPlan && (summary.refused == 0 || rejects != nil))
            json.member("source", summary.source)
            json.member("import") { $0.numberOrNull(summary.number ?? 0) }
            json.member("same_file_as") { $0.numberOrNull(summary.sameFile ?? 0) }
            writeCounts(summary, &json)
            json.member("refused_by_kind") { json in
                json.array { json in
                    for kind in summary.refusedByKind { write(kind, &json) }
                }
            }
            writeProblems(
                summary.refusedRows.map { ($0.diagnostic, $0.kind) }, of: summary.refused, &json)
            writeChanges(summary, &json)
            json.member("differences") { json in
                json.array { json in
                    for (kind, count) in summary.differences {
                        json.object { json in
                            json.member("kind", kind)
                            json.member("count", count)
                        }
                    }
                }
            }
            json.member("remarks") { json in
                json.array { json in for remark in summary.remarks { json.string(remark) } }
            }
        }
        return json.text
    }

    /// The object for a file that could not be read as a whole; `nil` for other errors.
    func text(_ error: any Error, isPlan: Bool) -> String? {
        guard let problems = importFaults(error, of: file) else { return nil }
        var json = JSONWriter()
        json.object { json in
            writeHead(&json, isPlan: isPlan, isKept: false)
            writeProblems(problems.map { ($0, "file") }, of: Int64(problems.count), &json)
        }
        return json.text
    }

    private func writeHead(_ json: inout JSONWriter, isPlan: Bool, isKept: Bool) {
        json.member("campaign", campaign.definition.id.rawValue)
        json.member("file", file)
        json.member("plan", isPlan)
        json.member("imported", isKept)
        json.member("currency", campaign.currency.code)
    }

    private func writeCounts(_ summary: ImportSummary, _ json: inout JSONWriter) {
        func plain(_ amount: Int64) -> String { campaign.money(amount).plain }
        json.member("rows", summary.rows)
        json.member("placed", summary.placed)
        json.member("amount", plain(summary.amount))
        json.member("collected", summary.collectedCount)
        json.member("collected_amount", plain(summary.collected))
        json.member("paid_back", summary.refundedCount)
        json.member("paid_back_amount", plain(summary.refunded))
        json.member("same", summary.same)
        json.member("changed", summary.changed)
        json.member("changes_booked", summary.changesAreBooked)
        json.member("contradictions", summary.contradictions)
        json.member("priced_by_campaign", summary.pricedByEngine)
        json.member("first_line_out_of_time_order") { json in
            if let line = summary.firstOutOfTimeOrder { json.number(line) } else { json.null() }
        }
        json.member("to_be_charged", summary.chargeable)
        json.member("charged", summary.charged.captured)
        json.member("charged_amount", plain(summary.charged.capturedAmount))
        json.member("refused", summary.refused)
        json.member("rejects", summary.refused > 0 ? rejects : nil)
    }

    private func write(_ kind: RefusedKind, _ json: inout JSONWriter) {
        json.object { json in
            json.member("kind", kind.kind)
            json.member("words", RefusalWords.words(for: kind.kind))
            json.member("count", kind.count)
            json.member("file", kind.file)
            json.member("line", kind.line)
            json.member("column", kind.column)
        }
    }

    /// A problem of a whole file has no line.
    private func writeProblems(
        _ problems: [(diagnostic: Diagnostic, kind: String)], of all: Int64, _ json: inout JSONWriter
    ) {
        json.member("problems") { json in
            json.array { json in
                for (problem, kind) in problems {
                    json.object { json in
                        json.member("file", problem.file)
                        json.member("line") { $0.numberOrNull(problem.line) }
                        json.member("column") { $0.numberOrNull(problem.column) }
                        json.member("kind", kind)
                        json.member("message", problem.message)
                        json.member("remedy", problem.remedy)
                    }
                }
            }
        }
        json.member("problems_left_out", all - Int64(problems.count))
    }

    private func writeChanges(_ summary: ImportSummary, _ json: inout JSONWriter) {
        json.member("changes") { json in
            json.array { json in
                for change in summary.changes {
                    json.object { json in
                        json.member("reference", change.reference)
                        json.member("file", change.file)
                        json.member("line", change.line)
                        json.member("text", change.text)
                        json.member("contradicts", change.isContradiction)
                    }
                }
            }
        }
        json.member("changes_left_out", summary.changed - Int64(summary.changes.count))
        json.member("vanished") { json in
            if summary.looksForVanished { json.number(summary.vanished) } else { json.null() }
        }
        json.member("first_vanished") { json in
            json.array { json in for reference in summary.firstVanished { json.string(reference) } }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func numberOrNull(_ value: Int) {
        if value > 0 { number(value) } else { null() }
    }
}
