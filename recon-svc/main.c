/* main.c - recon-svc: proves that the books are right, on schedule and on demand, or once and ends. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "build_commit.h"
#include "recon-svc/edge/answer.h"
#include "recon-svc/edge/config.h"
#include "recon-svc/edge/once.h"
#include "recon-svc/edge/ops.h"
#include "recon-svc/edge/projector.h"
#include "recon-svc/edge/recon_metrics.h"
#include "recon-svc/edge/scheduler.h"
#include "recon-svc/edge/statement_desk.h"
#include "shared/contract/bank_statement.h"
#include "shared/core/clock.h"
#include "shared/io/admin_http.h"
#include "shared/io/bus.h"
#include "shared/io/log.h"
#include "shared/io/micro.h"
#include "shared/io/service.h"

#define BUS_CLOSE_MS 2000
#define NICE         10

struct recon_service {
    struct recon_config config;
    struct bus *bus;
    struct micro *micro;
    struct scheduler *scheduler;
    struct projector *projector;
    struct ops *ops;
    struct statement_desk *desk;
    struct admin_http *admin;
};

/* As `nats micro info recon-svc` shows it. */
static struct micro_endpoint endpoints[2 + OPS_SERVICES] = {
    {"run", RECON_RUN_SUBJECT, RECON_QUEUE, &scheduler_counts},
    {"statement", BANK_STATEMENT_SUBJECT, RECON_QUEUE, &statement_desk_counts},
};
static const struct micro_options micro_options = {.name = "recon-svc",
                                                   .description = "Proves that the books are right",
                                                   .endpoints = endpoints,
                                                   .endpoint_count = sizeof endpoints / sizeof endpoints[0]};

static bool nats_is_ready(void *context, char *ret_detail, unsigned detail_size)
{
    const struct recon_service *s = context;
    bool ready = bus_is_connected(s->bus);
    (void)snprintf(ret_detail, detail_size, "%s", ready ? "connected" : "not connected");
    return ready;
}

static bool postgresql_is_ready(void *context, char *ret_detail, unsigned detail_size)
{
    const struct recon_service *s = context;
    bool ready = s->scheduler != NULL && scheduler_database_ready(s->scheduler);
    (void)snprintf(ret_detail, detail_size, "%s", ready ? "the last look succeeded" : "not reached");
    return ready;
}

static enum status start(struct recon_service *s, const struct readiness_check *checks, size_t check_count)
{
    const struct bus_options options = recon_bus_options(&s->config);
    enum status status = bus_open(&options, &s->bus);
    memcpy(&endpoints[2], ops_endpoints, sizeof ops_endpoints);
    if (status == STATUS_OK)
        status = micro_open(s->bus, &micro_options, &s->micro);
    if (status == STATUS_OK)
        status = scheduler_start(&s->config, s->bus, &s->scheduler);
    if (status == STATUS_OK)
        status = projector_start(&s->config, s->bus, s->scheduler, &s->projector);
    if (status == STATUS_OK)
        status = ops_open(&s->config, s->bus, s->scheduler, &s->ops);
    if (status == STATUS_OK)
        status = statement_desk_open(&s->config, s->bus, &s->desk);
    if (status == STATUS_OK)
        status = admin_http_start(s->config.admin_listen, checks, check_count, &s->admin);
    return status;
}

static void stop(struct recon_service *s)
{
    int64_t start_ms = clock_monotonic_ms();
    projector_join(s->projector);
    scheduler_join(s->scheduler);
    bus_close(s->bus, BUS_CLOSE_MS);
    projector_close(s->projector);
    scheduler_close(s->scheduler);
    ops_close(s->ops);
    statement_desk_close(s->desk);
    micro_close(s->micro);
    admin_http_stop(s->admin);
    log_event(LOG_INFO, "stopped", log_int("drain_ms", clock_monotonic_ms() - start_ms));
}

static int serve(struct recon_service *s)
{
    static struct readiness_check checks[2];
    checks[0] = (struct readiness_check){"postgresql", postgresql_is_ready, s};
    checks[1] = (struct readiness_check){"nats", nats_is_ready, s};
    enum status status = start(s, checks, 2);
    if (status == STATUS_OK) {
        log_event(LOG_INFO, "ready", log_str("admin", s->config.admin_listen));
        service_wait_for_stop();
    } else {
        log_event(LOG_ERROR, "start_failed", log_str("status", status_name(status)));
        service_request_stop();
    }
    stop(s);
    return status == STATUS_OK ? EXIT_OK : EXIT_NOT_AVAILABLE;
}

/* Who pays goes first: where processors are scarce, a proof takes what the other services leave. Threads that
   are started later inherit it. */
static void give_way(void)
{
    if (setpriority(PRIO_PROCESS, 0, NICE) != 0)
        log_event(LOG_WARN, "gives_no_way");
}

int main(int argc, char **argv)
{
    static struct recon_service s;
    const struct service_program program = {.name = "recon-svc",
                                            .commit = PAYBUS_COMMIT,
                                            .rows = recon_config_rows,
                                            .row_count = recon_config_row_count,
                                            .config = &s.config,
                                            .log_level = &s.config.log_level,
                                            .instance = &s.config.instance,
                                            .further_options = ONCE_OPTIONS,
                                            .notes = ONCE_NOTES};
    enum once_mode once = once_take_options(&argc, argv);
    int code = service_begin(&program, argc, argv);
    if (code != SERVICE_GOES_ON)
        return code;
    give_way();
    recon_metrics_init();
    return once == ONCE_NOT ? serve(&s) : once_run(&s.config, once);
}
