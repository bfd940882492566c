#pragma once

#include <stddef.h>

/// A file that is written past the page cache, one durable write at a time, which nobody waits for
/// (man 2 io_submit; RWF_DSYNC of man 2 pwritev2). Linux only.
struct unawaited_write {
    unsigned long context;
    int descriptor;
    /// Zero when none is under way.
    size_t size_under_way;
};

/// Begins with a file that is there, all of whose blocks have been written before.
///
/// Returns 0, or -1 and says in errno why the system or the file system does not do this.
int unawaited_begin(struct unawaited_write *write, const char *path);

/// Hands a write to the kernel when the one before is durable.
///
/// Buffer, size and offset are multiples of 4,096; the buffer is not touched until the next call
/// returns. Returns 0, or -1 and says in errno why the write before or this one failed.
int unawaited_submit(struct unawaited_write *write, const void *buffer, size_t size, long offset);

/// Returns 0 when nothing is under way and the write before is durable, all of it; or -1, and says
/// in errno why it failed.
int unawaited_finish(struct unawaited_write *write);

/// Waits for what is under way, and closes the file.
void unawaited_end(struct unawaited_write *write);
