/* delivery.h - what an answer to a delivery means, and how much of what one endpoint waits for may be in
 * hand. Pure. */
#ifndef WEBHOOK_DOMAIN_DELIVERY_H
#define WEBHOOK_DOMAIN_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "webhook-svc/domain/retry.h"

enum delivery_outcome {
#define DELIVERY_OUTCOME(identifier) DELIVERY_##identifier,
#include "webhook-svc/domain/delivery_outcome.def"
#undef DELIVERY_OUTCOME
    DELIVERY_OUTCOME_COUNT
};
const char *delivery_outcome_name(enum delivery_outcome o);
/* What an answer with this HTTP status is. */
enum delivery_outcome delivery_judge(int http_status);
/* Has the endpoint answered, well or badly? Otherwise it hangs, or nobody is there. */
bool delivery_is_answered(enum delivery_outcome o);

/* Why something was not tried now: no attempt, and nothing to hold against the endpoint. */
enum delivery_delay {
#define DELIVERY_DELAY(identifier, text) DELAY_##identifier,
#include "webhook-svc/domain/delivery_delay.def"
#undef DELIVERY_DELAY
    DELIVERY_DELAY_COUNT
};
const char *delivery_delay_name(enum delivery_delay d);
const char *delivery_delay_text(enum delivery_delay d);
/* May a delivery of that age wait until somebody can tell its endpoint's addresses? Not for ever: then it is
   the endpoint's fault. */
bool delivery_waits_for_name(int64_t age_us);

/* What it means for the work: all but success and 410 is tried again. */
enum work_result delivery_result(enum delivery_outcome o);

/* How fast one endpoint may be sent to: so many at once, so many a second on average and in a burst. */
struct delivery_pace {
    int at_once;
    int per_second; /* 0: without limit */
};
/* Where an endpoint stands. Zeroed to begin with. */
struct delivery_budget {
    int running;
    int64_t spent_us; /* the moment up to which its rate is used up, or past */
};
/* Takes a place if there is one now. Otherwise *ret_again_us is when to ask again, INT64_MAX: when one ended.
 */
bool delivery_take(struct delivery_budget *b, const struct delivery_pace *pace, int64_t now_us,
                   int64_t *ret_again_us);
void delivery_give_back(struct delivery_budget *b);

/* May an endpoint that has so many in hand, waiting ones too, have one more, with so many places free for its
   owner? Nobody may have more than is left for the others: a hundred that hang leave room for one that does
   not. An owner's places are those that are free beyond as many as the owner has. */
bool delivery_has_share(int in_hand, int free);

#endif
