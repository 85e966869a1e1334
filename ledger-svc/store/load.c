/* load.c - see load.h. */
#include "ledger-svc/store/load.h"

#include <assert.h>
#include <string.h>

#include "ledger_statements.h"

/* Where each statement's result is in the pipeline. */
struct steps {
    int locks, keys, sources, accounts; /* -1: not asked */
    int count;
};
#define STEPS_MAX 5

/* Columns of load_accounts.sql. */
enum account_column {
    COL_ID,
    COL_OWNER,
    COL_TYPE,
    COL_ROLE,
    COL_CURRENCY,
    COL_NAME,
    COL_STATUS,
    COL_ALLOW_NEGATIVE,
    COL_DEBITS_POSTED,
    COL_CREDITS_POSTED,
    COL_DEBITS_PENDING,
    COL_CREDITS_PENDING,
    COL_VERSION,
    COL_LAST_ENTRY_AT,
    COL_METADATA,
    COL_CREATED_AT,
    COL_PLACE
};

static enum status send_locks(struct store *st, const struct needs *needs)
{
    db_params_reset(&st->params);
    db_array_open(&st->params, DB_INT8);
    for (size_t i = 0; i < needs->lock_count; i++)
        db_array_int(&st->params, needs->locks[i]);
    db_array_close(&st->params);
    return db_pipeline_send(st->db, LEDGER_SQL_TAKE_LOCKS, &st->params);
}

static enum status send_keys(struct store *st, const struct load_request *req)
{
    db_params_reset(&st->params);
    db_array_open(&st->params, DB_UUID);
    for (size_t i = 0; i < req->command_count; i++)
        db_array_uuid(&st->params, &req->commands[i].key_digest);
    db_array_close(&st->params);
    db_param_int4(&st->params, (int32_t)st->key_window_days);
    return db_pipeline_send(st->db, LEDGER_SQL_LOAD_KEYS, &st->params);
}

static enum status send_sources(struct store *st, const struct load_request *req)
{
    db_params_reset(&st->params);
    db_array_open(&st->params, DB_UUID);
    for (size_t i = 0; i < req->command_count; i++)
        if (req->commands[i].envelope.source.len > 0)
            db_array_uuid(&st->params, &req->commands[i].source_digest);
    db_array_close(&st->params);
    return db_pipeline_send(st->db, LEDGER_SQL_LOAD_SOURCES, &st->params);
}

static enum status send_accounts(struct store *st, const struct needs *needs)
{
    db_params_reset(&st->params);
    db_array_open(&st->params, DB_UUID);
    for (size_t i = 0; i < needs->account_count; i++)
        db_array_uuid(&st->params, &needs->accounts[i]);
    db_array_close(&st->params);
    db_param_bool(&st->params, needs->whole_accounts);
    return db_pipeline_send(st->db, LEDGER_SQL_LOAD_ACCOUNTS, &st->params);
}

static bool has_sources(const struct load_request *req)
{
    for (size_t i = 0; i < req->command_count; i++)
        if (req->commands[i].envelope.source.len > 0)
            return true;
    return false;
}

/* Sends in order until one fails; notes where each result will be. */
static enum status send_all(struct store *st, const struct load_request *req, struct steps *steps)
{
    *steps = (struct steps){.sources = -1};
    enum status s = db_pipeline_begin(st->db);
    if (s == STATUS_OK)
        s = db_pipeline_send_sql(st->db, "begin");
    if (s == STATUS_OK)
        s = send_locks(st, req->needs);
    steps->locks = 1; /* after BEGIN */
    steps->count = 2;
    if (s == STATUS_OK) {
        s = send_keys(st, req);
        steps->keys = steps->count++;
    }
    if (s == STATUS_OK && has_sources(req)) {
        s = send_sources(st, req);
        steps->sources = steps->count++;
    }
    if (s == STATUS_OK) {
        s = send_accounts(st, req->needs);
        steps->accounts = steps->count++;
    }
    return s;
}

/* A copy that outlives the PGresult; sticky failure through the ledger. */
static struct str keep(struct ledger *l, struct str s)
{
    if (s.data == NULL || s.len == 0)
        return (struct str){NULL, 0};
    char *copy = arena_strndup(l->arena, s.data, s.len);
    if (copy == NULL) {
        l->out_of_memory = true;
        return (struct str){NULL, 0};
    }
    return (struct str){copy, s.len};
}

