/* chain_walk.c - see chain_walk.h. */
#include "ledger-svc/tools/verify/chain_walk.h"

#include <sodium.h>
#include <stdio.h>

#include "ledger-svc/store/blocks.h"
#include "ledger_statements.h"
#include "shared/chain/block_walk.h"
#include "shared/core/clock.h"
#include "shared/core/typeid.h"
#include "verify_statements.h"

#define QUERY_TIMEOUT_MS (60 * 60 * 1000) /* counting all rows takes its time */
#define ROW_MAX          ((size_t)1 << 20)
#define FINDINGS_BYTES   ((size_t)64 << 20)
#define PROGRESS_US      INT64_C(2000000)
#define HEX_SIZE         (2 * DIGEST_SIZE + 1)
#define PARAMS_MAX       64

static const char session_settings[] = "set default_transaction_read_only = on;"
                                       "set search_path = pg_catalog;"
                                       "set jit = off;"
                                       "set plan_cache_mode = force_generic_plan;"
                                       "set enable_seqscan = off;"
                                       "set statement_timeout = 0";

struct walk {
    const struct chain_walk_options *options;
    struct block_walk block;
    struct arena arena;
    struct buf line;
    struct block last; /* the one before */
    int64_t blocks, start_us, told_us;
    bool is_damaged, head_seen;
};

static void hex_of(const struct digest *digest, char ret_hex[HEX_SIZE])
{
    (void)sodium_bin2hex(ret_hex, HEX_SIZE, digest->bytes, sizeof digest->bytes);
}

static void damaged(struct walk *w, int64_t number, const char *what)
{
    (void)printf("block %lld: %s\n", (long long)number, what);
    w->is_damaged = true;
}

static void tell_progress(struct walk *w)
{
    int64_t now_us = clock_monotonic_us(), took_ms = (now_us - w->start_us) / 1000 + 1;
    if (now_us - w->told_us < PROGRESS_US)
        return;
    w->told_us = now_us;
    (void)fprintf(stderr, "block %lld, %lld rows, %lld rows/s\n", (long long)w->last.number,
                  (long long)w->block.rows, (long long)(w->block.rows * 1000 / took_ms));
}

static void check_rows(struct walk *w, const struct block *block, bool is_whole)
{
    const struct findings *findings = &w->block.findings;
    for (size_t i = 0; !is_whole && i < findings->count; i++) {
        buf_reset(&w->line);
        finding_write(findings, &findings->all[i], &w->line);
        buf_add_char(&w->line, '\0');
        damaged(w, block->number, w->line.data);
    }
    if (!is_whole && findings->count == 0)
        damaged(w, block->number, "the block itself was altered: its rows fit its marks but not its hash");
    if (is_whole && findings->count > 0)
        damaged(w, block->number, "the block's marks were altered: its rows fit its hash");
}

/* Its place in the chain, before its rows are looked at. */
static void check_link(struct walk *w, const struct block *block)
{
    if (block->number > w->last.number + 1) {
        damaged(w, w->last.number + 1, "missing");
        return;
    }
    if (block->first_seq != w->last.last_seq + 1 || !digest_equal(&block->previous, &w->last.hash))
        damaged(w, block->number, "does not follow the block before");
}

static void check_head(struct walk *w, const struct block *block)
{
    const struct chain_head *head = &w->options->head;
    if (block->number != head->number)
        return;
    w->head_seen = true;
    if (!digest_equal(&block->hash, &head->hash))
        damaged(w, block->number, "written anew: its hash is not that of the head that was kept");
}

static enum status check_block(struct walk *w, const PGresult *r)
{
    struct block block;
    struct str marks;
    bool is_whole = false;
    chain_block(r, 0, &block, &marks);
    if (w->blocks > 0 || w->options->from == 1)
        check_link(w, &block);
    if (w->is_damaged)
        return STATUS_OK;
    check_head(w, &block);
    enum status s = block_walk(&w->block, &block, marks, &is_whole);
    if (s != STATUS_OK)
        return s;
    check_rows(w, &block, is_whole);
    w->last = block;
    w->blocks++;
    tell_progress(w);
    return STATUS_OK;
}

