/* fanout_refusal.c - see fanout_refusal.h. */
#include "webhook-svc/edge/fanout_refusal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/typeid.h"
#include "shared/io/log.h"
#include "webhook-svc/edge/link.h"
#include "webhook-svc/edge/webhook_metrics.h"
#include "webhook-svc/store/dead_letters.h"

#define SUBJECT_SIZE 256

static const char *text_of(const json_t *event, const char *member)
{
    const char *text = json_string_value(json_object_get(event, member));
    return text != NULL ? text : "";
}

void fanout_refusal_note(struct fanout_refusal *r, const json_t *event, const struct uuid *endpoint,
                         const char *reason)
{
    char id[TYPEID_TEXT_SIZE] = "all endpoints", plain[JOB_ERROR_SIZE / 2];
    if (endpoint != NULL)
        typeid_format("we", endpoint, id);
    job_copy_plain(reason, plain, sizeof plain);
    log_event(LOG_ERROR, "event_refused", log_str("event_id", text_of(event, "id")), log_str("endpoint", id),
              log_str("error", plain));
    if (r->count++ == 0)
        (void)snprintf(r->error, sizeof r->error, "%s: %s", id, plain);
}

static enum status insert(struct db *db, struct db_params *p, const struct dead_letter *letter)
{
    enum status s = db_exec(db, "savepoint dead_letter");
    return s == STATUS_OK ? store_insert_dead_letter(db, p, letter) : s;
}

/* The least that cannot fail; if that does, the log has to do. */
static enum status insert_least(struct db *db, struct db_params *p, struct dead_letter *letter)
{
    letter->subject = "pay.evt";
    letter->event_type = letter->payload = (struct str){0};
    enum status s = db_exec(db, "rollback to savepoint dead_letter");
    if (s == STATUS_OK)
        s = insert(db, p, letter);
    if (s == STATUS_OK || !link_blames_a_row(db, s))
        return s;
    log_event(LOG_ERROR, "dead_letter_refused", log_str("error", db_error(db)));
    return db_exec(db, "rollback to savepoint dead_letter");
}

enum status fanout_refusal_bury(const struct fanout_refusal *r, struct db *db, struct db_params *p,
                                const struct uuid *id, const json_t *event)
{
    char subject[SUBJECT_SIZE];
    char *text = json_dumps(event, JSON_COMPACT);
    if (text == NULL)
        return STATUS_NO_MEMORY;
    size_t len = strlen(text), kept = len < LETTER_BYTES_MAX ? len : LETTER_BYTES_MAX;
    (void)snprintf(subject, sizeof subject, "pay.evt.%s", text_of(event, "type"));
    struct dead_letter letter = {.id = *id,
                                 .kind = WORK_KIND_delivery,
                                 .event_type = str_of(text_of(event, "type")),
                                 .subject = subject,
                                 .payload = {text, kept},
                                 .cut_from = len > kept ? (int)len : 0,
                                 .error = r->error,
                                 .attempts = 1};
    enum status s = insert(db, p, &letter);
    if (s != STATUS_OK && link_blames_a_row(db, s))
        s = insert_least(db, p, &letter);
    free(text);
    if (s == STATUS_OK)
        metric_add(webhook_metrics.events_refused, 1);
    return s;
}
