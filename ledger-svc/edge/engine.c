/* engine.c - see engine.h. */
#include "ledger-svc/edge/engine.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "ledger-svc/edge/ledger_metrics.h"
#include "ledger-svc/store/save.h"
#include "ledger-svc/store/session.h"
#include "ledger_statements.h"
#include "shared/core/clock.h"
#include "shared/core/typeid.h"
#include "shared/io/log.h"

#define ENGINE_ARENA_MAX  (64 << 20)
#define ENGINE_PARAMS_MAX (32 << 20)
#define POISONED_FOR_US   INT64_C(60000000)
#define ANSWER_MARGIN_US  INT64_C(200000) /* a refusal must reach the sender before it gives up */
#define BACKOFF_FIRST_MS  2
#define BACKOFF_MAX_MS    200
#define HOURS_PER_DAY     24

/* Some of the inbox's items, on the way together. */
struct group {
    struct inbox_item *items[INBOX_COMMANDS_MAX];
    size_t count;
    bool maybe_committed; /* a COMMIT of these was sent and its answer lost */
};

enum status engine_open(struct engine *e, const char *database_url, int64_t key_retention_hours)
{
    *e = (struct engine){.options = store_session_options(database_url)};
    arena_init(&e->arena, ENGINE_ARENA_MAX);
    db_params_init(&e->store.params, ENGINE_PARAMS_MAX);
    e->store.key_window_days = (key_retention_hours + HOURS_PER_DAY - 1) / HOURS_PER_DAY;
    randombytes_buf(&e->random_state, sizeof e->random_state);
    randombytes_buf(&e->sequence, sizeof e->sequence);
    return STATUS_OK;
}

static void disconnect(struct engine *e)
{
    db_close(e->store.db);
    e->store.db = NULL;
    atomic_store(&e->database_ready, false);
}

void engine_close(struct engine *e)
{
    disconnect(e);
    db_params_free(&e->store.params);
    arena_free(&e->arena);
}

enum status engine_connect(struct engine *e)
{
    if (e->store.db != NULL)
        return STATUS_OK;
    enum status s = db_open(&e->options, &e->store.db);
    if (s != STATUS_OK) {
        if (!e->connect_failed) /* once an outage, not once a try */
            log_event(LOG_WARN, "database_connect_failed", log_str("error", db_connect_error()));
        e->connect_failed = true;
        return s;
    }
    char reason[128];
    s = store_check_durability(e->store.db, reason, sizeof reason);
    if (s != STATUS_OK) {
        log_event(LOG_ERROR, "database_not_durable",
                  log_str("setting", s == STATUS_FAILED ? reason : "unreadable"));
        disconnect(e);
        return STATUS_UNAVAILABLE;
    }
    log_event(LOG_INFO, "database_connected");
    e->connect_failed = false;
    metric_add(ledger_metrics.database_connects, 1);
    atomic_store(&e->database_ready, true);
    return STATUS_OK;
}

void engine_idle(struct engine *e)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    if (engine_connect(e) == STATUS_OK && db_query(e->store.db, LEDGER_SQL_READ_CLOCK, NULL, &r) != STATUS_OK)
        disconnect(e);
}

