import Foundation
import JobLedger
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting

/// A store on a simulated disk, made and opened the same way every time.
struct TestStore: Sendable {
    static let folder = "/store"

    var disk: SimulatedFileSystem
    var clock = ManualClock()
    private let random: @Sendable () -> UInt64

    init(_ disk: SimulatedFileSystem = SimulatedFileSystem(), seed: UInt64 = 1) {
        self.disk = disk
        let generator = SharedGenerator(seed: seed)
        random = { generator.next() }
    }

    static func path(_ name: String) -> String { "\(folder)/\(name)" }

    static func path(_ segment: UInt64) -> String {
        path(SegmentID(rawValue: segment).fileName)
    }

    /// Two segments of 64 KiB at the most, and little else.
    static var configuration: LogBackend.Configuration {
        var configuration = LogBackend.Configuration()
        configuration.sizes = LogWriter.Sizes(
            segmentBytesFirst: 64 << 10,
            segmentBytesMax: 64 << 10,
            ballastBytes: 16 << 10
        )
        return configuration
    }

    /// Lets sleeps end, by moving the time on, until the task is cancelled.
    func passTime(by step: Duration) -> Task<Void, any Error> {
        Task {
            while true {
                try await clock.waitForSleepers(atLeast: 1)
                clock.advance(by: step)
            }
        }
    }

    func environment(pid: Int32 = 7) -> StoreOpening.Environment {
        StoreOpening.Environment(
            fileSystem: disk,
            clock: clock,
            process: ProcessIdentity(pid: pid, bootID: "boot", host: "host"),
            random: random
        )
    }

    func open(
        _ configuration: LogBackend.Configuration = TestStore.configuration,
        pid: Int32 = 7,
        creating: Bool = true
    ) async throws(LogStoreError) -> LogBackend {
        var configuration = configuration
        configuration.createsFolder = creating
        return try await LogBackend.open(
            Self.folder,
            configuration,
            environment(pid: pid),
            mode: .inline
        )
    }

    func read() throws(LogStoreError) -> LogReader {
        try LogReader.open(Self.folder, of: disk, clock: clock)
    }

    func verify() throws(LogStoreError) -> RecoveryReport {
        try LogReader.open(Self.folder, of: disk, clock: clock, depth: .everything).report
    }

    /// The store as a dead process leaves it.
    func copy() -> TestStore {
        TestStore(disk.copy())
    }

    /// All names and bytes; without `LOCK`, whose text each open may replace.
    var contents: [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        for path in disk.paths where path != Self.path("LOCK") {
            contents[path] = disk.bytes(of: path) ?? []
        }
        return contents
    }

    func editManifest(_ edit: (inout Manifest) -> Void) throws {
        let path = Self.path(Manifest.fileName)
        var manifest = try Manifest(decoding: disk.bytes(of: path) ?? [])
        edit(&manifest)
        disk.setBytes(of: path, manifest.encoded())
    }
}
