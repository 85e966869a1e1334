/* sealer.c - see sealer.h. A round looks how far events have come and seals what the round before saw, once
   all transactions that could still commit something lower have ended. Which process does it is decided block
   by block, by a lock of the block's own transaction: whoever stops, dies or loses its connection leaves
   nothing behind, and the next block follows the newest one that is there. */
#include "ledger-svc/edge/sealer.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <time.h>

#include "ledger-svc/edge/attempt.h"
#include "ledger-svc/edge/ledger_metrics.h"
#include "ledger-svc/store/blocks.h"
#include "ledger-svc/store/counters.h"
#include "ledger-svc/store/session.h"
#include "shared/chain/chain.h"
#include "shared/core/clock.h"
#include "shared/io/heartbeat.h"
#include "shared/io/log.h"
#include "shared/io/service.h"

#define STOP_CHECK_MS  100
#define LOG_EVERY_US   INT64_C(10000000)
#define ROW_MAX        ((size_t)1 << 20) /* canonical bytes of one row */
#define MARKS_MAX      ((size_t)9 << 20) /* of the largest block: 10,000 events of 100 entries */
#define REST_PER_BLOCK 9 /* times as long as a block took: a backlog takes a tenth of a core at most */
#define HEX_SIZE       (2 * DIGEST_SIZE + 1)
#define PARTITIONS_US  INT64_C(60000000) /* between two looks */
#define DAYS_AHEAD_MIN 7                 /* of 14: the job that makes them has not run for a week */

struct sealer {
    pthread_t thread;
    struct attempt attempt; /* for its connection alone */
    struct heartbeat *heartbeat;
    int64_t block_events, interval_ms;
    struct blocks_mark mark; /* of the round before, on this connection */
    struct buf row, marks;   /* of the block in hand */
    struct block block;
    bool is_sealed;
    int64_t logged_us, partitions_us;
    bool warned;                                 /* that partitions run out */
    int64_t counted_replays, counted_duplicates; /* written so far */
};

/* False when a stop was asked for meanwhile. */
static bool rest_ms(int64_t ms)
{
    int64_t end_ms = clock_monotonic_ms() + ms;
    for (int64_t left = ms; left > 0 && !service_is_stopping(); left = end_ms - clock_monotonic_ms()) {
        struct timespec part = {.tv_nsec = (left < STOP_CHECK_MS ? left : STOP_CHECK_MS) * 1000000L};
        (void)nanosleep(&part, NULL);
    }
    return !service_is_stopping();
}

static void add_row(struct sealer *s, struct block_rows *digests)
{
    struct digest digest;
    block_row_digest((struct str){s->row.data, s->row.len}, &digest);
    block_rows_add(digests, &digest);
    block_mark_add(&s->marks, &digest);
}

static void add_item(struct sealer *s, const struct chain_rows *rows, const struct chain_item *item,
                     struct block_rows *digests)
{
    bool is_posting = item->transaction >= 0 && item->entry_count > 0;
    block_mark_open(&s->marks, item->seq, is_posting ? (unsigned)item->entry_count : 0);
    chain_write_event(rows, item->event, &s->row);
    add_row(s, digests);
    s->block.event_count++;
    s->block.last_seq = item->seq;
    if (!is_posting)
        return;
    chain_write_transaction(rows, item->transaction, &s->row);
    add_row(s, digests);
    s->block.transaction_count++;
    for (int i = 0; i < item->entry_count; i++) {
        chain_write_entry(rows, item->first_entry + i, &s->row);
        add_row(s, digests);
        s->block.entry_count++;
    }
}

/* Rows up to the block's end or the mark, a part at a time. */
static enum status add_rows(struct sealer *s, struct block_rows *digests)
{
    const struct chain_reader reader = blocks_reader(s->attempt.store.db);
    while (s->block.event_count < s->block_events && s->block.last_seq < s->mark.newest_seq) {
        CLEANUP(chain_rows_free) struct chain_rows rows = {0};
        struct chain_item item;
        int64_t left = s->block_events - s->block.event_count, before = s->block.event_count;
        enum status status = chain_read(&reader, s->block.last_seq, s->mark.newest_seq,
                                        left < CHAIN_READ_MAX ? left : CHAIN_READ_MAX, &rows);
        if (status != STATUS_OK)
            return status;
        while (chain_next(&rows, &item))
            add_item(s, &rows, &item, digests);
        if (buf_status(&s->row) != STATUS_OK || buf_status(&s->marks) != STATUS_OK)
            return STATUS_FULL;
        if (s->block.event_count == before)
            break;
    }
    return STATUS_OK;
}

/* One block, within a transaction. */
static enum status seal(struct db *db, void *context)
{
    struct sealer *s = context;
    struct block last;
    struct block_rows digests;
    bool may_seal = false;
    s->is_sealed = false;
    enum status status = blocks_take(db, &s->mark, &may_seal, &s->block.sealed_us);
    if (status == STATUS_OK && may_seal)
        status = blocks_last(db, &last);
    if (status != STATUS_OK || !may_seal)
        return status;
    s->block = (struct block){.number = last.number + 1,
                              .first_seq = last.last_seq + 1,
                              .last_seq = last.last_seq,
                              .sealed_us = s->block.sealed_us,
                              .previous = last.hash};
    buf_reset(&s->marks);
    block_rows_begin(&digests);
    status = add_rows(s, &digests);
    if (status != STATUS_OK || s->block.event_count == 0)
        return status;
    block_hash(&s->block, &digests, &s->row, &s->block.hash);
    status = blocks_insert(db, &s->block, (struct str){s->marks.data, s->marks.len});
    s->is_sealed = status == STATUS_OK;
    return status;
}

