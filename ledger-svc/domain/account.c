/* account.c - balances, checks, the table of states, and how a system account's id follows from its role. */
#include "ledger-svc/domain/account.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/digest.h"
#include "shared/core/money.h"

int64_t account_posted(const struct account *a)
{
    assert(a->credits_posted >= 0 && a->debits_posted >= 0); /* so the difference always fits */
    return a->credits_posted - a->debits_posted;
}

int64_t account_held(const struct account *a)
{
    return a->debits_pending;
}

int64_t account_available(const struct account *a)
{
    /* What may go below zero may also run out of int64 by what it holds; that is as little as can be said. */
    int64_t available;
    return money_sub(account_posted(a), account_held(a), &available) == STATUS_OK ? available : INT64_MIN;
}

bool account_is_sound(const struct account *a)
{
    return a->debits_pending >= 0 &&
           (a->allow_negative || (account_available(a) >= 0 && account_posted(a) <= MONEY_AMOUNT_MAX));
}

enum outcome account_check_debit(const struct account *a, int64_t amount)
{
    assert(money_amount_valid(amount));
    if (!account_is_sound(a)) {
        return OUTCOME_internal_error;
    }
    if (a->status == ACCOUNT_closed) {
        return OUTCOME_account_closed;
    }
    if (a->status == ACCOUNT_frozen) {
        return OUTCOME_account_frozen;
    }
    if (!a->allow_negative && account_available(a) < amount) {
        return OUTCOME_insufficient_funds;
    }
    /* Within the counter the posted balance cannot pass -(2^63-1) either, as credits are never negative. */
    int64_t debits;
    return money_add(a->debits_posted, amount, &debits) == STATUS_OK ? OUTCOME_ok : OUTCOME_balance_overflow;
}

enum outcome account_check_hold(const struct account *a, int64_t amount)
{
    if (a->allow_negative) {
        return OUTCOME_invalid_value;
    }
    /* What is held is at most what is posted, which fits. */
    return account_check_debit(a, amount);
}

enum outcome account_check_capture(const struct account *a, int64_t amount)
{
    assert(money_amount_valid(amount) && a->debits_pending >= amount);
    /* What holds money cannot be closed; its counter has room, as what is held is at most what is posted. */
    return account_is_sound(a) && a->status != ACCOUNT_closed ? OUTCOME_ok : OUTCOME_internal_error;
}

enum outcome account_check_credit(const struct account *a, int64_t amount)
{
    if (!account_is_sound(a)) {
        return OUTCOME_internal_error;
    }
    return a->status == ACCOUNT_closed ? OUTCOME_account_closed : account_check_room(a, amount);
}

enum outcome account_check_room(const struct account *a, int64_t amount)
{
    assert(money_amount_valid(amount));
    int64_t credits;
    if (money_add(a->credits_posted, amount, &credits) != STATUS_OK) {
        return OUTCOME_balance_overflow;
    }
    if (!a->allow_negative && credits - a->debits_posted > MONEY_AMOUNT_MAX) {
        return OUTCOME_balance_overflow;
    }
    return OUTCOME_ok;
}

/* Pairs that are not listed are refused: the only ones are events on an account that is closed for good. */
static const struct {
    enum account_status from;
    enum account_event event;
    enum account_status to;
} transitions[] = {
    {ACCOUNT_open, ACCOUNT_EVENT_freeze, ACCOUNT_frozen},   /* an operator stops the money going out */
    {ACCOUNT_open, ACCOUNT_EVENT_unfreeze, ACCOUNT_open},   /* repeated */
    {ACCOUNT_open, ACCOUNT_EVENT_close, ACCOUNT_closed},    /* its owner or an operator ends it */
    {ACCOUNT_frozen, ACCOUNT_EVENT_freeze, ACCOUNT_frozen}, /* repeated */
    {ACCOUNT_frozen, ACCOUNT_EVENT_unfreeze, ACCOUNT_open}, /* an operator lets it go again */
    {ACCOUNT_frozen, ACCOUNT_EVENT_close, ACCOUNT_closed},  /* empty, so nothing is kept from anybody */
    {ACCOUNT_closed, ACCOUNT_EVENT_close, ACCOUNT_closed},  /* repeated */
};

enum outcome account_status_next(enum account_status from, enum account_event event,
                                 enum account_status *ret_to)
{
    for (size_t i = 0; i < sizeof(transitions) / sizeof(transitions[0]); i++) {
        if (transitions[i].from == from && transitions[i].event == event) {
            *ret_to = transitions[i].to;
            return OUTCOME_ok;
        }
    }
    return OUTCOME_account_closed;
}

