/* test_events.c - the fact log and the audit trail: every change of state is there with who, why, before and
   after, and is found by object, actor, owner, kind and time; staff alone may look. */
#include <stdlib.h>
#include <string.h>

#include "shared/core/timefmt.h"
#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])
#define FUNDS       1000
#define TRACE_ID    "4bf92f3577b34da6a3ce929d0e0e4736"
#define MISSING_TXN "txn_01h455vb4pex5vsknk084sn02q"

static struct harness h;
static struct api api;
static struct api_key clerk, merchant;
static char frozen_at[TIME_TEXT_SIZE];

static void must(int status, int wanted)
{
    if (status != wanted)
        fail_msg("answered %d: %.*s", status, (int)api.body.len, api.body.data);
}

static void open_account(const char *name, int64_t funds)
{
    char id[TYPEID_TEXT_SIZE];
    harness_open_account(&h, "EUR", id);
    if (funds > 0)
        harness_deposit(&h, id, "EUR", funds);
    cast_add(name, id);
}

static void transfer(const char *name, const char *key)
{
    char body[256];
    cast_text("{'from_account':'@alice','to_account':'@bob','amount':7,'reference':'r-1'}", body,
              sizeof body);
    must(api_send(&api,
                  &(struct api_request){.path = "/v1/transfers",
                                        .key = key,
                                        .body = body,
                                        .headers = {"traceparent: 00-" TRACE_ID "-00f067aa0ba902b7-01"}}),
         201);
    cast_add(name, api_string(&api, "id"));
}

static void freeze(const char *path)
{
    char text[128];
    cast_text(path, text, sizeof text);
    must(api_send(&api, &(struct api_request){.path = text, .api_key = clerk.secret, .method = "POST"}), 200);
}

static size_t rows_of(const char *path)
{
    must(api_get(&api, "%s", path), 200);
    return json_array_size(api_at(&api, "data"));
}

static void a_transaction(void **state)
{
    (void)state;
    must(api_get(&api, "/v1/events?object=@paid"), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 1);
    assert_int_equal(strncmp(api_string(&api, "data.0.id"), "evt_", 4), 0);
    assert_int_equal(strncmp(api_string(&api, "data.0.command"), "cmd_", 4), 0);
    assert_string_equal(api_string(&api, "data.0.type"), "transaction.posted");
    assert_string_equal(api_string(&api, "data.0.object"), cast_id("paid"));
    assert_string_equal(api_string(&api, "data.0.owner"), HARNESS_OWNER);
    assert_true(json_is_null(api_at(&api, "data.0.source")));
    assert_non_null(strstr(api_string(&api, "data.0.traceparent"), TRACE_ID));
    assert_int_equal(api_int(&api, "data.0.before.accounts.0.posted"), FUNDS);
    assert_int_equal(api_int(&api, "data.0.after.accounts.0.posted"), FUNDS - 7);
    assert_string_equal(api_string(&api, "data.0.after.transaction.reference"), "r-1");
    must(api_get(&api, "/v1/audit?object=@paid"), 200);
    assert_string_equal(api_string(&api, "data.0.trace"), TRACE_ID);
    assert_int_equal(api_int(&api, "data.0.after.accounts.0.posted"), FUNDS - 7);
    assert_non_null(api_at(&api, "data.0.at"));
    assert_null(api_at(&api, "data.0.created_at"));
}

static void an_account(void **state)
{
    (void)state;
    must(api_get(&api, "/v1/audit?object=@alice"), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 3);
    assert_string_equal(api_string(&api, "data.0.type"), "account.unfrozen");
    assert_string_equal(api_string(&api, "data.1.type"), "account.frozen");
    assert_string_equal(api_string(&api, "data.1.actor"), clerk.id);
    assert_string_equal(api_string(&api, "data.1.owner"), "clerk");
    assert_string_equal(api_string(&api, "data.1.before.status"), "open");
    assert_string_equal(api_string(&api, "data.1.after.status"), "frozen");
    (void)snprintf(frozen_at, sizeof frozen_at, "%s", api_string(&api, "data.1.at"));
    assert_string_equal(api_string(&api, "data.2.type"), "account.created");
    assert_true(json_is_null(api_at(&api, "data.2.before")));
}

