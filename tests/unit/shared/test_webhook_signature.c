/* test_webhook_signature.c - Standard Webhooks: the specification's own vector, rotation of secrets, and
   every header that is not what a genuine sender sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shared/core/webhook_signature.h"

#define NOW_S   INT64_C(1614265330)
#define ID      "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define BODY    "{\"test\": 2432232314}"
#define OTHER   "{\"test\":2432232314}"
#define SECRET  "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define VECTOR  "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define FOREIGN "v1,h0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define HEX     "v1,8348ccf52b04f8e4cf2531adfed9882ad4b2665137b852442d594d20e2c9d4e1"
#define THREE   FOREIGN " " FOREIGN " " FOREIGN
#define NINE    THREE " " THREE " " THREE
#define ID_255                                                                                               \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"   \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"   \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct webhook_secret secret(const char *text)
{
    struct webhook_secret s;
    assert_int_equal(webhook_secret_parse(str_of(text), &s), STATUS_OK);
    return s;
}

static void test_vector(void **state)
{
    (void)state;
    char signature[WEBHOOK_SIGNATURE_SIZE];
    struct webhook_secret s = secret(SECRET);
    webhook_sign(&s, str_of(ID), NOW_S, str_of(BODY), signature);
    assert_string_equal(signature, VECTOR);
}

static const struct row {
    const char *name, *id, *timestamp, *signature;
    enum webhook_verdict wanted;
    const char *body; /* NULL: BODY */
    int64_t later_s;  /* than NOW_S */
} rows[] = {
    {"genuine", ID, "1614265330", VECTOR, WEBHOOK_GENUINE, NULL, 0},
    {"second of two", ID, "1614265330", FOREIGN " " VECTOR, WEBHOOK_GENUINE, NULL, 0},
    {"beside another scheme", ID, "1614265330", "v1a,abc " VECTOR, WEBHOOK_GENUINE, NULL, 0},
    {"spaces between", ID, "1614265330", "  " FOREIGN "   " VECTOR " ", WEBHOOK_GENUINE, NULL, 0},
    {"tenth of ten", ID, "1614265330", NINE " " VECTOR, WEBHOOK_GENUINE, NULL, 0},
    {"eleventh", ID, "1614265330", NINE " " FOREIGN " " VECTOR, WEBHOOK_SIGNATURE_INVALID, NULL, 0},
    {"299 s old", ID, "1614265330", VECTOR, WEBHOOK_GENUINE, NULL, 299},
    {"300 s old", ID, "1614265330", VECTOR, WEBHOOK_GENUINE, NULL, 300},
    {"301 s old", ID, "1614265330", VECTOR, WEBHOOK_TIMESTAMP_FAR, NULL, 301},
    {"300 s ahead", ID, "1614265330", VECTOR, WEBHOOK_GENUINE, NULL, -300},
    {"301 s ahead", ID, "1614265330", VECTOR, WEBHOOK_TIMESTAMP_FAR, NULL, -301},
    {"no id", NULL, "1614265330", VECTOR, WEBHOOK_HEADER_MISSING, NULL, 0},
    {"no timestamp", ID, NULL, VECTOR, WEBHOOK_HEADER_MISSING, NULL, 0},
    {"no signature", ID, "1614265330", NULL, WEBHOOK_HEADER_MISSING, NULL, 0},
    {"empty id", "", "1614265330", VECTOR, WEBHOOK_ID_INVALID, NULL, 0},
    {"id with a dot", "msg_1.2", "1614265330", VECTOR, WEBHOOK_ID_INVALID, NULL, 0},
    {"long id", ID_255, "1614265330", VECTOR, WEBHOOK_FORGED, NULL, 0},
    {"longer id", ID_255 "a", "1614265330", VECTOR, WEBHOOK_ID_INVALID, NULL, 0},
    {"empty timestamp", ID, "", VECTOR, WEBHOOK_TIMESTAMP_INVALID, NULL, 0},
    {"negative timestamp", ID, "-1614265330", VECTOR, WEBHOOK_TIMESTAMP_INVALID, NULL, 0},
    {"timestamp with a space", ID, " 1614265330", VECTOR, WEBHOOK_TIMESTAMP_INVALID, NULL, 0},
    {"timestamp with zeros", ID, "01614265330", VECTOR, WEBHOOK_TIMESTAMP_INVALID, NULL, 0},
    {"timestamp of 2^63", ID, "9223372036854775808", VECTOR, WEBHOOK_TIMESTAMP_INVALID, NULL, 0},
    {"timestamp in milliseconds", ID, "1614265330000", VECTOR, WEBHOOK_TIMESTAMP_INVALID, NULL, 0},
    {"another timestamp", ID, "1614265331", VECTOR, WEBHOOK_FORGED, NULL, 0},
    {"another id", "msg_other", "1614265330", VECTOR, WEBHOOK_FORGED, NULL, 0},
    {"body written anew", ID, "1614265330", VECTOR, WEBHOOK_FORGED, OTHER, 0},
    {"empty body", ID, "1614265330", VECTOR, WEBHOOK_FORGED, "", 0},
    {"empty signature", ID, "1614265330", "", WEBHOOK_SIGNATURE_INVALID, NULL, 0},
    {"only a scheme", ID, "1614265330", "v1,", WEBHOOK_SIGNATURE_INVALID, NULL, 0},
    {"v0", ID, "1614265330", "v0" VECTOR, WEBHOOK_SIGNATURE_INVALID, NULL, 0},
    {"V1", ID, "1614265330", "V1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", WEBHOOK_SIGNATURE_INVALID,
     NULL, 0},
    {"hex", ID, "1614265330", HEX, WEBHOOK_SIGNATURE_INVALID, NULL, 0},
    {"commas between", ID, "1614265330", FOREIGN "," VECTOR, WEBHOOK_SIGNATURE_INVALID, NULL, 0},
    {"another signature", ID, "1614265330", FOREIGN, WEBHOOK_FORGED, NULL, 0},
};

