/// Deflates the blocks of a frame, several at a time if there are many.
///
/// What comes out is the same whoever does which: each block is a stream of its own.
package struct BlockDeflater: Sendable {
    /// A block as it is stored.
    package struct Block: Sendable {
        package var bytes: [UInt8] = []
        package var isDeflated = false
    }

    private let lanes: [Lane]
    private let sharing: WorkSharing

    package init(dictionary: [UInt8], sizeMin: Int, _ sharing: WorkSharing) {
        self.sharing = sharing
        lanes = (0..<sharing.width).map { _ in Lane(dictionary: dictionary, sizeMin: sizeMin) }
    }

    /// Deflates blocks, those that become smaller.
    package func deflate(_ raw: [[UInt8]]) -> [Block] {
        let width = raw.count < Self.sharedCountMin ? 1 : min(lanes.count, raw.count)
        guard width > 1 else { return raw.map { lanes[0].deflate($0) } }
        sharing.perform(width) { lane in
            for index in stride(from: lane, to: raw.count, by: width) {
                lanes[lane].done.append(lanes[lane].deflate(raw[index]))
            }
        }
        let done = lanes.map { $0.takeDone() }
        return raw.indices.map { done[$0 % width][$0 / width] }
    }

    /// Fewer are done before another thread is awake; and what callers wait for together, in a
    /// frame of the usual size, should not wait for a thread that has lost its processor.
    private static let sharedCountMin = 4
}

/// What one thread at a time deflates with.
// SAFETY: it is used by whoever owns the encoder, or by one of those among whom it shares the work
// of one call, each of whom has a lane of its own.
private final class Lane: @unchecked Sendable {
    private let dictionary: [UInt8]
    private let sizeMin: Int
    private var stream: DeflateStream?
    var done: [BlockDeflater.Block] = []

    init(dictionary: [UInt8], sizeMin: Int) {
        self.dictionary = dictionary
        self.sizeMin = sizeMin
    }

    func deflate(_ raw: [UInt8]) -> BlockDeflater.Block {
        // A stream takes 260 KiB: most lanes never begin.
        var current = stream.take() ?? DeflateStream(dictionary: dictionary, sizeMin: sizeMin)
        var block = BlockDeflater.Block()
        block.isDeflated = current.append(raw, to: &block.bytes)
        stream = consume current
        return block
    }

    func takeDone() -> [BlockDeflater.Block] {
        defer { done.removeAll(keepingCapacity: true) }
        return done
    }
}
