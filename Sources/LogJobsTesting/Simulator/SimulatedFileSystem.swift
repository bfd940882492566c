import LogJobs
import Synchronization

/// A file system in memory that can lose what a real one may lose, and fail as a real one may fail.
///
/// Every call is counted and recorded, and ``faults`` decides by its number whether it goes well.
/// A program under test runs until it ends or its calls throw `isSimulatedCrash`; then
/// ``crashed(keeping:)`` gives the disk as the next program finds it. All is deterministic: the
/// same calls with the same plan and seed give the same bytes, on every machine.
///
/// The disk it models keeps less than Linux promises, never more:
/// - Bytes and size of a file are durable when it was synced, its name when the folder was. A file
///   whose name was not synced is gone after a crash, whatever was synced in it.
/// - What is not synced may be kept or lost write by write and name by name, whatever the order.
///   A rename is whole: the file has the old name or the new one.
/// - After a failed sync, of a file or a folder, the changes it was for are *never* made durable:
///   reads see them until the cache is dropped, later syncs succeed, a crash takes them.
/// - With a ``capacity``, a file uses as many bytes as its size says, holes included, while it has
///   a name or is open. Names and folders use none. A write that does not fit is done as far as it
///   fits.
/// - A handle that is closed is gone, even when the call says that it failed.
///
/// Not modelled: symbolic links, permissions, removing folders, paths with `..`.
package final class SimulatedFileSystem: Sendable {
    /// All there is, behind one mutex.
    struct State: Sendable {
        var disk: SimulatedDisk
        var faults = FaultPlan.none
        var calls: [CallRecord] = []
        var callCounts: [SimulatedCall: Int] = [:]
        var isCrashed = false
        var openFiles: [FileHandle: OpenFile] = [:]
        /// Never given twice, so that a handle used after its end is seen.
        var handleLast: Int32 = 2
        /// Which handle holds the lock of a file.
        var locks: [SimulatedDisk.NodeID: FileHandle] = [:]
    }

    /// What a handle stands for.
    struct OpenFile: Sendable {
        var node: SimulatedDisk.NodeID
        var path: String
        var isWritable: Bool
    }

    let state: Mutex<State>

    /// An empty disk.
    ///
    /// - Parameter capacity: How many bytes all files together may have; `nil` for no limit.
    package convenience init(capacity: UInt64? = nil) {
        var disk = SimulatedDisk()
        disk.capacity = capacity
        self.init(disk: disk)
    }

    init(disk: SimulatedDisk) {
        state = Mutex(State(disk: disk))
    }

    /// What goes wrong from now on.
    package var faults: FaultPlan {
        get { state.withLock(\.faults) }
        set { state.withLock { $0.faults = newValue } }
    }

    /// How many bytes all files together may have; `nil` for no limit.
    package var capacity: UInt64? {
        get { state.withLock(\.disk.capacity) }
        set { state.withLock { $0.disk.capacity = newValue } }
    }

    /// How many bytes count against the capacity.
    package var usedBytes: UInt64 {
        state.withLock(\.disk.usedBytes)
    }

    /// The calls made so far, first to last; call `n` is at index `n - 1`.
    package var calls: [CallRecord] {
        state.withLock(\.calls)
    }

    /// How many calls were made so far.
    package var callCount: Int {
        state.withLock(\.calls.count)
    }

    /// Whether the plan has let the machine go off.
    package var isCrashed: Bool {
        state.withLock(\.isCrashed)
    }

    /// The paths of what is open, in order: empty when a program has closed all it opened.
    package var openPaths: [String] {
        state.withLock { $0.openFiles.values.map(\.path) }.sorted()
    }
}

extension SimulatedFileSystem.State {
    /// Makes a call: records it, asks the plan about it, and does what both say.
    ///
    /// - Parameters:
    ///   - record: The call.
    ///   - whenFailing: What it does nevertheless when it fails by plan.
    ///   - body: What it does.
    /// - Returns: What the body returns.
    /// - Throws: What the body or the plan says, as the error of this call.
    mutating func perform<Value>(
        _ record: CallRecord,
        whenFailing: (inout Self, FaultPlan.Fault.Effect) -> Void = { _, _ in },
        _ body: (inout Self) throws(ErrorNumber) -> Value
    ) throws(SystemCallError) -> Value {
        guard !isCrashed else { throw Self.error(SystemCallError.simulatedCrashNumber, record) }
        guard let fault = nextFault(for: record) else {
            do throws(ErrorNumber) {
                return try body(&self)
            } catch {
                throw Self.error(error.rawValue, record)
            }
        }
        if fault.effect == .whole {
            // Its own failure changes nothing: the caller never learns how the call went.
            do throws(ErrorNumber) { _ = try body(&self) } catch {}
        }
        switch fault.kind {
        case .crash:
            isCrashed = true
            throw Self.error(SystemCallError.simulatedCrashNumber, record)
        case .failure(let number):
            if fault.effect != .whole { whenFailing(&self, fault.effect) }
            throw Self.error(number, record)
        }
    }

    /// Counts a call, and finds what is planned for it.
    private mutating func nextFault(for record: CallRecord) -> FaultPlan.Fault? {
        calls.append(record)
        callCounts[record.call, default: 0] += 1
        let number = callCounts[record.call, default: 0]
        return faults.faults.first { fault in
            fault.applies(to: record.call, number: number, total: calls.count)
        }
    }

    private static func error(_ number: Int32, _ record: CallRecord) -> SystemCallError {
        SystemCallError(call: record.call.rawValue, errorNumber: number, path: record.path)
    }
}
