/* run.c - asks the ledger and the model the same, batch after batch, and compares every answer and every
 * balance. */
#include "tests/sim/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger-svc/domain/transfer_batch.h"
#include "shared/core/typeid.h"
#include "tests/sim/generator.h"
#include "tests/sim/memory_store.h"
#include "tests/sim/tally.h"
#include "tests/sim/translate.h"

#define BATCH_MAX       256
#define ARENA_BYTES     ((size_t)32 << 20)
#define ARENA_FEW_BYTES ((size_t)64 << 10) /* too few for a large batch, which is then split */
#define STORE_BYTES     ((size_t)256 << 20)
#define FIRST_US        INT64_C(1795000000000000)
#define COLD_ACCOUNTS   24
#define NEAR_THE_END    (INT64_MAX - 3000000) /* of a counter of cash */
#define FNV_START       UINT64_C(0xcbf29ce484222325)

struct run {
    struct run_result *result;
    const struct run_options *options;
    struct generator generator;
    struct generator ids; /* random bits for fresh ids only */
    struct model *model;
    struct memory_store store;
    struct uuid account_ids[MODEL_ACCOUNTS_MAX]; /* by the model's numbers */
    struct uuid transaction_ids[MODEL_TRANSACTIONS_MAX];
    struct uuid hold_ids[MODEL_HOLDS_MAX];
    const struct script *script;
    struct script *recording; /* the same while it is written; NULL: it is only read */
    /* The model's numbers of what the script names by those of the first run; -1: not made yet, or never. */
    int account_numbers[MODEL_ACCOUNTS_MAX], hold_numbers[MODEL_HOLDS_MAX];
    int transaction_numbers[MODEL_TRANSACTIONS_MAX];
    int64_t now_us;
    size_t step;
};
/* One batch on its way: what is asked, as intent, as request and as command, and the answers. */
struct flight {
    size_t count;
    size_t numbers[BATCH_MAX]; /* in the script */
    struct intent intents[BATCH_MAX];
    struct request requests[BATCH_MAX];
    struct command commands[BATCH_MAX];
    struct answer answers[BATCH_MAX];
    json_t *roots[BATCH_MAX];
    struct arena decoded;
};

static bool PRINTF_LIKE(2, 3) differs(struct run *r, const char *format, ...)
{
    r->result->ok = false;
    int len = snprintf(r->result->error, sizeof(r->result->error), "step %zu: ", r->step);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(r->result->error + len, sizeof(r->result->error) - (size_t)len, format, args);
    va_end(args);
    return false;
}

