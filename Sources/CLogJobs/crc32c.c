#include "CLogJobs.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#if defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif
#endif

// The reflected polynomial.
static const uint32_t polynomial = 0x82F63B78;

// table[k][b]: what byte b contributes when k more bytes follow it.
static uint32_t table[8][256];
static bool has_instruction;

static bool detect_instruction(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("sse4.2");
#elif defined(__aarch64__) && defined(__APPLE__)
    return true;
#elif defined(__aarch64__) && defined(__linux__)
    return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
#else
    return false;
#endif
}

// Runs before main, so that no call has to ask whether it is done.
__attribute__((constructor)) static void prepare(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? polynomial : 0);
        table[0][byte] = crc;
    }
    for (int k = 1; k < 8; k++) {
        for (int byte = 0; byte < 256; byte++) {
            uint32_t crc = table[k - 1][byte];
            table[k][byte] = (crc >> 8) ^ table[0][crc & 0xFF];
        }
    }
    has_instruction = detect_instruction();
}

uint32_t clogjobs_crc32c_table(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    crc = ~crc;
    for (; count >= 8; count -= 8, next += 8) {
        crc ^= (uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16
            | (uint32_t)next[3] << 24;
        crc = table[7][crc & 0xFF] ^ table[6][crc >> 8 & 0xFF] ^ table[5][crc >> 16 & 0xFF]
            ^ table[4][crc >> 24] ^ table[3][next[4]] ^ table[2][next[5]] ^ table[1][next[6]]
            ^ table[0][next[7]];
    }
    for (; count > 0; count--, next++) crc = (crc >> 8) ^ table[0][(crc ^ *next) & 0xFF];
    return ~crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2")))
static uint32_t crc32c_instruction(uint32_t crc, const uint8_t *next, size_t count) {
    uint64_t state = ~crc;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, sizeof word);
        state = _mm_crc32_u64(state, word);
    }
    for (; count > 0; count--, next++) state = _mm_crc32_u8((uint32_t)state, *next);
    return ~(uint32_t)state;
}
#elif defined(__aarch64__)
__attribute__((target("crc")))
static uint32_t crc32c_instruction(uint32_t crc, const uint8_t *next, size_t count) {
    crc = ~crc;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, sizeof word);
        crc = __crc32cd(crc, word);
    }
    for (; count > 0; count--, next++) crc = __crc32cb(crc, *next);
    return ~crc;
}
#else
static uint32_t crc32c_instruction(uint32_t crc, const uint8_t *next, size_t count) {
    return clogjobs_crc32c_table(crc, next, count);
}
#endif

uint32_t clogjobs_crc32c(uint32_t crc, const void *bytes, size_t count) {
    if (!has_instruction) return clogjobs_crc32c_table(crc, bytes, count);
    return crc32c_instruction(crc, bytes, count);
}

bool clogjobs_crc32c_is_hardware(void) { return has_instruction; }
