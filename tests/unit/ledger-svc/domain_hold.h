/* domain_hold.h - holds for tests of the core, and tables of what a command does to one: account 1 is ann's
   and has 500, the hold goes to account 2, which is bob's. */
#ifndef TESTS_DOMAIN_HOLD_H
#define TESTS_DOMAIN_HOLD_H

#include "ledger-svc/domain/hold_change.h"
#include "tests/unit/ledger-svc/domain_expect.h"

#define LEFT_US INT64_C(1000000)

/* The hold that is there before: of 100, by ann. */
struct given_hold {
    enum hold_status status;
    int64_t captured;
    int64_t left_us;   /* until it expires */
    const char *owner; /* who authorized it; NULL: ann */
    bool to_escrow;    /* instead of account 2 */
};

/* Adds the hold, and what it holds to its account. */
static inline struct hold *world_add_hold(struct world *w, int number, const struct given_hold *g)
{
    struct uuid id = hold_number_id(number);
    struct hold *hold = ledger_add_hold(&w->ledger, &id);
    assert_non_null(hold);
    hold->account_id = number_id(1);
    hold->destination_id = number_id(g->to_escrow ? ESCROW : 2);
    hold->owner = str_of(g->owner == NULL ? "ann" : g->owner);
    memcpy(hold->currency, "EUR", 4);
    hold->amount = 100;
    hold->captured = hold->loaded_captured = g->captured;
    hold->status = g->status;
    hold->capture_id = g->captured > 0 ? number_id(6) : (struct uuid){0};
    hold->expires_us = NOW_US + g->left_us;
    hold->created_us = hold->updated_us = NOW_US - LEFT_US;
    world_account(w, 1)->debits_pending += hold_remaining(hold);
    return hold;
}

struct hold_case {
    const char *name;
    struct given_hold hold;
    const struct sender *sender;
    const char *data;
    enum outcome wanted;
    /* afterwards */
    enum hold_status status;
    int64_t captured;
    const char *entries, *facts; /* "hold.captured": the types of all events */
    struct given accounts[3];    /* instead of ann's 500 and bob's nothing */
};

static const struct given ann_and_bob[] = {
    {1, "ann", "EUR", 500, 0, 0, ACCOUNT_open}, {2, "bob", "EUR", 0, 0, 0, ACCOUNT_open}, {.number = 0}};

static inline const char *facts_text(const struct world *w, char out[TEXT_MAX])
{
    const struct plan *p = &w->ledger.plan;
    int len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < p->event_count; i++) {
        len += snprintf(out + len, (size_t)(TEXT_MAX - len), "%s%s", i == 0 ? "" : ", ", p->events[i].type);
        assert_true(len < TEXT_MAX);
    }
    return out;
}

/* The last event tells the hold as it was and as it is. */
static inline void assert_told(struct world *w, const struct hold *hold, struct str before)
{
    const struct event_row *e = &w->ledger.plan.events[w->ledger.plan.event_count - 1];
    assert_string_equal(e->resource, "hold");
    assert_int_equal(uuid_compare(&e->object_id, &hold->id), 0);
    assert_true(str_eq(e->before, before));
    assert_true(str_eq(e->after, hold_text(&w->ledger, hold)));
}

static inline void run_hold_case(const char *command, const struct hold_case *t)
{
    print_message("  %s\n", t->name);
    struct world w;
    world_start(&w);
    world_add_all(&w, t->accounts[0].number != 0 ? t->accounts : ann_and_bob);
    int64_t held_by_others = world_account(&w, 1)->debits_pending;
    struct hold *hold = world_add_hold(&w, 1, &t->hold);
    struct str before = hold_text(&w.ledger, hold);
    struct command c = world_command(&w, command, *t->sender, t->data);
    struct snapshot untouched = world_snapshot(&w);
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);

    char text[TEXT_MAX];
    assert_string_equal(entries_text(&w, text), t->entries);
    assert_string_equal(facts_text(&w, text), t->facts);
    assert_int_equal(hold->status, t->status);
    assert_int_equal(hold->captured, t->captured);
    assert_int_equal(world_account(&w, 1)->debits_pending, held_by_others + hold_remaining(hold));
    bool changed = t->facts[0] != '\0';
    assert_int_equal(hold->is_changed, changed);
    assert_int_equal(world_account(&w, 1)->is_changed, changed);
    assert_int_equal(hold->updated_us, changed ? NOW_US : NOW_US - LEFT_US);
    if (changed) {
        assert_told(&w, hold, before);
    } else {
        struct snapshot after = world_snapshot(&w);
        assert_true(snapshot_equal(&untouched, &after));
    }
    if (t->wanted == OUTCOME_ok || t->wanted == OUTCOME_created) {
        assert_int_equal(answer.outcome, t->wanted);
        assert_int_equal(answer.status, outcome_http_status(t->wanted));
    } else {
        assert_problem(&answer, t->wanted, t->wanted == OUTCOME_amount_exceeds_hold ? "/amount" : NULL);
    }
    world_end(&w);
}

#endif
