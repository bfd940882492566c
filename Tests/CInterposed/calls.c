// What a program defines stands before what the C library does (man 8 ld.so), so the calls of the
// code under test come here on their way to the kernel.
#include "CInterposed.h"

struct disturbance {
    int count;
    int error_number;
    int failure_count;
    size_t size_max;
};

static _Thread_local struct disturbance calls[4];

void interposed_begin(void) {
    for (int call = 0; call < 4; call++) calls[call] = (struct disturbance){0};
}

int interposed_count(enum interposed_call call) { return calls[call].count; }

void interposed_fail(enum interposed_call call, int error_number, int times) {
    calls[call].error_number = error_number;
    calls[call].failure_count = times;
}

void interposed_shorten(enum interposed_call call, size_t size) { calls[call].size_max = size; }

#ifdef __linux__
#include <errno.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(struct disturbance *call) {
    call->count++;
    if (call->failure_count == 0) return 0;
    call->failure_count--;
    errno = call->error_number;
    return 1;
}

static size_t shortened(const struct disturbance *call, size_t size) {
    return call->size_max > 0 && call->size_max < size ? call->size_max : size;
}

ssize_t pread(int descriptor, void *bytes, size_t size, off_t offset) {
    struct disturbance *call = &calls[interposed_pread];
    if (fails(call)) return -1;
    return syscall(SYS_pread64, descriptor, bytes, shortened(call, size), offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset) {
    struct disturbance *call = &calls[interposed_pwrite];
    if (fails(call)) return -1;
    return syscall(SYS_pwrite64, descriptor, bytes, shortened(call, size), offset);
}

int fdatasync(int descriptor) {
    if (fails(&calls[interposed_fdatasync])) return -1;
    return (int)syscall(SYS_fdatasync, descriptor);
}

int fsync(int descriptor) {
    if (fails(&calls[interposed_fsync])) return -1;
    return (int)syscall(SYS_fsync, descriptor);
}
#endif
