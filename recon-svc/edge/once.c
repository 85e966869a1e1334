/* once.c - see once.h. */
#include "recon-svc/edge/once.h"

#include <stdio.h>
#include <string.h>

#include "recon-svc/edge/report.h"
#include "recon-svc/edge/run.h"
#include "recon-svc/store/anomaly_rows.h"

#define BUS_CLOSE_MS 2000

enum once_mode once_take_options(int *argc, char **argv)
{
    if (*argc == 2 && strcmp(argv[1], "--once") == 0) {
        *argc = 1;
        return ONCE_INCREMENTAL;
    }
    if (*argc == 3 && strcmp(argv[1], "--once") == 0 && strcmp(argv[2], "--full") == 0) {
        *argc = 1;
        return ONCE_FULL;
    }
    return ONCE_NOT;
}

static enum status report(struct store *store, const struct uuid *run, bool *ret_is_clean)
{
    int64_t counts[CHECK_COUNT];
    CLEANUP(buf_free) struct buf out = {0};
    buf_init(&out, REPORT_MAX);
    enum status s = store_connect(store);
    if (s == STATUS_OK)
        s = anomaly_rows_count(store, counts);
    if (s == STATUS_OK)
        s = report_write(store, run, &out);
    if (s != STATUS_OK)
        return s;
    (void)printf("%s\n", out.data);
    *ret_is_clean = true;
    for (int c = 0; c < CHECK_COUNT; c++)
        *ret_is_clean = *ret_is_clean && counts[c] == 0;
    return STATUS_OK;
}

int once_run(const struct recon_config *config, enum once_mode mode)
{
    static struct store store;
    struct run_result result;
    bool is_clean = false;
    struct run_options options = {
        .is_full = mode == ONCE_FULL, .trigger = "once", .actor = "operator", .trace_id = ""};
    const struct bus_options bus_options = recon_bus_options(config);
    if (bus_open(&bus_options, &options.bus) != STATUS_OK)
        return EXIT_NOT_AVAILABLE;
    store_init(&store, config->database_url);
    enum run_end end = run_once(config, &store, &options, &result);
    bus_close(options.bus, BUS_CLOSE_MS);
    enum status s = end == RUN_COMPLETED || end == RUN_PARTIAL ? report(&store, &result.id, &is_clean)
                                                               : STATUS_UNAVAILABLE;
    store_close(&store);
    if (end == RUN_BUSY)
        return ONCE_BUSY;
    if (s != STATUS_OK)
        return EXIT_NOT_AVAILABLE;
    if (!is_clean)
        return ONCE_ANOMALIES;
    return end == RUN_PARTIAL ? ONCE_PARTIAL : ONCE_CLEAN;
}
