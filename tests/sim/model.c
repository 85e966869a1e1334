/* model.c - rules of the ledger as a second pair of eyes reads them from the documents. */
#include "tests/sim/model.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSON_LIMIT    ((__int128)9007199254740991)
#define COUNTER_LIMIT ((__int128)INT64_MAX)
#define NAME_MAX_LEN  64

/* An answer that was given for good, under a name: of a key or of a source. */
struct memory {
    char name[NAME_MAX_LEN];
    uint64_t command;
    char *request;
    int status;
    char *body;
    size_t body_len;
};

struct model {
    struct model_account accounts[MODEL_ACCOUNTS_MAX], cash[SIM_CURRENCIES];
    int account_count;
    void *memories;          /* tsearch tree by name */
    struct memory *fresh[2]; /* those that wait for their bytes */
    int fresh_count;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct memory *)a)->name, ((const struct memory *)b)->name);
}

static void free_memory(void *memory)
{
    struct memory *m = memory;
    free(m->request);
    free(m->body);
    free(m);
}

struct model *model_new(void)
{
    return calloc(1, sizeof(struct model));
}

void model_free(struct model *m)
{
    tdestroy(m->memories, free_memory);
    free(m);
}

struct model_account *model_open(struct model *m, int owner, int currency)
{
    struct model_account *a = &m->accounts[m->account_count++];
    *a = (struct model_account){.exists = true, .owner = owner, .currency = currency};
    return a;
}

struct model_account *model_open_cash(struct model *m, int currency)
{
    struct model_account *a = &m->cash[currency];
    *a = (struct model_account){
        .exists = true, .may_go_negative = true, .is_cash = true, .owner = -1, .currency = currency};
    return a;
}

int model_account_count(const struct model *m)
{
    return m->account_count;
}

const struct model_account *model_account(const struct model *m, struct account_ref ref)
{
    const struct model_account *a = NULL;
    if (ref.kind == REF_ACCOUNT) {
        a = &m->accounts[ref.number];
    } else if (ref.kind == REF_CASH) {
        a = &m->cash[ref.number];
    }
    return a != NULL && a->exists ? a : NULL;
}

static struct model_account *account_of(struct model *m, struct account_ref ref)
{
    return (struct model_account *)model_account(m, ref);
}

__int128 model_posted(const struct model_account *a)
{
    return a->credits - a->debits;
}

__int128 model_available(const struct model_account *a)
{
    return a->credits - a->debits - a->held;
}

bool model_may_read(const struct intent *in, const struct model_account *a)
{
    return intent_is_staff(in) || (!a->is_cash && a->owner == in->sender);
}

static const char *why_no_debit(const struct model_account *a, __int128 amount)
{
    switch (a->status) {
    case MODEL_CLOSED:
        return "account_closed";
    case MODEL_FROZEN:
        return "account_frozen";
    case MODEL_OPEN:
        break;
    }
    if (!a->may_go_negative && model_available(a) - amount < 0) {
        return "insufficient_funds";
    }
    return a->debits + amount > COUNTER_LIMIT ? "balance_overflow" : NULL;
}

static const char *why_no_credit(const struct model_account *a, __int128 amount)
{
    if (a->status == MODEL_CLOSED) {
        return "account_closed";
    }
    bool too_much = a->credits + amount > COUNTER_LIMIT;
    too_much = too_much || (!a->may_go_negative && model_posted(a) + amount > JSON_LIMIT);
    return too_much ? "balance_overflow" : NULL;
}

static void book(struct model_account *a, bool is_debit, int64_t amount)
{
    *(is_debit ? &a->debits : &a->credits) += amount;
    a->entries++;
}

static void move(struct model_account *from, struct model_account *to, int64_t amount)
{
    book(from, true, amount);
    book(to, false, amount);
}

static const char *lacks(struct expectation *ret, struct account_ref who, __int128 required)
{
    ret->lacking = who;
    ret->required = required;
    return "insufficient_funds";
}

