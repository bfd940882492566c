/// One way to let a decoder have bytes that anybody could have written.
///
/// It traps when the decoder does, or when what was decoded does not have a property that it should
/// have; errors are answers. It keeps nothing from one input to the next.
package struct FuzzTarget: Sendable {
    package let name: String
    package let run: @Sendable ([UInt8]) -> Void

    package static let all = [
        FuzzTarget(name: "events", run: EventsTarget.run),
        FuzzTarget(name: "segment", run: SegmentTarget.run),
        FuzzTarget(name: "manifest", run: ManifestTarget.run),
        FuzzTarget(name: "checkpoint", run: CheckpointTarget.run),
        FuzzTarget(name: "archive", run: ArchiveTarget.run),
        FuzzTarget(name: "folder", run: FolderTarget.run),
        FuzzTarget(name: "times", run: TimesTarget.run),
        FuzzTarget(name: "arguments", run: ArgumentsTarget.run),
        FuzzTarget(name: "dump", run: DumpTarget.run),
    ]

    package static func named(_ name: String) -> FuzzTarget? {
        all.first { $0.name == name }
    }
}
