/* run_events.c - events in their order, with the transactions that they post and the entries of these:
   against the chain of blocks as far as it goes, and against the rules. What else they tell of is noted, to
   be looked at later. */
#include <stdio.h>
#include <string.h>

#include "recon-svc/edge/run.h"
#include "recon-svc/edge/run_parts.h"
#include "recon-svc/store/facts.h"
#include "recon-svc/store/objects.h"
#include "shared/chain/block_walk.h"
#include "shared/core/clock.h"
#include "shared/core/typeid.h"

#define ROW_MAX        ((size_t)1 << 20)
#define FINDINGS_BYTES ((size_t)16 << 20)

struct pass {
    struct run *run;
    struct chain_reader reader;
    struct block_walk walk;
    struct arena arena;
    struct block last;                  /* the block before */
    struct str sources[CHAIN_WALK_MAX]; /* of the rows in hand */
    size_t source_count;
    enum status status; /* of what was asked on the way */
};

static void add(struct run *r, enum check check, enum object_type type, const struct uuid *id)
{
    struct anomaly a = {.check = check, .type = type, .id = *id};
    anomalies_add(&r->found, &a);
}

/* What an incremental run looks at again because something happened to it. */
static void note_legs(struct run *r, const struct transaction_facts *t)
{
    for (size_t i = 0; i < t->leg_count && !r->options.is_full; i++)
        id_list_add(&r->accounts, &t->legs[i].account);
    if (!uuid_is_zero(&t->reverses))
        id_list_add(&r->originals, &t->reverses);
}

/* A full run has the entries of accounts here, in their order: they need not be read again. */
static void follow_legs(struct run *r, const struct transaction_facts *t)
{
    for (size_t i = 0; i < t->leg_count && r->options.is_full; i++) {
        const struct transaction_leg *leg = &t->legs[i];
        struct account_entry entry = {.transaction = t->id,
                                      .version = leg->account_version,
                                      .amount = leg->amount,
                                      .balance_after = leg->balance_after,
                                      .created_us = leg->created_us,
                                      .is_debit = leg->is_debit};
        memcpy(entry.currency, leg->currency, sizeof entry.currency);
        account_table_follow(&r->proved, &leg->account, &entry);
    }
}

static void note_object(struct run *r, struct str type, const struct uuid *object)
{
    bool is_hold = r->options.is_full ? str_eq_c(type, "hold.authorized") : str_take(&type, STR_LIT("hold."));
    if (is_hold)
        id_list_add(&r->holds, object);
    else if (str_take(&type, STR_LIT("account.")) && !(r->options.is_full && str_eq_c(type, "created")))
        id_list_add(r->options.is_full ? &r->changed : &r->accounts, object);
}

static void look_at_item(struct pass *p, const struct chain_rows *rows, const struct chain_item *item)
{
    struct run *r = p->run;
    const struct uuid object = facts_object(rows, item);
    struct str source = facts_source(rows, item);
    r->counts.events++;
    if (source.data != NULL)
        p->sources[p->source_count++] = source;
    if (!facts_posts(rows, item)) {
        note_object(r, facts_type(rows, item), &object);
        return;
    }
    pairing_post(&r->pairing, item->seq, &object);
    if (item->transaction < 0) {
        add(r, CHECK_event_without_transaction, OBJECT_transaction, &object);
        return;
    }
    facts_of_transaction(rows, item, &r->facts);
    if (p->status == STATUS_OK)
        p->status = run_check_transaction(r);
    note_legs(r, &r->facts);
    follow_legs(r, &r->facts);
}

/* All of them by one question: each alone would be as many round trips. */
static void check_sources(struct pass *p)
{
    struct run *r = p->run;
    if (p->source_count > 0 && p->status == STATUS_OK)
        p->status = objects_check_sources(r->store, p->sources, p->source_count, &r->found);
}

static void look_at_rows(void *context, struct chain_rows *rows)
{
    struct pass *p = context;
    struct chain_item item;
    p->source_count = 0;
    while (chain_next(rows, &item)) {
        if (item.seq > p->run->to.seq)
            look_at_item(p, rows, &item);
        p->run->to.seq = item.seq > p->run->to.seq ? item.seq : p->run->to.seq;
    }
    check_sources(p);
}

/* Events that no block covers, or not yet. */
static enum status look_up_to(struct pass *p, int64_t after_seq, int64_t up_to_seq)
{
    for (int64_t seq = after_seq > p->run->to.seq ? after_seq : p->run->to.seq; seq < up_to_seq;) {
        CLEANUP(chain_rows_free) struct chain_rows rows = {0};
        int64_t start_us = clock_monotonic_us();
        enum status s = chain_read(&p->reader, seq, up_to_seq, CHAIN_WALK_MAX, &rows);
        if (s != STATUS_OK)
            return s;
        if (PQntuples(rows.events) == 0)
            break;
        look_at_rows(p, &rows);
        seq = p->run->to.seq;
        s = p->status == STATUS_OK ? run_flush(p->run, false) : p->status;
        if (s != STATUS_OK)
            return s;
        if (!run_may_go_on(p->run, clock_monotonic_us() - start_us))
            return STATUS_UNAVAILABLE;
    }
    return STATUS_OK;
}

