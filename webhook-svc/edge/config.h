/* config.h - webhook-svc's settings. */
#ifndef WEBHOOK_EDGE_CONFIG_H
#define WEBHOOK_EDGE_CONFIG_H

#include "shared/io/config.h"

struct webhook_config {
    const char *database_url;
    const char *nats_servers;
    const char *nats_credentials_file;
    const char *admin_listen;
    const char *log_level;
    const char *instance;
    const char *secrets_key_file;
    const char *environment;
    const char *ca_file;
    const char *nats_monitor_url;
    int64_t in_flight;
    int64_t endpoint_concurrency;
    int64_t endpoint_rate;
    int64_t delivery_timeout_ms;
    int64_t endpoint_failing_hours;
    int64_t asks_per_minute;
    int64_t lease_seconds;
    int64_t sweep_seconds;
    bool demo;
};

extern const struct config_row webhook_config_rows[];
extern const size_t webhook_config_row_count;

#endif
