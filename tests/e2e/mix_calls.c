/* mix_calls.c - calls of every kind by chance, on accounts, holds and transactions that all clients share. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/mix_internal.h"

#define AMOUNT_MAX       400
#define REQUEST_MAX      8192
#define SHORT_TTL_S      1
#define SHORT_TTL_ONE_IN 8

void pool_init(struct pool *p, int limit)
{
    *p = (struct pool){.limit = limit};
    (void)pthread_mutex_init(&p->mutex, NULL);
}

void pool_add(struct pool *p, const char *id)
{
    (void)pthread_mutex_lock(&p->mutex);
    (void)snprintf(p->ids[p->next], TYPEID_TEXT_SIZE, "%s", id);
    p->next = (p->next + 1) % p->limit;
    p->count += p->count < p->limit;
    (void)pthread_mutex_unlock(&p->mutex);
}

/* False when it is empty. */
static bool pool_any(struct pool *p, unsigned random, char ret_id[TYPEID_TEXT_SIZE])
{
    (void)pthread_mutex_lock(&p->mutex);
    bool found = p->count > 0;
    if (found)
        (void)snprintf(ret_id, TYPEID_TEXT_SIZE, "%s", p->ids[random % (unsigned)p->count]);
    (void)pthread_mutex_unlock(&p->mutex);
    return found;
}

static unsigned any(struct mix_client *c)
{
    return (unsigned)rand_r(&c->seed);
}

int mix_below(struct mix_client *c, int limit)
{
    return (int)(any(c) % (unsigned)limit);
}

static struct uuid parsed(const char *prefix, const char *id)
{
    struct uuid uuid;
    if (typeid_parse(prefix, str_of(id), &uuid) != STATUS_OK)
        servers_fail("%s is no id", id);
    return uuid;
}

static void any_account(struct mix_client *c, char ret_id[TYPEID_TEXT_SIZE])
{
    if (!pool_any(&c->mix->accounts, any(c), ret_id))
        servers_fail("there are no accounts");
}

static void PRINTF_LIKE(2, 3) write_request(struct call *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (vasprintf(&c->request, format, args) < 0)
        servers_fail("no memory for a request");
    va_end(args);
}

static void add_leg(struct call *c, struct uuid account, bool is_debit, int64_t amount)
{
    c->legs[c->leg_count++] = (struct call_leg){.account = account, .is_debit = is_debit, .amount = amount};
}

static void set_path(struct call *c, const char *path)
{
    (void)snprintf(c->path, sizeof c->path, "%s", path);
}

static struct call *make_open(struct mix_client *c)
{
    (void)c;
    struct call *call = call_new(CALL_OPEN);
    set_path(call, "/v1/accounts");
    write_request(call, "{\"type\":\"user\",\"currency\":\"" MIX_CURRENCY "\",\"name\":\"Wallet\"}");
    return call;
}

static struct call *make_status(struct mix_client *c, enum call_type type)
{
    struct call *call = call_new(type);
    char account[TYPEID_TEXT_SIZE];
    any_account(c, account);
    call->object = parsed("acct", account);
    (void)snprintf(call->path, sizeof call->path, "/v1/accounts/%s/%s", account, call_name(type));
    write_request(call, "{}");
    return call;
}

static struct call *make_freeze(struct mix_client *c)
{
    return make_status(c, CALL_FREEZE);
}

static struct call *make_unfreeze(struct mix_client *c)
{
    return make_status(c, CALL_UNFREEZE);
}

static struct call *make_close(struct mix_client *c)
{
    return make_status(c, CALL_CLOSE);
}

static struct call *make_cash(struct mix_client *c, enum call_type type)
{
    struct call *call = call_new(type);
    char account[TYPEID_TEXT_SIZE];
    int amount = 1 + mix_below(c, AMOUNT_MAX);
    any_account(c, account);
    const struct uuid own = parsed("acct", account), cash = {0};
    bool comes_in = type == CALL_DEPOSIT;
    add_leg(call, comes_in ? cash : own, true, amount);
    add_leg(call, comes_in ? own : cash, false, amount);
    set_path(call, comes_in ? "/v1/deposits" : "/v1/withdrawals");
    write_request(call,
                  "{\"account\":\"%s\",\"amount\":%d,\"currency\":\"" MIX_CURRENCY "\",\"reference\":\"%s\"}",
                  account, amount, call->key);
    return call;
}

static struct call *make_deposit(struct mix_client *c)
{
    return make_cash(c, CALL_DEPOSIT);
}

static struct call *make_withdrawal(struct mix_client *c)
{
    return make_cash(c, CALL_WITHDRAW);
}

