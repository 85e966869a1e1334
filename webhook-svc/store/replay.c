/* replay.c - see replay.h. */
#include "webhook-svc/store/replay.h"

#include "webhook_statements.h"

#define PARAMS_MAX (1 << 17)

enum status store_find_dead_letter(struct db *db, const struct uuid *id, struct found_dead_letter *ret_found)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, id);
    enum status s = db_query(db, WEBHOOK_SQL_FIND_DEAD_LETTER, &p, &r);
    if (s != STATUS_OK)
        return s;
    if (PQntuples(r) == 0)
        return STATUS_NOT_FOUND;
    *ret_found = (struct found_dead_letter){.is_open = db_is_null(r, 0, 1)};
    if (!db_is_null(r, 0, 0))
        ret_found->work_id = db_get_uuid(r, 0, 0);
    return STATUS_OK;
}

enum status store_find_work_of_event(struct db *db, const struct uuid *event, struct uuid *ret_work)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, event);
    enum status s = db_query(db, WEBHOOK_SQL_FIND_WORK_OF_EVENT, &p, &r);
    if (s != STATUS_OK)
        return s;
    if (PQntuples(r) == 0)
        return STATUS_NOT_FOUND;
    *ret_work = db_get_uuid(r, 0, 0);
    return STATUS_OK;
}

static void add_time(struct db_params *p, int64_t unix_us)
{
    if (unix_us == 0)
        db_param_null(p);
    else
        db_param_time(p, unix_us);
}

static void add_filter(struct db_params *p, const struct dead_letter_filter *f)
{
    db_param_text(p, f->kind);
    db_param_text(p, f->event_type);
    db_param_text(p, f->error_contains);
    add_time(p, f->from_us);
    add_time(p, f->to_us);
}

enum status store_list_open_dead_letters(struct db *db, const struct dead_letter_filter *filter,
                                         int64_t limit, const struct uuid *after, PGresult **ret_rows)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    add_filter(&p, filter);
    db_param_int4(&p, (int32_t)limit);
    db_param_uuid(&p, after);
    return db_query(db, WEBHOOK_SQL_LIST_OPEN_DEAD_LETTERS, &p, ret_rows);
}

enum status store_count_open_dead_letters(struct db *db, const struct dead_letter_filter *filter,
                                          int64_t *ret_count)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    add_filter(&p, filter);
    enum status s = db_query(db, WEBHOOK_SQL_COUNT_OPEN_DEAD_LETTERS, &p, &r);
    if (s == STATUS_OK)
        *ret_count = db_get_int(r, 0, 0);
    return s;
}

struct replay_order {
    const struct uuid *ids;
    size_t count;
    struct str actor;
    bool is_parked;
};

static enum status replay(struct db *db, const struct replay_order *o, struct replayed_work *ret_replayed)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_array_open(&p, DB_UUID);
    for (size_t i = 0; i < o->count; i++)
        db_array_uuid(&p, &o->ids[i]);
    db_array_close(&p);
    db_param_text(&p, o->actor);
    db_param_bool(&p, o->is_parked);
    enum status s = db_query(db, WEBHOOK_SQL_REPLAY_WORK, &p, &r);
    if (s != STATUS_OK)
        return s;
    ret_replayed->count = (size_t)PQntuples(r);
    ret_replayed->resolved = PQntuples(r) > 0 ? db_get_int(r, 0, 2) : 0;
    for (int i = 0; i < PQntuples(r); i++) {
        enum work_kind kind;
        ret_replayed->ids[i] = db_get_uuid(r, i, 0);
        if (work_kind_parse(db_get_str(r, i, 1), &kind) == STATUS_OK)
            ret_replayed->of_kind[kind]++;
    }
    return STATUS_OK;
}

enum status store_replay_work(struct db *db, const struct uuid *ids, size_t count, struct str actor,
                              struct replayed_work *ret_replayed)
{
    return replay(db, &(struct replay_order){ids, count, actor, false}, ret_replayed);
}

enum status store_replay_work_later(struct db *db, const struct uuid *ids, size_t count, struct str actor,
                                    struct replayed_work *ret_replayed)
{
    return replay(db, &(struct replay_order){ids, count, actor, true}, ret_replayed);
}

enum status store_discard_dead_letter(struct db *db, const struct uuid *id, struct str actor, struct str note)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, id);
    db_param_text(&p, actor);
    db_param_text(&p, note);
    enum status s = db_query(db, WEBHOOK_SQL_DISCARD_DEAD_LETTER, &p, &r);
    if (s != STATUS_OK)
        return s;
    return PQntuples(r) == 0 ? STATUS_NOT_FOUND : STATUS_OK;
}

enum status store_set_injected_failure(struct db *db, struct str event_id, struct str provider, int64_t times)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, event_id);
    db_param_text(&p, provider);
    db_param_int4(&p, (int32_t)times);
    return db_query(db, WEBHOOK_SQL_SET_INJECTED_FAILURE, &p, &r);
}
