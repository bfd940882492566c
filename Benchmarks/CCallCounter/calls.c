// Counts the syncs and the written bytes of the whole process: what a program defines stands before
// what the C library does, also for the libraries that it loads (man 8 ld.so, "symbol
// interposition").
//
// What Linux says of a process (/proc/self/io) would not do: it counts whole folios of the page
// cache, which are a megabyte for each sync of a small overwrite in a large file.
#include "CCallCounter.h"
#include "counters.h"

#include <stdatomic.h>

static atomic_ulong syncs;
static atomic_ulong bytes;

unsigned long counted_syncs(void) { return atomic_load(&syncs); }

unsigned long counted_bytes(void) { return atomic_load(&bytes); }

void count_synced_write(size_t size) {
    atomic_fetch_add(&syncs, 1);
    atomic_fetch_add(&bytes, size);
}

#ifdef __linux__
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

int fdatasync(int descriptor) {
    atomic_fetch_add(&syncs, 1);
    return (int)syscall(SYS_fdatasync, descriptor);
}

int fsync(int descriptor) {
    atomic_fetch_add(&syncs, 1);
    return (int)syscall(SYS_fsync, descriptor);
}

static ssize_t counted(ssize_t written) {
    if (written > 0) atomic_fetch_add(&bytes, (unsigned long)written);
    return written;
}

ssize_t write(int descriptor, const void *source, size_t size) {
    return counted(syscall(SYS_write, descriptor, source, size));
}

ssize_t pwrite(int descriptor, const void *source, size_t size, off_t offset) {
    return counted(syscall(SYS_pwrite64, descriptor, source, size, offset));
}

ssize_t pwrite64(int descriptor, const void *source, size_t size, off_t offset) {
    return counted(syscall(SYS_pwrite64, descriptor, source, size, offset));
}
#endif