/* Two legs from one account to another. */
static int add_pair(struct mix_client *c, struct call *call, char ret_from[TYPEID_TEXT_SIZE],
                    char ret_to[TYPEID_TEXT_SIZE])
{
    int amount = 1 + mix_below(c, AMOUNT_MAX);
    any_account(c, ret_from);
    do
        any_account(c, ret_to);
    while (strcmp(ret_from, ret_to) == 0);
    add_leg(call, parsed("acct", ret_from), true, amount);
    add_leg(call, parsed("acct", ret_to), false, amount);
    return amount;
}

/* One or two movements at once, sometimes under a condition. */
static struct call *make_journal(struct mix_client *c)
{
    struct call *call = call_new(CALL_JOURNAL);
    CLEANUP(buf_free) struct buf text = {0};
    buf_init(&text, REQUEST_MAX);
    char from[TYPEID_TEXT_SIZE], to[TYPEID_TEXT_SIZE];
    for (int pairs = 1 + mix_below(c, 2); pairs > 0; pairs--) {
        int amount = add_pair(c, call, from, to);
        buf_addf(
            &text,
            "%s{\"account\":\"%s\",\"direction\":\"debit\",\"amount\":%d,\"currency\":\"" MIX_CURRENCY "\"},"
            "{\"account\":\"%s\",\"direction\":\"credit\",\"amount\":%d,\"currency\":\"" MIX_CURRENCY "\"}",
            call->leg_count > 2 ? "," : "", from, amount, to, amount);
    }
    char condition[TYPEID_TEXT_SIZE + 64] = "";
    if (mix_below(c, 3) == 0) {
        call->condition = parsed("acct", to);
        call->min_available = 1 + mix_below(c, MIX_FUNDS);
        (void)snprintf(condition, sizeof condition,
                       ",\"conditions\":[{\"account\":\"%s\",\"min_available\":%lld}]", to,
                       (long long)call->min_available);
    }
    set_path(call, "/v1/transactions");
    write_request(call, "{\"entries\":[%s]%s,\"reference\":\"%s\"}", text.data, condition, call->key);
    return call;
}

static struct call *make_batch(struct mix_client *c)
{
    struct call *call = call_new(CALL_BATCH);
    CLEANUP(buf_free) struct buf text = {0};
    buf_init(&text, REQUEST_MAX);
    char from[TYPEID_TEXT_SIZE], to[TYPEID_TEXT_SIZE];
    for (int items = 1 + mix_below(c, CALL_LEGS_MAX / 2); items > 0; items--) {
        int amount = add_pair(c, call, from, to);
        buf_addf(&text, "%s{\"from_account\":\"%s\",\"to_account\":\"%s\",\"amount\":%d}",
                 call->leg_count > 2 ? "," : "", from, to, amount);
    }
    call->all_or_none = mix_below(c, 2) == 0;
    set_path(call, "/v1/transfers/batch");
    write_request(call, "{\"mode\":\"%s\",\"transfers\":[%s]}", call->all_or_none ? "all_or_none" : "each",
                  text.data);
    return call;
}

static struct call *make_transfer(struct mix_client *c)
{
    struct call *call = call_new(CALL_TRANSFER);
    char from[TYPEID_TEXT_SIZE], to[TYPEID_TEXT_SIZE];
    int amount = add_pair(c, call, from, to);
    set_path(call, "/v1/transfers");
    write_request(call, "{\"from_account\":\"%s\",\"to_account\":\"%s\",\"amount\":%d,\"reference\":\"%s\"}",
                  from, to, amount, call->key);
    return call;
}

static struct call *make_authorize(struct mix_client *c)
{
    struct call *call = call_new(CALL_AUTHORIZE);
    char account[TYPEID_TEXT_SIZE], destination[TYPEID_TEXT_SIZE], more[TYPEID_TEXT_SIZE + 32] = "";
    any_account(c, account);
    any_account(c, destination);
    call->object = parsed("acct", account);
    call->amount = 1 + mix_below(c, AMOUNT_MAX);
    if (strcmp(account, destination) != 0 && mix_below(c, 2) == 0) {
        (void)snprintf(more, sizeof more, ",\"destination\":\"%s\"", destination);
        add_leg(call, parsed("acct", destination), false, 0);
    } else {
        add_leg(call, (struct uuid){0}, false, 0);
    }
    int ttl_s = mix_below(c, SHORT_TTL_ONE_IN) == 0 ? SHORT_TTL_S : 900;
    set_path(call, "/v1/holds");
    write_request(call, "{\"account\":\"%s\",\"amount\":%lld,\"ttl_seconds\":%d%s}", account,
                  (long long)call->amount, ttl_s, more);
    return call;
}

