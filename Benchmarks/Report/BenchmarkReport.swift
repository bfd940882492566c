import Foundation

/// All that was measured in one run, with what it was measured on.
struct BenchmarkReport: Encodable {
    private let machine = Machine()
    private(set) var measurements: [MeasurementReport] = []
    /// What each benchmark has measured that has a bound.
    private(set) var claims: [Benchmark: [Claim]] = [:]

    private enum CodingKeys: String, CodingKey {
        case machine, measurements
    }

    /// What the figures depend on.
    struct Machine: Codable {
        var system = ProcessInfo.processInfo.operatingSystemVersionString
        var cores = ProcessInfo.processInfo.activeProcessorCount
        var memoryGiB = Int(ProcessInfo.processInfo.physicalMemory >> 30)
        var commit = Machine.commit()
        var time = Date()
        #if DEBUG
            var build = "debug: these figures say nothing"
        #else
            var build = "release"
        #endif

        /// The commit of the working folder, if there is git and it has one.
        private static func commit() -> String? {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["git", "describe", "--always", "--dirty"]
            let output = Pipe()
            process.standardOutput = output
            process.standardError = Foundation.FileHandle.nullDevice
            guard (try? process.run()) != nil else { return nil }
            let bytes = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            let text = String(decoding: bytes, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            return text.isEmpty ? nil : text
        }
    }

    /// What it was measured on, in words.
    var heading: String {
        let commit = machine.commit.map { ", \($0)" } ?? ""
        return "\(machine.system), \(machine.cores) cores, \(machine.memoryGiB) GiB, "
            + "\(machine.build)\(commit)"
    }

    mutating func add(_ measured: [MeasurementReport], of benchmark: Benchmark) {
        measurements += measured
        claims[benchmark, default: []] += measured.flatMap(\.claims)
    }

    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try encoder.encode(self)
    }
}
