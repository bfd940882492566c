import LazyJobs
import Testing

@Suite("Broadcaster")
struct BroadcasterTests {
    @Test("gives each stream what comes after it was made, and ends all of them")
    func passesOn() async {
        let broadcaster = Broadcaster<Int>()
        let first = broadcaster.makeStream(bufferCountMax: 8)
        broadcaster.send(1)
        let second = broadcaster.makeStream(bufferCountMax: 8)
        broadcaster.send(2)
        broadcaster.close()
        broadcaster.send(3)
        #expect(await Self.all(of: first) == [1, 2])
        #expect(await Self.all(of: second) == [2])
        #expect(await Self.all(of: broadcaster.makeStream(bufferCountMax: 8)).isEmpty)
    }

    @Test("keeps the newest of what nobody has read")
    func bounds() async {
        let broadcaster = Broadcaster<Int>()
        let stream = broadcaster.makeStream(bufferCountMax: 2)
        for number in 1...9 { broadcaster.send(number) }
        broadcaster.close()
        #expect(await Self.all(of: stream) == [8, 9])
    }

    @Test("ends its streams when it is let go")
    func endsWithItsOwner() async {
        var broadcaster: Broadcaster<Int>? = Broadcaster()
        let stream = broadcaster?.makeStream(bufferCountMax: 8)
        broadcaster?.send(1)
        broadcaster = nil
        var numbers: [Int] = []
        if let stream { numbers = await Self.all(of: stream) }
        #expect(numbers == [1])
    }

    @Test("merges signals that nobody has read")
    func merges() async {
        let hub = SignalHub()
        let stream = hub.makeStream()
        for _ in 1...9 { hub.send() }
        hub.close()
        var count = 0
        for await _ in stream { count += 1 }
        #expect(count == 1)
    }

    private static func all(of stream: AsyncStream<Int>) async -> [Int] {
        var numbers: [Int] = []
        for await number in stream { numbers.append(number) }
        return numbers
    }
}
