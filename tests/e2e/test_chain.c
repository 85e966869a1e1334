/* test_chain.c - the hash chain: two instances seal what they commit, however often they are killed, and
   paybus-verify names every kind of damage that a superuser can do to rows, blocks and the chain's end. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/e2e/api.h"
#include "tests/e2e/chain.h"
#include "tests/e2e/scene.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define ROWS(table)  (sizeof(table) / sizeof(table)[0])
#define CLIENTS      4
#define KILLS        6
#define BETWEEN_MS   400
#define SEALED_MS    20000
#define STOP_MS      10000
#define TEXT_SIZE    1024
#define FIND(column) "(select " column " from damage.objects)"

static struct harness h;
static struct database database; /* only to connect */
static struct api api;
static struct scene scene;
static PGconn *superuser;
static struct tool tool;
static char head[CHAIN_HEAD_SIZE];

static const char *const sealed_tables[] = {"transactions", "transaction_details", "entries", "events",
                                            "blocks"};

static int verify(const char *option, const char *value)
{
    return chain_verify(&h, option, value, &tool);
}

static void expect_whole(void)
{
    int code = verify(NULL, NULL);
    if (code != 0)
        fail_msg("paybus-verify ends with %d: %s", code, tool.output);
    assert_non_null(strstr(tool.output, "whole: "));
}

/* Both instances try all the time; each block comes once and follows the one before. */
static void sealed_under_kills(void **state)
{
    (void)state;
    scene_start(&scene, &h, 4, CLIENTS);
    harness_keep_all(&h, true);
    for (int i = 0; i < KILLS; i++) {
        pause_ms(BETWEEN_MS);
        program_signal(&h.ledgers[i % 2], SIGKILL);
        assert_true(program_wait_ends(&h.ledgers[i % 2], i / 2 + 1, STOP_MS));
    }
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    scene_finish(&scene, &h, "killed while sealing");
    assert_true(eventually(chain_is_sealed, &h, SEALED_MS));
    expect_whole();
}

/* A stopped process keeps the other from sealing for a moment at most. */
static void sealed_beside_a_stopped_one(void **state)
{
    (void)state;
    program_signal(&h.ledgers[0], SIGSTOP);
    harness_deposit(&h, scene.accounts[0], "EUR", 1);
    assert_true(eventually(chain_is_sealed, &h, SEALED_MS));
    program_signal(&h.ledgers[0], SIGCONT);
    expect_whole();
}

/* A lower number may still come from a transaction that is open: nothing above it is sealed before. */
static void waits_for_open_transactions(void **state)
{
    (void)state;
    static const char insert[] = "insert into paybus.events (id, type, resource, object_id, command_id, "
                                 "owner, actor, after, created_at)"
                                 " values (gen_random_uuid(), 'test.late', 'key', gen_random_uuid(), "
                                 "gen_random_uuid(), 'o', 'a', '{}', now())";
    PGconn *late = database_connect(&database, "paybus_ledger");
    char sql[160];
    database_exec(late, "begin");
    database_exec(late, insert);
    harness_deposit(&h, scene.accounts[0], "EUR", 1);
    (void)snprintf(sql, sizeof sql, "select max(last_seq) < %s from paybus.blocks",
                   database_value(late, "select currval('paybus.events_seq')"));
    for (int i = 0; i < 3; i++) { /* longer than a round */
        pause_ms(BETWEEN_MS * 2);
        assert_string_equal(database_value(superuser, sql), "t");
    }
    database_exec(late, "commit");
    PQfinish(late);
    assert_true(eventually(chain_is_sealed, &h, SEALED_MS));
    expect_whole();
}

static void head_is_told(void **state)
{
    (void)state;
    chain_head(&h, head);
    assert_string_equal(database_value(superuser, "select max(seq) from paybus.events"),
                        database_value(superuser, "select max(last_seq) from paybus.blocks"));
    assert_true(program_logged(&h.ledgers[0], "block_sealed") ||
                program_logged(&h.ledgers[1], "block_sealed"));
    assert_int_equal(verify("--head", head), 0);
    assert_int_equal(verify("--from", "2"), 0);
    assert_int_equal(verify("--head", "nonsense"), 2);
    assert_int_equal(verify("--from", "0"), 2);
    for (int i = 0; i < h.ledger_count; i++)
        assert_int_equal(program_stop(&h.ledgers[i], SIGTERM, STOP_MS), 0);
}

