/* relay.c - see relay.h. The thread takes the lead (a lock of its database session) and then gives each feed
   its turns. */
#include "ledger-svc/edge/relay.h"

#include <stdlib.h>

#include "ledger-svc/edge/attempt.h"
#include "ledger-svc/edge/ledger_metrics.h"
#include "ledger-svc/edge/relay_feed.h"
#include "ledger-svc/store/due_holds.h"
#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "shared/io/monitor.h"
#include "shared/io/service.h"

#define WAKE_SUBJECT  "pay.wake.relay"
#define LEAD_US       INT64_C(500000)  /* between two tries to take it */
#define SHOW_US       INT64_C(1000000) /* who leads must not look stopped */
#define STOP_CHECK_US INT64_C(200000)

struct relay {
    pthread_t thread;
    bool has_thread;
    struct attempt attempt; /* for its connection alone */
    struct bus *bus;
    natsSubscription *wake;
    struct monitor monitor; /* guards what follows; signalled with it */
    bool woken, reconnected;

    bool leads;
    int64_t shown_us;
    struct relay_feed *feed;
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
    bus_discard(r->bus, message);
    set_flag(r, &r->woken);
}

static void on_reconnect(void *context)
{
    struct relay *r = context;
    set_flag(r, &r->reconnected);
}

/* Until then, or until the bus is back or, if it may be woken, somebody committed. */
static void rest(struct relay *r, int64_t until_us, bool may_be_woken)
{
    int64_t now_us = clock_monotonic_us();
    monitor_lock(&r->monitor);
    while (!service_is_stopping() && !r->reconnected && !(may_be_woken && r->woken) && now_us < until_us) {
        int64_t look_us = now_us + STOP_CHECK_US;
        (void)monitor_wait(&r->monitor, until_us < look_us ? until_us : look_us);
        now_us = clock_monotonic_us();
    }
    r->woken = false;
    if (r->reconnected)
        relay_feed_doubt(r->feed);
    r->reconnected = false;
    monitor_unlock(&r->monitor);
}

static void set_leads(struct relay *r, bool leads)
{
    if (leads && !r->leads) {
        log_event(LOG_INFO, "relay_lead_taken");
        relay_feed_begin(r->feed);
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
    metric_add(ledger_metrics.relay_failures, 1);
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

/* A session that is silent for long counts as stopped, and would lose the lead. */
static void show_life(struct relay *r)
{
    if (clock_monotonic_us() - r->shown_us < SHOW_US)
        return;
    r->shown_us = clock_monotonic_us();
    attempt_idle(&r->attempt);
}

static void *relay_main(void *context)
{
    struct relay *r = context;
    while (!service_is_stopping()) {
        bool leads = is_leading(r);
        relay_feed_tell_lag(r->feed, leads);
        if (!leads) {
            rest(r, clock_monotonic_us() + LEAD_US, false);
            continue;
        }
        show_life(r);
        if (r->attempt.store.db != NULL)
            relay_feed_turn(r->feed, r->attempt.store.db);
        rest(r, relay_feed_due_us(r->feed), relay_feed_may_be_woken(r->feed));
    }
    if (r->leads)
        relay_feed_keep(r->feed, r->attempt.store.db);
    nats_ReleaseThreadMemory();
    return NULL;
}

void relay_free(struct relay *r)
{
    if (r == NULL)
        return;
    relay_feed_close(r->feed);
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
    monitor_init(&r->monitor);
    enum status s = attempt_open(&r->attempt, config->database_url, config->key_retention_hours);
    if (s == STATUS_OK)
        s = relay_feed_open(config, bus, &r->feed);
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
    relay_feed_stop(r->feed);
}
