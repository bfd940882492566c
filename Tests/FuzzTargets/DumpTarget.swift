import Foundation
import LazyJobs

/// A line of a dump.
enum DumpTarget {
    static func run(_ bytes: [UInt8]) {
        let coder = DumpCoder()
        do throws(JobDumpError) {
            let content = try coder.content(Data(bytes), 1)
            let line = line(content, coder)
            let again = try written(line, coder)
            precondition(self.line(again, coder) == line, "a line is read and written otherwise")
        } catch {}
    }

    private static func line(_ content: DumpCoder.Content, _ coder: DumpCoder) -> Data {
        do {
            return try coder.line(content)
        } catch {
            preconditionFailure("what was read cannot be written: \(error)")
        }
    }

    private static func written(
        _ line: Data,
        _ coder: DumpCoder
    ) throws(JobDumpError) -> DumpCoder.Content {
        do throws(JobDumpError) {
            return try coder.content(line, 1)
        } catch {
            // Base64 is longer than what it stands for; only that can make a line too long.
            guard line.count > JobMove.lineSizeMax else {
                preconditionFailure("a line that was written cannot be read: \(error)")
            }
            throw error
        }
    }
}
