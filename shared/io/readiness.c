/* readiness.c - see readiness.h. */
#include "shared/io/readiness.h"

#include <assert.h>
#include <stdio.h>

#include "shared/io/metrics.h"

#define DETAIL_SIZE 160

static const struct readiness_check *exported;
static size_t exported_count;
static struct metric *series[READINESS_CHECKS_MAX];

/* A service that stops asks its dependencies nothing more. */
static void collect(void *context)
{
    (void)context;
    for (size_t i = 0; i < exported_count && !service_is_stopping(); i++) {
        char detail[DETAIL_SIZE] = "";
        metric_set(series[i], exported[i].is_ready(exported[i].context, detail, sizeof detail));
    }
}

void readiness_export(const struct readiness_check *checks, size_t count)
{
    assert(count <= READINESS_CHECKS_MAX);
    exported = checks;
    exported_count = count;
    for (size_t i = 0; i < count; i++) {
        char labels[64];
        (void)snprintf(labels, sizeof labels, "dependency=\"%s\"", checks[i].name);
        series[i] = metrics_gauge("paybus_dependency_up",
                                  "1 while the service can use what it needs, as on /readyz.", labels);
    }
    metrics_on_collect(collect, NULL);
}
