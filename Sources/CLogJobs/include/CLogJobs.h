#ifndef CLOGJOBS_H
#define CLOGJOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// CRC32C (Castagnoli). `crc` is the checksum of the bytes before, 0 at first.

// The fastest way this processor has.
uint32_t clogjobs_crc32c(uint32_t crc, const void *bytes, size_t count);

// By tables, eight bytes a step; for processors without the instruction, and to check it.
uint32_t clogjobs_crc32c_table(uint32_t crc, const void *bytes, size_t count);

// Whether clogjobs_crc32c uses an instruction of the processor.
bool clogjobs_crc32c_is_hardware(void);

#endif
