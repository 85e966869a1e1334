/* config.h - ledger-svc's settings. */
#ifndef LEDGER_EDGE_CONFIG_H
#define LEDGER_EDGE_CONFIG_H

#include "shared/io/config.h"

struct ledger_config {
    const char *database_url;
    const char *nats_servers;
    const char *nats_credentials_file;
    const char *admin_listen;
    const char *log_level;
    const char *instance;
    int64_t workers;
    int64_t bulk_workers;
    int64_t slice_transfers;
    int64_t batch_commands;
    int64_t queue_max;
    int64_t key_retention_hours;
    int64_t block_events;
    int64_t seal_interval_ms;
    int64_t stream_replicas, events_stream_mb, work_stream_mb;
    int64_t relay_refill_rate;
};

extern const struct config_row ledger_config_rows[];
extern const size_t ledger_config_row_count;

#endif
