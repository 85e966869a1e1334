/* replay.c - see replay.h. */
#include "tests/e2e/replay.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "tests/e2e/replay_internal.h"

#define SHOWN_MAX 50

void complain(struct replay *r, const struct call *c, const char *format, ...)
{
    if (r->complaints++ >= SHOWN_MAX)
        return;
    char what[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (c == NULL)
        (void)fprintf(r->out, "REPLAY: %s\n", what);
    else
        (void)fprintf(r->out, "REPLAY: %s %s %s: %s; told %d %s\n", call_name(c->type), c->key, c->request,
                      what, c->told == NULL ? 0 : c->told->status, c->told == NULL ? "" : c->told->body);
}

static int by_key(const void *a, const void *b)
{
    return strcmp((*(struct call *const *)a)->key, (*(struct call *const *)b)->key);
}

static int find_key(const void *key, const void *call)
{
    return strcmp(key, (*(struct call *const *)call)->key);
}

struct call *call_of_key(const struct replay *r, const char *key)
{
    struct call **found = bsearch(key, r->by_key, r->log->count, sizeof(struct call *), find_key);
    return found == NULL ? NULL : *found;
}

static void *array(size_t count, size_t size)
{
    void *a = calloc(count + 1, size);
    if (a == NULL)
        servers_fail("no memory for the replay");
    return a;
}

/* Everything that there will be, as it was before: what is new does not exist yet. */
static void open_world(struct replay *r, const struct evidence *before)
{
    struct evidence *w = &r->world;
    w->account_count = r->after->account_count;
    w->hold_count = r->after->hold_count;
    w->accounts = array(w->account_count, sizeof *w->accounts);
    w->holds = array(w->hold_count, sizeof *w->holds);
    w->transactions = array(r->after->transaction_count, sizeof *w->transactions);
    w->transaction_count = r->after->transaction_count;
    memcpy(w->transactions, r->after->transactions, w->transaction_count * sizeof *w->transactions);
    w->entries = r->after->entries; /* borrowed */
    w->entry_count = r->after->entry_count;
    for (size_t i = 0; i < w->account_count; i++) {
        const struct evidence_account *then = evidence_find_account(before, &r->after->accounts[i].id);
        struct evidence_account *a = &w->accounts[i];
        *a = then != NULL ? *then : r->after->accounts[i];
        if (then == NULL) {
            a->exists = false;
            a->status = EVIDENCE_OPEN;
            a->debits = a->credits = a->held = a->version = 0;
        }
    }
    for (size_t i = 0; i < w->hold_count; i++) {
        const struct evidence_hold *then = evidence_find_hold(before, &r->after->holds[i].id);
        struct evidence_hold *h = &w->holds[i];
        *h = then != NULL ? *then : r->after->holds[i];
        if (then == NULL) {
            h->exists = false;
            h->captured = 0;
            (void)snprintf(h->status, sizeof h->status, "authorized");
        }
    }
}

static void place_facts(struct replay *r)
{
    for (size_t i = 0; i < r->log->count; i++)
        r->log->calls[i]->first_fact = SIZE_MAX;
    for (size_t i = 0; i < r->after->fact_count; i++) {
        struct call *c = call_of_key(r, r->after->facts[i].key);
        if (c == NULL)
            continue;
        c->first_fact = c->first_fact == SIZE_MAX ? i : c->first_fact;
        c->last_fact = i;
    }
}

/* A call without facts of its own, why, as it was told, and the states in which it may have been decided. */
struct open_question {
    struct call *call;
    struct bounds bounds;
    struct items items; /* of a batch */
    struct refusal_told refusal;
};

struct refusal_told refusal_read(const json_t *problem)
{
    const json_t *available = json_object_get(problem, "available");
    const char *code = json_string_value(json_object_get(problem, "code"));
    struct refusal_told told = {.available = json_integer_value(available),
                                .required = json_integer_value(json_object_get(problem, "required")),
                                .hides_available = json_is_null(available)};
    (void)snprintf(told.code, sizeof told.code, "%s", code == NULL ? "" : code);
    return told;
}

bool refusal_is(const struct refusal_told *told, const struct rules_verdict *v)
{
    if (v->code == NULL || strcmp(v->code, told->code) != 0)
        return false;
    return strcmp(v->code, "insufficient_funds") != 0 ||
           (told->required == v->required && told->hides_available == v->hides_available &&
            (told->hides_available || told->available == v->available));
}

static struct open_question question_of(const struct replay *r, struct call *c)
{
    struct open_question q = {.call = c, .bounds = bounds_of(r, c), .items = replay_all_items(c)};
    json_t *told = json_loads(c->told->body, 0, NULL);
    q.refusal = refusal_read(told);
    json_decref(told);
    return q;
}

/* Is what the call was told, a refusal or that it is so already, true in the world as it is? */
static bool is_true(struct replay *r, const struct open_question *q)
{
    if (q->call->type == CALL_BATCH)
        return replay_batch_is_true(r, q->call, q->items);
    int64_t moments[] = {q->call->tries[0].sent_us, q->call->told->answered_us};
    bool found = false;
    for (int i = 0; i < 2 && !found; i++) { /* a hold may have expired in between */
        struct rules_verdict v = rules_decide(&r->world, q->call, moments[i] + r->clock_offset_us);
        found = refusal_is(&q->refusal, &v);
    }
    return found;
}

static int by_from(const void *a, const void *b)
{
    const struct open_question *x = a, *y = b;
    return (x->bounds.from > y->bounds.from) - (x->bounds.from < y->bounds.from);
}

/* Can it succeed and have no facts? */
static bool may_have_none(const struct call *c)
{
    return c->type == CALL_FREEZE || c->type == CALL_UNFREEZE || c->type == CALL_CLOSE ||
           c->type == CALL_BATCH;
}

/* One for each slice of a batch that has no facts of its own; gives how many. */
static size_t questions_of_slices(const struct replay *r, struct call *c, struct open_question *ret_questions)
{
    struct silent_slice silent[EVIDENCE_SLICES_MAX];
    int count = replay_silent_slices(r, c, bounds_of(r, c), silent);
    for (int i = 0; i < count; i++)
        ret_questions[i] =
            (struct open_question){.call = c, .bounds = silent[i].bounds, .items = silent[i].items};
    return (size_t)count;
}

static struct open_question *questions(const struct replay *r, size_t *ret_count)
{
    struct open_question *all = array(r->log->count * EVIDENCE_SLICES_MAX, sizeof *all);
    size_t n = 0;
    for (size_t i = 0; i < r->log->count; i++) {
        struct call *c = r->log->calls[i];
        if (c->told == NULL || c->told->status >= 500)
            continue;
        if (c->type == CALL_BATCH && call_succeeded(c))
            n += questions_of_slices(r, c, &all[n]);
        else if (c->first_fact == SIZE_MAX && (!call_succeeded(c) || may_have_none(c)))
            all[n++] = question_of(r, c);
    }
    qsort(all, n, sizeof *all, by_from);
    *ret_count = n;
    return all;
}

/* Asks those that may have been decided here. Some leave: answered, or past their bounds and never true. */
static size_t ask(struct replay *r, struct open_question *open, size_t count, size_t position)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_true(r, &open[i]))
            continue;
        if (position >= open[i].bounds.to)
            complain(r, open[i].call, "was not true at any moment between its sending and its answer");
        else
            open[kept++] = open[i];
    }
    return kept;
}

