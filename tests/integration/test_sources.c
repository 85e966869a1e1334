/* test_sources.c - what comes from work (an inbound event, a payout) has its effect once, for ever: the same
   source under another key changes nothing and answers the first result, also when the first key's partition
   is gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger-svc/edge/attempt.h"
#include "ledger-svc/edge/ledger_metrics.h"
#include "shared/core/clock.h"
#include "shared/core/typeid.h"
#include "tests/support/database.h"

#define ALICE       "01900000-0000-7000-a000-000000000001"
#define KEY_HOURS   24
#define COMMAND_MAX 2048
#define DEADLINE_US INT64_C(10000000)
#define COUNT_EFFECTS                                                                                        \
    "select (select count(*) from paybus.transactions) || ' ' || (select count(*) from paybus.entries) || "  \
    "' ' || "                                                                                                \
    "(select count(*) from paybus.events) || ' ' || (select credits_posted from paybus.accounts where id = " \
    "'" ALICE "')"

static struct database d;
static PGconn *conn;
static char url[DATABASE_URL_SIZE];
static struct attempt attempt;

struct sent {
    int status;
    bool replayed;
    char body[COMMAND_MAX];
};

/* A deposit of 5 EUR to Alice, caused by source, under key. */
static void deposit(const char *key, const char *source, struct sent *ret)
{
    static uint32_t next;
    char data[256];
    int len = snprintf(data, sizeof data,
                       "{\"account\":\"acct_01j0000000e00a000000000001\",\"amount\":5,\"currency\":\"EUR\"}");
    struct command_envelope e = {.id = uuid7_make(clock_unix_us(), next++, 1),
                                 .owner = STR_LIT("gateway"),
                                 .actor = STR_LIT("webhook-svc"),
                                 .staff = true,
                                 .key = str_of(key),
                                 .source = str_of(source)};
    struct buf text CLEANUP(buf_free);
    json_t *root CLEANUP(json_decref_ptr) = NULL;
    struct problem problem;
    struct arena arena;
    const struct answer *answers = NULL;
    struct command c = {.type = command_type_find(STR_LIT("deposit.create")),
                        .deadline_us = clock_unix_us() + DEADLINE_US};
    buf_init(&text, COMMAND_MAX);
    arena_init(&arena, 1 << 20);
    command_write(&e, (struct str){data, (size_t)len}, &text);
    assert_int_equal(command_read((struct str){text.data, text.len},
                                  command_spec_find(STR_LIT("deposit.create")), &root, &c.envelope, &problem),
                     STATUS_OK);
    c.key_digest = digest_key(c.envelope.owner, c.envelope.key, &c.envelope.id);
    c.source_digest = digest_source(c.envelope.source);
    c.data = c.type->decode(&c.envelope, &arena);
    assert_non_null(c.data);
    assert_int_equal(attempt_run(&attempt, &c, 1, &answers), STATUS_OK);
    *ret = (struct sent){.status = answers[0].status, .replayed = answers[0].replayed};
    (void)snprintf(ret->body, sizeof ret->body, "%.*s", (int)answers[0].body.len, answers[0].body.data);
    arena_free(&arena);
}

/* The first effect is there, and no second one. */
static void expect_first(const char *key, const char *source, const struct sent *first)
{
    struct sent again;
    char before[128];
    (void)snprintf(before, sizeof before, "%s", database_value(conn, COUNT_EFFECTS));
    deposit(key, source, &again);
    assert_int_equal(again.status, 200);
    assert_true(again.replayed);
    assert_string_equal(again.body, first->body);
    assert_string_equal(database_value(conn, COUNT_EFFECTS), before);
}

static void test_one_effect(void **state)
{
    (void)state;
    struct sent first, other;
    deposit("k1", "webhook:1", &first);
    assert_int_equal(first.status, 201);
    expect_first("k1", "webhook:1", &first); /* the key */
    expect_first("k2", "webhook:1", &first); /* the source alone */
    deposit("k3", "webhook:2", &other);
    assert_int_equal(other.status, 201);
}

static void test_after_the_key_is_gone(void **state)
{
    (void)state;
    struct sent first;
    deposit("k4", "payout:1", &first);
    assert_int_equal(first.status, 201);
    PGconn *owner = database_connect(&d, "paybus_owner");
    database_exec(owner, "do $$ declare p regclass; begin for p in select inhrelid::regclass from pg_inherits"
                         " where inhparent = 'paybus.idempotency_keys'::regclass loop"
                         " execute 'drop table ' || p; end loop; end $$");
    database_exec(owner, "select paybus.ensure_partitions(14)");
    PQfinish(owner);
    expect_first("k5", "payout:1", &first);
    expect_first("k4", "payout:1", &first);
}

/* A refusal is no effect: when its cause is gone, the same source has its effect, once. */
static void test_refusals_do_not_stay(void **state)
{
    (void)state;
    struct sent refused, first;
    database_exec(conn, "update paybus.accounts set status = 'frozen' where role = 'cash'");
    deposit("k6", "webhook:3", &refused);
    assert_int_equal(refused.status, 409);
    deposit("k7", "webhook:3", &refused);
    assert_int_equal(refused.status, 409);
    assert_false(refused.replayed);
    database_exec(conn, "update paybus.accounts set status = 'open' where role = 'cash'");
    deposit("k8", "webhook:3", &first);
    assert_int_equal(first.status, 201);
    expect_first("k9", "webhook:3", &first);
    deposit("k6", "webhook:3", &refused); /* the key keeps what it was answered */
    assert_int_equal(refused.status, 409);
    assert_true(refused.replayed);
}

static int create(void **state)
{
    (void)state;
    database_create_migrated(&d);
    conn = database_connect(&d, "postgres");
    database_exec(conn, "insert into paybus.accounts (id, owner, type, currency, name, created_at)"
                        " values ('" ALICE "', 'alice', 'user', 'EUR', 'a', now())");
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_ledger dbname=paybus",
                   d.postgres.port);
    ledger_metrics_init();
    assert_int_equal(attempt_open(&attempt, url, KEY_HOURS), STATUS_OK);
    return 0;
}

static int destroy(void **state)
{
    (void)state;
    attempt_close(&attempt);
    PQfinish(conn);
    database_destroy(&d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_effect),
        cmocka_unit_test(test_after_the_key_is_gone),
        cmocka_unit_test(test_refusals_do_not_stay),
    };
    return cmocka_run_group_tests(tests, create, destroy);
}
