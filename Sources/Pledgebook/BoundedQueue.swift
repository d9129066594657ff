import Glibc

/// Hands values from one thread to another, a few at a time, so that neither runs far ahead.
final class BoundedQueue<Element>: @unchecked Sendable {
    // Everything below is touched only with `mutex` held.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var elements: [Element] = []
    private var isFinished = false
    private var isAbandoned = false
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Waits for room, then adds.
    ///
    /// `false`: the taker has gone; stop.
    func put(_ element: consuming Element) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while elements.count >= capacity, !isAbandoned { pthread_cond_wait(changed, mutex) }
        guard !isAbandoned else { return false }
        elements.append(element)
        pthread_cond_broadcast(changed)
        return true
    }

    /// Nothing more will be put.
    func finish() {
        pthread_mutex_lock(mutex)
        isFinished = true
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
    }

    /// Nothing more will be taken.
    func abandon() {
        pthread_mutex_lock(mutex)
        isAbandoned = true
        elements.removeAll()
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
    }

    /// The next element; `nil` when there will be none.
    func take() -> Element? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while elements.isEmpty, !isFinished { pthread_cond_wait(changed, mutex) }
        guard !elements.isEmpty else { return nil }
        let element = elements.removeFirst()
        pthread_cond_broadcast(changed)
        return element
    }
}

/// A thread that runs one closure and can be waited for.
struct Worker: ~Copyable {
    private var thread = pthread_t()

    private final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    /// Starts at once.
    init(_ body: @escaping @Sendable () -> Void) throws {
        let work = Unmanaged.passRetained(Work(body))
        let code = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw SessionError.noThread
        }
    }

    /// Waits until the closure has returned.
    consuming func join() {
        pthread_join(thread, nil)
    }

    /// Lets the thread end by itself: something else tells when it has done its work.
    consuming func detach() {
        pthread_detach(thread)
    }
}
