/* test_auth.c - who may do what, on every route that /openapi.json lists: a route that is not in the table
   below fails the test. Without a credential nothing, with the wrong scope nothing, and of other owners'
   objects not even that they exist. */
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"
#include "shared/core/clock.h"
#include "tests/e2e/api.h"
#include "tests/e2e/books.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"

#define ROWS(table)   (sizeof(table) / sizeof(table)[0])
#define REVOKED_MS    5000
#define BUSY_MS       1000 /* what a busy machine may add */
#define LOOK_EVERY_MS 50
#define ALL_SCOPES                                                                                           \
    "accounts:read,accounts:write,transactions:read,transactions:write,holds:read,holds:write,"              \
    "webhooks:read,webhooks:write"
#define MISSING_ACCT   "acct_01h455vb4pex5vsknk084sn02q"
#define MISSING_TXN    "txn_01h455vb4pex5vsknk084sn02q"
#define MISSING_WE     "we_01h455vb4pex5vsknk084sn02q"
#define MISSING_DLV    "dlv_01h455vb4pex5vsknk084sn02q"
#define MISSING_HOLD   "hold_01h455vb4pex5vsknk084sn02q"
#define MISSING_EVENT  "whe_01h455vb4pex5vsknk084sn02q"
#define MISSING_LETTER "dl_01h455vb4pex5vsknk084sn02q"
#define MISSING_RUN    "run_01h455vb4pex5vsknk084sn02q"
#define MISSING_AN     "an_01h455vb4pex5vsknk084sn02q"
#define MISSING_STM    "stm_01h455vb4pex5vsknk084sn02q"

static struct harness h;
static struct api api;
static struct db *db;
static struct api_key alice, bob;

#define SIGNED "webhook_signature" /* in place of a scope: no API key opens it */
#define DEMO   "demo_secret"       /* the same: nor does one, but an admin's */
#define STAFF  " and ops"          /* behind a scope: both are needed */

/* Every route. NULL as scope: open to everybody. An object's path is tried with a missing and a foreign one.
 */
