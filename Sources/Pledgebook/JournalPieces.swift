import Glibc
import Storage

/// Works through committed entries of a journal in pieces, on a second thread beside the one that asks.
///
/// The second thread and its connection are made only when there is work for it. Follows a journal that
/// grows: what is written in between is taken up as soon as `reach` says that it is committed.
final class JournalPieces<Result>: @unchecked Sendable {
    /// What is made of the entries of a range; called by both threads, each with a connection of its own.
    typealias Work = @Sendable (Records, ClosedRange<Int64>) throws -> Result

    private let book: Book
    private let size: Int64
    private let work: Work

    // Everything below is touched only with `mutex` held.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var next: Int64
    private var committed: Int64
    private var results: [Int64: Result] = [:]
    private var failure: (any Error)?
    private var isClosed = false
    private var isWorking = false
    private var hasEnded = false

    /// - Parameters:
    ///   - book: Whose journal.
    ///   - number: The entry after which the first piece begins.
    ///   - size: How many entries a piece has; every piece but the first and the last ends with a multiple
    ///     of it.
    ///   - work: What is to be done.
    init(_ book: Book, after number: Int64, size: Int64 = 1 << 16, work: @escaping Work) {
        self.book = book
        self.size = size
        self.work = work
        next = number + 1
        committed = number
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Entries through `number` are committed.
    ///
    /// - Throws: `SessionError.noThread`.
    func reach(_ number: Int64) throws {
        let needsWorker = locked {
            committed = max(committed, number)
            pthread_cond_broadcast(changed)
            let isFirst = !isWorking && committed - next > 2 * size
            isWorking = isWorking || isFirst
            return isFirst
        }
        guard needsWorker else { return }
        do {
            // Not waited for by its handle: whoever asks for the results waits until it has ended.
            try Worker { self.follow() }.detach()
        } catch {
            locked { isWorking = false }
            throw error
        }
    }

    /// What was made of all entries that are committed, in order; the caller's thread helps.
    ///
    /// To be called once, or not at all.
    ///
    /// - Throws: What the work throws, `BookError`.
    func finish(in records: Records) throws -> [Result] {
        locked {
            isClosed = true
            pthread_cond_broadcast(changed)
        }
        while let piece = take() { keep(piece) { try work(records, piece) } }
        return try locked {
            while isWorking, !hasEnded { pthread_cond_wait(changed, mutex) }
            if let failure { throw failure }
            return results.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    /// Nothing more is asked for; waits until the second thread has ended.
    func stop() {
        locked {
            isClosed = true
            next = committed + 1
            pthread_cond_broadcast(changed)
            while isWorking, !hasEnded { pthread_cond_wait(changed, mutex) }
        }
    }

    private func follow() {
        do {
            let reader = try book.reader()
            while let piece = take() {
                keep(piece) { try reader.read { try work($0, piece) } }
            }
        } catch {
            locked { failure = failure ?? error }
        }
        locked {
            hasEnded = true
            pthread_cond_broadcast(changed)
        }
    }

    /// The next piece; waits for entries until nothing more will come.
    private func take() -> ClosedRange<Int64>? {
        locked {
            while true {
                guard failure == nil else { return nil }
                let last = (next - 1) / size * size + size
                if next <= committed, last <= committed || isClosed {
                    defer { next = last + 1 }
                    return next...min(last, committed)
                }
                if isClosed { return nil }
                pthread_cond_wait(changed, mutex)
            }
        }
    }

    private func keep(_ piece: ClosedRange<Int64>, _ body: () throws -> Result) {
        do {
            let made = try body()
            locked { results[piece.lowerBound] = made }
        } catch {
            locked { failure = failure ?? error }
        }
    }

    private func locked<Value>(_ body: () throws -> Value) rethrows -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }
}
