/* sweeper_endpoints.c - endpoints that answered 410, or that have failed for days, are disabled: by a command
   to ledger-svc, which writes the fact. Asking twice changes nothing. */
#include <stdio.h>

#include "shared/contract/command.h"
#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "webhook-svc/edge/sweeper_internal.h"
#include "webhook-svc/edge/webhook_metrics.h"
#include "webhook-svc/store/deliveries.h"

#define BODY_MAX      ((size_t)4 << 10)
#define TIMEOUT_MS    5500
#define DEADLINE_US   INT64_C(5000000)
#define ENDPOINTS_MAX 64

static enum status send(struct sweeper *s, const struct uuid *endpoint, int64_t url_version,
                        const char *reason)
{
    CLEANUP(buf_free) struct buf data = {0}, command = {0};
    struct json_out json;
    buf_init(&data, BODY_MAX);
    buf_init(&command, BODY_MAX);
    json_out_init(&json, &data);
    json_object_open(&json);
    json_key(&json, "endpoint");
    json_typeid(&json, "we", endpoint);
    json_key(&json, "reason");
    json_cstr(&json, reason);
    json_key(&json, "url_version");
    json_int(&json, url_version);
    json_object_close(&json);
    struct command_envelope envelope = {.id = ids_next(&s->ids),
                                        .owner = STR_LIT("system"),
                                        .actor = STR_LIT("webhook-svc"),
                                        .staff = true,
                                        .deadline_us = clock_unix_us() + DEADLINE_US};
    struct str text = {data.data, data.len};
    digest_of(text, &envelope.fingerprint);
    command_write(&envelope, text, &command);
    if (buf_status(&command) != STATUS_OK)
        return STATUS_FULL;
    const struct request request = {.subject = COMMAND_SUBJECT_PREFIX "webhook_endpoint.disable",
                                    .data = command.data,
                                    .len = (int)command.len,
                                    .timeout_ms = TIMEOUT_MS};
    return requests_send(s->requests, &request);
}

static bool was_done(const struct request_end *ended)
{
    int status = 0;
    bool replayed = false;
    struct str body = {0};
    if (ended->status != STATUS_OK)
        return false;
    struct str text = {natsMsg_GetData(ended->reply), (size_t)natsMsg_GetDataLength(ended->reply)};
    return reply_read(text, &status, &replayed, &body) == STATUS_OK && status == 200;
}

enum status measure_owners(struct sweeper *s, bool *ret_more)
{
    struct receiving_owners owners;
    *ret_more = false;
    enum status status = store_count_receiving_owners(s->link.db, &owners);
    if (status != STATUS_OK)
        return status;
    metric_set(webhook_metrics.owners_taking, owners.taking);
    metric_set(webhook_metrics.owners_failing, owners.failing);
    return STATUS_OK;
}

enum status sweep_endpoints(struct sweeper *s, bool *ret_more)
{
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    struct request_end ended;
    char reason[128];
    int64_t hours = s->config->endpoint_failing_hours, disabled = 0;
    enum status status = store_list_hopeless_endpoints(s->link.db, hours, ENDPOINTS_MAX, &rows);
    if (status != STATUS_OK || PQntuples(rows) == 0)
        return status;
    for (int row = 0; row < PQntuples(rows); row++) {
        struct uuid endpoint = db_get_uuid(rows, row, 0);
        if (db_get_bool(rows, row, 1))
            (void)snprintf(reason, sizeof reason, "it answered 410 Gone");
        else
            (void)snprintf(reason, sizeof reason, "every delivery has failed for %lld hours",
                           (long long)hours);
        if (send(s, &endpoint, db_get_int(rows, row, 2), reason) != STATUS_OK)
            break;
    }
    bus_flush(s->bus);
    while (requests_wait(s->requests, &ended)) {
        disabled += was_done(&ended);
        bus_discard(s->bus, ended.reply);
    }
    metric_add(webhook_metrics.endpoints_disabled, disabled);
    if (disabled > 0)
        log_event(LOG_WARN, "endpoints_disabled", log_int("count", disabled));
    *ret_more = disabled == ENDPOINTS_MAX;
    return STATUS_OK;
}