static const struct route {
    const char *method, *pattern, *scope;
    const char *missing, *foreign; /* NULL: the pattern itself is the path */
} routes[] = {
    {"GET", "/v1/currencies", "accounts:read", NULL, NULL},
    {"POST", "/v1/accounts", "accounts:write", NULL, NULL},
    {"GET", "/v1/accounts", "accounts:read", NULL, NULL},
    {"GET", "/v1/accounts/{id}", "accounts:read", "/v1/accounts/" MISSING_ACCT, "/v1/accounts/@bobs"},
    {"GET", "/v1/accounts/{id}/balance", "accounts:read", "/v1/accounts/" MISSING_ACCT "/balance",
     "/v1/accounts/@bobs/balance"},
    {"GET", "/v1/accounts/{id}/statement", "accounts:read", "/v1/accounts/" MISSING_ACCT "/statement",
     "/v1/accounts/@bobs/statement"},
    {"POST", "/v1/accounts/{id}/freeze", "accounts:write", "/v1/accounts/" MISSING_ACCT "/freeze",
     "/v1/accounts/@bobs/freeze"},
    {"POST", "/v1/accounts/{id}/unfreeze", "accounts:write", "/v1/accounts/" MISSING_ACCT "/unfreeze",
     "/v1/accounts/@bobs/unfreeze"},
    {"POST", "/v1/accounts/{id}/close", "accounts:write", "/v1/accounts/" MISSING_ACCT "/close",
     "/v1/accounts/@bobs/close"},
    {"POST", "/v1/deposits", "deposits:write", NULL, NULL},
    {"POST", "/v1/withdrawals", "withdrawals:write", NULL, NULL},
    {"POST", "/v1/transfers", "transactions:write", NULL, NULL},
    {"POST", "/v1/transfers/batch", "transactions:write", NULL, NULL},
    {"POST", "/v1/transactions", "transactions:write", NULL, NULL},
    {"POST", "/v1/exchanges", "exchanges:write", NULL, NULL},
    {"POST", "/v1/transactions/{id}/reverse", "transactions:write",
     "/v1/transactions/" MISSING_TXN "/reverse", "/v1/transactions/@bobs_txn/reverse"},
    {"GET", "/v1/transactions", "transactions:read", NULL, NULL},
    {"GET", "/v1/transactions/{id}", "transactions:read", "/v1/transactions/" MISSING_TXN,
     "/v1/transactions/@bobs_txn"},
    {"GET", "/v1/entries", "transactions:read", NULL, NULL},
    {"POST", "/v1/holds", "holds:write", NULL, NULL},
    {"GET", "/v1/holds", "holds:read", NULL, NULL},
    {"GET", "/v1/holds/{id}", "holds:read", "/v1/holds/" MISSING_HOLD, "/v1/holds/@bobs_hold"},
    {"POST", "/v1/holds/{id}/capture", "holds:write", "/v1/holds/" MISSING_HOLD "/capture",
     "/v1/holds/@bobs_hold/capture"},
    {"POST", "/v1/holds/{id}/release", "holds:write", "/v1/holds/" MISSING_HOLD "/release",
     "/v1/holds/@bobs_hold/release"},
    {"POST", "/v1/webhook-endpoints", "webhooks:write", NULL, NULL},
    {"GET", "/v1/webhook-endpoints", "webhooks:read", NULL, NULL},
    {"GET", "/v1/webhook-endpoints/{id}", "webhooks:read", "/v1/webhook-endpoints/" MISSING_WE,
     "/v1/webhook-endpoints/@bobs_hook"},
    {"PATCH", "/v1/webhook-endpoints/{id}", "webhooks:write", "/v1/webhook-endpoints/" MISSING_WE,
     "/v1/webhook-endpoints/@bobs_hook"},
    {"DELETE", "/v1/webhook-endpoints/{id}", "webhooks:write", "/v1/webhook-endpoints/" MISSING_WE,
     "/v1/webhook-endpoints/@bobs_old_hook"},
    {"POST", "/v1/webhook-endpoints/{id}/rotate-secret", "webhooks:write",
     "/v1/webhook-endpoints/" MISSING_WE "/rotate-secret", "/v1/webhook-endpoints/@bobs_hook/rotate-secret"},
    {"POST", "/v1/webhook-endpoints/{id}/test", "webhooks:write", "/v1/webhook-endpoints/" MISSING_WE "/test",
     NULL},
    {"POST", "/v1/webhook-endpoints/{id}/recover", "webhooks:write",
     "/v1/webhook-endpoints/" MISSING_WE "/recover", NULL},
    {"GET", "/v1/webhook-deliveries", "webhooks:read", NULL, NULL},
    {"POST", "/v1/webhook-deliveries/{id}/retry", "webhooks:write",
     "/v1/webhook-deliveries/" MISSING_DLV "/retry", NULL},
    {"GET", "/v1/webhook-deliveries/{id}", "webhooks:read", "/v1/webhook-deliveries/" MISSING_DLV,
     "/v1/webhook-deliveries/@bobs_delivery"},
    {"GET", "/v1/events", "ops", NULL, NULL},
    {"GET", "/v1/audit", "ops", NULL, NULL},
    {"GET", "/v1/chain", "ops", NULL, NULL},
    {"GET", "/v1/webhooks/events", "ops", NULL, NULL},
    {"GET", "/v1/webhooks/events/{id}", "ops", "/v1/webhooks/events/" MISSING_EVENT, NULL},
    {"POST", "/v1/webhooks/events/{id}/replay", "dlq:write" STAFF,
     "/v1/webhooks/events/" MISSING_EVENT "/replay", NULL},
    {"GET", "/v1/dlq", "ops", NULL, NULL},
    {"GET", "/v1/dlq/{id}", "ops", "/v1/dlq/" MISSING_LETTER, NULL},
    {"POST", "/v1/dlq/{id}/replay", "dlq:write" STAFF, "/v1/dlq/" MISSING_LETTER "/replay", NULL},
    {"POST", "/v1/dlq/{id}/discard", "dlq:write" STAFF, "/v1/dlq/" MISSING_LETTER "/discard", NULL},
    {"POST", "/v1/dlq/replay", "dlq:write" STAFF, NULL, NULL},
    {"POST", "/v1/reconcile/run", "reconcile:write" STAFF, NULL, NULL},
    {"GET", "/v1/reconcile/latest", "ops", "/v1/reconcile/latest", NULL}, /* recon-svc does not run here */
    {"GET", "/v1/reconcile/runs", "ops", NULL, NULL},
    {"GET", "/v1/reconcile/runs/{id}", "ops", "/v1/reconcile/runs/" MISSING_RUN, NULL},
    {"GET", "/v1/reconcile/anomalies", "ops", NULL, NULL},
    {"GET", "/v1/reconcile/anomalies/{id}", "ops", "/v1/reconcile/anomalies/" MISSING_AN, NULL},
    {"POST", "/v1/reconcile/anomalies/{id}/acknowledge", "reconcile:write" STAFF,
     "/v1/reconcile/anomalies/" MISSING_AN "/acknowledge", NULL},
    {"POST", "/v1/reconcile/anomalies/{id}/resolve", "reconcile:write" STAFF,
     "/v1/reconcile/anomalies/" MISSING_AN "/resolve", NULL},
    {"POST", "/v1/reconcile/anomalies/{id}/approve", "reconcile:write" STAFF,
     "/v1/reconcile/anomalies/" MISSING_AN "/approve", NULL},
    {"POST", "/v1/reconcile/statements", "reconcile:write", NULL, NULL},
    {"GET", "/v1/reconcile/statements", "ops", NULL, NULL},
    {"GET", "/v1/reconcile/statements/{id}", "ops", "/v1/reconcile/statements/" MISSING_STM, NULL},
    {"GET", "/v1/reconcile/statements/{id}/lines", "ops", "/v1/reconcile/statements/" MISSING_STM "/lines",
     NULL},
    {"POST", "/v1/reconcile/statements/{id}/withdraw", "reconcile:write",
     "/v1/reconcile/statements/" MISSING_STM "/withdraw", NULL},
    {"POST", "/v1/demo/fund", DEMO, NULL, NULL},
    {"POST", "/v1/demo/inject-failure", DEMO, NULL, NULL},
    {"POST", "/v1/demo/reset", DEMO, NULL, NULL},
    {"GET", "/v1/demo/stats", DEMO, NULL, NULL},
    {"POST", "/v1/webhooks/{provider}", SIGNED, "/v1/webhooks/gateway", NULL},
    {"GET", "/livez", NULL, NULL, NULL},
    {"GET", "/readyz", NULL, NULL, NULL},
    {"GET", "/health", NULL, NULL, NULL},
    {"GET", "/health/detailed", NULL, NULL, NULL},
    {"GET", "/metrics", NULL, NULL, NULL},
    {"GET", "/metrics/summary", NULL, NULL, NULL},
    {"GET", "/openapi.json", NULL, NULL, NULL},
    {"GET", "/docs", NULL, NULL, NULL},
    {"GET", "/docs/{file}", NULL, "/docs/docs.js", NULL},
    {"GET", "/problems/{code}", NULL, "/problems/insufficient_funds", NULL},
};

