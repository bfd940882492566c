import Dispatch
import Synchronization

/// Calls something when a clock has come to a time: the one timer of a runner, or of a store.
///
/// By ``SystemClock`` it calls from a thread that is not of Swift's pool, all of whose threads may
/// be kept by jobs, and one call after the other; by any other clock from a task, which sleeps by
/// it.
package final class Alarm: Sendable {
    package typealias Call = @Sendable () -> Void

    private typealias Setting = (deadline: Duration, call: Call)

    private struct State {
        /// What it is set to, until it has gone off.
        var setting: Setting?
        /// Tells a setting from those before it.
        var number = 0
        /// What sleeps, or has slept, until the deadline: one of both, depending on the clock.
        var sleeper: Task<Void, Never>?
        var source: (any DispatchSourceTimer)?
    }

    private let clock: any JobClock
    private let isOfMachine: Bool
    private let lookInterval: Duration
    /// Of a quality of its own: Dispatch has 255 threads for each, and others may be kept.
    private let queue = DispatchQueue(label: "LazyJobs.alarm", qos: .userInitiated)
    private let state = Mutex(State())

    /// Makes an alarm that is not set.
    ///
    /// - Parameters:
    ///   - clock: Whose uptime counts.
    ///   - lookInterval: How often to look at ``SystemClock``: the time of Dispatch stands still
    ///     while the machine is suspended, and the clock's does not.
    package init(by clock: any JobClock, lookInterval: Duration = .seconds(60)) {
        self.clock = clock
        self.lookInterval = lookInterval
        isOfMachine = clock is SystemClock
    }

    deinit {
        state.withLock { $0.source?.cancel() }
    }

    /// When it will go off, if it is set.
    package var deadline: Duration? { state.withLock { $0.setting?.deadline } }

    /// Sets it, in place of what it was set to.
    ///
    /// It keeps what it is to call until it goes off, is set anew or is ended.
    ///
    /// - Parameters:
    ///   - deadline: An uptime of the clock; when that is over, it goes off at once.
    ///   - call: What to call then, once.
    package func set(for deadline: Duration, _ call: @escaping Call) {
        let before = state.withLock { state in
            let before = state.setting
            state.setting = (deadline, call)
            state.number += 1
            state.sleeper?.cancel()
            if isOfMachine {
                let source = state.source ?? makeSource()
                state.source = source
                schedule(source, for: deadline)
            } else {
                state.sleeper = Task.detached { [self, number = state.number] in
                    await wait(until: deadline, number)
                }
            }
            return before
        }
        letGo(before)
    }

    /// Forgets what it was set to; what it calls at this moment may still be under way.
    package func cancel() {
        let before = state.withLock { state in
            let before = state.setting
            state.setting = nil
            state.sleeper?.cancel()
            return before
        }
        letGo(before)
    }

    /// Forgets what it was set to, and returns when what it has called last is done: by
    /// ``SystemClock`` anything; by another clock, unless it was set anew meanwhile.
    package func end() async {
        cancel()
        await state.withLock(\.sleeper)?.value
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume() }
        }
    }

    /// Lets go what it was set to: not under the lock, since that may hold whoever has the alarm.
    private func letGo(_ setting: Setting?) {
        withExtendedLifetime(setting) {}
    }
}

// MARK: - Going off

extension Alarm {
    private func wait(until deadline: Duration, _ number: Int) async {
        do { try await clock.sleep(for: deadline - clock.uptime) } catch { return }
        takeCall { $0.number == number }?()
    }

    private func makeSource() -> any DispatchSourceTimer {
        let source = DispatchSource.makeTimerSource(queue: queue)
        source.setEventHandler { [weak self] in self?.look() }
        source.resume()
        return source
    }

    private func look() {
        takeCall { state in
            guard let deadline = state.setting?.deadline, let source = state.source else {
                return false
            }
            // It may have been set anew in this moment, or the machine was suspended.
            guard deadline <= clock.uptime else {
                schedule(source, for: deadline)
                return false
            }
            return true
        }?()
    }

    private func schedule(_ source: any DispatchSourceTimer, for deadline: Duration) {
        let delay = min(max(deadline - clock.uptime, .zero), lookInterval)
        source.schedule(deadline: SystemClock.deadline(in: delay))
    }

    /// What is to be called now, if it is time; it is not set any more then.
    private func takeCall(_ isDue: (State) -> Bool) -> Call? {
        state.withLock { state in
            guard isDue(state) else { return nil }
            defer { state.setting = nil }
            return state.setting?.call
        }
    }
}
