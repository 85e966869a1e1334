/* test_statement_withdrawal.c - a statement that was sent by mistake has no effect any more once it is
   withdrawn; whose account it is about decides who may send and withdraw it. */
#include <stdio.h>
#include <string.h>

#include "tests/e2e/recon.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/statement_file.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define SOON_MS 30000
#define MISSING "stm_01h455vb4pex5vsknk084sn02q"
/* One line that we have, and one that we have not. */
#define MIXED STATEMENT_AROUND("0", STATEMENT_LINE_0 STATEMENT_LINE("77", "nobody", "B9"), "1077")
#define EMPTY STATEMENT_AROUND("0", "", "0")

static struct harness h;
static struct api api;
static struct database database; /* only to connect */

static int withdraw(const struct api_key *key, const char *statement, const char *body)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/reconcile/statements/%s/withdraw", statement);
    return api_send(&api, &(struct api_request){.path = path,
                                                .method = "POST",
                                                .api_key = key != NULL ? key->secret : NULL,
                                                .body = body,
                                                .headers = {"Content-Type: application/json"}});
}

static bool nothing_is_open(void *conn)
{
    return *recon_open(conn) == '\0';
}

static void it_has_no_effect_any_more(void **state)
{
    (void)state;
    struct statement_books b;
    char first[TYPEID_TEXT_SIZE], path[128];
    PGconn *conn = database_connect(&database, "postgres");
    statement_books_make(&api, "PLN", &b);
    assert_int_equal(statement_send(&api, &b, MIXED), 201);
    assert_int_equal(api_int(&api, "results.matched"), 1);
    assert_int_equal(api_int(&api, "results.missing_here"), 1);
    assert_true(json_is_null(api_at(&api, "withdrawn")));
    assert_int_equal(recon_once_free(&h, "paybus", false), 2);
    assert_non_null(strstr(recon_open(conn), "line_missing_here"));
    (void)snprintf(first, sizeof first, "%s", b.statement);

    assert_int_equal(withdraw(NULL, first, "{}"), 400);
    assert_int_equal(withdraw(NULL, first, "{\"note\":\"of another bank\"}"), 200);
    assert_string_equal(api_string(&api, "status"), "withdrawn");
    assert_string_equal(api_string(&api, "withdrawn.note"), "of another bank");
    assert_true(strncmp(api_string(&api, "withdrawn.by"), "key_", 4) == 0);
    json_t *answer = json_deep_copy(api.json);
    assert_true(eventually(nothing_is_open, conn, SOON_MS)); /* without a run that is due */
    assert_int_equal(withdraw(NULL, first, "{\"note\":\"once more\"}"), 200);
    assert_true(json_equal(answer, api.json));
    assert_int_equal(api_get(&api, "/v1/reconcile/statements/%s", first), 200);
    assert_true(json_equal(answer, api.json));
    json_decref(answer);

    assert_int_equal(statement_send(&api, &b, MIXED), 201); /* what it explained is free */
    assert_string_not_equal(b.statement, first);
    assert_int_equal(api_int(&api, "results.matched"), 1);
    assert_int_equal(api_int(&api, "results.seen_before"), 0);
    assert_int_equal(statement_send(&api, &b, MIXED), 200);
    assert_int_equal(withdraw(NULL, b.statement, "{\"note\":\"and this one\"}"), 200);
    assert_true(eventually(nothing_is_open, conn, SOON_MS));
    (void)snprintf(path, sizeof path, "/v1/reconcile/statements/%s/lines?result=missing_here", first);
    assert_int_equal(api_get(&api, "%s", path), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 1); /* it stays to be read */
    PQfinish(conn);
}

/* The balances of one that was withdrawn are none that another has to go on from; nor does it have to foot.
 */
static void others_are_not_held_against_it(void **state)
{
    (void)state;
    struct statement_books b;
    PGconn *conn = database_connect(&database, "postgres");
    statement_books_make(&api, "RON", &b);
    assert_int_equal(statement_send(&api, &b, STATEMENT_AROUND("0", STATEMENT_LINE_0, "999")), 201);
    assert_string_equal(api_string(&api, "status"), "disputed");
    assert_int_equal(withdraw(NULL, b.statement, "{\"note\":\"cut off\"}"), 200);
    assert_int_equal(
        statement_send(&api, &b, STATEMENT_HEADER "opening,{from},0,{cur},,,,\nclosing,{from},7,{cur},,,,\n"),
        201);
    assert_int_equal(withdraw(NULL, b.statement, "{\"note\":\"cut off\"}"), 200);
    assert_int_equal(statement_send(&api, &b,
                                    STATEMENT_HEADER "opening,{day},0,{cur},,,,\n" STATEMENT_LINES
                                                     "closing,{day},14000,{cur},,,,\n"),
                     201);
    assert_int_equal(api_int(&api, "results.matched"), STATEMENT_DEPOSITS);
    assert_int_equal(recon_once_free(&h, "paybus", false), 0);
    assert_string_equal(recon_open(conn), "");
    PQfinish(conn);
}

static int send_as(const struct api_key *key, const char *account, const struct statement_books *b)
{
    char path[128], file[1024];
    statement_fill_in(b, EMPTY, file, sizeof file);
    (void)snprintf(path, sizeof path, "/v1/reconcile/statements?account=%s", account);
    return api_send(&api, &(struct api_request){.path = path,
                                                .api_key = key->secret,
                                                .body = file,
                                                .headers = {"Content-Type: text/csv; charset=utf-8"}});
}

/* The answer's document without what differs from request to request. */
static json_t *comparable(void)
{
    json_t *copy = json_deep_copy(api.json);
    (void)json_object_del(copy, "request_id");
    return copy;
}

/* Whether amounts match is nothing that others may find out. */
static void another_owners_account_is_missing(void **state)
{
    (void)state;
    struct statement_books b;
    struct api_key alice, bob;
    char account[TYPEID_TEXT_SIZE], own[TYPEID_TEXT_SIZE];
    api_key_make(&h, "alice", "reconcile:write", &alice);
    api_key_make(&h, "bob", "reconcile:write", &bob);
    statement_books_make(&api, "SEK", &b);
    harness_open_account_of(&h, "alice", "SEK", account);
    assert_int_equal(send_as(&alice, "acct_01h455vb4pex5vsknk084sn02q", &b), 422);
    api_expect_problem(&api, 422, "account_not_found", NULL);
    json_t *missing = comparable();
    static const char *const foreign[] = {"cash", "alice's"};
    for (size_t i = 0; i < 2; i++) {
        (void)send_as(&bob, i == 0 ? b.cash : account, &b);
        json_t *answer = comparable();
        if (!json_equal(missing, answer))
            fail_msg("%s account is not missing for bob", foreign[i]);
        json_decref(answer);
    }
    json_decref(missing);
    assert_int_equal(send_as(&alice, account, &b), 201);
    (void)snprintf(own, sizeof own, "%s", api_string(&api, "id"));
    (void)withdraw(&bob, MISSING, "{\"note\":\"n\"}");
    api_expect_problem(&api, 404, "not_found", NULL);
    (void)withdraw(&bob, own, "{\"note\":\"n\"}");
    api_expect_problem(&api, 404, "not_found", NULL);
    assert_int_equal(withdraw(&alice, own, "{\"note\":\"n\"}"), 200);
    assert_string_equal(api_string(&api, "withdrawn.by"), alice.id);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_no_effect_any_more),
        cmocka_unit_test(others_are_not_held_against_it),
        cmocka_unit_test(another_owners_account_is_missing),
    };
    database.postgres = h.postgres;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return statement_scene_main(&h, &api, run);
}
