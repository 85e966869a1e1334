/* wake.c - see wake.h. */
#include "webhook-svc/edge/wake.h"

#include "shared/io/log.h"

#define SUBJECT "pay.wake.relay"
#define WHAT    "work" /* not facts, which are looked for in vain */

void wake_relay(struct bus *bus)
{
    if (bus_publish(bus, SUBJECT, NULL, NULL, WHAT, sizeof WHAT - 1) != STATUS_OK)
        log_event(LOG_DEBUG, "relay_not_woken");
}
