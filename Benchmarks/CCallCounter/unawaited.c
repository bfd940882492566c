#define _GNU_SOURCE
#include "CUnawaitedWrite.h"

#include <errno.h>

#ifdef __linux__
#include "counters.h"

#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/fs.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int unawaited_begin(struct unawaited_write *write, const char *path) {
    memset(write, 0, sizeof *write);
    write->descriptor = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
    if (write->descriptor < 0) return -1;
    if (syscall(SYS_io_setup, 1, &write->context) == 0) return 0;
    int cause = errno;
    close(write->descriptor);
    errno = cause;
    return -1;
}

int unawaited_finish(struct unawaited_write *write) {
    if (write->size_under_way == 0) return 0;
    struct io_event event;
    long count;
    do {
        count = syscall(SYS_io_getevents, write->context, 1, 1, &event, NULL);
    } while (count < 0 && errno == EINTR);
    if (count != 1) return -1;
    size_t size = write->size_under_way;
    write->size_under_way = 0;
    if (event.res == (int64_t)size) return 0;
    errno = event.res < 0 ? (int)-event.res : EIO;
    return -1;
}

int unawaited_submit(struct unawaited_write *write, const void *buffer, size_t size, long offset) {
    if (unawaited_finish(write) != 0) return -1;
    struct iocb call = {
        .aio_lio_opcode = IOCB_CMD_PWRITE,
        .aio_fildes = (uint32_t)write->descriptor,
        .aio_buf = (uint64_t)(uintptr_t)buffer,
        .aio_nbytes = size,
        .aio_offset = offset,
        .aio_rw_flags = RWF_DSYNC,
    };
    struct iocb *calls[] = {&call};
    if (syscall(SYS_io_submit, write->context, 1, calls) != 1) return -1;
    write->size_under_way = size;
    count_synced_write(size);
    return 0;
}

void unawaited_end(struct unawaited_write *write) {
    // It waits, and who wanted to know the outcome has asked before.
    syscall(SYS_io_destroy, write->context);
    close(write->descriptor);
}
#else
int unawaited_begin(struct unawaited_write *write, const char *path) {
    (void)write;
    (void)path;
    errno = ENOSYS;
    return -1;
}

int unawaited_submit(struct unawaited_write *write, const void *buffer, size_t size, long offset) {
    (void)write;
    (void)buffer;
    (void)size;
    (void)offset;
    errno = ENOSYS;
    return -1;
}

int unawaited_finish(struct unawaited_write *write) {
    (void)write;
    errno = ENOSYS;
    return -1;
}

void unawaited_end(struct unawaited_write *write) { (void)write; }
#endif
