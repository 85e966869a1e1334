/* main.c - ingress: HTTP in front of the ledger. */
#include <stdio.h>

#include "build_commit.h"
#include "ingress/edge/demo.h"
#include "ingress/edge/front.h"
#include "ingress/edge/webhooks.h"
#include "shared/core/clock.h"
#include "shared/io/log.h"

#define DRAIN_MS 6000 /* civetweb takes up to 2 s more, the bus 1 s: together below SERVICE_DRAIN_MS */

static enum status load_files(void *context, FILE *errors)
{
    struct ingress *in = context;
    enum status s = webhooks_load(in->config.webhook_secrets_file, &in->webhook_secrets, errors);
    return s == STATUS_OK ? demo_load_secret(in->config.demo_secret_file, in->demo_secret, errors) : s;
}

/* From open doors to an orderly end. */
static enum status serve(struct ingress *in)
{
    struct front *front = NULL;
    enum status s = ingress_open(in);
    if (s == STATUS_OK) {
        s = front_start(in, &front);
    }
    if (s == STATUS_OK) {
        log_event(LOG_INFO, "ready", log_str("listen", in->config.http_listen),
                  log_int("threads", in->config.http_threads));
        service_wait_for_stop();
    } else {
        log_event(LOG_ERROR, "start_failed", log_str("status", status_name(s)));
        service_request_stop();
    }
    int64_t start_ms = clock_monotonic_ms();
    front_stop(front, DRAIN_MS);
    ingress_close(in);
    log_event(LOG_INFO, "stopped", log_int("drain_ms", clock_monotonic_ms() - start_ms));
    return s;
}

int main(int argc, char **argv)
{
    static struct ingress in;
    const struct service_program program = {.name = "ingress",
                                            .commit = PAYBUS_COMMIT,
                                            .rows = ingress_config_rows,
                                            .row_count = ingress_config_row_count,
                                            .config = &in.config,
                                            .log_level = &in.config.log_level,
                                            .instance = &in.config.instance,
                                            .load_files = load_files,
                                            .context = &in};
    int code = service_begin(&program, argc, argv);
    if (code != SERVICE_GOES_ON)
        return code;
    return serve(&in) == STATUS_OK ? EXIT_OK : EXIT_NOT_AVAILABLE;
}
