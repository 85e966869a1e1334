/* test_recon_plants.c - good books raise nothing; each way to spoil them is named by an incremental run and
   by a full one: what is wrong with which object and by how much, no more and no less. Each is planted by the
   superuser, triggers off, in a copy of the database. PAYBUS_PLANTS_TRANSFERS sets how many transfers the
   books have (5,000); make soak takes 100,000. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recon-svc/domain/check.h"
#include "shared/core/clock.h"
#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/chain.h"
#include "tests/e2e/inbound.h"
#include "tests/e2e/recon.h"
#include "tests/e2e/recon_plants.h"
#include "tests/e2e/scene.h"
#include "tests/support/database.h"
#include "tests/support/jetstream.h"
#include "tests/support/process.h"

#define DEFAULT_TRANSFERS 5000
#define BATCH             1000
#define ACCOUNTS          12
#define REPEAT_EACH       6      /* in make soak all */
#define GRACE             "5"    /* seconds */
#define SEALED_MS         300000 /* a hundred thousand are sealed with a tenth of a core */
#define LONG_GRACE        "36000"
#define MESSAGE_GRACE     "1" /* of plants that have a message */
#define MESSAGE_GRACE_MS  1000
#define STOP_MS           10000
#define DAY_SECONDS       86400 /* in make soak the plants take longer than holds live by default */
#define VALUE_SIZE        64
#define NAMES_MAX         64
#define TEXT_SIZE         8192
#define COPIES_KEPT       8
#define COPY_NAME_SIZE    24

static struct harness h;
static struct api api;
static struct database database; /* only to connect */
static natsConnection *webhook;  /* may publish into PAY_DLQ and delete from it */
static jsCtx *js;
static int64_t message_ms;
static char accounts[ACCOUNTS][TYPEID_TEXT_SIZE];
static char copy_name[COPY_NAME_SIZE]; /* the last one */
static char values[NAMES_MAX][VALUE_SIZE];

static int transfers_wanted(void)
{
    const char *text = getenv("PAYBUS_PLANTS_TRANSFERS");
    return text != NULL ? (int)strtol(text, NULL, 10) : DEFAULT_TRANSFERS;
}

static void transfer_batch(int count)
{
    char key[HARNESS_KEY_SIZE];
    CLEANUP(buf_free) struct buf body = {0};
    buf_init(&body, 1 << 20);
    buf_add_str(&body, "{\"mode\":\"each\",\"transfers\":[");
    for (int i = 0; i < count; i++)
        buf_addf(&body, "%s{\"from_account\":\"%s\",\"to_account\":\"%s\",\"amount\":%d}", i > 0 ? "," : "",
                 accounts[i % ACCOUNTS], accounts[(i + 1 + i / ACCOUNTS % (ACCOUNTS - 1)) % ACCOUNTS],
                 1 + i % 90);
    buf_add_str(&body, "]}");
    harness_new_key(key);
    assert_int_equal(
        api_send(&api, &(struct api_request){.path = "/v1/transfers/batch", .key = key, .body = body.data}),
        200);
}

static void hold(const char *key, int amount, const char *step)
{
    char path[96], step_key[64];
    assert_int_equal(api_post(&api, "/v1/holds", key, "{'account':'@held','amount':%d,'ttl_seconds':%d}",
                              amount, DAY_SECONDS),
                     201);
    if (step == NULL)
        return;
    bool is_release = strcmp(step, "release") == 0;
    (void)snprintf(path, sizeof path, "/v1/holds/%s/%s", api_string(&api, "hold.id"),
                   is_release ? step : "capture");
    (void)snprintf(step_key, sizeof step_key, "%s-step", key);
    int status = api_post(&api, path, step_key, "%s", is_release ? "{}" : step);
    assert_int_equal(status, is_release ? 200 : 201);
}

static void make_objects(void)
{
    char path[96], held[TYPEID_TEXT_SIZE], dollars[TYPEID_TEXT_SIZE];
    harness_open_account(&h, "EUR", held);
    harness_deposit(&h, held, "EUR", 100000);
    harness_open_account(&h, "USD", dollars);
    cast_add("held", held);
    cast_add("dollars", dollars);
    cast_add("other", accounts[0]);
    hold("captured", 500, "{}");
    hold("partly", 400, "{'amount':150,'final':false}");
    hold("released", 300, "release");
    hold("authorized", 200, NULL);
    assert_int_equal(api_post(&api, "/v1/exchanges", "exchange",
                              "{'from_account':'@held','to_account':'@dollars','sell_amount':7,"
                              "'rate':{'numerator':1,'denominator':2},'rounding':'half_even'}"),
                     201);
    assert_int_equal(api_post(&api, "/v1/transfers", "original",
                              "{'from_account':'@held','to_account':'@other','amount':90,'reference':'o'}"),
                     201);
    (void)snprintf(path, sizeof path, "/v1/transactions/%s/reverse", api_string(&api, "id"));
    assert_int_equal(api_post(&api, path, "reversal", "{'amount':40,'reason':'a part'}"), 201);
}