static bool is_demo(const struct route *r)
{
    return r->scope != NULL && strcmp(r->scope, DEMO) == 0;
}

static bool is_signed(const struct route *r)
{
    return r->scope != NULL && strcmp(r->scope, SIGNED) == 0;
}

static const char *path_of(const struct route *r)
{
    return r->missing != NULL ? r->missing : r->pattern;
}

/* Any body that a route of commands may get without anything happening. */
static int send_to(const struct route *r, const char *path, const char *api_key)
{
    bool changes = strcmp(r->method, "GET") != 0;
    const char *body = strstr(r->pattern, "/reverse") != NULL ? "{\"reason\":\"mine\"}" : "{}";
    char text[256], key[HARNESS_KEY_SIZE];
    cast_text(path, text, sizeof text);
    harness_new_key(key);
    return api_send(&api, &(struct api_request){.method = r->method,
                                                .path = text,
                                                .api_key = api_key,
                                                .key = changes ? key : NULL,
                                                .body = changes ? body : NULL});
}

static const struct route *find_route(const char *method, const char *pattern)
{
    for (size_t i = 0; i < ROWS(routes); i++)
        if (strcasecmp(routes[i].method, method) == 0 && strcmp(routes[i].pattern, pattern) == 0)
            return &routes[i];
    return NULL;
}

