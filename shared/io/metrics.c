/* metrics.c - a fixed table of series. A family is the series of one name, linked in order of registration,
   because the exposition format wants them together. Fractions are kept as millionths: no floating point when
   counting. */
#include "shared/io/metrics.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/io/log.h"
#include "shared/io/metrics_internal.h"

#define SERIES_MAX   4096
#define BOUNDS_MAX   32
#define COLLECTS_MAX 16
#define MICRO        INT64_C(1000000)

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };
static const char *const type_names[] = {"counter", "gauge", "histogram"};

struct histogram {
    size_t bound_count;
    int64_t bounds[BOUNDS_MAX]; /* millionths of the metric's unit */
    atomic_int_fast64_t buckets[BOUNDS_MAX + 1];
    atomic_int_fast64_t sum_units, sum_micro;
};
struct metric {
    enum metric_type type;
    const char *name, *help, *labels;
    atomic_int_fast64_t value;   /* counter and gauge */
    struct histogram *histogram; /* histogram */
    struct metric *next_of_name;
    bool first_of_name;
};
struct collect {
    void (*call)(void *context);
    void *context;
};

const double METRICS_SECONDS_BOUNDS[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                         0.1,    0.25,  0.5,    1,     2.5,  5,     10};
const size_t METRICS_SECONDS_BOUNDS_COUNT = sizeof METRICS_SECONDS_BOUNDS / sizeof METRICS_SECONDS_BOUNDS[0];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* registration and exposition; never an update */
static struct metric series[SERIES_MAX];
static size_t series_count;
static struct collect collects[COLLECTS_MAX];
static size_t collect_count;
static const char *built_from = "unknown";

static void *must_have(void *p)
{
    if (p == NULL) {
        log_event(LOG_ERROR, "metrics_out_of_memory");
        abort();
    }
    return p;
}

/* The series if it is there; else *ret_last is the last one of the name, NULL if the name is new. */
static struct metric *find(const char *name, const char *labels, struct metric **ret_last)
{
    *ret_last = NULL;
    for (size_t i = 0; i < series_count; i++) {
        if (!series[i].first_of_name || strcmp(series[i].name, name) != 0)
            continue;
        for (struct metric *m = &series[i]; m != NULL; m = m->next_of_name) {
            if (strcmp(m->labels, labels) == 0)
                return m;
            *ret_last = m;
        }
        break;
    }
    return NULL;
}

static struct metric *add(enum metric_type type, const char *name, const char *help, const char *labels)
{
    if (series_count == SERIES_MAX) {
        log_event(LOG_ERROR, "metrics_table_full", log_str("metric", name));
        abort();
    }
    struct metric *m = &series[series_count++];
    m->type = type;
    m->name = must_have(strdup(name));
    m->help = must_have(strdup(help));
    m->labels = must_have(strdup(labels));
    return m;
}

static struct histogram *make_histogram(const double *bounds, size_t count)
{
    struct histogram *h = must_have(calloc(1, sizeof *h));
    assert(count <= BOUNDS_MAX);
    h->bound_count = count;
    for (size_t i = 0; i < count; i++) {
        h->bounds[i] = (int64_t)(bounds[i] * (double)MICRO + 0.5);
        assert(i == 0 || h->bounds[i] > h->bounds[i - 1]);
    }
    return h;
}

/* Takes over h, which is NULL but for histograms. */
static struct metric *register_series(enum metric_type type, const char *name, const char *help,
                                      const char *labels, struct histogram *h)
{
    struct metric *last;
    (void)pthread_mutex_lock(&lock);
    struct metric *m = find(name, labels, &last);
    assert((m == NULL || m->type == type) && (last == NULL || last->type == type));
    if (m == NULL) {
        m = add(type, name, help, labels);
        m->histogram = h;
        m->first_of_name = last == NULL;
        if (last != NULL)
            last->next_of_name = m;
    } else {
        free(h);
    }
    (void)pthread_mutex_unlock(&lock);
    return m;
}

struct metric *metrics_counter(const char *name, const char *help, const char *labels)
{
    return register_series(METRIC_COUNTER, name, help, labels, NULL);
}

struct metric *metrics_gauge(const char *name, const char *help, const char *labels)
{
    return register_series(METRIC_GAUGE, name, help, labels, NULL);
}

struct metric *metrics_histogram(const char *name, const char *help, const char *labels, const double *bounds,
                                 size_t count)
{
    return register_series(METRIC_HISTOGRAM, name, help, labels, make_histogram(bounds, count));
}

void metrics_on_collect(void (*collect)(void *context), void *context)
{
    (void)pthread_mutex_lock(&lock);
    assert(collect_count < COLLECTS_MAX);
    collects[collect_count++] = (struct collect){collect, context};
    (void)pthread_mutex_unlock(&lock);
}

