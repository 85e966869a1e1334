/* engine.h - works off one kind of work: a thread with a consumer of PAY_WORK and a database connection. It
   claims what messages name in batches, lets the handler do it, stores what became of it in batches, and only
   then settles the messages. */
#ifndef WEBHOOK_EDGE_ENGINE_H
#define WEBHOOK_EDGE_ENGINE_H

#include <stdatomic.h>

#include "shared/io/bell.h"
#include "shared/io/bus.h"
#include "webhook-svc/edge/config.h"
#include "webhook-svc/edge/handler.h"

struct engine;

/* What may have killed its worker is worked on alone, and a worker is a process: all its engines share one.
 */
struct suspects {
    atomic_bool is_one_in_hand;
};

/* Database and stream may come later. The handler's context is handed to its functions; the bell wakes the
   engine's thread, for handlers that look. All are borrowed until engine_close. */
struct engine_options {
    const struct webhook_config *config;
    struct bus *bus;
    const struct handler *handler;
    void *context;
    struct bell *bell;
    struct suspects *suspects;
};
NODISCARD enum status engine_start(const struct engine_options *options, struct engine **ret_engine);
bool engine_is_ready(const struct engine *e);  /* its database is there */
bool engine_is_asking(const struct engine *e); /* its consumer of PAY_WORK, too */
/* After service_is_stopping() turned true: what is in hand is finished, as far as a few seconds go.
 * NULL-safe.
 */
void engine_join(struct engine *e);
void engine_close(struct engine *e); /* after bus_close; NULL-safe */

#endif