/* Fowler, Noll and Vo's FNV-1a. */
static void hash_bytes(struct run *r, const void *data, size_t len)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < len; i++) {
        r->result->hash = (r->result->hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
}

static struct uuid id_of(const struct run *r, struct account_ref ref)
{
    switch (ref.kind) {
    case REF_ACCOUNT:
        return r->account_ids[ref.number];
    case REF_CASH:
        return account_system_id(ACCOUNT_ROLE_cash, currency_code(ref.number));
    case REF_FX:
        return account_system_id(ACCOUNT_ROLE_fx, currency_code(ref.number));
    case REF_ESCROW:
        return account_system_id(ACCOUNT_ROLE_escrow, currency_code(ref.number));
    case REF_UNKNOWN:
        break;
    }
    return uuid7_make(FIRST_US, 77, 77);
}

static struct intent_ids ids_of(const struct run *r, const struct intent *in)
{
    struct intent_ids ids = {.from = id_of(r, in->from), .account = id_of(r, in->account)};
    ids.hold = in->hold < 0 ? uuid7_make(FIRST_US, 79, 79) : r->hold_ids[in->hold];
    ids.transaction =
        in->transaction < 0 ? uuid7_make(FIRST_US, 78, 78) : r->transaction_ids[in->transaction];
    for (int i = 0; i < in->entry_count; i++) {
        ids.entries[i] = id_of(r, in->entries[i].account);
    }
    for (int i = 0; i < in->condition_count; i++) {
        ids.conditions[i] = id_of(r, in->conditions[i].account);
    }
    for (int i = 0; i < in->item_count; i++) {
        ids.item_froms[i] = id_of(r, in->items[i].from);
        ids.item_accounts[i] = id_of(r, in->items[i].account);
    }
    return ids;
}

static void open_account(struct run *r, int number, int64_t credits)
{
    static const char *const owners[SIM_OWNERS] = {"o0", "o1", "o2", "o3", "o4", "o5"};
    int currency = number % SIM_CURRENCIES, owner = number / SIM_CURRENCIES % SIM_OWNERS;
    struct account a = {.id = uuid7_make(FIRST_US, (uint32_t)number, 1),
                        .owner = str_of(owners[owner]),
                        .name = STR_LIT("Wallet"),
                        .created_us = FIRST_US,
                        .credits_posted = credits};
    memcpy(a.currency, currency_code(currency), 4);
    memory_store_put(&r->store, &a);
    r->account_ids[number] = a.id;
    struct model_account *m = model_open(r->model, owner, currency);
    m->credits = credits;
}

static void open_system(struct run *r, enum account_role role, int currency, int64_t debits, int64_t credits)
{
    struct account a;
    account_system_init(&a, role, currency_code(currency), FIRST_US);
    a.debits_posted = debits;
    a.credits_posted = credits;
    memory_store_put(&r->store, &a);
    struct model_account *m =
        role == ACCOUNT_ROLE_cash ? model_open_cash(r->model, currency) : model_open_fx(r->model, currency);
    m->debits = debits;
    m->credits = credits;
}

/* Money in the first and the last currency, whose cash and fx accounts have nearly reached their end; none in
 * the second. */
static void open_world(struct run *r)
{
    int64_t issued[SIM_CURRENCIES] = {0};
    for (int i = 0; i < COLD_ACCOUNTS; i++) {
        int64_t credits = i % SIM_CURRENCIES == 1 ? 0 : generator_between(&r->generator, 0, 20000);
        open_account(r, i, credits);
        issued[i % SIM_CURRENCIES] += credits;
    }
    open_system(r, ACCOUNT_ROLE_cash, 0, issued[0], 0);
    open_system(r, ACCOUNT_ROLE_cash, 2, NEAR_THE_END, NEAR_THE_END - issued[2]);
    open_system(r, ACCOUNT_ROLE_fx, 2, NEAR_THE_END, NEAR_THE_END);
}

static void ground_ref(const struct run *r, struct account_ref *ref)
{
    if (ref->kind != REF_ACCOUNT) {
        return;
    }
    ref->number = r->account_numbers[ref->number];
    if (ref->number < 0) {
        *ref = (struct account_ref){REF_UNKNOWN, 0};
    }
}

/* What is not there when the batch begins has no id that could be sent. */
static void ground(const struct run *r, struct intent *in)
{
    ground_ref(r, &in->from);
    ground_ref(r, &in->account);
    for (int i = 0; i < in->entry_count; i++) {
        ground_ref(r, &in->entries[i].account);
    }
    for (int i = 0; i < in->condition_count; i++) {
        ground_ref(r, &in->conditions[i].account);
    }
    for (int i = 0; i < in->item_count; i++) {
        ground_ref(r, &in->items[i].from);
        ground_ref(r, &in->items[i].account);
    }
    in->hold = in->hold < 0 ? -1 : r->hold_numbers[in->hold];
    in->transaction = in->transaction < 0 ? -1 : r->transaction_numbers[in->transaction];
}

/* The command made something: from now on others may name it. */
static void note_made(struct run *r, size_t number, const struct expectation *e)
{
    if (r->recording != NULL) {
        struct script_command *recorded = &r->recording->commands[number];
        recorded->made_account = e->new_account >= 0 ? e->new_account : recorded->made_account;
        recorded->made_hold = e->new_hold >= 0 ? e->new_hold : recorded->made_hold;
        recorded->made_transaction =
            e->new_transaction >= 0 ? e->new_transaction : recorded->made_transaction;
    }
    const struct script_command *c = &r->script->commands[number];
    if (c->made_account >= 0 && e->new_account >= 0) {
        r->account_numbers[c->made_account] = e->new_account;
    }
    if (c->made_hold >= 0 && e->new_hold >= 0) {
        r->hold_numbers[c->made_hold] = e->new_hold;
    }
    if (c->made_transaction >= 0 && e->new_transaction >= 0) {
        r->transaction_numbers[c->made_transaction] = e->new_transaction;
    }
}

/* The commands of a step that are not left out. */
static void take_off(struct run *r, struct flight *f, const struct script_step *step)
{
    f->count = 0;
    arena_init(&f->decoded, ARENA_BYTES);
    for (size_t number = step->first; number < step->first + step->count; number++) {
        size_t i = f->count;
        if (r->script->commands[number].is_left_out) {
            continue;
        }
        f->count++;
        f->numbers[i] = number;
        f->intents[i] = r->script->commands[number].intent;
        ground(r, &f->intents[i]);
        struct intent_ids ids = ids_of(r, &f->intents[i]);
        translate_request(&f->intents[i], &ids, &f->requests[i]);
        f->roots[i] =
            translate_command(&f->intents[i], &f->requests[i], &f->decoded, r->now_us, &f->commands[i]);
    }
}

static void land(struct flight *f)
{
    for (size_t i = 0; i < f->count; i++) {
        json_decref(f->roots[i]);
    }
    arena_free(&f->decoded);
}

static bool wanted_int(struct run *r, const json_t *object, const char *name, __int128 wanted)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_integer(value) || json_integer_value(value) != (json_int_t)wanted) {
        return differs(r, "%s is not %lld", name, (long long)wanted);
    }
    return true;
}

