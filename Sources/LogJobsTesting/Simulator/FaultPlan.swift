/// Which calls of a ``SimulatedFileSystem`` do not go well.
///
/// Calls are numbered from 1, from the making of the file system on; the first fault that applies
/// to a call is the one that happens.
package struct FaultPlan: Hashable, Sendable {
    /// One thing that goes wrong.
    package struct Fault: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            /// The machine goes off: this call and all after it throw `isSimulatedCrash`.
            case crash
            /// The call throws this error number.
            case failure(errorNumber: Int32)
        }

        /// What a call has done although it does not return.
        package enum Effect: Hashable, Sendable, CaseIterable {
            /// Nothing; but a failed sync loses what it was for.
            case none
            /// The first half of a write; nothing of any other call.
            case half
            /// All of it: an answer that is lost.
            case whole
        }

        package var kind: Kind
        /// The calls that are counted; `nil` for all.
        package var call: SimulatedCall?
        /// The how-manieth of them it is, from 1.
        package var number: Int
        /// Whether it is also every later one of them.
        package var lasts = false
        package var effect = Effect.none

        /// Whether it strikes the call that is the `number`th of its kind and `total`th of all.
        func applies(to call: SimulatedCall, number: Int, total: Int) -> Bool {
            if let wanted = self.call, wanted != call { return false }
            let count = self.call == nil ? total : number
            return count == self.number || lasts && count > self.number
        }
    }

    package var faults: [Fault]

    package init(_ faults: [Fault] = []) {
        self.faults = faults
    }

    /// All goes well.
    package static let none = Self()

    /// The machine goes off at a call, before it does anything.
    package static func crash(atCall number: Int) -> Self {
        Self([Fault(kind: .crash, number: number)])
    }

    /// The machine goes off at a call, when it has done all but return.
    package static func crash(afterCall number: Int) -> Self {
        Self([Fault(kind: .crash, number: number, effect: .whole)])
    }

    /// A call fails, once or from then on.
    package static func fail(
        call number: Int,
        with errorNumber: Int32,
        lasting: Bool = false,
        effect: Fault.Effect = .none
    ) -> Self {
        let kind = Fault.Kind.failure(errorNumber: errorNumber)
        return Self([Fault(kind: kind, number: number, lasts: lasting, effect: effect)])
    }

    /// The n-th call of a kind fails, once or with all later ones of that kind.
    package static func fail(
        _ call: SimulatedCall,
        number: Int,
        with errorNumber: Int32,
        lasting: Bool = false,
        effect: Fault.Effect = .none
    ) -> Self {
        var plan = fail(
            call: number,
            with: errorNumber,
            lasting: lasting,
            effect: effect
        )
        plan.faults[0].call = call
        return plan
    }

    /// This plan, and another after it.
    package func and(_ other: Self) -> Self {
        Self(faults + other.faults)
    }
}
