/* bus.c - opens, uses and closes the NATS connection. */
#include "shared/io/bus.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/core/parse.h"
#include "shared/io/bus_internal.h"
#include "shared/io/log.h"

#define DEFAULT_CONNECT_TIMEOUT_MS 2000
#define RECONNECT_WAIT_MS          100
#define RECONNECT_JITTER_MS        50
#define PING_INTERVAL_MS           5000
#define PINGS_UNANSWERED_MAX       2
#define WRITE_DEADLINE_MS          1000
#define FLUSH_TIMEOUT_MS           1000
#define CLOSED_WAIT_MS             2000
#define DEFAULT_INBOX_PREFIX       "_INBOX"

/* nats.c calls this before each try, with its number since the connection was lost or not made, and says
   nothing when one fails: the one before did. */
static int64_t before_reconnect(natsConnection *connection, int number, void *context)
{
    const struct bus *bus = context;
    (void)connection;
    if (number > 1)
        metric_add(bus->connect_failures, 1);
    return RECONNECT_WAIT_MS + randombytes_uniform(RECONNECT_JITTER_MS);
}

static natsStatus set_connection_options(struct bus *bus, natsOptions *o, const struct bus_options *options)
{
    int timeout_ms = options->connect_timeout_ms ? options->connect_timeout_ms : DEFAULT_CONNECT_TIMEOUT_MS;
    natsStatus s = natsOptions_SetName(o, options->name);
    if (s == NATS_OK)
        s = natsOptions_SetTimeout(o, timeout_ms);
    if (s == NATS_OK)
        s = natsOptions_SetRetryOnFailedConnect(o, true, bus_on_connected, bus);
    if (s == NATS_OK)
        s = natsOptions_SetMaxReconnect(o, -1);
    if (s == NATS_OK)
        s = natsOptions_SetCustomReconnectDelay(o, before_reconnect, bus);
    /* 0 is "none" in fact, whatever nats.h says: a message published during an outage fails at once and is
       never delivered late. */
    if (s == NATS_OK)
        s = natsOptions_SetReconnectBufSize(o, 0);
    /* Otherwise a server that is stopped but connected blocks the writer, and everybody behind its lock, for
     * ever. */
    if (s == NATS_OK)
        s = natsOptions_SetWriteDeadline(o, WRITE_DEADLINE_MS);
    if (s == NATS_OK)
        s = natsOptions_SetPingInterval(o, PING_INTERVAL_MS);
    if (s == NATS_OK)
        s = natsOptions_SetMaxPingsOut(o, PINGS_UNANSWERED_MAX);
    if (s == NATS_OK)
        s = natsOptions_SetCustomInboxPrefix(o, bus->inbox_prefix);
    return s;
}

static natsStatus set_callbacks(struct bus *bus, natsOptions *o)
{
    natsStatus s = natsOptions_SetErrorHandler(o, bus_on_error, bus);
    if (s == NATS_OK)
        s = natsOptions_SetDisconnectedCB(o, bus_on_disconnected, bus);
    if (s == NATS_OK)
        s = natsOptions_SetReconnectedCB(o, bus_on_reconnected, bus);
    if (s == NATS_OK)
        s = natsOptions_SetClosedCB(o, bus_on_closed, bus);
    return s;
}

static enum status cannot_open(natsStatus s)
{
    log_event(LOG_ERROR, "bus_cannot_open", log_str("reason", natsStatus_GetText(s)));
    return s == NATS_NO_MEMORY ? STATUS_NO_MEMORY : STATUS_INVALID;
}

static enum status connect_bus(struct bus *bus, const struct bus_options *options)
{
    natsOptions *o CLEANUP(bus_options_ptr) = NULL;
    natsStatus s = natsOptions_Create(&o);
    if (s == NATS_OK)
        s = set_connection_options(bus, o, options);
    if (s == NATS_OK)
        s = set_callbacks(bus, o);
    if (s != NATS_OK)
        return cannot_open(s);
    enum status status = bus_set_servers(o, options->servers);
    if (status == STATUS_OK && options->credentials_file)
        status = bus_set_credentials(o, options->credentials_file);
    if (status != STATUS_OK)
        return status;
    s = natsConnection_Connect(&bus->connection, o);
    if (s == NATS_OK)
        metric_set(bus->connected, 1);
    else
        metric_add(bus->connect_failures, 1);
    return s == NATS_OK || s == NATS_NOT_YET_CONNECTED ? STATUS_OK : cannot_open(s);
}

enum status bus_open(const struct bus_options *options, struct bus **ret_bus)
{
    /* By default nats.c's mutexes spin 2,000 times before they sleep: with hundreds of callers on few
       processors a sixth of the time went there. Fails when the library is open already, which is as well. */
    (void)nats_Open(0);
    struct bus *bus = calloc(1, sizeof(*bus));
    if (!bus)
        return STATUS_NO_MEMORY;
    monitor_init(&bus->monitor);
    bus_bin_init(&bus->bin);
    bus->connected = metrics_gauge("paybus_bus_connected", "1 while there is a connection to NATS.", "");
    bus->reconnects_series =
        metrics_counter("paybus_bus_reconnects_total", "Lost connections to NATS that came back.", "");
    bus->connect_failures = metrics_counter("paybus_bus_connect_failures_total",
                                            "Times that no server of NATS could be connected to.", "");
    const char *prefix = options->inbox_prefix ? options->inbox_prefix : DEFAULT_INBOX_PREFIX;
    snprintf(bus->inbox_prefix, sizeof(bus->inbox_prefix), "%s", prefix);
    enum status s = STATUS_OK;
    if (options->on_reconnect)
        s = bus_listen(bus, options->on_reconnect, options->context);
    if (s == STATUS_OK)
        s = connect_bus(bus, options);
    if (s != STATUS_OK) {
        bus_bin_destroy(&bus->bin);
        monitor_destroy(&bus->monitor);
        free(bus);
        return s;
    }
    *ret_bus = bus;
    return STATUS_OK;
}

