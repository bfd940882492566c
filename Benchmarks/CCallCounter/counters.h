#pragma once

#include <stddef.h>

/// Counts a write that is durable when it ends.
void count_synced_write(size_t size);
