/* test_hold_batches.c - commands on one hold that come in one batch are stored by one update of its row: the
   walls of the database take every way that the state machine allows. */
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

#define CAPTURE(n)   "hold.capture", ",\"amount\":" #n ",\"final\":false"
#define CAPTURE_LAST "hold.capture", ""
#define RELEASE      "hold.release", ""
#define KEY_HOURS    24
#define COMMANDS_MAX 3
#define DEADLINE_US  INT64_C(10000000)
/* Of a hold of 100. */
static const struct together {
    const char *name;
    struct {
        const char *command, *more;
        int status;
    } steps[COMMANDS_MAX];
    const char *found; /* status, captured; posted and pending debits of the account */
} batches[] = {
    {"two parts", {{CAPTURE(30), 201}, {CAPTURE(30), 201}}, "partially_captured 60 60 40"},
    {"a part and the rest", {{CAPTURE(30), 201}, {CAPTURE_LAST, 201}}, "captured 100 100 0"},
    {"a part, and the rest is released", {{CAPTURE(30), 201}, {RELEASE, 200}}, "released 30 30 0"},
    {"two parts, and the rest is released",
     {{CAPTURE(30), 201}, {CAPTURE(60), 201}, {RELEASE, 200}},
     "released 90 90 0"},
    {"released before a part", {{RELEASE, 200}, {CAPTURE(30), 409}}, "released 0 0 0"},
};

static struct database d;
static PGconn *conn;
static char url[DATABASE_URL_SIZE];
static struct attempt attempt;
static struct arena arena;
static json_t *roots[COMMANDS_MAX];
static char hold[TYPEID_TEXT_SIZE];

static struct command make_command(size_t number, const char *name, const char *more)
{
    struct command_envelope e = {.id = uuid7_make(clock_unix_us(), (uint32_t)number, 1),
                                 .owner = STR_LIT("alice"),
                                 .actor = STR_LIT("key")};
    struct buf text CLEANUP(buf_free);
    struct problem problem;
    char data[256];
    struct command c = {.type = command_type_find(str_of(name)),
                        .deadline_us = clock_unix_us() + DEADLINE_US};
    int len = snprintf(data, sizeof data, "{\"hold\":\"%s\"%s}", hold, more);
    buf_init(&text, 4096);
    command_write(&e, (struct str){data, (size_t)len}, &text);
    assert_int_equal(command_read((struct str){text.data, text.len}, command_spec_find(str_of(name)),
                                  &roots[number], &c.envelope, &problem),
                     STATUS_OK);
    c.key_digest = digest_key(c.envelope.owner, c.envelope.key, &c.envelope.id);
    c.data = c.type->decode(&c.envelope, &arena);
    assert_non_null(c.data);
    return c;
}

/* A hold of 100 into another account, all of it new. */
static void authorize(void)
{
    struct uuid id;
    database_exec(conn, "delete from this");
    database_exec(conn, "insert into this select gen_random_uuid(), gen_random_uuid(), gen_random_uuid()");
    database_exec(conn, "begin");
    database_exec(conn, "insert into paybus.accounts (id, owner, type, currency, name, credits_posted,"
                        " debits_pending, created_at)"
                        " select payer, 'alice', 'user', 'EUR', 'a', 1000, 100, now() from this union all"
                        " select payee, 'bob', 'user', 'EUR', 'b', 0, 0, now() from this");
    database_exec(conn, "insert into paybus.holds (id, account_id, destination_id, owner, currency, amount,"
                        " expires_at, created_at, updated_at) select hold, payer, payee, 'alice', 'EUR', 100,"
                        " now() + interval '1 hour', now(), now() from this");
    database_exec(conn, "commit");
    const char *text = database_value(conn, "select replace(hold::text, '-', '') from this");
    for (size_t i = 0; i < sizeof id.bytes; i++)
        assert_int_equal(sscanf(text + 2 * i, "%2hhx", &id.bytes[i]), 1);
    typeid_format("hold", &id, hold);
}

static void test_one_batch(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
        const struct together *t = &batches[i];
        struct command commands[COMMANDS_MAX];
        const struct answer *answers = NULL;
        size_t count = 0;
        print_message("  %s\n", t->name);
        authorize();
        for (; count < COMMANDS_MAX && t->steps[count].command != NULL; count++)
            commands[count] = make_command(count, t->steps[count].command, t->steps[count].more);
        assert_int_equal(attempt_run(&attempt, commands, count, &answers), STATUS_OK);
        for (size_t k = 0; k < count; k++) {
            assert_int_equal(answers[k].status, t->steps[k].status);
            json_decref_ptr(&roots[k]);
        }
        assert_string_equal(
            database_value(conn, "select h.status || ' ' || h.captured || ' ' || a.debits_posted || ' ' ||"
                                 " a.debits_pending from this join paybus.holds h on h.id = this.hold"
                                 " join paybus.accounts a on a.id = this.payer"),
            t->found);
    }
}

static int create(void **state)
{
    (void)state;

    arena_init(&arena, 1 << 20);
    database_create_migrated(&d);
    conn = database_connect(&d, "postgres");
    database_exec(conn, "create temporary table this (hold uuid, payer uuid, payee uuid)");
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
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_batch),
    };
    return cmocka_run_group_tests(tests, create, destroy);
}
