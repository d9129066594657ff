import Crowdfunding
import Receipts
import Storage

/// What somebody signed of a journal once: how many receipts there were, and their Merkle root.
struct RootWitness {
    /// Who signed it.
    enum Source: Equatable {
        /// A checkpoint in a file.
        case file
        /// The entry that began another key's epoch.
        case rotation(entry: Int64)
        /// A checkpoint that the book keeps.
        case kept
        /// The tree that grew with the chain, unsigned.
        case head
    }

    let source: Source
    let count: Int64
    let root: MerkleHash
}

/// Compares receipts, as they go by one after the other, with what was signed of them.
///
/// Nothing is hashed where there is nothing to compare with.
final class RootCheck {
    /// What was signed and is not so, with the root that the receipts have; `nil` where they end before.
    private(set) var broken: [(witness: RootWitness, found: MerkleHash?)] = []
    /// What was signed and is so.
    private(set) var kept: [RootWitness] = []
    private var waiting: ArraySlice<RootWitness>
    private let tree = MerkleTree()

    init(_ witnesses: [RootWitness]) { waiting = witnesses.sorted { $0.count < $1.count }[...] }

    /// Takes the next receipt, without a line feed.
    func take(_ line: Span<UInt8>) {
        guard !waiting.isEmpty else { return }
        tree.append(line)
        while let next = waiting.first, next.count == tree.count {
            waiting.removeFirst()
            let root = tree.root
            if root == next.root { kept.append(next) } else { broken.append((next, root)) }
        }
    }

    /// Ends the receipts: what was signed of more than there are is broken.
    func finish() {
        broken += waiting.map { ($0, nil) }
        waiting = []
    }

    /// Whether nothing is left to compare with.
    var isDone: Bool { waiting.isEmpty }

    /// How far the receipts are as an entry under another key says that they were.
    var vouchedThrough: Int64 {
        kept.filter { if case .rotation = $0.source { true } else { false } }.map(\.count).max() ?? 0
    }
}

extension Records {
    /// What the entries that began an epoch say of the receipts before them.
    ///
    /// - Parameters:
    ///   - campaign: The campaign's number in this book.
    ///   - isAtHand: Whether the key of the epoch's number is there to prove the entry.
    /// - Returns: One for each of those entries, in order.
    /// - Throws: `BookError`.
    func rotationWitnesses(campaign: Int64, isAtHand: (_ epoch: Int) -> Bool) throws -> [RootWitness] {
        try epochs(campaign: campaign).compactMap { epoch in
            guard isAtHand(epoch.number),
                let entry = try entry(campaign: campaign, number: epoch.firstEntry)?.entry,
                entry.kind == .keyRotated
            else { return nil }
            return RootWitness(rotation: entry)
        }
    }
}

extension RootWitness {
    /// What an entry under a new key says; `nil` where it says nothing.
    init?(rotation entry: JournalEntry) {
        guard let count = EntryDetail.value("size", in: entry.detail).flatMap(Int64.init),
            let root = EntryDetail.value("root", in: entry.detail).flatMap(MerkleHash.init(hex:))
        else { return nil }
        self.init(source: .rotation(entry: entry.number), count: count, root: root)
    }
}
