import JobLedger
import LazyJobs

/// What a folder is, before anything in it is touched.
enum FolderInspection: Sendable {
    /// There is none.
    case missing
    /// There is nothing in it, or only what a creation leaves that was cut short.
    case empty
    /// It has a manifest.
    case store

    init(_ folder: StoreFolder) throws(LogStoreError) {
        let path = folder.path
        let status = try LogStoreError.from({ .inspecting(path, $0) }) {
            () throws(SystemCallError) in try folder.fileSystem.status(of: path)
        }
        guard let status else {
            self = .missing
            return
        }
        guard status.kind == .folder else { throw .notAFolder(path) }
        let names = try LogStoreError.from({ .inspecting(path, $0) }) {
            () throws(SystemCallError) in try folder.fileSystem.names(inFolder: path)
        }
        self = try Self(folder, names)
    }

    private init(_ folder: StoreFolder, _ names: [String]) throws(LogStoreError) {
        if names.contains(Manifest.fileName) {
            self = .store
            return
        }
        let segments = names.compactMap { SegmentID(fileName: $0) }.sorted()
        for segment in segments {
            let leftover = try LeftoverSegment(segment, in: folder)
            guard leftover.holdsAnything || leftover.isDamaged else { continue }
            throw .missingManifest(
                in: folder,
                beside: segment.fileName,
                leftover.isDamaged ? "is damaged and may hold events" : "holds events"
            )
        }
        if let archive = names.filter(StoreFolder.isDerived).min() {
            throw .missingManifest(in: folder, beside: archive, "is of a store")
        }
        if let foreign = names.filter({ !StoreFolder.isOwn($0) }).min() {
            throw LogStoreError(
                .notOurs,
                "Could not open \(folder.path): it is not a store, and holds something else "
                    + "(\(foreign)). Name the folder of a store; for a new one, an empty folder."
            )
        }
        self = .empty
    }
}

/// A segment that no manifest names: what an opening leaves that was cut short.
///
/// It has got its name only when all that it begins with was synced, and until the manifest names
/// it there are only zeros behind that. So what does not verify in it has rotted, or is the torn
/// end of what was written later, and the manifest that names it is lost.
struct LeftoverSegment: Sendable {
    let fileName: String
    /// Whether there is an event in it, a schedule or a paused queue.
    private(set) var holdsAnything = false
    /// Whether something in it does not verify.
    private(set) var isDamaged = false
    /// Whether it was once named by a manifest, and went on after that.
    ///
    /// Until then it holds only what is logged again, which is of older epochs than the segment;
    /// all that is written behind is of its own.
    private(set) var wasActive = false

    /// The error for a store whose manifest may have named it, and does not: an old one was put
    /// back.
    ///
    /// - Returns: `nil` when it is a leftover, and nothing is lost with it.
    func oldManifest(in folder: StoreFolder) -> LogStoreError? {
        guard wasActive || isDamaged else { return nil }
        let what = isDamaged ? "is damaged and may hold events" : "holds events"
        return .oldManifest(in: folder, beside: fileName, "\(what) that it does not know")
    }

    init(_ id: SegmentID, in folder: StoreFolder) throws(LogStoreError) {
        fileName = id.fileName
        var scanner: SegmentScanner
        do throws(LogStoreError) {
            scanner = try SegmentScanner(id, in: folder)
        } catch  where error.code == .corruption || error.code == .notOurs {
            // Nobody else names a file so.
            isDamaged = true
            return
        }
        defer { scanner.close() }
        while true {
            switch try scanner.scan() {
            case .blank: return
            case .invalid:
                isDamaged = true
                return
            case .frame(let frame):
                if frame.header.kind == .baseline {
                    let baseline = try scanner.baseline(of: frame)
                    holdsAnything = !baseline.isBlank
                } else if frame.header.eventCount > 0 {
                    holdsAnything = true
                }
                guard !wasActive, frame.header.kind == .batch else { continue }
                let epoch = scanner.header.epoch
                wasActive = try scanner.events(of: frame).contains { $0.epoch >= epoch }
            }
        }
    }
}

extension LedgerBaseline {
    /// Whether it says of nothing that it is there.
    fileprivate var isBlank: Bool {
        lastSequence == .zero && schedules.isEmpty && pausedQueues.isEmpty
    }
}

extension LogStoreError {
    fileprivate static func missingManifest(
        in folder: StoreFolder,
        beside name: String,
        _ what: String
    ) -> Self {
        Self(
            .manifestMissing,
            "Could not open \(folder.path): \(name) \(what), and there is no manifest that names "
                + "it. Put the file \(Manifest.fileName) back, or restore a backup.",
            file: name
        )
    }

    static func notAFolder(_ path: String) -> Self {
        Self(
            .notOurs,
            "Could not open \(path): it is a file. Name the folder of a store."
        )
    }

    static func inspecting(_ path: String, _ error: SystemCallError) -> Self {
        Self(
            .inputOutput,
            "Could not look at \(path): \(error). Mend what refuses it, then try again.",
            cause: error
        )
    }
}
