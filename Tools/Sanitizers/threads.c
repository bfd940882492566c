// What Swift's runtime does not tell the thread sanitizer: loaded before a program that was built
// with it (LD_PRELOAD), see Tools/check. For Linux and Swift 6.
//
// Without it, each lock that two threads ever waited for, and each continuation that was resumed
// before its task came to wait, is reported as a race.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));
SWIFT void *swift_task_getCurrent(void) __attribute__((weak));

typedef SWIFT void (*lock_function)(uint32_t thread, SELF void *mutex);
typedef SWIFT void (*unlock_function)(SELF void *mutex);
typedef SWIFT void (*resume_function)(void *task);

static lock_function real_lock;
static unlock_function real_unlock;
static resume_function real_resume;

__attribute__((constructor)) static void find_real_functions(void) {
    real_lock = (lock_function)dlsym(RTLD_NEXT, LOCK_SLOW);
    real_unlock = (unlock_function)dlsym(RTLD_NEXT, UNLOCK_SLOW);
    real_resume = (resume_function)dlsym(RTLD_NEXT, "swift_continuation_resume");
}

// The fast path of a Mutex is compiled into the program, and seen. The slow one is in a library
// that was not built for the sanitizer.

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) __asm__(LOCK_SLOW);
SWIFT void lock_slow(uint32_t thread, SELF void *mutex) {
    real_lock(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF void *mutex) __asm__(UNLOCK_SLOW);
SWIFT void unlock_slow(SELF void *mutex) {
    if (__tsan_release) __tsan_release(mutex);
    real_unlock(mutex);
}

// The runtime tells of a continuation that wakes its task, not of one that is resumed before the
// task waits. So another thread that resumes waits until the task does. Places by the compiler's
// types swift.async_task and swift.continuation_context (IRGenModule.cpp).

enum { resume_context = 64, await_synchronization = 24, pending = 0 };

SWIFT void swift_continuation_resume(void *task) {
    if (__tsan_release && swift_task_getCurrent && swift_task_getCurrent() != task) {
        char *context = *(char **)((char *)task + resume_context);
        uintptr_t *status = (uintptr_t *)(context + await_synchronization);
        while (__atomic_load_n(status, __ATOMIC_ACQUIRE) == pending) sched_yield();
    }
    real_resume(task);
}
