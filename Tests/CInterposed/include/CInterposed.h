#pragma once

#include <stddef.h>

/// The calls that a test can see and disturb: those of its own thread only, and on Linux only.
enum interposed_call {
    interposed_pread,
    interposed_pwrite,
    interposed_fdatasync,
    interposed_fsync
};

/// Forgets what was asked for and counted.
void interposed_begin(void);

/// How often this thread has made a call, the failed ones too.
int interposed_count(enum interposed_call call);

/// Lets the next calls fail, and do nothing.
void interposed_fail(enum interposed_call call, int error_number, int times);

/// Lets calls read or write no more bytes at a time.
void interposed_shorten(enum interposed_call call, size_t size);
