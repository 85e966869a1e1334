/* micro.c - see micro.h. Three subscriptions: to all services, to those of this name, to this very one; the
   verb is a token of each. */
#include "shared/io/micro.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/core/micro_text.h"
#include "shared/io/log.h"

#define ID_BYTES     11
#define ANSWER_MAX   ((size_t)64 << 10)
#define SUBJECT_SIZE 128
#define PREFIX       "$SRV."

enum scope { ALL_SERVICES, THIS_NAME, THIS_INSTANCE, SCOPES };

struct micro {
    struct bus *bus;
    struct micro_options options;
    char id[2 * ID_BYTES + 1];
    int64_t started_us;
    natsSubscription *subscriptions[SCOPES];
};

void micro_count(struct micro_counts *counts, const char *error)
{
    atomic_fetch_add_explicit(&counts->requests, 1, memory_order_relaxed);
    if (error == NULL)
        return;
    atomic_fetch_add_explicit(&counts->errors, 1, memory_order_relaxed);
    atomic_store_explicit(&counts->last_error, error, memory_order_relaxed);
}

void micro_count_time(struct micro_counts *counts, int64_t microseconds)
{
    atomic_fetch_add_explicit(&counts->processing_ns, microseconds * 1000, memory_order_relaxed);
}

static struct micro_stats read_counts(struct micro_counts *counts)
{
    const char *error = atomic_load(&counts->last_error);
    return (struct micro_stats){.requests = atomic_load(&counts->requests),
                                .errors = atomic_load(&counts->errors),
                                .processing_ns = atomic_load(&counts->processing_ns),
                                .last_error = error != NULL ? error : ""};
}

/* Which verb a subject has: "$SRV.PING.ledger-svc" is PING. NULL: none that the protocol knows. */
typedef void write_answer(const struct micro_text *t, struct buf *out);
static write_answer *find_verb(const char *subject)
{
    static const struct {
        const char *verb;
        write_answer *write;
    } verbs[] = {{"PING", micro_write_ping}, {"INFO", micro_write_info}, {"STATS", micro_write_stats}};
    assert(strncmp(subject, PREFIX, strlen(PREFIX)) == 0);
    const char *verb = subject + strlen(PREFIX);
    size_t len = strcspn(verb, ".");
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strlen(verbs[i].verb) == len && memcmp(verbs[i].verb, verb, len) == 0)
            return verbs[i].write;
    return NULL;
}

static void answer(struct micro *m, write_answer *write, const char *to)
{
    struct micro_endpoint_text endpoints[MICRO_ENDPOINTS_MAX];
    for (size_t i = 0; i < m->options.endpoint_count; i++) {
        const struct micro_endpoint *e = &m->options.endpoints[i];
        endpoints[i] =
            (struct micro_endpoint_text){e->name, e->subject, e->queue_group, read_counts(e->counts)};
    }
    const struct micro_text text = {.name = m->options.name,
                                    .id = m->id,
                                    .version = PAYBUS_VERSION,
                                    .description = m->options.description,
                                    .started_us = m->started_us,
                                    .endpoints = endpoints,
                                    .endpoint_count = m->options.endpoint_count};
    CLEANUP(buf_free) struct buf body = {0};
    buf_init(&body, ANSWER_MAX);
    write(&text, &body);
    if (buf_status(&body) == STATUS_OK &&
        bus_publish(m->bus, to, NULL, NULL, body.data, (int)body.len) == STATUS_OK)
        return;
    log_event(LOG_WARN, "service_answer_not_sent", log_str("to", to));
}

static void on_request(natsConnection *connection, natsSubscription *subscription, natsMsg *msg,
                       void *context)
{
    (void)connection, (void)subscription;
    write_answer *write = find_verb(natsMsg_GetSubject(msg));
    const char *to = natsMsg_GetReply(msg);
    if (write != NULL && bus_is_inbox(to))
        answer(context, write, to);
    natsMsg_Destroy(msg);
}

enum status micro_open(struct bus *bus, const struct micro_options *options, struct micro **ret_micro)
{
    assert(options->endpoint_count <= MICRO_ENDPOINTS_MAX);
    struct micro *m = calloc(1, sizeof *m);
    if (m == NULL)
        return STATUS_NO_MEMORY;
    *m = (struct micro){.bus = bus, .options = *options, .started_us = clock_unix_us()};
    unsigned char random[ID_BYTES];
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2hex(m->id, sizeof m->id, random, sizeof random);
    char subjects[SCOPES][SUBJECT_SIZE];
    (void)snprintf(subjects[ALL_SERVICES], SUBJECT_SIZE, PREFIX "*");
    (void)snprintf(subjects[THIS_NAME], SUBJECT_SIZE, PREFIX "*.%s", options->name);
    (void)snprintf(subjects[THIS_INSTANCE], SUBJECT_SIZE, PREFIX "*.%s.%s", options->name, m->id);
    *ret_micro = m; /* its owner closes it after the bus, whatever happens here */
    for (size_t i = 0; i < SCOPES; i++) {
        natsStatus s =
            natsConnection_Subscribe(&m->subscriptions[i], bus_raw(bus), subjects[i], on_request, m);
        if (s != NATS_OK)
            return STATUS_UNAVAILABLE;
    }
    return STATUS_OK;
}

void micro_close(struct micro *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; i < SCOPES; i++)
        natsSubscription_Destroy(m->subscriptions[i]);
    free(m);
}
