#ifdef __linux__
#define _GNU_SOURCE
#endif

#include "CLogJobs.h"

#include <errno.h>
#include <fcntl.h>

int clogjobs_punch(int descriptor, int64_t offset, int64_t length) {
#ifdef __linux__
    return fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
#else
    (void)descriptor, (void)offset, (void)length;
    errno = EOPNOTSUPP;
    return -1;
#endif
}
