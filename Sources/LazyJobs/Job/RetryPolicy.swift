/// How long to wait between attempts: exponential backoff with a ceiling.
///
/// The delay after attempt *n* is `first` · 2ⁿ⁻¹, at most `longest`: 1 s, 2 s, 4 s … 32 s, and
/// then one minute each time, unless told otherwise.
public struct RetryPolicy: Sendable, Hashable {
    /// The delay after the first attempt.
    public let first: Duration
    /// The delay that is never exceeded, but for jitter.
    public let longest: Duration
    /// The share of a delay, from 0 to 1, by which it is varied up and down at random.
    public let jitter: Double

    /// One second, doubling up to one minute, no jitter: the policy of Go's `lazyjobs`.
    public static let `default` = RetryPolicy()

    /// Makes a policy.
    ///
    /// - Parameters:
    ///   - first: The delay after the first attempt; less than zero is zero.
    ///   - longest: The ceiling; less than zero is zero.
    ///   - jitter: The share by which delays vary, brought into 0…1. It takes effect where a
    ///     generator is given: ``delay(attempt:using:)``.
    public init(
        first: Duration = .seconds(1),
        longest: Duration = .seconds(60),
        jitter: Double = 0
    ) {
        self.first = max(.zero, first)
        self.longest = min(max(.zero, longest), .longest)
        self.jitter = jitter.isNaN ? 0 : min(max(0, jitter), 1)
    }

    /// The delay after a failed attempt, without jitter.
    ///
    /// - Parameter attempt: The attempt that failed, from 1; less counts as 1.
    /// - Returns: The time to wait, from zero to ``longest``.
    public func delay(attempt: Int) -> Duration {
        guard first > .zero else { return .zero }
        var delay = first
        var remaining = attempt - 1
        while remaining > 0, delay < longest {
            delay += delay
            remaining -= 1
        }
        return min(delay, longest)
    }

    /// The delay after a failed attempt, varied by ``jitter``.
    ///
    /// - Parameters:
    ///   - attempt: The attempt that failed, from 1; less counts as 1.
    ///   - generator: Where the chance comes from; the same seed gives the same delays.
    /// - Returns: The time to wait, from zero to twice ``longest``.
    public func delay(
        attempt: Int,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        let delay = delay(attempt: attempt)
        guard jitter > 0 else { return delay }
        return delay * Double.random(in: 1 - jitter...1 + jitter, using: &generator)
    }
}
