/* test_object_walls.c - what must not happen to holds, to what was given back, and to details of
   transactions, tried as ledger-svc's role and as the owner. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/database.h"

#define NO_RIGHT "42501"
#define APPEND   "PB002"
#define BROKEN   "PB005"
#define CHECK    "23514"
#define UNIQUE   "23505"
#define FINE     "00000"

#define LEDGER "paybus_ledger"
#define OWNER  "paybus_owner"

#define A    "'0a000000-0000-7000-8000-000000000000'"
#define B    "'0b000000-0000-7000-8000-000000000000'"
#define U    "'0d000000-0000-7000-8000-000000000000'"
#define C    "'0c000000-0000-7000-8000-000000000000'"
#define T(n) "'00000000-0000-7000-8000-00000000000" #n "'"
#define OPEN T(1)
#define PART T(2)
#define DONE T(3)
#define GONE T(4)

#define HOLD(id, account, destination, currency, amount)                                                     \
    "insert into paybus.holds (id, account_id, destination_id, owner, currency, amount, expires_at, "        \
    "created_at, updated_at) values (" id ", " account ", " destination ", 'o', '" currency "', " amount     \
    ", now() + interval '1 hour', now(), now())"
/* A transaction of amount from one account to the other; columns and values are those of its details. */
#define POST(id, kind, amount, columns, values)                                                              \
    "with t as (insert into paybus.transactions (id, kind, amount, currency, entry_count, owner, actor, "    \
    "created_at) values (" id ", '" kind "', " amount ", 'EUR', 2, 'o', 'k', now())), "                      \
    "e as (insert into paybus.entries select " id ", leg, id, 1000 + (select count(*) from paybus.entries) " \
    "+ leg, direction, " amount ", 'EUR', 0, now() from (values (0, " A "::uuid, 'debit'), (1, " B           \
    "::uuid, 'credit')) as l (leg, id, direction)) "                                                         \
    "insert into paybus.transaction_details (transaction_id, " columns ") values (" id ", " values ")"
#define GIVE_BACK(original, amount) POST(T(8), "reversal", amount, "reverses", original)
#define UPDATE(id, what)            "update paybus.holds set " what " where id = " id
/* As ledger-svc does: what is held of the accounts follows, in the same transaction. */
#define HELD                                                                                                 \
    "; update paybus.accounts a set debits_pending = (select coalesce(sum(h.amount - h.captured), 0) from "  \
    "paybus.holds h where h.account_id = a.id and h.status in ('authorized', 'partially_captured'))"

static const char *const fixture[] = {
    "insert into paybus.accounts (id, owner, type, role, currency, name, allow_negative, debits_posted, "
    "credits_posted, created_at) values"
    "(" A ", 'o', 'user', null, 'EUR', 'a', false, 0, 1000, now()),"
    "(" B ", 'o', 'user', null, 'EUR', 'b', false, 0, 0, now()),"
    "(" U ", 'o', 'user', null, 'USD', 'u', false, 0, 0, now()),"
    "(" C ", 'system', 'system', 'cash', 'EUR', 'c', true, 1000, 0, now())",
    HOLD(OPEN, A, B, "EUR", "100") HELD,
    HOLD(PART, A, B, "EUR", "100") HELD,
    HOLD(DONE, A, B, "EUR", "100") HELD,
    HOLD(GONE, A, B, "EUR", "100") HELD,
    UPDATE(PART, "captured = 40, status = 'partially_captured', capture_id = id") HELD,
    UPDATE(DONE, "captured = 100, status = 'captured', capture_id = id") HELD,
    UPDATE(GONE, "status = 'released'") HELD,
    "insert into paybus.reversals values (" T(5) ", 100, 40, now())",
    POST(T(5), "transfer", "100", "reason", "'r'"),
    POST(T(7), "reversal", "40", "reverses", T(5)),
};

struct wall {
    const char *name, *role, *sql, *wanted;
};

