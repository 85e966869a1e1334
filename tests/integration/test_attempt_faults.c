/* test_attempt_faults.c - a batch's transaction, on a real PostgreSQL, with a fault at each of its steps in
   turn: every statement refused, the line cut before every message in either direction, every allocation
   failing, the arena too small. An attempt that fails leaves nothing behind and says whether repeating can
   help; repeated, it has its effect once, and the same commands again get the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger-svc/edge/attempt.h"
#include "ledger-svc/edge/ledger_metrics.h"
#include "shared/core/clock.h"
#include "shared/core/parse.h"
#include "shared/core/typeid.h"
#include "shared/io/log.h"
#include "tests/support/database.h"
#include "tests/support/fault_proxy.h"

#define COMMANDS_MAX     4
#define ARENA_BYTES      (1 << 20)
#define DEADLINE_US      INT64_C(60000000)
#define RETENTION_HOURS  24
#define FUNDS            1000000
#define TRIES_MAX        20
#define CUTS_MAX         200
#define FAULT_STEP       4
#define BOOKS_NUMBERS    11
#define SMALL_ARENA_STEP 512

static struct database database;
static struct fault_proxy *proxy;
static PGconn *superuser;
static struct attempt attempt;
static char first_account[TYPEID_TEXT_SIZE], second_account[TYPEID_TEXT_SIZE];

/* Of this program's own code, not of libpq's or jansson's. Negative: none fails. */
static long allocations_left = -1;
static bool allocation_failed;

static bool fails_now(void)
{
    if (allocations_left < 0 || allocations_left-- > 0)
        return false;
    allocation_failed = true;
    return true;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
    return fails_now() ? NULL : __real_realloc(memory, size);
}

/* Commands of one batch, with what they borrow from. */
struct batch {
    struct arena arena;
    struct command commands[COMMANDS_MAX];
    json_t *roots[COMMANDS_MAX];
    size_t count;
};

static void batch_free(struct batch *b)
{
    for (size_t i = 0; i < b->count; i++)
        json_decref(b->roots[i]);
    arena_free(&b->arena);
}

static struct command *add(struct batch *b, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);
static struct command *add(struct batch *b, const char *name, const char *format, ...)
{
    static uint32_t number;
    char text[512];
    struct problem problem;
    struct command *c = &b->commands[b->count];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const struct command_spec *spec = command_spec_find(str_of(name));
    assert_non_null(spec);
    assert_int_equal(json_parse_object(str_of(text), &b->roots[b->count], &problem), STATUS_OK);
    assert_int_equal(json_check(b->roots[b->count], spec->fields, spec->field_count, &problem), STATUS_OK);
    *c = (struct command){.type = command_type_find(str_of(name)),
                          .deadline_us = clock_unix_us() + DEADLINE_US,
                          .envelope = {.id = uuid7_make(clock_unix_us(), number++, 1),
                                       .owner = STR_LIT("ann"),
                                       .actor = STR_LIT("key_1"),
                                       .staff = true,
                                       .data = b->roots[b->count]}};
    c->key_digest = digest_key(c->envelope.owner, c->envelope.key, &c->envelope.id);
    c->data = c->type->decode(&c->envelope, &b->arena);
    assert_non_null(c->data);
    b->count++;
    return c;
}

static void set_source(struct command *c)
{
    static int number;
    static char source[32];
    (void)snprintf(source, sizeof source, "test:%d", ++number);
    c->envelope.source = str_of(source);
    c->source_digest = digest_source(c->envelope.source);
}

/* As the engine does it: again while that can help. */
static enum status run(const struct batch *b, const struct answer **ret_answers)
{
    enum status s = STATUS_FAILED;
    for (int i = 0; i < TRIES_MAX; i++) {
        s = attempt_run(&attempt, b->commands, b->count, ret_answers);
        if (s != STATUS_RETRY && s != STATUS_UNKNOWN && s != STATUS_UNAVAILABLE && s != STATUS_TIMEOUT)
            break;
    }
    return s;
}

