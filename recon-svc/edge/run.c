/* run.c - see run.h. */
#include "recon-svc/edge/run.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

#include "recon-svc/domain/summary.h"
#include "recon-svc/edge/recon_metrics.h"
#include "recon-svc/store/anomaly_rows.h"
#include "shared/core/clock.h"
#include "shared/core/typeid.h"
#include "shared/io/log.h"
#include "shared/io/service.h"

#define TELL_US        INT64_C(2000000)
#define STOP_CHECK_US  INT64_C(100000)
#define SETTLE_LOOK_US INT64_C(2000)
#define WOKEN_US       INT64_C(5000000) /* between two that are wanted at once */
#define NOTED_MAX      ((size_t)1 << 17)
#define ACCOUNTS_MAX   ((size_t)1 << 20) /* far more than are gathered: one block may have a million */

bool run_rest(int64_t us)
{
    for (int64_t end_us = clock_monotonic_us() + us; !service_is_stopping();) {
        int64_t left_us = end_us - clock_monotonic_us();
        if (left_us <= 0)
            return true;
        struct timespec part = {.tv_nsec = (left_us < STOP_CHECK_US ? left_us : STOP_CHECK_US) * 1000};
        (void)nanosleep(&part, NULL);
    }
    return false;
}

static void tell(struct run *r)
{
    int64_t now_us = clock_monotonic_us();
    if (now_us - r->told_us < TELL_US)
        return;
    r->told_us = now_us;
    r->counts.found = (int64_t)r->found.count;
    log_event(LOG_INFO, "run_progress", log_int("events", r->counts.events),
              log_int("entries", r->counts.entries), log_int("accounts", r->counts.accounts),
              log_int("anomalies", r->counts.found));
    if (run_progress(r->store, &r->id, &r->counts) != STATUS_OK)
        log_event(LOG_WARN, "run_progress_not_stored");
}

static void give_turn(struct run *full);

static bool is_turn_due(const struct run *full)
{
    int64_t since_us = clock_monotonic_us() - full->turn_us;
    if (since_us >= full->config->interval_seconds * INT64_C(1000000))
        return true;
    return since_us >= WOKEN_US && full->options.is_wanted != NULL &&
           full->options.is_wanted(full->options.context);
}

bool run_may_go_on(struct run *r, int64_t step_us)
{
    tell(r);
    if (r->options.is_full && !r->is_alone && is_turn_due(r))
        give_turn(r);
    if (r->options.on_step != NULL)
        r->options.on_step(r->options.context, &r->id);
    return run_rest(step_us * (100 - r->config->load_percent) / r->config->load_percent);
}

/* Up to the mark nothing is still to come, or it is not looked at: what is sealed is settled in any case. */
static enum status settle(struct run *r, int64_t above)
{
    bool is_settled = r->mark_seq <= r->from.seq; /* an earlier run found that it is */
    int64_t end_us = clock_monotonic_us() + r->config->settle_seconds * INT64_C(1000000);
    while (!is_settled && clock_monotonic_us() < end_us) {
        enum status s = run_is_settled(r->store, above, &is_settled);
        if (s != STATUS_OK)
            return s;
        if (!is_settled && !run_rest(SETTLE_LOOK_US))
            return STATUS_UNAVAILABLE;
    }
    if (!is_settled) {
        log_event(LOG_WARN, "mark_not_settled", log_int("seq", r->mark_seq));
        r->mark_seq = r->from.seq;
    }
    return STATUS_OK;
}

static enum status begin(struct run *r)
{
    int64_t aborted = 0, above = 0;
    uint32_t random[2];
    randombytes_buf(random, sizeof random);
    r->id = uuid7_make(clock_unix_us(), random[0] >> 2, random[1]);
    const struct run_request request = {.id = r->id,
                                        .mode = r->options.is_full ? "full" : "incremental",
                                        .trigger = r->options.trigger,
                                        .actor = r->options.actor,
                                        .instance = r->config->instance};
    enum status s = r->is_within ? STATUS_OK : run_abort_left(r->store, &aborted);
    if (s == STATUS_OK && aborted > 0)
        log_event(LOG_WARN, "run_found_aborted", log_int("runs", aborted));
    if (s == STATUS_OK && !r->options.is_full)
        s = run_last_place(r->store, &r->from);
    r->to = r->from;
    if (s == STATUS_OK)
        s = run_insert(r->store, &request, r->from.seq, &r->mark_seq, &above);
    r->newest_seq = r->mark_seq;
    if (s == STATUS_OK)
        s = settle(r, above);
    return s == STATUS_OK ? run_clock(r->store, &r->now_us) : s;
}

