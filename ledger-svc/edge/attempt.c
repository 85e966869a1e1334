/* attempt.c - see attempt.h. */
#include "ledger-svc/edge/attempt.h"

#include <sodium.h>
#include <string.h>

#include "ledger-svc/edge/ledger_metrics.h"
#include "ledger-svc/edge/money_metrics.h"
#include "ledger-svc/store/locked_rows.h"
#include "ledger-svc/store/save.h"
#include "ledger-svc/store/session.h"
#include "shared/core/clock.h"
#include "shared/io/log.h"

#define ATTEMPT_ARENA_MAX  (64 << 20)
#define ATTEMPT_PARAMS_MAX (32 << 20)
#define HOURS_PER_DAY      24
#define LOOK_FOR_US        INT64_C(5000000)  /* after a row was waited for in vain */
#define LOG_EVERY_US       INT64_C(10000000) /* while rows stay locked */

enum status attempt_open(struct attempt *at, const char *database_url, int64_t key_retention_hours)
{
    *at = (struct attempt){.options = store_session_options(database_url)};
    arena_init(&at->arena, ATTEMPT_ARENA_MAX);
    db_params_init(&at->store.params, ATTEMPT_PARAMS_MAX);
    at->store.key_window_days = (key_retention_hours + HOURS_PER_DAY - 1) / HOURS_PER_DAY;
    randombytes_buf(&at->random_state, sizeof at->random_state);
    randombytes_buf(&at->sequence, sizeof at->sequence);
    return STATUS_OK;
}

void attempt_disconnect(struct attempt *at)
{
    db_close(at->store.db);
    at->store.db = NULL;
    atomic_store(&at->database_ready, false);
}

void attempt_close(struct attempt *at)
{
    attempt_disconnect(at);
    db_params_free(&at->store.params);
    arena_free(&at->arena);
}

enum status attempt_connect(struct attempt *at)
{
    if (at->store.db != NULL)
        return STATUS_OK;
    enum status s = db_open(&at->options, &at->store.db);
    if (s != STATUS_OK) {
        if (!at->connect_failed) /* once an outage, not once a try */
            log_event(LOG_WARN, "database_connect_failed", log_str("error", db_connect_error()));
        at->connect_failed = true;
        return s;
    }
    char reason[128];
    s = store_check_durability(at->store.db, reason, sizeof reason);
    if (s != STATUS_OK) {
        log_event(LOG_ERROR, "database_not_durable",
                  log_str("setting", s == STATUS_FAILED ? reason : "unreadable"));
        attempt_disconnect(at);
        return STATUS_UNAVAILABLE;
    }
    log_event(LOG_INFO, "database_connected");
    at->connect_failed = false;
    metric_add(ledger_metrics.database_connects, 1);
    atomic_store(&at->database_ready, true);
    return STATUS_OK;
}

static enum status end_stalled(struct attempt *at)
{
    int64_t ended = 0;
    enum status s = store_end_stalled(at->store.db, &ended);
    if (s == STATUS_OK && ended > 0) {
        log_event(LOG_WARN, "stalled_sessions_ended", log_int("sessions", ended));
        metric_add(ledger_metrics.stalled_sessions, ended);
    }
    return s;
}

void attempt_idle(struct attempt *at)
{
    if (attempt_connect(at) == STATUS_OK && end_stalled(at) != STATUS_OK)
        attempt_disconnect(at);
}

