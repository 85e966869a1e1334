/* ingress.c - dependencies in order. */
#include "ingress/edge/ingress.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "ingress/domain/openapi.h"
#include "ingress/edge/routes.h"
#include "ingress/store/health.h"
#include "ingress/store/session.h"
#include "ingress_pages.h"
#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "shared/io/secret_file.h"

#define READY_WAIT_US 500000
#define KEY_POOL      2
#define BUS_CLOSE_MS  1000
#define OPENAPI_MAX   ((size_t)1 << 20)

/* It serves HTTP, and no subject: `nats micro ls` shows that it is there. */
static const struct micro_options micro_options = {.name = "ingress",
                                                   .description = "HTTP in front of the ledger"};

static bool postgresql_is_ready(void *context, char *ret_detail, unsigned detail_size)
{
    const struct ingress *in = context;
    struct db *db;
    enum status s = db_pool_take(in->key_pool, clock_monotonic_us() + READY_WAIT_US, &db);
    if (s == STATUS_OK) {
        s = health_ask(db);
        db_pool_give(in->key_pool, db);
    }
    snprintf(ret_detail, detail_size, "%s", s == STATUS_OK ? "answers" : status_name(s));
    return s == STATUS_OK;
}

static bool nats_is_ready(void *context, char *ret_detail, unsigned detail_size)
{
    const struct ingress *in = context;
    bool ready = bus_is_connected(in->bus);
    snprintf(ret_detail, detail_size, "%s", ready ? "connected" : "not connected");
    return ready;
}

static enum status open_bus(struct ingress *in)
{
    struct bus_options options = {.servers = in->config.nats_servers,
                                  .credentials_file = in->config.nats_credentials_file,
                                  .name = "ingress",
                                  .inbox_prefix = "_INBOX_ingress"};
    enum status s = bus_open(&options, &in->bus);
    if (s == STATUS_OK) {
        s = rpc_open(in->bus, (int)in->config.http_threads + 1, &in->rpc);
    }
    if (s == STATUS_OK) {
        s = pulse_start(in->rpc, in->bus, &in->pulse);
    }
    if (s == STATUS_OK) {
        s = micro_open(in->bus, &micro_options, &in->micro);
    }
    return s;
}

enum status ingress_open(struct ingress *in)
{
    const struct route *broken = NULL;
    const char *missing = route_check(ingress_routes, ingress_route_count, &broken);
    if (missing != NULL) {
        log_event(LOG_ERROR, "route_incomplete", log_str("route", broken->pattern), log_str("it", missing));
        return STATUS_FAILED;
    }
    buf_init(&in->openapi, OPENAPI_MAX);
    openapi_write(ingress_routes, ingress_route_count, STR_LIT(PAYBUS_VERSION), page_answers_json,
                  &in->openapi);
    if (buf_status(&in->openapi) != STATUS_OK) {
        return STATUS_NO_MEMORY;
    }
    http_metrics_init(&in->metrics, ingress_routes, ingress_route_count);
    inbound_metrics_init(&in->inbound_metrics, &in->webhook_secrets);
    in->is_development = strcmp(in->config.environment, "development") == 0;
    if (in->config.secrets_key_file != NULL &&
        secret_file_read_keys(in->config.secrets_key_file, &in->seal_keys) != STATUS_OK) {
        return STATUS_FAILED;
    }
    in->checks[0] = (struct readiness_check){"postgresql", postgresql_is_ready, in};
    in->checks[1] = (struct readiness_check){"nats", nats_is_ready, in};
    in->db_options = ingress_session_options(in->config.database_url);
    enum status s = db_pool_open(&in->db_options, (int)in->config.database_pool, &in->pool);
    if (s == STATUS_OK) {
        s = db_pool_open(&in->db_options, KEY_POOL, &in->key_pool);
    }
    if (s == STATUS_OK) {
        db_pool_measure(in->pool, in->metrics.read_waits);
        db_pool_measure(in->key_pool, in->metrics.key_waits);
        s = account_reader_open(in->pool, (int)in->config.http_threads, &in->account_reader);
    }
    if (s == STATUS_OK) {
        s = credentials_open(in->key_pool, in->config.key_cache_s, &in->credentials);
    }
    if (s == STATUS_OK) {
        s = open_bus(in);
    }
    return s;
}

void ingress_close(struct ingress *in)
{
    pulse_join(in->pulse);
    rpc_close(in->rpc);
    bus_close(in->bus, BUS_CLOSE_MS);
    micro_close(in->micro);
    credentials_close(in->credentials);
    account_reader_close(in->account_reader);
    db_pool_close(in->key_pool);
    db_pool_close(in->pool);
    sodium_memzero(&in->seal_keys, sizeof(in->seal_keys));
    buf_free(&in->openapi);
}
