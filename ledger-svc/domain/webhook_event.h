/* webhook_event.h - an event that a provider sent and that was accepted, before or earlier in this batch.
   Pure. */
#ifndef LEDGER_DOMAIN_WEBHOOK_EVENT_H
#define LEDGER_DOMAIN_WEBHOOK_EVENT_H

#include "shared/core/digest.h"

struct webhook_event {
    struct uuid key_digest;    /* digest_webhook_event() */
    struct uuid id;            /* whe_: that of the command that accepted it */
    struct digest fingerprint; /* digest_webhook_content() */
    struct str status;         /* of its work */
};

#endif