bool bus_is_connected(const struct bus *bus)
{
    return natsConnection_Status(bus->connection) == NATS_CONN_STATUS_CONNECTED;
}

enum status bus_wait_connected(struct bus *bus, int timeout_ms)
{
    int64_t deadline_us = clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    bool in_time = true;
    monitor_lock(&bus->monitor);
    while (!bus_is_connected(bus) && in_time)
        in_time = monitor_wait(&bus->monitor, deadline_us);
    monitor_unlock(&bus->monitor);
    return in_time ? STATUS_OK : STATUS_TIMEOUT;
}

natsConnection *bus_raw(struct bus *bus)
{
    return bus->connection;
}

static natsStatus publish_with_headers(struct bus *bus, natsMsg *message, const char *const *headers)
{
    natsStatus s = NATS_OK;
    for (const char *const *pair = headers; *pair && s == NATS_OK; pair += 2)
        s = natsMsgHeader_Set(message, pair[0], pair[1]);
    return s == NATS_OK ? natsConnection_PublishMsg(bus->connection, message) : s;
}

/* Before its first connection nats.c would take a message for later; after it, the missing reconnect buffer
   sees to that. Asking nats.c every time would take its connection's mutex once more per message. */
static bool may_publish(struct bus *bus)
{
    if (!atomic_load_explicit(&bus->was_connected, memory_order_relaxed) && bus_is_connected(bus))
        atomic_store_explicit(&bus->was_connected, true, memory_order_relaxed);
    return atomic_load_explicit(&bus->was_connected, memory_order_relaxed);
}

enum status bus_publish(struct bus *bus, const char *subject, const char *reply, const char *const *headers,
                        const void *data, int len)
{
    if (!may_publish(bus))
        return STATUS_UNAVAILABLE;
    natsStatus s;
    if (headers && headers[0]) {
        natsMsg *message = NULL;
        s = natsMsg_Create(&message, subject, reply, data, len);
        if (s == NATS_OK)
            s = publish_with_headers(bus, message, headers);
        natsMsg_Destroy(message);
    } else if (reply) {
        s = natsConnection_PublishRequest(bus->connection, subject, reply, data, len);
    } else {
        s = natsConnection_Publish(bus->connection, subject, data, len);
    }
    return bus_status(s);
}

void bus_flush(struct bus *bus)
{
    /* A failure is a lost connection: the reconnect tells those who care. */
    (void)natsConnection_FlushTimeout(bus->connection, FLUSH_TIMEOUT_MS);
}

void bus_new_inbox(const struct bus *bus, char ret_inbox[BUS_INBOX_SIZE])
{
    uint8_t random[16];
    char hex[2 * sizeof(random) + 1];
    randombytes_buf(random, sizeof(random));
    format_hex(random, sizeof(random), hex);
    snprintf(ret_inbox, BUS_INBOX_SIZE, "%s.%s", bus->inbox_prefix, hex);
}

const char *bus_trace_id(natsMsg *message, char ret_id[TRACE_ID_SIZE])
{
    const char *traceparent = NULL;
    if (natsMsgHeader_Get(message, TRACEPARENT_HEADER, &traceparent) != NATS_OK)
        traceparent = "";
    return trace_id_of(str_of(traceparent), ret_id);
}

bool bus_is_inbox(const char *subject)
{
    static const char start[] = "_INBOX";
    return subject != NULL && strncmp(subject, start, sizeof start - 1) == 0;
}

/* Drain and close are asynchronous: the closed callback is the last that uses the bus. */
static bool wait_closed(struct bus *bus, int timeout_ms)
{
    int64_t deadline_us = clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    monitor_lock(&bus->monitor);
    while (!bus->closed && monitor_wait(&bus->monitor, deadline_us))
        ;
    bool closed = bus->closed;
    monitor_unlock(&bus->monitor);
    return closed;
}

void bus_close(struct bus *bus, int timeout_ms)
{
    if (!bus)
        return;
    monitor_lock(&bus->monitor);
    bus->closing = true;
    monitor_unlock(&bus->monitor);
    bool draining =
        bus_is_connected(bus) && natsConnection_DrainTimeout(bus->connection, timeout_ms) == NATS_OK;
    /* The drain ends by itself at its timeout, and tells about it before the connection is closed: closing it
       from here at the same moment would let that come after the bus is gone. */
    if (!draining || !wait_closed(bus, timeout_ms + CLOSED_WAIT_MS))
        natsConnection_Close(bus->connection);
    bool closed = wait_closed(bus, CLOSED_WAIT_MS);
    natsConnection_Destroy(bus->connection);
    if (!closed)
        return; /* a callback may still come: better leaked than used after free */
    bus_bin_destroy(&bus->bin);
    monitor_destroy(&bus->monitor);
    free(bus);
}
