/* net_address.h - which addresses of the Internet protocol are public. Pure. */
#ifndef SHARED_CORE_NET_ADDRESS_H
#define SHARED_CORE_NET_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "shared/core/status.h"

struct net_address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
};
#define NET_ADDRESS_TEXT_SIZE INET6_ADDRSTRLEN

/* An IPv4 address within an IPv6 one becomes the former. STATUS_INVALID: of another family. */
NODISCARD enum status net_address_take(const struct sockaddr *from, struct net_address *ret_address);
/* One that everybody can reach: neither private, local, shared, reserved, multicast, made for documentation
   or tests, nor a tunnel to any of these. */
bool net_address_is_public(const struct net_address *a);
bool net_address_is_loopback(const struct net_address *a);
void net_address_format(const struct net_address *a, char ret_text[NET_ADDRESS_TEXT_SIZE]);

#endif