static bool is_for_staff(const struct route *r)
{
    return r->scope != NULL && strstr(r->scope, STAFF) != NULL;
}

static bool is_scope_of(const struct route *r, const char *scope)
{
    size_t len = strlen(scope);
    return strncmp(r->scope, scope, len) == 0 && (r->scope[len] == '\0' || is_for_staff(r));
}

/* What a row says of the scope is what the document says. */
static void compare_operation(const char *method, const char *pattern, json_t *operation)
{
    const struct route *r = find_route(method, pattern);
    if (r == NULL) {
        fail_msg("%s %s is new: say who may use it in the table of this test", method, pattern);
        return;
    }
    const json_t *security = json_array_get(json_object_get(operation, "security"), 0);
    const json_t *scopes = json_object_get(security, "api_key");
    const char *scope = json_string_value(json_array_get(scopes, 0));
    if (json_object_get(security, SIGNED) != NULL)
        scope = SIGNED;
    if (json_object_get(security, DEMO) != NULL)
        scope = DEMO;
    if ((scope == NULL) != (r->scope == NULL) || (scope != NULL && !is_scope_of(r, scope)))
        fail_msg("%s %s wants %s, says the document", method, pattern, scope != NULL ? scope : "nothing");
    if (is_for_staff(r) != (json_array_size(scopes) == 2))
        fail_msg("%s %s is for staff or not, says the document", method, pattern);
}

static void every_route_is_known(void **state)
{
    (void)state;
    assert_int_equal(api_send(&api, &(struct api_request){.path = "/openapi.json", .api_key = ""}), 200);
    size_t listed = 0;
    const char *pattern, *method;
    json_t *item, *operation;
    json_object_foreach(api_at(&api, "paths"), pattern, item)
    {
        json_object_foreach(item, method, operation)
        {
            compare_operation(method, pattern, operation);
            listed++;
        }
    }
    assert_int_equal(listed, ROWS(routes));
}

static void without_a_credential(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(routes); i++) {
        (void)send_to(&routes[i], path_of(&routes[i]), "");
        if (routes[i].scope == NULL) {
            assert_int_equal(api.status, 200);
            continue;
        }
        api_expect_problem(&api, 401, is_signed(&routes[i]) ? "webhook_headers_missing" : "unauthorized",
                           NULL);
        assert_non_null(api_header(&api, "WWW-Authenticate"));
    }
}

static void with_a_credential_that_is_none(void **state)
{
    (void)state;
    char short_key[128], other_case[140], spaced[160], basic[160];
    (void)snprintf(short_key, sizeof short_key, "Authorization: Bearer %.20s", h.api_key);
    (void)snprintf(other_case, sizeof other_case, "Authorization: Bearer SK_%s", h.api_key + 3);
    (void)snprintf(spaced, sizeof spaced, "Authorization: %s", h.api_key);
    (void)snprintf(basic, sizeof basic, "Authorization: Basic %s", h.api_key);
    const char *const headers[] = {
        "Authorization: Bearer",
        "Authorization: Bearer  ",
        "Authorization;", /* empty */
        "Authorization: Bearer sk_",
        "Authorization: Bearer sk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "Authorization: Bearer ' or 1=1--",
        "Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.",
        "X-User-Id: admin",
        "X-Api-Key: sk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "Cookie: session=admin",
        short_key,
        other_case,
        spaced,
        basic,
    };
    for (size_t i = 0; i < ROWS(headers); i++) {
        (void)api_send(&api,
                       &(struct api_request){.path = "/v1/accounts", .api_key = "", .headers = {headers[i]}});
        api_expect_problem(&api, 401, "unauthorized", NULL);
    }
    static char long_key[8000];
    memset(long_key, 'A', sizeof long_key - 1);
    memcpy(long_key, "Authorization: Bearer sk_", strlen("Authorization: Bearer sk_"));
    (void)api_send(&api, &(struct api_request){.path = "/v1/accounts", .api_key = "", .headers = {long_key}});
    api_expect_problem(&api, 401, "unauthorized", NULL);
}

