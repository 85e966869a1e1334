/* run.c - asks the ledger and the model the same, batch after batch, and compares every answer and every
 * balance. */
#include "tests/sim/run_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger-svc/domain/transfer_batch.h"
#include "shared/core/typeid.h"
#include "tests/sim/tally.h"
#include "tests/sim/translate.h"

#define BATCH_MAX       256
#define ARENA_BYTES     ((size_t)32 << 20)
#define ARENA_FEW_BYTES ((size_t)64 << 10) /* too few for a large batch, which is then split */
#define STORE_BYTES     ((size_t)256 << 20)
#define FIRST_US        INT64_C(1795000000000000)
#define COLD_ACCOUNTS   24
#define COLD_ENDPOINTS  98                    /* of the first owner, who may have two more */
#define NEAR_THE_END    (INT64_MAX - 3000000) /* of a counter of cash */
#define FNV_START       UINT64_C(0xcbf29ce484222325)

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

bool run_differs(struct run *r, const char *format, ...)
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

struct uuid run_id_of(const struct run *r, struct account_ref ref)
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
    struct intent_ids ids = {.from = run_id_of(r, in->from), .account = run_id_of(r, in->account)};
    ids.hold = in->hold < 0 ? uuid7_make(FIRST_US, 79, 79) : r->hold_ids[in->hold];
    ids.endpoint =
        in->endpoint.number < 0 ? uuid7_make(FIRST_US, 80, 80) : r->endpoint_ids[in->endpoint.number];
    ids.transaction =
        in->transaction < 0 ? uuid7_make(FIRST_US, 78, 78) : r->transaction_ids[in->transaction];
    for (int i = 0; i < in->entry_count; i++) {
        ids.entries[i] = run_id_of(r, in->entries[i].account);
    }
    for (int i = 0; i < in->condition_count; i++) {
        ids.conditions[i] = run_id_of(r, in->conditions[i].account);
    }
    for (int i = 0; i < in->item_count; i++) {
        ids.item_froms[i] = run_id_of(r, in->items[i].from);
        ids.item_accounts[i] = run_id_of(r, in->items[i].account);
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

static void open_endpoints(struct run *r)
{
    const struct model_endpoint m = {.url = 1, .types = 1, .secret = 1, .url_version = 1};
    char secret[SIM_SECRET_SIZE];
    endpoint_secret(m.secret, secret);
    for (int i = 0; i < COLD_ENDPOINTS; i++) {
        const struct endpoint e = {.id = uuid7_make(FIRST_US, (uint32_t)i, 2),
                                   .owner = str_of(owner_name(m.owner)),
                                   .url = str_of(endpoint_url(m.url)),
                                   .event_types = str_of(endpoint_types(m.types)),
                                   .secret = str_of(secret),
                                   .url_version = m.url_version,
                                   .enabled_us = FIRST_US,
                                   .created_us = FIRST_US,
                                   .updated_us = FIRST_US};
        memory_store_put_endpoint(&r->store, &e);
        r->endpoint_ids[i] = e.id;
        model_open_endpoint(r->model, &m);
    }
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
    in->endpoint.number = in->endpoint.number < 0 ? -1 : r->endpoint_numbers[in->endpoint.number];
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
        recorded->made_endpoint = e->new_endpoint >= 0 ? e->new_endpoint : recorded->made_endpoint;
    }
    const struct script_command *c = &r->script->commands[number];
    if (c->made_account >= 0 && e->new_account >= 0) {
        r->account_numbers[c->made_account] = e->new_account;
    }
    if (c->made_hold >= 0 && e->new_hold >= 0) {
        r->hold_numbers[c->made_hold] = e->new_hold;
    }
    if (c->made_endpoint >= 0 && e->new_endpoint >= 0) {
        r->endpoint_numbers[c->made_endpoint] = e->new_endpoint;
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
        return run_differs(r, "command %zu of %zu: %s %s: wanted %d%s (%s), got %d%s: %.*s", i, f->count,
                           f->requests[i].name, f->requests[i].text, e.status, e.replayed ? " replayed" : "",
                           e.code == NULL ? "done" : e.code, answer->status,
                           answer->replayed ? " replayed" : "", (int)answer->body.len, answer->body.data);
    }
    if (e.body != NULL) {
        bool same = answer->body.len == e.body_len && memcmp(answer->body.data, e.body, e.body_len) == 0;
        return same || run_differs(r, "a stored answer came back with other bytes");
    }
    json_t *body = json_loadb(answer->body.data, answer->body.len, JSON_REJECT_DUPLICATES, NULL);
    bool ok = body == NULL     ? run_differs(r, "an answer is not JSON")
              : e.code != NULL ? check_refusal(r, in, body, &e)
                               : check_done(r, in, body, &e);
    json_decref(body);
    return ok;
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
    return memory_store_apply(&r->store, &t->ledger) ||
           run_differs(r, "the plan is wrong: %s", r->store.error);
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
        return run_differs(r, "one command alone is too large");
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
    return status == STATUS_OK || run_differs(r, "an attempt with much memory had too little");
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
    for (int i = 0; i < MODEL_ENDPOINTS_MAX; i++) {
        r->endpoint_numbers[i] = i < COLD_ENDPOINTS ? i : -1;
    }
    for (int i = 0; i < MODEL_TRANSACTIONS_MAX; i++) {
        r->transaction_numbers[i] = -1;
    }
    open_world(r);
    open_endpoints(r);
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
