/* subscribers.h - the webhook endpoints there are, remembered, and brought up to date by what changed since.
 */
#ifndef WEBHOOK_EDGE_SUBSCRIBERS_H
#define WEBHOOK_EDGE_SUBSCRIBERS_H

#include <jansson.h>

#include "shared/io/db.h"

struct subscriber {
    struct uuid id;
    char owner[65];
    json_t *event_types; /* array of patterns */
    bool is_enabled;
    int64_t created_us;
};
struct subscribers {
    struct subscriber *list; /* by owner, then id */
    size_t count, cap;
    int64_t changed_us; /* the latest change that is known */
    int64_t created_us; /* of the oldest of them */
    int64_t read_us;    /* monotonic: when all were read last */
};

void subscribers_free(struct subscribers *s);
/* Asks what has changed; deleted ones leave. */
NODISCARD enum status subscribers_update(struct subscribers *s, struct db *db);
/* Does anybody want events of this type? */
bool subscribers_want(const struct subscribers *s, struct str type);
/* The first one of an owner that wants an event of this type, or the next one behind that; NULL: none. */
const struct subscriber *subscribers_next(const struct subscribers *s, struct str owner, struct str type,
                                          const struct subscriber *behind);

#endif
