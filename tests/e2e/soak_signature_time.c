/* soak_signature_time.c - how long a signature is compared tells nothing about where it is wrong: Welch's t
   of a million comparisons, half of them wrong in the first character and half in the last, as dudect does it
   ("dude, is my code constant time?", Reparaz, Balasch and Verbauwhede, 2017). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <sodium.h>

#include "shared/core/webhook_signature.h"

#define TRIES     1000000
#define CALIBRATE 10000 /* the slowest tenth of these, and what is slower later, was interrupted */
#define T_MAX     5
#define TIMES     3
#define NOW_S     INT64_C(1614265330)
#define ID        STR_LIT("msg_p5jXN8AQM9LWM0D4loKWxJek")
#define BODY      STR_LIT("{}")
#define LONG      4096

struct moments {
    double count, mean, squares; /* of the differences from the mean */
};
static struct webhook_secret secret;
static char wrong[2][WEBHOOK_SIGNATURE_SIZE]; /* in the first character, in the last */
static unsigned char kept[LONG], guess[2][LONG];

static void add(struct moments *m, double x)
{
    double difference = x - m->mean;
    m->count++;
    m->mean += difference / m->count;
    m->squares += difference * (x - m->mean);
}

static double welch_t(const struct moments *a, const struct moments *b)
{
    double variance = a->squares / (a->count - 1) / a->count + b->squares / (b->count - 1) / b->count;
    return (a->mean - b->mean) / sqrt(variance);
}

static void verify(int place)
{
    const struct webhook_headers headers = {
        .id = ID, .timestamp = STR_LIT("1614265330"), .signature = str_of(wrong[place])};
    assert_int_equal(webhook_verify(&secret, 1, &headers, BODY, NOW_S), WEBHOOK_FORGED);
}

/* What must not be done: it ends at the first difference. */
static void compare_until_wrong(int place)
{
    volatile const unsigned char *a = kept, *b = guess[place];
    int i = 0;
    while (i < LONG && a[i] == b[i])
        i++;
    assert_in_range(i, 0, LONG - 1);
}

static int64_t time_ns(void (*run)(int place), int place)
{
    struct timespec begin, end;
    (void)clock_gettime(CLOCK_MONOTONIC, &begin);
    run(place);
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    return (end.tv_sec - begin.tv_sec) * INT64_C(1000000000) + end.tv_nsec - begin.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double measure(void (*run)(int place), int tries)
{
    static int64_t first_ns[CALIBRATE];
    struct moments places[2] = {{.count = 0}};
    for (int i = 0; i < CALIBRATE; i++)
        first_ns[i] = time_ns(run, i & 1);
    qsort(first_ns, CALIBRATE, sizeof first_ns[0], by_value);
    int64_t longest_ns = first_ns[CALIBRATE * 9 / 10];
    for (int i = 0; i < tries; i++) {
        int place = (int)randombytes_uniform(2);
        int64_t ns = time_ns(run, place);
        if (ns <= longest_ns)
            add(&places[place], (double)ns);
    }
    double t = welch_t(&places[0], &places[1]);
    print_message("  t %.2f; %.1f and %.1f ns; %.0f of %d counted\n", t, places[0].mean, places[1].mean,
                  places[0].count + places[1].count, tries);
    return fabs(t);
}

/* What tells does so each time; what else the machine does, does not. */
static void time_tells_nothing(void **state)
{
    (void)state;
    bool is_silent = false;
    for (int i = 0; i < TIMES && !is_silent; i++)
        is_silent = measure(verify, TRIES) < T_MAX;
    assert_true(is_silent);
}

static void the_measure_sees_what_tells(void **state)
{
    (void)state;
    assert_true(measure(compare_until_wrong, TRIES / 10) > T_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_measure_sees_what_tells),
        cmocka_unit_test(time_tells_nothing),
    };
    if (sodium_init() < 0 ||
        webhook_secret_parse(STR_LIT("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &secret) != STATUS_OK)
        return 1;
    for (int place = 0; place < 2; place++)
        webhook_sign(&secret, ID, NOW_S, BODY, wrong[place]);
    wrong[0][3] = wrong[0][3] == 'A' ? 'B' : 'A';   /* behind "v1," */
    wrong[1][45] = wrong[1][45] == 'A' ? 'B' : 'A'; /* before the padding */
    guess[0][0] = 1;
    guess[1][LONG - 1] = 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
