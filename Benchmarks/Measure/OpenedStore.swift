import Foundation
import LazyJobs
import LogJobs

/// A store opened in a process that does nothing else, so that its memory is the store's.
///
/// The process is this program, run again with an argument of its own.
struct OpenedStore: Codable {
    static let argument = "--opened-store"

    /// How long the opening took, in seconds.
    var openingTime: Double
    /// How long a processor was busy with it: less, if other programs had a share of the machine.
    var processorTime: Double
    /// The memory in use before the opening, behind it, and when the store had nothing to do.
    var before: ProcessMemory
    var opened: ProcessMemory
    var settled: ProcessMemory
    var jobCount: Int
    /// How many events were read behind the checkpoint, or all without one.
    var eventCount: Int
    var usedCheckpoint: Bool

    /// Opens a store in a process of its own.
    ///
    /// - Parameters:
    ///   - folder: The store's folder.
    ///   - runsUpkeep: Whether it may take checkpoints, among others.
    ///   - onOneCore: Whether all its threads share one processor; needs Linux.
    /// - Returns: What the process has printed.
    /// - Throws: When the process does not run, or fails.
    static func measure(
        _ folder: String,
        runsUpkeep: Bool,
        onOneCore: Bool = false
    ) throws -> OpenedStore {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let pinning = onOneCore ? ["taskset", "-c", "\(try ProcessFile.firstProcessor())"] : []
        let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
        process.arguments =
            pinning + [program, argument, folder, runsUpkeep ? "kept" : "alone"]
        let output = Pipe()
        process.standardOutput = output
        try RunFolder.start(process)
        let text = output.fileHandleForReading.readDataToEndOfFile()
        RunFolder.wait(for: process)
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw Surprise("the process that was to open \(folder) failed")
        }
        return try JSONDecoder().decode(OpenedStore.self, from: text)
    }

    /// What the process of its own does: opens the store, and prints what that took.
    ///
    /// - Returns: Whether this is such a process.
    static func runsInstead(_ arguments: [String]) async throws -> Bool {
        guard arguments.count == 4, arguments[1] == argument else { return false }
        guard FileManager.default.fileExists(atPath: arguments[2]) else {
            // An opening would make one.
            throw Surprise("there is no store at \(arguments[2])")
        }
        let opened = try await open(arguments[2], runsUpkeep: arguments[3] == "kept")
        print(String(decoding: try JSONEncoder().encode(opened), as: UTF8.self))
        return true
    }

    private static func open(_ folder: String, runsUpkeep: Bool) async throws -> OpenedStore {
        var configuration = LogBackend.Configuration()
        configuration.runsUpkeep = runsUpkeep
        let before = try ProcessMemory()
        let start = ContinuousClock.now
        let processorStart = clock()
        let store = try await LogBackend.open(folder, configuration: configuration)
        let processorTime = Double(clock() - processorStart) / 1e6
        let time = start.duration(to: .now)
        let opened = try ProcessMemory()
        // It would take a checkpoint, which the next opening would use.
        if runsUpkeep { await store.keepNow() }
        let settled = try ProcessMemory()
        let jobCount = try await store.stats().total
        try await store.close()
        return OpenedStore(
            openingTime: time / .seconds(1),
            processorTime: processorTime,
            before: before,
            opened: opened,
            settled: settled,
            jobCount: jobCount,
            eventCount: store.recoveryReport.eventCount,
            usedCheckpoint: store.recoveryReport.checkpoint != nil
        )
    }
}

/// How much memory this process has, in bytes.
struct ProcessMemory: Codable {
    /// All that is in memory, the program's own code among it.
    var resident: Int
    /// What no file stands behind.
    var anonymous: Int
    /// The most that was ever in memory.
    var peak: Int

    /// Asks the system, which has to be Linux.
    init() throws {
        let status = try ProcessFile.fields("status")
        resident = 1024 * status["VmRSS", default: 0]
        anonymous = 1024 * status["RssAnon", default: 0]
        peak = 1024 * status["VmHWM", default: 0]
    }
}

/// What Linux says of this process.
enum ProcessFile {
    /// The first of the processors that it may run on.
    static func firstProcessor() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
        let number = line?.drop { !$0.isNumber }.prefix(while: \.isNumber)
        guard let number = number.flatMap({ Int($0) }) else {
            throw Surprise("/proc/self/status does not tell the processors")
        }
        return number
    }

    /// The numbers in a file that has one a line, behind a name and a colon.
    static func fields(_ name: String) throws -> [String: Int] {
        let text = try String(contentsOfFile: "/proc/self/" + name, encoding: .utf8)
        var fields: [String: Int] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":")
            let number = parts.last?.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
            if parts.count == 2, let number { fields[String(parts[0])] = number }
        }
        return fields
    }
}