/* Through all facts; between those of two database transactions refusals are asked whether they are true. */
static void go_through(struct replay *r)
{
    size_t count, next = 0, kept = 0;
    struct open_question *all = questions(r, &count), *open = array(count, sizeof *open);
    for (size_t i = 0; i <= r->after->fact_count; i++) {
        while (next < count && all[next].bounds.from <= i)
            open[kept++] = all[next++];
        const struct evidence_fact *f = &r->after->facts[i];
        bool within = i > 0 && i < r->after->fact_count && *f->key != '\0' &&
                      strcmp(f->key, f[-1].key) == 0 && f->xid == f[-1].xid;
        if (!within)
            kept = ask(r, open, kept, i);
        if (i < r->after->fact_count)
            replay_fact(r, i);
    }
    free(all);
    free(open);
}

/* Real time: nobody sees the future, and what was answered stays. */
static void check_order(struct replay *r)
{
    for (size_t i = 0; i < r->effect_count; i++) {
        const struct call *c = r->by_answer[i];
        struct bounds b = bounds_of(r, c);
        if (c->first_fact < b.from || c->last_fact >= b.to)
            complain(r, c, "is fact %zu to %zu, but must be between %zu and %zu", c->first_fact, c->last_fact,
                     b.from, b.to);
    }
}

static void check_stored(struct replay *r, const struct call *c)
{
    const struct evidence_answer *stored = evidence_find_answer(r->after, c->key);
    if (stored != NULL && strcmp(stored->owner, c->sender.owner) != 0)
        complain(r, c, "is stored as %s's", stored->owner);
    if (call_was_forbidden(c)) {
        if (stored != NULL)
            complain(r, c, "was forbidden, and its key is taken");
    } else if (stored == NULL)
        complain(r, c, "was answered, and nothing of it is stored");
    else if (strcmp(stored->body, c->told->body) != 0 ||
             (stored->status != c->told->status && !(stored->status == 201 && c->told->replayed)))
        complain(r, c, "was answered otherwise than is stored: %d %s", stored->status, stored->body);
}

