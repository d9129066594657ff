import Accounting
import Crowdfunding
import Storage

/// What the entries of each day and kind add up to.
struct ReplayedDaily {
    struct Key: Hashable {
        var day: Int64
        var kind: Int
    }
    struct Sum {
        var count: Int64 = 0
        var parts = EntryParts.zero
        /// The first entry of the day and kind.
        var entry: Int64 = 0
    }
    private var settled: [Key: Sum] = [:]
    private var lastKey = Key(day: .min, kind: 0)
    private var last = Sum()

    /// Counts an entry.
    ///
    /// Those of one day and kind mostly come together, so that the dictionary is seldom asked.
    @inline(__always)
    mutating func add(_ entry: StoredEntry) {
        let key = Key(day: entry.day, kind: entry.rawKind)
        if key != lastKey {
            if last.count > 0 { settled[lastKey] = last }
            lastKey = key
            last = settled[key] ?? Sum(entry: entry.number)
        }
        last.count += 1
        last.parts.wrappingAdd(entry.parts)
    }

    /// By day and kind.
    var sums: [Key: Sum] {
        var sums = settled
        if last.count > 0 { sums[lastKey] = last }
        return sums
    }
}

extension EntryParts {
    /// Adds without a trap: what a damaged book says may not fit.
    @inline(__always)
    mutating func wrappingAdd(_ other: EntryParts) {
        goods &+= other.goods
        shipping &+= other.shipping
        tax &+= other.tax
        fee &+= other.fee
        self.other &+= other.other
    }
}

/// A campaign's row as the journal tells it.
struct ReplayedCampaign {
    var state = CampaignState.live
    /// The entry that made the state what it is.
    var entry: Int64 = 0
    var seed: UInt64?
    var launchedAt: Int64?
    var closedAt: Int64?
    var decidedAt: Int64?
    /// Where releasing leads.
    var releaseTo: CampaignState?
    var hasSucceeded = false
    var firstPledge: Int64?
    var isRehearsal: Bool?
    /// The last day that is locked, and the entry that says so.
    var lockedThrough: CalendarDay?
    var lockEntry: Int64 = 0
    /// Whether a run was launched, and its launch stands.
    private var isFulfilling = false
    /// The definitions that were in force, oldest first.
    var definitions: [(entry: Int64, at: Int64, digest: String)] = []

    mutating func apply(_ kind: EntryKind, _ entry: StoredEntry, _ detail: UnsafeBufferPointer<UInt8>) {
        switch kind {
        case .campaignLaunched:
            launchedAt = entry.at
            move(to: .live, entry)
            define(entry, detail)
        case .campaignAmended: define(entry, detail)
        case .campaignCollecting:
            move(to: .collecting, entry)
            closedAt = entry.at
        case .campaignReleasing:
            move(to: .releasing, entry)
            closedAt = closedAt ?? entry.at
            releaseTo = .unfunded
            var pairs = DetailPairs(detail)
            while let (key, value) = pairs.next() {
                if key.reads("end") { releaseTo = CampaignState(rawValue: value.text) }
            }
        case .campaignFunded:
            move(to: .funded, entry)
            hasSucceeded = true
            decidedAt = entry.at
        case .campaignUnfunded, .campaignCanceled:
            move(to: kind == .campaignUnfunded ? .unfunded : .canceled, entry)
            decidedAt = entry.at
        case .campaignFulfilling:
            isFulfilling = entry.reverses == 0
            move(to: isFulfilling ? .fulfilling : .funded, entry)
        case .campaignFinished:
            move(to: entry.reverses == 0 ? .finished : isFulfilling ? .fulfilling : .funded, entry)
        case .periodLocked: lock(entry, detail)
        default: break
        }
    }

    /// Counts a pledge; the first decides whether the money is real.
    mutating func place(_ entry: StoredEntry, gateway: UInt8) {
        guard firstPledge == nil else { return }
        firstPledge = entry.number
        isRehearsal = gateway == 2
    }

    private mutating func move(to state: CampaignState, _ entry: StoredEntry) {
        self.state = state
        self.entry = entry.number
    }

    private mutating func lock(_ entry: StoredEntry, _ detail: UnsafeBufferPointer<UInt8>) {
        var pairs = DetailPairs(detail)
        while let (key, value) = pairs.next() {
            guard key.reads("through"), let day = CalendarDay(value.text) else { continue }
            lockedThrough = day
            lockEntry = entry.number
        }
    }

    private mutating func define(_ entry: StoredEntry, _ detail: UnsafeBufferPointer<UInt8>) {
        var pairs = DetailPairs(detail)
        while let (key, value) = pairs.next() {
            if key.reads("def") { definitions.append((entry.number, entry.at, value.text)) }
            if key.reads("seed") { seed = UInt64(value.text) }
        }
    }
}
