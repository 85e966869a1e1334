/* bus_events.c - what nats.c reports on its own: connections come and go, late errors; and who wants to know.
 */
#include "shared/io/bus_internal.h"
#include "shared/io/log.h"
#include "shared/io/service.h"

enum status bus_status(natsStatus s)
{
    switch ((int)s) { /* of some fifty values these are the ones a publish can give */
    case NATS_OK:
        return STATUS_OK;
    case NATS_CONNECTION_CLOSED:
    case NATS_CONNECTION_DISCONNECTED:
    case NATS_NOT_YET_CONNECTED:
    case NATS_INSUFFICIENT_BUFFER:
    case NATS_DRAINING:
        return STATUS_UNAVAILABLE;
    case NATS_IO_ERROR: /* while writing: some or all of it may have left */
    case NATS_TIMEOUT:
        return STATUS_UNKNOWN;
    case NATS_NO_MEMORY:
        return STATUS_NO_MEMORY;
    case NATS_INVALID_SUBJECT:
    case NATS_INVALID_ARG:
    case NATS_MAX_PAYLOAD:
        return STATUS_INVALID;
    default:
        return STATUS_FAILED;
    }
}

enum status bus_listen(struct bus *bus, void (*on_reconnect)(void *context), void *context)
{
    enum status s = STATUS_FULL;
    monitor_lock(&bus->monitor);
    if (bus->listener_count < BUS_LISTENERS_MAX) {
        bus->listeners[bus->listener_count++] = (struct bus_listener){on_reconnect, context};
        s = STATUS_OK;
    }
    monitor_unlock(&bus->monitor);
    return s;
}

void bus_unlisten(struct bus *bus, void (*on_reconnect)(void *context), void *context)
{
    monitor_lock(&bus->monitor);
    for (int i = 0; i < bus->listener_count; i++) {
        struct bus_listener *l = &bus->listeners[i];
        if (l->on_reconnect == on_reconnect && l->context == context)
            *l = bus->listeners[--bus->listener_count];
    }
    monitor_unlock(&bus->monitor);
}

/* Called under the lock, so that bus_unlisten can promise that nothing comes after it: listeners must be
   brief and leave the bus's monitor alone. */
static void tell_connected(struct bus *bus)
{
    monitor_lock(&bus->monitor);
    monitor_broadcast(&bus->monitor);
    for (int i = 0; i < bus->listener_count; i++)
        bus->listeners[i].on_reconnect(bus->listeners[i].context);
    monitor_unlock(&bus->monitor);
}

static void log_server(natsConnection *connection, enum log_level level, const char *event)
{
    char url[256] = "";
    (void)natsConnection_GetConnectedUrl(connection, url, sizeof(url));
    log_event(level, event, log_str("server", url));
}

void bus_on_connected(natsConnection *connection, void *bus)
{
    struct bus *b = bus;
    metric_set(b->connected, 1);
    log_server(connection, LOG_INFO, "bus_connected");
    tell_connected(b);
}

void bus_on_reconnected(natsConnection *connection, void *bus)
{
    struct bus *b = bus;
    atomic_fetch_add(&b->reconnects, 1);
    metric_add(b->reconnects_series, 1);
    metric_set(b->connected, 1);
    log_server(connection, LOG_INFO, "bus_reconnected");
    tell_connected(b);
}

void bus_on_disconnected(natsConnection *connection, void *bus)
{
    const struct bus *b = bus;
    metric_set(b->connected, 0);
    const char *reason = NULL;
    (void)natsConnection_GetLastError(connection, &reason);
    log_event(LOG_WARN, "bus_disconnected", log_str("reason", reason ? reason : ""));
}

void bus_on_closed(natsConnection *connection, void *bus)
{
    struct bus *b = bus;
    monitor_lock(&b->monitor);
    bool wanted = b->closing;
    b->closed = true;
    monitor_broadcast(&b->monitor);
    monitor_unlock(&b->monitor);
    if (wanted)
        return;
    const char *reason = NULL;
    (void)natsConnection_GetLastError(connection, &reason);
    log_event(LOG_ERROR, "bus_closed", log_str("reason", reason ? reason : ""));
    service_request_stop();
}

/* 1, 10, 100, ...: a flood of errors must not become a flood of lines. */
static bool worth_a_line(int64_t count)
{
    while (count % 10 == 0)
        count /= 10;
    return count == 1;
}

void bus_on_error(natsConnection *connection, natsSubscription *subscription, natsStatus error, void *bus)
{
    struct bus *b = bus;
    int64_t count = atomic_fetch_add(&b->errors, 1) + 1;
    if (!worth_a_line(count))
        return;
    const char *text = NULL;
    (void)natsConnection_GetLastError(connection, &text);
    log_event(LOG_ERROR, "bus_error", log_str("kind", natsStatus_GetText(error)),
              log_str("reason", text ? text : ""),
              log_str("subject", subscription ? natsSubscription_GetSubject(subscription) : ""),
              log_int("errors_total", count));
}

int64_t bus_reconnects_total(const struct bus *bus)
{
    return atomic_load(&bus->reconnects);
}

/* Our own count comes from a callback, which may be late. */
int64_t bus_connection(const struct bus *bus)
{
    natsStatistics *statistics = NULL;
    uint64_t reconnects = 0;
    if (natsStatistics_Create(&statistics) != NATS_OK)
        return -1;
    natsStatus s = natsConnection_GetStats(bus->connection, statistics);
    if (s == NATS_OK)
        s = natsStatistics_GetCounts(statistics, NULL, NULL, NULL, NULL, &reconnects);
    natsStatistics_Destroy(statistics);
    return s == NATS_OK ? (int64_t)reconnects : -1;
}

int64_t bus_errors_total(const struct bus *bus)
{
    return atomic_load(&bus->errors);
}