static void count_up(atomic_int_fast64_t *counter, int64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static int64_t load(const atomic_int_fast64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void metric_add(struct metric *m, int64_t n)
{
    assert(m->type == METRIC_GAUGE || (m->type == METRIC_COUNTER && n >= 0));
    count_up(&m->value, n);
}

void metric_set(struct metric *m, int64_t value)
{
    assert(m->type == METRIC_GAUGE);
    atomic_store_explicit(&m->value, value, memory_order_relaxed);
}

static void count_in_bucket(struct histogram *h, int64_t millionths)
{
    size_t i = 0;
    while (i < h->bound_count && millionths > h->bounds[i])
        i++;
    count_up(&h->buckets[i], 1);
}

void metric_observe_us(struct metric *m, int64_t us)
{
    assert(m->type == METRIC_HISTOGRAM);
    count_in_bucket(m->histogram, us);
    count_up(&m->histogram->sum_micro, us);
}

void metric_observe(struct metric *m, int64_t value)
{
    assert(m->type == METRIC_HISTOGRAM);
    count_in_bucket(m->histogram, value > INT64_MAX / MICRO ? INT64_MAX : value * MICRO);
    count_up(&m->histogram->sum_units, value);
}

int64_t metric_value(const struct metric *m)
{
    if (m->type != METRIC_HISTOGRAM)
        return load(&m->value);
    int64_t count = 0;
    for (size_t i = 0; i <= m->histogram->bound_count; i++)
        count += load(&m->histogram->buckets[i]);
    return count;
}

int64_t metric_sum_us(const struct metric *m)
{
    assert(m->type == METRIC_HISTOGRAM);
    return load(&m->histogram->sum_micro);
}

void metrics_write_header(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_write_decimal(struct buf *out, int64_t whole, int64_t millionths)
{
    char fraction[24];
    int len = snprintf(fraction, sizeof fraction, ".%06d", (int)millionths);
    while (len > 0 && (fraction[len - 1] == '0' || fraction[len - 1] == '.'))
        len--;
    buf_add_int(out, whole);
    buf_add(out, fraction, (size_t)len);
}

static void write_bucket(struct buf *out, const struct metric *m, size_t i, int64_t cumulated)
{
    buf_addf(out, "%s_bucket{%s%sle=\"", m->name, m->labels, m->labels[0] != '\0' ? "," : "");
    if (i < m->histogram->bound_count)
        metrics_write_decimal(out, m->histogram->bounds[i] / MICRO, m->histogram->bounds[i] % MICRO);
    else
        buf_add_str(out, "+Inf");
    buf_add_str(out, "\"} ");
    buf_add_int(out, cumulated);
    buf_add_char(out, '\n');
}

static void write_name(struct buf *out, const struct metric *m, const char *suffix)
{
    buf_add_str(out, m->name);
    buf_add_str(out, suffix);
    if (m->labels[0] != '\0')
        buf_addf(out, "{%s}", m->labels);
    buf_add_char(out, ' ');
}

/* The count is the sum of the buckets as they were read, so that a scrape is consistent in itself. */
static void write_histogram(struct buf *out, const struct metric *m)
{
    const struct histogram *h = m->histogram;
    int64_t cumulated = 0;
    for (size_t i = 0; i <= h->bound_count; i++) {
        cumulated += load(&h->buckets[i]);
        write_bucket(out, m, i, cumulated);
    }
    write_name(out, m, "_sum");
    const int64_t micro = load(&h->sum_micro);
    metrics_write_decimal(out, load(&h->sum_units) + micro / MICRO, micro % MICRO);
    buf_add_char(out, '\n');
    write_name(out, m, "_count");
    buf_add_int(out, cumulated);
    buf_add_char(out, '\n');
}

static void write_family(struct buf *out, const struct metric *first)
{
    metrics_write_header(out, first->name, type_names[first->type], first->help);
    for (const struct metric *m = first; m != NULL; m = m->next_of_name) {
        if (m->type == METRIC_HISTOGRAM) {
            write_histogram(out, m);
            continue;
        }
        write_name(out, m, "");
        buf_add_int(out, load(&m->value));
        buf_add_char(out, '\n');
    }
}

void metrics_set_commit(const char *commit)
{
    built_from = commit;
}

static void write_own(struct buf *out)
{
    metrics_write_header(out, "paybus_build_info", "gauge", "Always 1; the labels say what runs.");
    buf_addf(out, "paybus_build_info{service=\"%s\",version=\"%s\",commit=\"%s\"} 1\n", log_service(),
             PAYBUS_VERSION, built_from);
    metrics_write_header(out, "paybus_log_lines_total", "counter", "Lines of the log, by level.");
    for (enum log_level level = LOG_DEBUG; level <= LOG_ERROR; level++)
        buf_addf(out, "paybus_log_lines_total{level=\"%s\"} %lld\n", log_level_name(level),
                 (long long)log_lines_total(level));
    metrics_write_header(out, "paybus_log_dropped_total", "counter", "Log lines that could not be written.");
    buf_addf(out, "paybus_log_dropped_total %lld\n", (long long)log_dropped_total());
}

/* The collectors run without the lock: they may register. */
static void refresh(void)
{
    struct collect calls[COLLECTS_MAX];
    (void)pthread_mutex_lock(&lock);
    const size_t count = collect_count;
    memcpy(calls, collects, sizeof calls);
    (void)pthread_mutex_unlock(&lock);
    for (size_t i = 0; i < count; i++)
        calls[i].call(calls[i].context);
}

void metrics_write(struct buf *out)
{
    refresh();
    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; i < series_count; i++)
        if (series[i].first_of_name)
            write_family(out, &series[i]);
    (void)pthread_mutex_unlock(&lock);
    write_own(out);
    metrics_write_process(out);
}
