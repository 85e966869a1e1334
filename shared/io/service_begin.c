/* service_begin.c - the first lines of every main: options, settings, log, signals. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "shared/io/db.h"
#include "shared/io/dumps.h"
#include "shared/io/log.h"
#include "shared/io/metrics.h"
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

static int read_settings(const struct service_program *p, FILE *errors)
{
    if (config_load(p->rows, p->row_count, p->config, errors) != STATUS_OK)
        return EXIT_CONFIG;
    if (p->load_files != NULL && p->load_files(p->context, errors) != STATUS_OK)
        return EXIT_CONFIG;
    return SERVICE_GOES_ON;
}

/* Nobody reads along who starts a service: what is wrong goes into its log, a line for each. The name of the
   instance may be wrong, too. */
static int read_settings_or_log(const struct service_program *p)
{
    char *complaints = NULL, *rest = NULL;
    size_t size = 0;
    FILE *errors = open_memstream(&complaints, &size);
    if (errors == NULL)
        return read_settings(p, stderr);
    int code = read_settings(p, errors);
    (void)fclose(errors);
    log_init(p->name, "", LOG_INFO);
    for (char *line = strtok_r(complaints, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        log_event(LOG_ERROR, "setting_refused", log_str("error", line));
    free(complaints);
    return code;
}

static void register_metrics(const struct service_program *p)
{
    if (p->commit != NULL)
        metrics_set_commit(p->commit);
    db_metrics_init();
    size_t offset_of_name = (size_t)((const char *)p->instance - (const char *)p->config);
    metric_set(
        metrics_gauge("paybus_config_hash", "The same where a service runs with the same settings.", ""),
        config_hash(p->rows, p->row_count, offset_of_name));
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
    int code = check_only ? read_settings(p, stderr) : read_settings_or_log(p);
    if (code != SERVICE_GOES_ON || check_only)
        return code != SERVICE_GOES_ON ? code : EXIT_OK;
    enum log_level level = LOG_INFO;
    if (log_level_parse(*p->log_level, &level) != STATUS_OK || sodium_init() < 0)
        return EXIT_CONFIG;
    log_init(p->name, *p->instance, level);
    register_metrics(p);
    return service_signals_start() == STATUS_OK ? SERVICE_GOES_ON : EXIT_FAILED;
}
