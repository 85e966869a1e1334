/* wrap: getaddrinfo freeaddrinfo */
/* test_webhook_target_errors.c - every address that must not be sent to, as URL and as what a name resolves
   to. No name is really looked up: the table says what it has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>

#include "shared/io/webhook_target.h"

#define NAMES_MAX 4
#define NOBODY    "https://nobody.example/"
#define EMPTY     "https://empty.example/"

/* What a name resolves to at its first look-up, and at the next ones. */
static const struct {
    const char *name, *first[NAMES_MAX], *later[NAMES_MAX];
} names[] = {
    {"public.example", {"93.184.216.34"}, {"93.184.216.34"}},
    {"both.example", {"93.184.216.34", "2600::1"}, {"2600::1"}},
    {"rebinding.example", {"93.184.216.34"}, {"127.0.0.1"}},
    {"mixed.example", {"93.184.216.34", "10.0.0.1"}, {"10.0.0.1"}},
    {"mixed6.example", {"93.184.216.34", "::1"}, {"::1"}},
    {"mapped.example", {"::ffff:127.0.0.1"}, {"::ffff:127.0.0.1"}},
    {"127.0.0.1.nip.example", {"127.0.0.1"}, {"127.0.0.1"}},
    {"metadata.example", {"169.254.169.254"}, {"169.254.169.254"}},
    {"localhost", {"127.0.0.1", "::1"}, {"127.0.0.1"}},
    {"xn--localhost-yeb.example", {"127.0.0.1"}, {"127.0.0.1"}},
    {"public.example.", {"93.184.216.34"}, {"93.184.216.34"}},
    {"empty.example", {NULL}, {NULL}},
};
static int look_ups;

static struct addrinfo *add(struct addrinfo *list, const char *text)
{
    static struct sockaddr_in6 addresses[NAMES_MAX];
    static struct addrinfo infos[NAMES_MAX];
    size_t i = list == NULL ? 0 : (size_t)(list - infos) + 1;
    struct sockaddr_in *v4 = (struct sockaddr_in *)&addresses[i];
    memset(&addresses[i], 0, sizeof(addresses[i]));
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &addresses[i].sin6_addr), 1);
        addresses[i].sin6_family = AF_INET6;
    }
    infos[i] = (struct addrinfo){.ai_addr = (struct sockaddr *)&addresses[i], .ai_next = list};
    return &infos[i];
}

int __wrap_getaddrinfo(const char *name, const char *port, const struct addrinfo *hints,
                       struct addrinfo **ret);
int __wrap_getaddrinfo(const char *name, const char *port, const struct addrinfo *hints,
                       struct addrinfo **ret)
{
    (void)port;
    (void)hints;
    *ret = NULL;
    if (strcmp(name, "away.example") == 0) {
        return EAI_AGAIN;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *const *list = look_ups == 0 ? names[i].first : names[i].later;
        for (size_t k = 0; strcasecmp(name, names[i].name) == 0 && k < NAMES_MAX && list[k] != NULL; k++) {
            *ret = add(*ret, list[k]);
        }
    }
    struct in6_addr any;
    if (inet_pton(AF_INET, name, &any) == 1 || inet_pton(AF_INET6, name, &any) == 1) {
        *ret = add(NULL, name);
    }
    look_ups++;
    return *ret != NULL ? 0 : EAI_NONAME;
}

void __wrap_freeaddrinfo(struct addrinfo *list);
void __wrap_freeaddrinfo(struct addrinfo *list)
{
    (void)list;
}

/* As at registration: read, then looked up. */
static enum status look_at(const char *url, bool development)
{
    struct webhook_target target;
    struct webhook_addresses addresses;
    char reason[WEBHOOK_REASON_SIZE] = "";
    enum status s = webhook_target_parse(url, development, &target, reason);
    if (s == STATUS_OK) {
        s = webhook_target_resolve(&target, development, &addresses, reason);
    }
    assert_int_equal(s == STATUS_OK, reason[0] == '\0');
    return s;
}