/* What a leg of a 201 answer must say. */
struct wanted_leg {
    struct account_ref account;
    bool is_debit;
    int64_t amount;
    bool is_last; /* of its account */
};

static bool says(const json_t *object, const char *name, const char *text)
{
    const char *found = json_string_value(json_object_get(object, name));
    return found != NULL && strcmp(found, text) == 0;
}

/* Its balances are those of the model, or null for whom they do not concern. */
static bool check_leg(struct run *r, const struct intent *in, const json_t *body, size_t leg,
                      const struct wanted_leg *wanted)
{
    const struct model_account *a = model_account(r->model, wanted->account);
    char id[TYPEID_TEXT_SIZE];
    struct uuid uuid = id_of(r, wanted->account);
    typeid_format("acct", &uuid, id);
    const json_t *entry = json_array_get(json_object_get(body, "entries"), leg);
    const json_t *balance = json_object_get(json_object_get(body, "balances"), id);
    if (!says(entry, "account", id) || !says(entry, "direction", wanted->is_debit ? "debit" : "credit") ||
        balance == NULL || !wanted_int(r, entry, "amount", wanted->amount)) {
        return differs(r, "entry %zu is not that of %s", leg, id);
    }
    if (!model_may_read(in, a)) {
        bool hidden = json_is_null(balance) && json_is_null(json_object_get(entry, "balance_after"));
        return hidden || differs(r, "a balance is told that does not concern the sender");
    }
    return (!wanted->is_last || wanted_int(r, entry, "balance_after", model_posted(a))) &&
           wanted_int(r, balance, "posted", model_posted(a)) && wanted_int(r, balance, "held", a->held) &&
           wanted_int(r, balance, "available", model_available(a));
}

static bool check_legs(struct run *r, const struct intent *in, const json_t *body, struct wanted_leg *legs,
                       size_t count)
{
    if (json_array_size(json_object_get(body, "entries")) != count) {
        return differs(r, "there are not %zu entries", count);
    }
    for (size_t i = 0; i < count; i++) {
        legs[i].is_last = true;
        for (size_t k = i + 1; k < count; k++) {
            legs[i].is_last = legs[i].is_last && !model_same_ref(legs[i].account, legs[k].account);
        }
        if (!check_leg(r, in, body, i, &legs[i])) {
            return false;
        }
    }
    return true;
}

