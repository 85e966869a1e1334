/* config.h - ingress's settings. */
#ifndef INGRESS_EDGE_CONFIG_H
#define INGRESS_EDGE_CONFIG_H

#include "shared/io/config.h"

struct ingress_config {
    const char *http_listen;
    int64_t http_threads;
    int64_t header_timeout_ms;
    int64_t body_timeout_ms;
    int64_t write_timeout_ms;
    int64_t keep_alive_timeout_ms;
    int64_t request_timeout_ms;
    int64_t key_cache_s;
    const char *database_url;
    int64_t database_pool;
    const char *nats_servers;
    const char *nats_credentials_file;
    const char *webhook_secrets_file;
    bool demo;
    const char *demo_secret_file;
    const char *secrets_key_file;
    const char *environment;
    const char *log_level;
    const char *instance;
};

extern const struct config_row ingress_config_rows[];
extern const size_t ingress_config_row_count;

#endif
