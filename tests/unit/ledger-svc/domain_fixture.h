/* domain_fixture.h - a small world for tests of the core: accounts by number, senders and an impostor. */
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
#define ESCROW       8 /* number of its escrow */
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
    return number == CASH     ? account_system_id(ACCOUNT_ROLE_cash, "EUR")
           : number == ESCROW ? account_system_id(ACCOUNT_ROLE_escrow, "EUR")
                              : uuid7_make(NOW_US, (uint32_t)number, 7);
}

static inline struct uuid hold_number_id(int number)
{
    return uuid7_make(NOW_US, (uint32_t)number, 9);
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
    if (g->number == CASH || g->number == ESCROW) {
        account_system_init(account, g->number == CASH ? ACCOUNT_ROLE_cash : ACCOUNT_ROLE_escrow, "EUR",
                            NOW_US - 1);
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

#endif
