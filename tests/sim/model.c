/* model.c - rules of the ledger as a second pair of eyes reads them from the documents. */
#include "tests/sim/model_internal.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static struct model_account *open_system(struct model_account *a, int currency)
{
    *a = (struct model_account){
        .exists = true, .may_go_negative = true, .is_system = true, .owner = -1, .currency = currency};
    return a;
}

struct model_account *model_open_cash(struct model *m, int currency)
{
    return open_system(&m->cash[currency], currency);
}

struct model_account *model_open_fx(struct model *m, int currency)
{
    struct model_account *a = open_system(&m->fx[currency], currency);
    a->is_fx = true;
    return a;
}

int model_transaction_count(const struct model *m)
{
    return m->transaction_count;
}

const struct model_transaction *model_transaction(const struct model *m, int number)
{
    return number < 0 || number >= m->transaction_count ? NULL : &m->transactions[number];
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
    } else if (ref.kind == REF_FX) {
        a = &m->fx[ref.number];
    } else if (ref.kind == REF_ESCROW) {
        a = &m->escrow[ref.number];
    }
    return a != NULL && a->exists ? a : NULL;
}

struct model_account *model_account_of(struct model *m, struct account_ref ref)
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
    return intent_is_staff(in) || (!a->is_system && a->owner == in->sender);
}

bool model_may_credit(const struct intent *in, const struct model_account *a)
{
    return a != NULL && (intent_is_staff(in) || !a->is_system);
}

const char *model_why_no_debit(const struct model_account *a, __int128 amount)
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

const char *model_why_no_credit(const struct model_account *a, __int128 amount)
{
    if (a->status == MODEL_CLOSED) {
        return "account_closed";
    }
    bool too_much = a->credits + amount > COUNTER_LIMIT;
    too_much = too_much || (!a->may_go_negative && model_posted(a) + amount > MODEL_JSON_LIMIT);
    return too_much ? "balance_overflow" : NULL;
}

void model_book(struct model_account *a, bool is_debit, int64_t amount)
{
    *(is_debit ? &a->debits : &a->credits) += amount;
    a->entries++;
}

void model_move(struct model_account *from, struct model_account *to, int64_t amount)
{
    model_book(from, true, amount);
    model_book(to, false, amount);
}

void model_note_lack(struct expectation *ret, struct account_ref who, __int128 required)
{
    ret->lacking = who;
    ret->required = required;
}

bool model_same_ref(struct account_ref a, struct account_ref b)
{
    return a.kind == b.kind && a.number == b.number;
}

static const char *transfer(struct model *m, const struct intent *in, struct expectation *ret)
{
    model_note_lack(ret, in->from, in->amount);
    struct model_account *from = model_account_of(m, in->from), *to = model_account_of(m, in->account);
    if (model_same_ref(in->from, in->account)) {
        return "same_account";
    }
    if (from == NULL || !model_may_read(in, from) || !model_may_credit(in, to)) {
        return "account_not_found";
    }
    if ((in->currency >= 0 && in->currency != from->currency) || from->currency != to->currency) {
        return "currency_mismatch";
    }
    const char *refusal = model_why_no_debit(from, in->amount);
    refusal = refusal != NULL ? refusal : model_why_no_credit(to, in->amount);
    if (refusal == NULL) {
        model_move(from, to, in->amount);
    }
    return refusal;
}

static const char *deposit(struct model *m, const struct intent *in)
{
    struct model_account *to = model_account_of(m, in->account);
    if (to == NULL) {
        return "account_not_found";
    }
    if (to->currency != in->currency) {
        return "currency_mismatch";
    }
    if (to == &m->cash[in->currency]) {
        return "same_account";
    }
    struct model_account *cash = &m->cash[in->currency];
    const char *refusal = cash->exists ? model_why_no_debit(cash, in->amount) : NULL;
    refusal = refusal != NULL ? refusal : model_why_no_credit(to, in->amount);
    if (refusal == NULL) {
        cash = cash->exists ? cash : model_open_cash(m, in->currency);
        model_move(cash, to, in->amount);
    }
    return refusal;
}

