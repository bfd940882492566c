import Testing

@testable import LogJobs

@Suite("The turnstile")
struct TurnstileTests {
    @Test("asks who is in to leave until the last closer has given up")
    func severalClosers() {
        let turnstile = Turnstile()
        turnstile.beginClosing()
        turnstile.beginClosing()
        turnstile.endClosing()
        #expect(turnstile.isClosing)
        turnstile.endClosing()
        #expect(!turnstile.isClosing)
    }
}