/* Two posted events a and b of one block, and a copy of all that is sealed. */
static void prepare_damage(void **state)
{
    (void)state;
    char sql[512];
    database_exec(
        superuser,
        "create schema damage;"
        "create table damage.objects as"
        " select e[1] as a, e[2] as b, t[1] as ta, t[2] as tb, number"
        " from (select array_agg(e.seq order by e.seq) as e, array_agg(e.object_id order by e.seq) as t,"
        "       b.number from paybus.blocks b join paybus.events e on e.seq between b.first_seq and "
        "b.last_seq"
        "       where e.type = 'transaction.posted' and b.number > 1 group by b.number having count(*) > 2"
        "       order by b.number limit 1) as block");
    for (size_t i = 0; i < ROWS(sealed_tables); i++) {
        (void)snprintf(sql, sizeof sql, "create table damage.%s as table paybus.%s", sealed_tables[i],
                       sealed_tables[i]);
        database_exec(superuser, sql);
    }
}

static void undo(void)
{
    char sql[512];
    for (size_t i = 0; i < ROWS(sealed_tables); i++) {
        (void)snprintf(sql, sizeof sql, "truncate paybus.%s; insert into paybus.%s table damage.%s",
                       sealed_tables[i], sealed_tables[i], sealed_tables[i]);
        database_exec(superuser, sql);
    }
}

/* In what is wanted @a is the first event's number, @t its transaction, @b and @u the second's. */
static const struct {
    const char *name, *sql, *wanted;
    bool needs_head;
} damages[] = {
    {"an event's actor", "update paybus.events set actor = 'nobody' where seq = " FIND("a"),
     "event @a: altered", false},
    {"an event's time",
     "update paybus.events set created_at = created_at + interval '1 us' where seq = " FIND("a"),
     "event @a: altered", false},
    {"an event's trace", "update paybus.events set traceparent = null where seq = " FIND("a"),
     "event @a: altered", false},
    {"an amount", "update paybus.transactions set amount = amount + 1 where id = " FIND("ta"),
     "transaction @t of event @a: altered", false},
    {"a description", "update paybus.transactions set description = '' where id = " FIND("ta"),
     "transaction @t of event @a: altered", false},
    {"a detail",
     "insert into paybus.transaction_details (transaction_id, reason) values (" FIND("ta") ", 'r')",
     "transaction @t of event @a: altered", false},
    {"an entry's amount",
     "update paybus.entries set amount = amount + 1 where leg = 1 and transaction_id = " FIND("ta"),
     "entry 1 of transaction @t of event @a: altered", false},
    {"an entry's balance",
     "update paybus.entries set balance_after = balance_after + 1 where leg = 0 and transaction_id = " FIND(
         "tb"),
     "entry 0 of transaction @u of event @b: altered", false},
    {"an event deleted", "delete from paybus.events where seq = " FIND("a"), "event @a: missing", false},
    {"a transaction deleted", "delete from paybus.transactions where id = " FIND("ta"),
     "transaction @t of event @a: missing", false},
    {"an entry deleted", "delete from paybus.entries where leg = 0 and transaction_id = " FIND("ta"),
     "entry 0 of transaction @t of event @a: missing", false},
    {"an event inserted",
     "update paybus.events set seq = seq + 1000000 where seq > " FIND(
         "b") ";"
              "insert into paybus.events (seq, id, type, resource, object_id, command_id, owner, actor, "
              "after, created_at)"
              " select a, gen_random_uuid(), 'x.y', 'x', gen_random_uuid(), gen_random_uuid(), 'o', 'a', "
              "'{}', now()"
              " from damage.objects",
     "event @a: inserted", false},
    {"an entry inserted",
     "insert into paybus.entries select transaction_id, 2, account_id, account_version + 1000000, direction, "
     "amount,"
     " currency, balance_after, created_at from damage.entries where leg = 1 and transaction_id = " FIND(
         "ta"),
     "entry 2 of transaction @t of event @a: inserted", false},
    {"a transaction inserted",
     "insert into paybus.transactions select gen_random_uuid(), kind, amount, currency, entry_count, owner, "
     "actor,"
     " description, reference, metadata, created_at from damage.transactions where id = " FIND("ta"),
     "inserted, no event posts it", false},
    {"entries inserted",
     "insert into paybus.entries select gen_random_uuid(), leg, account_id, account_version + 1000000, "
     "direction,"
     " amount, currency, balance_after, created_at from damage.entries where transaction_id = " FIND("ta"),
     "inserted, no event posts it", false},
    {"events swapped",
     "delete from paybus.events where seq in (" FIND("a") ", " FIND(
         "b") ");"
              "insert into paybus.events select case e.seq when o.a then o.b else o.a end, e.id, e.xid, "
              "e.type, e.resource,"
              " e.object_id, e.command_id, e.owner, e.actor, e.source, e.traceparent, e.before, e.after, "
              "e.created_at"
              " from damage.events e, damage.objects o where e.seq in (o.a, o.b)",
     "event @a: swapped with event @b", false},
    {"transactions swapped",
     "delete from paybus.transactions where id in (" FIND("ta") ", " FIND(
         "tb") ");"
               "insert into paybus.transactions select case t.id when o.ta then o.tb else o.ta end, t.kind, "
               "t.amount, t.currency,"
               " t.entry_count, t.owner, t.actor, t.description, t.reference, t.metadata, t.created_at"
               " from damage.transactions t, damage.objects o where t.id in (o.ta, o.tb)",
     "transaction @t of event @a: swapped with transaction @u of event @b", false},
    {"a block's hash", "update paybus.blocks set hash = sha256('x') where number = " FIND("number"),
     "block @n: the block itself was altered", false},
    {"a block's time",
     "update paybus.blocks set sealed_at = sealed_at + interval '1 us' where number = " FIND("number"),
     "block @n: the block itself was altered", false},
    {"a block's marks",
     "update paybus.blocks set marks = set_byte(marks, 10, 255 - get_byte(marks, 10)) where number = " FIND(
         "number"),
     "block @n: the block's marks were altered", false},
    {"a block's link", "update paybus.blocks set previous_hash = sha256('x') where number = " FIND("number"),
     "block @n: does not follow the block before", false},
    {"a block deleted", "delete from paybus.blocks where number = " FIND("number"), "block @n: missing",
     false},
    {"the last block deleted",
     "delete from paybus.blocks where number = (select max(number) from damage.blocks)",
     "missing, the head that was kept names it", true},
};

