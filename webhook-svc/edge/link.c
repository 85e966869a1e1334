/* link.c - see link.h. */
#include "webhook-svc/edge/link.h"

#include <string.h>

#include "shared/io/log.h"
#include "webhook-svc/edge/webhook_metrics.h"
#include "webhook-svc/store/session.h"

void link_init(struct link *l, const char *database_url)
{
    *l = (struct link){.options = webhook_session_options(database_url)};
}

enum status link_connect(struct link *l)
{
    if (l->db != NULL)
        return STATUS_OK;
    enum status s = db_open(&l->options, &l->db);
    if (s != STATUS_OK) {
        if (!l->connect_failed) /* once an outage, not once a try */
            log_event(LOG_WARN, "database_connect_failed", log_str("error", db_connect_error()));
        l->connect_failed = true;
        return s;
    }
    log_event(LOG_INFO, "database_connected");
    l->connect_failed = false;
    metric_add(webhook_metrics.database_connects, 1);
    atomic_store(&l->ready, true);
    return STATUS_OK;
}

bool link_blames_a_row(const struct db *db, enum status status)
{
    /* Data that is wrong, constraints, sizes, our own refusals, and pages that are damaged. */
    static const char *const classes[] = {"22", "23", "54", "P0", "PB", "XX"};
    bool blames = status == STATUS_FULL;
    for (size_t i = 0; status == STATUS_FAILED && i < sizeof classes / sizeof classes[0]; i++)
        blames = blames || strncmp(db_sqlstate(db), classes[i], strlen(classes[i])) == 0;
    return blames;
}

void link_failed(struct link *l, const char *what, enum status status)
{
    log_event(LOG_WARN, "database_call_failed", log_str("at", what), log_str("status", status_name(status)),
              log_str("sqlstate", db_sqlstate(l->db)), log_str("error", db_error(l->db)));
    bool is_failed_transaction = PQtransactionStatus(db_raw(l->db)) == PQTRANS_INERROR;
    if ((is_failed_transaction && db_exec(l->db, "rollback") != STATUS_OK) || !db_is_usable(l->db))
        link_close(l);
}

void link_close(struct link *l)
{
    db_close(l->db);
    l->db = NULL;
    atomic_store(&l->ready, false);
}
