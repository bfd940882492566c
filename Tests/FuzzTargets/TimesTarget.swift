import Foundation
import LazyJobs
import LogJobs
import LogJobsTool

/// A moment as it is typed.
enum TimesTarget {
    private static let now = Date(timeIntervalSince1970: 1_784_885_400)

    static func run(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        switch MomentParser.moment(text, now: now) {
        case .time(let date):
            // Far back a date is not exact to the microsecond; how it is printed is.
            guard !text.hasPrefix("-") else { return }
            let printed = RFC3339.string(from: date)
            guard case .time(let again) = MomentParser.moment(printed, now: now) else {
                preconditionFailure("a time that was printed is none")
            }
            precondition(again == date, "a time that was printed is another")
        case .sequence(let sequence):
            let again = MomentParser.moment("\(sequence)", now: now)
            precondition(again == .sequence(sequence), "a number that was printed is another")
        case nil: break
        }
    }
}
