/* hold.h - money of an account promised to a destination, and what may become of it. Pure. */
#ifndef LEDGER_DOMAIN_HOLD_H
#define LEDGER_DOMAIN_HOLD_H

#include "shared/contract/resources.h"
#include "shared/core/outcome.h"

enum hold_status {
#define HOLD_STATUS(name) HOLD_##name,
#include "ledger-svc/domain/hold_status.def"
#undef HOLD_STATUS
    HOLD_STATUS_COUNT
};

struct hold {
    struct uuid id, account_id, destination_id;
    struct uuid capture_id; /* the newest capture's transaction; zero: none */
    struct str owner, description, reference, metadata;
    char currency[4];
    int64_t amount, captured;
    enum hold_status status;
    int64_t expires_us, created_us, updated_us;
    /* batch state */
    bool is_new, is_changed;
    int64_t loaded_captured;
};

/* State machine of {status, event}: one table. OUTCOME_ok and the next status, or hold_expired for an expired
   hold and invalid_hold_state for the other final ones. */
enum hold_event {
    HOLD_EVENT_capture_part,
    HOLD_EVENT_capture_last,
    HOLD_EVENT_release,
    HOLD_EVENT_expire,
    HOLD_EVENT_COUNT
};
enum outcome hold_status_next(enum hold_status from, enum hold_event event, enum hold_status *ret_to);

bool hold_is_open(const struct hold *h);      /* authorized or partially_captured */
int64_t hold_remaining(const struct hold *h); /* what an open hold still holds; 0 of a final one */

const char *hold_status_name(enum hold_status s);
bool hold_status_parse(struct str s, enum hold_status *ret);
struct hold_resource hold_resource_of(const struct hold *h);

#endif