/* A posted transaction is that of the model, entry by entry. */
static bool check_posted(struct run *r, const struct intent *in, const json_t *body, int number)
{
    static const char *const kinds[INTENT_TYPE_COUNT] = {
        [INTENT_DEPOSIT] = "deposit", [INTENT_WITHDRAWAL] = "withdrawal", [INTENT_TRANSFER] = "transfer",
        [INTENT_JOURNAL] = "journal", [INTENT_EXCHANGE] = "exchange",     [INTENT_REVERSE] = "reversal"};
    const struct model_transaction *t = model_transaction(r->model, number);
    struct wanted_leg legs[SIM_ENTRIES];
    for (int i = 0; i < t->entry_count; i++) {
        const struct intent_entry *e = &t->entries[i];
        legs[i] = (struct wanted_leg){.account = e->account, .is_debit = e->is_debit, .amount = e->amount};
    }
    if (typeid_parse("txn", json_get_str(body, "id"), &r->transaction_ids[number]) != STATUS_OK ||
        !says(body, "kind", kinds[in->type]) || !says(body, "currency", currency_code(t->currency))) {
        return differs(r, "the transaction lacks its id, kind or currency");
    }
    return wanted_int(r, body, "amount", t->amount) && check_legs(r, in, body, legs, (size_t)t->entry_count);
}

static bool check_actally_answer(struct run *r, const struct intent *in, const json_t *body)
{
    const struct model_account *a = model_account(r->model, in->account);
    static const char *const statuses[] = {
        [MODEL_OPEN] = "open", [MODEL_FROZEN] = "frozen", [MODEL_CLOSED] = "closed"};
    if (!says(body, "status", statuses[a->status])) {
        return differs(r, "the account is not %s", statuses[a->status]);
    }
    return wanted_int(r, body, "posted", model_posted(a)) && wanted_int(r, body, "version", a->entries);
}

static bool check_item_balance(struct run *r, const struct intent *item, const json_t *entry,
                               struct account_ref ref, __int128 posted)
{
    if (!model_may_read(item, model_account(r->model, ref))) {
        return json_is_null(json_object_get(entry, "balance_after")) ||
               differs(r, "a balance is told that does not concern the sender");
    }
    return wanted_int(r, entry, "balance_after", posted);
}

static bool check_item(struct run *r, const struct intent *item, const json_t *result,
                       const struct item_expectation *wanted)
{
    const json_t *error = json_object_get(result, "error");
    const json_t *entries = json_object_get(json_object_get(result, "transaction"), "entries");
    if (wanted->code != NULL) {
        tally_answer("item refused");
        return (says(error, "code", wanted->code) && entries == NULL) ||
               differs(r, "an item was not refused with %s", wanted->code);
    }
    tally_answer("item done");
    return wanted_int(r, result, "status", 201) &&
           check_item_balance(r, item, json_array_get(entries, 0), item->from, wanted->from_posted) &&
           check_item_balance(r, item, json_array_get(entries, 1), item->account, wanted->to_posted);
}

static bool check_batch(struct run *r, const struct intent *in, const json_t *body,
                        const struct expectation *e)
{
    const json_t *results = json_object_get(body, "results");
    if (json_array_size(results) != (size_t)in->item_count) {
        return differs(r, "there are not %d results", in->item_count);
    }
    for (int i = 0; i < in->item_count; i++) {
        const json_t *result = json_array_get(results, (size_t)i);
        const struct intent item = intent_of_item(in, i);
        if (!wanted_int(r, result, "index", i) || !check_item(r, &item, result, &e->items[i])) {
            return false;
        }
    }
    return true;
}

static bool check_hold(struct run *r, int number, const json_t *hold)
{
    static const char *const statuses[] = {[MODEL_HOLD_AUTHORIZED] = "authorized",
                                           [MODEL_HOLD_PARTIALLY_CAPTURED] = "partially_captured",
                                           [MODEL_HOLD_CAPTURED] = "captured",
                                           [MODEL_HOLD_RELEASED] = "released",
                                           [MODEL_HOLD_EXPIRED] = "expired"};
    const struct model_hold *m = model_hold(r->model, number);
    return (says(hold, "status", statuses[m->status]) || differs(r, "the hold is in another state")) &&
           wanted_int(r, hold, "amount", m->amount) && wanted_int(r, hold, "captured", m->captured) &&
           wanted_int(r, hold, "held", model_hold_rest(m));
}

static bool check_capture(struct run *r, const struct intent *in, const json_t *body,
                          const struct expectation *e)
{
    struct uuid id;
    if (typeid_parse("txn", json_get_str(body, "transaction_id"), &id) != STATUS_OK) {
        return differs(r, "a capture does not name its transaction");
    }
    if (e->new_transaction >= 0) {
        r->transaction_ids[e->new_transaction] = id;
    }
    return check_hold(r, in->hold, json_object_get(body, "hold"));
}