/* Two credentials are none; one in the query is refused as an unknown parameter at best. */
static void misplaced_credentials(void **state)
{
    (void)state;
    char header[256], path[256];
    (void)snprintf(header, sizeof header, "Authorization: Bearer %s", h.api_key);
    (void)api_send(&api, &(struct api_request){.path = "/v1/accounts", .headers = {header}});
    api_expect_problem(&api, 401, "unauthorized", NULL);
    static const char *const names[] = {"api_key", "access_token", "key", "token", "authorization"};
    for (size_t i = 0; i < ROWS(names); i++) {
        (void)snprintf(path, sizeof path, "/v1/accounts?%s=%s", names[i], h.api_key);
        (void)api_send(&api, &(struct api_request){.path = path, .api_key = ""});
        api_expect_problem(&api, 401, "unauthorized", NULL);
        (void)api_send(&api, &(struct api_request){.path = path});
        assert_int_equal(api.status, 400);
        assert_string_equal(api_string(&api, "code"), "invalid_parameter");
    }
}

static void expect_scope_decides(const struct route *r, const char *scope, const struct api_key *key)
{
    (void)send_to(r, path_of(r), key->secret);
    if (is_signed(r) || is_demo(r)) {
        api_expect_problem(&api, 401, is_signed(r) ? "webhook_headers_missing" : "unauthorized", NULL);
    } else if (!is_scope_of(r, scope) || is_for_staff(r)) {
        api_expect_problem(&api, 403, "forbidden", NULL);
        assert_non_null(strstr(api_string(&api, "detail"), r->scope));
    } else if (api.status == 401 || api.status == 403) {
        fail_msg("%s %s is closed to %s", r->method, r->pattern, scope);
    }
}

/* A key of one scope opens the routes of that scope and no other. */
static void every_scope_on_every_route(void **state)
{
    (void)state;
    static const char *const scopes[] = {
        "accounts:read",  "accounts:write", "transactions:read", "transactions:write", "deposits:write",
        "holds:read",     "holds:write",    "withdrawals:write", "exchanges:write",    "webhooks:read",
        "webhooks:write", "dlq:write",      "reconcile:write"};
    struct books before, after;
    struct api_key keys[ROWS(scopes)];
    for (size_t k = 0; k < ROWS(scopes); k++)
        api_key_make(&h, "alice", scopes[k], &keys[k]);
    books_read(db, &before);
    for (size_t i = 0; i < ROWS(routes); i++)
        for (size_t k = 0; k < ROWS(scopes) && routes[i].scope != NULL; k++)
            expect_scope_decides(&routes[i], scopes[k], &keys[k]);
    books_read(db, &after); /* three changes of a missing account, two of a missing hold, a reversal and three
                               of a missing webhook endpoint were refused and remembered */
    assert_true(books_same(&before, &after, 9));
}

/* What is nobody's own is decided about by staff who have the scope, too. */
static void staff_with_the_scope(void **state)
{
    (void)state;
    struct api_key staff;
    api_key_make(&h, "operator", "ops,dlq:write,reconcile:write", &staff);
    for (size_t i = 0; i < ROWS(routes); i++) {
        if (!is_for_staff(&routes[i]))
            continue;
        (void)send_to(&routes[i], path_of(&routes[i]), staff.secret);
        if (api.status == 401 || api.status == 403)
            fail_msg("%s %s is closed to staff", routes[i].method, routes[i].pattern);
    }
}

