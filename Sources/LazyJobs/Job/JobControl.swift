public import Foundation

/// What a job throws to end its attempt other than by success or failure.
///
/// ```swift
/// guard try await api.isReady else {
///     throw JobControl.snooze(for: .seconds(30))
/// }
/// ```
public struct JobControl: Error, Sendable, Hashable {
    package enum Decision: Sendable, Hashable {
        case snoozeFor(Duration, reason: String?)
        case snoozeUntil(Date, reason: String?)
        case cancel(reason: String)
        case discard(reason: String)
    }

    package let decision: Decision

    /// Runs the job again after a while; the attempt does not count.
    ///
    /// - Parameters:
    ///   - duration: How long to wait, from now.
    ///   - reason: Why, in words for people; kept in the history.
    /// - Returns: The error to throw.
    public static func snooze(for duration: Duration, reason: String? = nil) -> JobControl {
        JobControl(decision: .snoozeFor(duration, reason: reason))
    }

    /// Runs the job again at a later time; the attempt does not count.
    ///
    /// - Parameters:
    ///   - date: When it may run at the earliest.
    ///   - reason: Why, in words for people; kept in the history.
    /// - Returns: The error to throw.
    public static func snooze(until date: Date, reason: String? = nil) -> JobControl {
        JobControl(decision: .snoozeUntil(date, reason: reason))
    }

    /// Ends the job as cancelled: it is no longer wanted.
    ///
    /// - Parameter reason: Why, in words for people; kept in the history.
    /// - Returns: The error to throw.
    public static func cancel(_ reason: String) -> JobControl {
        JobControl(decision: .cancel(reason: reason))
    }

    /// Ends the job as discarded, with whatever attempts are left: trying again cannot help.
    ///
    /// - Parameter reason: Why, in words for people; it becomes the job's last error.
    /// - Returns: The error to throw.
    public static func discard(_ reason: String) -> JobControl {
        JobControl(decision: .discard(reason: reason))
    }
}

extension JobControl: CustomStringConvertible {
    /// The decision and its reason in words.
    public var description: String {
        switch decision {
        case .snoozeFor(let duration, let reason):
            Self.text("snoozed for \(GoDuration.string(from: duration))", reason)
        case .snoozeUntil(let date, let reason):
            Self.text("snoozed until \(RFC3339.string(from: date))", reason)
        case .cancel(let reason): Self.text("cancelled", reason)
        case .discard(let reason): Self.text("discarded", reason)
        }
    }

    private static func text(_ decision: String, _ reason: String?) -> String {
        reason.map { "\(decision): \($0)" } ?? decision
    }
}

/// Why an attempt failed that took longer than its job allows.
public struct JobTimeoutError: Error, Sendable, Hashable, CustomStringConvertible {
    /// How long the attempt might have taken.
    public let timeout: Duration

    /// Makes the error.
    public init(timeout: Duration) {
        self.timeout = timeout
    }

    /// Says after what time it was cancelled.
    public var description: String { "timed out after \(GoDuration.string(from: timeout))" }
}
