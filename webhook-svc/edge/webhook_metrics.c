/* webhook_metrics.c - see webhook_metrics.h. */
#include "webhook-svc/edge/webhook_metrics.h"

struct webhook_metrics webhook_metrics;

void webhook_metrics_init(void)
{
    struct webhook_metrics *m = &webhook_metrics;
    m->dead_letters = metrics_gauge("paybus_dead_letters", "Dead letters that are open.", "");
    m->dead_letters_oldest = metrics_gauge("paybus_dead_letters_oldest_timestamp_seconds",
                                           "When the oldest open dead letter was made; 0 without any.", "");
    m->database_connects =
        metrics_counter("paybus_webhook_database_connects_total", "Database connections opened.", "");
}
