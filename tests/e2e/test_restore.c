/* test_restore.c - the ledger goes on from a base backup: PostgreSQL is gone, and what takes its place ends
   before it did. What was lost can be done again under its old keys; the chain of blocks goes on where the
   backup's ends and is whole; a head of the chain that was kept since the backup says what is missing. */
#include <string.h>

#include "tests/e2e/api.h"
#include "tests/e2e/chain.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"

#define CURRENCY  "EUR"
#define DEPOSITS  5
#define AMOUNT    100
#define SEALED_MS 20000

static struct harness h;
static struct servers_postgres backup;
static struct api api;
static char account[TYPEID_TEXT_SIZE], kept_before[CHAIN_HEAD_SIZE], kept_after[CHAIN_HEAD_SIZE];

static void deposit(const char *key, int status)
{
    assert_int_equal(api_post(&api, "/v1/deposits", key,
                              "{'account':'%s','amount':%d,'currency':'" CURRENCY "'}", account, AMOUNT),
                     status);
}

static void deposit_and_seal(const char *prefix, int status)
{
    char key[HARNESS_KEY_SIZE];
    for (int i = 0; i < DEPOSITS; i++) {
        (void)snprintf(key, sizeof key, "%s-%d", prefix, i);
        deposit(key, status);
    }
    assert_true(eventually(chain_is_sealed, &h, SEALED_MS));
}

static void lose_what_came_after_the_backup(void **state)
{
    (void)state;
    harness_open_account(&h, CURRENCY, account);
    deposit_and_seal("before", 201);
    chain_head(&h, kept_before);
    servers_standby_create(&backup, &h.postgres, "backup");
    servers_postgres_stop(&backup, SERVERS_STOP_FAST);
    deposit_and_seal("after", 201);
    chain_head(&h, kept_after);
    assert_string_not_equal(kept_after, kept_before);
    servers_postgres_stop(&h.postgres, SERVERS_STOP_KILL);
    servers_standby_move(&backup, h.postgres.port);
    servers_standby_promote(&backup);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    assert_int_equal(harness_available(&h, account), DEPOSITS * AMOUNT);
}

/* Stored keys are answered as before; those that were lost are new ones. */
static void go_on(void **state)
{
    (void)state;
    deposit_and_seal("before", 200);
    deposit_and_seal("after", 201);
    deposit_and_seal("later", 201);
    assert_int_equal(harness_available(&h, account), 3 * DEPOSITS * AMOUNT);
    assert_int_equal(money_check(&h, NULL), 0);
}

static void the_chain_is_whole(void **state)
{
    (void)state;
    struct tool tool;
    assert_int_equal(chain_verify(&h, NULL, NULL, &tool), 0);
    assert_non_null(strstr(tool.output, "whole: "));
    assert_int_equal(chain_verify(&h, "--head", kept_before, &tool), 0);
}

static void a_head_kept_since_says_what_is_missing(void **state)
{
    (void)state;
    struct tool tool;
    assert_int_equal(chain_verify(&h, "--head", kept_after, &tool), 1);
    assert_non_null(strstr(tool.output, "written anew"));
}

static int close_all(void **state)
{
    (void)state;
    api_close(&api);
    servers_postgres_destroy(&backup);
    return 0;
}

static int open_api(void **state)
{
    (void)state;
    api_open(&api, &h, 0);
    return 0;
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lose_what_came_after_the_backup),
        cmocka_unit_test(go_on),
        cmocka_unit_test(the_chain_is_whole),
        cmocka_unit_test(a_head_kept_since_says_what_is_missing),
    };
    return cmocka_run_group_tests(tests, open_api, close_all);
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2}, run);
}
