/* hold.c - the table of states and what an open hold still holds. */
#include "ledger-svc/domain/hold.h"

#include <assert.h>

/* Pairs that are not listed are refused: the only ones are events on a hold that is final. */
static const struct {
    enum hold_status from;
    enum hold_event event;
    enum hold_status to;
} transitions[] = {
    {HOLD_authorized, HOLD_EVENT_capture_part, HOLD_partially_captured},         /* more may follow */
    {HOLD_authorized, HOLD_EVENT_capture_last, HOLD_captured},                   /* the rest is given free */
    {HOLD_authorized, HOLD_EVENT_release, HOLD_released},                        /* nothing was taken */
    {HOLD_authorized, HOLD_EVENT_expire, HOLD_expired},                          /* its time is over */
    {HOLD_partially_captured, HOLD_EVENT_capture_part, HOLD_partially_captured}, /* again */
    {HOLD_partially_captured, HOLD_EVENT_capture_last, HOLD_captured},           /* the rest is given free */
    {HOLD_partially_captured, HOLD_EVENT_release, HOLD_released}, /* what was taken stays taken */
    {HOLD_partially_captured, HOLD_EVENT_expire, HOLD_expired},   /* what was taken stays taken */
};

enum outcome hold_status_next(enum hold_status from, enum hold_event event, enum hold_status *ret_to)
{
    for (size_t i = 0; i < sizeof(transitions) / sizeof(transitions[0]); i++) {
        if (transitions[i].from == from && transitions[i].event == event) {
            *ret_to = transitions[i].to;
            return OUTCOME_ok;
        }
    }
    return from == HOLD_expired ? OUTCOME_hold_expired : OUTCOME_invalid_hold_state;
}

bool hold_is_open(const struct hold *h)
{
    return h->status == HOLD_authorized || h->status == HOLD_partially_captured;
}

int64_t hold_remaining(const struct hold *h)
{
    assert(h->captured >= 0 && h->captured <= h->amount);
    return hold_is_open(h) ? h->amount - h->captured : 0;
}

static const char *const status_names[HOLD_STATUS_COUNT] = {
#define HOLD_STATUS(name) [HOLD_##name] = #name,
#include "ledger-svc/domain/hold_status.def"
#undef HOLD_STATUS
};

const char *hold_status_name(enum hold_status s)
{
    assert(s < HOLD_STATUS_COUNT);
    return status_names[s];
}

bool hold_status_parse(struct str s, enum hold_status *ret)
{
    for (enum hold_status i = 0; i < HOLD_STATUS_COUNT; i++) {
        if (str_eq_c(s, status_names[i])) {
            *ret = i;
            return true;
        }
    }
    return false;
}

struct hold_resource hold_resource_of(const struct hold *h)
{
    return (struct hold_resource){
        .id = h->id,
        .account = h->account_id,
        .destination = h->destination_id,
        .capture = h->capture_id,
        .owner = h->owner,
        .currency = str_of(h->currency),
        .status = str_of(hold_status_name(h->status)),
        .description = h->description,
        .reference = h->reference,
        .metadata = h->metadata,
        .amount = h->amount,
        .captured = h->captured,
        .expires_us = h->expires_us,
        .created_us = h->created_us,
        .updated_us = h->updated_us,
        .is_open = hold_is_open(h),
    };
}
