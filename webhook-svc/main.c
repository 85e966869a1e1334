/* main.c - webhook-svc: work from PAY_WORK, worked off with retries; what is given up becomes a dead letter.
 */
#include <curl/curl.h>
#include <stdio.h>

#include "build_commit.h"
#include "shared/core/clock.h"
#include "shared/io/admin_http.h"
#include "shared/io/bus.h"
#include "shared/io/log.h"
#include "shared/io/micro.h"
#include "shared/io/service.h"
#include "webhook-svc/edge/bus_server.h"
#include "webhook-svc/edge/config.h"
#include "webhook-svc/edge/deliveries.h"
#include "webhook-svc/edge/engine.h"
#include "webhook-svc/edge/fanout.h"
#include "webhook-svc/edge/ops.h"
#include "webhook-svc/edge/sweeper.h"
#include "webhook-svc/edge/webhook_events.h"
#include "webhook-svc/edge/webhook_metrics.h"

#define BUS_CLOSE_MS 2000

struct webhook_service {
    struct webhook_config config;
    struct bus *bus;
    struct micro *micro;
    struct suspects suspects;
    struct bell webhook_bell; /* of the engine of kind webhook */
    struct webhook_events *webhook_events;
    struct engine *webhook_engine;
    struct bell delivery_bell; /* of the engine of kind delivery */
    struct delivery_queue delivery_queue;
    struct deliveries *deliveries;
    struct engine *delivery_engine;
    struct fanout *fanout;
    struct ops *ops;
    struct sweeper *sweeper;
    struct admin_http *admin;
};

static struct micro_options micro_options = {
    .name = "webhook-svc", .description = "Works off what is to be done outside the ledger"};

static bool nats_is_ready(void *context, char *ret_detail, unsigned detail_size)
{
    const struct webhook_service *s = context;
    bool ready = bus_is_connected(s->bus);
    (void)snprintf(ret_detail, detail_size, "%s", ready ? "connected" : "not connected");
    return ready;
}

static bool postgresql_is_ready(void *context, char *ret_detail, unsigned detail_size)
{
    const struct webhook_service *s = context;
    bool ready = s->sweeper != NULL && sweeper_database_ready(s->sweeper) &&
                 engine_is_ready(s->webhook_engine) && engine_is_ready(s->delivery_engine);
    (void)snprintf(ret_detail, detail_size, "%s", ready ? "connected" : "not connected");
    return ready;
}

/* Without its consumer it is alive and does nothing. */
static bool work_is_ready(void *context, char *ret_detail, unsigned detail_size)
{
    const struct webhook_service *s = context;
    bool ready = s->webhook_engine != NULL && engine_is_asking(s->webhook_engine) &&
                 s->delivery_engine != NULL && engine_is_asking(s->delivery_engine);
    (void)snprintf(ret_detail, detail_size, "%s", ready ? "consumed" : "no consumer of PAY_WORK");
    return ready;
}

static enum status start_webhooks(struct webhook_service *s)
{
    enum status status = webhook_events_open(&s->config, s->bus, &s->webhook_bell, &s->webhook_events);
    const struct engine_options options = {.config = &s->config,
                                           .bus = s->bus,
                                           .handler = &webhook_events_handler,
                                           .context = s->webhook_events,
                                           .bell = &s->webhook_bell,
                                           .suspects = &s->suspects};
    return status == STATUS_OK ? engine_start(&options, &s->webhook_engine) : status;
}

static enum status start_deliveries(struct webhook_service *s)
{
    enum status status = deliveries_open(&s->config, &s->deliveries);
    const struct engine_options options = {.config = &s->config,
                                           .bus = s->bus,
                                           .handler = &deliveries_handler,
                                           .context = s->deliveries,
                                           .bell = &s->delivery_bell,
                                           .suspects = &s->suspects};
    if (status == STATUS_OK)
        status = engine_start(&options, &s->delivery_engine);
    return status == STATUS_OK ? fanout_start(&s->config, s->bus, &s->delivery_queue, &s->fanout) : status;
}

static enum status start(struct webhook_service *s, const struct readiness_check *checks, size_t check_count)
{
    struct bus_options options = {.servers = s->config.nats_servers,
                                  .credentials_file = s->config.nats_credentials_file,
                                  .name = "webhook-svc",
                                  .inbox_prefix = "_INBOX_webhook"};
    enum status status = bus_open(&options, &s->bus);
    micro_options.endpoints = ops_endpoints;
    micro_options.endpoint_count = ops_endpoint_count(&s->config);
    if (status == STATUS_OK)
        status = micro_open(s->bus, &micro_options, &s->micro);
    if (status == STATUS_OK)
        status = start_webhooks(s);
    if (status == STATUS_OK)
        status = start_deliveries(s);
    if (status == STATUS_OK)
        status = ops_open(&s->config, s->bus, &s->ops);
    if (status == STATUS_OK)
        status = sweeper_start(&s->config, s->bus, &s->delivery_queue, &s->sweeper);
    if (status == STATUS_OK)
        status = admin_http_start(s->config.admin_listen, checks, check_count, &s->admin);
    return status;
}

static void stop(struct webhook_service *s)
{
    int64_t start_ms = clock_monotonic_ms();
    sweeper_join(s->sweeper);
    fanout_join(s->fanout);
    engine_join(s->webhook_engine);
    engine_join(s->delivery_engine);
    deliveries_close(s->deliveries);
    bus_close(s->bus, BUS_CLOSE_MS);
    micro_close(s->micro);
    engine_close(s->webhook_engine);
    engine_close(s->delivery_engine);
    fanout_close(s->fanout);
    webhook_events_close(s->webhook_events);
    ops_close(s->ops);
    sweeper_close(s->sweeper);
    admin_http_stop(s->admin);
    log_event(LOG_INFO, "stopped", log_int("drain_ms", clock_monotonic_ms() - start_ms));
}

int main(int argc, char **argv)
{
    static struct webhook_service s;
    static const struct readiness_check checks[] = {
        {"postgresql", postgresql_is_ready, &s}, {"nats", nats_is_ready, &s}, {"work", work_is_ready, &s}};
    const struct service_program program = {.name = "webhook-svc",
                                            .commit = PAYBUS_COMMIT,
                                            .rows = webhook_config_rows,
                                            .row_count = webhook_config_row_count,
                                            .config = &s.config,
                                            .log_level = &s.config.log_level,
                                            .instance = &s.config.instance};
    int code = service_begin(&program, argc, argv);
    if (code != SERVICE_GOES_ON)
        return code;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return EXIT_FAILED;
    webhook_metrics_init();
    bus_server_watch(s.config.nats_monitor_url);
    bell_init(&s.webhook_bell);
    bell_init(&s.delivery_bell);
    enum status status = start(&s, checks, sizeof checks / sizeof checks[0]);
    if (status == STATUS_OK) {
        log_event(LOG_INFO, "ready", log_str("admin", s.config.admin_listen));
        service_wait_for_stop();
    } else {
        log_event(LOG_ERROR, "start_failed", log_str("status", status_name(status)));
        service_request_stop();
    }
    stop(&s);
    return status == STATUS_OK ? EXIT_OK : EXIT_NOT_AVAILABLE;
}