/* Up to the end of the chain or the first damage. */
static enum status check_blocks(struct walk *w)
{
    for (int64_t number = w->options->from; !w->is_damaged; number = w->last.number + 1) {
        CLEANUP(db_result_ptr) PGresult *r = NULL;
        enum status s = chain_list_blocks(&w->block.reader, number, 1, &r);
        if (s != STATUS_OK || PQntuples(r) == 0)
            return s;
        s = check_block(w, r);
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}

/* A connection of its own: these statements read whole tables, for which the planner must be free. */
static enum status open_for_counting(const struct chain_walk_options *options, struct db **ret_db)
{
    static struct db_options db_options = {.service = "paybus-verify",
                                           .settings = "set default_transaction_read_only = on;"
                                                       "set jit = off;"
                                                       "set statement_timeout = 0",
                                           .statements = verify_statements,
                                           .statement_count = VERIFY_SQL_COUNT,
                                           .query_timeout_ms = QUERY_TIMEOUT_MS};
    db_options.conninfo = options->conninfo;
    return db_open(&db_options, ret_db);
}

static void close_db(struct db **db)
{
    db_close(*db);
}

/* All that was sealed is there; what is there beyond that was never posted by an event. */
static enum status check_unsealed(struct walk *w)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *counts = NULL, *found = NULL;
    CLEANUP(close_db) struct db *db = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, w->last.number);
    enum status s = open_for_counting(w->options, &db);
    if (s == STATUS_OK)
        s = db_query(db, VERIFY_SQL_COUNT_UNSEALED_ROWS, &p, &counts);
    if (s != STATUS_OK || (db_get_int(counts, 0, 0) <= 0 && db_get_int(counts, 0, 1) <= 0))
        return s;
    s = db_query(db, VERIFY_SQL_FIND_UNSEALED_ROW, NULL, &found);
    if (s != STATUS_OK || PQntuples(found) == 0)
        return s;
    char id[TYPEID_TEXT_SIZE];
    struct uuid uuid = db_get_uuid(found, 0, 0);
    typeid_format("txn", &uuid, id);
    (void)printf("%s %s: inserted, no event posts it\n",
                 db_get_bool(found, 0, 1) ? "entries of transaction" : "transaction", id);
    w->is_damaged = true;
    return STATUS_OK;
}

static enum status check_all(struct walk *w)
{
    enum status s = check_blocks(w);
    if (s == STATUS_OK && !w->is_damaged && w->options->head.number >= w->options->from && !w->head_seen)
        damaged(w, w->options->head.number, "missing, the head that was kept names it");
    if (s == STATUS_OK && !w->is_damaged && w->options->from == 1)
        s = check_unsealed(w);
    return s;
}

static void tell_end(const struct walk *w)
{
    char hex[HEX_SIZE];
    int64_t took_ms = (clock_monotonic_us() - w->start_us) / 1000;
    hex_of(&w->last.hash, hex);
    if (!w->is_damaged)
        (void)printf("whole: %lld blocks, %lld rows in %lld ms; head %lld:%s, last event %lld\n",
                     (long long)w->blocks, (long long)w->block.rows, (long long)took_ms,
                     (long long)w->last.number, hex, (long long)w->last.last_seq);
}

enum chain_verdict chain_walk(const struct chain_walk_options *options)
{
    struct db_options db_options = {.conninfo = options->conninfo,
                                    .service = "paybus-verify",
                                    .settings = session_settings,
                                    .statements = ledger_statements,
                                    .statement_count = LEDGER_SQL_COUNT,
                                    .query_timeout_ms = QUERY_TIMEOUT_MS};
    struct walk w = {.options = options, .start_us = clock_monotonic_us()};
    w.told_us = w.start_us;
    struct db *db = NULL;
    if (db_open(&db_options, &db) != STATUS_OK) {
        (void)fprintf(stderr, "paybus-verify: the database cannot be used: %s.\n", db_connect_error());
        return CHAIN_UNKNOWN;
    }
    w.block.reader = blocks_reader(db);
    arena_init(&w.arena, FINDINGS_BYTES);
    buf_init(&w.block.row, ROW_MAX);
    buf_init(&w.block.scratch, ROW_MAX);
    buf_init(&w.line, ROW_MAX);
    w.block.findings.arena = &w.arena;
    enum status s = check_all(&w);
    if (s == STATUS_OK)
        tell_end(&w);
    else
        (void)fprintf(stderr, "paybus-verify: stopped behind block %lld: %s.\n", (long long)w.last.number,
                      db_error(db));
    db_close(db);
    buf_free(&w.line);
    buf_free(&w.block.scratch);
    buf_free(&w.block.row);
    arena_free(&w.arena);
    if (s != STATUS_OK)
        return CHAIN_UNKNOWN;
    return w.is_damaged ? CHAIN_DAMAGED : CHAIN_WHOLE;
}
