/* test_owner_event.c - who is told of an event, and what each of them may see of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/typeid.h"
#include "webhook-svc/domain/owner_event.h"

#define ALICES "acct_00000000000000000000000001"
#define BOBS   "acct_00000000000000000000000002"

#define TRANSFER                                                                                             \
    "{\"specversion\":\"1.0\",\"id\":\"evt_00000000000000000000000001\",\"type\":\"transaction.posted\","    \
    "\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\","                           \
    "\"data\":{\"resource\":\"transaction\",\"object\":\"txn_00000000000000000000000001\","                  \
    "\"command\":\"cmd_00000000000000000000000001\",\"owner\":\"alice\",\"actor\":\"key_1\",\"source\":"     \
    "null,"                                                                                                  \
    "\"before\":{\"accounts\":[{\"id\":\"" ALICES "\",\"version\":4,\"posted\":100},{\"id\":\"" BOBS         \
    "\",\"version\":7,\"posted\":5}]},\"after\":{\"accounts\":[{\"id\":\"" ALICES                            \
    "\",\"version\":5,\"posted\":90},{\"id\":\"" BOBS "\",\"version\":8,\"posted\":15}],\"transaction\":"    \
    "{\"id\":\"txn_00000000000000000000000001\",\"amount\":10,\"entries\":[{\"account\":\"" ALICES           \
    "\",\"amount\":10,\"balance_after\":90},{\"account\":\"" BOBS                                            \
    "\",\"amount\":10,\"balance_after\":15}]}}}}"
#define OF(resource, owner, after)                                                                           \
    "{\"id\":\"evt_00000000000000000000000002\",\"type\":\"" resource                                        \
    ".x\",\"data\":{\"resource\":\"" resource "\",\"object\":\"" ALICES "\",\"owner\":\"" owner              \
    "\",\"actor\":\"key_1\",\"command\":\"c\",\"source\":\"s\","                                             \
    "\"before\":null,\"after\":" after "}}"

static struct account_owner rows[2];
static const struct account_owners owners = {rows, 2};

static json_t *parse(const char *text)
{
    json_t *event = json_loads(text, 0, NULL);
    assert_non_null(event);
    return event;
}

static void expect_owners(const char *text, const char *wanted)
{
    struct str found[OWNER_EVENT_OWNERS_MAX];
    char all[256] = "";
    json_t *event = parse(text);
    size_t count = owner_event_owners(event, &owners, found);
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(all + len, sizeof all - len, "%s%.*s", i > 0 ? " " : "", (int)found[i].len,
                                found[i].data);
    assert_string_equal(all, wanted);
    json_decref(event);
}

static void who_is_told(void **state)
{
    (void)state;
    expect_owners(TRANSFER, "alice bob");
    expect_owners(OF("account", "staff", "{\"status\":\"frozen\"}"), "alice");
    expect_owners(OF("hold", "shop", "{\"account\":\"" ALICES "\",\"owner\":\"shop\"}"), "alice shop");
    expect_owners(OF("webhook_endpoint", "staff", "{\"owner\":\"bob\"}"), "bob");
    expect_owners(OF("dead_letter", "system", "{\"owner\":\"bob\"}"), "");
    expect_owners(OF("other", "alice", "{}"), "");
    expect_owners("{}", "");
    expect_owners("{\"data\":[]}", "");
}

static json_t *shown_to(const char *text, const char *owner)
{
    struct buf out CLEANUP(buf_free);
    buf_init(&out, 65536);
    json_t *event = parse(text);
    assert_int_equal(owner_event_write(event, &owners, str_of(owner), &out), STATUS_OK);
    json_t *shown = parse(out.data);
    json_decref(event);
    return shown;
}

static json_t *row_of(json_t *event, const char *when, int row)
{
    json_t *part = json_object_get(json_object_get(event, "data"), when);
    return json_array_get(json_object_get(part, "accounts"), (size_t)row);
}

static json_t *entry_of(json_t *event, int row)
{
    json_t *after = json_object_get(json_object_get(event, "data"), "after");
    json_t *entries = json_object_get(json_object_get(after, "transaction"), "entries");
    return json_array_get(entries, (size_t)row);
}

static void expect_shown(json_t *event, int row, bool is_own)
{
    assert_int_equal(json_is_null(json_object_get(row_of(event, "before", row), "posted")), !is_own);
    assert_int_equal(json_is_null(json_object_get(row_of(event, "after", row), "posted")), !is_own);
    assert_int_equal(json_is_null(json_object_get(row_of(event, "after", row), "version")), !is_own);
    assert_int_equal(json_is_null(json_object_get(entry_of(event, row), "balance_after")), !is_own);
    assert_int_equal(json_integer_value(json_object_get(entry_of(event, row), "amount")), 10);
}

static void balances_of_others(void **state)
{
    (void)state;
    static const char *const viewers[] = {"alice", "bob", "auditor"};
    for (int i = 0; i < 3; i++) {
        json_t *shown = shown_to(TRANSFER, viewers[i]);
        expect_shown(shown, 0, i == 0);
        expect_shown(shown, 1, i == 1);
        json_t *data = json_object_get(shown, "data");
        assert_int_equal(json_is_string(json_object_get(data, "actor")), i == 0);
        assert_int_equal(json_is_string(json_object_get(data, "owner")), i == 0);
        assert_int_equal(json_is_string(json_object_get(data, "command")), i == 0);
        assert_int_equal(json_is_string(json_object_get(shown, "traceparent")), i == 0);
        json_decref(shown);
    }
}

/* What is written stays in its order: the bytes of each try are the same anyway, but people compare. */
static void the_rest_is_as_it_was(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_free);
    buf_init(&out, 65536);
    static const char text[] =
        OF("account", "alice", "{\"id\":\"" ALICES "\",\"posted\":5,\"name\":\"\xc3\xa9\"}");
    json_t *event = parse(text);
    assert_int_equal(owner_event_write(event, &owners, STR_LIT("alice"), &out), STATUS_OK);
    assert_string_equal(out.data, text);
    json_decref(event);
}

static int set_up(void **state)
{
    (void)state;
    rows[0].owner = STR_LIT("alice");
    rows[1].owner = STR_LIT("bob");
    return typeid_parse("acct", STR_LIT(ALICES), &rows[0].account) == STATUS_OK &&
                   typeid_parse("acct", STR_LIT(BOBS), &rows[1].account) == STATUS_OK
               ? 0
               : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_told),
        cmocka_unit_test(balances_of_others),
        cmocka_unit_test(the_rest_is_as_it_was),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