/* What is not kept is told anew each time, the same but for the request's number. */
static bool is_told_alike(const struct call *c, const struct call_try *t)
{
    if (!call_was_forbidden(c))
        return strcmp(t->body, c->told->body) == 0;
    return t->status == c->told->status && strstr(t->body, "\"code\":\"forbidden\"") != NULL;
}

static void check_call(struct replay *r, const struct call *c)
{
    int first = 0;
    if (c->told == NULL || c->told->status >= 500) {
        complain(r, c, "has no good answer");
        return;
    }
    for (int i = 0; i < c->try_count; i++) {
        const struct call_try *t = &c->tries[i];
        if (t->status == 0 || t->status >= 500)
            continue;
        first += !t->replayed && !call_was_forbidden(c);
        if (!is_told_alike(c, t))
            complain(r, c, "was answered differently in try %d: %d %s", i + 1, t->status, t->body);
    }
    if (first > 1)
        complain(r, c, "was answered as new %d times", first);
    check_stored(r, c);
    if (call_succeeded(c) && c->effects == 0 && !may_have_none(c))
        complain(r, c, "was acknowledged and has no effect");
    if (!call_succeeded(c) && c->effects > 0)
        complain(r, c, "was refused and has an effect");
}

static __int128 sum_of(const struct evidence *e)
{
    __int128 sum = 0;
    for (size_t i = 0; i < e->account_count; i++)
        sum += rules_posted(&e->accounts[i]);
    return sum;
}

static void check_end(struct replay *r, const struct evidence *before)
{
    for (size_t i = 0; i < r->after->account_count; i++) {
        const struct evidence_account *a = &r->after->accounts[i], *m = &r->world.accounts[i];
        char id[TYPEID_TEXT_SIZE];
        typeid_format("acct", &a->id, id);
        if (!m->exists || a->credits != m->credits || a->debits != m->debits || a->held != m->held ||
            a->version != m->version || a->status != m->status)
            complain(r, NULL,
                     "%s ends with %lld posted, %lld held, version %lld; by the replay %lld, %lld, %lld", id,
                     (long long)rules_posted(a), (long long)a->held, (long long)a->version,
                     (long long)rules_posted(m), (long long)m->held, (long long)m->version);
    }
    for (size_t i = 0; i < r->after->hold_count; i++) {
        const struct evidence_hold *h = &r->after->holds[i], *m = &r->world.holds[i];
        char id[TYPEID_TEXT_SIZE];
        typeid_format("hold", &h->id, id);
        if (!m->exists || h->captured != m->captured || strcmp(h->status, m->status) != 0)
            complain(r, NULL, "%s ends %s with %lld captured; by the replay %s, %lld", id, h->status,
                     (long long)h->captured, m->status, (long long)m->captured);
    }
    if (sum_of(before) != sum_of(r->after))
        complain(r, NULL, "all accounts together had %lld, and now %lld", (long long)sum_of(before),
                 (long long)sum_of(r->after));
    if (before->entry_count + r->entries_seen != r->after->entry_count)
        complain(r, NULL, "%zu entries without an event",
                 r->after->entry_count - before->entry_count - r->entries_seen);
}

int replay_check(const struct evidence *before, const struct evidence *after, const struct call_log *log,
                 FILE *out)
{
    struct replay r = {.after = after, .log = log, .out = out};
    r.clock_offset_us = clock_unix_us() - clock_monotonic_us();
    r.by_key = array(log->count, sizeof(struct call *));
    r.by_answer = array(log->count, sizeof(struct call *));
    r.by_sending = array(log->count, sizeof(struct call *));
    r.latest = array(log->count, sizeof *r.latest);
    r.earliest = array(log->count, sizeof *r.earliest);
    for (size_t i = 0; i < log->count; i++)
        r.by_key[i] = log->calls[i];
    qsort(r.by_key, log->count, sizeof(struct call *), by_key);
    open_world(&r, before);
    place_facts(&r);
    bounds_prepare(&r);
    check_order(&r);
    go_through(&r);
    for (size_t i = 0; i < log->count; i++)
        check_call(&r, log->calls[i]);
    check_end(&r, before);
    r.world.entries = NULL;
    evidence_free(&r.world);
    free(r.by_key);
    free(r.by_answer);
    free(r.by_sending);
    free(r.latest);
    free(r.earliest);
    if (r.complaints > SHOWN_MAX)
        (void)fprintf(out, "REPLAY: and %d more\n", r.complaints - SHOWN_MAX);
    return r.complaints;
}
