/* config.c - one reader per type of row; each says in words what it wants, so that errors and README agree.
 */
#include "shared/io/config.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/core/buf.h"
#include "shared/core/digest.h"
#include "shared/core/parse.h"

#define MESSAGE_SIZE     256
#define SHOWN_VALUE_SIZE 64
#define PORT_MAX         65535
#define SETTINGS_MAX     ((size_t)64 << 10)
#define HASH_BYTES       6

union value {
    int64_t number;
    bool flag;
    const char *text;
};

static enum status refuse(char message[MESSAGE_SIZE], const char *format, ...) PRINTF_LIKE(2, 3);
static enum status refuse(char message[MESSAGE_SIZE], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, MESSAGE_SIZE, format, args);
    va_end(args);
    return STATUS_INVALID;
}

static enum status read_int(const struct config_row *row, const char *text, union value *ret_value,
                            char *message)
{
    if (parse_int64(str_of(text), row->min, row->max, &ret_value->number) == STATUS_OK)
        return STATUS_OK;
    return refuse(message, "wants a whole number from %" PRId64 " to %" PRId64, row->min, row->max);
}

static enum status read_bool(const char *text, union value *ret_value, char *message)
{
    if (parse_bool(str_of(text), &ret_value->flag) == STATUS_OK)
        return STATUS_OK;
    return refuse(message, "wants true or false");
}

static enum status read_string(const struct config_row *row, const char *text, union value *ret_value,
                               char *message)
{
    const int64_t len = (int64_t)strlen(text);
    if (len < row->min || len > row->max)
        return refuse(message, "wants %" PRId64 " to %" PRId64 " bytes, has %" PRId64, row->min, row->max,
                      len);
    ret_value->text = text;
    return STATUS_OK;
}

static bool is_host(struct str host)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    const char *allowed = letters;
    if (host.len > 2 && host.data[0] == '[' && host.data[host.len - 1] == ']') {
        host = (struct str){host.data + 1, host.len - 2};
        allowed = "0123456789abcdefABCDEF:.";
    }
    return host.len > 0 && strspn(host.data, allowed) >= host.len;
}

static enum status read_listen(const char *text, union value *ret_value, char *message)
{
    const char *colon = strrchr(text, ':');
    int64_t port;
    if (colon == NULL || !is_host((struct str){text, (size_t)(colon - text)}) ||
        parse_int64(str_of(colon + 1), 0, PORT_MAX, &port) != STATUS_OK)
        return refuse(message, "wants host:port with a port from 0 to %d", PORT_MAX);
    ret_value->text = text;
    return STATUS_OK;
}

