/* bus_server.c - see bus_server.h. A server that does not answer within TIMEOUT_MS is down; the figures stay
   as they were. */
#include "webhook-svc/edge/bus_server.h"

#include <curl/curl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/buf.h"
#include "shared/io/metrics.h"

#define TIMEOUT_MS 500L
#define ANSWER_MAX ((size_t)4 << 20)
#define URL_SIZE   1280

struct figure {
    const char *page, *member, *name, *help;
    bool is_counter;
};
static const struct figure figures[] = {
    {"/varz", "connections", "paybus_nats_connections", "Connections of clients to nats-server.", false},
    {"/varz", "mem", "paybus_nats_memory_bytes", "Resident memory of nats-server.", false},
    {"/varz", "slow_consumers", "paybus_nats_slow_consumers_total",
     "Connections that nats-server closed because they did not take what they were sent.", true},
    {"/varz", "in_msgs", "paybus_nats_received_messages_total", "Messages that nats-server was sent.", true},
    {"/varz", "out_msgs", "paybus_nats_sent_messages_total", "Messages that nats-server sent on.", true},
    {"/jsz?consumers=true&config=true", "storage", "paybus_nats_storage_bytes", "What JetStream has on disk.",
     false},
};
#define FIGURES (sizeof figures / sizeof figures[0])

/* Of each consumer of each stream. */
static const struct figure consumer_figures[] = {
    {NULL, "num_pending", "paybus_nats_consumer_pending", "Messages that wait for the consumer.", false},
    {NULL, "num_ack_pending", "paybus_nats_consumer_unacknowledged",
     "Messages in hand or waiting for their next attempt.", false},
    {NULL, "num_redelivered", "paybus_nats_consumer_redelivered", "Of those, how many came more than once.",
     false},
};
#define CONSUMER_FIGURES (sizeof consumer_figures / sizeof consumer_figures[0])

static const char *base;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* one asks at a time */
static struct metric *up, *series[FIGURES];

static size_t keep(char *data, size_t size, size_t count, void *answer)
{
    buf_add(answer, data, size * count);
    return buf_status(answer) == STATUS_OK ? size * count : 0;
}

/* NULL: no answer, or none that is JSON. The caller owns it. Numbers as reals: 2^64 - 1 stands for no limit,
   which is no integer of jansson's. */
static json_t *ask(const char *page)
{
    char url[URL_SIZE];
    struct buf answer CLEANUP(buf_free);
    json_t *json = NULL;
    buf_init(&answer, ANSWER_MAX);
    (void)snprintf(url, sizeof url, "%s%s", base, page);
    CURL *curl = curl_easy_init();
    if (curl == NULL)
        return NULL;
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    (void)curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    if (curl_easy_perform(curl) == CURLE_OK)
        json = json_loadb(answer.data, answer.len, JSON_DECODE_INT_AS_REAL, NULL);
    curl_easy_cleanup(curl);
    return json;
}

/* A server that was started again counts from 0. */
static void count_up_to(size_t figure, int64_t value)
{
    static int64_t seen[FIGURES];
    int64_t before = value < seen[figure] ? 0 : seen[figure];
    metric_add(series[figure], value - before);
    seen[figure] = value;
}

static void take_figures(const json_t *page, const char *name)
{
    for (size_t i = 0; i < FIGURES; i++) {
        if (strcmp(figures[i].page, name) != 0)
            continue;
        int64_t value = (int64_t)json_number_value(json_object_get(page, figures[i].member));
        if (figures[i].is_counter)
            count_up_to(i, value);
        else
            metric_set(series[i], value);
    }
}

static void take_consumer(const json_t *consumer)
{
    char labels[160];
    (void)snprintf(labels, sizeof labels, "stream=\"%s\",consumer=\"%s\"",
                   json_string_value(json_object_get(consumer, "stream_name")),
                   json_string_value(json_object_get(consumer, "name")));
    for (size_t i = 0; i < CONSUMER_FIGURES; i++) {
        const struct figure *f = &consumer_figures[i];
        metric_set(metrics_gauge(f->name, f->help, labels),
                   (int64_t)json_number_value(json_object_get(consumer, f->member)));
    }
}

/* Only durable ones, which the services make: others have names of chance. */
static bool is_ours(const json_t *consumer)
{
    const json_t *config = json_object_get(consumer, "config");
    const char *stream = json_string_value(json_object_get(consumer, "stream_name"));
    return json_is_string(json_object_get(config, "durable_name")) && stream != NULL &&
           strncmp(stream, "PAY_", strlen("PAY_")) == 0;
}

static void take_consumers(json_t *page)
{
    size_t a, s, c;
    json_t *account, *stream, *consumer;
    json_array_foreach(json_object_get(page, "account_details"), a, account)
    {
        json_array_foreach(json_object_get(account, "stream_detail"), s, stream)
        {
            json_array_foreach(json_object_get(stream, "consumer_detail"), c, consumer)
            {
                if (is_ours(consumer))
                    take_consumer(consumer);
            }
        }
    }
}

static void collect(void *context)
{
    static const char *const pages[] = {"/varz", "/jsz?consumers=true&config=true"};
    bool answered = true;
    (void)context;
    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0] && answered; i++) {
        json_t *page = ask(pages[i]);
        answered = page != NULL;
        if (answered) {
            take_figures(page, pages[i]);
            take_consumers(page);
        }
        json_decref(page);
    }
    metric_set(up, answered);
    (void)pthread_mutex_unlock(&lock);
}

void bus_server_watch(const char *url)
{
    if (url[0] == '\0')
        return;
    base = url;
    up = metrics_gauge("paybus_nats_up", "1 while nats-server's monitoring port answers.", "");
    for (size_t i = 0; i < FIGURES; i++)
        series[i] = figures[i].is_counter ? metrics_counter(figures[i].name, figures[i].help, "")
                                          : metrics_gauge(figures[i].name, figures[i].help, "");
    metrics_on_collect(collect, NULL);
}