/* ops sees everything and changes nothing; where no example is at hand, a missing one is not found. */
static int status_for_operators(const struct route *r)
{
    if (is_signed(r) || is_demo(r))
        return 401;
    if (strcmp(r->method, "GET") != 0)
        return 403;
    return r->missing != NULL && r->foreign == NULL ? 404 : 200;
}

static void operators(void **state)
{
    (void)state;
    struct api_key ops;
    api_key_make(&h, "operator", "ops", &ops);
    for (size_t i = 0; i < ROWS(routes); i++) {
        if (routes[i].scope == NULL)
            continue;
        const char *path = routes[i].foreign != NULL ? routes[i].foreign : path_of(&routes[i]);
        (void)send_to(&routes[i], path, ops.secret);
        assert_int_equal(api.status, status_for_operators(&routes[i]));
    }
}

/* The answer's document without what differs from request to request. */
static json_t *comparable(void)
{
    json_t *copy = json_deep_copy(api.json);
    (void)json_object_del(copy, "request_id");
    return copy;
}

static void foreign_is_missing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(routes); i++) {
        if (routes[i].foreign == NULL)
            continue;
        (void)send_to(&routes[i], routes[i].missing, alice.secret);
        api_expect_problem(&api, 404, "not_found", NULL);
        json_t *missing = comparable();
        (void)send_to(&routes[i], routes[i].foreign, alice.secret);
        api_expect_problem(&api, 404, "not_found", NULL);
        json_t *foreign = comparable();
        assert_true(json_equal(missing, foreign));
        json_decref(missing);
        json_decref(foreign);
        (void)send_to(&routes[i], routes[i].foreign, bob.secret);
        assert_int_not_equal(api.status, 404); /* for its owner it is there */
    }
}

/* What a list shows to alice, by the member that names an owner or an account. */
static void expect_only_alices(const char *list, const char *member, const char *value)
{
    (void)api_send(&api, &(struct api_request){.path = list, .api_key = alice.secret});
    assert_int_equal(api.status, 200);
    size_t i;
    const json_t *row;
    assert_true(json_array_size(api_at(&api, "data")) > 0);
    json_array_foreach(api_at(&api, "data"), i, row)
    {
        assert_string_equal(json_string_value(json_object_get(row, member)), value);
    }
}

static bool takes_part(const json_t *transaction, const char *account)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(transaction, "entries"), i, entry)
    {
        if (strcmp(json_string_value(json_object_get(entry, "account")), account) == 0)
            return true;
    }
    return false;
}

static void lists_show_no_foreign_rows(void **state)
{
    (void)state;
    expect_only_alices("/v1/accounts?limit=100", "owner", "alice");
    expect_only_alices("/v1/entries?limit=100", "account", cast_id("alices"));
    (void)api_send(&api,
                   &(struct api_request){.path = "/v1/transactions?limit=100", .api_key = alice.secret});
    assert_int_equal(json_array_size(api_at(&api, "data")), 2); /* her deposit, and her transfer to bob */
    size_t i;
    const json_t *row;
    json_array_foreach(api_at(&api, "data"), i, row)
    {
        assert_true(takes_part(row, cast_id("alices")));
    }
}

/* A filter that names what is another's gives nothing, or is refused; it never widens the list. */
static void filters_do_not_widen(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/v1/accounts?owner=bob",
        "/v1/accounts?owner=system",
        "/v1/accounts?type=system",
        "/v1/transactions?account=@bobs",
        "/v1/transactions?account=@cash",
        "/v1/transactions?reference=bobs-own",
        "/v1/transactions?account=@bobs&reference=bobs-own",
        "/v1/entries?account=@bobs",
        "/v1/entries?account=@cash",
        "/v1/entries?transaction=@bobs_txn",
        "/v1/entries?account=@bobs&direction=credit",
    };
    for (size_t i = 0; i < ROWS(paths); i++) {
        char path[256];
        cast_text(paths[i], path, sizeof path);
        (void)api_send(&api, &(struct api_request){.path = path, .api_key = alice.secret});
        if (api.status != 400 && (api.status != 200 || json_array_size(api_at(&api, "data")) != 0))
            fail_msg("%s shows alice %d: %s", paths[i], api.status, api.body.data);
    }
}

