#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "CLogJobs.h"

typedef struct {
    char name[16];
    void (*body)(void *argument);
    void *argument;
} beginning;

static void *begin(void *memory) {
    beginning own = *(beginning *)memory;
    free(memory);
#ifdef __APPLE__
    pthread_setname_np(own.name);
#else
    pthread_setname_np(pthread_self(), own.name);
#endif
    own.body(own.argument);
    return NULL;
}

int clogjobs_thread(const char *name, void (*body)(void *argument), void *argument) {
    beginning *own = calloc(1, sizeof *own);
    if (own == NULL) return ENOMEM;
    strncpy(own->name, name, sizeof own->name - 1);
    own->body = body;
    own->argument = argument;
    pthread_t thread;
    int error = pthread_create(&thread, NULL, begin, own);
    if (error != 0) {
        free(own);
        return error;
    }
    // It has the argument from here on, whatever this says; and it cannot be refused.
    pthread_detach(thread);
    return 0;
}
