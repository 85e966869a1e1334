/* projection.c - see projection.h. */
#include "recon-svc/store/projection.h"

#include <assert.h>
#include <stdlib.h>

#include "recon_statements.h"

/* An account of the batch: as it is stored, as the batch makes it, and as the ledger has it. */
struct row {
    struct projection_account account;
    struct projection_ledger ledger;
    bool is_stored, differed, differs;
    int64_t stored_version;
    uint8_t place[DB_PLACE_SIZE];
};
struct storing {
    struct store *store;
    struct projection_batch *batch;
    size_t own;       /* moves of the batch itself; behind them those that waited */
    struct row *rows; /* by account */
    size_t row_count;
    struct row **picked; /* those that a statement is about */
    size_t picked_count;
    bool is_awaited;                 /* moves of earlier batches wait, of whatever accounts */
    size_t waited;                   /* of these accounts */
    struct projection_move *waiting; /* those of the batch that have to wait */
    size_t waiting_count;
    int64_t differing;
};

static struct db_params *fresh(struct store *s)
{
    db_params_reset(&s->params);
    return &s->params;
}

typedef bool row_is(const struct row *row);

static bool is_any(const struct row *row)
{
    (void)row;
    return true;
}

static bool has_gone_on(const struct row *row)
{
    return projection_view(&row->account, &row->ledger) == PROJECTION_GONE_ON;
}

static bool is_new(const struct row *row)
{
    return !row->is_stored;
}

/* Not what only came again. */
static bool is_changed(const struct row *row)
{
    return row->is_stored && (row->account.version != row->stored_version || row->differs != row->differed);
}

static size_t pick(struct storing *t, row_is *is)
{
    t->picked_count = 0;
    for (size_t i = 0; i < t->row_count; i++)
        if (is(&t->rows[i]))
            t->picked[t->picked_count++] = &t->rows[i];
    return t->picked_count;
}

/* What was picked, as parameters of a statement: accounts or places are its first. */
static void add_accounts(struct storing *t)
{
    struct db_params *p = fresh(t->store);
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < t->picked_count; i++)
        db_array_uuid(p, &t->picked[i]->account.account);
    db_array_close(p);
}

static void add_versions(struct storing *t)
{
    struct db_params *p = &t->store->params;
    db_array_open(p, DB_INT8);
    for (size_t i = 0; i < t->picked_count; i++)
        db_array_int(p, t->picked[i]->account.version);
    db_array_close(p);
}

static void add_balances(struct storing *t)
{
    struct db_params *p = &t->store->params;
    db_array_open(p, DB_INT8);
    for (size_t i = 0; i < t->picked_count; i++)
        db_array_int(p, t->picked[i]->account.posted);
    db_array_close(p);
}

static void add_differs(struct storing *t)
{
    struct db_params *p = &t->store->params;
    db_array_open(p, DB_BOOL);
    for (size_t i = 0; i < t->picked_count; i++)
        db_array_bool(p, t->picked[i]->differs);
    db_array_close(p);
}

static void add_places(struct storing *t)
{
    struct db_params *p = fresh(t->store);
    db_array_open(p, DB_PLACE);
    for (size_t i = 0; i < t->picked_count; i++)
        db_array_place(p, t->picked[i]->place);
    db_array_close(p);
}

/* Of sorted moves. */
static void find_accounts(struct storing *t)
{
    const struct projection_batch *b = t->batch;
    t->row_count = 0;
    for (size_t i = 0; i < t->own; i++)
        if (i == 0 || uuid_compare(&b->moves[i].account, &b->moves[i - 1].account) != 0)
            t->rows[t->row_count++] = (struct row){.account.account = b->moves[i].account};
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return uuid_compare(&x->account.account, &y->account.account);
}

static struct row *find_row(const struct storing *t, const struct uuid *account)
{
    const struct row key = {.account.account = *account};
    struct row *row = bsearch(&key, t->rows, t->row_count, sizeof key, compare_rows);
    assert(row != NULL); /* only what was asked for is answered */
    return row;
}

static void read_stored(struct row *row, const PGresult *r, int i)
{
    row->account.version = row->stored_version = db_get_int(r, i, 1);
    row->account.posted = db_get_int(r, i, 2);
    row->account.is_known = row->is_stored = true;
    row->differed = db_get_bool(r, i, 3);
    db_get_place(r, i, 4, row->place);
}

static enum status load_accounts(struct storing *t)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    (void)pick(t, is_any);
    add_accounts(t);
    enum status s = store_query(t->store, RECON_SQL_LOAD_PROJECTION, &r);
    for (int i = 0; s == STATUS_OK && i < PQntuples(r); i++) {
        const struct uuid account = db_get_uuid(r, i, 0);
        struct row *row = find_row(t, &account);
        if (!db_is_null(r, i, 1))
            read_stored(row, r, i);
        if (!db_is_null(r, i, 5))
            row->ledger = (struct projection_ledger){
                .version = db_get_int(r, i, 5), .posted = db_get_int(r, i, 6), .is_known = true};
        t->is_awaited = db_get_bool(r, i, 7);
    }
    return s;
}

static enum status load_ahead(struct storing *t)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    struct projection_batch *b = t->batch;
    if (!t->is_awaited)
        return STATUS_OK;
    add_accounts(t);
    enum status s = store_query(t->store, RECON_SQL_LOAD_AHEAD, &r);
    for (int i = 0; s == STATUS_OK && i < PQntuples(r) && b->count < b->max; i++)
        b->moves[b->count++] = (struct projection_move){.account = db_get_uuid(r, i, 0),
                                                        .from = db_get_int(r, i, 1),
                                                        .to = db_get_int(r, i, 2),
                                                        .base = db_get_int(r, i, 3),
                                                        .change = db_get_int(r, i, 4),
                                                        .seen_us = db_get_time(r, i, 5)};
    t->waited = b->count - t->own;
    qsort(b->moves, b->count, sizeof *b->moves, projection_compare);
    return s;
}

