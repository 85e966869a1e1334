/* bus.h - the NATS connection: servers list, endless reconnect with jitter, no reconnect buffer (nothing is
   delivered late), ping every 5 s, errors logged once. Over nats.c 3.4.1, whose traps are listed in
   docs/ARCHITECTURE.md. */
#ifndef SHARED_IO_BUS_H
#define SHARED_IO_BUS_H

#include <nats/nats.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/core/status.h"
#include "shared/core/trace.h"

struct bus_options {
    const char *servers;                 /* "nats://h:p,nats://h2:p" */
    const char *credentials_file;        /* one line "user:password", mode 0600; NULL for none */
    const char *name;                    /* connection name, e.g. "ledger-svc" */
    const char *inbox_prefix;            /* "_INBOX_ingress"; NULL for the default */
    int connect_timeout_ms;              /* 0: 2000 */
    void (*on_reconnect)(void *context); /* as bus_listen; may be NULL */
    void *context;
};
struct bus;

/* Connects, in the background and for ever if the first try fails (bus_is_connected tells); never waits
   longer than connect_timeout_ms. STATUS_INVALID: servers or credentials are unusable, logged. Strings are
   copied. A server that refuses the credentials twice ends the connection for good, whatever the settings
   (nats.c): that is logged and asks the service to stop, so that its supervisor starts it with what is in the
   file then. */
NODISCARD enum status bus_open(const struct bus_options *options, struct bus **ret_bus);
bool bus_is_connected(const struct bus *bus);
/* Waits for the first connection. */
NODISCARD enum status bus_wait_connected(struct bus *bus, int timeout_ms);
natsConnection *bus_raw(struct bus *bus);
/* STATUS_OK: in the connection's buffer (flushed within 1 ms, or now with bus_flush). STATUS_UNAVAILABLE: not
   connected, nothing will be sent later. STATUS_UNKNOWN: the connection broke while writing. STATUS_INVALID:
   bad subject or too large. headers: pairs of name, value ending with NULL; may be NULL. reply may be NULL.
 */
NODISCARD enum status bus_publish(struct bus *bus, const char *subject, const char *reply,
                                  const char *const *headers, const void *data, int len);
/* Writes what is buffered to the socket now (PING and PONG), at most 1 s. */
void bus_flush(struct bus *bus);
int64_t bus_reconnects_total(const struct bus *bus);
/* Another number after each reconnect, before anything can be sent by it. */
int64_t bus_connection(const struct bus *bus);
int64_t bus_errors_total(const struct bus *bus); /* refused subjects, slow consumers and other late errors */

/* A fresh inbox under the connection's prefix: "<prefix>.<32 hex digits>"; replies may use further tokens. */
#define BUS_INBOX_SIZE 128
void bus_new_inbox(const struct bus *bus, char ret_inbox[BUS_INBOX_SIZE]);
/* An inbox of anybody's. Only there may an answer go: whoever asks chooses its subject, and must not make the
   one who answers publish where he himself may not. */
bool bus_is_inbox(const char *subject);

/* Listeners are called from a nats.c thread after each reconnect, and after a first connection that did not
   come at once; they must be brief. STATUS_FULL beyond 8. After bus_unlisten it is not called any more. */
NODISCARD enum status bus_listen(struct bus *bus, void (*on_reconnect)(void *context), void *context);
void bus_unlisten(struct bus *bus, void (*on_reconnect)(void *context), void *context);

/* Drains subscriptions, at most timeout_ms, and closes. NULL-safe. */
void bus_close(struct bus *bus, int timeout_ms);

/* The trace id in a received message's traceparent header, for logs; "" without. Returns ret_id. */
const char *bus_trace_id(natsMsg *message, char ret_id[TRACE_ID_SIZE]);

/* Ends a received message, which may be NULL, soon: instead of natsMsg_Destroy, which wakes a thread of
   nats.c for every single message. Collected, they wake it once for many. */
void bus_discard(struct bus *bus, natsMsg *message);

#endif
