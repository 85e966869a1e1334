/* test_command.c - envelopes and replies both ways, and every way in which they can be forged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/contract/command.h"

#define ID          "\"id\":\"cmd_01h455vb4pex5vsknk084sn02q\","
#define OWNER       "\"owner\":\"shop\","
#define ACTOR       "\"actor\":\"key_01h455vb4pex5vsknk084sn02q\","
#define STAFF       "\"staff\":false,"
#define FINGERPRINT "\"fingerprint\":\"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\","
#define DATA        "\"data\":{\"account\":\"acct_01h455vb4pex5vsknk084sn02q\"}"

static const struct command_spec *freeze(void)
{
    return command_spec_find(STR_LIT("account.freeze"));
}

static struct command_envelope example(void)
{
    struct command_envelope c = {.id = uuid7_make(1763666482123456, 1, 2),
                                 .owner = STR_LIT("shop"),
                                 .actor = STR_LIT("key_1"),
                                 .staff = true,
                                 .key = STR_LIT("a \"quoted\" key"),
                                 .source = STR_LIT("webhook:we_1"),
                                 .deadline_us = INT64_C(1763666487123456),
                                 .traceparent =
                                     STR_LIT("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")};
    for (int i = 0; i < DIGEST_SIZE; i++) {
        c.fingerprint.bytes[i] = (uint8_t)(i * 8);
    }
    return c;
}

static void assert_same(const struct command_envelope *a, const struct command_envelope *b)
{
    assert_int_equal(uuid_compare(&a->id, &b->id), 0);
    assert_true(str_eq(a->owner, b->owner));
    assert_true(str_eq(a->actor, b->actor));
    assert_int_equal(a->staff, b->staff);
    assert_true(str_eq(a->key, b->key));
    assert_true(digest_equal(&a->fingerprint, &b->fingerprint));
    assert_true(str_eq(a->source, b->source));
    assert_int_equal(a->deadline_us, b->deadline_us);
    assert_true(str_eq(a->traceparent, b->traceparent));
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    for (int with_options = 0; with_options < 2; with_options++) {
        struct command_envelope given = example(), back;
        if (!with_options) {
            given.key = given.source = given.traceparent = (struct str){NULL, 0};
            given.deadline_us = 0;
            given.staff = false;
        }
        struct buf b CLEANUP(buf_free);
        struct problem p;
        json_t *root CLEANUP(json_decref_ptr) = NULL;
        buf_init(&b, 10000);
        command_write(&given, STR_LIT("{\"account\":\"acct_01h455vb4pex5vsknk084sn02q\"}"), &b);
        assert_int_equal(strstr(b.data, "\"key\":") != NULL, with_options);
        assert_int_equal(strstr(b.data, "\"source\":") != NULL, with_options);
        assert_int_equal(strstr(b.data, "\"deadline\":") != NULL, with_options);
        assert_int_equal(strstr(b.data, "\"traceparent\":") != NULL, with_options);
        assert_int_equal(command_read((struct str){b.data, b.len}, freeze(), &root, &back, &p), STATUS_OK);
        assert_same(&given, &back);
        struct uuid account;
        assert_true(json_get_id(back.data, "account", "acct", &account));
    }
}

static void smallest_envelope(void **state)
{
    (void)state;
    json_t *root CLEANUP(json_decref_ptr) = NULL;
    struct command_envelope c;
    struct problem p;
    assert_int_equal(
        command_read(STR_LIT("{" ID OWNER ACTOR STAFF FINGERPRINT DATA "}"), freeze(), &root, &c, &p),
        STATUS_OK);
    assert_int_equal(c.key.len, 0);
    assert_int_equal(c.source.len, 0);
    assert_int_equal(c.fingerprint.bytes[31], 0x1f);
}

static void forged_envelopes(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *pointer; /* NULL: none */
    } cases[] = {
        {"garbage", "garbage", NULL},
        {"empty", "", NULL},
        {"array", "[]", NULL},
        {"nothing in it", "{}", "/id"},
        {"no id", "{" OWNER ACTOR STAFF FINGERPRINT DATA "}", "/id"},
        {"id of another kind",
         "{\"id\":\"txn_01h455vb4pex5vsknk084sn02q\"," OWNER ACTOR STAFF FINGERPRINT DATA "}", "/id"},
        {"no owner", "{" ID ACTOR STAFF FINGERPRINT DATA "}", "/owner"},
        {"empty owner", "{" ID "\"owner\":\"\"," ACTOR STAFF FINGERPRINT DATA "}", "/owner"},
        {"owner with a space", "{" ID "\"owner\":\"a b\"," ACTOR STAFF FINGERPRINT DATA "}", "/owner"},
        {"no actor", "{" ID OWNER STAFF FINGERPRINT DATA "}", "/actor"},
        {"no staff", "{" ID OWNER ACTOR FINGERPRINT DATA "}", "/staff"},
        {"staff as text", "{" ID OWNER ACTOR "\"staff\":\"true\"," FINGERPRINT DATA "}", "/staff"},
        {"staff twice", "{" ID OWNER ACTOR STAFF "\"staff\":true," FINGERPRINT DATA "}", "/staff"},
        {"no fingerprint", "{" ID OWNER ACTOR STAFF DATA "}", "/fingerprint"},
        {"short fingerprint", "{" ID OWNER ACTOR STAFF "\"fingerprint\":\"00\"," DATA "}", "/fingerprint"},
        {"fingerprint not hex",
         "{" ID OWNER ACTOR STAFF
         "\"fingerprint\":\"x00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\"," DATA "}",
         "/fingerprint"},
        {"empty key", "{" ID OWNER ACTOR STAFF "\"key\":\"\"," FINGERPRINT DATA "}", "/key"},
        {"key with a line end", "{" ID OWNER ACTOR STAFF "\"key\":\"a\\n\"," FINGERPRINT DATA "}", "/key"},
        {"empty source", "{" ID OWNER ACTOR STAFF FINGERPRINT "\"source\":\"\"," DATA "}", "/source"},
        {"no data",
         "{" ID OWNER ACTOR STAFF "\"fingerprint\":"
         "\"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\"}",
         "/data"},
        {"data as text", "{" ID OWNER ACTOR STAFF FINGERPRINT "\"data\":\"{}\"}", "/data"},
        {"data against the spec", "{" ID OWNER ACTOR STAFF FINGERPRINT "\"data\":{\"amount\":1}}", "/amount"},
        {"unknown member", "{" ID OWNER ACTOR STAFF FINGERPRINT "\"admin\":true," DATA "}", "/admin"},
        {"text behind", "{" ID OWNER ACTOR STAFF FINGERPRINT DATA "}}", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *root = NULL;
        struct command_envelope c = {.staff = true};
        struct problem p;
        if (command_read(str_of(cases[i].text), freeze(), &root, &c, &p) != STATUS_INVALID || root != NULL ||
            (cases[i].pointer == NULL ? p.error_count != 0
                                      : strcmp(p.errors[0].pointer, cases[i].pointer) != 0)) {
            fail_msg("%s: %s", cases[i].name, outcome_code(p.outcome));
        }
        assert_true(c.staff); /* untouched */
    }
}

