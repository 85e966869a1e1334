/* config.h - recon-svc's settings. */
#ifndef RECON_EDGE_CONFIG_H
#define RECON_EDGE_CONFIG_H

#include "shared/io/bus.h"
#include "shared/io/config.h"

struct recon_config {
    const char *database_url;
    const char *nats_servers;
    const char *nats_credentials_file;
    const char *admin_listen;
    const char *log_level;
    const char *instance;
    int64_t interval_seconds;
    int64_t full_hours;
    int64_t grace_seconds;
    int64_t clearing_hours;
    int64_t load_percent;
    int64_t settle_seconds;
    int64_t statement_days;
};

/* How recon-svc connects to nats-server. */
struct bus_options recon_bus_options(const struct recon_config *config);

extern const struct config_row recon_config_rows[];
extern const size_t recon_config_row_count;

#endif
