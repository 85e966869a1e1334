/* owner_event.h - an event as one owner may see it. Pure. */
#ifndef WEBHOOK_DOMAIN_OWNER_EVENT_H
#define WEBHOOK_DOMAIN_OWNER_EVENT_H

#include <jansson.h>

#include "shared/core/buf.h"
#include "shared/core/uuid.h"

#define OWNER_EVENT_ACCOUNTS_MAX 200 /* of a transaction: its legs */
#define OWNER_EVENT_OWNERS_MAX   (OWNER_EVENT_ACCOUNTS_MAX + 2)

/* Whose an account is; by id, ascending. */
struct account_owner {
    struct uuid account;
    struct str owner;
};
struct account_owners {
    const struct account_owner *rows;
    size_t count;
};

/* event: a CloudEvent of PAY_EVENTS. The accounts that it is about, whose owners must be known. */
size_t owner_event_accounts(const json_t *event, struct uuid ret_ids[OWNER_EVENT_ACCOUNTS_MAX]);
/* Who is to be told: the owners of its accounts, of the hold or the endpoint, and whoever ordered it; each
   once. Borrowed from event and owners. */
size_t owner_event_owners(const json_t *event, const struct account_owners *owners,
                          struct str ret_owners[OWNER_EVENT_OWNERS_MAX]);
bool owner_event_is_ordered_by(const json_t *event, struct str owner);
/* Adds it to out without what only others may see: balances of accounts that are not the owner's, and who
   gave an order that was not the owner's, in which trace. */
NODISCARD enum status owner_event_write(const json_t *event, const struct account_owners *owners,
                                        struct str owner, struct buf *out);

#endif