static void expect_clean(bool is_full)
{
    int code = recon_once(&h, "paybus", is_full);
    PGconn *conn = database_connect(&database, "postgres");
    const char *open = recon_open(conn);
    if (code != 0 || *open != '\0') {
        recon_print_log(&h);
        fail_msg("%s run of good books ends with %d: %s", is_full ? "full" : "incremental", code, open);
    }
    PQfinish(conn);
}

static void keep_checkpoints(void)
{
    PGconn *conn = database_connect(&database, "postgres");
    database_exec(conn, "create table public.checkpoints as table paybus.reconcile_checkpoints");
    PQfinish(conn);
}

/* What a full run has proved, and as much again as there is to be spoiled. */
static void good_books_pass(void **state)
{
    (void)state;
    harness_open_funded(&h, "EUR", 10000000, ACCOUNTS, accounts);
    for (int left = transfers_wanted(); left > 0; left -= BATCH)
        transfer_batch(left < BATCH ? left : BATCH);
    assert_true(eventually(chain_is_sealed, &h, SEALED_MS));
    expect_clean(true);
    keep_checkpoints();
    transfer_batch(200);
    assert_true(eventually(chain_is_sealed, &h, SEALED_MS));
    make_objects();
    assert_true(eventually(chain_is_sealed, &h, SEALED_MS));
    expect_clean(true);
    expect_clean(false);
}

/* What is younger is given time to be consumed. */
static bool grace_is_over(void *conn)
{
    return strcmp(database_value(conn, "select max(created_at) < clock_timestamp() - interval '" GRACE
                                       " s' from paybus.entries"),
                  "t") == 0;
}

/* Back to where the first run was: everything since is news, and old enough to be held against it. */
static void make_news(void **state)
{
    (void)state;
    assert_int_equal(program_stop(&h.ingresses[0], SIGTERM, STOP_MS), 0);
    assert_int_equal(program_stop(&h.ledgers[0], SIGTERM, STOP_MS), 0);
    PGconn *conn = database_connect(&database, "postgres");
    database_exec(conn, "delete from paybus.reconcile_runs where id <> (select id from paybus.reconcile_runs "
                        "order by started_at limit 1);"
                        "delete from paybus.reconcile_checkpoints;"
                        "insert into paybus.reconcile_checkpoints table public.checkpoints");
    assert_true(eventually(grace_is_over, conn, SEALED_MS));
    PQfinish(conn);
}

/* {name} by its value. */
static void fill_in(const char *text, char *out, size_t size)
{
    size_t len = 0;
    for (const char *c = text; *c != '\0' && len + VALUE_SIZE < size; c++) {
        const char *end = *c == '{' ? strchr(c, '}') : NULL, *value = NULL;
        for (size_t i = 0; end != NULL && i < recon_name_count; i++)
            if (strlen(recon_names[i].name) == (size_t)(end - c - 1) &&
                memcmp(recon_names[i].name, c + 1, (size_t)(end - c - 1)) == 0)
                value = values[i];
        if (value != NULL) {
            len += (size_t)snprintf(out + len, size - len, "%s", value);
            c = end;
        } else {
            out[len++] = *c;
        }
    }
    out[len] = '\0';
}

static void find_names(void **state)
{
    (void)state;
    static char sql[TEXT_SIZE];
    PGconn *conn = database_connect(&database, "postgres");
    assert_true(recon_name_count <= NAMES_MAX);
    for (size_t i = 0; i < recon_name_count; i++) {
        fill_in(recon_names[i].sql, sql, sizeof sql);
        (void)snprintf(values[i], VALUE_SIZE, "%s", database_value(conn, sql));
    }
    PQfinish(conn);
}

static PGconn *connect_to(const char *name)
{
    char conninfo[160];
    (void)snprintf(conninfo, sizeof conninfo,
                   "host=127.0.0.1 port=%d user=postgres dbname=%s options='-c TimeZone=UTC'",
                   h.postgres.port, name);
    PGconn *conn = PQconnectdb(conninfo);
    assert_int_equal(PQstatus(conn), CONNECTION_OK);
    return conn;
}

