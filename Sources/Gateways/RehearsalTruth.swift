import Accounting
import Crowdfunding
import Glibc

/// What the rehearsal's processor has done: an append-only file of lines, and an index of it in memory.
///
/// The index is made when something is first looked up. One process at a time may use a file; the
/// campaign's gateway lock sees to that.
final class RehearsalTruth {
    /// What was moved of a charge or hold so far, in minor units.
    struct Moved: Equatable {
        var captured: Int64 = 0
        var voided: Int64 = 0
        var refunded: Int64 = 0
    }

    let path: String
    private let descriptor: Int32
    /// Lines that are in the file.
    private var written = 0
    /// Lines that are not yet in the file.
    private var waiting: [UInt8] = []
    private var index = RehearsalIndex()
    private var moved: [UInt64: Moved] = [:]
    private var isLoaded = false
    private var hasFailed = false

    init(path: String) throws(RehearsalError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: systemReason()) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .cannotOpen(path: path, reason: systemReason()) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .cannotOpen(path: path, reason: "it is not a file")
        }
        written = Self.wholeLines(Int(status.st_size) / RehearsalRecord.width, of: descriptor)
        // A line that a crash cut off was never answered, so it never happened.
        if Int(status.st_size) != written * RehearsalRecord.width,
            ftruncate(descriptor, off_t(written * RehearsalRecord.width)) != 0
        {
            throw .cannotOpen(path: path, reason: systemReason())
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The most lines that are written between two syncs.
    private static let mostUnsynced = 1 << 16

    /// How many lines there are before the first that a cut of power left without all of its bytes.
    ///
    /// Zeros stand where a part of the last write did not arrive. Nothing of that write was ever answered.
    private static func wholeLines(_ lines: Int, of descriptor: Int32) -> Int {
        let width = RehearsalRecord.width
        let first = max(lines - mostUnsynced, 0)
        var bytes = [UInt8](repeating: 1, count: (lines - first) * width)
        let wanted = bytes.count
        // What cannot be read is told by who reads it.
        guard wanted > 0, pread(descriptor, &bytes, wanted, off_t(first * width)) == wanted,
            let torn = bytes.firstIndex(of: 0)
        else { return lines }
        return first + torn / width
    }

    /// Lines in all.
    var count: Int { written + waiting.count / RehearsalRecord.width }

    /// What was done under a key.
    func record(_ key: RehearsalKey) throws(RehearsalError) -> RehearsalRecord? {
        try load()
        var probe = index.first(key.high)
        while let number = index.next(&probe) {
            let record = try line(number)
            if record.keyLow == key.low { return record }
        }
        return nil
    }

    /// The hold or charge of that number.
    func charge(_ number: UInt64) throws(RehearsalError) -> RehearsalRecord? {
        try load()
        var probe = index.first(number)
        while let number = index.next(&probe) {
            let record = try line(number)
            if record.outcome == .done, record.kind == .authorize || record.kind == .charge { return record }
        }
        return nil
    }

    /// What was moved of a hold or charge.
    func moved(_ charge: RehearsalRecord) -> Moved {
        var moved = moved[charge.keyHigh] ?? Moved()
        if charge.kind == .charge { moved.captured = charge.amount }
        return moved
    }

    /// Adds a line; `flush` makes it last.
    ///
    /// `record(_:)` has been asked for its key before.
    func append(_ record: RehearsalRecord) {
        record.append(to: &waiting)
        note(record, number: count - 1)
    }

    private func note(_ record: RehearsalRecord, number: Int) {
        index.insert(record.keyHigh, number)
        guard record.outcome == .done else { return }
        switch record.kind {
        case .authorize, .charge: break
        case .capture: moved[record.target, default: Moved()].captured += record.amount
        case .void: moved[record.target, default: Moved()].voided += record.amount
        case .refund: moved[record.target, default: Moved()].refunded += record.amount
        }
    }

    /// Writes what waits and makes it durable.
    func flush() throws(RehearsalError) {
        guard !hasFailed else { throw .cannotWrite(path: path, reason: "an earlier write failed") }
        guard !waiting.isEmpty else { return }
        // An fsync that has failed once may succeed the next time without having written: never go on after
        // one.
        guard writeAll(waiting), fdatasync(descriptor) == 0 else {
            hasFailed = true
            throw .cannotWrite(path: path, reason: systemReason())
        }
        written += waiting.count / RehearsalRecord.width
        waiting.removeAll(keepingCapacity: true)
    }

    private func writeAll(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = write(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }

    private func line(_ number: Int) throws(RehearsalError) -> RehearsalRecord {
        let width = RehearsalRecord.width
        if number >= written {
            let record = RehearsalRecord(waiting.span, at: (number - written) * width)
            guard let record else { throw .damaged(path: path, line: number + 1) }
            return record
        }
        var bytes = [UInt8](repeating: 0, count: width)
        guard pread(descriptor, &bytes, width, off_t(number * width)) == width else {
            throw .cannotRead(path: path, reason: systemReason())
        }
        guard let record = RehearsalRecord(bytes.span, at: 0) else {
            throw .damaged(path: path, line: number + 1)
        }
        return record
    }

    private func load() throws(RehearsalError) {
        guard !isLoaded else { return }
        index = RehearsalIndex(capacity: count)
        moved = [:]
        try forEach { note($1, number: $0) }
        isLoaded = true
    }

    /// Every line in the order in which things happened, with its number from 0.
    func forEach(_ body: (Int, RehearsalRecord) -> Void) throws(RehearsalError) {
        let width = RehearsalRecord.width
        var bytes = [UInt8](repeating: 0, count: 4096 * width)
        var number = 0
        while number < written {
            let wanted = min(4096, written - number) * width
            guard pread(descriptor, &bytes, wanted, off_t(number * width)) == wanted else {
                throw .cannotRead(path: path, reason: systemReason())
            }
            for start in stride(from: 0, to: wanted, by: width) {
                guard let record = RehearsalRecord(bytes.span, at: start) else {
                    throw .damaged(path: path, line: number + 1)
                }
                body(number, record)
                number += 1
            }
        }
        for start in stride(from: 0, to: waiting.count, by: width) {
            guard let record = RehearsalRecord(waiting.span, at: start) else {
                throw .damaged(path: path, line: number + 1)
            }
            body(number, record)
            number += 1
        }
    }
}

/// Line numbers by the first half of the key: open addressing, twelve bytes a slot.
struct RehearsalIndex {
    private var keys: [UInt64]
    private var numbers: [UInt32]
    private var count = 0

    init(capacity: Int = 0) {
        var slots = 1024
        while slots * 2 < capacity * 3 { slots *= 2 }
        keys = [UInt64](repeating: 0, count: slots)
        numbers = [UInt32](repeating: 0, count: slots)
    }

    /// Where the search for a key begins.
    func first(_ key: UInt64) -> (key: UInt64, slot: Int) {
        // 0 marks a free slot. The keys are hashes, so their low bits are as good as any.
        (key == 0 ? 1 : key, Int(truncatingIfNeeded: key) & (keys.count - 1))
    }

    /// The next line with that key.
    func next(_ probe: inout (key: UInt64, slot: Int)) -> Int? {
        while keys[probe.slot] != 0 {
            let slot = probe.slot
            probe.slot = (slot + 1) & (keys.count - 1)
            if keys[slot] == probe.key { return Int(numbers[slot]) }
        }
        return nil
    }

    mutating func insert(_ key: UInt64, _ number: Int) {
        if (count + 1) * 3 > keys.count * 2 { grow() }
        place(key == 0 ? 1 : key, UInt32(truncatingIfNeeded: number), Int(truncatingIfNeeded: key))
        count += 1
    }

    private mutating func place(_ key: UInt64, _ number: UInt32, _ start: Int) {
        var slot = start & (keys.count - 1)
        while keys[slot] != 0 { slot = (slot + 1) & (keys.count - 1) }
        keys[slot] = key
        numbers[slot] = number
    }

    private mutating func grow() {
        let old = (keys, numbers)
        keys = [UInt64](repeating: 0, count: old.0.count * 2)
        numbers = [UInt32](repeating: 0, count: old.0.count * 2)
        for slot in old.0.indices where old.0[slot] != 0 {
            place(old.0[slot], old.1[slot], Int(truncatingIfNeeded: old.0[slot]))
        }
    }
}

/// What the system says of the last error.
private func systemReason() -> String { String(cString: strerror(errno)) }