/* The hold, and the balances of its account: whoever authorizes may see them. */
static bool check_new_hold(struct run *r, const struct intent *in, const json_t *body, int number)
{
    const json_t *hold = json_object_get(body, "hold");
    if (typeid_parse("hold", json_get_str(hold, "id"), &r->hold_ids[number]) != STATUS_OK) {
        return differs(r, "the new hold has no id");
    }
    const struct model_account *a = model_account(r->model, in->from);
    char id[TYPEID_TEXT_SIZE];
    struct uuid uuid = id_of(r, in->from);
    typeid_format("acct", &uuid, id);
    const json_t *balance = json_object_get(json_object_get(body, "balances"), id);
    return check_hold(r, number, hold) && wanted_int(r, balance, "posted", model_posted(a)) &&
           wanted_int(r, balance, "held", a->held) && wanted_int(r, balance, "available", model_available(a));
}

static bool check_webhook(struct run *r, const json_t *body, const struct expectation *e)
{
    struct uuid id, wanted = translate_command_id(e->accepted_by);
    bool is_first =
        typeid_parse("whe", json_get_str(body, "id"), &id) == STATUS_OK && uuid_compare(&id, &wanted) == 0;
    bool is_told = json_is_true(json_object_get(body, "duplicate")) == e->replayed;
    return (is_first && is_told) || differs(r, "not the event that was accepted first, or not told so");
}

static bool check_done(struct run *r, const struct intent *in, const json_t *body,
                       const struct expectation *e)
{
    if (in->type == INTENT_WEBHOOK) {
        return check_webhook(r, body, e);
    }
    if (in->type == INTENT_AUTHORIZE) {
        return check_new_hold(r, in, body, e->new_hold);
    }
    if (in->type == INTENT_CAPTURE) {
        return check_capture(r, in, body, e);
    }
    if (in->type == INTENT_RELEASE || in->type == INTENT_EXPIRE) {
        return check_hold(r, in->hold, json_object_get(body, "hold"));
    }
    if (e->new_transaction >= 0) {
        return check_posted(r, in, body, e->new_transaction);
    }
    if (in->type == INTENT_BATCH) {
        return check_batch(r, in, body, e);
    }
    if (in->type == INTENT_ACCOUNT_CREATE) {
        struct str id = json_get_str(body, "id");
        if (typeid_parse("acct", id, &r->account_ids[e->new_account]) != STATUS_OK) {
            return differs(r, "the new account has no id");
        }
        return true;
    }
    bool changes = in->type == INTENT_FREEZE || in->type == INTENT_UNFREEZE || in->type == INTENT_CLOSE;
    return !changes || check_actally_answer(r, in, body); /* the rest is posted, but the model is full */
}

static bool check_refusal(struct run *r, const struct intent *in, const json_t *body,
                          const struct expectation *e)
{
    const char *found = json_string_value(json_object_get(body, "code"));
    if (found == NULL || strcmp(found, e->code) != 0) {
        return differs(r, "wanted %s, got %s", e->code, found == NULL ? "no code" : found);
    }
    if (strcmp(e->code, "batch_refused") == 0) {
        return wanted_int(r, body, "index", e->refusing_item) &&
               (says(json_object_get(body, "error"), "code", e->items[e->refusing_item].code) ||
                differs(r, "the refusing item's error is another"));
    }
    if (strcmp(e->code, "insufficient_funds") != 0) {
        return true;
    }
    const struct model_account *a = model_account(r->model, e->lacking);
    if (!model_may_read(in, a)) {
        return json_is_null(json_object_get(body, "available")) || differs(r, "a stranger's money is told");
    }
    return wanted_int(r, body, "available", model_available(a)) &&
           wanted_int(r, body, "required", e->required);
}