static bool same_ref(struct account_ref a, struct account_ref b)
{
    return a.kind == b.kind && a.number == b.number;
}

static const char *transfer(struct model *m, const struct intent *in, struct expectation *ret)
{
    lacks(ret, in->from, in->amount);
    struct model_account *from = account_of(m, in->from), *to = account_of(m, in->account);
    if (same_ref(in->from, in->account)) {
        return "same_account";
    }
    if (from == NULL || !model_may_read(in, from) || to == NULL) {
        return "account_not_found";
    }
    if ((in->currency >= 0 && in->currency != from->currency) || from->currency != to->currency) {
        return "currency_mismatch";
    }
    const char *refusal = why_no_debit(from, in->amount);
    refusal = refusal != NULL ? refusal : why_no_credit(to, in->amount);
    if (refusal == NULL) {
        move(from, to, in->amount);
    }
    return refusal;
}

static const char *deposit(struct model *m, const struct intent *in)
{
    struct model_account *to = account_of(m, in->account);
    if (to == NULL) {
        return "account_not_found";
    }
    if (to->currency != in->currency) {
        return "currency_mismatch";
    }
    if (to->is_cash) {
        return "same_account";
    }
    struct model_account *cash = &m->cash[in->currency];
    const char *refusal = cash->exists ? why_no_debit(cash, in->amount) : NULL;
    refusal = refusal != NULL ? refusal : why_no_credit(to, in->amount);
    if (refusal == NULL) {
        cash = cash->exists ? cash : model_open_cash(m, in->currency);
        move(cash, to, in->amount);
    }
    return refusal;
}

static const char *withdrawal(struct model *m, const struct intent *in, struct expectation *ret)
{
    struct model_account *from = account_of(m, in->account);
    if (from == NULL) {
        return "account_not_found";
    }
    if (from->currency != in->currency) {
        return "currency_mismatch";
    }
    if (from->is_cash) {
        return "same_account";
    }
    lacks(ret, in->account, in->amount);
    struct model_account *cash = &m->cash[in->currency];
    const char *refusal = why_no_debit(from, in->amount);
    refusal = refusal == NULL && cash->exists ? why_no_credit(cash, in->amount) : refusal;
    if (refusal == NULL) {
        cash = cash->exists ? cash : model_open_cash(m, in->currency);
        move(from, cash, in->amount);
    }
    return refusal;
}

/* Debits and credits must meet in each currency, at what an amount can be. */
static const char *why_no_sum(const struct intent *in)
{
    for (int i = 0; i < in->entry_count; i++) {
        __int128 debits = 0, credits = 0;
        for (int k = 0; k < in->entry_count; k++) {
            if (in->entries[k].currency == in->entries[i].currency) {
                *(in->entries[k].is_debit ? &debits : &credits) += in->entries[k].amount;
            }
        }
        if (debits != credits) {
            return "unbalanced";
        }
        if (debits > JSON_LIMIT) {
            return "amount_out_of_range";
        }
    }
    return NULL;
}

static const char *why_no_parties(struct model *m, const struct intent *in)
{
    for (int i = 0; i < in->entry_count; i++) {
        const struct intent_entry *e = &in->entries[i];
        const struct model_account *a = account_of(m, e->account);
        if (a == NULL || (e->is_debit && !model_may_read(in, a))) {
            return "account_not_found";
        }
        if (a->currency != e->currency) {
            return "currency_mismatch";
        }
    }
    for (int i = 0; i < in->condition_count; i++) {
        const struct model_account *a = account_of(m, in->conditions[i].account);
        if (a == NULL || !model_may_read(in, a)) {
            return "account_not_found";
        }
        if (model_available(a) < in->conditions[i].min_available) {
            return "condition_not_met";
        }
    }
    return NULL;
}

