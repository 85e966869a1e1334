/* test_query.c - query parameters by type, and what is refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "ingress/domain/query.h"
#include "shared/core/typeid.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define ACCOUNT   "acct_01m7x99rzwfh8tw2x75kw2azz0"

static const char *const statuses[] = {"open", "closed", NULL};
static const struct param_spec specs[] = {
    {.name = "owner", .type = PARAM_NAME, .staff_only = true},
    {.name = "status", .type = PARAM_WORD, .words = statuses},
    {.name = "currency", .type = PARAM_CURRENCY},
    {.name = "account", .type = PARAM_ID, .prefix = "acct"},
    {.name = "object", .type = PARAM_OBJECT},
    {.name = "reference", .type = PARAM_TEXT},
    {.name = "metadata", .type = PARAM_METADATA},
    {.name = "from", .type = PARAM_TIME},
    {.name = "day", .type = PARAM_DAY},
    {.name = "limit", .type = PARAM_LIMIT},
    {.name = "cursor", .type = PARAM_CURSOR},
};
enum { OWNER, STATUS, CURRENCY, ACCOUNT_ID, OBJECT, REFERENCE, METADATA, FROM, DAY, LIMIT, CURSOR };

static struct arena arena;

static enum status parse(const char *query, bool is_staff, struct param_value *values, struct problem *p)
{
    arena_reset(&arena);
    struct query_rules rules = {
        .specs = specs, .count = LENGTH(specs), .is_staff = is_staff, .arena = &arena};
    return query_parse(str_of(query), &rules, values, p);
}

static void test_values_are_read(void **state)
{
    (void)state;
    struct param_value v[LENGTH(specs)];
    struct problem p;
    assert_int_equal(
        parse("owner=ann&status=open&currency=EUR&account=" ACCOUNT "&object=" ACCOUNT
              "&reference=a+b%26c%C3%A9&from=2026-01-31T00%3A00%3A00Z&day=2026-01-31&limit=100&cursor=x",
              true, v, &p),
        STATUS_OK);
    assert_true(str_eq_c(v[OWNER].text, "ann"));
    assert_true(str_eq_c(v[REFERENCE].text, "a b&c\xc3\xa9"));
    assert_true(str_eq_c(v[CURSOR].text, "x"));
    assert_int_equal(v[LIMIT].number, 100);
    assert_int_equal(v[FROM].number, INT64_C(1769817600000000));
    assert_int_equal(v[DAY].number, 20484);
    char text[TYPEID_TEXT_SIZE];
    typeid_format("acct", &v[ACCOUNT_ID].id, text);
    assert_int_equal(uuid_compare(&v[ACCOUNT_ID].id, &v[OBJECT].id), 0);
    assert_string_equal(text, ACCOUNT);

    assert_int_equal(parse("", true, v, &p), STATUS_OK);
    assert_false(v[LIMIT].is_set);
    assert_null(v[STATUS].text.data);
    assert_int_equal(parse("&&status=closed&", true, v, &p), STATUS_OK);
    assert_true(v[STATUS].is_set);
}

static void test_metadata(void **state)
{
    (void)state;
    struct param_value v[LENGTH(specs)];
    struct problem p;
    assert_int_equal(parse("metadata.a=1&owner=ann&metadata.b%22%2e=x+%26y&metadata.c=", true, v, &p),
                     STATUS_OK);
    assert_true(str_eq_c(v[METADATA].text, "{\"a\":\"1\",\"b\\\".\":\"x &y\",\"c\":\"\"}"));
    assert_int_equal(v[METADATA].number, 3);
    static const char nine[] = "metadata.1&metadata.2&metadata.3&metadata.4&metadata.5&metadata.6&metadata.7"
                               "&metadata.8&metadata.9";
    static const char *const bad[] = {"metadata=1",
                                      "metadata.=1",
                                      "metadata.a=1&metadata.a=2",
                                      "metadata.a=%00",
                                      "metadata.%0a=1",
                                      "metadata.a=%c0%80",
                                      "metadata.a=%zz",
                                      "metadata.%zz=1",
                                      "metadatas.a=1",
                                      "metadata[a]=1",
                                      nine};
    for (size_t i = 0; i < LENGTH(bad); i++) {
        if (parse(bad[i], true, v, &p) != STATUS_INVALID)
            fail_msg("%s is taken", bad[i]);
    }
}

static void test_bad_parameters_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *query, *pointer;
    } cases[] = {
        {"x=1", "?x"},
        {"api_key=sk_secret", "?api_key"},
        {"owner=ann", "?owner"}, /* not staff */
        {"object=cmd_01m7x99rzwfh8tw2x75kw2azz0", "?object"},
        {"limit=1&limit=9999", "?limit"},
        {"limit=0", "?limit"},
        {"day=", "?day"},
        {"day=2026-02-29", "?day"},
        {"day=20260131", "?day"},
        {"day=2026-01-31T00:00:00Z", "?day"},
        {"limit=-1", "?limit"},
        {"limit=101", "?limit"},
        {"limit=1e9", "?limit"},
        {"limit=", "?limit"},
        {"limit", "?limit"},
        {"status=OPEN", "?status"},
        {"status=open%00", "?status"},
        {"currency=eur", "?currency"},
        {"currency=XXQ", "?currency"},
        {"account=1", "?account"},
        {"account=txn_01m7x99rzwfh8tw2x75kw2azz0", "?account"},
        {"reference=", "?reference"},
        {"reference=%", "?reference"},
        {"reference=%4", "?reference"},
        {"reference=%zz", "?reference"},
        {"reference=%00", "?reference"},
        {"reference=%0A", "?reference"},
        {"reference=%C0%80", "?reference"},
        {"reference=%ED%A0%80", "?reference"},
        {"from=2026-01-31", "?from"},
        {"from=yesterday", "?from"},
        {"sort=amount;drop", "?sort"},
        {"<script>=1", "?..."},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct param_value v[LENGTH(specs)];
        struct problem p;
        if (parse(cases[i].query, false, v, &p) != STATUS_INVALID || p.outcome != OUTCOME_invalid_parameter ||
            p.error_count != 1 || strcmp(p.errors[0].pointer, cases[i].pointer) != 0) {
            fail_msg("%s", cases[i].query);
        }
    }
}

static void test_all_errors_come_at_once(void **state)
{
    (void)state;
    struct param_value v[LENGTH(specs)];
    struct problem p;
    assert_int_equal(parse("x=1&limit=0&status=no", true, v, &p), STATUS_INVALID);
    assert_int_equal(p.error_count, 3);
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 65536);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_read),
        cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_bad_parameters_are_named),
        cmocka_unit_test(test_all_errors_come_at_once),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