static bool check_answer(struct run *r, const struct flight *f, size_t i)
{
    const struct intent *in = &f->intents[i];
    const struct answer *answer = &f->answers[i];
    struct expectation e;
    model_decide(r->model, in, &f->requests[i], &e);
    model_answered(r->model, answer->body.data, answer->body.len);
    note_made(r, f->numbers[i], &e);
    tally_answer(e.code != NULL ? e.code : e.body != NULL ? e.replayed ? "replayed" : "again" : "done");
    r->result->replays += e.body != NULL;
    if (r->options->is_loud) {
        (void)printf("step %zu, command %zu, by %d: %s %s -> %d %s\n", r->step, f->numbers[i], in->sender,
                     f->requests[i].name, f->requests[i].text, answer->status, e.code == NULL ? "" : e.code);
    }

    if (answer->status != e.status || answer->replayed != e.replayed) {
        return differs(r, "command %zu of %zu: %s %s: wanted %d%s (%s), got %d%s: %.*s", i, f->count,
                       f->requests[i].name, f->requests[i].text, e.status, e.replayed ? " replayed" : "",
                       e.code == NULL ? "done" : e.code, answer->status, answer->replayed ? " replayed" : "",
                       (int)answer->body.len, answer->body.data);
    }
    if (e.body != NULL) {
        bool same = answer->body.len == e.body_len && memcmp(answer->body.data, e.body, e.body_len) == 0;
        return same || differs(r, "a stored answer came back with other bytes");
    }
    json_t *body = json_loadb(answer->body.data, answer->body.len, JSON_REJECT_DUPLICATES, NULL);
    bool ok = body == NULL     ? differs(r, "an answer is not JSON")
              : e.code != NULL ? check_refusal(r, in, body, &e)
                               : check_done(r, in, body, &e);
    json_decref(body);
    return ok;
}

/* Every account is in the store as the model has it; money is neither made nor lost; nothing is overdrawn. */
static bool check_account(struct run *r, struct account_ref ref, __int128 *sum)
{
    const struct model_account *m = model_account(r->model, ref);
    struct uuid id = id_of(r, ref);
    const struct account *a = memory_store_find(&r->store, &id);
    if (m == NULL || a == NULL) {
        return (m == NULL) == (a == NULL) || differs(r, "one of both has no such account");
    }
    bool same = a->credits_posted == m->credits && a->debits_posted == m->debits &&
                a->version == m->entries && (int)a->status == (int)m->status && a->debits_pending == m->held;
    if (!same) {
        return differs(r, "account %d %d differs from the model's", (int)ref.kind, ref.number);
    }
    if (!m->may_go_negative && model_available(m) < 0) {
        return differs(r, "account %d %d is overdrawn", (int)ref.kind, ref.number);
    }
    sum[m->currency] += model_posted(m);
    return true;
}

/* Every hold is in the store as the model has it. */
static bool check_holds(struct run *r)
{
    for (int i = 0; i < model_hold_count(r->model); i++) {
        const struct model_hold *m = model_hold(r->model, i);
        const struct hold *h = memory_store_find_hold(&r->store, &r->hold_ids[i]);
        if (h == NULL || h->amount != m->amount || h->captured != m->captured ||
            (int)h->status != (int)m->status || h->expires_us != m->expires_us) {
            return differs(r, "hold %d differs from the model's", i);
        }
    }
    return true;
}

static bool check_world(struct run *r)
{
    if (!check_holds(r)) {
        return false;
    }
    __int128 sum[SIM_CURRENCIES] = {0};
    for (int i = 0; i < model_account_count(r->model); i++) {
        if (!check_account(r, (struct account_ref){REF_ACCOUNT, i}, sum)) {
            return false;
        }
    }
    for (int c = 0; c < SIM_CURRENCIES; c++) {
        if (!check_account(r, (struct account_ref){REF_CASH, c}, sum) ||
            !check_account(r, (struct account_ref){REF_ESCROW, c}, sum) ||
            !check_account(r, (struct account_ref){REF_FX, c}, sum)) {
            return false;
        }
        if (sum[c] != 0) {
            return differs(r, "money was made or lost");
        }
    }
    return model_holds_add_up(r->model) || differs(r, "an account does not hold what its holds do");
}

struct attempt {
    struct arena arena;
    struct ledger ledger;
};

