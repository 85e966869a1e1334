/* test_net_address.c - public addresses and all the others, at the edges of their ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <arpa/inet.h>

#include "shared/core/net_address.h"

static struct net_address address_of(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct net_address a;
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        assert_int_equal(net_address_take((struct sockaddr *)&v4, &a), STATUS_OK);
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
        assert_int_equal(net_address_take((struct sockaddr *)&v6, &a), STATUS_OK);
    }
    return a;
}

static void which_are_public(void **state)
{
    (void)state;
    static const char *const public[] = {
        "1.1.1.1",         "8.8.8.8",         "9.255.255.255",   "11.0.0.0",
        "100.63.255.255",  "100.128.0.0",     "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0",     "172.15.255.255",  "172.32.0.0",
        "191.255.255.255", "192.0.1.0",       "192.0.3.0",       "192.88.98.255",
        "192.167.255.255", "192.169.0.0",     "198.17.255.255",  "198.20.0.0",
        "203.0.112.255",   "223.255.255.255", "2600::1",         "2001:4860:4860::8888",
        "2003::1",         "3ffe::1",         "::ffff:8.8.8.8"};
    static const char *const others[] = {"0.0.0.0",
                                         "0.1.2.3",
                                         "10.0.0.1",
                                         "10.255.255.255",
                                         "100.64.0.1",
                                         "100.127.255.255",
                                         "127.0.0.1",
                                         "127.255.255.255",
                                         "169.254.169.254",
                                         "172.16.0.1",
                                         "172.31.255.255",
                                         "192.0.0.1",
                                         "192.0.2.1",
                                         "192.88.99.1",
                                         "192.168.0.1",
                                         "198.18.0.1",
                                         "198.19.255.255",
                                         "198.51.100.1",
                                         "203.0.113.1",
                                         "224.0.0.1",
                                         "239.255.255.255",
                                         "240.0.0.1",
                                         "255.255.255.255",
                                         "::",
                                         "::1",
                                         "::127.0.0.1",
                                         "::ffff:127.0.0.1",
                                         "::ffff:7f00:1",
                                         "::ffff:10.0.0.1",
                                         "64:ff9b::7f00:1",
                                         "100::1",
                                         "2001::1",
                                         "2001:db8::1",
                                         "2002:7f00:1::",
                                         "3fff::1",
                                         "5f00::1",
                                         "fc00::1",
                                         "fd00:ec2::254",
                                         "fe80::1",
                                         "fec0::1",
                                         "ff02::1"};
    for (size_t i = 0; i < sizeof(public) / sizeof(public[0]); i++) {
        struct net_address a = address_of(public[i]);
        if (!net_address_is_public(&a)) {
            fail_msg("%s is public", public[i]);
        }
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct net_address a = address_of(others[i]);
        if (net_address_is_public(&a)) {
            fail_msg("%s is not public", others[i]);
        }
    }
}

static void which_are_loopback(void **state)
{
    (void)state;
    static const char *const loopback[] = {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"};
    static const char *const others[] = {"128.0.0.1", "10.0.0.1", "::2", "::", "0.0.0.0"};
    for (size_t i = 0; i < sizeof(loopback) / sizeof(loopback[0]); i++) {
        struct net_address a = address_of(loopback[i]);
        assert_true(net_address_is_loopback(&a));
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct net_address a = address_of(others[i]);
        assert_false(net_address_is_loopback(&a));
    }
}

static void other_families(void **state)
{
    (void)state;
    const struct sockaddr local = {.sa_family = AF_UNIX};
    struct net_address a;
    assert_int_equal(net_address_take(&local, &a), STATUS_INVALID);
}

static void as_text(void **state)
{
    (void)state;
    char text[NET_ADDRESS_TEXT_SIZE];
    struct net_address a = address_of("::ffff:1.2.3.4");
    net_address_format(&a, text);
    assert_string_equal(text, "1.2.3.4");
    a = address_of("2600:0::1");
    net_address_format(&a, text);
    assert_string_equal(text, "2600::1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(which_are_public),
        cmocka_unit_test(which_are_loopback),
        cmocka_unit_test(other_families),
        cmocka_unit_test(as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