uint64_t attempt_random(struct attempt *at)
{
    /* splitmix64: only keeps ids of two processes apart */
    uint64_t z = (at->random_state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (z ^ (z >> 31)) | 1;
}

static void tell_locked(struct attempt *at)
{
    int64_t now_us = clock_monotonic_us();
    at->look_until_us = now_us + LOOK_FOR_US;
    if (at->locked_logged_us != 0 && now_us - at->locked_logged_us < LOG_EVERY_US)
        return;
    at->locked_logged_us = now_us;
    log_event(LOG_WARN, "rows_locked_by_others", log_int("rows", at->locked.count));
}

/* Of what was decided to be changed; a command that was done before changes nothing. Only after a row was
   waited for in vain: otherwise nobody outside ledger-svc locks any, and looking costs a round trip. */
static enum status look_for_locked(struct attempt *at, const struct ledger *l)
{
    if (clock_monotonic_us() >= at->look_until_us)
        return STATUS_OK;
    enum status s = store_find_locked(&at->store, l, &at->locked);
    if (s != STATUS_OK || at->locked.count == 0)
        return s;
    tell_locked(at);
    return STATUS_FULL;
}

/* Between store_load and the end of the transaction. */
static enum status decide_and_store(struct attempt *at, const struct load_request *req, struct ledger *l,
                                    const struct loaded *loaded, struct answer *answers)
{
    struct batch_input in = {.commands = req->commands,
                             .command_count = req->command_count,
                             .keys = loaded->keys,
                             .key_count = loaded->key_count,
                             .sources = loaded->sources,
                             .source_count = loaded->source_count};
    ledger_start(l, loaded->db_now_us, attempt_random(at), at->sequence);
    enum status s = batch_decide(l, &in, loaded->db_now_us, answers);
    at->sequence = l->ids.sequence;
    if (s == STATUS_OK)
        s = look_for_locked(at, l);
    if (s != STATUS_OK)
        return s;
    int64_t start_us = clock_monotonic_us();
    s = store_save(&at->store, l, loaded->db_now_us);
    metric_observe_us(ledger_metrics.commit_seconds, clock_monotonic_us() - start_us);
    if (s == STATUS_OK) {
        money_metrics_count(l);
        contention_metrics_count(l, loaded->locks_took_us);
    }
    return s;
}

/* lock_timeout or statement_timeout: perhaps it waited for somebody who stopped. */
static bool ran_out_of_time(const struct attempt *at)
{
    const char *sqlstate = db_sqlstate(at->store.db);
    return strcmp(sqlstate, "55P03") == 0 || strcmp(sqlstate, "57014") == 0;
}

/* Begins with BEGIN, ends with COMMIT or with whatever went wrong. */
static enum status run_transaction(struct attempt *at, const struct load_request *req, struct answer *answers)
{
    struct ledger l;
    struct loaded loaded;
    ledger_init(&l, &at->arena, req->needs->accounts.count);
    if (l.out_of_memory)
        return STATUS_FULL;
    enum status s = store_load(&at->store, req, &l, &loaded);
    if (s != STATUS_OK)
        return s;
    s = decide_and_store(at, req, &l, &loaded, answers);
    if (s != STATUS_OK && ran_out_of_time(at)) /* behind its advisory locks, so not for ledger-svc */
        at->look_until_us = clock_monotonic_us() + LOOK_FOR_US;
    return s;
}

static bool has_any(const struct id_list *wanted, const struct id_list *locked)
{
    for (size_t i = 0; i < wanted->count; i++)
        for (size_t k = 0; k < locked->count; k++)
            if (uuid_compare(&wanted->ids[i], &locked->ids[k]) == 0)
                return true;
    return false;
}

bool attempt_is_locked_out(struct attempt *at, size_t index)
{
    const struct command *c = &at->commands[index];
    struct needs needs = {0};
    if (at->locked.count == 0 || at->answers[index].replayed)
        return false;
    if (at->count == 1)
        return true;
    c->type->needs(c, &needs, &at->arena);
    return has_any(&needs.accounts, &at->locked) || has_any(&needs.holds, &at->locked) ||
           has_any(&needs.originals, &at->locked) || has_any(&needs.endpoints, &at->locked);
}

enum status attempt_run(struct attempt *at, const struct command *commands, size_t count,
                        const struct answer **ret_answers)
{
    if (attempt_connect(at) != STATUS_OK)
        return STATUS_UNAVAILABLE;
    arena_reset(&at->arena);
    at->locked = (struct id_list){0};
    struct needs needs = {0};
    struct answer *answers = arena_alloc_array(&at->arena, count, sizeof *answers);
    batch_needs(commands, count, &needs, &at->arena);
    if (answers == NULL || needs.out_of_memory)
        return STATUS_FULL;
    at->commands = commands;
    at->count = count;
    at->answers = answers;
    struct load_request req = {.commands = commands, .command_count = count, .needs = &needs};
    enum status s = run_transaction(at, &req, answers);
    if (s == STATUS_OK) {
        *ret_answers = answers;
        return STATUS_OK;
    }
    if (s != STATUS_FULL)
        ledger_metrics_count_retry(db_sqlstate(at->store.db));
    if (at->locked.count == 0)
        log_event(LOG_WARN, "batch_failed", log_str("status", status_name(s)), log_int("commands", count),
                  log_str("sqlstate", db_sqlstate(at->store.db)), log_str("error", db_error(at->store.db)));
    bool look_for_stalled = ran_out_of_time(at); /* the rollback forgets why */
    if (s == STATUS_UNKNOWN || !store_rollback(&at->store) ||
        (look_for_stalled && end_stalled(at) != STATUS_OK))
        attempt_disconnect(at);
    return s;
}
