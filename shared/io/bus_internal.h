/* bus_internal.h - what the bus_*.c files share; nobody else includes it. */
#ifndef SHARED_IO_BUS_INTERNAL_H
#define SHARED_IO_BUS_INTERNAL_H

#include <stdatomic.h>

#include "shared/io/bus.h"
#include "shared/io/metrics.h"
#include "shared/io/monitor.h"

#define BUS_INBOX_PREFIX_SIZE 64
#define BUS_LISTENERS_MAX     8

struct bus_listener {
    void (*on_reconnect)(void *context);
    void *context;
};
/* Messages on their way to natsMsg_Destroy. */
#define BUS_BIN_MAX 64
struct bus_bin {
    struct monitor monitor; /* guards what follows */
    int count;
    natsMsg *messages[BUS_BIN_MAX];
};
struct bus {
    natsConnection *connection;
    char inbox_prefix[BUS_INBOX_PREFIX_SIZE];
    _Atomic int64_t reconnects, errors;
    _Atomic bool was_connected; /* at least once */
    /* One of each a process, however many connections. */
    struct metric *connected, *reconnects_series, *connect_failures;
    struct monitor monitor; /* guards what follows; signalled on connect and close */
    bool closing;           /* bus_close was called */
    bool closed;
    int listener_count;
    struct bus_listener listeners[BUS_LISTENERS_MAX];
    struct bus_bin bin;
};

/* bus_events.c: called from nats.c's own thread. */
void bus_on_connected(natsConnection *connection, void *bus);
void bus_on_reconnected(natsConnection *connection, void *bus);
void bus_on_disconnected(natsConnection *connection, void *bus);
void bus_on_closed(natsConnection *connection, void *bus);
void bus_on_error(natsConnection *connection, natsSubscription *subscription, natsStatus error, void *bus);

/* bus_discard.c */
void bus_bin_init(struct bus_bin *bin);
void bus_bin_destroy(struct bus_bin *bin);

/* bus_options.c: the parts that people configure; errors are logged. */
NODISCARD enum status bus_set_servers(natsOptions *options, const char *servers);
NODISCARD enum status bus_set_credentials(natsOptions *options, const char *file);
void bus_options_ptr(natsOptions **options); /* for CLEANUP */

/* What a publish's natsStatus means to us. */
enum status bus_status(natsStatus s);

#endif
