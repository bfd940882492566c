import JobLedger
import LazyJobs
import LogJobs
import Synchronization

/// What holds of every baseline that was decoded.
enum BaselineCheck {
    private static let writer = Mutex(BlockWriter())

    static func check(_ baseline: LedgerBaseline) {
        let raw = bytes(of: baseline)
        do throws(FormatError) {
            var reader = BlockReader(raw[...])
            let again = try reader.baseline()
            precondition(again == baseline, "a baseline is read otherwise")
        } catch {
            preconditionFailure("a baseline that was written cannot be read: \(error)")
        }
        do throws(LedgerError) {
            try baseline.check()
            JobLedger(baseline: baseline).checkInvariants()
        } catch {}
    }

    static func bytes(of baseline: LedgerBaseline) -> [UInt8] {
        writer.withLock { writer in
            writer.begin()
            writer.append(baseline)
            return writer.writer.bytes
        }
    }
}
