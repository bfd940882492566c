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

// SHA-256 of bytes that come in pieces: begin, add any number of times, end.
typedef struct {
    uint32_t state[8];
    uint64_t count;
    uint8_t block[64];
} clogjobs_sha256;

void clogjobs_sha256_begin(clogjobs_sha256 *sha);
void clogjobs_sha256_add(clogjobs_sha256 *sha, const void *bytes, size_t count);
void clogjobs_sha256_end(clogjobs_sha256 *sha, uint8_t digest[32]);

// Gives back the blocks of a part of a file, which reads as zeros then; its size stays. Sets errno
// and returns -1 where that cannot be done. (Swift does not see fallocate.)
int clogjobs_punch(int descriptor, int64_t offset, int64_t length);

// On how many processors this thread may run. (Foundation counts those of the machine.)
int clogjobs_processors(void);

// Does `body` with `argument` on a thread of its own, called by the first 15 bytes of `name`, which
// ends with it. Returns 0, or why there is no thread (an errno).
int clogjobs_thread(const char *name, void (*body)(void *argument), void *argument);

// Tells the processor that a loop waits for another thread.
static inline void clogjobs_relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