static enum status read_file(const struct config_row *row, const char *text, union value *ret_value,
                             char *message)
{
    struct stat st;
    const int fd = open(text, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        const int why = fd < 0 ? errno : EINVAL;
        if (fd >= 0)
            (void)close(fd);
        return refuse(message, "wants the path of a readable file: %s",
                      fd < 0 ? strerrordesc_np(why) : "not a file");
    }
    (void)close(fd);
    if (row->secret && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return refuse(message, "wants a file that group and others cannot use: mode is %04o, wanted is 0600",
                      (unsigned)st.st_mode & 07777u);
    ret_value->text = text;
    return STATUS_OK;
}

static enum status read_words(const struct config_row *row, const char *text, union value *ret_value,
                              char *message)
{
    int used = snprintf(message, MESSAGE_SIZE, "wants one of:");
    for (const char *const *word = row->words; *word != NULL; word++) {
        if (strcmp(text, *word) == 0) {
            ret_value->text = *word;
            return STATUS_OK;
        }
        if (used < MESSAGE_SIZE)
            used += snprintf(message + used, (size_t)(MESSAGE_SIZE - used), " %s", *word);
    }
    return STATUS_INVALID;
}

static enum status read_value(const struct config_row *row, const char *text, union value *ret_value,
                              char *message)
{
    switch (row->type) {
    case CONFIG_INT:
        return read_int(row, text, ret_value, message);
    case CONFIG_BOOL:
        return read_bool(text, ret_value, message);
    case CONFIG_STRING:
        return read_string(row, text, ret_value, message);
    case CONFIG_LISTEN:
        return read_listen(text, ret_value, message);
    case CONFIG_FILE:
        return read_file(row, text, ret_value, message);
    case CONFIG_WORDS:
        return read_words(row, text, ret_value, message);
    }
    assert(false && "a config row has a type of the enum");
    return STATUS_FAILED;
}

static void store(const struct config_row *row, union value value, void *config)
{
    char *member = (char *)config + row->offset;
    if (row->type == CONFIG_INT)
        memcpy(member, &value.number, sizeof value.number);
    else if (row->type == CONFIG_BOOL)
        memcpy(member, &value.flag, sizeof value.flag);
    else
        memcpy(member, &value.text, sizeof value.text);
}

static bool may_be_left_out(const struct config_row *row)
{
    return row->fallback != NULL && *row->fallback == '\0' &&
           (row->type == CONFIG_LISTEN || row->type == CONFIG_FILE || row->type == CONFIG_WORDS);
}

/* The value as far as it may be shown: a typing error is found faster when it is seen. */
static void print_refused(const struct config_row *row, const char *text, const char *message, FILE *errors)
{
    char shown[SHOWN_VALUE_SIZE];
    size_t len = 0;
    for (; text[len] != '\0' && len + 1 < sizeof shown; len++)
        shown[len] = text[len] >= ' ' && text[len] <= '~' ? text[len] : '?';
    shown[len] = '\0';
    if (row->secret && row->type != CONFIG_FILE)
        (void)fprintf(errors, "%s %s\n", row->variable, message);
    else
        (void)fprintf(errors, "%s %s; it is \"%s\"\n", row->variable, message, shown);
}

/* NULL: it is not set, though it has to be. */
static const char *text_of(const struct config_row *row)
{
    const char *text = getenv(row->variable);
    return text == NULL || *text == '\0' ? row->fallback : text;
}

static enum status load_row(const struct config_row *row, void *config, FILE *errors)
{
    const char *text = text_of(row);
    union value value = {.text = NULL};
    char message[MESSAGE_SIZE];
    if (text == NULL) {
        (void)fprintf(errors, "%s is required: %s\n", row->variable, row->help);
        return STATUS_INVALID;
    }
    if (*text != '\0' || !may_be_left_out(row)) {
        const enum status s = read_value(row, text, &value, message);
        if (s != STATUS_OK) {
            print_refused(row, text, message, errors);
            return s;
        }
    }
    store(row, value, config);
    return STATUS_OK;
}

enum status config_load(const struct config_row *rows, size_t count, void *config, FILE *errors)
{
    enum status all = STATUS_OK;
    for (size_t i = 0; i < count; i++) {
        const enum status one = load_row(&rows[i], config, errors);
        if (one != STATUS_OK)
            all = one;
    }
    return all;
}

int64_t config_hash(const struct config_row *rows, size_t count, size_t offset_of_name)
{
    struct buf settings CLEANUP(buf_free);
    struct digest digest;
    int64_t hash = 0;
    buf_init(&settings, SETTINGS_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct config_row *row = &rows[i];
        bool is_own = row->type == CONFIG_LISTEN || row->offset == offset_of_name;
        if (!is_own && (!row->secret || row->type == CONFIG_FILE))
            buf_addf(&settings, "%s=%s\n", row->variable, text_of(row));
    }
    digest_of((struct str){settings.data, settings.len}, &digest);
    for (size_t i = 0; i < HASH_BYTES; i++)
        hash = hash << 8 | digest.bytes[i];
    return hash;
}

static void print_cell(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            (void)fputc('\\', out);
        (void)fputc(*text, out);
    }
}

static void print_fallback(const struct config_row *row, FILE *out)
{
    if (row->fallback == NULL) {
        (void)fputs("required", out);
    } else if (*row->fallback == '\0' || (row->secret && row->type != CONFIG_FILE)) {
        (void)fputs("none", out);
    } else {
        (void)fputc('`', out);
        print_cell(row->fallback, out);
        (void)fputc('`', out);
    }
}

void config_print_markdown(const struct config_row *rows, size_t count, FILE *out)
{
    (void)fputs("| variable | default | what |\n|---|---|---|\n", out);
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(out, "| `%s` | ", rows[i].variable);
        print_fallback(&rows[i], out);
        (void)fputs(" | ", out);
        print_cell(rows[i].help, out);
        (void)fputs(" |\n", out);
    }
}