static const struct wall walls[] = {
    {"a hold", LEDGER, HOLD(T(9), A, B, "EUR", "100") HELD, FINE},
    {"a hold that the account does not know", LEDGER, HOLD(T(9), A, B, "EUR", "100"), BROKEN},
    {"a hold and too little held", LEDGER, HOLD(T(9), A, B, "EUR", "100") HELD " - 1 where id = " A, BROKEN},
    {"held without a hold", LEDGER,
     "update paybus.accounts set debits_pending = debits_pending + 1 where id = " A, BROKEN},
    {"free without the end of a hold", LEDGER, "update paybus.accounts set debits_pending = 0 where id = " A,
     BROKEN},
    {"born with something held", LEDGER,
     "insert into paybus.accounts (id, owner, type, currency, name, credits_posted, debits_pending, "
     "created_at) "
     "values (" T(9) ", 'o', 'user', 'EUR', 'n', 5, 5, now())",
     BROKEN},
    {"a hold for no account", LEDGER,
     HOLD(T(9), A, "'0e000000-0000-7000-8000-000000000000'", "EUR", "100") HELD, BROKEN},
    {"a hold for an account of another currency", LEDGER, HOLD(T(9), A, U, "EUR", "100") HELD, BROKEN},
    {"a hold for the escrow before its first use", LEDGER, HOLD(T(9), A, T(9), "EUR", "100") HELD, FINE},
    {"a count of what is held", LEDGER, "update paybus.held set amount = 0", NO_RIGHT},
    {"a release that the account does not know", LEDGER, UPDATE(OPEN, "status = 'released'"), BROKEN},
    {"a hold twice", LEDGER, HOLD(OPEN, A, B, "EUR", "100"), UNIQUE},
    {"of nothing", LEDGER, HOLD(T(9), A, B, "EUR", "0"), CHECK},
    {"into the account itself", LEDGER, HOLD(T(9), A, A, "EUR", "100"), BROKEN},
    {"in another currency", LEDGER, HOLD(T(9), U, B, "EUR", "100"), BROKEN},
    {"of no account", LEDGER, HOLD(T(9), T(9), B, "EUR", "100"), BROKEN},
    {"of an account that may go below zero", LEDGER, HOLD(T(9), C, B, "EUR", "100"), BROKEN},
    {"born captured", LEDGER,
     "insert into paybus.holds (id, account_id, destination_id, owner, currency, amount, captured, status, "
     "capture_id, "
     "expires_at, created_at, updated_at) values (" T(9) ", " A ", " B ", 'o', 'EUR', 5, 5, 'captured', " T(
         9) ", now() + interval '1 hour', now(), now())",
     BROKEN},
    {"capture a part", LEDGER,
     UPDATE(OPEN, "captured = 99, status = 'partially_captured', capture_id = id") HELD, FINE},
    {"capture all", LEDGER, UPDATE(PART, "captured = 100, status = 'captured'") HELD, FINE},
    {"capture the last part", LEDGER, UPDATE(PART, "captured = 50, status = 'captured'") HELD, FINE},
    {"capture more than there is", LEDGER, UPDATE(PART, "captured = 101, status = 'captured'"), CHECK},
    {"capture without a transaction", LEDGER, UPDATE(OPEN, "captured = 100, status = 'captured'"), CHECK},
    {"capture nothing", LEDGER, UPDATE(OPEN, "status = 'captured', capture_id = id"), CHECK},
    {"all captured, more to come", LEDGER, UPDATE(PART, "captured = 100"), CHECK},
    {"capture backwards", LEDGER, UPDATE(PART, "captured = 39"), BROKEN},
    {"release", LEDGER, UPDATE(OPEN, "status = 'released'") HELD, FINE},
    {"release the rest", LEDGER, UPDATE(PART, "status = 'released'") HELD, FINE},
    {"capture a part and release the rest", LEDGER, UPDATE(PART, "status = 'released', captured = 50") HELD,
     FINE},
    {"capture all and release", LEDGER, UPDATE(PART, "status = 'released', captured = 100"), CHECK},
    {"capture and expire", LEDGER, UPDATE(PART, "status = 'expired', captured = 50"), BROKEN},
    {"expire", LEDGER, UPDATE(PART, "status = 'expired'") HELD, FINE},
    {"expire a captured one", LEDGER, UPDATE(DONE, "status = 'expired'"), BROKEN},
    {"authorize again", LEDGER, UPDATE(GONE, "status = 'authorized'"), BROKEN},
    {"authorize a part again", LEDGER, UPDATE(PART, "status = 'authorized', captured = 0, capture_id = null"),
     BROKEN},
    {"touch a released one", LEDGER, UPDATE(GONE, "updated_at = now()"), BROKEN},
    {"updated before", LEDGER, UPDATE(OPEN, "updated_at = updated_at - interval '1 second'"), BROKEN},
    {"another amount", LEDGER, UPDATE(OPEN, "amount = 200"), NO_RIGHT},
    {"another amount, by the owner", OWNER, UPDATE(OPEN, "amount = 200"), BROKEN},
    {"another account, by the owner", OWNER, UPDATE(OPEN, "account_id = " B), BROKEN},
    {"a later end, by the owner", OWNER, UPDATE(OPEN, "expires_at = expires_at + interval '1 day'"), BROKEN},
    {"delete a hold", LEDGER, "delete from paybus.holds", NO_RIGHT},
    {"delete a hold, by the owner", OWNER, "delete from paybus.holds", APPEND},
    {"truncate holds, by the owner", OWNER, "truncate paybus.holds", APPEND},
    {"give back more", LEDGER, "update paybus.reversals set reversed = 100", FINE},
    {"give back more than there was", LEDGER, "update paybus.reversals set reversed = 101", CHECK},
    {"give back less", LEDGER, "update paybus.reversals set reversed = 39", BROKEN},
    {"a reversal of what is left", LEDGER, GIVE_BACK(T(5), "60"), FINE},
    {"a reversal of more than is left", LEDGER, GIVE_BACK(T(5), "61"), BROKEN},
    {"a reversal of nothing known", LEDGER, GIVE_BACK(T(9), "1"), BROKEN},
    {"a reversal of a reversal", LEDGER, GIVE_BACK(T(7), "1"), BROKEN},
    {"another original, by the owner", OWNER,
     "update paybus.reversals set transaction_id = " T(6) ", reversed = 50", BROKEN},
    {"delete what was given back, by the owner", OWNER, "delete from paybus.reversals", APPEND},
    {"details", LEDGER,
     "insert into paybus.transaction_details values (" T(6) ", null, null, null, 3, 2, 'down')", FINE},
    {"half a rate", LEDGER, "insert into paybus.transaction_details values (" T(6) ", null, null, null, 3)",
     CHECK},
    {"a rate of nothing", LEDGER,
     "insert into paybus.transaction_details values (" T(6) ", null, null, null, 0, 2, 'down')", CHECK},
    {"an unknown rounding", LEDGER,
     "insert into paybus.transaction_details values (" T(6) ", null, null, null, 3, 2, 'up')", CHECK},
    {"other details", LEDGER, "update paybus.transaction_details set reason = 's'", NO_RIGHT},
    {"other details, by the owner", OWNER, "update paybus.transaction_details set reason = 's'", APPEND},
    {"no details, by the owner", OWNER, "delete from paybus.transaction_details", APPEND},
};

static struct database d;

static void test_objects(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {
        const struct wall *w = &walls[i];
        PGconn *conn = database_connect(&d, w->role);
        const char *found = database_try(conn, w->sql);
        if (strcmp(found, w->wanted) != 0) {
            print_error("%s as %s: %s, wanted %s\n", w->name, w->role, found, w->wanted);
            wrong++;
        }
        PQfinish(conn);
    }
    assert_int_equal(wrong, 0);
}

static int create(void **state)
{
    (void)state;
    database_create_migrated(&d);
    PGconn *conn = database_connect(&d, OWNER);
    for (size_t i = 0; i < sizeof(fixture) / sizeof(fixture[0]); i++)
        database_exec(conn, fixture[i]);
    PQfinish(conn);
    return 0;
}

static int destroy(void **state)
{
    (void)state;
    database_destroy(&d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_objects)};
    return cmocka_run_group_tests(tests, create, destroy);
}
