/* test_ops_request.c - what operators may ask for, and what they are told otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/core/typeid.h"
#include "webhook-svc/domain/ops_request.h"

#define LETTER "dl_01h455vb4pex5vsknk084sn02q"
#define EVENT  "whe_01h455vb4pex5vsknk084sn02q"

typedef enum status read_request(const json_t *root, struct ops_request *ret_request,
                                 struct problem *ret_problem);

static const struct {
    read_request *read;
    const char *text;
    enum outcome outcome; /* OUTCOME_ok: taken */
} cases[] = {
    {ops_read_replay, "{\"id\":\"" LETTER "\"}", OUTCOME_ok},
    {ops_read_replay, "{\"event\":\"" EVENT "\",\"actor\":\"ann\"}", OUTCOME_ok},
    {ops_read_replay, "{\"seq\":12,\"dry_run\":true}", OUTCOME_ok},
    {ops_read_replay, "{\"filter\":{\"kind\":\"webhook\"},\"limit\":1000}", OUTCOME_ok},
    {ops_read_replay, "{\"filter\":{},\"dry_run\":true}", OUTCOME_ok},
    {ops_read_replay, "{\"filter\":{}}", OUTCOME_invalid_value},
    {ops_read_replay, "{\"filter\":{},\"dry_run\":false}", OUTCOME_invalid_value},
    {ops_read_replay, "{\"filter\":{\"kind\":\"webhook\",\"to\":\"2026-11-21T19:00:00+01:00\"}}", OUTCOME_ok},
    {ops_read_replay, "{}", OUTCOME_invalid_value},
    {ops_read_replay, "{\"id\":\"" LETTER "\",\"event\":\"" EVENT "\"}", OUTCOME_invalid_value},
    {ops_read_replay, "{\"seq\":1,\"filter\":{}}", OUTCOME_invalid_value},
    {ops_read_replay, "{\"id\":\"" EVENT "\"}", OUTCOME_not_found},
    {ops_read_replay, "{\"seq\":0}", OUTCOME_invalid_value},
    {ops_read_replay, "{\"filter\":{\"kind\":\"x\"}}", OUTCOME_invalid_value},
    {ops_read_replay, "{\"filter\":{\"from\":\"2026-11-21\"}}", OUTCOME_invalid_value},
    {ops_read_replay, "{\"filter\":{\"x\":1}}", OUTCOME_unknown_field},
    {ops_read_replay, "{\"filter\":{},\"limit\":1001}", OUTCOME_invalid_value},
    {ops_read_replay, "{\"id\":7}", OUTCOME_wrong_type},
    {ops_read_discard, "{\"id\":\"" LETTER "\"}", OUTCOME_ok},
    {ops_read_discard, "{\"seq\":3,\"actor\":\"ann\",\"note\":\"sent twice\"}", OUTCOME_ok},
    {ops_read_discard, "{\"seq\":3,\"note\":\"\"}", OUTCOME_invalid_value},
    {ops_read_discard, "{\"seq\":3,\"note\":7}", OUTCOME_wrong_type},
    {ops_read_discard, "{}", OUTCOME_invalid_value},
    {ops_read_discard, "{\"id\":\"" LETTER "\",\"seq\":3}", OUTCOME_invalid_value},
    {ops_read_list, "{}", OUTCOME_ok},
    {ops_read_list, "{\"kind\":\"delivery\",\"limit\":1,\"after\":\"" LETTER "\"}", OUTCOME_ok},
    {ops_read_list, "{\"limit\":0}", OUTCOME_invalid_value},
    {ops_read_inject, "{\"event_id\":\"e\",\"times\":-1}", OUTCOME_ok},
    {ops_read_inject, "{\"event_id\":\"e\",\"provider\":\"demo\",\"times\":3}", OUTCOME_ok},
    {ops_read_inject, "{\"event_id\":\"e\",\"times\":-2}", OUTCOME_invalid_value},
    {ops_read_inject, "{\"times\":1}", OUTCOME_missing_field},
};

static void requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct problem p;
        struct ops_request r;
        CLEANUP(json_decref_ptr) json_t *root = NULL;
        assert_int_equal(json_parse_object(str_of(cases[i].text), &root, &p), STATUS_OK);
        enum status s = cases[i].read(root, &r, &p);
        if (s != (cases[i].outcome == OUTCOME_ok ? STATUS_OK : STATUS_INVALID))
            fail_msg("%s", cases[i].text);
        if (s != STATUS_OK)
            assert_string_equal(outcome_code(p.outcome), outcome_code(cases[i].outcome));
    }
}

static void what_is_read(void **state)
{
    (void)state;
    struct problem p;
    struct ops_request r;
    struct uuid id;
    CLEANUP(json_decref_ptr) json_t *root = NULL;
    assert_int_equal(
        json_parse_object(STR_LIT("{\"filter\":{\"event_type\":\"a.b\",\"error_contains\":\"no\","
                                  "\"from\":\"2026-11-18T11:06:40Z\"},\"dry_run\":true}"),
                          &root, &p),
        STATUS_OK);
    assert_int_equal(ops_read_replay(root, &r, &p), STATUS_OK);
    assert_int_equal(r.target, OPS_FILTER);
    assert_true(str_eq_c(r.event_type, "a.b") && str_eq_c(r.error_contains, "no") && r.kind.data == NULL);
    assert_int_equal(r.from_us, INT64_C(1795000000000000));
    assert_int_equal(r.to_us, 0);
    assert_true(r.dry_run);
    assert_int_equal(r.limit, OPS_LIMIT_DEFAULT);
    assert_true(str_eq_c(r.actor, OPS_ACTOR_DEFAULT));
    json_decref(root);
    root = NULL;
    assert_int_equal(json_parse_object(STR_LIT("{\"event\":\"" EVENT "\",\"actor\":\"key_x\"}"), &root, &p),
                     STATUS_OK);
    assert_int_equal(ops_read_replay(root, &r, &p), STATUS_OK);
    assert_int_equal(typeid_parse("whe", STR_LIT(EVENT), &id), STATUS_OK);
    assert_int_equal(r.target, OPS_EVENT);
    assert_int_equal(uuid_compare(&r.id, &id), 0);
    assert_true(str_eq_c(r.actor, "key_x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(requests), cmocka_unit_test(what_is_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