/* A line of what is wanted stands for a line that was found: a word "*" for any. */
static bool line_fits(const char *wanted, size_t wanted_len, const char *found, size_t found_len)
{
    size_t w = 0, f = 0;
    while (w < wanted_len && f < found_len) {
        if (wanted[w] == '*') {
            w++;
            while (f < found_len && found[f] != ' ')
                f++;
        } else if (wanted[w++] != found[f++]) {
            return false;
        }
    }
    return w == wanted_len && f == found_len;
}

static size_t line_len(const char *line)
{
    return strcspn(line, "\n");
}

/* How many lines of found the line stands for. */
static int count_fits(const char *line, size_t len, const char *found)
{
    int count = 0;
    for (const char *f = found; *f != '\0'; f += line_len(f) + (f[line_len(f)] == '\n'))
        count += line_fits(line, len, f, line_len(f));
    return count;
}

static bool all_found(const char *wanted, const char *found, bool is_full)
{
    static const char full_only[] = "full: ";
    int lines = 0, found_lines = *found != '\0';
    for (const char *w = wanted; *w != '\0'; w += line_len(w) + (w[line_len(w)] == '\n')) {
        bool is_full_only = strncmp(w, full_only, strlen(full_only)) == 0;
        if (is_full_only && !is_full)
            continue;
        const char *line = is_full_only ? w + strlen(full_only) : w;
        if (count_fits(line, line_len(line), found) != 1)
            return false;
        lines++;
    }
    for (const char *f = found; *f != '\0'; f++)
        found_lines += *f == '\n';
    return lines == found_lines;
}

/* Runs and compares; false, and says so, when it is not what is wanted. */
static bool is_named(const struct recon_plant *plant, PGconn *conn, bool is_full)
{
    static char wanted[TEXT_SIZE];
    fill_in(plant->wanted, wanted, sizeof wanted);
    int code = recon_once(&h, copy_name, is_full);
    const char *found = recon_open(conn);
    if (all_found(wanted, found, is_full) && code == (*found != '\0' ? 2 : 0))
        return true;
    if (code != 0 && code != 2)
        recon_print_log(&h);
    print_message("%s, %s run, ends with %d\n--- wanted\n%s\n--- found\n%s\n", plant->name,
                  is_full ? "full" : "incremental", code, wanted, found);
    return false;
}

static bool message_is_old(void *context)
{
    (void)context;
    return clock_monotonic_ms() > message_ms + MESSAGE_GRACE_MS;
}

static void delete_message(uint64_t seq)
{
    assert_int_equal(js_DeleteMsg(js, "PAY_DLQ", seq, NULL, NULL), NATS_OK);
}

/* Its sequence; 0: it is there no more. */
static uint64_t plant_message(const struct recon_letter_plant *plant)
{
    char letter[2 * VALUE_SIZE];
    natsMsg *message = NULL;
    jsPubAck *ack = NULL;
    fill_in(plant->letter, letter, sizeof letter);
    assert_int_equal(natsMsg_Create(&message, "pay.dlq.webhook.x", NULL, "{}", 2), NATS_OK);
    if (*letter != '\0')
        assert_int_equal(natsMsgHeader_Set(message, "Paybus-Dead-Letter", letter), NATS_OK);
    assert_int_equal(js_PublishMsg(&ack, js, message, NULL, NULL), NATS_OK);
    uint64_t seq = ack->Sequence;
    jsPubAck_Destroy(ack);
    natsMsg_Destroy(message);
    if (plant->is_deleted) {
        delete_message(seq);
        return 0;
    }
    message_ms = clock_monotonic_ms();
    assert_true(eventually(message_is_old, NULL, STOP_MS));
    return seq;
}

static void spoil(PGconn *conn, const char *text)
{
    static char sql[TEXT_SIZE];
    fill_in(text, sql, sizeof sql);
    database_exec(conn, sql);
}

static void name_copy(int number, char ret_name[static COPY_NAME_SIZE])
{
    (void)snprintf(ret_name, COPY_NAME_SIZE, "planted_%d", number);
}

/* Several at once: a file system looks long for room among what was deleted just now. */
static void drop_copies(PGconn *conn)
{
    char sql[64], name[COPY_NAME_SIZE];
    for (int i = 0; i < COPIES_KEPT; i++) {
        name_copy(i, name);
        (void)snprintf(sql, sizeof sql, "drop database if exists %s", name);
        database_exec(conn, sql);
    }
}

