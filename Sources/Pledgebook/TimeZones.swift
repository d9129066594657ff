public import Accounting
import Foundation

/// The UTC offsets of an IANA time zone from 1970 to 2099, or `nil` when this machine does not know the name.
///
/// The only place that asks Foundation for time zones: a campaign's offsets are written out at its launch.
public func zoneOffsets(named name: String) -> ZoneOffsets? {
    // Foundation also takes abbreviations such as "EST" or "GMT+1"; a campaign names a place, or UTC.
    guard name == "UTC" || name.contains("/"), let zone = TimeZone(identifier: name) else { return nil }
    let end = Date(timeIntervalSince1970: 4_102_444_800)
    var moment = Date(timeIntervalSince1970: 0)
    let initial = zone.secondsFromGMT(for: moment)
    var last = initial
    var transitions: [ZoneOffsets.Transition] = []
    while let next = zone.nextDaylightSavingTimeTransition(after: moment), next < end {
        let offset = zone.secondsFromGMT(for: next)
        if offset != last {
            transitions.append(
                .init(at: Timestamp(seconds: Int64(next.timeIntervalSince1970)), offsetSeconds: offset))
            last = offset
        }
        moment = next
    }
    return ZoneOffsets(name: name, initial: initial, transitions: transitions)
}