static void expect_balances_hidden(const json_t *entries)
{
    size_t i;
    const json_t *entry;
    assert_int_equal(json_array_size(entries), 2);
    json_array_foreach(entries, i, entry)
    {
        bool is_hers = strcmp(json_string_value(json_object_get(entry, "account")), cast_id("alices")) == 0;
        const json_t *balance = json_object_get(entry, "balance_after");
        assert_true(is_hers ? json_is_integer(balance) : json_is_null(balance));
    }
}

static void balances_of_others_are_null(void **state)
{
    (void)state;
    char path[256], body[512];
    cast_text("/v1/transactions/@shared_txn", path, sizeof path);
    (void)api_send(&api, &(struct api_request){.path = path, .api_key = alice.secret});
    assert_int_equal(api.status, 200);
    expect_balances_hidden(api_at(&api, "entries"));
    cast_text("/v1/entries?transaction=@shared_txn", path, sizeof path);
    (void)api_send(&api, &(struct api_request){.path = path, .api_key = alice.secret});
    assert_int_equal(api.status, 200);
    expect_balances_hidden(api_at(&api, "data"));
    cast_text("{'from_account':'@alices','to_account':'@bobs','amount':1}", body, sizeof body);
    (void)api_send(&api,
                   &(struct api_request){
                       .path = "/v1/transfers", .key = "hidden", .body = body, .api_key = alice.secret});
    assert_int_equal(api.status, 201);
    expect_balances_hidden(api_at(&api, "entries"));
    (void)snprintf(path, sizeof path, "balances.%s", cast_id("bobs"));
    assert_true(json_is_null(api_at(&api, path)));
    (void)snprintf(path, sizeof path, "balances.%s.available", cast_id("alices"));
    assert_int_equal(api_int(&api, path), harness_available(&h, cast_id("alices")));
    cast_text("{'from_account':'@bobs','to_account':'@alices','amount':1000000}", body, sizeof body);
    (void)api_send(&api,
                   &(struct api_request){
                       .path = "/v1/transfers", .key = "hidden-2", .body = body, .api_key = alice.secret});
    api_expect_problem(&api, 422, "account_not_found", "/from_account"); /* not: 402 with what bob has */
}

/* A cursor is bound to who got it. */
static void cursors_are_personal(void **state)
{
    (void)state;
    char path[256];
    (void)api_send(&api, &(struct api_request){.path = "/v1/transactions?limit=1", .api_key = alice.secret});
    (void)snprintf(path, sizeof path, "/v1/transactions?limit=1&cursor=%s", api_string(&api, "next_cursor"));
    assert_int_equal(api_send(&api, &(struct api_request){.path = path, .api_key = alice.secret}), 200);
    (void)api_send(&api, &(struct api_request){.path = path, .api_key = bob.secret});
    api_expect_problem(&api, 400, "invalid_cursor", NULL);
}

static void revoked_keys_die(void **state)
{
    (void)state;
    struct api_key key;
    api_key_make(&h, "alice", ALL_SCOPES, &key);
    assert_int_equal(api_send(&api, &(struct api_request){.path = "/v1/accounts", .api_key = key.secret}),
                     200);
    api_key_revoke(&h, &key);
    int64_t start_us = clock_monotonic_us();
    while (api_send(&api, &(struct api_request){.path = "/v1/accounts", .api_key = key.secret}) == 200) {
        assert_true(clock_monotonic_us() - start_us < (REVOKED_MS + BUSY_MS) * INT64_C(1000));
        pause_ms(LOOK_EVERY_MS);
    }
    api_expect_problem(&api, 401, "unauthorized", NULL);
    print_message("  it died after %lld ms\n", (long long)(clock_monotonic_us() - start_us) / 1000);
    (void)api_send(&api, &(struct api_request){
                             .path = "/v1/accounts", .api_key = key.secret, .key = "dead", .body = "{}"});
    api_expect_problem(&api, 401, "unauthorized", NULL);
}