/* The head of the chain is worth keeping elsewhere; not a line for each of many blocks. */
static void tell(struct sealer *s)
{
    char hex[HEX_SIZE];
    metric_add(ledger_metrics.blocks_sealed, 1);
    metric_set(ledger_metrics.sealed_seq, s->block.last_seq);
    metric_set(ledger_metrics.block_number, s->block.number);
    if (s->logged_us != 0 && clock_monotonic_us() - s->logged_us < LOG_EVERY_US)
        return;
    s->logged_us = clock_monotonic_us();
    log_event(
        LOG_INFO, "block_sealed", log_int("number", s->block.number),
        log_str("hash", sodium_bin2hex(hex, sizeof hex, s->block.hash.bytes, sizeof s->block.hash.bytes)),
        log_int("last_seq", s->block.last_seq), log_int("events", s->block.event_count));
}

/* Whatever went wrong, the next round begins with what is in the database. */
static void give_up(struct sealer *s, const char *what, enum status status)
{
    struct db *db = s->attempt.store.db;
    log_event(LOG_WARN, what, log_str("status", status_name(status)), log_str("sqlstate", db_sqlstate(db)),
              log_str("error", db_error(db)));
    s->mark = (struct blocks_mark){0};
    attempt_disconnect(&s->attempt);
}

/* Blocks up to the mark, with rests; false when the connection is given up. */
static bool seal_up_to_mark(struct sealer *s)
{
    do {
        int64_t start_ms = clock_monotonic_ms();
        enum status status = db_tx_run(s->attempt.store.db, NULL, 1, seal, s);
        if (status != STATUS_OK) {
            give_up(s, "seal_failed", status);
            return false;
        }
        if (!s->is_sealed)
            break;
        tell(s);
        (void)rest_ms(REST_PER_BLOCK * (clock_monotonic_ms() - start_ms));
    } while (s->block.last_seq < s->mark.newest_seq && !service_is_stopping());
    return true;
}

static void look(struct sealer *s)
{
    struct block last;
    int64_t began_us = clock_monotonic_us();
    enum status status = blocks_last(s->attempt.store.db, &last);
    if (status == STATUS_OK)
        status = blocks_mark(s->attempt.store.db, last.last_seq, &s->mark);
    if (status != STATUS_OK) {
        give_up(s, "seal_failed", status);
        return;
    }
    int64_t lag_us = s->mark.newest_seq > 0 ? clock_unix_us() - s->mark.oldest_us : 0;
    metric_set(ledger_metrics.sealed_seq, last.last_seq);
    metric_set(ledger_metrics.block_number, last.number);
    metric_set(ledger_metrics.seal_lag_seconds, lag_us > 0 ? lag_us / 1000000 : 0);
    heartbeat_until(s->heartbeat, began_us - (lag_us > 0 ? lag_us : 0));
}

static void look_at_partitions(struct sealer *s)
{
    int64_t days = 0, now_us = clock_monotonic_us();
    if (s->attempt.store.db == NULL || (s->partitions_us != 0 && now_us - s->partitions_us < PARTITIONS_US))
        return;
    enum status status = store_partition_days(s->attempt.store.db, &days);
    if (status != STATUS_OK) {
        give_up(s, "partitions_unknown", status);
        return;
    }
    s->partitions_us = now_us;
    ledger_metrics_set_partitions(days);
    bool is_short = days < DAYS_AHEAD_MIN;
    if (is_short && !s->warned)
        log_event(LOG_ERROR, "partitions_run_out", log_int("days_ahead", days));
    s->warned = is_short;
}

/* What was counted since the last time is written once a second, not with each answer. */
static void write_counts(struct sealer *s)
{
    int64_t replays = metric_value(ledger_metrics.replays) - s->counted_replays;
    int64_t duplicates = metric_value(ledger_metrics.webhook_duplicates) - s->counted_duplicates;
    if (s->attempt.store.db == NULL || (replays == 0 && duplicates == 0))
        return;
    enum status status = counters_add(s->attempt.store.db, replays, duplicates);
    if (status != STATUS_OK) {
        give_up(s, "counts_not_written", status);
        return;
    }
    s->counted_replays += replays;
    s->counted_duplicates += duplicates;
}

static void *sealer_main(void *context)
{
    struct sealer *s = context;
    do {
        if (s->attempt.store.db == NULL)
            s->mark = (struct blocks_mark){0};
        if (attempt_connect(&s->attempt) != STATUS_OK)
            continue;
        if (s->mark.newest_seq == 0 || seal_up_to_mark(s))
            look(s);
        look_at_partitions(s);
        write_counts(s);
    } while (rest_ms(s->interval_ms));
    return NULL;
}

static void sealer_free(struct sealer *s)
{
    attempt_close(&s->attempt);
    buf_free(&s->row);
    buf_free(&s->marks);
    free(s);
}

enum status sealer_start(const struct ledger_config *config, struct sealer **ret_sealer)
{
    struct sealer *s = calloc(1, sizeof *s);
    if (s == NULL)
        return STATUS_NO_MEMORY;
    s->heartbeat = heartbeat_add("sealing");
    s->block_events = config->block_events;
    s->interval_ms = config->seal_interval_ms;
    buf_init(&s->row, ROW_MAX);
    buf_init(&s->marks, MARKS_MAX);
    enum status status = attempt_open(&s->attempt, config->database_url, config->key_retention_hours);
    if (status == STATUS_OK && pthread_create(&s->thread, NULL, sealer_main, s) != 0)
        status = STATUS_FAILED;
    if (status != STATUS_OK) {
        sealer_free(s);
        return status;
    }
    *ret_sealer = s;
    return STATUS_OK;
}

void sealer_join(struct sealer *s)
{
    if (s == NULL)
        return;
    (void)pthread_join(s->thread, NULL);
    sealer_free(s);
}
