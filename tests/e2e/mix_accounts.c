/* mix_accounts.c - calls that open accounts and change their state, by chance. */
#include <stdio.h>

#include "tests/e2e/mix_internal.h"

#define FOR_OTHERS_ONE_IN 6

/* For the sender, or sometimes for anybody, which staff may and others may not. */
struct call *mix_make_open(struct mix_client *c)
{
    struct call *call = mix_new_call(c, CALL_OPEN);
    char owner[HARNESS_KEY_SIZE] = "";
    if (mix_below(c, FOR_OTHERS_ONE_IN) == 0) {
        call->owner = c->mix->senders[mix_below(c, MIX_SENDERS)].owner;
        (void)snprintf(owner, sizeof owner, ",\"owner\":\"%s\"", call->owner);
    }
    mix_set_path(call, "/v1/accounts");
    mix_write_request(call, "{\"type\":\"user\",\"currency\":\"" MIX_CURRENCY "\",\"name\":\"Wallet\"%s}",
                      owner);
    return call;
}

/* Staff leaves the house's accounts alone: frozen ones would stand still for everybody. */
static struct call *make_status(struct mix_client *c, enum call_type type)
{
    struct call *call = mix_new_call(c, type);
    char account[TYPEID_TEXT_SIZE];
    if (call->sender.is_staff)
        (void)mix_any_own(c, &c->mix->accounts, account);
    else
        mix_any_payer(c, account);
    call->object = mix_uuid("acct", account);
    (void)snprintf(call->path, sizeof call->path, "/v1/accounts/%s/%s", account, call_name(type));
    mix_write_request(call, "{}");
    return call;
}

struct call *mix_make_freeze(struct mix_client *c)
{
    return make_status(c, CALL_FREEZE);
}

struct call *mix_make_unfreeze(struct mix_client *c)
{
    return make_status(c, CALL_UNFREEZE);
}

struct call *mix_make_close(struct mix_client *c)
{
    return make_status(c, CALL_CLOSE);
}