/* Each filter by itself and together with others: how many rows it leaves. */
static void filters(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        size_t rows;
    } rows[] = {
        {"type=account.frozen", 1},
        {"type=account.frozen&resource=account", 1},
        {"type=account.frozen&resource=hold", 0},
        {"type=account.thawed", 0},
        {"resource=account&owner=clerk", 2},
        {"owner=clerk", 3},
        {"owner=nobody", 0},
        {"actor=key_nobody", 0},
        {"source=webhook:1", 0},
        {"object=@paid&type=transaction.posted", 1},
        {"object=@paid&type=account.created", 0},
        {"object=@paid&resource=account", 0},
        {"object=" MISSING_TXN, 0},
        {"object=@paid&created_to=2001-01-01T00:00:00Z", 0},
        {"created_to=2001-01-01T00:00:00Z", 0},
        {"created_from=2999-01-01T00:00:00Z", 0},
        {"type=transaction.posted&limit=3", 3},
        {"resource=transaction&owner=" HARNESS_OWNER, 4},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        char path[256], text[256];
        static const char *const lists[] = {"events", "audit"};
        for (size_t k = 0; k < ROWS(lists); k++) {
            (void)snprintf(text, sizeof text, "/v1/%s?%s", lists[k], rows[i].query);
            cast_text(text, path, sizeof path);
            size_t found = rows_of(path);
            if (found != rows[i].rows)
                fail_msg("%s has %zu rows: %.*s", path, found, (int)api.body.len, api.body.data);
        }
    }
    char path[256];
    (void)snprintf(path, sizeof path, "/v1/audit?actor=%s", clerk.id);
    assert_int_equal(rows_of(path), 2);
    (void)snprintf(path, sizeof path, "/v1/audit?actor=%s&created_from=%s&type=account.frozen", clerk.id,
                   frozen_at);
    assert_int_equal(rows_of(path), 1);
    (void)snprintf(path, sizeof path, "/v1/audit?actor=%s&created_to=%s", clerk.id, frozen_at);
    assert_int_equal(rows_of(path), 0);
}

/* Page by page every number once, falling. */
static void pages(void **state)
{
    (void)state;
    size_t all = rows_of("/v1/events?limit=100"), seen = 0;
    int64_t last = INT64_MAX;
    char cursor[160] = "";
    do {
        must(api_get(&api, "/v1/events?limit=2%s", cursor), 200);
        for (size_t i = 0; i < json_array_size(api_at(&api, "data")); i++, seen++) {
            int64_t seq = json_integer_value(json_object_get(json_array_get(api_at(&api, "data"), i), "seq"));
            assert_true(seq < last);
            last = seq;
        }
        if (json_is_string(api_at(&api, "next_cursor")))
            (void)snprintf(cursor, sizeof cursor, "&cursor=%s", api_string(&api, "next_cursor"));
    } while (json_is_string(api_at(&api, "next_cursor")));
    assert_int_equal(seen, all);
    (void)api_get(&api, "/v1/audit?limit=2%s", cursor); /* a cursor of the other list */
    api_expect_problem(&api, 400, "invalid_cursor", NULL);
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *path, *pointer;
    } rows[] = {
        {"/v1/events?object=alice", "?object"},
        {"/v1/events?object=cmd_01h455vb4pex5vsknk084sn02q", "?object"},
        {"/v1/events?object=acct_01h455vb4pex5vsknk084sn0", "?object"},
        {"/v1/audit?actor=a%20b", "?actor"},
        {"/v1/audit?resource=", "?resource"},
        {"/v1/audit?type=%27", "?type"},
        {"/v1/audit?seq=1", "?seq"},
        {"/v1/audit?created_from=today", "?created_from"},
        {"/v1/audit?limit=101", "?limit"},
        {"/v1/audit?owner=a&owner=a", "?owner"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        (void)api_send(&api, &(struct api_request){.path = rows[i].path});
        api_expect_problem(&api, 400, "invalid_parameter", rows[i].pointer);
    }
    (void)api_send(&api, &(struct api_request){.path = "/v1/audit", .api_key = merchant.secret});
    api_expect_problem(&api, 403, "forbidden", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_transaction), cmocka_unit_test(an_account), cmocka_unit_test(filters),
        cmocka_unit_test(pages),         cmocka_unit_test(refused),
    };
    harness_start(&h, &(struct harness_options){0});
    api_open(&api, &h, 0);
    api_key_make(&h, "clerk", "admin", &clerk);
    api_key_make(&h, "shop", "accounts:read,transactions:read", &merchant);
    open_account("alice", FUNDS);
    open_account("bob", FUNDS);
    transfer("paid", "k1");
    transfer("again", "k2");
    freeze("/v1/accounts/@alice/freeze");
    freeze("/v1/accounts/@alice/unfreeze");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    harness_stop(&h, failed != 0);
    return failed;
}
