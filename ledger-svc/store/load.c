/* load.c - see load.h. */
#include "ledger-svc/store/load.h"

#include <assert.h>
#include <string.h>

#include "ledger-svc/store/accepted_webhooks.h"
#include "ledger-svc/store/endpoints.h"
#include "ledger-svc/store/load_objects.h"
#include "ledger_statements.h"

/* Where each statement's result is in the pipeline. */
struct steps {
    int locks, keys, sources, webhooks, holds, originals, original_entries, fx, accounts; /* -1: not asked */
    struct endpoint_steps endpoints;
    int count;
};
#define STEPS_MAX 11

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

static enum status send_locks(struct store *st, const struct lock_list *locks)
{
    db_params_reset(&st->params);
    db_array_open(&st->params, DB_INT8);
    for (size_t i = 0; i < locks->count; i++)
        db_array_int(&st->params, locks->numbers[i]);
    db_array_close(&st->params);
    return db_pipeline_send(st->db, LEDGER_SQL_TAKE_LOCKS, &st->params);
}

static enum status send_keys(struct store *st, const struct load_request *req)
{
    db_params_reset(&st->params);
    db_array_open(&st->params, DB_UUID);
    for (size_t i = 0; i < req->command_count; i++)
        if (req->commands[i].type->own_key == NULL)
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

static void add_ids(struct db_params *p, const struct id_list *list)
{
    db_params_reset(p);
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < list->count; i++)
        db_array_uuid(p, &list->ids[i]);
    db_array_close(p);
}

static enum status send_ids(struct store *st, int statement, const struct id_list *list)
{
    add_ids(&st->params, list);
    return db_pipeline_send(st->db, statement, &st->params);
}

static enum status send_accounts(struct store *st, const struct needs *needs)
{
    add_ids(&st->params, &needs->accounts);
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

/* Holds, originals and currencies, if there are any. */
static enum status send_objects(struct store *st, const struct needs *needs, struct steps *steps)
{
    enum status s = STATUS_OK;
    if (needs->holds.count > 0) {
        s = send_ids(st, LEDGER_SQL_LOAD_HOLDS, &needs->holds);
        steps->holds = steps->count++;
    }
    if (s == STATUS_OK && needs->originals.count > 0) {
        s = send_ids(st, LEDGER_SQL_LOAD_ORIGINALS, &needs->originals);
        steps->originals = steps->count++;
        if (s == STATUS_OK)
            s = send_ids(st, LEDGER_SQL_LOAD_ORIGINAL_ENTRIES, &needs->originals);
        steps->original_entries = steps->count++;
    }
    if (s == STATUS_OK && needs->exchanged.count > 0) {
        s = send_ids(st, LEDGER_SQL_LOAD_FX_CURRENCIES, &needs->exchanged);
        steps->fx = steps->count++;
    }
    return s;
}

/* Sends in order until one fails; notes where each result will be. */
static enum status send_all(struct store *st, const struct load_request *req, struct steps *steps)
{
    *steps = (struct steps){.keys = -1,
                            .sources = -1,
                            .webhooks = -1,
                            .holds = -1,
                            .originals = -1,
                            .original_entries = -1,
                            .fx = -1,
                            .accounts = -1};
    enum status s = db_pipeline_begin(st->db);
    if (s == STATUS_OK)
        s = db_pipeline_send_sql(st->db, "begin");
    if (s == STATUS_OK)
        s = send_locks(st, &req->needs->locks);
    steps->locks = 1; /* after BEGIN */
    steps->count = 2;
    if (s == STATUS_OK && req->needs->webhooks.count < req->command_count) {
        s = send_keys(st, req);
        steps->keys = steps->count++;
    }
    if (s == STATUS_OK && req->needs->webhooks.count > 0) {
        s = webhook_events_send(st, &req->needs->webhooks);
        steps->webhooks = steps->count++;
    }
    if (s == STATUS_OK && has_sources(req)) {
        s = send_sources(st, req);
        steps->sources = steps->count++;
    }
    if (s == STATUS_OK)
        s = endpoints_send(st, req->needs, &steps->endpoints, &steps->count);
    if (s == STATUS_OK && batch_has_objects(req->needs)) {
        s = send_objects(st, req->needs, steps);
    } else if (s == STATUS_OK && req->needs->accounts.count > 0) {
        s = send_accounts(st, req->needs);
        steps->accounts = steps->count++;
    }
    return s;
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
    a->owner = load_keep(l, db_get_str(r, row, COL_OWNER));
    a->name = load_keep(l, db_get_str(r, row, COL_NAME));
    a->metadata = load_keep(l, db_get_str(r, row, COL_METADATA));
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

static void read_fx(struct ledger *l, const PGresult *r, int row)
{
    ledger_add_fx(l, db_get_str(r, row, 0));
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
        k->body = load_keep(l, db_get_str(r, i, 4));
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
        out->sources[i].body = load_keep(l, db_get_str(r, i, 2));
    }
    out->source_count = (size_t)n;
}

/* Every row of a step's result, if the step was asked. */
static void read_rows(struct ledger *l, PGresult *const *results, int step,
                      void (*read)(struct ledger *l, const PGresult *r, int row))
{
    for (int i = 0; step >= 0 && i < PQntuples(results[step]); i++)
        read(l, results[step], i);
}

static void clear_results(PGresult **results, int count)
{
    for (int i = 0; i < count; i++)
        db_result_ptr(&results[i]);
}

static void read_locks(const PGresult *r, struct loaded *out)
{
    out->db_now_us = db_get_time(r, 0, 1);
    out->locks_took_us += out->db_now_us - db_get_time(r, 0, 2);
}

/* The accounts of objects: locked after everything else, and the clock is read again after that. */
static enum status load_accounts_of_objects(struct store *st, struct needs *needs, struct ledger *l,
                                            struct loaded *loaded)
{
    PGresult *results[2] = {NULL};
    batch_needs_of_objects(l, needs, l->arena);
    if (needs->out_of_memory || l->out_of_memory)
        return STATUS_FULL;
    enum status s = db_pipeline_begin(st->db);
    if (s == STATUS_OK)
        s = send_locks(st, &needs->account_locks);
    if (s == STATUS_OK)
        s = send_accounts(st, needs);
    if (s == STATUS_OK)
        s = db_pipeline_finish(st->db, results, 2);
    if (s != STATUS_OK)
        return s;
    read_locks(results[0], loaded);
    read_rows(l, results, 1, read_account);
    clear_results(results, 2);
    return STATUS_OK;
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
    struct loaded loaded = {0};
    read_locks(results[steps.locks], &loaded);
    if (steps.keys >= 0)
        read_keys(l, results[steps.keys], &loaded);
    if (steps.sources >= 0)
        read_sources(l, results[steps.sources], &loaded);
    read_rows(l, results, steps.webhooks, webhook_events_read);
    read_rows(l, results, steps.holds, load_hold);
    read_rows(l, results, steps.originals, load_original);
    read_rows(l, results, steps.original_entries, load_original_entry);
    read_rows(l, results, steps.fx, read_fx);
    read_rows(l, results, steps.accounts, read_account);
    endpoints_read(l, results, &steps.endpoints);
    clear_results(results, steps.count);
    if (batch_has_objects(req->needs))
        s = load_accounts_of_objects(st, req->needs, l, &loaded);
    if (s != STATUS_OK)
        return s;
    if (l->out_of_memory)
        return STATUS_FULL;
    *ret_loaded = loaded;
    return STATUS_OK;
}
