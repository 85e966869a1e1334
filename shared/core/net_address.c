/* net_address.c - the special-purpose registries of IPv4 and IPv6 as tables of prefixes. */
#include "shared/core/net_address.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdint.h>
#include <string.h>

struct prefix {
    uint8_t bytes[16];
    int bits;
};

static const struct prefix not_public_v4[] = {
    {{0}, 8},             /* this network */
    {{10}, 8},            /* private */
    {{100, 64}, 10},      /* shared by carriers */
    {{127}, 8},           /* loopback */
    {{169, 254}, 16},     /* link-local, and clouds' metadata */
    {{172, 16}, 12},      /* private */
    {{192, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2}, 24},    /* documentation */
    {{192, 88, 99}, 24},  /* 6to4 relays */
    {{192, 168}, 16},     /* private */
    {{198, 18}, 15},      /* benchmarks */
    {{198, 51, 100}, 24}, /* documentation */
    {{203, 0, 113}, 24},  /* documentation */
    {{224}, 4},           /* multicast */
    {{240}, 4},           /* reserved, broadcast */
};

/* Everything else is not public either: loopback, link-local, unique local, multicast, NAT64, discard, SRv6.
 */
static const struct prefix global_v6 = {{0x20}, 3};
static const struct prefix not_public_v6[] = {
    {{0x20, 0x01}, 23},             /* protocol assignments, Teredo among them */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x20, 0x02}, 16},             /* 6to4 */
    {{0x3f, 0xff}, 20},             /* documentation */
};

static bool has_prefix(const void *address, const struct prefix *p)
{
    const uint8_t *bytes = address;
    int whole = p->bits / 8, rest = p->bits % 8;
    if (memcmp(bytes, p->bytes, (size_t)whole) != 0) {
        return false;
    }
    return rest == 0 || (bytes[whole] ^ p->bytes[whole]) >> (8 - rest) == 0;
}

static bool has_any_prefix(const void *address, const struct prefix *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (has_prefix(address, &list[i])) {
            return true;
        }
    }
    return false;
}

enum status net_address_take(const struct sockaddr *from, struct net_address *ret_address)
{
    struct net_address a = {0};
    if (from->sa_family == AF_INET) {
        memcpy(&a.v4, from, sizeof(a.v4));
    } else if (from->sa_family == AF_INET6) {
        memcpy(&a.v6, from, sizeof(a.v6));
    } else {
        return STATUS_INVALID;
    }
    if (a.any.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&a.v6.sin6_addr)) {
        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = a.v6.sin6_port};
        memcpy(&v4.sin_addr, a.v6.sin6_addr.s6_addr + 12, sizeof(v4.sin_addr));
        a = (struct net_address){.v4 = v4};
    }
    *ret_address = a;
    return STATUS_OK;
}

bool net_address_is_public(const struct net_address *a)
{
    if (a->any.sa_family == AF_INET) {
        return !has_any_prefix(&a->v4.sin_addr, not_public_v4,
                               sizeof(not_public_v4) / sizeof(not_public_v4[0]));
    }
    assert(a->any.sa_family == AF_INET6);
    return has_prefix(&a->v6.sin6_addr, &global_v6) &&
           !has_any_prefix(&a->v6.sin6_addr, not_public_v6, sizeof(not_public_v6) / sizeof(not_public_v6[0]));
}

bool net_address_is_loopback(const struct net_address *a)
{
    static const struct prefix loopback = {{127}, 8};
    if (a->any.sa_family == AF_INET) {
        return has_prefix(&a->v4.sin_addr, &loopback);
    }
    return IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
}

void net_address_format(const struct net_address *a, char ret_text[NET_ADDRESS_TEXT_SIZE])
{
    const void *bytes =
        a->any.sa_family == AF_INET ? (const void *)&a->v4.sin_addr : (const void *)&a->v6.sin6_addr;
    const char *text = inet_ntop(a->any.sa_family, bytes, ret_text, NET_ADDRESS_TEXT_SIZE);
    assert(text != NULL);
}