static __int128 taken_from(struct model *m, const struct intent *in, const struct model_account *a)
{
    __int128 taken = 0;
    for (int i = 0; i < in->entry_count; i++) {
        const struct intent_entry *e = &in->entries[i];
        taken += account_of(m, e->account) != a ? 0 : e->is_debit ? e->amount : -e->amount;
    }
    return taken;
}

static void take_back(struct model *m, const struct intent *in, int booked)
{
    for (int i = 0; i < booked; i++) {
        struct model_account *a = account_of(m, in->entries[i].account);
        *(in->entries[i].is_debit ? &a->debits : &a->credits) -= in->entries[i].amount;
        a->entries--;
    }
}

/* Books one entry after the other, and takes all back when one of them or the end does not please. */
static const char *book_all(struct model *m, const struct intent *in, struct expectation *ret)
{
    const char *refusal = NULL;
    int booked = 0;
    for (; booked < in->entry_count && refusal == NULL; booked++) {
        const struct intent_entry *e = &in->entries[booked];
        struct model_account *a = account_of(m, e->account);
        struct model_account unlimited = *a;
        unlimited.may_go_negative = true;
        refusal = e->is_debit ? why_no_debit(&unlimited, e->amount) : why_no_credit(a, e->amount);
        book(a, e->is_debit, e->amount);
    }
    for (int i = 0; i < booked && refusal == NULL; i++) {
        struct model_account *a = account_of(m, in->entries[i].account);
        if (!a->may_go_negative && model_available(a) < 0) {
            refusal = lacks(ret, in->entries[i].account, taken_from(m, in, a));
        }
    }
    if (refusal != NULL) {
        take_back(m, in, booked);
    }
    return refusal;
}

static const char *journal(struct model *m, const struct intent *in, struct expectation *ret)
{
    const char *refusal = why_no_sum(in);
    refusal = refusal != NULL ? refusal : why_no_parties(m, in);
    return refusal != NULL ? refusal : book_all(m, in, ret);
}

static const char *change(struct model *m, const struct intent *in)
{
    struct model_account *a = account_of(m, in->account);
    if (a == NULL || !model_may_read(in, a)) {
        return "not_found";
    }
    if (in->type == INTENT_CLOSE) {
        if (a->is_cash) {
            return "forbidden";
        }
        if (model_posted(a) != 0 || a->held != 0) {
            return "account_not_empty";
        }
        a->status = MODEL_CLOSED;
        return NULL;
    }
    if (!intent_is_staff(in)) {
        return "forbidden";
    }
    if (a->status == MODEL_CLOSED) {
        return "account_closed";
    }
    a->status = in->type == INTENT_FREEZE ? MODEL_FROZEN : MODEL_OPEN;
    return NULL;
}

static const char *create(struct model *m, const struct intent *in, struct expectation *ret)
{
    int owner = in->for_owner >= 0 ? in->for_owner : in->sender;
    if (owner != in->sender && !intent_is_staff(in)) {
        return "forbidden";
    }
    ret->new_account = m->account_count;
    model_open(m, owner, in->currency);
    return NULL;
}

/* The refusal, or NULL when it was done. */
static const char *execute(struct model *m, const struct intent *in, struct expectation *ret)
{
    switch (in->type) {
    case INTENT_TRANSFER:
        return transfer(m, in, ret);
    case INTENT_DEPOSIT:
        return deposit(m, in);
    case INTENT_WITHDRAWAL:
        return withdrawal(m, in, ret);
    case INTENT_JOURNAL:
        return journal(m, in, ret);
    case INTENT_ACCOUNT_CREATE:
        return create(m, in, ret);
    case INTENT_FREEZE:
    case INTENT_UNFREEZE:
    case INTENT_CLOSE:
    case INTENT_TYPE_COUNT:
        break;
    }
    return change(m, in);
}