static void refused(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "https://169.254.169.254/",
        "https://[fd00:ec2::254]/",
        "https://metadata.google.internal/",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.0.0.1.nip.example/",
        "https://0.0.0.0/",
        "https://[::]/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://192.168.0.1/",
        "https://100.64.0.1/",
        "https://198.18.0.1/",
        "https://192.0.0.1/",
        "https://192.88.99.1/",
        "https://192.0.2.1/",
        "https://198.51.100.1/",
        "https://203.0.113.1/",
        "https://224.0.0.1/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://[fe80::1%25eth0]/",
        "https://[fe80::1%eth0]/",
        "https://[fc00::1]/",
        "https://[ff02::1]/",
        "https://[100::1]/",
        "https://[2001:db8::1]/",
        "https://[5f00::1]/",
        "https://public.example:5432/",
        "https://public.example:4222/", /* our own servers by a public name */
        "https://mixed.example/",
        "https://mixed6.example/",
        "https://mapped.example/",
        "https://metadata.example/",
        "file:///etc/passwd",
        "gopher://public.example/",
        "ftp://public.example/",
        "https://user:pass@public.example/",
        "https://user@public.example/",
        "https://@127.0.0.1/",
        "https://public.example#@127.0.0.1/",
        "https://127.0.0.1\\@public.example/",
        "https://public.example/#fragment",
        "https://public.example:22/",
        "https://public.example:25/",
        "https://public.example:80/",
        "https://public.example:0/",
        "https://public.example:65536/",
        "http://public.example/",
        "HTTP://public.example/",
        "//public.example/",
        "public.example",
        "",
        "https://",
        "https:///",
        "https://\xe2\x93\x9bocalhost/",
        ("https://127\xe3\x80\x82"
         "0.0.1/"),
        "https://xn--localhost-yeb.example/",
        "https://localhost./",
        "https://public.example/a\r\nHost: x",
        "https://public.example/a b",
        "https://public.example/\t",
        "https://public%2eexample/",
        NOBODY,
        "https://intranet/",
        "https://db.internal/",
        "https://0x7f.1/",
        "https://1.2.3/",
        "https://999.1.1.1/",
        "https://8.8.8.010/",
        EMPTY,
    };
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        look_ups = 0;
        enum status s = look_at(urls[i], false);
        if (s != (strcmp(urls[i], NOBODY) == 0 || strcmp(urls[i], EMPTY) == 0 ? STATUS_NOT_FOUND
                                                                              : STATUS_INVALID)) {
            fail_msg("%s: %s", urls[i], status_name(s));
        }
    }
    static char longest[8200] = "https://public.example/";
    memset(longest + strlen(longest), 'a', sizeof(longest) - strlen(longest) - 1);
    assert_int_equal(look_at(longest, false), STATUS_INVALID);
}

static void taken(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "https://public.example/",          "https://public.example",
        "https://public.example:443/hooks", "https://public.example:8443/a?b=c",
        "HTTPS://Public.example/",          "https://both.example/",
        "https://93.184.216.34/",           "https://[2600::1]/",
        "https://public.example/%0d%0a",    "https://public.example./"};
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        look_ups = 0;
        if (look_at(urls[i], false) != STATUS_OK) {
            fail_msg("%s is refused", urls[i]);
        }
    }
}

/* Loopback, http and other ports in development; nothing else. */
static void in_development(void **state)
{
    (void)state;
    static const char *const good[] = {"http://localhost:3000/", "http://127.0.0.1:21300/a",
                                       "https://[::1]:8443/", "http://public.example/"};
    static const char *const bad[] = {
        "http://10.0.0.1:3000/", "http://169.254.169.254/", "http://127.0.0.1:22/", "http://127.1:3000/",
        "ftp://localhost/",      "http://mixed.example/",   "http://0.0.0.0:3000/", "http://printer/"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        look_ups = 0;
        if (look_at(good[i], true) != STATUS_OK) {
            fail_msg("%s is refused", good[i]);
        }
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        look_ups = 0;
        if (look_at(bad[i], true) != STATUS_INVALID) {
            fail_msg("%s is taken", bad[i]);
        }
    }
}

/* A name that is public when it is registered and not when it is sent to. */
static void each_look_up_counts(void **state)
{
    (void)state;
    look_ups = 0;
    assert_int_equal(look_at("https://rebinding.example/", false), STATUS_OK);
    assert_int_equal(look_at("https://rebinding.example/", false), STATUS_INVALID);
}

static void names_that_cannot_be_looked_up(void **state)
{
    (void)state;
    assert_int_equal(look_at("https://away.example/", false), STATUS_UNAVAILABLE);
}

static void what_is_read(void **state)
{
    (void)state;
    struct webhook_target target;
    char reason[WEBHOOK_REASON_SIZE];
    assert_int_equal(webhook_target_parse("https://[2600::1]:8443/a", false, &target, reason), STATUS_OK);
    assert_string_equal(target.host, "2600::1");
    assert_int_equal(target.port, 8443);
    assert_true(target.is_https);
    assert_int_equal(webhook_target_parse("http://localhost/a", true, &target, reason), STATUS_OK);
    assert_string_equal(target.host, "localhost");
    assert_int_equal(target.port, 80);
    assert_false(target.is_https);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused),
        cmocka_unit_test(taken),
        cmocka_unit_test(in_development),
        cmocka_unit_test(each_look_up_counts),
        cmocka_unit_test(names_that_cannot_be_looked_up),
        cmocka_unit_test(what_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
