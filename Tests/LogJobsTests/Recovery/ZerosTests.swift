import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

/// Which bytes of zeros a store has, and what is made of each: what lets `BitFlipTests` leave out
/// most of them.
@Suite("The zeros of a store")
struct ZerosTests {
    /// The files that are space, and the one that is text for people.
    private static let idle =
        [StoreLock.fileName, StoreFolder.spareManifestName, StoreFolder.nextSegmentName]
        + StoreFolder.ballastNames

    @Test(
        "are read in no file that is kept ready, but in the one that is taken",
        arguments: [false, true]
    )
    func keptReady(isClosed: Bool) async throws {
        let store = try await Self.store(isClosed: isClosed)
        let counting = [Manifest.fileName].map(TestStore.path) + (1...3).map { TestStore.path($0) }
        func readPaths() -> Set<String> {
            Set(store.disk.calls.filter { $0.call == .read }.map(\.path))
        }
        _ = try StoreView(try store.read())
        #expect(readPaths().count > 2 && readPaths().isSubset(of: counting))
        let backend = try await store.open(pid: 9)
        await backend.abandonAndWait()
        let next = TestStore.path(StoreFolder.nextSegmentName)
        #expect(readPaths().subtracting(counting) == [next])
    }

    @Test("are written over before they count", arguments: [false, true], [1, 2] as [UInt64])
    func writtenOver(isClosed: Bool, seed: UInt64) async throws {
        let store = try await Self.store(isClosed: isClosed)
        let damaged = store.copy()
        var generator = SeededGenerator(seed: seed)
        for path in Self.idle.map(TestStore.path) where store.disk.bytes(of: path) != nil {
            damaged.fill(path, from: 0, using: &generator)
        }
        let expected = try await Self.goOn(store)
        #expect(try await Self.goOn(damaged) == expected)
        let manifest = TestStore.path(Manifest.fileName)
        let bytes = damaged.disk.bytes(of: manifest)
        #expect(bytes == store.disk.bytes(of: manifest))
        #expect(try await Self.goOn(damaged.copy()) == Self.goOn(store.copy()))
    }

    @Test("behind the proven end of a segment decide nothing", arguments: [1, 2, 3] as [UInt64])
    func behindEnd(seed: UInt64) async throws {
        let store = try await Self.store(isClosed: false)
        let whole = try StoreView(try store.read())
        let ends = try store.read().segments.map { Int($0.validEnd) }
        for (index, end) in ends.enumerated() {
            let damaged = store.copy()
            var generator = SeededGenerator(seed: seed)
            damaged.fill(TestStore.path(UInt64(index + 1)), from: end, using: &generator)
            let reader = try damaged.read()
            #expect(try StoreView(reader) == whole)
            // Where the next frame would begin, something other than zeros is told of.
            #expect((reader.report.tornTail != nil) == (index == 1))
            let backend = try await damaged.open(pid: 9)
            #expect(try StoreView(try damaged.read()).isReopened(whole))
            await backend.abandonAndWait()
        }
    }

    /// Behind the end, recovery looks for the next word that is not zero.
    ///
    /// It asks whether a frame's header begins there. With one bit flipped there is one such
    /// word, with 40 zeros behind it.
    @Test("behind the end become no frame by one bit")
    func noFrame() async throws {
        let store = try await Self.store(isClosed: false)
        let path = TestStore.path(2)
        let count = store.disk.bytes(of: path)?.count ?? 0
        let header = try SegmentHeader(
            decoding: Array((store.disk.bytes(of: path) ?? []).prefix(SegmentHeader.size))
        )
        let end = Int(try store.read().segments[1].validEnd)
        var head = [UInt8](repeating: 0, count: FrameHeader.size)
        var frameCount = 0
        for offset in stride(from: end, to: count, by: 8) {
            for bit in 0..<64 {
                head[bit / 8] = 1 << UInt8(bit % 8)
                if isFrame(head, salt: header.salt, offset: offset) { frameCount += 1 }
                head[bit / 8] = 0
            }
        }
        #expect(frameCount == 0)
    }

    @Test("in a header and behind a manifest are verified bit by bit", arguments: [false, true])
    func verified(isClosed: Bool) async throws {
        let store = try await Self.store(isClosed: isClosed)
        var manifest = store.disk.bytes(of: TestStore.path(Manifest.fileName)) ?? []
        var header = Array((store.disk.bytes(of: TestStore.path(2)) ?? []).prefix(4096))
        #expect(throws: Never.self) { try Manifest(decoding: manifest) }
        #expect(throws: Never.self) { try SegmentHeader(decoding: header) }
        #expect(try acceptedFlips(of: &manifest) { try Manifest(decoding: $0) } == 0)
        #expect(try acceptedFlips(of: &header) { try SegmentHeader(decoding: $0) } == 0)
    }

    private func acceptedFlips<Value>(
        of bytes: inout [UInt8],
        _ decode: ([UInt8]) throws -> Value
    ) throws -> Int {
        var count = 0
        for bit in 0..<8 * bytes.count {
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            do {
                _ = try decode(bytes)
                count += 1
            } catch is FormatError {
                // Refused, as it must be.
            }
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        return count
    }

    private func isFrame(_ head: [UInt8], salt: UInt64, offset: Int) -> Bool {
        do throws(FormatError) {
            _ = try FrameHeader(decoding: head[...], salt: salt, offset: UInt64(offset))
            return true
        } catch {
            return false
        }
    }

    private static func store(isClosed: Bool) async throws -> TestStore {
        let store = TestStore()
        let backend = try await StoreProgram(store: store).run()
        if isClosed { try await backend.close() } else { await backend.abandonAndWait() }
        return store.copy()
    }

    /// Opens the store, fills the next segment and some of another, and dies.
    ///
    /// - Returns: What a reader finds then.
    private static func goOn(_ store: TestStore) async throws -> StoreView {
        let backend = try await store.open(pid: 9)
        var generator = SeededGenerator(seed: 5)
        for index in 0..<12 {
            let bytes = (0..<8 << 10).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = try await backend.enqueue([
                NewJob(kind: "k\(index)", payload: JobPayload(bytes: bytes))
            ])
        }
        await backend.abandonAndWait()
        let reader = try store.read()
        #expect(reader.segments.count > 3)
        return try StoreView(reader)
    }
}

extension TestStore {
    /// Puts random bytes into a file, from an offset to its end.
    fileprivate func fill(
        _ path: String,
        from offset: Int,
        using generator: inout SeededGenerator
    ) {
        var bytes = disk.bytes(of: path) ?? []
        for index in offset..<bytes.count {
            bytes[index] = UInt8(truncatingIfNeeded: generator.next())
        }
        disk.setBytes(of: path, bytes)
    }
}
