import LogJobs
import Testing

/// The vectors of NIST's examples for FIPS 180-4, and what `sha256sum` says of longer inputs.
@Suite struct SHA256Tests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func knownDigests(text: String, digest: String) {
        var sha = SHA256()
        sha.add(Array(text.utf8))
        #expect(sha.digest().description == digest)
    }

    @Test func millionLetters() {
        var sha = SHA256()
        for _ in 0..<1000 { sha.add([UInt8](repeating: 0x61, count: 1000)) }
        let digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(sha.digest().description == digest)
    }

    @Test func piecesDoNotMatter() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }
        for count in 0...bytes.count {
            var (whole, pieces) = (SHA256(), SHA256())
            whole.add(Array(bytes[..<count]))
            for start in stride(from: 0, to: count, by: 13) {
                pieces.add(Array(bytes[start..<min(start + 13, count)]))
            }
            #expect(whole.digest() == pieces.digest())
        }
    }
}
