/* The registry is one per process, so each test uses names of its own and looks for them in the exposition.
 */
#include "shared/io/metrics.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/io/log.h"

static char *exposition(void)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    metrics_write(&b);
    assert_int_equal(buf_status(&b), STATUS_OK);
    return b.data;
}

static void assert_has(const char *wanted)
{
    char *text = exposition();
    if (strstr(text, wanted) == NULL)
        fail_msg("wanted %s\nin %s", wanted, text);
    free(text);
}

static void test_counter_and_gauge(void **state)
{
    (void)state;
    struct metric *counter = metrics_counter("paybus_things_total", "Things counted.", "");
    struct metric *gauge = metrics_gauge("paybus_present", "Things present.", "kind=\"x\"");
    metric_add(counter, 3);
    metric_add(counter, 0);
    metric_set(gauge, -7);
    metric_add(gauge, 2);
    assert_int_equal(metric_value(counter), 3);
    assert_int_equal(metric_value(gauge), -5);
    assert_has("# HELP paybus_things_total Things counted.\n# TYPE paybus_things_total "
               "counter\npaybus_things_total 3\n");
    assert_has("# HELP paybus_present Things present.\n# TYPE paybus_present "
               "gauge\npaybus_present{kind=\"x\"} -5\n");
}

static void test_families_stay_together(void **state)
{
    (void)state;
    struct metric *first = metrics_counter("paybus_answers_total", "C.", "code=\"200\"");
    (void)metrics_counter("paybus_between_total", "D.", "");
    struct metric *second = metrics_counter("paybus_answers_total", "C.", "code=\"500\"");
    assert_ptr_not_equal(first, second);
    assert_ptr_equal(first, metrics_counter("paybus_answers_total", "C.", "code=\"200\""));
    assert_ptr_equal(second, metrics_counter("paybus_answers_total", "C.", "code=\"500\""));
    assert_has("# TYPE paybus_answers_total counter\npaybus_answers_total{code=\"200\"} "
               "0\npaybus_answers_total{code=\"500\"} "
               "0\n# HELP");
}

static void test_histogram_in_seconds(void **state)
{
    static const double bounds[] = {0.0005, 0.01, 1, 10};
    (void)state;
    struct metric *m = metrics_histogram("paybus_wait_seconds", "E.", "route=\"/x\"", bounds, 4);
    static const int64_t observed_us[] = {0, 500, 501, 1000000, 1000001, 20000000};
    for (size_t i = 0; i < sizeof observed_us / sizeof observed_us[0]; i++)
        metric_observe_us(m, observed_us[i]);
    assert_int_equal(metric_value(m), 6);
    assert_has("# TYPE paybus_wait_seconds histogram\n"
               "paybus_wait_seconds_bucket{route=\"/x\",le=\"0.0005\"} 2\n"
               "paybus_wait_seconds_bucket{route=\"/x\",le=\"0.01\"} 3\n"
               "paybus_wait_seconds_bucket{route=\"/x\",le=\"1\"} 4\n"
               "paybus_wait_seconds_bucket{route=\"/x\",le=\"10\"} 5\n"
               "paybus_wait_seconds_bucket{route=\"/x\",le=\"+Inf\"} 6\n"
               "paybus_wait_seconds_sum{route=\"/x\"} 22.001002\n"
               "paybus_wait_seconds_count{route=\"/x\"} 6\n");
}

static void test_histogram_in_units(void **state)
{
    static const double bounds[] = {1, 16, 256};
    (void)state;
    struct metric *m = metrics_histogram("paybus_batch_commands", "F.", "", bounds, 3);
    metric_observe(m, 16);
    metric_observe(m, 17);
    metric_observe(m, INT64_MAX / 2);
    assert_has("paybus_batch_commands_bucket{le=\"1\"} 0\n"
               "paybus_batch_commands_bucket{le=\"16\"} 1\n"
               "paybus_batch_commands_bucket{le=\"256\"} 2\n"
               "paybus_batch_commands_bucket{le=\"+Inf\"} 3\n"
               "paybus_batch_commands_sum 4611686018427387936\n"
               "paybus_batch_commands_count 3\n");
}

static void collect(void *context)
{
    metric_add(context, 1);
}

static void test_collectors_run_before(void **state)
{
    (void)state;
    struct metric *m = metrics_gauge("paybus_refreshed", "G.", "");
    metrics_on_collect(collect, m);
    assert_has("paybus_refreshed 1\n");
    assert_has("paybus_refreshed 2\n");
}

static void test_log_lines_by_level(void **state)
{
    char line[64];
    (void)state;
    log_event(LOG_WARN, "one_more");
    (void)snprintf(line, sizeof line, "paybus_log_lines_total{level=\"warn\"} %lld\n",
                   (long long)log_lines_total(LOG_WARN));
    assert_has(line);
    assert_true(log_lines_total(LOG_WARN) >= 1);
}

static void test_process_figures(void **state)
{
    static const char *const names[] = {
        "process_cpu_seconds_total", "process_resident_memory_bytes",
        "process_open_fds",          "process_max_fds",
        "process_threads",           "process_start_time_seconds",
        "paybus_log_dropped_total",
    };
    (void)state;
    char *text = exposition();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char line[80];
        double value = -1;
        (void)snprintf(line, sizeof line, "\n%s ", names[i]);
        const char *at = strstr(text, line);
        if (at == NULL || sscanf(at + strlen(line), "%lf", &value) != 1 || value < 0)
            fail_msg("%s: %f", names[i], value);
    }
    assert_non_null(strstr(text, "paybus_build_info{service=\"paybus\",version=\""));
    assert_non_null(strstr(text, ",commit=\"unknown\"} 1\n"));
    assert_int_equal(text[strlen(text) - 1], '\n');
    free(text);
}

#define THREADS 4
#define ROUNDS  2000

static void *use(void *unused)
{
    (void)unused;
    struct metric *counter = metrics_counter("paybus_rounds_total", "H.", "");
    struct metric *histogram = metrics_histogram("paybus_round_seconds", "I.", "", METRICS_SECONDS_BOUNDS,
                                                 METRICS_SECONDS_BOUNDS_COUNT);
    for (int i = 0; i < ROUNDS; i++) {
        metric_add(counter, 1);
        metric_observe_us(histogram, i);
        if (i % 500 == 0)
            free(exposition());
    }
    return NULL;
}

static void test_threads(void **state)
{
    pthread_t threads[THREADS];
    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    assert_int_equal(metric_value(metrics_counter("paybus_rounds_total", "H.", "")), THREADS * ROUNDS);
    assert_has("paybus_round_seconds_count 8000\n");
    assert_has("paybus_round_seconds_sum 7.996\n");
}

/* --print shows the exposition afterwards, for other checkers to read. */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counter_and_gauge),     cmocka_unit_test(test_families_stay_together),
        cmocka_unit_test(test_histogram_in_seconds),  cmocka_unit_test(test_histogram_in_units),
        cmocka_unit_test(test_collectors_run_before), cmocka_unit_test(test_log_lines_by_level),
        cmocka_unit_test(test_process_figures),       cmocka_unit_test(test_threads),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (argc == 2 && strcmp(argv[1], "--print") == 0) {
        char *text = exposition();
        (void)fputs(text, stdout);
        free(text);
    }
    return failed;
}
