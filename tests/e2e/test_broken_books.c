/* test_broken_books.c - books that somebody with the superuser's rights changed by hand: what touches a
   broken account is refused with nothing done, everything else goes on, and after the repair the same keys
   work. */
#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/money_checker.h"
#include "tests/e2e/scene.h"
#include "tests/support/database.h"

#define BY_HAND      "set session_replication_role = replica;" /* past the walls' triggers */
#define BY_THE_RULES ";reset session_replication_role"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct harness h;
static struct api api;
static struct db *db;

static void open_account(const char *name, int64_t funds)
{
    char id[TYPEID_TEXT_SIZE];
    harness_open_account(&h, "EUR", id);
    cast_add(name, id);
    if (funds > 0)
        harness_deposit(&h, id, "EUR", funds);
}

struct attempt {
    const char *path, *body;
    char key[HARNESS_KEY_SIZE];
};

static void expect_all(struct attempt *attempts, size_t count, int status)
{
    for (size_t i = 0; i < count; i++) {
        if (attempts[i].key[0] == '\0')
            harness_new_key(attempts[i].key);
        (void)api_post(&api, attempts[i].path, attempts[i].key, "%s", attempts[i].body);
        if (api.status != status)
            fail_msg("%s %s: %d %s", attempts[i].path, attempts[i].body, api.status, api.body.data);
        if (status == 500)
            assert_string_equal(api_string(&api, "code"), "internal_error");
    }
}

static void others_go_on(void)
{
    expect_all(&(struct attempt){.path = "/v1/transfers",
                                 .body = "{'from_account':'@carol','to_account':'@dave','amount':1}"},
               1, 201);
}

static void a_hold_that_is_not_held(void **state)
{
    (void)state;
    struct attempt capture = {.path = "/v1/holds/@hold/capture", .body = "{'amount':200,'final':false}"};
    struct attempt release = {.path = "/v1/holds/@hold/release", .body = "{}"};
    expect_all(&(struct attempt){.path = "/v1/holds",
                                 .body = "{'account':'@alice','amount':600,'destination':'@bob'}"},
               1, 201);
    cast_add("hold", api_string(&api, "hold.id"));
    database_exec(db_raw(db), BY_HAND
                  "update paybus.accounts set debits_pending = 0 where debits_pending > 0" BY_THE_RULES);
    expect_all(&capture, 1, 500);
    expect_all(&release, 1, 500);
    others_go_on();
    database_exec(db_raw(db),
                  BY_HAND "update paybus.accounts a set debits_pending = h.amount from paybus.holds h"
                          " where h.account_id = a.id and h.status = 'authorized'" BY_THE_RULES);
    expect_all(&capture, 1, 201);
    expect_all(&release, 1, 200);
}

/* Each kind of command that puts money into the account or takes it out. */
static void an_account_below_zero(void **state)
{
    (void)state;
    struct attempt attempts[] = {
        {.path = "/v1/deposits", .body = "{'account':'@alice','amount':5,'currency':'EUR'}"},
        {.path = "/v1/transfers", .body = "{'from_account':'@bob','to_account':'@alice','amount':5}"},
        {.path = "/v1/transfers", .body = "{'from_account':'@alice','to_account':'@bob','amount':5}"},
        {.path = "/v1/holds", .body = "{'account':'@alice','amount':5}"},
        {.path = "/v1/holds/@to_alice/capture", .body = "{}"},
        {.path = "/v1/transactions",
         .body = "{'entries':[{'account':'@bob','direction':'debit','amount':5,'currency':'EUR'},"
                 "{'account':'@alice','direction':'credit','amount':5,'currency':'EUR'}]}"},
    };
    expect_all(&(struct attempt){.path = "/v1/holds",
                                 .body = "{'account':'@bob','amount':50,'destination':'@alice'}"},
               1, 201);
    cast_add("to_alice", api_string(&api, "hold.id"));
    database_exec(db_raw(db),
                  "create table by_hand as select id from paybus.accounts where credits_posted = 1000;"
                  "alter table paybus.accounts drop constraint accounts_available_not_negative;" BY_HAND
                  "update paybus.accounts set debits_posted = debits_posted + 100000"
                  " where id in (select id from by_hand)" BY_THE_RULES);
    expect_all(attempts, COUNT(attempts), 500);
    others_go_on();
    database_exec(db_raw(db), BY_HAND "update paybus.accounts set debits_posted = debits_posted - 100000"
                                      " where id in (select id from by_hand)" BY_THE_RULES);
    expect_all(attempts, COUNT(attempts), 201);
}

static void books_are_right(void **state)
{
    (void)state;
    assert_int_equal(money_check(&h, NULL), 0);
    assert_int_equal(program_metric(&h.ledgers[0], "paybus_ledger_books_broken_total"), 8);
    assert_true(program_logged(&h.ledgers[0], "\"event\":\"books_broken\""));
    assert_true(scene_never_logged(&h, "batch_failed"));
    assert_true(scene_never_logged(&h, "assertion_failed"));
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hold_that_is_not_held),
        cmocka_unit_test(an_account_below_zero),
        cmocka_unit_test(books_are_right),
    };
    api_open(&api, &h, 0);
    api.takes_500 = true;
    db = harness_database(&h);
    open_account("alice", 1000);
    open_account("bob", 500);
    open_account("carol", 10);
    open_account("dave", 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    db_close(db);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){0}, run);
}