static const char *withdrawal(struct model *m, const struct intent *in, struct expectation *ret)
{
    struct model_account *from = model_account_of(m, in->account);
    if (from == NULL) {
        return "account_not_found";
    }
    if (from->currency != in->currency) {
        return "currency_mismatch";
    }
    if (from == &m->cash[in->currency]) {
        return "same_account";
    }
    model_note_lack(ret, in->account, in->amount);
    struct model_account *cash = &m->cash[in->currency];
    const char *refusal = model_why_no_debit(from, in->amount);
    refusal = refusal == NULL && cash->exists ? model_why_no_credit(cash, in->amount) : refusal;
    if (refusal == NULL) {
        cash = cash->exists ? cash : model_open_cash(m, in->currency);
        model_move(from, cash, in->amount);
    }
    return refusal;
}

static void record_pair(struct model_transaction *t, struct account_ref from, struct account_ref to,
                        int64_t amount)
{
    struct intent_entry *e = &t->entries[t->entry_count];
    e[0] = (struct intent_entry){.account = from, .is_debit = true, .amount = amount};
    e[1] = (struct intent_entry){.account = to, .is_debit = false, .amount = amount};
    t->entry_count += 2;
}

static void record_journal(struct model_transaction *t, const struct intent *in)
{
    t->currency = in->entries[0].currency;
    t->entry_count = in->entry_count;
    memcpy(t->entries, in->entries, sizeof(t->entries));
    for (int i = 0; i < in->entry_count; i++) {
        const struct intent_entry *e = &in->entries[i];
        t->amount += e->is_debit && e->currency == t->currency ? e->amount : 0;
    }
}

static void record_exchange(struct model *m, struct model_transaction *t, const struct intent *in)
{
    int sold = model_account_of(m, in->from)->currency, buys = model_account_of(m, in->account)->currency;
    t->currency = sold;
    record_pair(t, in->from, (struct account_ref){REF_FX, sold}, in->amount);
    record_pair(t, (struct account_ref){REF_FX, buys}, in->account, (int64_t)model_bought(in));
}

static void record_reversal(struct model *m, struct model_transaction *t, const struct intent *in)
{
    const struct model_transaction *o = model_transaction(m, in->transaction);
    struct bookings b;
    model_turn_round(o, t->amount, &b);
    t->currency = o->currency;
    t->entry_count = b.count;
    memcpy(t->entries, b.entries, sizeof(t->entries));
}

static void add_transaction(struct model *m, const struct model_transaction *t, struct expectation *ret)
{
    if (m->transaction_count < MODEL_TRANSACTIONS_MAX) {
        ret->new_transaction = m->transaction_count;
        m->transactions[m->transaction_count++] = *t;
    }
}

void model_record_capture(struct model *m, const struct model_hold *h, int64_t amount,
                          struct expectation *ret)
{
    struct model_transaction t = {
        .type = INTENT_CAPTURE, .amount = amount, .currency = model_account_of(m, h->account)->currency};
    record_pair(&t, h->account, h->destination, amount);
    add_transaction(m, &t, ret);
}

