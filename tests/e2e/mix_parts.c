/* mix_parts.c - what the makers of calls put them together from. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/mix_internal.h"

#define STRANGE_ONE_IN 8  /* names what is not the sender's */
#define HOUSE_ONE_IN   24 /* names a system account */

unsigned mix_any(struct mix_client *c)
{
    return (unsigned)rand_r(&c->seed);
}

int mix_below(struct mix_client *c, int limit)
{
    return (int)(mix_any(c) % (unsigned)limit);
}

struct call *mix_new_call(struct mix_client *c, enum call_type type)
{
    struct call *call = call_new(type);
    call->sender = c->mix->senders[c->sender];
    return call;
}

bool mix_any_own(struct mix_client *c, struct pool *p, char ret_id[TYPEID_TEXT_SIZE])
{
    bool any = c->mix->senders[c->sender].is_staff || mix_below(c, STRANGE_ONE_IN) == 0;
    return pool_any(p, mix_any(c), any ? POOL_ANYBODY : c->sender, ret_id);
}

static bool is_of_the_house(struct mix_client *c, char ret_id[TYPEID_TEXT_SIZE])
{
    return mix_below(c, HOUSE_ONE_IN) == 0 && pool_any(&c->mix->house, mix_any(c), POOL_ANYBODY, ret_id);
}

void mix_any_payer(struct mix_client *c, char ret_id[TYPEID_TEXT_SIZE])
{
    if (!is_of_the_house(c, ret_id) && !mix_any_own(c, &c->mix->accounts, ret_id))
        servers_fail("there are no accounts");
}

void mix_any_payee(struct mix_client *c, char ret_id[TYPEID_TEXT_SIZE])
{
    if (!is_of_the_house(c, ret_id) && !pool_any(&c->mix->accounts, mix_any(c), POOL_ANYBODY, ret_id))
        servers_fail("there are no accounts");
}

void mix_other_payee(struct mix_client *c, const char *payer, char ret_id[TYPEID_TEXT_SIZE])
{
    do
        mix_any_payee(c, ret_id);
    while (strcmp(payer, ret_id) == 0);
}

struct uuid mix_uuid(const char *prefix, const char *id)
{
    struct uuid uuid;
    if (typeid_parse(prefix, str_of(id), &uuid) != STATUS_OK)
        servers_fail("%s is no id", id);
    return uuid;
}

void mix_set_path(struct call *call, const char *path)
{
    (void)snprintf(call->path, sizeof call->path, "%s", path);
}

void mix_write_request(struct call *call, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (vasprintf(&call->request, format, args) < 0)
        servers_fail("no memory for a request");
    va_end(args);
}

void mix_add_leg(struct call *call, struct uuid account, bool is_debit, int64_t amount)
{
    call->legs[call->leg_count++] =
        (struct call_leg){.account = account, .is_debit = is_debit, .amount = amount};
}
