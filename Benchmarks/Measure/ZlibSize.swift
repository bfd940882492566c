import CZlib

/// How small zlib makes bytes, in blocks that can be inflated alone.
struct ZlibSize {
    static let blockSize = 32 << 10
    static let fastest = ZlibSize(level: Z_BEST_SPEED)
    static let smallest = ZlibSize(level: Z_BEST_COMPRESSION)

    private let level: Int32

    /// The sum over the blocks of what follows one another in the parts.
    func sum(_ parts: some Sequence<[UInt8]>) -> Int {
        var block: [UInt8] = []
        var size = 0
        for part in parts {
            block += part
            while block.count >= Self.blockSize {
                size += self.size(Array(block.prefix(Self.blockSize)))
                block.removeFirst(Self.blockSize)
            }
        }
        return block.isEmpty ? size : size + self.size(block)
    }

    private func size(_ block: [UInt8]) -> Int {
        var size = compressBound(uLong(block.count))
        var output = [UInt8](repeating: 0, count: Int(size))
        // SAFETY: zlib writes no more than the bound that it gave, and only during this call.
        let status = unsafe compress2(
            &output,
            &size,
            block,
            uLong(block.count),
            level
        )
        precondition(status == Z_OK, "zlib: no memory")
        return Int(size)
    }
}
