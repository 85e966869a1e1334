/* relay.c - see relay.h. The thread takes the lead (a lock of its database session) and then gives each feed
   its turns: one that cannot go on, because its stream is full, say, keeps no other from it. */
#include "ledger-svc/edge/relay.h"

#include <stdlib.h>

#include "ledger-svc/edge/attempt.h"
#include "ledger-svc/edge/ledger_metrics.h"
#include "ledger-svc/edge/relay_feed.h"
#include "ledger-svc/edge/streams.h"
#include "ledger-svc/store/due_holds.h"
#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "shared/io/monitor.h"
#include "shared/io/service.h"

#define WAKE_SUBJECT  "pay.wake.relay"
#define WAKE_FOR_WORK "work"           /* says who wrote work and nothing else */
#define LEAD_US       INT64_C(500000)  /* between two tries to take it */
#define SHOW_US       INT64_C(1000000) /* who leads must not look stopped */
#define LOOK_US       INT64_C(5000000)
#define STOP_CHECK_US INT64_C(200000)
#define US_PER_S      INT64_C(1000000)
#define NS_PER_US     1000

struct relay {
    pthread_t thread;
    bool has_thread;
    struct attempt attempt; /* for its connection alone */
    struct bus *bus;
    natsSubscription *wake;
    struct monitor monitor; /* guards what follows; signalled with it */
    bool woken, has_work, reconnected;

    const struct ledger_config *config;
    bool leads;
    int64_t shown_us;
    int64_t looked_us;     /* at the first of the streams */
    enum stream_name look; /* which is the next */
    struct relay_feed *feeds[RELAY_TABLES];
};

void relay_wake(struct bus *bus)
{
    enum status s = bus_publish(bus, WAKE_SUBJECT, NULL, NULL, "", 0);
    (void)s; /* the relay looks by itself, a little later */
}

static void set_flag(struct relay *r, bool *flag)
{
    monitor_lock(&r->monitor);
    *flag = true;
    monitor_signal(&r->monitor);
    monitor_unlock(&r->monitor);
}

static void on_wake(natsConnection *connection, natsSubscription *subscription, natsMsg *message,
                    void *context)
{
    struct relay *r = context;
    (void)connection;
    (void)subscription;
    struct str whom = {natsMsg_GetData(message), (size_t)natsMsg_GetDataLength(message)};
    bool is_work = str_eq_c(whom, WAKE_FOR_WORK);
    bus_discard(r->bus, message);
    set_flag(r, is_work ? &r->has_work : &r->woken);
}

static void on_reconnect(void *context)
{
    struct relay *r = context;
    set_flag(r, &r->reconnected);
}

/* Until then, or until the bus is back or, for who leads, somebody committed. */
static void rest(struct relay *r, int64_t until_us)
{
    int64_t now_us = clock_monotonic_us();
    monitor_lock(&r->monitor);
    while (!service_is_stopping() && !r->reconnected && !(r->leads && (r->woken || r->has_work)) &&
           now_us < until_us) {
        int64_t look_us = now_us + STOP_CHECK_US;
        (void)monitor_wait(&r->monitor, until_us < look_us ? until_us : look_us);
        now_us = clock_monotonic_us();
    }
    bool woken = r->woken, has_work = r->has_work, reconnected = r->reconnected;
    r->woken = r->has_work = r->reconnected = false;
    monitor_unlock(&r->monitor);
    for (size_t i = 0; i < RELAY_TABLES; i++) {
        if (woken)
            relay_feed_wake(r->feeds[i], RELAY_MAY_HAVE);
        if (reconnected)
            relay_feed_doubt(r->feeds[i]);
    }
    if (has_work)
        relay_feed_wake(r->feeds[RELAY_WORK], RELAY_HAS);
}

static void set_leads(struct relay *r, bool leads)
{
    if (leads && !r->leads) {
        log_event(LOG_INFO, "relay_lead_taken");
        for (size_t i = 0; i < RELAY_TABLES; i++)
            relay_feed_begin(r->feeds[i]);
    }
    r->leads = leads;
    metric_set(ledger_metrics.relay_leads, leads);
}

static enum status take_lead(struct relay *r, bool *ret_is_mine)
{
    struct db *db = r->attempt.store.db;
    enum status s = store_take_lead(db, STORE_JOB_RELAY, ret_is_mine);
    if (s == STATUS_OK)
        return s;
    log_event(LOG_WARN, "relay_failed", log_str("at", "take_lead"), log_str("status", status_name(s)),
              log_str("sqlstate", db_sqlstate(db)), log_str("error", db_error(db)));
    attempt_disconnect(&r->attempt);
    return s;
}

/* Leadership is the session's: it is gone with the connection. */
static bool is_leading(struct relay *r)
{
    bool is_mine = r->leads;
    if (r->attempt.store.db != NULL && !db_is_usable(r->attempt.store.db))
        attempt_disconnect(&r->attempt);
    if (r->attempt.store.db == NULL)
        is_mine = false;
    set_leads(r, is_mine);
    if (!is_mine && attempt_connect(&r->attempt) == STATUS_OK && take_lead(r, &is_mine) == STATUS_OK)
        set_leads(r, is_mine);
    return r->leads;
}