static const char *const status_names[ACCOUNT_STATUS_COUNT] = {
#define ACCOUNT_STATUS(name) [ACCOUNT_##name] = #name,
#include "ledger-svc/domain/account_status.def"
#undef ACCOUNT_STATUS
};
static const char *const type_names[ACCOUNT_TYPE_COUNT] = {
    [ACCOUNT_TYPE_user] = "user", [ACCOUNT_TYPE_merchant] = "merchant", [ACCOUNT_TYPE_system] = "system"};
/* Roles with the display names of their accounts. */
static const struct {
    const char *name, *title;
    bool allow_negative;
} roles[ACCOUNT_ROLE_COUNT] = {
    [ACCOUNT_ROLE_none] = {"", "", false},
    [ACCOUNT_ROLE_cash] = {"cash", "Mint Source", true},
    [ACCOUNT_ROLE_escrow] = {"escrow", "Escrow", false},
    [ACCOUNT_ROLE_fx] = {"fx", "Foreign Exchange", true},
    [ACCOUNT_ROLE_fees] = {"fees", "Fees", false},
    [ACCOUNT_ROLE_clearing] = {"clearing", "Gateway Clearing", false},
};

const char *account_status_name(enum account_status s)
{
    assert(s < ACCOUNT_STATUS_COUNT);
    return status_names[s];
}

const char *account_type_name(enum account_type t)
{
    assert(t < ACCOUNT_TYPE_COUNT);
    return type_names[t];
}

const char *account_role_name(enum account_role r)
{
    assert(r < ACCOUNT_ROLE_COUNT);
    return roles[r].name;
}

bool account_status_parse(struct str s, enum account_status *ret)
{
    for (enum account_status i = 0; i < ACCOUNT_STATUS_COUNT; i++) {
        if (str_eq_c(s, status_names[i])) {
            *ret = i;
            return true;
        }
    }
    return false;
}

bool account_type_parse(struct str s, enum account_type *ret)
{
    for (enum account_type i = 0; i < ACCOUNT_TYPE_COUNT; i++) {
        if (str_eq_c(s, type_names[i])) {
            *ret = i;
            return true;
        }
    }
    return false;
}

bool account_role_parse(struct str s, enum account_role *ret)
{
    for (enum account_role i = 0; i < ACCOUNT_ROLE_COUNT; i++) {
        if (str_eq_c(s, roles[i].name)) {
            *ret = i;
            return true;
        }
    }
    return false;
}

struct uuid account_system_id(enum account_role role, const char *currency)
{
    assert(role != ACCOUNT_ROLE_none && role < ACCOUNT_ROLE_COUNT);
    char text[64];
    int len = snprintf(text, sizeof(text), "system account %s %s", roles[role].name, currency);
    assert(len > 0 && (size_t)len < sizeof(text));
    struct digest digest;
    digest_of((struct str){text, (size_t)len}, &digest);

    struct uuid id = {0}; /* 48 bits of time stay 0: no other account is from 1970 */
    memcpy(id.bytes + 6, digest.bytes, sizeof(id.bytes) - 6);
    id.bytes[6] = (uint8_t)(0x70 | (id.bytes[6] & 0x0f));
    id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
    return id;
}

void account_system_init(struct account *ret, enum account_role role, const char *currency, int64_t now_us)
{
    *ret = (struct account){
        .id = account_system_id(role, currency),
        .owner = STR_LIT("system"),
        .name = str_of(roles[role].title),
        .type = ACCOUNT_TYPE_system,
        .role = role,
        .status = ACCOUNT_open,
        .allow_negative = roles[role].allow_negative,
        .created_us = now_us,
        .is_new = true,
    };
    assert(strlen(currency) < sizeof(ret->currency));
    memcpy(ret->currency, currency, strlen(currency));
}

struct account_resource account_resource_of(const struct account *a)
{
    return (struct account_resource){
        .id = a->id,
        .owner = a->owner,
        .type = str_of(account_type_name(a->type)),
        .currency = str_of(a->currency),
        .name = a->name,
        .status = str_of(account_status_name(a->status)),
        .debits_posted = a->debits_posted,
        .credits_posted = a->credits_posted,
        .debits_pending = a->debits_pending,
        .credits_pending = a->credits_pending,
        .version = a->version,
        .created_us = a->created_us,
        .metadata = a->metadata,
    };
}
