import Foundation
import LazyJobs
import LogJobs
import LogJobsTesting
import Synchronization

/// Starts victims, one after the other on the same store, kills each at a random moment, and checks
/// what is left.
struct Torture {
    private var minutes = 1.0
    private var killCountMax = Int.max
    private var seed = UInt64.random(in: 0..<1 << 32)
    private var isWritten = false
    private var isFailing = false
    private var folder: String?

    /// Each so many kills everything is verified.
    private static let verificationInterval = 50

    /// Takes its arguments away; `nil` when they make no sense.
    init?(_ arguments: inout [String]) {
        while !arguments.isEmpty {
            let option = arguments.removeFirst()
            func value() -> String? { arguments.isEmpty ? nil : arguments.removeFirst() }
            switch option {
            case "--written": isWritten = true
            case "--failing": isFailing = true
            case "--minutes":
                guard let number = value().flatMap(Double.init), number > 0, number < 1e6
                else { return nil }
                minutes = number
            case "--kills":
                guard let number = value().flatMap({ Int($0) }), number > 0 else { return nil }
                killCountMax = number
            case "--seed":
                guard let number = value().flatMap({ UInt64($0) }) else { return nil }
                seed = number
            case "--folder":
                guard let path = value() else { return nil }
                folder = path
            default: return nil
            }
        }
    }

    /// - Returns: Whether nothing was wrong.
    func run() async throws -> Bool {
        let parent = folder ?? NSTemporaryDirectory()
        guard FileManager.default.fileExists(atPath: parent) else {
            throw Finding(description: "there is no folder \(parent); make it, then try again")
        }
        let store = "\(parent)/torture-\(ProcessInfo.processInfo.processIdentifier)"
        print("store: \(store), --seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        var promises = Promises()
        var tally = (kills: 0, refused: 0, verifications: 0)
        let clock = SystemClock()
        let start = clock.uptime
        do {
            while clock.uptime - start < .seconds(60 * minutes), tally.kills < killCountMax {
                // Short lives more often than long ones: openings are killed too.
                let life = 0.02 * exp(Double.random(in: 0...4.5, using: &generator))
                let call = isFailing ? Int.random(in: 1...500, using: &generator) : 0
                let output = try await live(store, failingCall: call, for: .seconds(life))
                let (_, hasFailed) = promises.take(output)
                tally.kills += 1
                if hasFailed { tally.refused += 1 }
                guard FileManager.default.fileExists(atPath: store + "/MANIFEST") else { continue }
                try promises.check(store)
                if tally.kills.isMultiple(of: Self.verificationInterval) {
                    _ = try LogReader.verify(store)
                    tally.verifications += 1
                    print(text(tally, promises))
                }
            }
            _ = try LogReader.verify(store)
            tally.verifications += 1
            print(text(tally, promises))
            try FileManager.default.removeItem(atPath: store)
            return true
        } catch {
            print("WRONG after \(tally.kills) lives: \(error)\nThe store is left: \(store)")
            return false
        }
    }

    private func text(
        _ tally: (kills: Int, refused: Int, verifications: Int),
        _ promises: Promises
    ) -> String {
        let ends = isFailing ? "\(tally.refused) of them by a failed call" : "each by SIGKILL"
        return "\(tally.kills) lives ended, \(ends); \(promises.enqueuedCount) jobs and "
            + "\(promises.succeededCount) successes were answered and are there; "
            + "\(promises.eventCount) events read; verified \(tally.verifications) times"
    }

    /// Lets a victim live for a while.
    ///
    /// - Returns: All it has said.
    private func live(
        _ store: String,
        failingCall: Int,
        for duration: Duration
    ) async throws -> Data {
        let process = Process()
        process.executableURL = Bundle.main.executableURL
        let durability = isWritten ? "written" : "synced"
        process.arguments = [Victim.verb, store, durability, "\(failingCall)"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        // Reads until the victim's end of the pipe is closed, by its death at the latest.
        let output = Mutex(Data())
        let reading = DispatchGroup()
        DispatchQueue.global().async(group: reading) {
            while let piece = try? pipe.fileHandleForReading.read(upToCount: 1 << 16),
                !piece.isEmpty
            {
                output.withLock { $0.append(piece) }
            }
        }
        try await SystemClock().sleep(for: duration)
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        reading.wait()
        return output.withLock { $0 }
    }
}