/* From needs to answers, as ledger-svc does it in one database transaction before it stores anything. */
static enum status decide(struct run *r, struct attempt *t, const struct flight *f, size_t first,
                          size_t count)
{
    struct needs needs;
    struct batch_input in = {.commands = f->commands + first, .command_count = count};
    batch_needs(in.commands, count, &needs, &t->arena);
    ledger_init(&t->ledger, &t->arena, needs.accounts.count);
    if (needs.out_of_memory || !memory_store_load(&r->store, &needs, &t->ledger)) {
        return STATUS_FULL;
    }
    struct arena known;
    arena_init(&known, ARENA_BYTES);
    memory_store_known(&r->store, &in, &known);
    ledger_start(&t->ledger, r->now_us, generator_random(&r->ids), (uint32_t)r->generator.next_command);
    enum status status = batch_decide(&t->ledger, &in, r->now_us, (struct answer *)f->answers + first);
    arena_free(&known);
    return status;
}

static bool store(struct run *r, const struct attempt *t)
{
    hash_bytes(r, &t->ledger.now_us, sizeof(t->ledger.now_us));
    return memory_store_apply(&r->store, &t->ledger) || differs(r, "the plan is wrong: %s", r->store.error);
}

static bool commit(struct run *r, const struct attempt *t, struct flight *f, size_t first, size_t count)
{
    bool ok = store(r, t);
    for (size_t i = first; i < first + count && ok; i++) {
        ok = check_answer(r, f, i);
        hash_bytes(r, &f->answers[i].status, sizeof(f->answers[i].status));
        hash_bytes(r, f->answers[i].body.data, f->answers[i].body.len);
    }
    return ok;
}

/* One slice of a batch of transfers, stored. Its results are added to the text, and it becomes that of the
 * answer. */
static bool fly_slice(struct run *r, struct flight *f, size_t i, struct slice_place *place, struct buf *text)
{
    const struct slice_rules rules = {.transfers_max = 1 + generator_random(&r->ids) % 3,
                                      .key_window_days = 1};
    const struct command whole = f->commands[i];
    struct transfer_batch part;
    struct attempt t;
    struct str results;
    bool is_first = place->first == 0;
    arena_init(&t.arena, ARENA_BYTES);
    slice_make(&whole, place, &rules, &part, &f->commands[i]);
    bool ok = decide(r, &t, f, i, 1) == STATUS_OK && store(r, &t);
    f->commands[i] = whole;
    struct answer *a = &f->answers[i];
    bool has_results = ok && a->status == 200 && slice_read(&whole, a->body, place, &results);
    buf_add_str(text, !has_results ? "" : is_first ? "{\"results\":[" : ",");
    buf_add(text, has_results ? results.data : a->body.data, has_results ? results.len : a->body.len);
    buf_add_str(text, has_results && place->first == 0 ? "]}" : "");
    a->body = (struct str){text->data, text->len};
    arena_free(&t.arena);
    return ok;
}

/* Slice after slice, of any size; some begin again before they have come to the end, as after a crash. */
static bool fly_batch(struct run *r, struct flight *f, size_t i)
{
    struct slice_place place = {0};
    struct buf text;
    buf_init(&text, ARENA_BYTES);
    bool ok = fly_slice(r, f, i, &place, &text);
    while (ok && place.first > 0) {
        if (generator_random(&r->ids) % 4 == 0) {
            place = (struct slice_place){0};
            buf_reset(&text);
        }
        ok = fly_slice(r, f, i, &place, &text);
    }
    ok = ok && check_answer(r, f, i);
    hash_bytes(r, text.data, text.len);
    buf_free(&text);
    return ok;
}

/* Decides and stores; a batch that is too large for its memory is stored by halves instead. */
static bool fly(struct run *r, struct flight *f, size_t first, size_t count, size_t arena_bytes)
{
    struct attempt t;
    for (size_t i = first; i < first + count; i++) {
        if (f->intents[i].type == INTENT_BATCH) { /* those before it, it, those after it */
            return fly(r, f, first, i - first, arena_bytes) && fly_batch(r, f, i) &&
                   fly(r, f, i + 1, first + count - i - 1, arena_bytes);
        }
    }
    if (count == 0) {
        return true;
    }
    arena_init(&t.arena, arena_bytes);
    enum status status = decide(r, &t, f, first, count);
    bool ok = status == STATUS_OK && commit(r, &t, f, first, count);
    arena_free(&t.arena);
    if (status == STATUS_OK) {
        return ok;
    }
    if (count == 1) {
        return differs(r, "one command alone is too large");
    }
    r->result->splits++;
    return fly(r, f, first, count / 2, arena_bytes) &&
           fly(r, f, first + count / 2, count - count / 2, arena_bytes);
}