enum status run_check_transaction(struct run *r)
{
    enum status s = STATUS_OK;
    if (transaction_latest_us(&r->facts) > r->clock_us)
        s = run_clock(r->store, &r->clock_us);
    if (s == STATUS_OK)
        transaction_check(&r->facts, r->clock_us, &r->found);
    return s;
}

static enum status look_at_dead_letters(struct run *r)
{
    r->is_alone = true;
    enum status s = run_dead_letters(r);
    r->is_alone = false;
    return s;
}

static enum status look(struct run *r)
{
    enum status s = r->options.is_full ? run_accounts_begin(r) : STATUS_OK;
    if (s == STATUS_OK)
        s = run_pairing_begin(r);
    if (s == STATUS_OK)
        s = run_events(r);
    if (s == STATUS_OK)
        s = run_pairing_end(r);
    if (s == STATUS_OK)
        s = run_objects(r);
    if (s == STATUS_OK)
        s = look_at_dead_letters(r);
    return s == STATUS_OK ? run_accounts(r) : s;
}

/* Its mark did not settle, and what is sealed does not go that far. */
static bool is_partial(const struct run *r)
{
    return r->to.seq < r->newest_seq;
}

/* Where the next run begins: what it let through may have come further. */
static const struct run_place *reached(const struct run *r)
{
    return r->turn_place.seq > r->to.seq ? &r->turn_place : &r->to;
}

static enum status complete(struct run *r)
{
    int64_t counts[CHECK_COUNT];
    CLEANUP(buf_free) struct buf summary = {0};
    buf_init(&summary, SUMMARY_MAX);
    enum status s = anomaly_rows_count(r->store, counts);
    if (s != STATUS_OK)
        return s;
    summary_write(counts, &summary);
    const struct run_end_row end = {.place = *reached(r),
                                    .counts = r->counts,
                                    .is_truncated = r->found.is_truncated,
                                    .is_partial = is_partial(r),
                                    .summary = {summary.data, summary.len}};
    return run_complete(r->store, &r->id, &end);
}

/* Of which checks is all known that is wrong now: what was open and is not among it is gone. */
static void find_looked(const struct run *r, bool ret_looked[CHECK_COUNT])
{
    const bool is_looked_for[SCOPE_COUNT] = {
        [SCOPE_EACH] = true, [SCOPE_FULL_ONLY] = r->options.is_full, [SCOPE_IN_STREAM] = !r->is_dlq_unread};
    for (int c = 0; c < CHECK_COUNT; c++)
        ret_looked[c] = is_looked_for[check_row((enum check)c)->scope] && !r->found.is_cut[c];
}

static enum status finish(struct run *r)
{
    bool looked[CHECK_COUNT];
    int64_t resolved = 0;
    find_looked(r, looked);
    r->counts.found = (int64_t)r->found.count;
    enum status s =
        r->found.out_of_memory ? STATUS_NO_MEMORY : anomaly_rows_save(r->store, &r->id, &r->found);
    if (s == STATUS_OK)
        s = anomaly_rows_resolve_gone(r->store, &r->id, looked, &resolved);
    if (s == STATUS_OK)
        s = complete(r);
    if (resolved > 0)
        log_event(LOG_INFO, "anomalies_gone", log_int("anomalies", resolved));
    return s;
}

/* Each at its first sight only would need the rows; a line for each check is enough to look further. */
static void tell_found(const struct run *r)
{
    for (int c = 0; c < CHECK_COUNT; c++)
        if (r->found.found[c] > 0)
            log_event(LOG_ERROR, "anomalies_found", log_str("code", check_row((enum check)c)->code),
                      log_int("anomalies", r->found.found[c]), log_str("trace_id", r->options.trace_id));
}

static enum run_end give_up(struct run *r, enum status status)
{
    bool is_stopping = service_is_stopping();
    char why[256];
    (void)snprintf(why, sizeof why, "%s", is_stopping ? "recon-svc was stopped" : db_error(r->store->db));
    log_event(is_stopping ? LOG_INFO : LOG_ERROR, "run_failed", log_str("status", status_name(status)),
              log_str("sqlstate", db_sqlstate(r->store->db)), log_str("error", why),
              log_str("trace_id", r->options.trace_id));
    if (db_exec(r->store->db, "rollback") == STATUS_OK && run_fail(r->store, &r->id, why) != STATUS_OK)
        log_event(LOG_WARN, "run_end_not_stored");
    return is_stopping ? RUN_STOPPED : RUN_FAILED;
}

