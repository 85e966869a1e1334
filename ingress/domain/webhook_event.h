/* webhook_event.h - the body of an inbound webhook event, and the command that it becomes. Pure. */
#ifndef INGRESS_DOMAIN_WEBHOOK_EVENT_H
#define INGRESS_DOMAIN_WEBHOOK_EVENT_H

#include "shared/contract/command.h"

/* What a provider sends: the names of its fields are those of the command webhook.accept. */
extern const struct command_spec webhook_event_body;

/* A body that has passed its spec, and the text that it was read from. */
struct webhook_event {
    const json_t *body;
    struct str text, provider;
};
/* The command's data, and what makes two deliveries of an event the same. On failure the problem is filled.
 */
NODISCARD enum status webhook_event_write(const struct webhook_event *event, struct buf *out,
                                          struct digest *ret_content, struct problem *ret_problem);

#endif