/* NULL: there is no hold yet. */
static struct call *make_of_hold(struct mix_client *c, enum call_type type)
{
    char hold[TYPEID_TEXT_SIZE];
    if (!pool_any(&c->mix->holds, any(c), hold))
        return NULL;
    struct call *call = call_new(type);
    call->object = parsed("hold", hold);
    (void)snprintf(call->path, sizeof call->path, "/v1/holds/%s/%s", hold, call_name(type));
    return call;
}

static struct call *make_capture(struct mix_client *c)
{
    struct call *call = make_of_hold(c, CALL_CAPTURE);
    if (call == NULL)
        return NULL;
    call->is_final = mix_below(c, 3) == 0;
    call->amount = mix_below(c, 4) == 0 ? 0 : 1 + mix_below(c, AMOUNT_MAX / 2);
    if (call->amount == 0)
        write_request(call, "{\"final\":%s}", call->is_final ? "true" : "false");
    else
        write_request(call, "{\"amount\":%lld,\"final\":%s}", (long long)call->amount,
                      call->is_final ? "true" : "false");
    return call;
}

static struct call *make_release(struct mix_client *c)
{
    struct call *call = make_of_hold(c, CALL_RELEASE);
    if (call != NULL)
        write_request(call, "{}");
    return call;
}

/* By the contract: to a whole minor unit, down, or to the nearest one, of two equally near ones to the even.
 */
static int bought(int sold, int numerator, int denominator, bool half_even)
{
    int product = sold * numerator, whole = product / denominator, twice_rest = 2 * (product % denominator);
    if (half_even && (twice_rest > denominator || (twice_rest == denominator && whole % 2 == 1)))
        whole++;
    return whole;
}

/* From one currency to the other or back. */
static struct call *make_exchange(struct mix_client *c)
{
    struct call *call = call_new(CALL_EXCHANGE);
    char account[TYPEID_TEXT_SIZE], other[TYPEID_TEXT_SIZE];
    any_account(c, account);
    if (!pool_any(&c->mix->others, any(c), other))
        servers_fail("there are no accounts in another currency");
    bool away = mix_below(c, 2) == 0, half_even = mix_below(c, 2) == 0;
    int sold = 1 + mix_below(c, AMOUNT_MAX), numerator = 1 + mix_below(c, 9),
        denominator = 1 + mix_below(c, 9);
    int got = bought(sold, numerator, denominator, half_even);
    add_leg(call, parsed("acct", away ? account : other), true, sold);
    add_leg(call, (struct uuid){0}, false, sold);
    add_leg(call, (struct uuid){0}, true, got);
    add_leg(call, parsed("acct", away ? other : account), false, got);
    set_path(call, "/v1/exchanges");
    write_request(call,
                  "{\"from_account\":\"%s\",\"to_account\":\"%s\",\"sell_amount\":%d,"
                  "\"rate\":{\"numerator\":%d,\"denominator\":%d},\"rounding\":\"%s\",\"reference\":\"%s\"}",
                  away ? account : other, away ? other : account, sold, numerator, denominator,
                  half_even ? "half_even" : "down", call->key);
    return call;
}

/* NULL: there is no transaction yet. */
static struct call *make_reversal(struct mix_client *c)
{
    char transaction[TYPEID_TEXT_SIZE];
    if (!pool_any(&c->mix->transactions, any(c), transaction))
        return NULL;
    struct call *call = call_new(CALL_REVERSE);
    call->object = parsed("txn", transaction);
    call->amount = mix_below(c, 2) == 0 ? 0 : 1 + mix_below(c, AMOUNT_MAX / 2);
    (void)snprintf(call->path, sizeof call->path, "/v1/transactions/%s/reverse", transaction);
    if (call->amount == 0)
        write_request(call, "{\"reason\":\"a mistake\"}");
    else
        write_request(call, "{\"amount\":%lld,\"reason\":\"a mistake\"}", (long long)call->amount);
    return call;
}

/* How often each comes, of a hundred. */
static const struct {
    int percent;
    struct call *(*make)(struct mix_client *c);
} makers[] = {
    {2, make_open},       {1, make_freeze},    {5, make_unfreeze}, {1, make_close},    {10, make_deposit},
    {6, make_withdrawal}, {17, make_transfer}, {7, make_journal},  {7, make_batch},    {12, make_authorize},
    {15, make_capture},   {5, make_release},   {6, make_exchange}, {6, make_reversal},
};

struct call *mix_make_call(struct mix_client *c)
{
    int rest = mix_below(c, 100);
    size_t i = 0;
    while (rest >= makers[i].percent)
        rest -= makers[i++].percent;
    struct call *call = makers[i].make(c);
    return call != NULL ? call : make_transfer(c);
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

void mix_share(struct mix *m, const struct call *call)
{
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
             id);
}