static int status_of(const struct intent *in, const char *refusal)
{
    static const struct {
        const char *code;
        int status;
    } statuses[] = {{"same_account", 422},      {"account_not_found", 422},  {"currency_mismatch", 422},
                    {"balance_overflow", 422},  {"account_closed", 409},     {"account_frozen", 409},
                    {"account_not_empty", 409}, {"insufficient_funds", 402}, {"forbidden", 403},
                    {"not_found", 404},         {"unbalanced", 422},         {"amount_out_of_range", 422},
                    {"condition_not_met", 409}};
    if (refusal == NULL) {
        bool changes = in->type == INTENT_FREEZE || in->type == INTENT_UNFREEZE || in->type == INTENT_CLOSE;
        return changes ? 200 : 201;
    }
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        if (strcmp(statuses[i].code, refusal) == 0) {
            return statuses[i].status;
        }
    }
    return 0;
}

static struct memory *recall(struct model *m, const char *name)
{
    struct memory wanted;
    (void)snprintf(wanted.name, sizeof(wanted.name), "%s", name);
    struct memory **found = tfind(&wanted, &m->memories, by_name);
    return found == NULL ? NULL : *found;
}

static struct memory *remember(struct model *m, const char *name, const struct intent *in,
                               const struct request *request)
{
    struct memory *memory = calloc(1, sizeof(*memory));
    (void)snprintf(memory->name, sizeof(memory->name), "%s", name);
    memory->command = in->command;
    if (asprintf(&memory->request, "%s %s", request->name, request->text) < 0) {
        abort();
    }
    tsearch(memory, &m->memories, by_name);
    m->fresh[m->fresh_count++] = memory;
    return memory;
}

static void expect_again(const struct memory *memory, bool replayed, struct expectation *ret)
{
    ret->status = replayed && memory->status == 201 ? 200 : memory->status;
    ret->replayed = replayed;
    ret->body = memory->body;
    ret->body_len = memory->body_len;
}

static bool same_request(const struct memory *memory, const struct request *request)
{
    size_t len = strlen(request->name);
    return strncmp(memory->request, request->name, len) == 0 && memory->request[len] == ' ' &&
           strcmp(memory->request + len + 1, request->text) == 0;
}

void model_decide(struct model *m, const struct intent *in, const struct request *request,
                  struct expectation *ret)
{
    char key[NAME_MAX_LEN], source[NAME_MAX_LEN];
    (void)snprintf(key, sizeof(key), in->key[0] != '\0' ? "key %d %s" : "command %d %s%llu", in->sender,
                   in->key, (unsigned long long)in->command);
    (void)snprintf(source, sizeof(source), "source %s", in->source);
    *ret = (struct expectation){.new_account = -1};
    m->fresh_count = 0;

    struct memory *known = recall(m, key);
    if (known != NULL && !same_request(known, request)) {
        ret->status = 409;
        ret->code = "idempotency_key_reused";
        return;
    }
    if (known != NULL) {
        expect_again(known, known->command != in->command, ret);
        return;
    }
    struct memory *effect = in->source[0] != '\0' ? recall(m, source) : NULL;
    if (effect != NULL) {
        expect_again(effect, true, ret);
        remember(m, key, in, request)->status = effect->status;
        return;
    }
    if (in->expired) {
        ret->status = 503;
        ret->code = "deadline_exceeded";
        return;
    }
    ret->code = execute(m, in, ret);
    ret->status = status_of(in, ret->code);
    ret->decided = ret->code == NULL;
    if (ret->status == 403) {
        return; /* not done, and not for good: never remembered */
    }
    remember(m, key, in, request)->status = ret->status;
    if (in->source[0] != '\0') {
        remember(m, source, in, request)->status = ret->status;
    }
}

void model_answered(struct model *m, const char *body, size_t len)
{
    for (int i = 0; i < m->fresh_count; i++) {
        m->fresh[i]->body = malloc(len + 1);
        memcpy(m->fresh[i]->body, body, len);
        m->fresh[i]->body_len = len;
    }
    m->fresh_count = 0;
}
