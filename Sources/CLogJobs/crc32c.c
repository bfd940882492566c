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

// The instruction takes three cycles, and another can begin in each: three lanes side by side.
enum { lane = 256 };

// past_lane[k][b]: what byte k of a checksum contributes, if it is b, behind another lane.
static uint32_t past_lane[4][256];

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
    for (int bit = 0; bit < 32; bit++) {
        uint32_t crc = (uint32_t)1 << bit;
        for (int zero = 0; zero < lane; zero++) crc = (crc >> 8) ^ table[0][crc & 0xFF];
        for (int byte = 0; byte < 256; byte++) {
            if (byte >> (bit % 8) & 1) past_lane[bit / 8][byte] ^= crc;
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
#define WITH_INSTRUCTION __attribute__((target("sse4.2")))
#define STEP_WORD(crc, word) _mm_crc32_u64(crc, word)
#define STEP_BYTE(crc, byte) _mm_crc32_u8((uint32_t)(crc), byte)
#elif defined(__aarch64__)
#define WITH_INSTRUCTION __attribute__((target("crc")))
#define STEP_WORD(crc, word) __crc32cd((uint32_t)(crc), word)
#define STEP_BYTE(crc, byte) __crc32cb((uint32_t)(crc), byte)
#endif

#ifdef WITH_INSTRUCTION
static uint64_t word_at(const uint8_t *place) {
    uint64_t word;
    memcpy(&word, place, sizeof word);
    return word;
}

static uint32_t behind_lane(uint64_t crc) {
    return past_lane[0][crc & 0xFF] ^ past_lane[1][crc >> 8 & 0xFF]
        ^ past_lane[2][crc >> 16 & 0xFF] ^ past_lane[3][crc >> 24 & 0xFF];
}

WITH_INSTRUCTION
static uint32_t crc32c_instruction(uint32_t start, const uint8_t *next, size_t count) {
    uint64_t crc = ~start;
    for (; count >= 3 * lane; count -= 3 * lane, next += 3 * lane) {
        uint64_t second = 0;
        uint64_t third = 0;
        for (int place = 0; place < lane; place += 8) {
            crc = STEP_WORD(crc, word_at(next + place));
            second = STEP_WORD(second, word_at(next + lane + place));
            third = STEP_WORD(third, word_at(next + 2 * lane + place));
        }
        crc = behind_lane(behind_lane(crc) ^ second) ^ third;
    }
    for (; count >= 8; count -= 8, next += 8) crc = STEP_WORD(crc, word_at(next));
    for (; count > 0; count--, next++) crc = STEP_BYTE(crc, *next);
    return ~(uint32_t)crc;
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
