/* webhook_target.h - where webhooks may be sent: an address that a client wrote is read as curl reads it, and
   every address that its name has is looked at. The connection must then be made to one of these and to none
   that a second look-up gives. */
#ifndef SHARED_IO_WEBHOOK_TARGET_H
#define SHARED_IO_WEBHOOK_TARGET_H

#include "shared/core/net_address.h"

#define WEBHOOK_URL_MAX       2048
#define WEBHOOK_HOST_SIZE     256
#define WEBHOOK_ADDRESSES_MAX 8
#define WEBHOOK_REASON_SIZE   160

struct webhook_target {
    char host[WEBHOOK_HOST_SIZE]; /* a name, or an address without brackets */
    int port;
    bool is_https;
};
struct webhook_addresses {
    struct net_address list[WEBHOOK_ADDRESSES_MAX];
    int count;
};

/* In development http, other ports and loopback are allowed as well. STATUS_INVALID with the reason: this may
   not be sent to. */
NODISCARD enum status webhook_target_parse(const char *url, bool development,
                                           struct webhook_target *ret_target,
                                           char ret_reason[static WEBHOOK_REASON_SIZE]);
/* What can be said without a look-up: whether the host is an address that may not be sent to. STATUS_INVALID
   with the reason. */
NODISCARD enum status webhook_target_check(const struct webhook_target *target, bool development,
                                           char ret_reason[static WEBHOOK_REASON_SIZE]);
/* Looks the host up, which may take seconds. With the reason: STATUS_INVALID, it has an address that may not
   be sent to; STATUS_NOT_FOUND, it has none; STATUS_UNAVAILABLE, nobody can tell now. */
NODISCARD enum status webhook_target_resolve(const struct webhook_target *target, bool development,
                                             struct webhook_addresses *ret_addresses,
                                             char ret_reason[static WEBHOOK_REASON_SIZE]);

#endif
