import LazyJobs

extension BackendConformance {
    static let clockJumps: [Check] = [
        Check("a job that is due stays due when the clock goes backwards") { trial in
            let id = try await trial.enqueue(.sample()).id
            trial.clock.set(now: trial.time(-3600))
            try expect(try await trial.claimOne().record.id, is: id, "claimed job")
        },
        Check("a job that came due stays due when the clock goes backwards") { trial in
            let id = try await trial.enqueue(.sample(runAt: trial.time(10))).id
            trial.clock.advance(by: .seconds(10))
            // The claim sees that the job is due, and takes another.
            let other = try await trial.enqueue(.sample(priority: 1)).id
            try expect(try await trial.claimOne().record.id, is: other, "claimed job")
            trial.clock.set(now: trial.time(0))
            try expect(try await trial.claimOne().record.id, is: id, "claimed job")
        },
        Check("an interrupted job is offered again though the clock went backwards") { trial in
            let claimed = try await trial.run()
            trial.clock.set(now: trial.time(-3600))
            try await trial.finish(claimed, .interrupted(reason: "stop"))
            try expect(try await trial.claimOne().record.id, is: claimed.record.id, "claimed job")
        },
        Check("a rescued job is offered again though the clock went backwards") { trial in
            let claimed = try await trial.run()
            trial.clock.set(now: trial.time(-3600))
            try await trial.crashAndReopen()
            try expect(try await trial.claimOne().record.id, is: claimed.record.id, "claimed job")
        },
        Check("events stay in order when the clock goes backwards", needs: .history) { trial in
            let claimed = try await trial.run()
            trial.clock.set(now: trial.time(-3600))
            try await trial.finish(claimed, .succeeded())
            let events = try await trial.backend.history(of: claimed.record.id)
            let transitions = events.compactMap(\.transition)
            try expect(transitions.map(\.version), is: [0, 1, 2], "versions")
            try expect(
                transitions.map(\.previous),
                is: [nil, events[0].sequence, events[1].sequence],
                "pointers back"
            )
            guard case .succeeded(_, let duration) = transitions[2].change else {
                throw ExpectationFailure(message: "\(transitions[2])", line: #line)
            }
            try expect(duration >= .zero, "the duration is \(duration)")
        },
        Check("nothing is lost when the clock goes backwards between two opens") { trial in
            let ids = try await trial.enqueue([.sample(), .sample()]).map(\.id)
            trial.clock.set(now: trial.time(-86_400))
            try await trial.closeAndReopen()
            let new = try await trial.enqueue(.sample())
            try expect(new.id > ids[1], "ids must grow")
            try await trial.crashAndReopen()
            let listed = try await trial.backend.list(JobQuery()).map(\.id)
            try expect(Set(listed), is: Set(ids + [new.id]), "jobs")
            trial.clock.set(now: trial.time(0))
            try expect(try await trial.claim().count, is: 3, "claimed jobs")
        },
        Check("a year forwards and back again loses nothing, and ends no lease") { trial in
            let claimed = try await trial.run()
            let later = try await trial.enqueue(.sample(runAt: trial.time(3600))).id
            trial.clock.set(now: trial.time(365 * 86_400))
            try expect(try await trial.claimOne().record.id, is: later, "claimed job")
            let id = try await trial.enqueue(.sample()).id
            trial.clock.set(now: trial.time(-3600))
            try await trial.finish(claimed, .succeeded())
            try await trial.crashAndReopen()
            try expect(try await trial.backend.stats().total, is: 3, "jobs")
            try expect(try await trial.claim().map(\.record.id).sorted(), is: [later, id], "jobs")
        },
        Check("a jump forwards makes jobs due") { trial in
            let id = try await trial.enqueue(.sample(runAt: trial.time(86_400))).id
            trial.clock.set(now: trial.time(86_400))
            try expect(try await trial.claimOne().record.id, is: id, "claimed job")
        },
    ]
}