/* What was posted, so that it can be compared and reversed later; captures say so themselves. */
static void record(struct model *m, const struct intent *in, __int128 amount, struct expectation *ret)
{
    struct model_transaction t = {.type = in->type, .amount = amount, .currency = in->currency};
    struct account_ref cash = {REF_CASH, in->currency};
    switch (in->type) {
    case INTENT_TRANSFER:
        t.currency = model_account_of(m, in->from)->currency;
        record_pair(&t, in->from, in->account, in->amount);
        break;
    case INTENT_DEPOSIT:
        record_pair(&t, cash, in->account, in->amount);
        break;
    case INTENT_WITHDRAWAL:
        record_pair(&t, in->account, cash, in->amount);
        break;
    case INTENT_JOURNAL:
        record_journal(&t, in);
        break;
    case INTENT_EXCHANGE:
        record_exchange(m, &t, in);
        break;
    case INTENT_REVERSE:
        record_reversal(m, &t, in);
        break;
    case INTENT_BATCH: /* its transactions are not told one by one */
    case INTENT_ACCOUNT_CREATE:
    case INTENT_AUTHORIZE:
    case INTENT_CAPTURE:
    case INTENT_RELEASE:
    case INTENT_EXPIRE:
    case INTENT_WEBHOOK:
    case INTENT_DEAD_LETTER:
    case INTENT_ENDPOINT_CREATE:
    case INTENT_ENDPOINT_UPDATE:
    case INTENT_ENDPOINT_DELETE:
    case INTENT_ENDPOINT_DISABLE:
    case INTENT_ENDPOINT_ROTATE:
    case INTENT_FREEZE:
    case INTENT_UNFREEZE:
    case INTENT_CLOSE:
    case INTENT_TYPE_COUNT:
        return;
    }
    add_transaction(m, &t, ret);
}

/* One transfer after the other; with all_or_none everything is as before once one of them does not please. */
static const char *batch(struct model *m, const struct intent *in, struct expectation *ret)
{
    struct model_account accounts[MODEL_ACCOUNTS_MAX], cash[SIM_CURRENCIES], fx[SIM_CURRENCIES];
    struct model_account escrow[SIM_CURRENCIES];
    memcpy(accounts, m->accounts, sizeof(accounts));
    memcpy(cash, m->cash, sizeof(cash));
    memcpy(fx, m->fx, sizeof(fx));
    memcpy(escrow, m->escrow, sizeof(escrow));
    for (int i = 0; i < in->item_count; i++) {
        const struct intent item = intent_of_item(in, i);
        struct expectation lacking;
        ret->items[i].code = transfer(m, &item, &lacking);
        if (ret->items[i].code == NULL) {
            ret->items[i].from_posted = model_posted(model_account(m, item.from));
            ret->items[i].to_posted = model_posted(model_account(m, item.account));
        } else if (in->all_or_none) {
            memcpy(m->accounts, accounts, sizeof(accounts));
            memcpy(m->cash, cash, sizeof(cash));
            memcpy(m->fx, fx, sizeof(fx));
            memcpy(m->escrow, escrow, sizeof(escrow));
            ret->refusing_item = i;
            return "batch_refused";
        }
    }
    return NULL;
}

