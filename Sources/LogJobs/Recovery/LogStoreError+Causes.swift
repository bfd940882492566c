// The errors of opening a store, each with its remedy.

extension LogStoreError {
    /// Makes system calls, and this error of what they throw.
    static func from<Value: ~Copyable>(
        _ error: (SystemCallError) -> Self,
        _ body: () throws(SystemCallError) -> Value
    ) throws(Self) -> Value {
        do throws(SystemCallError) {
            return try body()
        } catch let call {
            throw error(call)
        }
    }

    /// A file that could not be read.
    ///
    /// Nothing is concluded from it, least of all an end of the log.
    static func reading(_ error: SystemCallError, file: String) -> Self {
        guard !error.isNotFound else {
            return Self(
                .missingSegment,
                "Could not open the store: its manifest names \(file), and there is no such file. "
                    + "Put the file back, or the newer manifest if this is an old copy of it, or "
                    + "restore a backup.",
                file: file,
                cause: error
            )
        }
        return Self(
            .inputOutput,
            "Could not read \(file): \(error). Mend what refuses it, then open the store again.",
            file: file,
            cause: error
        )
    }

    /// A call that failed while a store was made or taken.
    package static func opening(_ folder: String, _ error: SystemCallError) -> Self {
        if error.isOutOfSpace {
            return Self(
                .storageFull,
                "Could not open \(folder) for writing: \(error). Free space, then try again.",
                cause: error
            )
        }
        let remedy =
            if error.isRefused, error.call == "mkdir" {
                "Give this process the right to make it, or name another folder."
            } else if error.isRefused {
                "Give this process the right to write there, or open it read-only."
            } else if error.isNotFound {
                "Make the folder that it is in, then try again."
            } else {
                "Mend what refuses it, then try again."
            }
        return Self(
            .inputOutput,
            "Could not open \(folder) for writing: \(error). \(remedy)",
            cause: error
        )
    }

    static func corruption(_ reason: String, file: String, offset: UInt64) -> Self {
        Self(
            .corruption,
            "Could not read \(file): damaged at byte \(offset): \(reason). What stands there had "
                + "been made durable. Keep the folder as it is, and restore a backup; `logjobs "
                + "verify` tells whether that is whole.",
            file: file,
            offset: offset
        )
    }

    /// Something else in the place of the manifest, beside segments.
    static func replacedManifest(in folder: StoreFolder) -> Self {
        Self(
            .corruption,
            "Could not open \(folder.path): its \(Manifest.fileName) is none, and there are "
                + "segments beside it. Put the right one back, restore a backup, or save the jobs "
                + "with `logjobs repair`.",
            file: Manifest.fileName,
            offset: 0
        )
    }

    /// A manifest that does not know a segment which was in use, or may have been.
    static func oldManifest(
        in folder: StoreFolder,
        beside segment: String,
        _ what: String
    ) -> Self {
        Self(
            .corruption,
            "Could not open \(folder.path): its \(Manifest.fileName) is older than \(segment), "
                + "which \(what). Put the right one back, restore a backup, or save what there is "
                + "with `logjobs repair`.",
            file: Manifest.fileName,
            offset: 0
        )
    }

    /// The beginning of a segment or a manifest that cannot be read.
    static func header(_ error: FormatError, file: String) -> Self {
        switch error {
        case .notOurs:
            Self(
                .notOurs,
                "Could not read \(file): it is not a file of this library. Is it the right folder?",
                file: file,
                offset: 0,
                cause: error
            )
        case .tooNew(let what):
            Self(
                .tooNew,
                "Could not read \(file): \(what). Use the version of this library that wrote it, "
                    + "or a newer one.",
                file: file,
                offset: 0,
                cause: error
            )
        case .damaged(let reason):
            corruption(reason, file: file, offset: 0)
        }
    }
}
