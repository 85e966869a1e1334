/* domain_expect.h - what tests of the ledger's core expect: nothing changed, these entries, this answer. */
#ifndef TESTS_DOMAIN_EXPECT_H
#define TESTS_DOMAIN_EXPECT_H

#include "tests/unit/ledger-svc/domain_command.h"

/* All that a refusal must leave alone. */
struct snapshot {
    struct account accounts[8];
    size_t account_count;
    struct id_source ids;
    struct plan plan;
};

static inline struct snapshot world_snapshot(const struct world *w)
{
    struct snapshot s = {0};
    s.account_count = w->ledger.account_count;
    assert_true(s.account_count <= COUNT(s.accounts));
    for (size_t i = 0; i < s.account_count; i++) {
        s.accounts[i] = *w->ledger.accounts[i];
    }
    s.ids = w->ledger.ids;
    s.plan = w->ledger.plan;
    return s;
}

static inline bool account_equal(const struct account *a, const struct account *b)
{
    return uuid_compare(&a->id, &b->id) == 0 && a->status == b->status && a->version == b->version &&
           a->debits_posted == b->debits_posted && a->credits_posted == b->credits_posted &&
           a->debits_pending == b->debits_pending && a->credits_pending == b->credits_pending &&
           a->last_entry_us == b->last_entry_us && a->is_new == b->is_new && a->is_changed == b->is_changed;
}

static inline bool plan_equal(const struct plan *a, const struct plan *b)
{
    return a->transaction_count == b->transaction_count && a->entry_count == b->entry_count &&
           a->event_count == b->event_count && a->key_count == b->key_count &&
           a->source_count == b->source_count && a->webhook_count == b->webhook_count;
}

static inline bool snapshot_equal(const struct snapshot *a, const struct snapshot *b)
{
    bool same = a->account_count == b->account_count && plan_equal(&a->plan, &b->plan) &&
                a->ids.sequence == b->ids.sequence && a->ids.random_state == b->ids.random_state;
    for (size_t i = 0; same && i < a->account_count; i++) {
        same = account_equal(&a->accounts[i], &b->accounts[i]);
    }
    return same;
}

/* "1 debit 100 v2 =400, 2 credit 100 v1 =100": every planned entry. */
static inline const char *entries_text(const struct world *w, char out[TEXT_MAX])
{
    const struct plan *p = &w->ledger.plan;
    int len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < p->entry_count; i++) {
        const struct entry_row *e = &p->entries[i];
        len += snprintf(out + len, (size_t)(TEXT_MAX - len), "%s%d %s %lld v%lld =%lld", i == 0 ? "" : ", ",
                        number_of(&e->account_id), e->is_debit ? "debit" : "credit", (long long)e->amount,
                        (long long)e->account_version, (long long)e->balance_after);
        assert_true(len < TEXT_MAX);
    }
    return out;
}

/* The body as JSON; the caller's reference. */
static inline json_t *body_of(const struct answer *a)
{
    json_t *body = json_loadb(a->body.data, a->body.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(body);
    return body;
}

/* A problem answer: its status and code are those of the outcome, its one error points there (NULL: it has
 * none). */
static inline void assert_problem(const struct answer *a, enum outcome o, const char *pointer)
{
    assert_string_equal(outcome_code(a->outcome), outcome_code(o));
    assert_int_equal(a->status, outcome_http_status(o));
    assert_false(a->replayed);
    json_t *body = body_of(a);
    assert_string_equal(json_string_value(json_object_get(body, "code")), outcome_code(o));
    assert_int_equal(json_integer_value(json_object_get(body, "status")), outcome_http_status(o));
    const char *found =
        json_string_value(json_object_get(json_array_get(json_object_get(body, "errors"), 0), "pointer"));
    if (pointer == NULL) {
        assert_null(found);
    } else {
        assert_non_null(found);
        assert_string_equal(found, pointer);
    }
    json_decref(body);
}

static inline void assert_str(struct str s, const char *wanted)
{
    char text[TEXT_MAX];
    expand(wanted, text);
    if (!str_eq_c(s, text)) {
        fail_msg("is     %.*s\nwanted %s", (int)s.len, s.data, text);
    }
}

#endif
