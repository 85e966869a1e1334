/* stored_event.h - an event as PostgreSQL has it, in the words in which PAY_EVENTS has it. Pure. */
#ifndef WEBHOOK_DOMAIN_STORED_EVENT_H
#define WEBHOOK_DOMAIN_STORED_EVENT_H

#include <jansson.h>

#include "shared/core/buf.h"
#include "shared/core/uuid.h"

struct stored_event {
    int64_t seq, created_us;
    struct uuid id, object, command;
    struct str type, resource, owner, actor, source, traceparent; /* data NULL: none */
    struct str before, after;                                     /* JSON; data NULL: none */
};

/* The CloudEvent; NULL when there is no memory, or before or after is no JSON. */
json_t *stored_event_json(const struct stored_event *e);

#endif