static const char *change(struct model *m, const struct intent *in)
{
    struct model_account *a = model_account_of(m, in->account);
    if (a == NULL || !model_may_read(in, a)) {
        return "not_found";
    }
    if (in->type == INTENT_CLOSE) {
        if (a->is_system) {
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
        return model_journal(m, in, ret);
    case INTENT_EXCHANGE:
        return model_exchange(m, in, ret);
    case INTENT_REVERSE:
        return model_reverse(m, in, ret);
    case INTENT_BATCH:
        return batch(m, in, ret);
    case INTENT_ACCOUNT_CREATE:
        return create(m, in, ret);
    case INTENT_AUTHORIZE:
        return model_authorize(m, in, ret);
    case INTENT_CAPTURE:
    case INTENT_RELEASE:
    case INTENT_EXPIRE:
        return model_change_hold(m, in, ret);
    case INTENT_ENDPOINT_CREATE:
        return model_create_endpoint(m, in, ret);
    case INTENT_ENDPOINT_UPDATE:
    case INTENT_ENDPOINT_DELETE:
    case INTENT_ENDPOINT_DISABLE:
    case INTENT_ENDPOINT_ROTATE:
        return model_change_endpoint(m, in);
    case INTENT_DEAD_LETTER:
        return NULL; /* it is only told */
    case INTENT_FREEZE:
    case INTENT_UNFREEZE:
    case INTENT_CLOSE:
    case INTENT_WEBHOOK:
    case INTENT_TYPE_COUNT:
        break;
    }
    return change(m, in);
}

/* Whether what was done made something. */
static bool creates(enum intent_type type)
{
    static const bool changes[INTENT_TYPE_COUNT] = {
        [INTENT_FREEZE] = true,          [INTENT_UNFREEZE] = true,        [INTENT_CLOSE] = true,
        [INTENT_BATCH] = true,           [INTENT_RELEASE] = true,         [INTENT_EXPIRE] = true,
        [INTENT_ENDPOINT_UPDATE] = true, [INTENT_ENDPOINT_DELETE] = true, [INTENT_ENDPOINT_DISABLE] = true};
    return !changes[type];
}

static int status_of(const struct intent *in, const char *refusal)
{
    static const struct {
        const char *code;
        int status;
    } statuses[] = {{"same_account", 422},
                    {"account_not_found", 422},
                    {"currency_mismatch", 422},
                    {"balance_overflow", 422},
                    {"account_closed", 409},
                    {"account_frozen", 409},
                    {"account_not_empty", 409},
                    {"insufficient_funds", 402},
                    {"forbidden", 403},
                    {"not_found", 404},
                    {"unbalanced", 422},
                    {"amount_out_of_range", 422},
                    {"condition_not_met", 409},
                    {"same_currency", 422},
                    {"not_reversible", 409},
                    {"already_reversed", 409},
                    {"amount_exceeds_original", 422},
                    {"whole_only", 422},
                    {"batch_refused", 409},
                    {"hold_expired", 409},
                    {"invalid_hold_state", 409},
                    {"invalid_value", 422},
                    {"missing_field", 400},
                    {"too_many_webhook_endpoints", 409},
                    {"amount_exceeds_hold", 422}};
    if (refusal == NULL) {
        return creates(in->type) ? 201 : 200;
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

/* An event is its own key: whoever sends it, and whatever key they send with it. */
static void take_webhook(struct model *m, const struct intent *in, const struct request *request,
                         struct expectation *ret)
{
    char name[NAME_MAX_LEN];
    (void)snprintf(name, sizeof(name), "event %d", in->event);
    struct memory *known = recall(m, name);
    if (known != NULL && !same_request(known, request)) {
        ret->status = 409;
        ret->code = "webhook_event_id_reused";
        return;
    }
    if (known == NULL && in->expired) {
        ret->status = 503;
        ret->code = "deadline_exceeded";
        return;
    }
    if (known == NULL) {
        known = remember(m, name, in, request);
    }
    ret->status = 202;
    ret->accepted_by = known->command;
    ret->replayed = known->command != in->command;
}

void model_decide(struct model *m, const struct intent *in, const struct request *request,
                  struct expectation *ret)
{
    char key[NAME_MAX_LEN], source[NAME_MAX_LEN];
    (void)snprintf(key, sizeof(key), in->key[0] != '\0' ? "key %d %s" : "command %d %s%llu", in->sender,
                   in->key, (unsigned long long)in->command);
    (void)snprintf(source, sizeof(source), "source %s", in->source);
    *ret = (struct expectation){.new_account = -1, .new_endpoint = -1, .new_hold = -1, .new_transaction = -1};
    m->fresh_count = 0;
    if (in->type == INTENT_WEBHOOK) {
        take_webhook(m, in, request, ret);
        return;
    }

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
        remember(m, key, in, request)->status = ret->status;
        return;
    }
    if (in->expired) {
        ret->status = 503;
        ret->code = "deadline_exceeded";
        return;
    }
    const struct model_transaction *original = model_transaction(m, in->transaction);
    __int128 before = original == NULL ? 0 : original->reversed;
    ret->code = execute(m, in, ret);
    ret->status = status_of(in, ret->code);
    ret->decided = ret->code == NULL;
    if (ret->decided) {
        record(m, in, original == NULL ? in->amount : original->reversed - before, ret);
    }
    if (ret->status == 403) {
        return; /* not done, and not for good: never remembered */
    }
    remember(m, key, in, request)->status = ret->status;
    if (in->source[0] != '\0' && ret->status < 300) {
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
