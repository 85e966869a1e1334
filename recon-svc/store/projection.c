/* projection.c - see projection.h. */
#include "recon-svc/store/projection.h"

#include <stdlib.h>

#include "recon_statements.h"

struct storing {
    struct store *store;
    struct projection_batch *batch;
    size_t own;                          /* moves of the batch itself; behind them those that waited */
    struct projection_account *accounts; /* of the batch, in order */
    size_t account_count;
    struct projection_move *waiting; /* those of the batch that have to wait */
    size_t waiting_count;
    int64_t differing;
};

static struct db_params *fresh(struct store *s)
{
    db_params_reset(&s->params);
    return &s->params;
}

static void add_accounts(struct storing *t)
{
    struct db_params *p = fresh(t->store);
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < t->account_count; i++)
        db_array_uuid(p, &t->accounts[i].account);
    db_array_close(p);
}

/* Of sorted moves. */
static void find_accounts(struct storing *t)
{
    const struct projection_batch *b = t->batch;
    t->account_count = 0;
    for (size_t i = 0; i < t->own; i++)
        if (i == 0 || uuid_compare(&b->moves[i].account, &b->moves[i - 1].account) != 0)
            t->accounts[t->account_count++] = (struct projection_account){.account = b->moves[i].account};
}

static int compare_accounts(const void *a, const void *b)
{
    const struct projection_account *x = a, *y = b;
    return uuid_compare(&x->account, &y->account);
}

static enum status load_accounts(struct storing *t)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    add_accounts(t);
    enum status s = store_query(t->store, RECON_SQL_LOAD_PROJECTION, &r);
    for (int i = 0; s == STATUS_OK && i < PQntuples(r); i++) {
        const struct projection_account key = {.account = db_get_uuid(r, i, 0)};
        struct projection_account *a =
            bsearch(&key, t->accounts, t->account_count, sizeof key, compare_accounts);
        if (a != NULL)
            *a = (struct projection_account){.account = key.account,
                                             .version = db_get_int(r, i, 1),
                                             .posted = db_get_int(r, i, 2),
                                             .is_known = true};
    }
    return s;
}

static enum status load_ahead(struct storing *t)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    struct projection_batch *b = t->batch;
    add_accounts(t);
    enum status s = store_query(t->store, RECON_SQL_LOAD_AHEAD, &r);
    for (int i = 0; s == STATUS_OK && i < PQntuples(r) && b->count < b->max; i++)
        b->moves[b->count++] = (struct projection_move){.account = db_get_uuid(r, i, 0),
                                                        .from = db_get_int(r, i, 1),
                                                        .to = db_get_int(r, i, 2),
                                                        .base = db_get_int(r, i, 3),
                                                        .change = db_get_int(r, i, 4),
                                                        .seen_us = db_get_time(r, i, 5)};
    qsort(b->moves, b->count, sizeof *b->moves, projection_compare);
    return s;
}

static void apply(struct storing *t)
{
    const struct projection_batch *b = t->batch;
    t->waiting_count = 0;
    for (size_t a = 0, i = 0; a < t->account_count; a++) {
        size_t end = i;
        while (end < b->count && uuid_compare(&b->moves[end].account, &t->accounts[a].account) == 0)
            end++;
        size_t done = i + projection_apply(&t->accounts[a], &b->moves[i], end - i, b->before_us);
        for (; done < end; done++)
            t->waiting[t->waiting_count++] = b->moves[done];
        i = end;
    }
}

typedef int64_t number_of(const void *row);

static int64_t version_of(const void *row)
{
    return ((const struct projection_account *)row)->version;
}

static int64_t posted_of(const void *row)
{
    return ((const struct projection_account *)row)->posted;
}

static void add_numbers(struct storing *t, number_of *number)
{
    db_array_open(&t->store->params, DB_INT8);
    for (size_t i = 0; i < t->account_count; i++)
        db_array_int(&t->store->params, number(&t->accounts[i]));
    db_array_close(&t->store->params);
}

static enum status save_accounts(struct storing *t)
{
    CLEANUP(db_result_ptr) PGresult *saved = NULL, *dropped = NULL;
    add_accounts(t);
    add_numbers(t, version_of);
    add_numbers(t, posted_of);
    enum status s = store_query(t->store, RECON_SQL_SAVE_PROJECTION, &saved);
    if (s != STATUS_OK)
        return s;
    add_accounts(t);
    add_numbers(t, version_of);
    return store_query(t->store, RECON_SQL_DROP_AHEAD, &dropped);
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

static enum status compare(struct storing *t)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    add_accounts(t);
    enum status s = store_query(t->store, RECON_SQL_COMPARE_PROJECTION, &r);
    t->differing = 0;
    for (int i = 0; s == STATUS_OK && i < PQntuples(r); i++)
        t->differing += db_get_bool(r, i, 0);
    return s;
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
    s = save_accounts(t);
    if (s == STATUS_OK)
        s = save_waiting(t);
    return s == STATUS_OK ? compare(t) : s;
}

enum status projection_store(struct store *s, struct projection_batch *batch, int64_t *ret_differing)
{
    struct storing t = {.store = s, .batch = batch, .own = batch->count};
    t.accounts = calloc(batch->count, sizeof *t.accounts);
    t.waiting = calloc(batch->max, sizeof *t.waiting);
    enum status status = t.accounts == NULL || t.waiting == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    qsort(batch->moves, batch->count, sizeof *batch->moves, projection_compare);
    if (status == STATUS_OK) {
        find_accounts(&t);
        status = db_tx_run(s->db, "begin read write", 1, move, &t);
    }
    if (status == STATUS_OK)
        *ret_differing = t.differing;
    free(t.accounts);
    free(t.waiting);
    return status;
}