static void add_block(struct run *r, enum check check, int64_t number)
{
    struct anomaly a = {.check = check, .type = OBJECT_block};
    (void)snprintf(a.object, sizeof a.object, "%lld", (long long)number);
    anomalies_add(&r->found, &a);
}

static void add_finding(struct pass *p, const struct finding *f)
{
    static const enum check checks[] = {[FINDING_ALTERED] = CHECK_sealed_row_altered,
                                        [FINDING_MISSING] = CHECK_sealed_row_missing,
                                        [FINDING_INSERTED] = CHECK_sealed_row_inserted,
                                        [FINDING_SWAPPED] = CHECK_sealed_rows_swapped};
    struct anomaly a = {.check = checks[f->what], .type = OBJECT_event};
    char id[TYPEID_TEXT_SIZE];
    typeid_format("txn", &f->id, id);
    if (f->table == BLOCK_EVENT) {
        (void)snprintf(a.object, sizeof a.object, "%lld", (long long)f->seq);
    } else {
        a.type = OBJECT_transaction;
        a.id = f->id;
        if (f->table == BLOCK_ENTRY)
            (void)snprintf(a.object, sizeof a.object, "%s/%d", id, f->leg);
    }
    anomalies_add(&p->run->found, &a);
}

/* Its place: what is between it and the block before is looked at by itself. */
static enum status check_link(struct pass *p, const struct block *block)
{
    struct run *r = p->run;
    bool is_next = block->number == p->last.number + 1;
    for (int64_t n = p->last.number + 1; n < block->number && !r->found.is_cut[CHECK_block_missing]; n++)
        add_block(r, CHECK_block_missing, n);
    if (is_next &&
        (block->first_seq != p->last.last_seq + 1 || !digest_equal(&block->previous, &p->last.hash)))
        add_block(r, CHECK_block_out_of_line, block->number);
    return is_next ? STATUS_OK : look_up_to(p, p->last.last_seq, block->first_seq - 1);
}

static enum status check_block(struct pass *p, const PGresult *rows)
{
    struct block block;
    struct str marks;
    bool is_whole = false;
    chain_block(rows, 0, &block, &marks);
    enum status s = check_link(p, &block);
    if (s == STATUS_OK)
        s = block_walk(&p->walk, &block, marks, &is_whole);
    if (s != STATUS_OK)
        return s;
    const struct findings *findings = &p->walk.findings;
    for (size_t i = 0; !is_whole && i < findings->count; i++)
        add_finding(p, &findings->all[i]);
    if (is_whole == (findings->count > 0))
        add_block(p->run, CHECK_block_altered, block.number);
    p->last = block;
    return p->status;
}

/* The block that an earlier run ended with is still the one it was. */
static enum status find_last(struct pass *p)
{
    const struct run_place *from = &p->run->from;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    struct str marks;
    if (from->block_number == 0)
        return STATUS_OK;
    enum status s = chain_list_blocks(&p->reader, from->block_number, 1, &r);
    if (s != STATUS_OK)
        return s;
    if (PQntuples(r) > 0)
        chain_block(r, 0, &p->last, &marks);
    if (PQntuples(r) == 0 || p->last.number != from->block_number) {
        add_block(p->run, CHECK_block_missing, from->block_number);
        p->last =
            (struct block){.number = from->block_number, .hash = from->block_hash, .last_seq = from->seq};
    } else if (!digest_equal(&p->last.hash, &from->block_hash)) {
        add_block(p->run, CHECK_block_altered, from->block_number);
    }
    return STATUS_OK;
}

static enum status check_blocks(struct pass *p)
{
    for (;;) {
        CLEANUP(db_result_ptr) PGresult *r = NULL;
        int64_t start_us = clock_monotonic_us();
        enum status s = chain_list_blocks(&p->reader, p->last.number + 1, 1, &r);
        if (s != STATUS_OK || PQntuples(r) == 0)
            return s;
        s = check_block(p, r);
        if (s == STATUS_OK)
            s = run_flush(p->run, false);
        if (s != STATUS_OK)
            return s;
        if (!run_may_go_on(p->run, clock_monotonic_us() - start_us))
            return STATUS_UNAVAILABLE;
    }
}

static enum status walk(struct pass *p)
{
    enum status s = find_last(p);
    if (s == STATUS_OK)
        s = check_blocks(p);
    if (s == STATUS_OK)
        s = look_up_to(p, p->last.last_seq, p->run->mark_seq);
    p->run->to.block_number = p->last.number;
    p->run->to.block_hash = p->last.hash;
    return s;
}

enum status run_events(struct run *r)
{
    struct pass p = {.run = r, .reader = store_chain(r->store)};
    p.walk = (struct block_walk){.reader = p.reader, .on_rows = look_at_rows, .context = &p};
    arena_init(&p.arena, FINDINGS_BYTES);
    buf_init(&p.walk.row, ROW_MAX);
    buf_init(&p.walk.scratch, ROW_MAX);
    p.walk.findings.arena = &p.arena;
    enum status s = walk(&p);
    buf_free(&p.walk.scratch);
    buf_free(&p.walk.row);
    arena_free(&p.arena);
    return s;
}
