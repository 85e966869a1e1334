/* hold_change.c - see hold_change.h. */
#include "ledger-svc/domain/hold_change.h"

#include <assert.h>

#include "ledger-svc/domain/event.h"
#include "shared/core/planted_bug.h"

#define HOLD_TEXT_FIXED 1024 /* a hold's JSON but for the client's texts */

enum outcome hold_find(const struct ledger *l, const struct command *c, const struct uuid *id,
                       struct hold_accounts *ret)
{
    struct hold *hold = ledger_find_hold(l, id);
    if (hold == NULL) {
        return OUTCOME_not_found;
    }
    struct account *account = ledger_find_account(l, &hold->account_id);
    assert(account != NULL); /* a wall of the database */
    bool authorized_it = c->envelope.staff || str_eq(hold->owner, c->envelope.owner);
    if (!authorized_it && !PLANTED_BUG(foreign_hold)) {
        return command_may_use(c, account) ? OUTCOME_forbidden : OUTCOME_not_found;
    }
    if (hold_is_open(hold) && hold_remaining(hold) > account->debits_pending) {
        return OUTCOME_internal_error; /* somebody changed the books by hand */
    }
    *ret = (struct hold_accounts){hold, account, ledger_find_account(l, &hold->destination_id)};
    return OUTCOME_ok;
}

bool hold_is_due(const struct ledger *l, const struct hold *h)
{
    return l->now_us >= h->expires_us;
}

struct str hold_text(struct ledger *l, const struct hold *h)
{
    struct hold_resource resource = hold_resource_of(h);
    struct json_out json;
    json_out_init(&json, ledger_scratch(l, HOLD_TEXT_FIXED +
                                               JSON_ESCAPE_MAX * (h->description.len + h->reference.len) +
                                               h->metadata.len));
    hold_write(&json, &resource);
    return ledger_keep(l);
}

void hold_take(struct ledger *l, const struct command *c, const struct hold_accounts *h,
               const struct hold_step *step)
{
    struct hold *hold = h->hold;
    int64_t held = hold_remaining(hold);
    hold->status = step->to;
    hold->is_changed = !hold->is_new;
    if (l->now_us > hold->updated_us) { /* unless the clock was set back */
        hold->updated_us = l->now_us;
    }
    int64_t freed = held - hold_remaining(hold);
    if (freed > 0 && !PLANTED_BUG(lost_release)) {
        assert(h->account->debits_pending >= freed);
        h->account->debits_pending -= freed;
        h->account->is_changed = !h->account->is_new;
    }
    const struct event_row fact = {.type = step->fact,
                                   .resource = "hold",
                                   .object_id = hold->id,
                                   .before = step->before,
                                   .after = hold_text(l, hold)};
    event_add(l, c, &fact);
}

void hold_expire(struct ledger *l, const struct command *c, const struct hold_accounts *h)
{
    const struct hold_step step = {HOLD_expired, "hold.expired", hold_text(l, h->hold)};
    hold_take(l, c, h, &step);
}

void answer_hold(struct ledger *l, struct answer *ret_answer, const struct hold *h)
{
    struct str hold = hold_text(l, h);
    struct json_out json;
    json_out_init(&json, ledger_scratch(l, HOLD_TEXT_FIXED + hold.len));
    json_object_open(&json);
    json_key(&json, "hold");
    json_raw(&json, hold);
    json_object_close(&json);
    answer_with(ret_answer, OUTCOME_ok, ledger_keep(l));
}
