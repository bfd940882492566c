#pragma once

#include "CUnawaitedWrite.h"

/// How many times this process has called fsync or fdatasync, by whatever library.
///
/// Where the system has no `syscall` for them (macOS) it stays zero.
unsigned long counted_syncs(void);

/// How many bytes this process has handed to write, pwrite or pwrite64; zero as the other is.
unsigned long counted_bytes(void);
