/* main.c - ledger-svc: commands from the bus become transactions in PostgreSQL. */
#include <stdio.h>

#include "build_commit.h"
#include "ledger-svc/edge/config.h"
#include "ledger-svc/edge/expiry.h"
#include "ledger-svc/edge/ledger_metrics.h"
#include "ledger-svc/edge/relay.h"
#include "ledger-svc/edge/sealer.h"
#include "ledger-svc/edge/worker.h"
#include "shared/core/clock.h"
#include "shared/io/admin_http.h"
#include "shared/io/bus.h"
#include "shared/io/log.h"
#include "shared/io/micro.h"
#include "shared/io/service.h"

#define WORKERS_MAX  40 /* as many as both settings allow together */
#define BUS_CLOSE_MS 2000

struct ledger_service {
    struct ledger_config config;
    struct bus *bus;
    struct micro *micro;
    struct worker *workers[WORKERS_MAX]; /* first those of single commands, then those of bulk ones */
    struct expiry *expiry;
    struct sealer *sealer;
    struct relay *relay;
    struct admin_http *admin;
};

/* As `nats micro info ledger-svc` shows it. */
static const struct micro_endpoint endpoints[] = {
    {"commands", INBOX_SUBJECT, INBOX_QUEUE, &worker_counts[false]},
    {"bulk", INBOX_BULK_SUBJECT, INBOX_QUEUE, &worker_counts[true]},
};
static const struct micro_options micro_options = {.name = "ledger-svc",
                                                   .description =
                                                       "Decides commands and stores them with their events",
                                                   .endpoints = endpoints,
                                                   .endpoint_count = sizeof endpoints / sizeof endpoints[0]};

static bool nats_is_ready(void *context, char *ret_detail, unsigned detail_size)
{
    const struct ledger_service *s = context;
    bool ready = bus_is_connected(s->bus);
    (void)snprintf(ret_detail, detail_size, "%s", ready ? "connected" : "not connected");
    return ready;
}

static int64_t worker_count(const struct ledger_service *s)
{
    return s->config.workers + s->config.bulk_workers;
}

static bool postgresql_is_ready(void *context, char *ret_detail, unsigned detail_size)
{
    const struct ledger_service *s = context;
    int64_t connected = 0, workers = worker_count(s);
    for (int64_t i = 0; i < workers; i++)
        connected += s->workers[i] != NULL && worker_database_ready(s->workers[i]);
    (void)snprintf(ret_detail, detail_size, "%lld of %lld workers connected", (long long)connected,
                   (long long)workers);
    return connected == workers;
}

static enum status start(struct ledger_service *s, const struct readiness_check *checks, size_t check_count)
{
    struct bus_options options = {.servers = s->config.nats_servers,
                                  .credentials_file = s->config.nats_credentials_file,
                                  .name = "ledger-svc",
                                  .inbox_prefix = "_INBOX_ledger"};
    enum status status = bus_open(&options, &s->bus);
    for (int64_t i = 0; status == STATUS_OK && i < worker_count(s); i++)
        status = worker_start(&s->config, s->bus, i >= s->config.workers, &s->workers[i]);
    if (status == STATUS_OK)
        status = micro_open(s->bus, &micro_options, &s->micro);
    if (status == STATUS_OK)
        status = expiry_start(&s->config, &s->expiry);
    if (status == STATUS_OK)
        status = sealer_start(&s->config, &s->sealer);
    if (status == STATUS_OK)
        status = relay_start(&s->config, s->bus, &s->relay);
    if (status == STATUS_OK)
        status = admin_http_start(s->config.admin_listen, checks, check_count, &s->admin);
    return status;
}

static void stop(struct ledger_service *s)
{
    int64_t start_ms = clock_monotonic_ms();
    for (int64_t i = 0; i < worker_count(s); i++)
        worker_join(s->workers[i]);
    expiry_join(s->expiry);
    sealer_join(s->sealer);
    relay_join(s->relay);
    bus_close(s->bus, BUS_CLOSE_MS);
    micro_close(s->micro);
    relay_free(s->relay);
    admin_http_stop(s->admin);
    log_event(LOG_INFO, "stopped", log_int("drain_ms", clock_monotonic_ms() - start_ms));
}

int main(int argc, char **argv)
{
    static struct ledger_service s;
    static const struct readiness_check checks[] = {{"postgresql", postgresql_is_ready, &s},
                                                    {"nats", nats_is_ready, &s}};
    const struct service_program program = {.name = "ledger-svc",
                                            .commit = PAYBUS_COMMIT,
                                            .rows = ledger_config_rows,
                                            .row_count = ledger_config_row_count,
                                            .config = &s.config,
                                            .log_level = &s.config.log_level,
                                            .instance = &s.config.instance};
    int code = service_begin(&program, argc, argv);
    if (code != SERVICE_GOES_ON)
        return code;
    ledger_metrics_init();
    enum status status = start(&s, checks, sizeof checks / sizeof checks[0]);
    if (status == STATUS_OK) {
        log_event(LOG_INFO, "ready", log_str("admin", s.config.admin_listen),
                  log_int("workers", worker_count(&s)));
        service_wait_for_stop();
    } else {
        log_event(LOG_ERROR, "start_failed", log_str("status", status_name(status)));
        service_request_stop();
    }
    stop(&s);
    return status == STATUS_OK ? EXIT_OK : EXIT_NOT_AVAILABLE;
}
