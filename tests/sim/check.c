/* check.c - what the ledger answered and stored, beside what the model says. */
#include <stdio.h>
#include <string.h>

#include "shared/core/typeid.h"
#include "tests/sim/run_internal.h"
#include "tests/sim/tally.h"
#include "tests/sim/translate.h"

static bool wanted_int(struct run *r, const json_t *object, const char *name, __int128 wanted)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_integer(value) || json_integer_value(value) != (json_int_t)wanted) {
        return run_differs(r, "%s is not %lld", name, (long long)wanted);
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
    struct uuid uuid = run_id_of(r, wanted->account);
    typeid_format("acct", &uuid, id);
    const json_t *entry = json_array_get(json_object_get(body, "entries"), leg);
    const json_t *balance = json_object_get(json_object_get(body, "balances"), id);
    if (!says(entry, "account", id) || !says(entry, "direction", wanted->is_debit ? "debit" : "credit") ||
        balance == NULL || !wanted_int(r, entry, "amount", wanted->amount)) {
        return run_differs(r, "entry %zu is not that of %s", leg, id);
    }
    if (!model_may_read(in, a)) {
        bool hidden = json_is_null(balance) && json_is_null(json_object_get(entry, "balance_after"));
        return hidden || run_differs(r, "a balance is told that does not concern the sender");
    }
    return (!wanted->is_last || wanted_int(r, entry, "balance_after", model_posted(a))) &&
           wanted_int(r, balance, "posted", model_posted(a)) && wanted_int(r, balance, "held", a->held) &&
           wanted_int(r, balance, "available", model_available(a));
}

static bool check_legs(struct run *r, const struct intent *in, const json_t *body, struct wanted_leg *legs,
                       size_t count)
{
    if (json_array_size(json_object_get(body, "entries")) != count) {
        return run_differs(r, "there are not %zu entries", count);
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
        return run_differs(r, "the transaction lacks its id, kind or currency");
    }
    return wanted_int(r, body, "amount", t->amount) && check_legs(r, in, body, legs, (size_t)t->entry_count);
}

static bool check_actally_answer(struct run *r, const struct intent *in, const json_t *body)
{
    const struct model_account *a = model_account(r->model, in->account);
    static const char *const statuses[] = {
        [MODEL_OPEN] = "open", [MODEL_FROZEN] = "frozen", [MODEL_CLOSED] = "closed"};
    if (!says(body, "status", statuses[a->status])) {
        return run_differs(r, "the account is not %s", statuses[a->status]);
    }
    return wanted_int(r, body, "posted", model_posted(a)) && wanted_int(r, body, "version", a->entries);
}

static bool check_item_balance(struct run *r, const struct intent *item, const json_t *entry,
                               struct account_ref ref, __int128 posted)
{
    if (!model_may_read(item, model_account(r->model, ref))) {
        return json_is_null(json_object_get(entry, "balance_after")) ||
               run_differs(r, "a balance is told that does not concern the sender");
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
               run_differs(r, "an item was not refused with %s", wanted->code);
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
        return run_differs(r, "there are not %d results", in->item_count);
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
    return (says(hold, "status", statuses[m->status]) || run_differs(r, "the hold is in another state")) &&
           wanted_int(r, hold, "amount", m->amount) && wanted_int(r, hold, "captured", m->captured) &&
           wanted_int(r, hold, "held", model_hold_rest(m));
}

static bool check_capture(struct run *r, const struct intent *in, const json_t *body,
                          const struct expectation *e)
{
    struct uuid id;
    if (typeid_parse("txn", json_get_str(body, "transaction_id"), &id) != STATUS_OK) {
        return run_differs(r, "a capture does not name its transaction");
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
        return run_differs(r, "the new hold has no id");
    }
    const struct model_account *a = model_account(r->model, in->from);
    char id[TYPEID_TEXT_SIZE];
    struct uuid uuid = run_id_of(r, in->from);
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
    return (is_first && is_told) || run_differs(r, "not the event that was accepted first, or not told so");
}

static bool check_dead_letter(struct run *r, const struct intent *in, const json_t *body)
{
    static const char *const happenings[] = {"created", "replayed", "discarded"};
    return says(body, "happened", happenings[in->happening]) ||
           run_differs(r, "another thing is said to have happened");
}

bool check_done(struct run *r, const struct intent *in, const json_t *body, const struct expectation *e)
{
    if (in->type == INTENT_WEBHOOK) {
        return check_webhook(r, body, e);
    }
    if (in->type == INTENT_ENDPOINT_CREATE || in->type == INTENT_ENDPOINT_UPDATE ||
        in->type == INTENT_ENDPOINT_DELETE || in->type == INTENT_ENDPOINT_DISABLE ||
        in->type == INTENT_ENDPOINT_ROTATE) {
        return check_endpoint(r, in, body, e);
    }
    if (in->type == INTENT_DEAD_LETTER) {
        return check_dead_letter(r, in, body);
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
            return run_differs(r, "the new account has no id");
        }
        return true;
    }
    bool changes = in->type == INTENT_FREEZE || in->type == INTENT_UNFREEZE || in->type == INTENT_CLOSE;
    return !changes || check_actally_answer(r, in, body); /* the rest is posted, but the model is full */
}

bool check_refusal(struct run *r, const struct intent *in, const json_t *body, const struct expectation *e)
{
    const char *found = json_string_value(json_object_get(body, "code"));
    if (found == NULL || strcmp(found, e->code) != 0) {
        return run_differs(r, "wanted %s, got %s", e->code, found == NULL ? "no code" : found);
    }
    if (strcmp(e->code, "batch_refused") == 0) {
        return wanted_int(r, body, "index", e->refusing_item) &&
               (says(json_object_get(body, "error"), "code", e->items[e->refusing_item].code) ||
                run_differs(r, "the refusing item's error is another"));
    }
    if (strcmp(e->code, "insufficient_funds") != 0) {
        return true;
    }
    const struct model_account *a = model_account(r->model, e->lacking);
    if (!model_may_read(in, a)) {
        return json_is_null(json_object_get(body, "available")) ||
               run_differs(r, "a stranger's money is told");
    }
    return wanted_int(r, body, "available", model_available(a)) &&
           wanted_int(r, body, "required", e->required);
}

/* Every account is in the store as the model has it; money is neither made nor lost; nothing is overdrawn. */
static bool check_account(struct run *r, struct account_ref ref, __int128 *sum)
{
    const struct model_account *m = model_account(r->model, ref);
    struct uuid id = run_id_of(r, ref);
    const struct account *a = memory_store_find(&r->store, &id);
    if (m == NULL || a == NULL) {
        return (m == NULL) == (a == NULL) || run_differs(r, "one of both has no such account");
    }
    bool same = a->credits_posted == m->credits && a->debits_posted == m->debits &&
                a->version == m->entries && (int)a->status == (int)m->status && a->debits_pending == m->held;
    if (!same) {
        return run_differs(r, "account %d %d differs from the model's", (int)ref.kind, ref.number);
    }
    if (!m->may_go_negative && model_available(m) < 0) {
        return run_differs(r, "account %d %d is overdrawn", (int)ref.kind, ref.number);
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
            return run_differs(r, "hold %d differs from the model's", i);
        }
    }
    return true;
}

bool check_world(struct run *r)
{
    if (!check_holds(r) || !check_endpoints(r)) {
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
            return run_differs(r, "money was made or lost");
        }
    }
    return model_holds_add_up(r->model) || run_differs(r, "an account does not hold what its holds do");
}