static void take_id(const struct answer *a, const char *member, char ret_id[TYPEID_TEXT_SIZE])
{
    json_t *body = json_loadb(a->body.data, a->body.len, 0, NULL);
    const json_t *hold = json_object_get(body, "hold");
    const char *id = json_string_value(json_object_get(hold != NULL ? hold : body, member));
    assert_non_null(id);
    (void)snprintf(ret_id, TYPEID_TEXT_SIZE, "%s", id);
    json_decref(body);
}

/* A command that nothing disturbs, and the id that it made. */
static void make(const char *name, const char *data, char ret_id[TYPEID_TEXT_SIZE])
{
    struct batch b = {0};
    const struct answer *answers;
    arena_init(&b.arena, ARENA_BYTES);
    (void)add(&b, name, "%s", data);
    assert_int_equal(run(&b, &answers), STATUS_OK);
    assert_int_equal(answers[0].status, 201);
    take_id(&answers[0], "id", ret_id);
    batch_free(&b);
}

static void money_and_holds(struct batch *b)
{
    (void)add(b, "account.create", "{\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"W\"}");
    set_source(
        add(b, "deposit.create", "{\"account\":\"%s\",\"amount\":5,\"currency\":\"EUR\"}", first_account));
    (void)add(b, "transfer.create", "{\"from_account\":\"%s\",\"to_account\":\"%s\",\"amount\":3}",
              first_account, second_account);
    (void)add(b, "hold.authorize", "{\"account\":\"%s\",\"amount\":7}", first_account);
}

static void capture(struct batch *b)
{
    char data[128], hold[TYPEID_TEXT_SIZE];
    (void)snprintf(data, sizeof data, "{\"account\":\"%s\",\"amount\":9}", first_account);
    make("hold.authorize", data, hold);
    (void)add(b, "hold.capture", "{\"hold\":\"%s\",\"amount\":4,\"final\":false}", hold);
}

static void make_transfer(char ret_id[TYPEID_TEXT_SIZE])
{
    char data[192];
    (void)snprintf(data, sizeof data, "{\"from_account\":\"%s\",\"to_account\":\"%s\",\"amount\":9}",
                   first_account, second_account);
    make("transfer.create", data, ret_id);
}

/* The first part of one transaction and a further part of another. */
static void give_back(struct batch *b)
{
    char data[128], fresh[TYPEID_TEXT_SIZE], begun[TYPEID_TEXT_SIZE], id[TYPEID_TEXT_SIZE];
    make_transfer(fresh);
    make_transfer(begun);
    (void)snprintf(data, sizeof data, "{\"transaction\":\"%s\",\"amount\":2,\"reason\":\"a mistake\"}",
                   begun);
    make("transaction.reverse", data, id);
    (void)add(b, "transaction.reverse", "{\"transaction\":\"%s\",\"amount\":4,\"reason\":\"a mistake\"}",
              fresh);
    (void)add(b, "transaction.reverse", "{\"transaction\":\"%s\",\"amount\":3,\"reason\":\"a mistake\"}",
              begun);
}

/* Nothing to store: its deadline has passed. */
static void nothing(struct batch *b)
{
    add(b, "account.create", "{\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"W\"}")->deadline_us = 1;
}

/* What a batch asks for, and what it adds to the books when nothing disturbs it. */
struct scenario {
    const char *name;
    void (*fill)(struct batch *b);
    int64_t adds[BOOKS_NUMBERS];
};
static struct scenario scenarios[] = {{"money and holds", money_and_holds, {0}},
                                      {"capture", capture, {0}},
                                      {"nothing", nothing, {0}},
                                      {"reversals", give_back, {0}}};
#define SCENARIOS (sizeof scenarios / sizeof scenarios[0])

