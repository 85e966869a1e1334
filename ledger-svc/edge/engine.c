/* engine.c - see engine.h. */
#include "ledger-svc/edge/engine.h"

#include <assert.h>
#include <string.h>
#include <time.h>

#include "ledger-svc/edge/ledger_metrics.h"
#include "shared/core/clock.h"
#include "shared/core/typeid.h"
#include "shared/io/log.h"

/* A few answers must not wait for the client library's flusher, which comes up to 1 ms late. For many, the
   worker does not wait for the server's PONG; that this helps could not be shown (docs/PERFORMANCE.md). */
#define FLUSH_AT_ONCE_MAX 8
#define POISONED_FOR_US   INT64_C(60000000)
#define ANSWER_MARGIN_US  INT64_C(200000) /* a refusal must reach the sender before it gives up */
#define BACKOFF_FIRST_MS  2
#define BACKOFF_MAX_MS    200

/* Some of the inbox's items, on the way together. */
struct group {
    struct inbox_item *items[INBOX_COMMANDS_MAX];
    size_t count;
    bool maybe_committed; /* a COMMIT of these was sent and its answer lost */
};

/* The commands of a group side by side, as attempt_run wants them. */
static const struct command *gather(struct engine *e, const struct group *g)
{
    for (size_t i = 0; i < g->count; i++)
        e->commands[i] = g->items[i]->command;
    return e->commands;
}

/* The core refused: what the command is about is not as commands and walls keep it. */
static void note_broken_books(const struct command *c)
{
    char id[TYPEID_TEXT_SIZE];
    typeid_format("cmd", &c->envelope.id, id);
    log_event(LOG_ERROR, "books_broken", log_str("command", c->type->name), log_str("command_id", id));
    metric_add(ledger_metrics.books_broken, 1);
}

static void send_answer(struct inbox *in, const struct inbox_item *item, const struct answer *a)
{
    inbox_answer(in, item, a);
    ledger_metrics_count(item->command.type, a->outcome);
    if (a->outcome == OUTCOME_internal_error)
        note_broken_books(&item->command);
    if (a->replayed)
        metric_add(item->command.type->own_key == NULL ? ledger_metrics.replays
                                                       : ledger_metrics.webhook_duplicates,
                   1);
}

/* A batch is answered when its last slice is; false before. */
static bool send_answer_of_slice(struct inbox *in, const struct inbox_item *item, const struct answer *a)
{
    struct answer whole;
    if (!slices_take(item->slices, a, &whole))
        return false;
    if (whole.body.len > 0)
        send_answer(in, item, &whole);
    else
        inbox_answer_problem(in, item, whole.outcome);
    return true;
}

static void send_answers(struct inbox *in, const struct group *g, const struct answer *answers)
{
    size_t sent = 0;
    for (size_t i = 0; i < g->count; i++) {
        if (g->items[i]->slices != NULL) {
            sent += send_answer_of_slice(in, g->items[i], &answers[i]);
            continue;
        }
        send_answer(in, g->items[i], &answers[i]);
        sent++;
    }
    if (sent > 0 && sent <= FLUSH_AT_ONCE_MAX)
        inbox_flush(in);
}

/* Nothing more is tried. If nothing can have been done the sender is told so; else silence is the honest
   answer, and its retry with the same key finds the truth. */
static void give_up(struct inbox *in, const struct group *g, const struct inbox_item *item, enum outcome why)
{
    enum outcome told = item->slices == NULL ? why : slices_give_up(item->slices, why);
    if (!g->maybe_committed)
        inbox_answer_problem(in, item, told);
}

/* Commands whose sender is about to give up leave the group. */
static void drop_expired(struct inbox *in, struct group *g)
{
    int64_t now = clock_unix_us();
    size_t kept = 0;
    for (size_t i = 0; i < g->count; i++) {
        if (now < g->items[i]->command.deadline_us - ANSWER_MARGIN_US)
            g->items[kept++] = g->items[i];
        else
            give_up(in, g, g->items[i], OUTCOME_unavailable);
    }
    if (kept < g->count)
        inbox_flush(in);
    g->count = kept;
}

/* Commands of the last try whose rows are locked by somebody outside ledger-svc leave the group, so that
   the others need not wait. False: nobody left. */
static bool drop_locked_out(struct engine *e, struct inbox *in, struct group *g)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->count; i++) {
        if (!attempt_is_locked_out(&e->attempt, i))
            g->items[kept++] = g->items[i];
        else
            give_up(in, g, g->items[i], OUTCOME_busy);
    }
    bool dropped = kept < g->count;
    if (dropped)
        inbox_flush(in);
    g->count = kept;
    return dropped;
}

static void back_off(struct engine *e, int tries)
{
    int64_t ms = tries < 7 ? BACKOFF_FIRST_MS << tries : BACKOFF_MAX_MS;
    ms = ms / 2 + (int64_t)(attempt_random(&e->attempt) % (uint64_t)(ms / 2 + 1));
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
    give_up(in, g, g->items[0], OUTCOME_internal_error);
    inbox_flush(in);
}

/* Repeats while that can help. STATUS_OK: answered (or everybody's deadline passed). Else it fails by itself.
 */
static enum status run_to_end(struct engine *e, struct inbox *in, struct group *g)
{
    for (int tries = 0; g->count > 0; tries++) {
        const struct answer *answers = NULL;
        enum status s = attempt_run(&e->attempt, gather(e, g), g->count, &answers);
        switch (s) {
        case STATUS_OK:
            send_answers(in, g, answers);
            return STATUS_OK;
        case STATUS_UNKNOWN:
            g->maybe_committed = true;
            metric_add(ledger_metrics.unknown_commits, 1);
            break;
        case STATUS_RETRY:
        case STATUS_TIMEOUT:
        case STATUS_UNAVAILABLE:
            break;
        case STATUS_FULL:
            if (drop_locked_out(e, in, g))
                continue;
            return s;
        case STATUS_INVALID:
        case STATUS_NOT_FOUND:
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

void engine_run_some(struct engine *e, struct inbox *in, struct inbox_item *const *items, size_t count)
{
    int64_t start_us = clock_monotonic_us();
    struct group together = {0}, suspects = {0};
    metric_observe(ledger_metrics.batch_commands, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        struct group *g = is_poisoned(e, &items[i]->command) ? &suspects : &together;
        g->items[g->count++] = items[i];
    }
    run_group(e, in, &together);
    for (size_t i = 0; i < suspects.count; i++) {
        struct group alone = {.items = {suspects.items[i]}, .count = 1};
        run_group(e, in, &alone);
    }
    metric_observe_us(ledger_metrics.batch_seconds, clock_monotonic_us() - start_us);
    if (atomic_load(&e->attempt.database_ready))
        heartbeat_until(e->heartbeat, start_us);
}

void engine_run(struct engine *e, struct inbox *in)
{
    struct inbox_item *items[INBOX_COMMANDS_MAX];
    for (size_t i = 0; i < in->count; i++)
        items[i] = &in->items[i];
    engine_run_some(e, in, items, in->count);
}