static void test_headers(void **state)
{
    (void)state;
    struct webhook_secret s = secret(SECRET);
    int wrong = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        const struct webhook_headers headers = {
            .id = str_of(r->id), .timestamp = str_of(r->timestamp), .signature = str_of(r->signature)};
        const struct str body = str_of(r->body ? r->body : BODY);
        enum webhook_verdict found = webhook_verify(&s, 1, &headers, body, NOW_S + r->later_s);
        if (found != r->wanted) {
            print_error("%s: %d, wanted %d\n", r->name, (int)found, (int)r->wanted);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* While a secret is changed both are good, and after it the old one is not. */
static void test_rotation(void **state)
{
    (void)state;
    const struct webhook_secret old = secret(SECRET), new = secret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX");
    const struct webhook_secret both[] = {new, old};
    const struct webhook_headers headers = {
        .id = STR_LIT(ID), .timestamp = STR_LIT("1614265330"), .signature = STR_LIT(VECTOR)};
    assert_int_equal(webhook_verify(both, 2, &headers, STR_LIT(BODY), NOW_S), WEBHOOK_GENUINE);
    assert_int_equal(webhook_verify(&new, 1, &headers, STR_LIT(BODY), NOW_S), WEBHOOK_FORGED);
    assert_int_equal(webhook_verify(NULL, 0, &headers, STR_LIT(BODY), NOW_S), WEBHOOK_FORGED);
}

static void test_secrets(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",  /* not a whole number of bytes */
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==", /* 22 */
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw ",
        "whsec_MfKQ9r8GKYqr-wjUPD8ILPZIo2LaLaSw", /* the URL's alphabet */
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXAAECAwQFBgcICQoLDA0ODxAREhMUFRYXAAECAwQFBgcICQoLDA0ODxAREg==",
    };
    struct webhook_secret s = {.len = 99};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(webhook_secret_parse(str_of(bad[i]), &s), STATUS_INVALID);
    }
    assert_int_equal(s.len, 99);
    s = secret(
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXAAECAwQFBgcICQoLDA0ODxAREhMUFRYXAAECAwQFBgcICQoLDA0ODw==");
    assert_int_equal(s.len, WEBHOOK_KEY_MAX);
    assert_int_equal(secret(SECRET).len, WEBHOOK_KEY_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_rotation),
        cmocka_unit_test(test_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