static void replies_both_ways(void **state)
{
    (void)state;
    static const struct {
        int status;
        bool replayed;
        const char *body, *wanted;
    } cases[] = {
        {201, false, "{\"id\":\"txn_1\"}", "{\"status\":201,\"replayed\":false,\"body\":{\"id\":\"txn_1\"}}"},
        {200, true, "{\"a\":\"\\\"}}\"}", "{\"status\":200,\"replayed\":true,\"body\":{\"a\":\"\\\"}}\"}}"},
        {599, false, "1", "{\"status\":599,\"replayed\":false,\"body\":1}"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf b CLEANUP(buf_free);
        int status = 0;
        bool replayed = !cases[i].replayed;
        struct str body;
        buf_init(&b, 1000);
        reply_write(cases[i].status, cases[i].replayed, str_of(cases[i].body), &b);
        assert_string_equal(b.data, cases[i].wanted);
        assert_int_equal(reply_read((struct str){b.data, b.len}, &status, &replayed, &body), STATUS_OK);
        assert_int_equal(status, cases[i].status);
        assert_int_equal(replayed, cases[i].replayed);
        assert_true(str_eq_c(body, cases[i].body));
    }
}

static void not_replies(void **state)
{
    (void)state;
    static const char *const cases[] = {"",
                                        "{}",
                                        "201",
                                        "{\"status\":",
                                        "{\"status\":20",
                                        "{\"status\":2011,\"replayed\":false,\"body\":{}}",
                                        "{\"status\":099,\"replayed\":false,\"body\":{}}",
                                        "{\"status\":600,\"replayed\":false,\"body\":{}}",
                                        "{\"status\":-20,\"replayed\":false,\"body\":{}}",
                                        "{\"status\":\"201\",\"replayed\":false,\"body\":{}}",
                                        "{\"status\":201,\"replayed\":maybe,\"body\":{}}",
                                        "{\"status\":201,\"replayed\":false}",
                                        "{\"status\":201,\"body\":{},\"replayed\":false}",
                                        "{\"status\":201,\"replayed\":false,\"body\":}",
                                        "{\"status\":201,\"replayed\":false,\"body\":",
                                        "{\"status\":201,\"replayed\":false,\"body\":{\"a\":1",
                                        " {\"status\":201,\"replayed\":false,\"body\":{}}",
                                        "{\"status\": 201,\"replayed\":false,\"body\":{}}"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int status = 42;
        bool replayed = true;
        struct str body = STR_LIT("kept");
        if (reply_read(str_of(cases[i]), &status, &replayed, &body) != STATUS_INVALID) {
            fail_msg("%s", cases[i]);
        }
        assert_int_equal(status, 42);
        assert_true(replayed && str_eq_c(body, "kept"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_written_is_read),
                                       cmocka_unit_test(smallest_envelope),
                                       cmocka_unit_test(forged_envelopes),
                                       cmocka_unit_test(replies_both_ways), cmocka_unit_test(not_replies)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
