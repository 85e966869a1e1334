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
    int64_t in_flight;
    int64_t lease_seconds;
    int64_t sweep_seconds;
    bool demo;
};

extern const struct config_row webhook_config_rows[];
extern const size_t webhook_config_row_count;

#endif
