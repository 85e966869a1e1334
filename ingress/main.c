/* main.c - ingress: HTTP in front of the ledger. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "ingress/edge/demo.h"
#include "ingress/edge/front.h"
#include "ingress/edge/webhooks.h"
#include "shared/core/clock.h"
#include "shared/io/log.h"

#define DRAIN_MS 6000 /* civetweb takes up to 2 s more, the bus 1 s: together below SERVICE_DRAIN_MS */

static int usage(const char *argument)
{
    if (strcmp(argument, "--print-config") == 0) {
        config_print_markdown(ingress_config_rows, ingress_config_row_count, stdout);
        return EXIT_OK;
    }
    fputs("usage: ingress [--check-config | --print-config]; settings come from PAYBUS_* variables\n",
          stderr);
    return EXIT_USAGE;
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
    bool check_only = argc == 2 && strcmp(argv[1], "--check-config") == 0;
    if (argc > 1 && !check_only) {
        return usage(argv[1]);
    }
    if (config_load(ingress_config_rows, ingress_config_row_count, &in.config, stderr) != STATUS_OK) {
        return EXIT_CONFIG;
    }
    if (webhooks_load(in.config.webhook_secrets_file, &in.webhook_secrets, stderr) != STATUS_OK) {
        return EXIT_CONFIG;
    }
    if (demo_load_secret(in.config.demo_secret_file, in.demo_secret, stderr) != STATUS_OK) {
        return EXIT_CONFIG;
    }
    if (check_only) {
        return EXIT_OK;
    }
    enum log_level level = LOG_INFO;
    if (log_level_parse(in.config.log_level, &level) != STATUS_OK || sodium_init() < 0) {
        return EXIT_CONFIG;
    }
    log_init("ingress", in.config.instance, level);
    if (service_signals_start() != STATUS_OK) {
        return EXIT_FAILED;
    }
    return serve(&in) == STATUS_OK ? EXIT_OK : EXIT_NOT_AVAILABLE;
}