static enum run_end run_behind_lock(struct run *r, struct run_result *ret)
{
    char id[TYPEID_TEXT_SIZE];
    int64_t start_ms = clock_monotonic_ms();
    enum status s = begin(r);
    if (s == STATUS_OK)
        s = look(r);
    if (s == STATUS_OK)
        s = finish(r);
    ret->id = r->id;
    ret->counts = r->counts;
    ret->seq = reached(r)->seq;
    ret->took_ms = clock_monotonic_ms() - start_ms;
    memcpy(ret->found, r->found.found, sizeof ret->found);
    if (s != STATUS_OK)
        return give_up(r, s);
    tell_found(r);
    typeid_format("run", &r->id, id);
    log_event(LOG_INFO, is_partial(r) ? "run_partial" : "run_completed", log_str("run", id),
              log_str("mode", r->options.is_full ? "full" : "incremental"),
              log_int("events", r->counts.events), log_int("entries", r->counts.entries),
              log_int("accounts", r->counts.accounts), log_int("anomalies", r->counts.found),
              log_int("took_ms", ret->took_ms), log_int("seq", r->to.seq),
              log_str("trace_id", r->options.trace_id));
    return is_partial(r) ? RUN_PARTIAL : RUN_COMPLETED;
}

static void free_run(struct run *r)
{
    anomalies_free(&r->found);
    id_list_free(&r->accounts);
    id_list_free(&r->behind);
    id_list_free(&r->holds);
    id_list_free(&r->originals);
    id_list_free(&r->strays);
    id_list_free(&r->changed);
    pairing_free(&r->pairing);
    account_table_free(&r->proved);
}

static void init_run(struct run *r, const struct run *like, const struct run_options *options)
{
    *r = (struct run){.config = like->config,
                      .store = like->store,
                      .options = *options,
                      .told_us = clock_monotonic_us(),
                      .turn_us = clock_monotonic_us()};
    id_list_init(&r->accounts, ACCOUNTS_MAX);
    id_list_init(&r->behind, NOTED_MAX);
    id_list_init(&r->holds, NOTED_MAX);
    id_list_init(&r->originals, NOTED_MAX);
    id_list_init(&r->strays, ANOMALIES_MAX);
    id_list_init(&r->changed, RUN_IDS_MAX);
}

static void on_step_within(void *context, const struct uuid *run)
{
    const struct run *full = context;
    (void)run;
    if (full->options.on_step != NULL)
        full->options.on_step(full->options.context, &full->id);
}

/* What is new does not wait for the end of a full run: between two steps an incremental one takes its turn,
   behind the same lock. Before the first run was completed all is new, and the full one looks at that. */
static void give_turn(struct run *full)
{
    static struct run r; /* one at a time */
    struct run_result result = {.end = RUN_FAILED};
    struct run_place place = {0};
    const struct run_options options = {.trigger = "schedule",
                                        .actor = "recon-svc",
                                        .trace_id = "",
                                        .bus = full->options.bus,
                                        .on_step = on_step_within,
                                        .context = full};
    full->turn_us = clock_monotonic_us();
    if (run_last_place(full->store, &place) != STATUS_OK || place.seq == 0)
        return;
    init_run(&r, full, &options);
    r.is_within = true;
    result.end = run_behind_lock(&r, &result);
    if (result.end == RUN_COMPLETED || result.end == RUN_PARTIAL)
        full->turn_place = r.to;
    free_run(&r);
    full->turn_us = clock_monotonic_us();
    if (full->options.on_incremental != NULL)
        full->options.on_incremental(full->options.context, &result);
}

static enum run_end run_of_another(struct store *store, struct run_result *ret)
{
    if (run_find_running(store, &ret->id) != STATUS_OK)
        log_event(LOG_WARN, "running_run_not_found");
    return RUN_BUSY;
}

enum run_end run_once(const struct recon_config *config, struct store *store,
                      const struct run_options *options, struct run_result *ret_result)
{
    static struct run r; /* one at a time */
    bool is_mine = false;
    init_run(&r, &(struct run){.config = config, .store = store}, options);
    *ret_result = (struct run_result){.end = RUN_FAILED};
    if (store_connect(store) != STATUS_OK) {
        log_event(LOG_WARN, "database_connect_failed", log_str("error", db_connect_error()));
        return RUN_FAILED;
    }
    metric_add(recon_metrics.database_connects, 1);
    if (run_take(store, &is_mine) != STATUS_OK)
        ret_result->end = RUN_FAILED;
    else if (!is_mine)
        ret_result->end = run_of_another(store, ret_result);
    else if (options->is_due != NULL && !options->is_due(options->context))
        ret_result->end = RUN_BUSY;
    else
        ret_result->end = run_behind_lock(&r, ret_result);
    free_run(&r);
    store_disconnect(store);
    return ret_result->end;
}
