/* service_begin.c - the first lines of every main: options, settings, log, signals. */
#include <sodium.h>
#include <string.h>

#include "shared/io/dumps.h"
#include "shared/io/log.h"
#include "shared/io/service.h"

static int usage(const struct service_program *p)
{
    const char *further = p->further_options;
    (void)fprintf(stderr,
                  "usage: %s [%s%s--check-config | --print-config]; settings come from PAYBUS_* variables\n",
                  p->name, further != NULL ? further : "", further != NULL ? " | " : "");
    if (p->notes != NULL)
        (void)fprintf(stderr, "%s\n", p->notes);
    return EXIT_USAGE;
}

static int read_settings(const struct service_program *p)
{
    if (config_load(p->rows, p->row_count, p->config, stderr) != STATUS_OK)
        return EXIT_CONFIG;
    if (p->load_files != NULL && p->load_files(p->context, stderr) != STATUS_OK)
        return EXIT_CONFIG;
    return SERVICE_GOES_ON;
}

int service_begin(const struct service_program *p, int argc, char **argv)
{
    const char *option = argc > 1 ? argv[1] : "";
    bool check_only = argc == 2 && strcmp(option, "--check-config") == 0;
    if (argc == 2 && strcmp(option, "--print-config") == 0) {
        config_print_markdown(p->rows, p->row_count, stdout);
        return EXIT_OK;
    }
    if (argc > 1 && !check_only)
        return usage(p);
    if (dumps_forbid() != STATUS_OK)
        return EXIT_FAILED;
    int code = read_settings(p);
    if (code != SERVICE_GOES_ON || check_only)
        return code != SERVICE_GOES_ON ? code : EXIT_OK;
    enum log_level level = LOG_INFO;
    if (log_level_parse(*p->log_level, &level) != STATUS_OK || sodium_init() < 0)
        return EXIT_CONFIG;
    log_init(p->name, *p->instance, level);
    return service_signals_start() == STATUS_OK ? SERVICE_GOES_ON : EXIT_FAILED;
}
