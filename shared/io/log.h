/* log.h - one JSON object a line on standard error: ts, level, service, instance, event, then the fields
   given. No bodies, secrets or SQL parameters. Thread safe: one write(2) a line; a line that cannot be
   written is counted. */
#ifndef SHARED_IO_LOG_H
#define SHARED_IO_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/core/status.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

enum log_field_type { LOG_FIELD_END, LOG_FIELD_STR, LOG_FIELD_INT, LOG_FIELD_BOOL };
struct log_field {
    const char *key;
    enum log_field_type type;
    const char *str;
    int64_t num;
};
#define log_str(k, v)  ((struct log_field){.key = (k), .type = LOG_FIELD_STR, .str = (v)})
#define log_int(k, v)  ((struct log_field){.key = (k), .type = LOG_FIELD_INT, .num = (int64_t)(v)})
#define log_bool(k, v) ((struct log_field){.key = (k), .type = LOG_FIELD_BOOL, .num = (v) ? 1 : 0})

/* Names are borrowed for the life of the process. */
void log_init(const char *service, const char *instance, enum log_level threshold);
const char *log_service(void); /* the name given to log_init */
NODISCARD enum status log_level_parse(const char *word, enum log_level *ret_level);
bool log_enabled(enum log_level level);
void log_set_level(enum log_level level); /* async-signal safe */
enum log_level log_get_level(void);
/* event is a stable word: "batch_failed". fields end with a LOG_FIELD_END row; use log_event(). */
void log_write(enum log_level level, const char *event, const struct log_field *fields);
/* The first element only carries the comma that the fields need before them; log_write gets what follows it.
 */
#define log_event(level, event, ...)                                                                         \
    do {                                                                                                     \
        const enum log_level level_of_event = (level);                                                       \
        if (log_enabled(level_of_event))                                                                     \
            log_write(level_of_event, event,                                                                 \
                      (const struct log_field[]){                                                            \
                          {.type = LOG_FIELD_END}, ##__VA_ARGS__, {.type = LOG_FIELD_END}} +                 \
                          1);                                                                                \
    } while (0)
int64_t log_lines_total(enum log_level level); /* written, or meant to be */
const char *log_level_name(enum log_level level);
int64_t log_dropped_total(void);

#endif