/* A session that is silent for long counts as stopped, and would lose the lead. One that is gone has lost it:
   another must not take its place unseen. */
static void show_life(struct relay *r)
{
    struct db *db = r->attempt.store.db;
    if (db == NULL || !db_is_usable(db) || clock_monotonic_us() - r->shown_us < SHOW_US)
        return;
    r->shown_us = clock_monotonic_us();
    attempt_idle(&r->attempt);
}

static void tell_stream(enum stream_name name, const struct stream_spec *spec,
                        const struct stream_state *state)
{
    int64_t age_us = state->oldest_ns > 0 ? clock_unix_us() - state->oldest_ns / NS_PER_US : 0;
    metric_set(ledger_metrics.streams[name].messages, state->messages);
    metric_set(ledger_metrics.streams[name].bytes, state->bytes);
    metric_set(ledger_metrics.streams[name].limit_bytes, spec->max_bytes);
    metric_set(ledger_metrics.streams[name].oldest_seconds, age_us / US_PER_S);
}

/* The streams are seen to, also those that nothing is published into: one that was deleted is there again
   before anybody misses it. One after another, each for itself: one that cannot be made keeps no other from
   it, and who waits for a slow nats-server shows life in between. */
static void look_at_a_stream(struct relay *r)
{
    struct stream_state state;
    enum stream_name name = r->look;
    bool is_due = name > 0 || clock_monotonic_us() - r->looked_us >= LOOK_US;
    if (!is_due || !bus_is_connected(r->bus))
        return;
    if (name == 0)
        r->looked_us = clock_monotonic_us();
    r->look = (name + 1) % STREAM_COUNT;
    struct stream_spec spec = stream_spec_of(name, r->config);
    if (stream_ensure(r->bus, &spec, &state) != STATUS_OK)
        return;
    tell_stream(name, &spec, &state);
    for (size_t i = 0; i < RELAY_TABLES; i++)
        relay_feed_compare(r->feeds[i], name, &state);
}

/* A turn for each feed that is due. Returns when the next one is. */
static int64_t give_turns(struct relay *r)
{
    int64_t next_us = INT64_MAX;
    for (size_t i = 0; i < RELAY_TABLES; i++) {
        struct db *db = r->attempt.store.db;
        bool is_due = relay_feed_due_us(r->feeds[i]) <= clock_monotonic_us();
        if (is_due && db != NULL && db_is_usable(db)) {
            relay_feed_turn(r->feeds[i], db);
            show_life(r);
        }
        if (relay_feed_due_us(r->feeds[i]) < next_us)
            next_us = relay_feed_due_us(r->feeds[i]);
    }
    return next_us;
}

static void *relay_main(void *context)
{
    struct relay *r = context;
    while (!service_is_stopping()) {
        int64_t due_us = clock_monotonic_us() + LEAD_US;
        bool leads = is_leading(r);
        for (size_t i = 0; i < RELAY_TABLES; i++)
            relay_feed_tell_lag(r->feeds[i], leads);
        if (leads) {
            show_life(r);
            look_at_a_stream(r);
            show_life(r);
            due_us = give_turns(r);
        }
        rest(r, due_us);
    }
    for (size_t i = 0; r->leads && i < RELAY_TABLES; i++)
        relay_feed_keep(r->feeds[i], r->attempt.store.db);
    nats_ReleaseThreadMemory();
    return NULL;
}

void relay_free(struct relay *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < RELAY_TABLES; i++)
        relay_feed_close(r->feeds[i]);
    natsSubscription_Destroy(r->wake);
    attempt_close(&r->attempt);
    monitor_destroy(&r->monitor);
    free(r);
}

static enum status listen(struct relay *r)
{
    enum status s = bus_listen(r->bus, on_reconnect, r);
    if (s == STATUS_OK &&
        natsConnection_Subscribe(&r->wake, bus_raw(r->bus), WAKE_SUBJECT, on_wake, r) != NATS_OK)
        s = STATUS_FAILED;
    return s;
}

enum status relay_start(const struct ledger_config *config, struct bus *bus, struct relay **ret_relay)
{
    struct relay *r = calloc(1, sizeof *r);
    if (r == NULL)
        return STATUS_NO_MEMORY;
    *ret_relay = r;
    r->bus = bus;
    r->config = config;
    monitor_init(&r->monitor);
    enum status s = attempt_open(&r->attempt, config->database_url, config->key_retention_hours);
    for (size_t i = 0; s == STATUS_OK && i < RELAY_TABLES; i++)
        s = relay_feed_open(config, bus, (enum relay_table)i, &r->feeds[i]);
    if (s == STATUS_OK)
        s = listen(r);
    if (s == STATUS_OK && pthread_create(&r->thread, NULL, relay_main, r) != 0)
        s = STATUS_FAILED;
    r->has_thread = s == STATUS_OK;
    return s;
}

void relay_join(struct relay *r)
{
    if (r == NULL)
        return;
    if (r->has_thread)
        (void)pthread_join(r->thread, NULL);
    bus_unlisten(r->bus, on_reconnect, r);
    for (size_t i = 0; i < RELAY_TABLES; i++)
        relay_feed_stop(r->feeds[i]);
}
