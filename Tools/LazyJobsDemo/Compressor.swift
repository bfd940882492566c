import Dispatch
import LazyJobs

/// How the demo works its jobs.
struct Compressor: Sendable {
    let output: Output
    let halfWay: HalfWay

    /// The beginning of the reason for which a job is discarded whose file cannot be read.
    static let unreadable = "unreadable: "

    /// Works one job.
    ///
    /// Doing so again makes the same, as at-least-once needs: a draft is begun anew, and takes its
    /// name only when it is whole and on the device.
    func work(_ job: CompressFile, _ context: JobContext) async throws {
        let outcome = try await compressOnOwnThread(job.input, of: context.id)
        try context.setOutput(encoding: outcome)
    }

    /// Reading, writing and compressing block, which the threads of Swift's tasks must not do.
    private func compressOnOwnThread(
        _ input: BytePath,
        of job: JobID
    ) async throws -> CompressFile.Outcome {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try compress(input, of: job) })
            }
        }
    }

    private func compress(_ input: BytePath, of job: JobID) throws -> CompressFile.Outcome {
        let isVictim = halfWay.jobBegins()
        let draft = output.draft(of: job)
        let writer = try GzipWriter(OpenFile(writing: draft))
        let stamp: FileStamp
        do {
            stamp = try copy(input, to: writer, isVictim: isVictim)
        } catch let error as FileError where error.path == input {
            if isVictim { halfWay.die() }
            // Trying again would not help: the file is gone, or not ours to read.
            try draft.remove()
            throw JobControl.discard(Self.unreadable + "\(error)")
        }
        try writer.finish()
        try draft.rename(to: output.result(of: job, from: input))
        try OpenFile(folder: output.folder).sync()
        return CompressFile.Outcome(input: stamp, size: writer.size)
    }

    /// Compresses all of a file.
    ///
    /// The victim dies behind its first piece. What is written by then is what an interrupted job
    /// leaves.
    private func copy(
        _ input: BytePath,
        to writer: GzipWriter,
        isVictim: Bool
    ) throws -> FileStamp {
        let source = try OpenFile(reading: input)
        let stamp = try source.stamp()
        var buffer = [UInt8](repeating: 0, count: bufferSize)
        var count = 0
        repeat {
            count = try source.read(into: &buffer)
            try writer.write(buffer[..<count])
            if isVictim {
                try writer.flush()
                halfWay.die()
            }
        } while count == buffer.count
        return stamp
    }
}