static void read_books(int64_t ret_numbers[BOOKS_NUMBERS])
{
    const char *text = database_value(
        superuser,
        "select concat_ws(' ', (select count(*) from paybus.accounts), (select count(*) from "
        "paybus.transactions),"
        " (select count(*) from paybus.entries), (select count(*) from paybus.events),"
        " (select count(*) from paybus.idempotency_keys), (select count(*) from paybus.sources),"
        " (select count(*) from paybus.holds), (select count(*) from paybus.transaction_details),"
        " (select sum(version) from paybus.accounts), (select sum(debits_pending) from paybus.accounts),"
        " (select coalesce(sum(captured), 0) from paybus.holds))");
    for (int i = 0; i < BOOKS_NUMBERS; i++) {
        char *end;
        ret_numbers[i] = strtoll(text, &end, 10);
        text = end;
    }
}

static void expect_added(const int64_t before[BOOKS_NUMBERS], const int64_t adds[BOOKS_NUMBERS],
                         const char *what)
{
    int64_t after[BOOKS_NUMBERS];
    read_books(after);
    for (int i = 0; i < BOOKS_NUMBERS; i++)
        if (after[i] - before[i] != adds[i])
            fail_msg("%s: number %d of the books went from %lld to %lld, not by %lld", what, i,
                     (long long)before[i], (long long)after[i], (long long)adds[i]);
}

/* Done now, once; and the same commands again get the same bytes. */
static void expect_done(const struct scenario *s, const struct batch *b, const int64_t before[BOOKS_NUMBERS],
                        const char *what)
{
    const struct answer *answers;
    char *first[COMMANDS_MAX];
    enum status status = run(b, &answers);
    if (status != STATUS_OK)
        fail_msg("%s: %s after the fault has gone", what, status_name(status));
    for (size_t i = 0; i < b->count; i++) {
        assert_int_equal(answers[i].status, s->fill == nothing ? 503 : 201);
        first[i] = strndup(answers[i].body.data, answers[i].body.len);
    }
    expect_added(before, s->adds, what);
    assert_int_equal(run(b, &answers), STATUS_OK);
    for (size_t i = 0; i < b->count; i++) {
        assert_int_equal(strlen(first[i]), answers[i].body.len);
        assert_memory_equal(first[i], answers[i].body.data, answers[i].body.len);
        free(first[i]);
    }
    expect_added(before, s->adds, what);
}

static void prepare(const struct scenario *s, struct batch *b, int64_t ret_before[BOOKS_NUMBERS])
{
    *b = (struct batch){0};
    arena_init(&b->arena, ARENA_BYTES);
    s->fill(b);
    read_books(ret_before);
}

/* Without a fault: what each adds is what it must add with one. */
static void measure(struct scenario *s)
{
    struct batch b;
    const struct answer *answers;
    int64_t before[BOOKS_NUMBERS], after[BOOKS_NUMBERS];
    prepare(s, &b, before);
    assert_int_equal(run(&b, &answers), STATUS_OK);
    read_books(after);
    for (int i = 0; i < BOOKS_NUMBERS; i++)
        s->adds[i] = after[i] - before[i];
    expect_done(s, &b, before, s->name);
    batch_free(&b);
}

static int set_up(void **state)
{
    (void)state;
    static char url[DATABASE_URL_SIZE];
    char data[128], id[TYPEID_TEXT_SIZE];
    log_init("test", "1", LOG_ERROR);
    ledger_metrics_init();
    database_create_migrated(&database);
    proxy = fault_proxy_start(database.postgres.port, FAULT_PROTOCOL_POSTGRES);
    superuser = database_connect(&database, "postgres");
    (void)snprintf(url, sizeof url, "postgresql://paybus_ledger@127.0.0.1:%d/paybus?sslmode=disable",
                   fault_proxy_port(proxy));
    assert_int_equal(attempt_open(&attempt, url, RETENTION_HOURS), STATUS_OK);
    make("account.create", "{\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"A\"}", first_account);
    make("account.create", "{\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"B\"}", second_account);
    (void)snprintf(data, sizeof data, "{\"account\":\"%s\",\"amount\":%d,\"currency\":\"EUR\"}",
                   first_account, FUNDS);
    make("deposit.create", data, id);
    struct batch b = {0};
    int64_t before[BOOKS_NUMBERS];
    const struct answer *answers;
    prepare(&scenarios[1], &b, before); /* the escrow account, made on its first use */
    assert_int_equal(run(&b, &answers), STATUS_OK);
    batch_free(&b);
    for (size_t i = 0; i < SCENARIOS; i++)
        measure(&scenarios[i]);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    attempt_close(&attempt);
    PQfinish(superuser);
    fault_proxy_stop(proxy);
    database_destroy(&database);
    return 0;
}