static void books_are_right(void **state)
{
    (void)state;
    assert_int_equal(money_check(&h, NULL), 0);
}

static void must(const char *cast_name, const char *place, int status)
{
    if (status != 201)
        servers_fail("the set-up was answered %d: %s", status, api.body.data);
    if (cast_name != NULL)
        cast_add(cast_name, api_string(&api, place));
}

static void plant_delivery(void)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    char id[TYPEID_TEXT_SIZE];
    if (db_query(db, E2E_SQL_PLANT_DELIVERY, NULL, &r) != STATUS_OK)
        servers_fail("no delivery: %s", db_error(db));
    struct str text = db_get_str(r, 0, 0);
    (void)snprintf(id, sizeof id, "%.*s", (int)text.len, text.data);
    cast_add("bobs_delivery", id);
}

static void set_up_hooks(void)
{
    static const char hook[] =
        "{'owner':'bob','url':'http://127.0.0.1:21300/','event_types':['transaction.posted']}";
    must("bobs_old_hook", "id", api_post(&api, "/v1/webhook-endpoints", "8", hook));
    must("bobs_hook", "id", api_post(&api, "/v1/webhook-endpoints", "9", hook));
    plant_delivery();
}

static void set_up_people(void)
{
    static const char account[] = "{'owner':'%s','type':'user','currency':'EUR','name':'Wallet'}";
    api_key_make(&h, "alice", ALL_SCOPES, &alice);
    api_key_make(&h, "bob", ALL_SCOPES, &bob);
    must("alices", "id", api_post(&api, "/v1/accounts", "1", account, "alice"));
    must("bobs", "id", api_post(&api, "/v1/accounts", "2", account, "bob"));
    must("bobs_other", "id", api_post(&api, "/v1/accounts", "3", account, "bob"));
    static const char deposit[] = "{'account':'@%s','amount':1000,'currency':'EUR'}";
    must("cash", "entries.0.account", api_post(&api, "/v1/deposits", "4", deposit, "alices"));
    must(NULL, NULL, api_post(&api, "/v1/deposits", "5", deposit, "bobs"));
    must("shared_txn", "id",
         api_post(&api, "/v1/transfers", "6",
                  "{'from_account':'@alices','to_account':'@bobs','amount':10,'reference':'6'}"));
    must("bobs_hold", "hold.id", api_post(&api, "/v1/holds", "7", "{'account':'@bobs','amount':5}"));
    must("bobs_txn", "id",
         api_post(&api, "/v1/transfers", "bobs-own",
                  "{'from_account':'@bobs','to_account':'@bobs_other','amount':20,'reference':'bobs-own'}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_is_known),
        cmocka_unit_test(without_a_credential),
        cmocka_unit_test(with_a_credential_that_is_none),
        cmocka_unit_test(misplaced_credentials),
        cmocka_unit_test(every_scope_on_every_route),
        cmocka_unit_test(staff_with_the_scope),
        cmocka_unit_test(operators),
        cmocka_unit_test(foreign_is_missing),
        cmocka_unit_test(lists_show_no_foreign_rows),
        cmocka_unit_test(filters_do_not_widen),
        cmocka_unit_test(cursors_are_personal),
        cmocka_unit_test(balances_of_others_are_null),
        cmocka_unit_test(revoked_keys_die),
        cmocka_unit_test(books_are_right),
    };
    harness_start(&h, &(struct harness_options){0});
    api_open(&api, &h, 0);
    db = harness_database(&h);
    set_up_people();
    set_up_hooks();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    db_close(db);
    harness_stop(&h, failed != 0);
    return failed;
}
