import Dispatch
import Foundation
import LazyJobs
import LazyJobsTesting
import Synchronization
import Testing

@Suite("Alarm", .timeLimit(.minutes(15)))
final class AlarmTests: Sendable {
    private let calls = Mutex<[String]>([])
    private let gate = Gate()

    @Test("goes off once, when the clock has come to the time, and is not set any more then")
    func goesOff() async throws {
        let clock = ManualClock()
        let alarm = Alarm(by: clock)
        alarm.set(for: .seconds(2)) { self.gate.open() }
        try await clock.waitForSleepers(atLeast: 1)
        clock.advance(by: .seconds(1))
        #expect(alarm.deadline == .seconds(2) && clock.sleeperCount == 1)
        clock.advance(by: .seconds(1))
        try await gate.wait()
        #expect(alarm.deadline == nil && clock.sleeperCount == 0)
    }

    @Test("goes off for what it was set to last", arguments: [true, false])
    func isSetAnew(isEarlier: Bool) async throws {
        let clock = ManualClock()
        let alarm = Alarm(by: clock)
        alarm.set(for: .seconds(isEarlier ? 5 : 1)) { self.note("first") }
        try await clock.waitForSleepers(atLeast: 1)
        alarm.set(for: .seconds(3)) {
            self.note("last")
            self.gate.open()
        }
        try await clock.waitForSleepers(atLeast: 1)
        clock.advance(by: .seconds(10))
        try await gate.wait()
        await alarm.end()
        #expect(calls.withLock(\.self) == ["last"])
    }

    @Test("by the machine's clock too, and for a time that is over at once")
    func goesOffByTheMachine() async throws {
        let clock = SystemClock()
        // As if the machine was suspended again and again.
        let alarm = Alarm(by: clock, lookInterval: .microseconds(100))
        alarm.set(for: clock.uptime + .seconds(86_400)) { self.note("first") }
        alarm.set(for: clock.uptime - .seconds(1)) { self.gate.open() }
        try await gate.wait()
        let deadline = clock.uptime + .milliseconds(5)
        let end = Gate()
        alarm.set(for: deadline) {
            self.note(clock.uptime < deadline ? "early" : "last")
            end.open()
        }
        try await end.wait()
        await alarm.end()
        #expect(calls.withLock(\.self) == ["last"])
        #expect(alarm.deadline == nil)
    }

    @Test("does not go off once it is cancelled, and lets go what it was to call")
    func isCancelled() async throws {
        for clock in [ManualClock(), SystemClock()] as [any JobClock] {
            let alarm = Alarm(by: clock)
            weak var held: Gate?
            do {
                let gate = Gate()
                held = gate
                alarm.set(for: clock.uptime + .seconds(86_400)) { gate.open() }
            }
            #expect(held != nil)
            alarm.cancel()
            #expect(held == nil && alarm.deadline == nil)
            (clock as? ManualClock)?.advance(by: .seconds(100_000))
            await alarm.end()
        }
    }

    @Test("has ended when what it has called is done")
    func ends() async throws {
        let clock = SystemClock()
        let alarm = Alarm(by: clock)
        let (begun, isOver) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        alarm.set(for: clock.uptime) {
            alarm.set(for: clock.uptime + .seconds(86_400)) {}
            begun.signal()
            isOver.wait()
            self.note("called")
        }
        await onThread { begun.wait() }
        let end = Task {
            await alarm.end()
            note("ended")
        }
        while alarm.deadline != nil { await Task.yield() }
        // It has begun to end; it could have ended by now.
        for _ in 0..<1000 { await Task.yield() }
        isOver.signal()
        await end.value
        #expect(calls.withLock(\.self) == ["called", "ended"])
    }

    @Test("goes off although handlers of jobs keep all of Dispatch's threads")
    func goesOffBesideHandlers() async {
        // A process of its own: other tests need the threads.
        await #expect(processExitsWith: .success) {
            let isOver = DispatchSemaphore(value: 0)
            for _ in 0..<300 { DispatchQueue(label: "handler").async { isOver.wait() } }
            let (clock, gate) = (SystemClock(), Gate())
            let alarm = Alarm(by: clock)
            alarm.set(for: clock.uptime) { gate.open() }
            try await gate.wait()
            await alarm.end()
        }
    }

    private func note(_ name: String) {
        calls.withLock { $0.append(name) }
    }

    /// Waits for what blocks, on a thread that is not of Swift's pool.
    private func onThread(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                body()
                continuation.resume()
            }
        }
    }
}
