/* expiry.c - see expiry.h. Each due hold becomes a command, hold.expire, and goes through the same
   transaction as commands from the bus: the same locks, rules, rows and events. What cannot be expired keeps
   nobody waiting: it is passed over and tried again in rounds, a batch of them beside one of the others. */
#include "ledger-svc/edge/expiry.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "ledger-svc/edge/attempt.h"
#include "ledger-svc/edge/ledger_metrics.h"
#include "ledger-svc/store/due_holds.h"
#include "shared/core/clock.h"
#include "shared/core/typeid.h"
#include "shared/io/log.h"
#include "shared/io/service.h"

#define TICK_MS        250
#define HOLDS_MAX      256 /* of a batch */
#define ROUND_MS       10000
#define COUNT_MS       10000
#define COMMANDS_BYTES ((size_t)1 << 20)

struct expiry {
    pthread_t thread;
    struct attempt attempt;
    bool leads;         /* this process does it, as long as the connection lives */
    struct arena arena; /* of the commands in hand */
    size_t count;
    json_t *data[HOLDS_MAX];
    struct command commands[HOLDS_MAX];
    struct due_hold due[HOLDS_MAX];
    size_t passed;         /* how many of them, up to the last one that failed */
    struct due_hold front; /* what failed is before it; {0}: nothing has */
    struct due_hold round; /* how far what failed has been tried again */
    bool round_failed;     /* some of it failed again */
    int64_t next_round_ms;
    int64_t next_count_ms; /* when it is told again how many are open */
};

static bool is_at_start(const struct due_hold *place)
{
    return place->expires_us == 0 && uuid_is_zero(&place->id);
}

static bool make_command(struct expiry *e, const struct uuid *hold, struct command *ret_command)
{
    char id[TYPEID_TEXT_SIZE];
    typeid_format("hold", hold, id);
    json_t *data = json_pack("{s:s}", "hold", id);
    if (data == NULL)
        return false;
    e->data[e->count++] = data;
    uint64_t random = attempt_random(&e->attempt);
    int64_t now_us = clock_unix_us();
    struct command c = {.type = command_type_find(STR_LIT("hold.expire")),
                        .deadline_us = INT64_MAX, /* nobody waits; this machine's clock may be wrong */
                        .envelope = {.id = uuid7_make(now_us, (uint32_t)random, (uint32_t)(random >> 32)),
                                     .owner = STR_LIT("system"),
                                     .actor = STR_LIT("ledger-svc"),
                                     .staff = true,
                                     .data = data}};
    c.key_digest = digest_key(c.envelope.owner, c.envelope.key, &c.envelope.id);
    c.data = c.type->decode(&c.envelope, &e->arena);
    *ret_command = c;
    return c.data != NULL;
}

static void release_commands(struct expiry *e)
{
    for (size_t i = 0; i < e->count; i++)
        json_decref_ptr(&e->data[i]);
    e->count = 0;
    arena_reset(&e->arena);
}

static void note_failure(struct expiry *e, size_t i, const char *reason)
{
    e->passed = i + 1;
    log_event(LOG_ERROR, "hold_not_expired",
              log_str("hold", json_string_value(json_object_get(e->data[i], "hold"))),
              log_str("status", reason));
}

static enum status run(struct expiry *e, size_t first, size_t count)
{
    const struct answer *answers = NULL;
    enum status s = attempt_run(&e->attempt, &e->commands[first], count, &answers);
    for (size_t i = 0; s == STATUS_OK && i < count; i++) {
        ledger_metrics_count(e->commands[first + i].type, answers[i].outcome);
        if (answers[i].outcome != OUTCOME_ok)
            note_failure(e, first + i, outcome_code(answers[i].outcome));
    }
    return s;
}

/* Together, or one by one when they fail together. Ends with the connection, since leadership does; the rest
   is due at the next tick, too. True: each was tried. */
static bool run_commands(struct expiry *e)
{
    enum status s = run(e, 0, e->count);
    if (s != STATUS_FAILED && s != STATUS_FULL && s != STATUS_INVALID)
        return s == STATUS_OK;
    for (size_t i = 0; i < e->count && e->attempt.store.db != NULL; i++) {
        s = run(e, i, 1);
        if (s != STATUS_OK)
            note_failure(e, i, status_name(s));
    }
    return e->attempt.store.db != NULL;
}

/* Nobody waits for an answer here: what went wrong is seen in the log or not at all. */
static void give_up_connection(struct expiry *e, const char *what)
{
    const struct db *db = e->attempt.store.db;
    log_event(LOG_WARN, "expiry_failed", log_str("at", what), log_str("sqlstate", db_sqlstate(db)),
              log_str("error", db_error(db)));
    attempt_disconnect(&e->attempt);
}

