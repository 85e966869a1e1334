/* test_money_checker.c - the checker is checked: good books pass, and each error planted in them is named.
   The plants are made by the superuser with triggers off, in a transaction that is rolled back. */
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"
#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"

#define CLIENTS          4
#define CALLS_PER_CLIENT 8

static struct harness h;
static struct scene scene;
static struct db *db;

struct plant {
    const char *name;
    int statement, before; /* before: done first, -1 for nothing */
    const char *complaint;
};

static const struct plant plants[] = {
    {"unbalanced entry", E2E_SQL_PLANT_UNBALANCED_ENTRY, -1, "transaction is not balanced"},
    {"lost entry", E2E_SQL_PLANT_LOST_ENTRY, -1, "transaction has the wrong number of entries"},
    {"lost transaction", E2E_SQL_PLANT_LOST_TRANSACTION, -1, "transaction has the wrong number of entries"},
    {"money from nowhere", E2E_SQL_PLANT_WRONG_COUNTER, -1, "currency does not sum to zero"},
    {"wrong counter", E2E_SQL_PLANT_WRONG_COUNTER, -1, "account differs from its entries"},
    {"wrong running balance", E2E_SQL_PLANT_WRONG_RUNNING_BALANCE, -1, "wrong running balance"},
    {"wrong counterparty", E2E_SQL_PLANT_WRONG_COUNTERPARTY, -1, "notes a wrong counterparty or kind"},
    {"wrong kind", E2E_SQL_PLANT_WRONG_KIND, -1, "notes a wrong counterparty or kind"},
    {"overdrawn account", E2E_SQL_PLANT_OVERDRAWN_ACCOUNT, E2E_SQL_PLANT_UNGUARDED_ACCOUNT,
     "account is below zero"},
    {"pending money", E2E_SQL_PLANT_PENDING_MONEY, -1, "pending money without a hold"},
    {"lost release", E2E_SQL_PLANT_LOST_RELEASE, -1, "pending money without a hold"},
    {"wrong captured", E2E_SQL_PLANT_WRONG_CAPTURED, -1, "hold differs from its captures"},
    {"lost event of a hold", E2E_SQL_PLANT_LOST_HOLD_EVENT, -1, "hold without its events"},
    {"wrong reversed", E2E_SQL_PLANT_WRONG_REVERSED, -1, "transaction differs from its reversals"},
    {"lost original", E2E_SQL_PLANT_LOST_ORIGINAL, -1, "transaction differs from its reversals"},
    {"wrong reversal", E2E_SQL_PLANT_WRONG_REVERSAL, -1, "transaction differs from its reversals"},
    {"wrong rate", E2E_SQL_PLANT_WRONG_RATE, -1, "exchange did not buy what its rate says"},
    {"lost event", E2E_SQL_PLANT_LOST_EVENT, -1, "transaction without its event"},
    {"second effect", E2E_SQL_PLANT_SECOND_EFFECT, -1, "intent without exactly one effect"},
    {"effect without answer", E2E_SQL_PLANT_LOST_ANSWER, -1, "intent without exactly one effect"},
    {"second key", E2E_SQL_PLANT_SECOND_KEY, -1, "key stored twice"},
    {"lost answer", E2E_SQL_PLANT_LOST_ANSWER, -1, "answer given differs from the books"},
    {"changed answer", E2E_SQL_PLANT_CHANGED_ANSWER, -1, "answer given differs from the books"},
    {"lost write", E2E_SQL_PLANT_LOST_TRANSACTION, -1, "answer given differs from the books"},
};

/* A hold of which a part was captured. */
static void make_hold(void)
{
    struct api api;
    char path[96];
    api_open(&api, &h, 0);
    cast_add("account", scene.accounts[0]);
    assert_int_equal(api_post(&api, "/v1/holds", "hold", "{'account':'@account','amount':9}"), 201);
    (void)snprintf(path, sizeof path, "/v1/holds/%s/capture", api_string(&api, "hold.id"));
    assert_int_equal(api_post(&api, path, "capture", "{'amount':4,'final':false}"), 201);
    api_close(&api);
}

/* An exchange that was rounded, and a transfer of which a part was given back. */
static void make_exchange_and_reversal(void)
{
    struct api api;
    char path[96], dollars[TYPEID_TEXT_SIZE];
    api_open(&api, &h, 0);
    harness_open_account(&h, "USD", dollars);
    cast_add("dollars", dollars);
    cast_add("other", scene.accounts[1]);
    assert_int_equal(api_post(&api, "/v1/exchanges", "exchange",
                              "{'from_account':'@account','to_account':'@dollars','sell_amount':7,"
                              "'rate':{'numerator':1,'denominator':2},'rounding':'half_even'}"),
                     201);
    assert_int_equal(api_post(&api, "/v1/transfers", "transfer",
                              "{'from_account':'@account','to_account':'@other','amount':9}"),
                     201);
    (void)snprintf(path, sizeof path, "/v1/transactions/%s/reverse", api_string(&api, "id"));
    assert_int_equal(api_post(&api, path, "reversal", "{'amount':4,'reason':'a part'}"), 201);
    api_close(&api);
}

static void make_books(void)
{
    struct load_report report;
    scene_start(&scene, &h, 3, 0);
    make_hold();
    make_exchange_and_reversal();
    struct load *load =
        load_start(&(struct load_options){.harness = &h,
                                          .accounts = (const char(*)[TYPEID_TEXT_SIZE])scene.accounts,
                                          .account_count = 3,
                                          .clients = CLIENTS,
                                          .amount_max = SCENE_FUNDS,
                                          .calls_per_client = CALLS_PER_CLIENT,
                                          .history = &scene.history});
    load_stop(load, &report);
    assert_true(load_was_smooth("books", &report));
    assert_true(report.created > 0);
}

static void good_books_pass(void **state)
{
    (void)state;
    make_books();
    assert_int_equal(money_check_on(db, &scene.history, stderr), 0);
}

static void do_plant(int statement)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    if (statement < 0)
        return;
    if (db_query(db, statement, NULL, &r) != STATUS_OK)
        servers_fail("a plant failed: %s", db_error(db));
}

static void plants_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof plants / sizeof plants[0]; i++) {
        char *text = NULL;
        size_t len = 0;
        FILE *out = open_memstream(&text, &len);
        assert_non_null(out);
        assert_int_equal(db_exec(db, "begin; set local session_replication_role = replica"), STATUS_OK);
        do_plant(plants[i].before);
        do_plant(plants[i].statement);
        int differences = money_check_on(db, &scene.history, out);
        assert_int_equal(db_exec(db, "rollback"), STATUS_OK);
        (void)fclose(out);
        if (differences == 0 || strstr(text, plants[i].complaint) == NULL)
            fail_msg("%s: not named, only: %s", plants[i].name, text);
        free(text);
    }
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_books_pass),
        cmocka_unit_test(plants_are_named),
    };
    db = harness_database(&h);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    db_close(db);
    history_free(&scene.history);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){0}, run);
}
