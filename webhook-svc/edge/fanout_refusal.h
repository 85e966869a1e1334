/* fanout_refusal.h - an event of which PostgreSQL refuses a delivery: said, counted, and left as a dead
   letter for whoever finds out why. */
#ifndef WEBHOOK_EDGE_FANOUT_REFUSAL_H
#define WEBHOOK_EDGE_FANOUT_REFUSAL_H

#include <jansson.h>

#include "shared/io/db.h"
#include "webhook-svc/edge/handler.h"

struct fanout_refusal {
    size_t count;               /* of deliveries */
    char error[JOB_ERROR_SIZE]; /* of the first */
};

/* endpoint NULL: none of its deliveries can be made. */
void fanout_refusal_note(struct fanout_refusal *r, const json_t *event, const struct uuid *endpoint,
                         const char *reason);
/* In a transaction. id: the dead letter's, one that is there already stays as it is. */
NODISCARD enum status fanout_refusal_bury(const struct fanout_refusal *r, struct db *db, struct db_params *p,
                                          const struct uuid *id, const json_t *event);

#endif
