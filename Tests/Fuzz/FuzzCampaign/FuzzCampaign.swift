import Crowdfunding
import Parsing

// libFuzzer calls this with bytes of its own: see scripts/fuzz.

/// Reads the bytes as a campaign file and as the profile of a rehearsal; every problem names a place in it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCampaign(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    switch JSONDocument.parse(bytes, file: "f.json") {
    case .failure(let problems): check(problems.diagnostics, bytes)
    case .success(let document):
        do throws(CampaignProblems) {
            _ = try CampaignReader.read(document, isKnownZone: { $0.utf8.count < 20 })
        } catch {
            check(error.diagnostics, bytes)
        }
        do throws(CampaignProblems) {
            _ = try RehearsalReader.read(document)
        } catch {
            check(error.diagnostics, bytes)
        }
    }
    return 0
}

private func check(_ diagnostics: [Diagnostic], _ bytes: [UInt8]) {
    precondition(!diagnostics.isEmpty, "refused without a reason")
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for diagnostic in diagnostics {
        precondition((1...lines.count).contains(diagnostic.line), diagnostic.text)
        precondition((1...lines[diagnostic.line - 1].count + 1).contains(diagnostic.column), diagnostic.text)
    }
}
