import Foundation
import JobLedger
import LazyJobs
import LogJobs
import LogJobsTesting
import Synchronization
import Testing

@Suite("A process that is killed on the real file system", .serialized)
struct KilledProcessTests {
    @Test(
        "at any call loses nothing that was answered, and leaves nothing behind",
        arguments: CrashProgram.all.map(\.description)
    )
    func program(name: String) async throws {
        let program = try #require(CrashProgram.named(name))
        var reference = CrashRun(program, on: SimulatedFileSystem())
        try await reference.run()
        let whole = RealFolder()
        try whole.makeFolder()
        let count = try await DoomedProcess(whole.path, name, killedAt: nil).work()
        try whole.remove()
        try #require(count > 8)
        print("Killed at \(count) calls: \(name)")
        for call in 1...count {
            let folder = RealFolder()
            try folder.makeFolder()
            let path = folder.path
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, name = name as String, call = call as Int] in
                _ = try await DoomedProcess(path, name, killedAt: call).work()
            }
            let (disk, journal) = try DoomedProcess.remains(in: path)
            let oracle = CrashOracle(
                reference: reference,
                run: CrashRun(program, on: SimulatedFileSystem(), advancedAs: reference),
                kept: journal,
                hasLostPower: false,
                story: "killed at change \(call) of \(count) of the disk"
            )
            try await oracle.check(disk)
            try folder.remove()
        }
    }

    @Test("at a call of a backup leaves the store as it was, and no backup or a whole one")
    func backup() async throws {
        let folder = RealFolder()
        try folder.makeFolder()
        let (store, copy) = (folder.path + "/store", folder.path + "/copy")
        var worker = ProgramWorker(.shortest, in: store, of: PosixFileSystem())
        for step in CrashProgram.shortest.steps { try await worker.perform(step) }
        let content = try StoreContent(LogReader.open(store))
        var call = 0
        var isWhole = false
        while !isWhole {
            call += 1
            try #require(call < 100)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [store = store as String, copy = copy as String, call = call as Int] in
                let doomed = Scaffold(killsAt: call).fileSystem
                _ = try LogBackup.run(from: store, to: copy, of: doomed)
                kill(getpid(), SIGKILL)
            }
            #expect(try StoreContent(LogReader.open(store)) == content, "at change \(call)")
            do throws(LogStoreError) {
                let reader = try LogReader.open(copy)
                isWhole = true
                #expect(throws: Never.self) { try #expect(StoreContent(reader) == content) }
            } catch {
                #expect(
                    [.notFound, .manifestMissing].contains(error.code),
                    "at change \(call): \(error)"
                )
                try? FileManager.default.removeItem(atPath: copy)
            }
        }
        #expect(call > 4)
        try folder.remove()
    }
}

/// A process that performs a program until it kills itself before a change of the disk.
private struct DoomedProcess {
    private let path: String
    private let program: CrashProgram
    private let scaffold: Scaffold

    /// Without a call it lives.
    init(_ path: String, _ name: String, killedAt call: Int?) throws {
        self.path = path
        program = try #require(CrashProgram.named(name))
        scaffold = Scaffold(killsAt: call)
    }

    /// Performs the program.
    ///
    /// - Returns: How often it changed the disk.
    func work() async throws -> Int {
        var worker = ProgramWorker(program, in: path + "/store", of: scaffold.fileSystem)
        for step in program.steps {
            try await worker.perform(step)
            let last = worker.backend?.engine.inspect { $0.machine.ledger.lastSequence } ?? .zero
            try "\(last.rawValue)".write(
                toFile: path + "/answered",
                atomically: true,
                encoding: .utf8
            )
        }
        return scaffold.count
    }

    /// What is left of it, on a disk that can be damaged further, and the last event that was
    /// answered.
    static func remains(
        in path: String
    ) throws -> (disk: SimulatedFileSystem, answered: SequenceNumber) {
        let disk = SimulatedFileSystem()
        let manager = FileManager.default
        if manager.fileExists(atPath: path + "/store") {
            for name in try manager.contentsOfDirectory(atPath: path + "/store") {
                let bytes = try Data(contentsOf: URL(filePath: "\(path)/store/\(name)"))
                disk.setBytes(of: "\(CrashRun.folder)/\(name)", Array(bytes))
            }
        }
        let text = try? String(contentsOfFile: path + "/answered", encoding: .utf8)
        return (disk, SequenceNumber(rawValue: text.flatMap { UInt64($0) } ?? 0))
    }
}

/// Counts the changes of a real disk, and kills the process before one of them.
private final class Scaffold: Sendable {
    private let counter = Mutex(0)
    private let call: Int?

    init(killsAt call: Int?) {
        self.call = call
    }

    var count: Int { counter.withLock { $0 } }

    var fileSystem: WatchedFileSystem {
        WatchedFileSystem(PosixFileSystem()) { [self] made, _ throws(SystemCallError) in
            guard made.changesDisk else { return }
            let number = counter.withLock { count in
                count += 1
                return count
            }
            if number == call { kill(getpid(), SIGKILL) }
        }
    }
}

extension CrashProgram {
    fileprivate static func named(_ name: String) -> CrashProgram? {
        all.first { $0.description == name }
    }
}
