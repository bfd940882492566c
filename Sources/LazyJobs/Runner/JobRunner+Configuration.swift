extension JobRunner {
    /// What may be chosen of a runner.
    public struct Configuration: Sendable {
        /// How many jobs run at once, from 1 to ``JobLimits/batchCountMax``.
        public var workers: Int
        /// How long the runner goes without asking the store when nothing wakes it.
        ///
        /// Only a safety net, at least a millisecond: what is enqueued, freed or due wakes the
        /// runner at once.
        public var pollInterval: Duration
        /// The queues to work; `nil` means all.
        public var queues: [String]?
        /// How many jobs of a queue may run at once in the whole store; queues not named are free.
        public var queueLimits: [String: Int]
        /// Whether the runner closes the store when it ends.
        public var closesBackend: Bool
        /// How long ``JobRunner/stop(gracePeriod:)`` lets jobs run on before it cancels them.
        public var gracePeriod: Duration
        /// How long a job whose task was cancelled may take to return.
        ///
        /// What takes longer is recorded without it and *abandoned*: the worker is free again,
        /// and the task is left to itself. See ``JobRunner/Activity/abandoned``.
        ///
        /// A runner that stops has twice as long to record what it cancelled, should the store
        /// have passing faults. With zero the next such fault ends the runner: what is not
        /// recorded stays *running* until the store is closed, or opened again as after a crash.
        public var cancellationGracePeriod: Duration
        /// The name of the worker in records and histories; 1 to ``JobLimits/nameSizeMax`` bytes.
        public var worker: String
        /// How arguments are encoded, and first choice to decode them.
        public var coder: any PayloadCoder
        /// Further coders whose payloads may be in the store.
        public var decoders: [any PayloadCoder]
        /// Who is told what happens; see ``JobObserver``.
        public var observers: [any JobObserver]

        /// Chooses what is given; the rest is as in Go's `lazyjobs`.
        public init(
            workers: Int = 1,
            pollInterval: Duration = .milliseconds(500),
            queues: [String]? = nil,
            queueLimits: [String: Int] = [:],
            closesBackend: Bool = true,
            gracePeriod: Duration = .seconds(30),
            cancellationGracePeriod: Duration = .seconds(5),
            worker: String = "runner",
            coder: any PayloadCoder = JSONPayloadCoder(),
            decoders: [any PayloadCoder] = [JSONPayloadCoder()],
            observers: [any JobObserver] = []
        ) {
            self.workers = workers
            self.pollInterval = pollInterval
            self.queues = queues
            self.queueLimits = queueLimits
            self.closesBackend = closesBackend
            self.gracePeriod = gracePeriod
            self.cancellationGracePeriod = cancellationGracePeriod
            self.worker = worker
            self.coder = coder
            self.decoders = decoders
            self.observers = observers
        }
    }
}

extension JobRunner.Configuration {
    /// Throws what is wrong with the values, so that no claim has to.
    func validate() throws(JobRunnerError) {
        try require(
            (1...JobLimits.batchCountMax).contains(workers),
            "workers is \(workers); choose from 1 to \(JobLimits.batchCountMax)"
        )
        try require(
            pollInterval >= .milliseconds(1),
            "pollInterval is \(pollInterval); choose at least a millisecond"
        )
        try require(gracePeriod >= .zero, "gracePeriod is negative; choose zero or more")
        try require(
            cancellationGracePeriod >= .zero,
            "cancellationGracePeriod is negative; choose zero or more"
        )
        try require(
            (1...JobLimits.nameSizeMax).contains(worker.utf8.count),
            "worker is empty or longer than \(JobLimits.nameSizeMax) bytes; choose another name"
        )
        try require(queues?.isEmpty != true, "queues is empty; name one, or use nil for all")
        for queue in (queues ?? []) + queueLimits.keys {
            try require(
                (1...JobLimits.queueSizeMax).contains(queue.utf8.count),
                "a queue's name is empty or longer than \(JobLimits.queueSizeMax) bytes"
            )
        }
        for (queue, limit) in queueLimits {
            try require(limit >= 0, "the limit of queue \"\(queue)\" is negative; use zero or more")
        }
    }

    private func require(_ condition: Bool, _ reason: String) throws(JobRunnerError) {
        guard !condition else { return }
        throw JobRunnerError(.invalidConfiguration, "Could not make a runner: \(reason).")
    }
}