/* Expires what is due behind a place, up to a batch, and moves the place behind what failed; true if more may
   be waiting there. */
static bool expire_behind(struct expiry *e, struct due_hold *place)
{
    size_t found = 0;
    e->passed = 0;
    if (store_list_due_holds(e->attempt.store.db, place, HOLDS_MAX, e->due, &found) != STATUS_OK) {
        give_up_connection(e, "list_due_holds");
        return false;
    }
    bool complete = true;
    for (size_t i = 0; i < found && complete; i++)
        complete = make_command(e, &e->due[i].id, &e->commands[i]);
    if (complete && found > 0)
        complete = run_commands(e);
    if (complete && e->passed > 0)
        *place = e->due[e->passed - 1];
    release_commands(e);
    return complete && found == HOLDS_MAX;
}

static void end_round(struct expiry *e)
{
    if (!e->round_failed)
        e->front = (struct due_hold){0};
    e->round = (struct due_hold){0};
    e->round_failed = false;
    e->next_round_ms = clock_monotonic_ms() + ROUND_MS;
}

static bool expire_again(struct expiry *e)
{
    bool more = expire_behind(e, &e->round);
    e->round_failed = e->round_failed || e->passed > 0;
    if (!more)
        end_round(e);
    return more;
}

/* A batch of what is due and, when it is time, one of what failed before; true if more may be waiting. */
static bool expire_some(struct expiry *e)
{
    bool is_first = is_at_start(&e->front), more = expire_behind(e, &e->front);
    if (is_first)
        e->next_round_ms = clock_monotonic_ms() + ROUND_MS;
    if (e->attempt.store.db != NULL && clock_monotonic_ms() >= e->next_round_ms)
        more = expire_again(e) || more;
    return more;
}

static void tell_open(struct expiry *e)
{
    int64_t open = 0, overdue_s = 0;
    if (clock_monotonic_ms() < e->next_count_ms)
        return;
    e->next_count_ms = clock_monotonic_ms() + COUNT_MS;
    if (store_count_open_holds(e->attempt.store.db, &open, &overdue_s) != STATUS_OK) {
        give_up_connection(e, "count_open_holds");
        return;
    }
    metric_set(ledger_metrics.holds_open, open);
    metric_set(ledger_metrics.holds_overdue_seconds, overdue_s);
}

/* Who does not lead does not know how many are open. */
static void set_leads(struct expiry *e, bool leads)
{
    if (leads && !e->leads) {
        log_event(LOG_INFO, "expiry_lead_taken");
        e->front = e->round = (struct due_hold){0};
    }
    if (!leads) {
        metric_set(ledger_metrics.holds_open, 0);
        metric_set(ledger_metrics.holds_overdue_seconds, 0);
    }
    e->leads = leads;
    metric_set(ledger_metrics.expiry_leads, leads);
}

/* Leadership is the session's: it is gone with the connection. */
static bool is_leading(struct expiry *e)
{
    if (e->attempt.store.db == NULL)
        set_leads(e, false);
    if (attempt_connect(&e->attempt) != STATUS_OK)
        return false;
    bool is_mine = e->leads;
    if (!is_mine && store_take_lead(e->attempt.store.db, STORE_JOB_EXPIRY, &is_mine) != STATUS_OK) {
        give_up_connection(e, "take_lead");
        return false;
    }
    set_leads(e, is_mine);
    return is_mine;
}

static void *expiry_main(void *context)
{
    struct expiry *e = context;
    while (!service_is_stopping()) {
        bool more = is_leading(e) && expire_some(e);
        if (e->attempt.store.db != NULL && e->leads)
            tell_open(e);
        struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
        if (!more)
            (void)nanosleep(&tick, NULL);
    }
    return NULL;
}

static void expiry_free(struct expiry *e)
{
    attempt_close(&e->attempt);
    arena_free(&e->arena);
    free(e);
}

enum status expiry_start(const struct ledger_config *config, struct expiry **ret_expiry)
{
    struct expiry *e = calloc(1, sizeof *e);
    if (e == NULL)
        return STATUS_NO_MEMORY;
    arena_init(&e->arena, COMMANDS_BYTES);
    enum status s = attempt_open(&e->attempt, config->database_url, config->key_retention_hours);
    if (s == STATUS_OK && pthread_create(&e->thread, NULL, expiry_main, e) != 0)
        s = STATUS_FAILED;
    if (s != STATUS_OK) {
        expiry_free(e);
        return s;
    }
    *ret_expiry = e;
    return STATUS_OK;
}

void expiry_join(struct expiry *e)
{
    if (e == NULL)
        return;
    (void)pthread_join(e->thread, NULL);
    expiry_free(e);
}