static void wanted_text(const char *pattern, char ret_text[TEXT_SIZE])
{
    static const struct {
        char letter;
        const char *sql;
    } names[] = {
        {'a', "select a from damage.objects"},
        {'b', "select b from damage.objects"},
        {'n', "select number from damage.objects"},
        {'t', "select api.typeid('txn', ta) from damage.objects"},
        {'u', "select api.typeid('txn', tb) from damage.objects"},
    };
    size_t len = 0;
    for (const char *c = pattern; *c != '\0'; c++) {
        const char *part = NULL;
        for (size_t i = 0; *c == '@' && i < ROWS(names); i++)
            if (names[i].letter == c[1])
                part = database_value(superuser, names[i].sql);
        len += part != NULL ? (size_t)snprintf(ret_text + len, TEXT_SIZE - len, "%s", part)
                            : (size_t)snprintf(ret_text + len, TEXT_SIZE - len, "%c", *c);
        c += part != NULL;
    }
}

static void every_damage_is_named(void **state)
{
    (void)state;
    database_exec(superuser, "set session_replication_role = replica"); /* without the walls */
    for (size_t i = 0; i < ROWS(damages); i++) {
        char wanted[TEXT_SIZE];
        print_message("  %s\n", damages[i].name);
        wanted_text(damages[i].wanted, wanted);
        database_exec(superuser, damages[i].sql);
        int code = verify(NULL, NULL);
        if (damages[i].needs_head) {
            assert_int_equal(code, 0);
            code = verify("--head", head);
        }
        const char *found = strstr(tool.output, wanted);
        if (code != 1 || found == NULL)
            fail_msg("%s: ends with %d, lacks \"%s\": %s", damages[i].name, code, wanted, tool.output);
        assert_null(memchr(tool.output, '\n', (size_t)(found - tool.output))); /* the first line */
        undo();
    }
    expect_whole();
}

/* Somebody alters a row, deletes the blocks from there on and lets ledger-svc seal anew. */
static void a_chain_written_anew(void **state)
{
    (void)state;
    database_exec(superuser, "update paybus.transactions set amount = amount + 1 where id = " FIND("ta"));
    database_exec(superuser, "delete from paybus.blocks where number >= " FIND("number"));
    program_start(&h.ledgers[0]);
    assert_true(eventually(chain_is_sealed, &h, SEALED_MS));
    assert_int_equal(program_stop(&h.ledgers[0], SIGTERM, STOP_MS), 0);
    expect_whole(); /* by itself it is a chain like any other */
    assert_int_equal(verify("--head", head), 1);
    assert_non_null(strstr(tool.output, "head that was kept"));
    undo();
    assert_int_equal(verify("--head", head), 0);
}

static void without_a_database(void **state)
{
    (void)state;
    const char *const argv[] = {database_verify_path, "--database", "host=127.0.0.1 port=1", NULL};
    assert_int_equal(tool_run(&tool, argv), 2);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sealed_under_kills),
        cmocka_unit_test(sealed_beside_a_stopped_one),
        cmocka_unit_test(waits_for_open_transactions),
        cmocka_unit_test(head_is_told),
        cmocka_unit_test(prepare_damage),
        cmocka_unit_test(every_damage_is_named),
        cmocka_unit_test(a_chain_written_anew),
        cmocka_unit_test(without_a_database),
    };
    database.postgres = h.postgres;
    superuser = database_connect(&database, "postgres");
    api_open(&api, &h, 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    PQfinish(superuser);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2}, run);
}
