/* accepted_webhooks.c - see accepted_webhooks.h. */
#include "ledger-svc/store/accepted_webhooks.h"

#include <assert.h>
#include <string.h>

#include "ledger-svc/store/columns.h"
#include "ledger-svc/store/load_objects.h"
#include "ledger_statements.h"

/* Columns of load_webhook_events.sql. */
enum webhook_column { WEBHOOK_PROVIDER, WEBHOOK_EVENT_ID, WEBHOOK_ID, WEBHOOK_FINGERPRINT, WEBHOOK_STATE };

/* In the order of the statement's parameters. */
/* clang-format off */
#define WEBHOOK(type, use, field, member) COLUMN(type, use, field, webhook_row, member)
static const struct column webhook_columns[] = {
    WEBHOOK(UUID, EACH, UUID, id),
    WEBHOOK(UUID, EACH, UUID, work_id),
    WEBHOOK(TEXT, SHARED, STR, provider),
    WEBHOOK(TEXT, EACH, STR, event_id),
    WEBHOOK(TEXT, SHARED, STR, event_type),
    WEBHOOK(BYTEA, EACH, DIGEST, fingerprint),
    WEBHOOK(JSON, EACH, STR, payload),
    WEBHOOK(TIME, OPTIONAL, TIME, occurred_us),
    WEBHOOK(TEXT, OPTIONAL, STR, traceparent),
};
/* clang-format on */

enum status webhook_events_send(struct store *st, const struct webhook_key_list *keys)
{
    db_params_reset(&st->params);
    db_array_open(&st->params, DB_TEXT);
    for (size_t i = 0; i < keys->count; i++)
        db_array_bytes(&st->params, keys->keys[i].provider.data, keys->keys[i].provider.len);
    db_array_close(&st->params);
    db_array_open(&st->params, DB_TEXT);
    for (size_t i = 0; i < keys->count; i++)
        db_array_bytes(&st->params, keys->keys[i].event_id.data, keys->keys[i].event_id.len);
    db_array_close(&st->params);
    return db_pipeline_send(st->db, LEDGER_SQL_LOAD_WEBHOOK_EVENTS, &st->params);
}

void webhook_events_read(struct ledger *l, const PGresult *r, int row)
{
    struct uuid digest =
        digest_webhook_event(db_get_str(r, row, WEBHOOK_PROVIDER), db_get_str(r, row, WEBHOOK_EVENT_ID));
    if (ledger_find_webhook(l, &digest) != NULL) /* two of the batch's commands ask for it */
        return;
    struct webhook_event *event = ledger_add_webhook(l, &digest);
    if (event == NULL)
        return;
    struct str fingerprint = db_get_str(r, row, WEBHOOK_FINGERPRINT);
    assert(fingerprint.len == DIGEST_SIZE);
    memcpy(event->fingerprint.bytes, fingerprint.data, DIGEST_SIZE);
    event->id = db_get_uuid(r, row, WEBHOOK_ID);
    event->status = load_keep(l, db_get_str(r, row, WEBHOOK_STATE));
}

enum status webhook_events_save(struct store *st, const struct plan *plan, int64_t now_us)
{
    db_params_reset(&st->params);
    COLUMNS_ADD(&st->params, webhook_columns, plan->webhooks, plan->webhook_count);
    db_param_time(&st->params, now_us);
    db_param_int8(&st->params, (int64_t)plan->webhook_count);
    return db_pipeline_send(st->db, LEDGER_SQL_INSERT_WEBHOOK_EVENTS, &st->params);
}
