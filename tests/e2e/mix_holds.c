/* mix_holds.c - calls that hold money, take it and give it free, by chance. */
#include <stdio.h>
#include <string.h>

#include "tests/e2e/mix_internal.h"

#define LONG_TTL_S       900
#define SHORT_TTL_S      1
#define SHORT_TTL_ONE_IN 8

struct call *mix_make_authorize(struct mix_client *c)
{
    struct call *call = mix_new_call(c, CALL_AUTHORIZE);
    char account[TYPEID_TEXT_SIZE], destination[TYPEID_TEXT_SIZE], more[TYPEID_TEXT_SIZE + 32] = "";
    mix_any_payer(c, account);
    mix_any_payee(c, destination);
    call->object = mix_uuid("acct", account);
    call->amount = 1 + mix_below(c, MIX_AMOUNT_MAX);
    if (strcmp(account, destination) != 0 && mix_below(c, 2) == 0) {
        (void)snprintf(more, sizeof more, ",\"destination\":\"%s\"", destination);
        mix_add_leg(call, mix_uuid("acct", destination), false, 0);
    } else {
        mix_add_leg(call, (struct uuid){0}, false, 0);
    }
    int ttl_s = mix_below(c, SHORT_TTL_ONE_IN) == 0 ? SHORT_TTL_S : LONG_TTL_S;
    mix_set_path(call, "/v1/holds");
    mix_write_request(call, "{\"account\":\"%s\",\"amount\":%lld,\"ttl_seconds\":%d%s}", account,
                      (long long)call->amount, ttl_s, more);
    return call;
}

static struct call *make_of_hold(struct mix_client *c, enum call_type type)
{
    char hold[TYPEID_TEXT_SIZE];
    if (!mix_any_own(c, &c->mix->holds, hold))
        return NULL;
    struct call *call = mix_new_call(c, type);
    call->object = mix_uuid("hold", hold);
    (void)snprintf(call->path, sizeof call->path, "/v1/holds/%s/%s", hold, call_name(type));
    return call;
}

struct call *mix_make_capture(struct mix_client *c)
{
    struct call *call = make_of_hold(c, CALL_CAPTURE);
    if (call == NULL)
        return NULL;
    call->is_final = mix_below(c, 3) == 0;
    call->amount = mix_below(c, 4) == 0 ? 0 : 1 + mix_below(c, MIX_AMOUNT_MAX / 2);
    if (call->amount == 0)
        mix_write_request(call, "{\"final\":%s}", call->is_final ? "true" : "false");
    else
        mix_write_request(call, "{\"amount\":%lld,\"final\":%s}", (long long)call->amount,
                          call->is_final ? "true" : "false");
    return call;
}

struct call *mix_make_release(struct mix_client *c)
{
    struct call *call = make_of_hold(c, CALL_RELEASE);
    if (call != NULL)
        mix_write_request(call, "{}");
    return call;
}
