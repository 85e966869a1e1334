/* crash_point.c - reads PAYBUS_CRASH_POINT once and counts the passes of the point that it names. */
#include "shared/io/crash_point.h"

#if PAYBUS_CRASH_POINTS

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/parse.h"

static struct str armed_name; /* empty: nothing is armed */
static int64_t armed_pass;
static int armed_signal = SIGKILL;
static atomic_int_fast64_t passes;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* A test that misspells its crash point must fail there, not pass because nothing happened. */
static void arm(void)
{
    const char *name = getenv("PAYBUS_CRASH_POINT");
    if (name == NULL || *name == '\0')
        return;
    const char *count = strchr(name, ':');
    if (count == NULL)
        abort();
    const char *mode = strchr(++count, ':');
    const size_t count_len = mode == NULL ? strlen(count) : (size_t)(mode - count);
    if (parse_int64((struct str){count, count_len}, 1, INT64_MAX, &armed_pass) != STATUS_OK)
        abort();
    if (mode != NULL && strcmp(mode, ":stop") != 0)
        abort();
    if (mode != NULL)
        armed_signal = SIGSTOP;
    armed_name = (struct str){name, (size_t)(count - name) - 1};
}

void crash_point(const char *name)
{
    (void)pthread_once(&once, arm);
    if (armed_name.len == 0 || !str_eq_c(armed_name, name))
        return;
    if (atomic_fetch_add(&passes, 1) + 1 == armed_pass)
        (void)raise(armed_signal);
}

#endif