/* A right that a statement needs, taken away and given back. */
struct refusal {
    const char *statement; /* of ledger-svc/store/sql that fails first */
    int scenario;
    const char *right, *of;
};
#define LEDGER "paybus_ledger"
static const struct refusal refusals[] = {
    {"take_locks", 0, "execute on function pg_catalog.pg_advisory_xact_lock(bigint)", "public"},
    {"load_keys", 0, "select on paybus.idempotency_keys", LEDGER},
    {"load_sources", 0, "select on paybus.sources", LEDGER},
    {"load_accounts", 0, "select on paybus.accounts", LEDGER},
    {"insert_accounts", 0, "insert on paybus.accounts", LEDGER},
    {"update_accounts", 0, "update (debits_posted) on paybus.accounts", LEDGER},
    {"insert_transactions", 0, "insert on paybus.entries", LEDGER},
    {"insert_holds", 0, "insert on paybus.holds", LEDGER},
    {"insert_events", 0, "insert on paybus.events", LEDGER},
    {"insert_keys", 0, "insert on paybus.idempotency_keys", LEDGER},
    {"insert_sources", 0, "insert on paybus.sources", LEDGER},
    {"load_holds", 1, "select on paybus.holds", LEDGER},
    {"load_accounts, of objects", 1, "select on paybus.accounts", LEDGER},
    {"insert_transaction_details", 1, "insert on paybus.transaction_details", LEDGER},
    {"update_holds", 1, "update (captured) on paybus.holds", LEDGER},
    {"load_originals", 3, "select on paybus.reversals", LEDGER},
    {"load_original_entries", 3, "select on paybus.entries", LEDGER},
    {"insert_reversals", 3, "insert on paybus.reversals", LEDGER},
    {"update_reversals", 3, "update (reversed) on paybus.reversals", LEDGER},
    {"force_synchronous_commit", 2,
     "execute on function pg_catalog.pg_logical_emit_message(boolean, text, text)", "public"},
};

static void statement_refused(void **state)
{
    (void)state;
    static const int64_t none[BOOKS_NUMBERS];
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct refusal *r = &refusals[i];
        struct scenario *s = &scenarios[r->scenario];
        struct batch b;
        int64_t before[BOOKS_NUMBERS];
        const struct answer *answers;
        char sql[256];
        prepare(s, &b, before);
        (void)snprintf(sql, sizeof sql, "revoke %s from %s", r->right, r->of);
        database_exec(superuser, sql);
        enum status status = run(&b, &answers);
        (void)snprintf(sql, sizeof sql, "grant %s to %s", r->right, r->of);
        database_exec(superuser, sql);
        if (status != STATUS_FAILED)
            fail_msg("%s: %s", r->statement, status_name(status));
        expect_added(before, none, r->statement);
        expect_done(s, &b, before, r->statement);
        batch_free(&b);
    }
}

/* COMMIT itself is refused. */
static void commit_refused(void **state)
{
    (void)state;
    static const int64_t none[BOOKS_NUMBERS];
    struct batch b;
    int64_t before[BOOKS_NUMBERS];
    const struct answer *answers;
    database_exec(superuser, "create function paybus.refuse() returns trigger language plpgsql as"
                             " $$ begin raise exception 'no'; end $$");
    prepare(&scenarios[0], &b, before);
    database_exec(superuser,
                  "create constraint trigger refuse after insert on paybus.holds deferrable initially"
                  " deferred for each row execute function paybus.refuse()");
    assert_int_equal(run(&b, &answers), STATUS_FAILED);
    database_exec(superuser, "drop trigger refuse on paybus.holds");
    expect_added(before, none, "commit");
    expect_done(&scenarios[0], &b, before, "commit");
    batch_free(&b);
}

