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
        #expect(try file.prepareSpare())
        #expect(store.disk.bytes(of: path) == [1, 2, 3])
        #expect(store.disk.openPaths.isEmpty)
    }
}
