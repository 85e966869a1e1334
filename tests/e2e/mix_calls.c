/* mix_calls.c - calls of every kind by chance, of staff and of others, and what they leave for others to
 * name.
 */
#include <stdio.h>
#include <string.h>

#include "tests/e2e/mix_internal.h"

#define STAFF_ONE_IN 3

/* How often each comes, of a hundred. */
static const struct {
    int percent;
    struct call *(*make)(struct mix_client *c);
} makers[] = {
    {2, mix_make_open},     {1, mix_make_freeze},     {5, mix_make_unfreeze},  {1, mix_make_close},
    {10, mix_make_deposit}, {6, mix_make_withdrawal}, {17, mix_make_transfer}, {7, mix_make_journal},
    {7, mix_make_batch},    {12, mix_make_authorize}, {15, mix_make_capture},  {5, mix_make_release},
    {6, mix_make_exchange}, {6, mix_make_reversal},
};

struct call *mix_make_call(struct mix_client *c)
{
    int rest = mix_below(c, 100);
    size_t i = 0;
    c->sender = mix_below(c, STAFF_ONE_IN) == 0 ? MIX_STAFF : mix_below(c, MIX_SENDERS);
    while (rest >= makers[i].percent)
        rest -= makers[i++].percent;
    struct call *call = makers[i].make(c);
    return call != NULL ? call : mix_make_transfer(c);
}

/* What each kind of call makes, as its answer names it. */
static const struct {
    enum call_type type;
    const char *member, *prefix;
} made[] = {
    {CALL_OPEN, "\"id\":\"", "acct_"},
    {CALL_AUTHORIZE, "\"id\":\"", "hold_"},
    {CALL_DEPOSIT, "\"id\":\"", "txn_"},
    {CALL_WITHDRAW, "\"id\":\"", "txn_"},
    {CALL_TRANSFER, "\"id\":\"", "txn_"},
    {CALL_JOURNAL, "\"id\":\"", "txn_"},
    {CALL_EXCHANGE, "\"id\":\"", "txn_"},
    {CALL_REVERSE, "\"id\":\"", "txn_"},
    {CALL_CAPTURE, "\"transaction_id\":\"", "txn_"},
};

/* The number of the sender that it belongs to. */
static int owner_of(const struct mix_client *c, const struct call *call)
{
    int owner = 0;
    while (call->owner != NULL && strcmp(c->mix->senders[owner].owner, call->owner) != 0)
        owner++;
    return call->owner == NULL ? c->sender : owner;
}

void mix_share(struct mix_client *c, const struct call *call)
{
    struct mix *m = c->mix;
    char start[48], id[TYPEID_TEXT_SIZE];
    size_t i = 0;
    while (i < sizeof made / sizeof made[0] && made[i].type != call->type)
        i++;
    if (i == sizeof made / sizeof made[0] || !call_succeeded(call))
        return;
    (void)snprintf(start, sizeof start, "%s%s", made[i].member, made[i].prefix);
    const char *at = strstr(call->told->body, start);
    if (at == NULL)
        servers_fail("%s was answered without an id: %s", call_name(call->type), call->told->body);
    at += strlen(made[i].member);
    (void)snprintf(id, sizeof id, "%.*s", (int)strcspn(at, "\""), at);
    pool_add(call->type == CALL_OPEN        ? &m->accounts
             : call->type == CALL_AUTHORIZE ? &m->holds
                                            : &m->transactions,
             id, owner_of(c, call));
}
