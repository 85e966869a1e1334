/* test_webhook_secrets.c - who may send webhooks, as the file says it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingress/domain/webhook_secrets.h"

#define ONE "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
#define TWO "whsec_FxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA"
#define A32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void good(void **state)
{
    (void)state;
    struct webhook_secrets s;
    int line;
    const char *text = "# comment\n\ngateway " ONE "\nbank-2_x " TWO "\ngateway " TWO "\n" A32 " " ONE;
    assert_null(webhook_secrets_parse(str_of(text), &s, &line));
    assert_int_equal(s.provider_count, 3);
    const struct webhook_provider *gateway = webhook_secrets_find(&s, STR_LIT("gateway"));
    assert_int_equal(gateway->secret_count, 2);
    assert_int_equal(gateway->secrets[0].key[0], 0);
    assert_int_equal(gateway->secrets[1].key[0], 0x17);
    assert_int_equal(webhook_secrets_find(&s, STR_LIT("bank-2_x"))->secret_count, 1);
    assert_non_null(webhook_secrets_find(&s, STR_LIT(A32)));
    assert_null(webhook_secrets_find(&s, STR_LIT("gatewa")));
    assert_null(webhook_secrets_find(&s, STR_LIT("")));
    assert_null(webhook_secrets_parse(STR_LIT(""), &s, &line));
    assert_int_equal(s.provider_count, 0);
}

static void bad(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line;
    } rows[] = {
        {"gateway", 1},
        {"gateway\n", 1},
        {"gateway  " ONE, 1},
        {"gateway " ONE " ", 1},
        {"gateway " ONE "\r\n", 1},
        {" gateway " ONE, 1},
        {"Gateway " ONE, 1},
        {"1gateway " ONE, 1},
        {"a" A32 " " ONE, 1},
        {"events " ONE, 1}, /* a path of its own */
        {"gate/way " ONE, 1},
        {"gateway whsec_short", 1},
        {"#\ngateway " ONE "\nbank secret\n", 3},
        {"a " ONE "\na " ONE "\na " ONE "\na " ONE "\na " ONE, 5},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct webhook_secrets s = {.provider_count = 7};
        int line = 0;
        const char *wrong = webhook_secrets_parse(str_of(rows[i].text), &s, &line);
        print_message("  %s\n", wrong == NULL ? rows[i].text : wrong);
        assert_non_null(wrong);
        assert_int_equal(line, rows[i].line);
        assert_int_equal(s.provider_count, 7);
    }
}

static void too_many_providers(void **state)
{
    (void)state;
    char text[WEBHOOK_PROVIDERS_MAX * 64];
    size_t len = 0;
    for (int i = 0; i <= WEBHOOK_PROVIDERS_MAX; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "p%d " ONE "\n", i);
    }
    struct webhook_secrets s;
    int line = 0;
    assert_non_null(webhook_secrets_parse((struct str){text, len}, &s, &line));
    assert_int_equal(line, WEBHOOK_PROVIDERS_MAX + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(good), cmocka_unit_test(bad),
                                       cmocka_unit_test(too_many_providers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
