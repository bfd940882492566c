import LogJobs

/// The bytes of a simulated file, in pages that copies share until one of them is written.
///
/// Invariants:
/// - A page is empty, which reads as zeros, or `pageSize` long; pages behind the last are zeros.
/// - Every byte at or behind `size` is zero, so that growing again shows zeros.
struct SimulatedContent: Sendable {
    static let pageSize = 4096
    /// The largest file; larger ones fail with `EFBIG`.
    static let sizeMax = 1 << 32

    private static let zeros = [UInt8](repeating: 0, count: pageSize)

    private(set) var size = 0
    private var pages: [[UInt8]] = []

    init() {}

    init(_ bytes: [UInt8]) {
        write(bytes[...], at: 0)
    }

    /// All of it.
    var bytes: [UInt8] {
        read(at: 0, count: size)
    }

    /// The bytes from `offset` on, at most `count`, fewer at the end.
    func read(at offset: Int, count: Int) -> [UInt8] {
        guard offset < size, count > 0 else { return [] }
        let end = offset + min(count, size - offset)
        var result = [UInt8](repeating: 0, count: end - offset)
        var position = offset
        while position < end {
            let index = position / Self.pageSize
            let start = position % Self.pageSize
            let part = min(Self.pageSize - start, end - position)
            if index < pages.count, !pages[index].isEmpty {
                let bytes = pages[index][start..<start + part]
                Self.copy(bytes, to: &result, at: position - offset)
            }
            position += part
        }
        return result
    }

    /// Copies all at once: without optimisation, simulations would spend most of their time here.
    private static func copy(
        _ source: ArraySlice<UInt8>,
        to target: inout [UInt8],
        at place: Int
    ) {
        // SAFETY: the subscript checks that the bytes lie within the target.
        unsafe target.withUnsafeMutableBytes { target in
            let range = place..<place + source.count
            unsafe source.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[range])
                    .copyMemory(from: source)
            }
        }
    }

    /// Hashes the size and the bytes.
    func hash(into hasher: inout Hasher) {
        hasher.combine(size)
        for (index, page) in pages.enumerated() where !page[...].areZero {
            hasher.combine(index)
            // All at once, as in ``copy(_:to:at:)``.
            unsafe page.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        }
    }

    /// Puts bytes at an offset, and grows to their end.
    mutating func write(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        guard !bytes.isEmpty else { return }
        precondition(offset >= 0 && offset + bytes.count <= Self.sizeMax)
        size = max(size, offset + bytes.count)
        var position = offset
        var rest = bytes
        while !rest.isEmpty {
            let start = position % Self.pageSize
            let part = rest.prefix(Self.pageSize - start)
            put(part, inPage: position / Self.pageSize, at: start)
            position += part.count
            rest = rest.dropFirst(part.count)
        }
    }

    /// Cuts or grows with zeros.
    mutating func setSize(_ newSize: Int) {
        precondition(newSize >= 0 && newSize <= Self.sizeMax)
        if newSize < size {
            let kept = (newSize + Self.pageSize - 1) / Self.pageSize
            if pages.count > kept { pages.removeLast(pages.count - kept) }
            let end = newSize % Self.pageSize
            if end > 0, pages.count == kept, !pages[kept - 1].isEmpty {
                Self.copy(Self.zeros[end...], to: &pages[kept - 1], at: end)
            }
        }
        size = newSize
    }

    /// Turns one bit over; bit 0 is the lowest of the first byte.
    mutating func flipBit(_ bit: Int) {
        let offset = bit / 8
        precondition(bit >= 0 && offset < size, "Bit \(bit) is not in a file of \(size) bytes")
        let index = offset / Self.pageSize
        fill(page: index)
        pages[index][offset % Self.pageSize] ^= 1 << UInt8(bit % 8)
    }

    private mutating func put(_ bytes: ArraySlice<UInt8>, inPage index: Int, at start: Int) {
        let isHole = index >= pages.count || pages[index].isEmpty
        // Segments are filled with zeros ahead: they need no memory.
        if isHole, bytes.areZero { return }
        fill(page: index)
        Self.copy(bytes, to: &pages[index], at: start)
    }

    /// Makes a page one with bytes of its own.
    private mutating func fill(page index: Int) {
        while pages.count <= index { pages.append([]) }
        if pages[index].isEmpty { pages[index] = Self.zeros }
    }
}