static uint64_t next_random(struct engine *e)
{
    /* splitmix64: only keeps ids of two processes apart */
    uint64_t z = (e->random_state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (z ^ (z >> 31)) | 1;
}

static struct command *copy_commands(struct engine *e, const struct group *g)
{
    struct command *commands = arena_alloc_array(&e->arena, g->count, sizeof *commands);
    for (size_t i = 0; commands != NULL && i < g->count; i++)
        commands[i] = g->items[i]->command;
    return commands;
}

static bool is_empty(const struct ledger *l)
{
    return l->plan.key_count == 0 && l->plan.source_count == 0 && l->plan.event_count == 0 &&
           l->plan.transaction_count == 0;
}

/* Between store_load and the end of the transaction. */
static enum status decide_and_store(struct engine *e, const struct load_request *req, struct ledger *l,
                                    const struct loaded *loaded)
{
    struct batch_input in = {.commands = req->commands,
                             .command_count = req->command_count,
                             .keys = loaded->keys,
                             .key_count = loaded->key_count,
                             .sources = loaded->sources,
                             .source_count = loaded->source_count};
    ledger_start(l, loaded->db_now_us, next_random(e), e->sequence);
    enum status s = batch_decide(l, &in, loaded->db_now_us, e->answers);
    e->sequence = l->ids.sequence;
    if (s != STATUS_OK)
        return s;
    if (is_empty(l) && !req->resolve) /* replays and refusals that are not stored: nothing to COMMIT */
        return store_rollback(&e->store) ? STATUS_OK : STATUS_RETRY;
    int64_t start_us = clock_monotonic_us();
    s = store_save(&e->store, l, loaded->db_now_us);
    metric_observe_us(ledger_metrics.commit_seconds, clock_monotonic_us() - start_us);
    return s;
}

/* One try of the whole transaction; e->answers has a row per command on STATUS_OK. Leaves no transaction
 * open. */
static enum status attempt(struct engine *e, const struct group *g)
{
    enum status s = engine_connect(e);
    if (s != STATUS_OK)
        return STATUS_UNAVAILABLE;
    arena_reset(&e->arena);
    struct needs needs = {0};
    struct ledger l;
    struct loaded loaded;
    struct command *commands = copy_commands(e, g);
    e->answers = arena_alloc_array(&e->arena, g->count, sizeof *e->answers);
    if (commands == NULL || e->answers == NULL)
        return STATUS_FULL;
    batch_needs(commands, g->count, &needs, &e->arena);
    ledger_init(&l, &e->arena, needs.account_count);
    if (needs.out_of_memory || l.out_of_memory)
        return STATUS_FULL;
    struct load_request req = {
        .commands = commands, .command_count = g->count, .needs = &needs, .resolve = g->maybe_committed};
    s = store_load(&e->store, &req, &l, &loaded);
    if (s == STATUS_OK)
        s = decide_and_store(e, &req, &l, &loaded);
    if (s == STATUS_OK)
        return s;
    if (s != STATUS_FULL)
        ledger_metrics_count_retry(db_sqlstate(e->store.db));
    log_event(LOG_WARN, "batch_failed", log_str("status", status_name(s)), log_int("commands", g->count),
              log_str("sqlstate", db_sqlstate(e->store.db)), log_str("error", db_error(e->store.db)));
    if (s == STATUS_UNKNOWN || !store_rollback(&e->store))
        disconnect(e);
    return s;
}

static void send_answers(struct engine *e, struct inbox *in, const struct group *g)
{
    for (size_t i = 0; i < g->count; i++) {
        const struct answer *a = &e->answers[i];
        inbox_answer(in, g->items[i], a);
        ledger_metrics_count(g->items[i]->command.type, a->outcome);
        if (a->replayed)
            metric_add(ledger_metrics.replays, 1);
    }
    inbox_flush(in);
}

/* Commands whose sender is about to give up leave the group. If nothing can have been done they are told so;
   else silence is the honest answer, and the sender's retry with the same key finds the truth. */
static void drop_expired(struct inbox *in, struct group *g)
{
    int64_t now = clock_unix_us();
    size_t kept = 0;
    for (size_t i = 0; i < g->count; i++) {
        if (now < g->items[i]->command.deadline_us - ANSWER_MARGIN_US)
            g->items[kept++] = g->items[i];
        else if (!g->maybe_committed)
            inbox_answer_problem(in, g->items[i], OUTCOME_unavailable);
    }
    if (kept < g->count)
        inbox_flush(in);
    g->count = kept;
}

static void back_off(struct engine *e, int tries)
{
    int64_t ms = tries < 7 ? BACKOFF_FIRST_MS << tries : BACKOFF_MAX_MS;
    ms = ms / 2 + (int64_t)(next_random(e) % (uint64_t)(ms / 2 + 1));
    struct timespec pause = {.tv_nsec = ms * 1000000};
    while (nanosleep(&pause, &pause) != 0)
        ;
}

static bool is_poisoned(const struct engine *e, const struct command *c)
{
    int64_t now = clock_monotonic_us();
    for (size_t i = 0; i < ENGINE_POISONED_MAX; i++)
        if (e->poisoned[i].until_us > now && uuid_compare(&e->poisoned[i].key_digest, &c->key_digest) == 0)
            return true;
    return false;
}

static void failed_alone(struct engine *e, struct inbox *in, const struct group *g)
{
    const struct command *c = &g->items[0]->command;
    struct poisoned *p = &e->poisoned[e->poisoned_next++ % ENGINE_POISONED_MAX];
    *p = (struct poisoned){.key_digest = c->key_digest, .until_us = clock_monotonic_us() + POISONED_FOR_US};
    char id[TYPEID_TEXT_SIZE];
    typeid_format("cmd", &c->envelope.id, id);
    log_event(LOG_ERROR, "command_failed", log_str("command", c->type->name), log_str("command_id", id));
    metric_add(ledger_metrics.poisonous, 1);
    if (!g->maybe_committed)
        inbox_answer_problem(in, g->items[0], OUTCOME_internal_error);
    inbox_flush(in);
}

/* Repeats while that can help. STATUS_OK: answered (or everybody's deadline passed). Else it fails by itself.
 */
static enum status run_to_end(struct engine *e, struct inbox *in, struct group *g)
{
    for (int tries = 0; g->count > 0; tries++) {
        enum status s = attempt(e, g);
        switch (s) {
        case STATUS_OK:
            send_answers(e, in, g);
            return STATUS_OK;
        case STATUS_UNKNOWN:
            g->maybe_committed = true;
            metric_add(ledger_metrics.unknown_commits, 1);
            break;
        case STATUS_RETRY:
        case STATUS_TIMEOUT:
        case STATUS_UNAVAILABLE:
            break;
        case STATUS_INVALID:
        case STATUS_NOT_FOUND:
        case STATUS_FULL:
        case STATUS_NO_MEMORY:
        case STATUS_FAILED:
            return s;
        }
        drop_expired(in, g);
        if (g->count > 0)
            back_off(e, tries);
    }
    return STATUS_OK;
}

/* The recursion is at most log2(INBOX_COMMANDS_MAX) deep. */
static void run_group(struct engine *e, struct inbox *in, struct group *g)
{
    if (run_to_end(e, in, g) == STATUS_OK)
        return;
    if (g->count == 1) {
        failed_alone(e, in, g);
        return;
    }
    metric_add(ledger_metrics.bisections, 1);
    struct group half = {.count = g->count / 2, .maybe_committed = g->maybe_committed};
    memcpy(half.items, g->items, half.count * sizeof *half.items);
    run_group(e, in, &half);
    half = (struct group){.count = g->count - g->count / 2, .maybe_committed = g->maybe_committed};
    memcpy(half.items, g->items + g->count / 2, half.count * sizeof *half.items);
    run_group(e, in, &half);
}

void engine_run(struct engine *e, struct inbox *in)
{
    int64_t start_us = clock_monotonic_us();
    struct group together = {0}, suspects = {0};
    metric_observe(ledger_metrics.batch_commands, (int64_t)in->count);
    for (size_t i = 0; i < in->count; i++) {
        struct group *g = is_poisoned(e, &in->items[i].command) ? &suspects : &together;
        g->items[g->count++] = &in->items[i];
    }
    run_group(e, in, &together);
    for (size_t i = 0; i < suspects.count; i++) {
        struct group alone = {.items = {suspects.items[i]}, .count = 1};
        run_group(e, in, &alone);
    }
    metric_observe_us(ledger_metrics.batch_seconds, clock_monotonic_us() - start_us);
}
