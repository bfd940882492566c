import Foundation
import FuzzTargets
import Synchronization

/// libFuzzer, if the program was linked with it.
///
/// It is looked up when the program runs, so that the same sources link without it: the manifest
/// may not set the flags that would tell the two builds apart.
@safe struct Fuzzer {
    private typealias Callback = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
    private typealias Driver =
        @convention(c) (
            UnsafeMutablePointer<Int32>,
            UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
            Callback
        ) -> Int32

    /// A C function has no context to keep it in.
    private static let target = Mutex<FuzzTarget?>(nil)

    private let driver: Driver

    init?() {
        guard let symbol = unsafe dlsym(nil, "LLVMFuzzerRunDriver") else { return nil }
        // SAFETY: the function of that name has this type, by libFuzzer's documentation.
        unsafe driver = unsafeBitCast(symbol, to: Driver.self)
    }

    /// Runs it with the arguments of the process, of which the first is the target's name.
    func run(_ target: FuzzTarget) -> Int32 {
        Self.target.withLock { $0 = target }
        // libFuzzer takes the first for the name of the program, and starts others by it.
        var count = CommandLine.argc - 1
        // SAFETY: the arguments of a process stay as long as it does, and there are two or more.
        unsafe CommandLine.unsafeArgv[1] = CommandLine.unsafeArgv[0]
        var arguments = unsafe CommandLine.unsafeArgv + 1
        return unsafe driver(&count, &arguments) { bytes, size in
            // SAFETY: libFuzzer's input has that many bytes for as long as the call lasts.
            let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: size))
            let target = Fuzzer.target.withLock { $0 }
            target?.run(input)
            return 0
        }
    }
}