/* A connection to a spoiled copy. */
static PGconn *plant_copy(const struct recon_plant *plant)
{
    static int copies;
    char sql[96];
    PGconn *conn = connect_to("postgres");
    if (copies % COPIES_KEPT == 0)
        drop_copies(conn);
    name_copy(copies++ % COPIES_KEPT, copy_name);
    (void)snprintf(sql, sizeof sql, "create database %s template paybus strategy file_copy", copy_name);
    database_exec(conn, sql);
    PQfinish(conn);
    conn = connect_to(copy_name);
    database_exec(conn, "set session_replication_role = replica");
    spoil(conn, plant->sql);
    return conn;
}

/* is_repeated: a second run of each kind finds the same once more, and nothing twice. */
static bool try_plant(const struct recon_plant *plant, bool is_repeated)
{
    PGconn *conn = plant_copy(plant);
    bool incremental = is_named(plant, conn, false), again = !is_repeated || is_named(plant, conn, false),
         full = is_named(plant, conn, true), after = !is_repeated || is_named(plant, conn, true);
    PQfinish(conn);
    return incremental && again && full && after;
}

static bool is_wanted(const struct recon_plant *plant)
{
    const char *only = getenv("PAYBUS_PLANT");
    return only == NULL || strstr(plant->name, only) != NULL;
}

static bool is_tried_twice(size_t index)
{
    return index % REPEAT_EACH == 0 || transfers_wanted() != DEFAULT_TRANSFERS;
}

static void every_plant_is_named(void **state)
{
    (void)state;
    size_t missed = 0;
    for (size_t i = 0; i < recon_plant_count; i++)
        if (is_wanted(&recon_plants[i]))
            missed += !try_plant(&recon_plants[i], is_tried_twice(i));
    print_message("%zu of %zu named\n", recon_plant_count - missed, recon_plant_count);
    assert_int_equal(missed, 0);
}

static bool try_late_plant(const struct recon_late_plant *late)
{
    const struct recon_plant before = {late->plant.name, late->plant.sql, late->before};
    PGconn *conn = plant_copy(&late->plant);
    (void)setenv("PAYBUS_RECON_GRACE_SECONDS", LONG_GRACE, 1);
    bool first = is_named(&before, conn, false);
    (void)setenv("PAYBUS_RECON_GRACE_SECONDS", GRACE, 1);
    spoil(conn, late->age);
    bool second = is_named(&late->plant, conn, false);
    PQfinish(conn);
    return first && second;
}

static void what_becomes_late_is_named(void **state)
{
    (void)state;
    size_t missed = 0;
    for (size_t i = 0; i < recon_late_plant_count; i++)
        if (is_wanted(&recon_late_plants[i].plant))
            missed += !try_late_plant(&recon_late_plants[i]);
    assert_int_equal(missed, 0);
}

/* Without a connection to the database, which is copied for each plant. */
static void open_stream(void)
{
    const struct inbound in = {.h = &h};
    webhook = inbound_connect(&in, "webhook");
    if (jetstream_open(&js, webhook) != NATS_OK)
        servers_fail("no JetStream");
}

static void close_stream(void)
{
    jsCtx_Destroy(js);
    natsConnection_Destroy(webhook);
}

/* Its message is the only one in PAY_DLQ. */
static bool try_letter_plant(const struct recon_letter_plant *plant, bool is_repeated)
{
    uint64_t seq = plant_message(plant);
    bool is_found = try_plant(&plant->plant, is_repeated);
    if (seq > 0)
        delete_message(seq);
    return is_found;
}

static void every_plant_with_a_message_is_named(void **state)
{
    (void)state;
    size_t missed = 0;
    open_stream();
    (void)setenv("PAYBUS_RECON_GRACE_SECONDS", MESSAGE_GRACE, 1);
    for (size_t i = 0; i < recon_letter_plant_count; i++)
        if (is_wanted(&recon_letter_plants[i].plant))
            missed += !try_letter_plant(&recon_letter_plants[i], is_tried_twice(i));
    close_stream();
    print_message("%zu of %zu with messages named\n", recon_letter_plant_count - missed,
                  recon_letter_plant_count);
    assert_int_equal(missed, 0);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_books_pass),
        cmocka_unit_test(make_news),
        cmocka_unit_test(find_names),
        cmocka_unit_test(every_plant_is_named),
        cmocka_unit_test(what_becomes_late_is_named),
        cmocka_unit_test(every_plant_with_a_message_is_named),
    };
    database.postgres = h.postgres;
    api_open(&api, &h, 0);
    (void)setenv("PAYBUS_RECON_GRACE_SECONDS", GRACE, 1);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){0}, run);
}