/* What was decided is rolled back: the next attempt must not notice. */
static bool decide_in_vain(struct run *r, const struct flight *f)
{
    struct attempt t;
    arena_init(&t.arena, ARENA_BYTES);
    enum status status = decide(r, &t, f, 0, f->count);
    arena_free(&t.arena);
    return status == STATUS_OK || differs(r, "an attempt with much memory had too little");
}

/* Adds the next step to the script, as it suits what the run has come to. */
static void write_step(struct run *r)
{
    struct generator *g = &r->generator;
    struct script_step step = {.now_us = generator_clock(g, r->model, r->now_us)};
    size_t largest = generator_percent(g, 20) ? BATCH_MAX : 32;
    int64_t count = generator_between(g, 1, (int64_t)largest);
    step.in_vain = generator_percent(g, 10);
    step.few_bytes = generator_percent(g, 15);
    step.again = generator_percent(g, 10);
    script_add_step(r->recording, &step);
    for (int64_t i = 0; i < count; i++) {
        struct intent in = generator_next(g, r->model);
        script_add_command(r->recording, &in);
    }
}

static bool run_step(struct run *r, struct flight *f)
{
    const struct script_step *s = &r->script->steps[r->step];
    r->now_us = s->now_us;
    model_tell_time(r->model, r->now_us);
    take_off(r, f, s);
    r->result->commands += f->count;

    bool ok = !s->in_vain || decide_in_vain(r, f);
    ok = ok && fly(r, f, 0, f->count, s->few_bytes ? ARENA_FEW_BYTES : ARENA_BYTES);
    if (ok && s->again) {
        ok = fly(r, f, 0, f->count,
                 ARENA_BYTES); /* the answer to COMMIT was lost: the same messages once more */
    }
    land(f);
    return ok && check_world(r);
}

static struct run *start(const struct run_options *options, struct run_result *ret)
{
    struct run *r = calloc(1, sizeof(*r));
    if (r == NULL) {
        abort();
    }
    *ret = (struct run_result){.ok = true, .hash = FNV_START};
    r->options = options;
    r->result = ret;
    r->now_us = FIRST_US + 1000000;
    r->model = model_new();
    if (options->has_error) {
        model_plant_error(r->model);
    }
    generator_init(&r->generator, options->seed);
    generator_init(&r->ids, ~options->seed);
    memory_store_init(&r->store, STORE_BYTES);
    for (int i = 0; i < MODEL_ACCOUNTS_MAX; i++) {
        r->account_numbers[i] = i < COLD_ACCOUNTS ? i : -1;
    }
    for (int i = 0; i < MODEL_HOLDS_MAX; i++) {
        r->hold_numbers[i] = -1;
    }
    for (int i = 0; i < MODEL_TRANSACTIONS_MAX; i++) {
        r->transaction_numbers[i] = -1;
    }
    open_world(r);
    return r;
}

static void end(struct run *r)
{
    r->result->entries = r->store.entry_count;
    memory_store_free(&r->store);
    model_free(r->model);
    free(r);
}

void run_seed(const struct run_options *options, struct script *ret_script, struct run_result *ret)
{
    static struct flight flight;
    struct script script = {0};
    struct run *r = start(options, ret);
    r->script = r->recording = &script;
    for (; r->step < options->steps && ret->ok; r->step++) {
        write_step(r);
        ret->ok = run_step(r, &flight);
    }
    end(r);
    if (ret_script != NULL) {
        *ret_script = script;
    } else {
        script_free(&script);
    }
}

void run_script(const struct run_options *options, const struct script *script, struct run_result *ret)
{
    static struct flight flight;
    struct run *r = start(options, ret);
    r->generator.next_command = script->command_count; /* no id as in the first run */
    r->script = script;
    for (; r->step < script->step_count && ret->ok; r->step++) {
        ret->ok = run_step(r, &flight);
    }
    end(r);
}
