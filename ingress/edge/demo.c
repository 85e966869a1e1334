/* demo.c - see demo.h. */
#include "ingress/edge/demo.h"

#include <stdio.h>
#include <string.h>

#include "ingress/edge/reads.h"
#include "ingress/store/demo_stats.h"

#define SECRET_MIN 16

enum status demo_load_secret(const char *file, char ret_secret[DEMO_SECRET_MAX + 1], FILE *errors)
{
    char line[DEMO_SECRET_MAX + 2] = ""; /* with its end */
    ret_secret[0] = '\0';
    if (file == NULL) {
        return STATUS_OK;
    }
    FILE *f = fopen(file, "re");
    bool is_read = f != NULL && fgets(line, sizeof(line), f) != NULL;
    if (f != NULL) {
        fclose(f);
    }
    line[strcspn(line, "\r\n")] = '\0';
    if (!is_read || strlen(line) < SECRET_MIN || strlen(line) > DEMO_SECRET_MAX) {
        fprintf(errors, "PAYBUS_DEMO_SECRET_FILE wants a line of %d to %d characters\n", SECRET_MIN,
                DEMO_SECRET_MAX);
        return STATUS_INVALID;
    }
    memcpy(ret_secret, line, strlen(line) + 1);
    return STATUS_OK;
}

static void write_count(struct json_out *out, const char *key, int64_t count)
{
    json_key(out, key);
    json_int(out, count);
}

void demo_stats(struct exchange *ex)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, demo_stats_read, NULL, &r)) {
        return;
    }
    struct demo_stats_row s;
    demo_stats_row(r, &s);
    struct json_out out = exchange_json(ex);
    json_object_open(&out);
    write_count(&out, "dlq_size", s.dlq_size);
    write_count(&out, "processed_webhooks", s.processed_webhooks);
    write_count(&out, "deduped_webhooks", s.deduped_webhooks);
    write_count(&out, "active_holds", s.active_holds);
    write_count(&out, "idempotency_replays", s.idempotency_replays);
    json_key(&out, "last_reconcile_at");
    if (s.last_reconcile_us > 0) {
        json_time(&out, s.last_reconcile_us);
    } else {
        json_write_null(&out);
    }
    write_count(&out, "reconcile_runs_total", s.reconcile_runs);
    json_object_close(&out);
}
