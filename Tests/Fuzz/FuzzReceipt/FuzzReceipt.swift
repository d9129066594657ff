import Crowdfunding
import Receipts

// libFuzzer calls this with bytes of its own: see scripts/fuzz.

/// Judges the bytes as exported receipts: nobody who has not got the key writes one that is believed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReceipt(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let key else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let head = ReceiptHead(issuer: "aurora-lamp", currency: "EUR", scale: 2, isRehearsal: false)
    var verifier = ReceiptVerifier(keys: [key], head: head)
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for line in lines { verifier.check(line: Array(line).span) }
    let verdict = verifier.finish(expecting: (Int64(lines.count), .zero))
    precondition(!verdict.isWhole && verdict.genuineCount == 0, "a receipt was forged")
    for finding in verdict.findings { precondition(!finding.description.isEmpty) }
    return 0
}

private let key: SigningKey? = {
    guard let master = MasterKey([UInt8](repeating: 9, count: 32)), let id = CampaignID("aurora-lamp") else {
        return nil
    }
    return SigningKey(master: master, book: "fuzz", campaign: id, epoch: 1)
}()
