import ArgumentParser
import Crowdfunding
import Pledgebook

struct ReceiptProve: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Write a proof that a pledge's receipts stand under the last checkpoint",
        discussion: """
            A C2SP proof for each receipt, with the receipt and the checkpoint in it. A backer can check \
            it with \
            `pledgebook receipt verify-proof` or docs/verify_proof.py, and needs neither the book nor its key.

            Example:
              pledgebook receipt prove P-1042 --output P-1042.tlog-proof
            """)

    @Argument(help: "A pledge's reference, an e-mail address or a name") var who: String
    @Option(help: ArgumentHelp("Where to write; - or none is stdout", valueName: "file")) var output: String?
    @OptionGroup var options: SharedOptions

    func run() throws {
        let here = try Environment(options, for: .reading, "receipt prove")
        let campaign = try here.campaign()
        let proven = try here.session.proofs(of: who, in: campaign)
        let text = proven.map(\.text).joined()
        guard let output = OutputFile.named(output) else { return Output.write(text) }
        try OutputFile.write(Array(text.utf8), to: output)
        for pledge in proven {
            Output.note(
                "\(pledge.reference): \(counted(pledge.numbers.count, "receipt")) under checkpoint "
                    + "\(grouped(pledge.checkpoint))")
        }
        Output.note("\(visible(output)) is written.")
    }
}

struct ReceiptVerifyProof: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-proof",
        abstract: "Check a proof that `receipt prove` wrote",
        discussion: """
            With --public-key no book is needed. Without it the book's own key of checkpoints is taken.

            Example:
              pledgebook receipt verify-proof P-1042.tlog-proof --public-key KEY
            """)

    @Argument(help: "The proof (- reads stdin)") var file: String
    @Option(
        help: ArgumentHelp("The key that signed the checkpoint, as `key show` prints it", valueName: "key"))
    var publicKey: String?
    @OptionGroup var options: SharedOptions

    func run() throws {
        let text = try InputFile.read(file)
        let proofs: [CheckedProof]
        if let publicKey {
            proofs = try Session.checkProofs(text, name: visible(file), by: publicKey)
        } else {
            let here = try Environment(options, for: .checking, "receipt verify-proof")
            proofs = try here.session.checkProofs(text, name: visible(file), of: here.campaign())
        }
        let bad = proofs.filter { $0.fault != nil }
        for proof in proofs {
            Output.line(
                proof.fault.map { "receipt \(grouped(proof.number)) is NOT proven: \($0)" }
                    ?? "receipt \(grouped(proof.number)) of \(grouped(proof.count)) is proven by "
                    + "\(visible(proof.origin))")
            if proof.fault == nil { Output.line("  " + visible(proof.receipt)) }
        }
        guard bad.isEmpty else {
            throw CommandProblem(
                "\(counted(bad.count, "proof")) of \(grouped(proofs.count)) in \(visible(file)) prove "
                    + "nothing.",
                .refused)
        }
    }
}
