/* mix_money.c - calls that move money at once, by chance, on accounts and transactions that all clients
 * share.
 */
#include <stdio.h>

#include "tests/e2e/mix_internal.h"

#define REQUEST_MAX               8192
#define REVERSAL_OF_OTHERS_ONE_IN 4

/* Whoever may bring money in or out may name any account; the cash account is refused. */
static struct call *make_cash(struct mix_client *c, enum call_type type)
{
    struct call *call = mix_new_call(c, type);
    char account[TYPEID_TEXT_SIZE];
    int amount = 1 + mix_below(c, MIX_AMOUNT_MAX);
    mix_any_payee(c, account);
    const struct uuid own = mix_uuid("acct", account), cash = {0};
    bool comes_in = type == CALL_DEPOSIT;
    mix_add_leg(call, comes_in ? cash : own, true, amount);
    mix_add_leg(call, comes_in ? own : cash, false, amount);
    mix_set_path(call, comes_in ? "/v1/deposits" : "/v1/withdrawals");
    mix_write_request(
        call, "{\"account\":\"%s\",\"amount\":%d,\"currency\":\"" MIX_CURRENCY "\",\"reference\":\"%s\"}",
        account, amount, call->key);
    return call;
}

struct call *mix_make_deposit(struct mix_client *c)
{
    return make_cash(c, CALL_DEPOSIT);
}

struct call *mix_make_withdrawal(struct mix_client *c)
{
    return make_cash(c, CALL_WITHDRAW);
}

/* Two legs from one account to another. */
static int add_pair(struct mix_client *c, struct call *call, char ret_from[TYPEID_TEXT_SIZE],
                    char ret_to[TYPEID_TEXT_SIZE])
{
    int amount = 1 + mix_below(c, MIX_AMOUNT_MAX);
    mix_any_payer(c, ret_from);
    mix_other_payee(c, ret_from, ret_to);
    mix_add_leg(call, mix_uuid("acct", ret_from), true, amount);
    mix_add_leg(call, mix_uuid("acct", ret_to), false, amount);
    return amount;
}

/* One or two movements at once, sometimes under a condition. */
struct call *mix_make_journal(struct mix_client *c)
{
    struct call *call = mix_new_call(c, CALL_JOURNAL);
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
        const char *account = mix_below(c, 2) == 0 ? from : to;
        call->condition = mix_uuid("acct", account);
        call->min_available = 1 + mix_below(c, MIX_FUNDS);
        (void)snprintf(condition, sizeof condition,
                       ",\"conditions\":[{\"account\":\"%s\",\"min_available\":%lld}]", account,
                       (long long)call->min_available);
    }
    mix_set_path(call, "/v1/transactions");
    mix_write_request(call, "{\"entries\":[%s]%s,\"reference\":\"%s\"}", text.data, condition, call->key);
    return call;
}

struct call *mix_make_batch(struct mix_client *c)
{
    struct call *call = mix_new_call(c, CALL_BATCH);
    CLEANUP(buf_free) struct buf text = {0};
    buf_init(&text, REQUEST_MAX);
    char from[TYPEID_TEXT_SIZE], to[TYPEID_TEXT_SIZE];
    for (int items = 1 + mix_below(c, CALL_LEGS_MAX / 2); items > 0; items--) {
        int amount = add_pair(c, call, from, to);
        buf_addf(&text, "%s{\"from_account\":\"%s\",\"to_account\":\"%s\",\"amount\":%d}",
                 call->leg_count > 2 ? "," : "", from, to, amount);
    }
    call->all_or_none = mix_below(c, 2) == 0;
    mix_set_path(call, "/v1/transfers/batch");
    mix_write_request(call, "{\"mode\":\"%s\",\"transfers\":[%s]}",
                      call->all_or_none ? "all_or_none" : "each", text.data);
    return call;
}

struct call *mix_make_transfer(struct mix_client *c)
{
    struct call *call = mix_new_call(c, CALL_TRANSFER);
    char from[TYPEID_TEXT_SIZE], to[TYPEID_TEXT_SIZE];
    int amount = add_pair(c, call, from, to);
    mix_set_path(call, "/v1/transfers");
    mix_write_request(call,
                      "{\"from_account\":\"%s\",\"to_account\":\"%s\",\"amount\":%d,\"reference\":\"%s\"}",
                      from, to, amount, call->key);
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
struct call *mix_make_exchange(struct mix_client *c)
{
    struct call *call = mix_new_call(c, CALL_EXCHANGE);
    char account[TYPEID_TEXT_SIZE], other[TYPEID_TEXT_SIZE];
    mix_any_payer(c, account);
    if (!mix_any_own(c, &c->mix->others, other))
        servers_fail("there are no accounts in another currency");
    bool away = mix_below(c, 2) == 0, half_even = mix_below(c, 2) == 0;
    int sold = 1 + mix_below(c, MIX_AMOUNT_MAX), numerator = 1 + mix_below(c, 9),
        denominator = 1 + mix_below(c, 9);
    int got = bought(sold, numerator, denominator, half_even);
    mix_add_leg(call, mix_uuid("acct", away ? account : other), true, sold);
    mix_add_leg(call, (struct uuid){0}, false, sold);
    mix_add_leg(call, (struct uuid){0}, true, got);
    mix_add_leg(call, mix_uuid("acct", away ? other : account), false, got);
    mix_set_path(call, "/v1/exchanges");
    mix_write_request(
        call,
        "{\"from_account\":\"%s\",\"to_account\":\"%s\",\"sell_amount\":%d,"
        "\"rate\":{\"numerator\":%d,\"denominator\":%d},\"rounding\":\"%s\",\"reference\":\"%s\"}",
        away ? account : other, away ? other : account, sold, numerator, denominator,
        half_even ? "half_even" : "down", call->key);
    return call;
}

/* Mostly staff's: others received all of the money of few. */
struct call *mix_make_reversal(struct mix_client *c)
{
    if (mix_below(c, REVERSAL_OF_OTHERS_ONE_IN) > 0)
        c->sender = MIX_STAFF;
    char transaction[TYPEID_TEXT_SIZE];
    if (!pool_any(&c->mix->transactions, mix_any(c), POOL_ANYBODY, transaction))
        return NULL;
    struct call *call = mix_new_call(c, CALL_REVERSE);
    call->object = mix_uuid("txn", transaction);
    call->amount = mix_below(c, 2) == 0 ? 0 : 1 + mix_below(c, MIX_AMOUNT_MAX / 2);
    (void)snprintf(call->path, sizeof call->path, "/v1/transactions/%s/reverse", transaction);
    if (call->amount == 0)
        mix_write_request(call, "{\"reason\":\"a mistake\"}");
    else
        mix_write_request(call, "{\"amount\":%lld,\"reason\":\"a mistake\"}", (long long)call->amount);
    return call;
}
