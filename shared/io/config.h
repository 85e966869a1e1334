/* config.h - settings from the environment by one table per service; all errors are reported together at
 * start. */
#ifndef SHARED_IO_CONFIG_H
#define SHARED_IO_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "shared/core/status.h"

enum config_type {
    CONFIG_INT,    /* int64_t at offset, min..max */
    CONFIG_BOOL,   /* bool at offset */
    CONFIG_STRING, /* const char * at offset, min..max bytes; borrowed from the environment */
    CONFIG_LISTEN, /* const char *: "host:port", port 0..65535 */
    CONFIG_FILE, /* const char *: path of a readable file; with secret set, not readable by group or others */
    CONFIG_WORDS /* const char *: one of words */
};
struct config_row {
    const char *variable; /* "PAYBUS_HTTP_THREADS" */
    enum config_type type;
    size_t offset;        /* offsetof(struct <service>_config, member) */
    const char *fallback; /* the default as text; NULL: required; "" for a listen, file or words row: may be
                             left out, its member is then NULL */
    int64_t min, max;
    bool secret; /* never printed */
    const char *const *words;
    const char *help; /* one line; goes to the README's table */
};

/* Reads every row into config; a variable set to nothing counts as not set. On any error prints one line per
   error, naming the variable and what it wants, and returns STATUS_INVALID: config is then not to be used.
   Variables named PAYBUS_* that no row of the known tables names are not errors (shared .env). */
NODISCARD enum status config_load(const struct config_row *rows, size_t count, void *config, FILE *errors);
/* What two processes have in common that were started with the same settings: 48 bits, so that a double holds
   them. Without addresses to listen on, secrets and the row whose member is at that offset, which each has
   its own of. */
int64_t config_hash(const struct config_row *rows, size_t count, size_t offset_of_name);
/* The Markdown table of the README: | variable | default | what |. */
void config_print_markdown(const struct config_row *rows, size_t count, FILE *out);

/* Exit codes of every process. */
enum exit_code { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 64, EXIT_NOT_AVAILABLE = 69, EXIT_CONFIG = 78 };

#endif