static void apply(struct storing *t)
{
    const struct projection_batch *b = t->batch;
    t->waiting_count = 0;
    for (size_t a = 0, i = 0; a < t->row_count; a++) {
        size_t end = i;
        struct projection_account *account = &t->rows[a].account;
        while (end < b->count && uuid_compare(&b->moves[end].account, &account->account) == 0)
            end++;
        size_t done = i + projection_apply(account, &b->moves[i], end - i, b->before_us);
        for (; done < end; done++)
            t->waiting[t->waiting_count++] = b->moves[done];
        i = end;
    }
}

/* By the ledger's row of the same moment as the projection's; an entry is read only where that has gone on.
 */
static enum status compare(struct storing *t)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status s = STATUS_OK;
    for (size_t i = 0; i < t->row_count; i++)
        t->rows[i].differs = projection_view(&t->rows[i].account, &t->rows[i].ledger) == PROJECTION_DIFFERS;
    if (pick(t, has_gone_on) > 0) {
        add_accounts(t);
        add_versions(t);
        add_balances(t);
        s = store_query(t->store, RECON_SQL_COMPARE_PROJECTION, &r);
    }
    for (int i = 0; s == STATUS_OK && r != NULL && i < PQntuples(r); i++) {
        const struct uuid account = db_get_uuid(r, i, 0);
        find_row(t, &account)->differs = true;
    }
    t->differing = 0;
    for (size_t i = 0; i < t->row_count; i++)
        t->differing += t->rows[i].differs && !t->rows[i].differed;
    return s;
}

/* Behind the first parameter: versions, balances, and whether the ledger says something else. */
static void add_projected(struct storing *t)
{
    add_versions(t);
    add_balances(t);
    add_differs(t);
}

static enum status insert_accounts(struct storing *t)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    if (pick(t, is_new) == 0)
        return STATUS_OK;
    add_accounts(t);
    add_projected(t);
    return store_query(t->store, RECON_SQL_INSERT_PROJECTION, &r);
}

static enum status update_accounts(struct storing *t)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    if (pick(t, is_changed) == 0)
        return STATUS_OK;
    add_places(t);
    add_projected(t);
    enum status s = store_query(t->store, RECON_SQL_UPDATE_PROJECTION, &r);
    if (s == STATUS_OK && db_get_int(r, 0, 0) != (int64_t)t->picked_count)
        return STATUS_RETRY; /* somebody's hand took rows away */
    return s;
}

static enum status drop_waited(struct storing *t)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    if (t->waited == 0)
        return STATUS_OK;
    (void)pick(t, is_any);
    add_accounts(t);
    add_versions(t);
    return store_query(t->store, RECON_SQL_DROP_AHEAD, &r);
}

static enum status save_waiting(struct storing *t)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    struct db_params *p = fresh(t->store);
    if (t->waiting_count == 0)
        return STATUS_OK;
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < t->waiting_count; i++)
        db_array_uuid(p, &t->waiting[i].account);
    db_array_close(p);
    for (int column = 0; column < 4; column++) {
        db_array_open(p, DB_INT8);
        for (size_t i = 0; i < t->waiting_count; i++) {
            const struct projection_move *m = &t->waiting[i];
            const int64_t values[] = {m->from, m->to, m->base, m->change};
            db_array_int(p, values[column]);
        }
        db_array_close(p);
    }
    return store_query(t->store, RECON_SQL_SAVE_AHEAD, &r);
}

static enum status save(struct storing *t)
{
    enum status s = insert_accounts(t);
    if (s == STATUS_OK)
        s = update_accounts(t);
    if (s == STATUS_OK)
        s = drop_waited(t);
    return s == STATUS_OK ? save_waiting(t) : s;
}

/* Tried once: it adds to the batch's moves. Messages of a batch that failed come again. */
static enum status move(struct db *db, void *context)
{
    (void)db;
    struct storing *t = context;
    CLEANUP(db_result_ptr) PGresult *taken = NULL;
    (void)fresh(t->store);
    enum status s = store_query(t->store, RECON_SQL_TAKE_PROJECTION, &taken);
    if (s == STATUS_OK)
        s = load_accounts(t);
    if (s == STATUS_OK)
        s = load_ahead(t);
    if (s != STATUS_OK)
        return s;
    apply(t);
    s = compare(t);
    return s == STATUS_OK ? save(t) : s;
}

enum status projection_store(struct store *s, struct projection_batch *batch, int64_t *ret_differing)
{
    struct storing t = {.store = s, .batch = batch, .own = batch->count};
    t.rows = calloc(batch->count, sizeof *t.rows);
    t.picked = calloc(batch->count, sizeof(struct row *));
    t.waiting = calloc(batch->max, sizeof *t.waiting);
    bool has_room = t.rows != NULL && t.picked != NULL && t.waiting != NULL;
    enum status status = has_room ? STATUS_OK : STATUS_NO_MEMORY;
    qsort(batch->moves, batch->count, sizeof *batch->moves, projection_compare);
    if (status == STATUS_OK) {
        find_accounts(&t);
        status = db_tx_run(s->db, "begin read write", 1, move, &t);
    }
    if (status == STATUS_OK)
        *ret_differing = t.differing;
    free(t.rows);
    free(t.picked);
    free(t.waiting);
    return status;
}
