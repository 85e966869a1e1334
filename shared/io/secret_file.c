/* secret_file.c - see secret_file.h. That nobody else may read the file is config's business. */
#include "shared/io/secret_file.h"

#include <stdio.h>
#include <string.h>

#include "shared/io/log.h"

#define KEYS_TEXT_SIZE 1024

enum status secret_file_read_keys(const char *path, struct seal_keys *ret_keys)
{
    char text[KEYS_TEXT_SIZE];
    FILE *f = fopen(path, "re");
    size_t len = f != NULL ? fread(text, 1, sizeof text, f) : 0;
    bool is_whole = f != NULL && !ferror(f) && len < sizeof text;
    if (f != NULL)
        (void)fclose(f);
    enum status s = is_whole ? seal_keys_parse((struct str){text, len}, ret_keys) : STATUS_INVALID;
    explicit_bzero(text, sizeof text);
    if (s != STATUS_OK)
        log_event(LOG_ERROR, "secrets_key_refused", log_str("file", path),
                  log_str("reason", "wants 1 to 4 lines of 64 hex digits"));
    return s;
}
