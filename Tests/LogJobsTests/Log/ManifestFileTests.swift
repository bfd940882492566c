import LogJobs
import LogJobsTesting
import Testing

@Suite("The manifest's file")
struct ManifestFileTests {
    @Test("gets its spare without touching the segment that is prepared meanwhile")
    func spareApart() throws {
        let store = TestStore()
        let path = TestStore.path(StoreFolder.preparingName)
        store.disk.setBytes(of: path, [1, 2, 3])
        let file = ManifestFile(in: StoreFolder(TestStore.folder, of: store.disk))
        let manifest = ManifestTests.sample
        #expect(try file.prepareSpare(after: manifest))
        #expect(store.disk.bytes(of: path) == [1, 2, 3])
        #expect(store.disk.openPaths.isEmpty)
    }

    @Test("has a spare that is large enough for the next manifest before the disk is full")
    func spareGrows() throws {
        let store = TestStore()
        let file = ManifestFile(in: StoreFolder(TestStore.folder, of: store.disk))
        var manifest = ManifestTests.sample
        store.disk.setBytes(of: TestStore.path(Manifest.fileName), manifest.encoded())
        while manifest.segments.count < 2_000 {
            try #require(try file.prepareSpare(after: manifest))
            store.disk.capacity = store.disk.usedBytes
            // No change makes it longer by more.
            manifest.segments += Array(repeating: manifest.segments[1], count: 20)
            try file.replace(with: manifest)
            store.disk.capacity = nil
        }
        let bytes = try #require(try file.read())
        #expect(bytes.starts(with: manifest.encoded()))
    }

    @Test("has the next spare from what the manifest before gives back", arguments: [2, 150, 370])
    func spareOnFullDisk(count: Int) throws {
        let store = TestStore()
        let file = ManifestFile(in: StoreFolder(TestStore.folder, of: store.disk))
        var manifest = ManifestTests.sample
        manifest.segments = Array(repeating: manifest.segments[1], count: count)
        store.disk.setBytes(of: TestStore.path(Manifest.fileName), manifest.encoded())
        for _ in 0..<2 {
            try #require(try file.prepareSpare(after: manifest))
            try file.replace(with: manifest)
        }
        try #require(try file.prepareSpare(after: manifest))
        store.disk.capacity = store.disk.usedBytes
        for _ in 0..<150 {
            manifest.segments.append(manifest.segments[1])
            try file.replace(with: manifest)
            try #require(try file.prepareSpare(after: manifest), "\(manifest.segments.count)")
        }
    }
}
