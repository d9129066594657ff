import Accounting
import GRDB
import Glibc
import Receipts
import Synchronization

@testable import Crowdfunding
@testable import Gateways
@testable import Pledgebook
@testable import Storage

/// What a process that is killed leaves unsaid.
struct Killed: Error {}

/// Where a command is killed.
enum KillPoint: Hashable {
    /// Before its commit of that number, counted from 0, takes effect.
    case commit(Int)
    /// At its talk with the gateway of that number, with what part of it carried out (0 none, 1 half, 2 all).
    case gateway(Int, part: Int)
}

/// Kills a transaction as it is about to be committed.
final class CommitKiller: TransactionObserver {
    private var left: Int

    init(after commits: Int) { left = commits }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseDidCommit(_ db: Database) {}
    func databaseDidRollback(_ db: Database) {}

    func databaseWillCommit() throws {
        left -= 1
        // Nothing a killed process would have written comes after it.
        if left < 0 { throw Killed() }
    }
}

/// A gateway whose client dies in the middle of a talk.
struct KillingGateway: PaymentGateway {
    var inner: any PaymentGateway
    /// Talks until then; `nil` lives on.
    let kill: (talk: Int, part: Int)?
    let counter: TalkCounter

    final class TalkCounter: Sendable {
        private let talks = Mutex(0)
        /// The number of this talk.
        func next() -> Int {
            talks.withLock { count in
                defer { count += 1 }; return count
            }
        }
    }

    var code: Int { inner.code }
    var name: String { inner.name }
    /// Small, so that a small campaign has several.
    var window: Int { 4 }
    var keyLifetime: Int64 { inner.keyLifetime }
    var multicapture: Bool { inner.multicapture }

    mutating func perform(
        _ operations: [Operation], prefix: String, currency: Currency, at now: Timestamp
    ) throws -> [GatewayOutcome] {
        let talk = counter.next()
        guard let kill, talk >= kill.talk else {
            return try inner.perform(operations, prefix: prefix, currency: currency, at: now)
        }
        let count = [0, operations.count / 2, operations.count][talk == kill.talk ? kill.part : 0]
        _ = try inner.perform(Array(operations.prefix(count)), prefix: prefix, currency: currency, at: now)
        throw Killed()
    }

    mutating func find(_ operation: Operation, prefix: String, at now: Timestamp) throws -> GatewayOutcome {
        try inner.find(operation, prefix: prefix, at: now)
    }
}

/// A book that is opened anew after every kill, as another process would.
final class MortalBook {
    private let folder: ThrowAwayFolder
    private(set) var book: Book
    let master: MasterKey
    /// The words of the commands that are run.
    var command = "simulate"
    var profile = RehearsalProfile(seed: 0)

    init() throws {
        // Where there is a folder in memory it is used: durability is tested elsewhere.
        folder = try ThrowAwayFolder(in: access("/dev/shm", W_OK) == 0 ? "/dev/shm" : nil)
        let path = folder.path + "/book.sqlite"
        _ = try folder.write(try Self.emptyBook.get(), to: "book.sqlite")
        book = try Book(opening: path)
        guard let master = MasterKey([UInt8](repeating: 9, count: 32)) else { throw Killed() }
        self.master = master
    }

    /// An empty book's bytes: making one anew for each of thousands would take longer than what is tested.
    private static let emptyBook = Result {
        let folder = try ThrowAwayFolder()
        let path = folder.path + "/empty.sqlite"
        _ = try Book.create(at: path, id: "0123456789abcdef", keySecret: [UInt8](repeating: 7, count: 16))
        return try BookFolder.bytes(path)
    }

    func session(at now: Timestamp, killing point: KillPoint? = nil) -> Session {
        var session = Session(
            book: book, master: master, now: now, operatorName: "simulation", version: "", command: command)
        var kill: (talk: Int, part: Int)?
        if case .gateway(let talk, let part) = point { kill = (talk, part) }
        let profile = profile
        let counter = KillingGateway.TalkCounter()
        session.interposed = { [kill] gateway in
            let tempered = (gateway as? RehearsalGateway)?.behaving(as: profile) ?? gateway
            return KillingGateway(inner: tempered, kill: kill, counter: counter)
        }
        return session
    }

    /// Runs a command that may be killed.
    ///
    /// - Returns: Whether it was.
    func run(at now: Timestamp, killing point: KillPoint?, _ body: (Session) throws -> Void) throws -> Bool {
        var killer: CommitKiller?
        if case .commit(let number) = point {
            let made = CommitKiller(after: number)
            book.queue.add(transactionObserver: made, extent: .observerLifetime)
            killer = made
        }
        do {
            try body(session(at: now, killing: point))
            withExtendedLifetime(killer) {}
            return false
        } catch is Killed {
            killer = nil
            let path = book.path
            try? book.queue.close()
            book = try Book(opening: path)
            return true
        }
    }

    /// Writes rows of our own CSV.
    ///
    /// - Returns: The file's path.
    func write(_ text: String) throws -> String { try folder.write(Array(text.utf8), to: "pledges.csv") }

    /// The processor's own record.
    func truth() throws -> RehearsalGateway {
        try RehearsalGateway(RehearsalProfile(seed: 0), path: book.path + ".rehearsal")
    }
}
