import Dispatch
import Foundation
import Synchronization

/// The folder that a run writes in: made at its begin, and removed at its end, whichever it is.
struct RunFolder {
    /// The process that the run has started and waits for, if any.
    ///
    /// Who ends the run keeps this locked, so that no other process begins meanwhile.
    private static let child = Mutex<pid_t?>(nil)

    let path: String

    init(in parent: String) throws {
        path = parent + "/benchmarks-\(getpid()).tmp"
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: false
            )
        } catch {
            throw Surprise(
                "could not make the folder \(path): \(error.localizedDescription) "
                    + "Name another place by --folder"
            )
        }
    }

    /// Starts a process that a signal ends together with the run.
    static func start(_ process: Process) throws {
        try child.withLock { child in
            try process.run()
            child = process.processIdentifier
        }
    }

    /// Waits until the process has ended that was started last.
    static func wait(for process: Process) {
        process.waitUntilExit()
        child.withLock { $0 = nil }
    }

    func remove() {
        Self.child.withLock { _ in removeFiles() }
    }

    /// From now on Ctrl-C, SIGTERM and SIGHUP end the program only once the folder is removed.
    ///
    /// Those that it was started to outlive, as by nohup, still do not.
    func removeAtSignals() -> [any DispatchSourceSignal] {
        let queue = DispatchQueue(label: "signals")
        return [SIGINT, SIGTERM, SIGHUP].filter { !isIgnored($0) }.map { number in
            #if canImport(Darwin)
                // There a source hears only of what is not acted upon otherwise.
                unsafe signal(number, SIG_IGN)
            #endif
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { end(by: number) }
            source.resume()
            return source
        }
    }

    private func isIgnored(_ number: Int32) -> Bool {
        let before = signal(number, SIG_IGN)
        signal(number, before)
        // SAFETY: a pointer to a function is a word, and is only compared with the constant.
        return unsafe unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private func end(by number: Int32) {
        Self.child.withLock { child in
            if let child { kill(child, SIGKILL) }
            removeFiles()
            Console.complain("ended by signal \(number)")
            // Not exit, which takes down what the threads still use.
            _exit(128 + number)
        }
    }

    /// Tries again if a store that is still open makes a file meanwhile.
    private func removeFiles() {
        for _ in 0..<100 where FileManager.default.fileExists(atPath: path) {
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
