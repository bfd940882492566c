import Foundation
import LogJobs
import LogJobsTesting
import Testing

@Suite("A hard link")
struct LinkTests {
    @Test("is a second name of the file, for real and simulated")
    func secondName() throws {
        let folder = RealFolder()
        try folder.makeFolder()
        defer { try? folder.remove() }
        try Self.checkSecondName(PosixFileSystem(), in: folder.path)
        let simulated = SimulatedFileSystem()
        try simulated.makeFolder("/a")
        try Self.checkSecondName(simulated, in: "/a")
        #expect(simulated.openPaths.isEmpty)
    }

    private static func checkSecondName(_ fileSystem: any FileSystem, in folder: String) throws {
        let (one, two) = ("\(folder)/one", "\(folder)/two")
        let handle = try fileSystem.open(one, .create)
        try fileSystem.write(handle, [1, 2, 3], at: 0)
        try fileSystem.link(one, to: two)
        #expect(try fileSystem.status(of: one) == fileSystem.status(of: two))
        let taken = #expect(throws: SystemCallError.self) { try fileSystem.link(one, to: two) }
        #expect(taken?.errorNumber == EEXIST)
        try fileSystem.write(handle, [9], at: 0)
        fileSystem.close(handle)
        try fileSystem.remove(one)
        let other = try fileSystem.open(two, .read)
        #expect(try fileSystem.read(other, at: 0, count: 9) == [9, 2, 3])
        fileSystem.close(other)
        let missing = #expect(throws: SystemCallError.self) { try fileSystem.link(one, to: two) }
        #expect(missing?.isNotFound == true)
        #expect(missing?.refusesLink == false)
        let linked = #expect(throws: SystemCallError.self) {
            try fileSystem.link(folder, to: "\(folder)-2")
        }
        #expect(linked?.errorNumber == EPERM)
    }

    @Test("is lost with the power until its folder is synced, and each name by itself")
    func durable() throws {
        let disk = SimulatedFileSystem()
        disk.setBytes(of: "/a/one", [1])
        try disk.makeFolder("/b")
        try disk.syncFolder("/")
        try disk.link("/a/one", to: "/b/two")
        #expect(disk.crashed(keeping: .nothing).bytes(of: "/b/two") == nil)
        #expect(disk.crashed(keeping: .nothing).bytes(of: "/a/one") == [1])
        #expect(disk.crashed(keeping: .everything).bytes(of: "/b/two") == [1])
        try disk.syncFolder("/b")
        try disk.remove("/a/one")
        try disk.syncFolder("/a")
        let after = disk.crashed(keeping: .nothing)
        #expect(after.bytes(of: "/a/one") == nil)
        #expect(after.bytes(of: "/b/two") == [1])
        try after.link("/b/two", to: "/b/three")
        try after.rename("/b/two", to: "/b/four")
        try after.syncFolder("/b")
        #expect(after.crashed(keeping: .nothing).paths == ["/a/", "/b/", "/b/four", "/b/three"])
        #expect(after.usedBytes == 1)
    }
}