static void read_account(struct ledger *l, const PGresult *r, int row)
{
    struct uuid id = db_get_uuid(r, row, COL_ID);
    struct account *a = ledger_add_account(l, &id);
    if (a == NULL)
        return;
    struct str currency = db_get_str(r, row, COL_CURRENCY), role = db_get_str(r, row, COL_ROLE);
    bool known = account_type_parse(db_get_str(r, row, COL_TYPE), &a->type) &&
                 account_status_parse(db_get_str(r, row, COL_STATUS), &a->status) &&
                 (role.data == NULL || account_role_parse(role, &a->role));
    assert(known && currency.len == 3); /* the tables' CHECKs have the same words */
    memcpy(a->currency, currency.data, 3);
    a->owner = keep(l, db_get_str(r, row, COL_OWNER));
    a->name = keep(l, db_get_str(r, row, COL_NAME));
    a->metadata = keep(l, db_get_str(r, row, COL_METADATA));
    a->allow_negative = db_get_bool(r, row, COL_ALLOW_NEGATIVE);
    a->debits_posted = db_get_int(r, row, COL_DEBITS_POSTED);
    a->credits_posted = db_get_int(r, row, COL_CREDITS_POSTED);
    a->debits_pending = db_get_int(r, row, COL_DEBITS_PENDING);
    a->credits_pending = db_get_int(r, row, COL_CREDITS_PENDING);
    a->version = db_get_int(r, row, COL_VERSION);
    a->last_entry_us = db_is_null(r, row, COL_LAST_ENTRY_AT) ? 0 : db_get_time(r, row, COL_LAST_ENTRY_AT);
    a->created_us = db_is_null(r, row, COL_CREATED_AT) ? 0 : db_get_time(r, row, COL_CREATED_AT);
    db_get_place(r, row, COL_PLACE, a->place);
    a->loaded_version = a->version;
    a->loaded_status = a->status;
}

static void read_keys(struct ledger *l, const PGresult *r, struct loaded *out)
{
    int n = PQntuples(r);
    out->keys = arena_alloc_array(l->arena, (size_t)n + 1, sizeof *out->keys);
    if (out->keys == NULL) {
        l->out_of_memory = true;
        return;
    }
    for (int i = 0; i < n; i++) {
        struct stored_key *k = &out->keys[i];
        struct str fingerprint = db_get_str(r, i, 1);
        assert(fingerprint.len == DIGEST_SIZE);
        k->digest = db_get_uuid(r, i, 0);
        memcpy(k->fingerprint.bytes, fingerprint.data, DIGEST_SIZE);
        k->command_id = db_get_uuid(r, i, 2);
        k->status = (int)db_get_int(r, i, 3);
        k->body = keep(l, db_get_str(r, i, 4));
    }
    out->key_count = (size_t)n;
}

static void read_sources(struct ledger *l, const PGresult *r, struct loaded *out)
{
    int n = PQntuples(r);
    out->sources = arena_alloc_array(l->arena, (size_t)n + 1, sizeof *out->sources);
    if (out->sources == NULL) {
        l->out_of_memory = true;
        return;
    }
    for (int i = 0; i < n; i++) {
        out->sources[i].digest = db_get_uuid(r, i, 0);
        out->sources[i].status = (int)db_get_int(r, i, 1);
        out->sources[i].body = keep(l, db_get_str(r, i, 2));
    }
    out->source_count = (size_t)n;
}

enum status store_load(struct store *st, const struct load_request *req, struct ledger *l,
                       struct loaded *ret_loaded)
{
    PGresult *results[STEPS_MAX] = {NULL};
    struct steps steps;
    enum status s = send_all(st, req, &steps);
    if (s == STATUS_OK)
        s = db_pipeline_finish(st->db, results, steps.count);
    if (s != STATUS_OK)
        return s;
    struct loaded loaded = {.db_now_us = db_get_time(results[steps.locks], 0, 1)};
    for (int i = 0; i < PQntuples(results[steps.accounts]); i++)
        read_account(l, results[steps.accounts], i);
    read_keys(l, results[steps.keys], &loaded);
    if (steps.sources >= 0)
        read_sources(l, results[steps.sources], &loaded);
    for (int i = 0; i < steps.count; i++)
        db_result_ptr(&results[i]);
    if (l->out_of_memory)
        return STATUS_FULL;
    *ret_loaded = loaded;
    return STATUS_OK;
}
