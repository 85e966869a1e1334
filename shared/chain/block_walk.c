/* block_walk.c - see block_walk.h. Events of the database and marks of the block are both in the order of
   their numbers, so one pass over the two finds what only one of them has. */
#include "shared/chain/block_walk.h"

#include <string.h>

/* What is being compared. */
struct pass {
    struct block_walk *walk;
    const struct chain_rows *rows;
    struct block_rows digests;
    struct block counted; /* how many rows there are */
    struct str marks;     /* still to come */
    struct block_mark mark;
    bool has_mark;
    int64_t last_seq;
};

static void take_mark(struct pass *p)
{
    p->has_mark = block_mark_next(&p->marks, &p->mark);
}

/* Of a canonical row: its table's byte and its first columns, which are its key. */
static size_t key_len_of(enum block_table table, struct str row)
{
    size_t at = 1;
    for (int columns = table == BLOCK_ENTRY ? 2 : 1; columns > 0 && at + 5 <= row.len; columns--) {
        const uint8_t *len = (const uint8_t *)row.data + at + 1;
        at += 5 + ((size_t)len[0] << 24 | (size_t)len[1] << 16 | (size_t)len[2] << 8 | (size_t)len[3]);
    }
    return at < row.len ? at : row.len;
}

/* The row that walk->row holds: its digest counts, and is compared with its mark (NULL: there is none). */
static void take_row(struct pass *p, struct finding *f, const uint8_t *mark)
{
    struct digest digest;
    f->row = (struct str){p->walk->row.data, p->walk->row.len};
    block_row_digest(f->row, &digest);
    block_rows_add(&p->digests, &digest);
    p->walk->rows++;
    if (mark != NULL && block_mark_fits(mark, &digest))
        return;
    f->what = mark != NULL ? FINDING_ALTERED : FINDING_INSERTED;
    f->key_len = key_len_of(f->table, f->row);
    if (mark != NULL)
        memcpy(f->mark, mark, BLOCK_MARK_SIZE);
    finding_add(&p->walk->findings, f);
}

static void missing(struct pass *p, struct finding *f)
{
    f->what = FINDING_MISSING;
    f->row = (struct str){NULL, 0};
    finding_add(&p->walk->findings, f);
}

/* Legs run from 0 without gaps: the mark has one for each. */
static void compare_entries(struct pass *p, const struct chain_item *item, struct finding *f,
                            const struct block_mark *mark)
{
    const PGresult *entries = p->rows->entries;
    int wanted = mark != NULL ? (int)mark->entry_count : 0, next = 0;
    f->table = BLOCK_ENTRY;
    for (int i = item->first_entry; i < item->first_entry + item->entry_count; i++) {
        int leg = (int)db_get_int(entries, i, 1);
        for (; next < wanted && next < leg; next++) {
            f->leg = next;
            missing(p, f);
        }
        f->leg = leg;
        bool is_known = leg == next && next < wanted;
        chain_write_entry(p->rows, i, &p->walk->row);
        take_row(p, f, is_known ? mark->others + (size_t)(1 + leg) * BLOCK_MARK_SIZE : NULL);
        next += is_known;
    }
    for (; next < wanted; next++) {
        f->leg = next;
        missing(p, f);
    }
    p->counted.entry_count += item->entry_count;
}

/* mark NULL: nothing of it was sealed. */
static void compare_item(struct pass *p, const struct chain_item *item, const struct block_mark *mark)
{
    struct finding f = {.table = BLOCK_EVENT, .seq = item->seq};
    f.id = db_get_uuid(p->rows->events, item->event, 5);
    chain_write_event(p->rows, item->event, &p->walk->row);
    take_row(p, &f, mark != NULL ? mark->event : NULL);
    p->counted.event_count++;
    bool was_posting = mark != NULL && mark->entry_count > 0;
    f.table = BLOCK_TRANSACTION;
    if (item->transaction >= 0) {
        chain_write_transaction(p->rows, item->transaction, &p->walk->row);
        take_row(p, &f, was_posting ? mark->others : NULL);
        p->counted.transaction_count++;
    } else if (was_posting) {
        missing(p, &f);
    }
    compare_entries(p, item, &f, was_posting ? mark : NULL);
}

static void missing_up_to(struct pass *p, int64_t seq)
{
    for (; p->has_mark && p->mark.seq < seq; take_mark(p)) {
        struct finding f = {.table = BLOCK_EVENT, .seq = p->mark.seq};
        missing(p, &f);
    }
}

static void compare_rows(struct pass *p, struct chain_rows *rows)
{
    struct chain_item item;
    p->rows = rows;
    while (chain_next(rows, &item)) {
        missing_up_to(p, item.seq);
        bool is_known = p->has_mark && p->mark.seq == item.seq;
        struct block_mark mark = p->mark;
        compare_item(p, &item, is_known ? &mark : NULL);
        if (is_known)
            take_mark(p);
        p->last_seq = item.seq;
    }
    p->rows = NULL;
}

static enum status compare_all(struct pass *p, const struct block *block)
{
    int64_t before = -1;
    while (p->last_seq < block->last_seq && p->counted.event_count != before) {
        CLEANUP(chain_rows_free) struct chain_rows rows = {0};
        before = p->counted.event_count;
        enum status s = chain_read(&p->walk->reader, p->last_seq, block->last_seq, CHAIN_WALK_MAX, &rows);
        if (s != STATUS_OK)
            return s;
        if (p->walk->on_rows != NULL) {
            p->walk->on_rows(p->walk->context, &rows);
            rows.event = rows.transaction = rows.entry = 0;
        }
        compare_rows(p, &rows);
    }
    missing_up_to(p, INT64_MAX);
    return STATUS_OK;
}

enum status block_walk(struct block_walk *w, const struct block *block, struct str marks, bool *ret_is_whole)
{
    struct pass p = {.walk = w, .marks = marks, .last_seq = block->first_seq - 1};
    struct digest hash;
    w->findings.count = 0;
    arena_reset(w->findings.arena);
    block_rows_begin(&p.digests);
    take_mark(&p);
    enum status s = compare_all(&p, block);
    if (s == STATUS_OK)
        s = buf_status(&w->row);
    if (s != STATUS_OK)
        return s;
    block_hash(block, &p.digests, &w->scratch, &hash);
    *ret_is_whole = digest_equal(&hash, &block->hash) && p.counted.event_count == block->event_count &&
                    p.counted.transaction_count == block->transaction_count &&
                    p.counted.entry_count == block->entry_count;
    findings_pair(&w->findings, &w->scratch);
    return STATUS_OK;
}