/* Every fault in turn takes a minute; make test takes one in so many of the long lists, make soak each. */
static long step(void)
{
    int64_t value = FAULT_STEP;
    const char *text = getenv("PAYBUS_FAULT_STEP");
    if (text != NULL && parse_int64(str_of(text), 1, 100, &value) != STATUS_OK)
        fail_msg("PAYBUS_FAULT_STEP: %s is not a step", text);
    return (long)value;
}

/* Cuts before the n-th message; false when there are fewer. */
static bool cut_at(struct scenario *s, enum fault_direction direction, int message)
{
    struct batch b;
    int64_t before[BOOKS_NUMBERS];
    char what[64];
    (void)snprintf(what, sizeof what, "%s, cut at message %d %s", s->name, message,
                   direction == FAULT_TO_SERVER ? "to the server" : "from the server");
    prepare(s, &b, before);
    int cuts = fault_proxy_cuts(proxy);
    fault_proxy_cut_at(proxy, direction, message);
    expect_done(s, &b, before, what); /* it repeats the batch until it knows */
    bool happened = fault_proxy_cuts(proxy) > cuts;
    fault_proxy_cut_at(proxy, direction, 0);
    batch_free(&b);
    return happened;
}

static void line_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < SCENARIOS; i++) {
        for (int direction = FAULT_TO_SERVER; direction <= FAULT_TO_CLIENT; direction++) {
            int n = 1;
            while (n < CUTS_MAX && cut_at(&scenarios[i], (enum fault_direction)direction, n))
                n += (int)step();
            assert_in_range(n, 10, CUTS_MAX - 1); /* they were really counted */
        }
    }
}

/* Fails the n-th allocation of an attempt on a fresh connection; false when there are fewer. */
static bool allocation_at(struct scenario *s, long n)
{
    static const int64_t none[BOOKS_NUMBERS];
    struct batch b;
    int64_t before[BOOKS_NUMBERS];
    const struct answer *answers;
    char what[64];
    (void)snprintf(what, sizeof what, "%s, allocation %ld", s->name, n);
    prepare(s, &b, before);
    arena_free(&attempt.arena);
    arena_init(&attempt.arena, ARENA_BYTES);
    db_params_free(&attempt.store.params);
    db_params_init(&attempt.store.params, ARENA_BYTES);
    allocation_failed = false;
    allocations_left = n;
    enum status status = attempt_run(&attempt, b.commands, b.count, &answers);
    allocations_left = -1;
    if (allocation_failed && status != STATUS_OK)
        expect_added(before, none, what);
    assert_true(allocation_failed || status == STATUS_OK);
    expect_done(s, &b, before, what);
    batch_free(&b);
    return allocation_failed;
}

static void allocation_fails(void **state)
{
    (void)state;
    for (size_t i = 0; i < SCENARIOS; i++) {
        long n = 0;
        while (allocation_at(&scenarios[i], n))
            n += step();
        assert_true(n > 1);
    }
}

/* Too little memory for the batch: never half of it. */
static void arena_too_small(void **state)
{
    (void)state;
    static const int64_t none[BOOKS_NUMBERS];
    for (size_t i = 0; i < SCENARIOS; i++) {
        enum status status = STATUS_FULL;
        for (size_t cap = 1; status == STATUS_FULL; cap += SMALL_ARENA_STEP) {
            struct batch b;
            int64_t before[BOOKS_NUMBERS];
            const struct answer *answers;
            prepare(&scenarios[i], &b, before);
            arena_free(&attempt.arena);
            arena_init(&attempt.arena, cap);
            status = attempt_run(&attempt, b.commands, b.count, &answers);
            if (status == STATUS_FULL)
                expect_added(before, none, "arena");
            else
                assert_int_equal(status, STATUS_OK);
            arena_free(&attempt.arena);
            arena_init(&attempt.arena, ARENA_BYTES);
            expect_done(&scenarios[i], &b, before, "arena");
            batch_free(&b);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statement_refused), cmocka_unit_test(commit_refused),  cmocka_unit_test(line_cut),
        cmocka_unit_test(allocation_fails),  cmocka_unit_test(arena_too_small),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
