/* domain_fixture.h - a small world for tests of the ledger's core: accounts by number, commands from JSON
   text, what was planned as text. In texts $1 is the id of account 1, and so on; $9 is the cash account of
   EUR. */
#ifndef TESTS_DOMAIN_FIXTURE_H
#define TESTS_DOMAIN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "ledger-svc/domain/batch.h"
#include "ledger-svc/domain/posting.h"
#include "shared/core/typeid.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW_US       INT64_C(1795000000000000)
#define CASH         9 /* number of the cash account of EUR */
#define ROOTS_MAX    600
#define TEXT_MAX     4096

/* An account to start from; number 0 ends a list. */
struct given {
    int number;
    const char *owner, *currency;
    int64_t credits, debits, held;
    enum account_status status;
};
struct sender {
    const char *owner;
    bool staff;
};
static const struct sender ann = {"ann", false}, bob = {"bob", false}, staff = {"ops", true},
                           impostor = {"system", false};

struct world {
    struct arena arena;
    struct ledger ledger;
    json_t *roots[ROOTS_MAX]; /* the JSON that commands borrow from */
    size_t root_count;
    uint32_t next_command;
};

static inline struct uuid number_id(int number)
{
    return number == CASH ? account_system_id(ACCOUNT_ROLE_cash, "EUR")
                          : uuid7_make(NOW_US, (uint32_t)number, 7);
}

static inline int number_of(const struct uuid *id)
{
    for (int n = 1; n <= CASH; n++) {
        struct uuid known = number_id(n);
        if (uuid_compare(&known, id) == 0) {
            return n;
        }
    }
    return 0;
}

static inline void world_start(struct world *w)
{
    memset(w, 0, sizeof(*w));
    arena_init(&w->arena, 64u << 20);
    ledger_init(&w->ledger, &w->arena, 8);
    ledger_start(&w->ledger, NOW_US, 42, 0);
}

static inline void world_end(struct world *w)
{
    for (size_t i = 0; i < w->root_count; i++) {
        json_decref(w->roots[i]);
    }
    arena_free(&w->arena);
}

static inline struct account *world_add(struct world *w, const struct given *g)
{
    struct uuid id = number_id(g->number);
    struct account *account = ledger_add_account(&w->ledger, &id);
    assert_non_null(account);
    if (g->number == CASH) {
        account_system_init(account, ACCOUNT_ROLE_cash, "EUR", NOW_US - 1);
        account->is_new = false;
    } else {
        account->owner = str_of(g->owner);
        account->name = STR_LIT("An account");
        account->created_us = NOW_US - 1;
        memcpy(account->currency, g->currency, 4);
    }
    account->status = g->status;
    account->credits_posted = g->credits;
    account->debits_posted = g->debits;
    account->debits_pending = g->held;
    return account;
}

static inline void world_add_all(struct world *w, const struct given *givens)
{
    for (; givens->number != 0; givens++) {
        world_add(w, givens);
    }
}

static inline struct account *world_account(const struct world *w, int number)
{
    struct uuid id = number_id(number);
    return ledger_find_account(&w->ledger, &id);
}

/* Puts ids for $1..$9. */
static inline void expand(const char *text, char out[TEXT_MAX])
{
    size_t len = 0;
    for (; *text != '\0'; text++) {
        assert_true(len + TYPEID_TEXT_SIZE < TEXT_MAX);
        if (*text == '$') {
            struct uuid id = number_id(*++text - '0');
            typeid_format("acct", &id, out + len);
            len += strlen(out + len);
        } else {
            out[len++] = *text;
        }
    }
    out[len] = '\0';
}

/* A keyless command as ledger-svc reads it; the data is held against the contract. */
static inline struct command world_command(struct world *w, const char *name, struct sender sender,
                                           const char *data)
{
    char text[TEXT_MAX];
    expand(data, text);
    struct problem problem;
    json_t *root = NULL;
    assert_int_equal(json_parse_object(str_of(text), &root, &problem), STATUS_OK);
    assert_true(w->root_count < ROOTS_MAX);
    w->roots[w->root_count++] = root;
    const struct command_spec *spec = command_spec_find(str_of(name));
    assert_non_null(spec);
    if (json_check(root, spec->fields, spec->field_count, &problem) != STATUS_OK) {
        fail_msg("%s: %s %s", text, problem.errors[0].pointer, problem.errors[0].detail);
    }

    struct command c = {.type = command_type_find(str_of(name)), .deadline_us = NOW_US + 1};
    assert_non_null(c.type);
    c.envelope = (struct command_envelope){.id = uuid7_make(NOW_US, 1000 + w->next_command++, 0),
                                           .owner = str_of(sender.owner),
                                           .actor = STR_LIT("key_1"),
                                           .staff = sender.staff,
                                           .data = root};
    digest_of(str_of(text), &c.envelope.fingerprint);
    c.key_digest = digest_key(c.envelope.owner, c.envelope.key, &c.envelope.id);
    c.data = c.type->decode(&c.envelope, &w->arena);
    assert_non_null(c.data);
    return c;
}

static inline void set_key(struct command *c, const char *key)
{
    c->envelope.key = str_of(key);
    c->key_digest = digest_key(c->envelope.owner, c->envelope.key, &c->envelope.id);
}

static inline void set_source(struct command *c, const char *source)
{
    c->envelope.source = str_of(source);
    c->source_digest = digest_source(c->envelope.source);
}

/* All that a refusal must leave alone. */
struct snapshot {
    struct account accounts[8];
    size_t account_count;
    struct id_source ids;
    struct plan plan;
};

static inline struct snapshot world_snapshot(const struct world *w)
{
    struct snapshot s;
    memset(&s, 0, sizeof(s));
    s.account_count = w->ledger.account_count;
    assert_true(s.account_count <= COUNT(s.accounts));
    for (size_t i = 0; i < s.account_count; i++) {
        memcpy(&s.accounts[i], w->ledger.accounts[i], sizeof(s.accounts[i]));
    }
    s.ids = w->ledger.ids;
    s.plan = w->ledger.plan;
    return s;
}

static inline bool snapshot_equal(const struct snapshot *a, const struct snapshot *b)
{
    if (a->account_count != b->account_count || memcmp(&a->plan, &b->plan, sizeof(a->plan)) != 0) {
        return false;
    }
    return a->ids.sequence == b->ids.sequence && a->ids.random_state == b->ids.random_state &&
           memcmp(a->accounts, b->accounts, sizeof(a->accounts)) == 0;
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
