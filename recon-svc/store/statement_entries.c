/* statement_entries.c - what a new statement is held against: entries of ours. */
#include "recon-svc/store/statements.h"
#include "recon_statements.h"
#include "shared/core/timefmt.h"
#include "shared/core/typeid.h"

#define PART   5000
#define DAY_US INT64_C(86400000000)

enum { VERSION, TRANSACTION, LEG, DIRECTION, AMOUNT, CREATED, REFERENCE, IS_MATCHED };

static struct db_params *fresh(struct store *s)
{
    db_params_reset(&s->params);
    return &s->params;
}

static enum status version_before(struct store *s, const struct uuid *account, int32_t day,
                                  int64_t *ret_version)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_param_uuid(fresh(s), account);
    db_param_time(&s->params, day * DAY_US);
    enum status status = store_query(s, RECON_SQL_FIND_VERSION_BEFORE, &r);
    if (status == STATUS_OK && PQntuples(r) != 1)
        status = STATUS_NOT_FOUND;
    if (status == STATUS_OK)
        *ret_version = db_get_int(r, 0, 0);
    return status;
}

struct loading {
    struct store *store;
    const struct statement_file *file;
    struct arena *arena;
    struct statement_entries *entries;
    int64_t bounds[2]; /* versions behind the first up to the second */
};

/* As the bank gives it. */
static int64_t signed_amount(const struct statement_file *f, const PGresult *r, int row)
{
    int64_t amount = db_get_int(r, row, AMOUNT);
    bool is_credit = str_eq_c(db_get_str(r, row, DIRECTION), "credit");
    return is_credit != f->is_mirrored ? amount : -amount;
}

static enum status add_entry(const struct loading *l, const PGresult *r, int row)
{
    struct statement_entries *entries = l->entries;
    if (entries->count == MATCH_ENTRIES_MAX)
        return STATUS_FULL;
    struct match_entry *all = arena_grow(l->arena, entries->all, entries->count, &entries->cap, sizeof *all);
    struct str reference = db_get_str(r, row, REFERENCE);
    const char *own = reference.len > 0 ? arena_strndup(l->arena, reference.data, reference.len) : "";
    if (all == NULL || own == NULL)
        return STATUS_NO_MEMORY;
    entries->all = all;
    all[entries->count++] = (struct match_entry){.transaction = db_get_uuid(r, row, TRANSACTION),
                                                 .leg = db_get_int(r, row, LEG),
                                                 .amount = signed_amount(l->file, r, row),
                                                 .day = time_day(db_get_time(r, row, CREATED)),
                                                 .reference = {own, reference.len}};
    return STATUS_OK;
}

static enum status add_rows(const struct loading *l, const PGresult *r)
{
    enum status status = STATUS_OK;
    for (int i = 0; i < PQntuples(r) && status == STATUS_OK; i++)
        if (!db_get_bool(r, i, IS_MATCHED))
            status = add_entry(l, r, i);
    return status;
}

static enum status load_range(const struct loading *l)
{
    int rows = PART;
    for (int64_t version = l->bounds[0]; rows == PART;) {
        CLEANUP(db_result_ptr) PGresult *r = NULL;
        db_param_uuid(fresh(l->store), &l->file->account);
        db_param_int8(&l->store->params, version);
        db_param_int8(&l->store->params, l->bounds[1]);
        db_param_int8(&l->store->params, PART);
        enum status status = store_query(l->store, RECON_SQL_LIST_STATEMENT_ENTRIES, &r);
        if (status == STATUS_OK)
            status = add_rows(l, r);
        if (status != STATUS_OK)
            return status;
        rows = PQntuples(r);
        if (rows > 0)
            version = db_get_int(r, rows - 1, VERSION);
    }
    return STATUS_OK;
}

/* From line *next on, at most PART ids: false when there was none. */
static bool add_named_ids(struct store *s, const struct statement *st, size_t *next)
{
    struct uuid id;
    size_t count = 0;
    db_array_open(&s->params, DB_UUID);
    for (; *next < st->count && count < PART; (*next)++) {
        if (typeid_parse("txn", st->lines[*next].reference, &id) == STATUS_OK) {
            db_array_uuid(&s->params, &id);
            count++;
        }
    }
    db_array_close(&s->params);
    return count > 0;
}

/* Each transaction once, whatever the number of lines that name it. */
static enum status load_named(const struct loading *l, const struct statement *st)
{
    enum status status = STATUS_OK;
    for (size_t next = 0; next < st->count && status == STATUS_OK;) {
        CLEANUP(db_result_ptr) PGresult *r = NULL;
        db_param_uuid(fresh(l->store), &l->file->account);
        bool has_ids = add_named_ids(l->store, st, &next);
        db_param_int8(&l->store->params, l->bounds[0]);
        db_param_int8(&l->store->params, l->bounds[1]);
        if (has_ids)
            status = store_query(l->store, RECON_SQL_LIST_ENTRIES_OF_NAMED, &r);
        if (has_ids && status == STATUS_OK)
            status = add_rows(l, r);
    }
    return status;
}

enum status statements_load_entries(struct store *s, const struct statement_file *f,
                                    const struct match_input *in, struct arena *arena,
                                    struct statement_entries *ret)
{
    struct statement_entries entries = {0};
    struct loading l = {.store = s, .file = f, .arena = arena, .entries = &entries};
    int32_t around = in->days_apart + MATCH_LOOK_DAYS;
    enum status status = version_before(s, &f->account, in->statement->first_day - around, &l.bounds[0]);
    if (status == STATUS_OK)
        status = version_before(s, &f->account, in->statement->last_day + around + 1, &l.bounds[1]);
    if (status == STATUS_OK)
        status = load_range(&l);
    if (status == STATUS_OK)
        status = load_named(&l, in->statement);
    if (status == STATUS_OK)
        *ret = entries;
    return status;
}
