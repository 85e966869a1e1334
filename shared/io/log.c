/* log.c - builds a line in a buffer on the stack and hands it to one write(2). Needs no memory and no lock,
   so that it works when both are the trouble being reported. */
#include "shared/io/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shared/core/clock.h"
#include "shared/core/timefmt.h"
#include "shared/core/utf8.h"

/* PIPE_BUF on Linux: writes up to this size are never mixed with another process's on the same pipe. */
#define LINE_SIZE 4096
#define LINE_CUT  ",\"truncated\":true"
#define LINE_END  "}\n"
/* Kept free until the end: the quote of a cut string, the mark that it was cut, the end. */
#define LINE_RESERVE (1 + sizeof LINE_CUT - 1 + sizeof LINE_END - 1)

/* text[0] is a newline that is only written after a torn line, so that one bad line does not spoil the next.
 */
struct line {
    char text[LINE_SIZE];
    size_t len;
    bool cut;
};

static const char *const level_names[] = {"debug", "info", "warn", "error"};
#define LEVELS (sizeof level_names / sizeof level_names[0])

static const char *service_name = "paybus";
static const char *instance_name = "";
static atomic_int threshold_level = LOG_INFO;
static atomic_int_fast64_t lines[LEVELS], dropped;
static atomic_bool torn;

void log_init(const char *service, const char *instance, enum log_level threshold)
{
    service_name = service;
    instance_name = instance;
    log_set_level(threshold);
}

const char *log_service(void)
{
    return service_name;
}

enum status log_level_parse(const char *word, enum log_level *ret_level)
{
    for (size_t i = 0; i < LEVELS; i++) {
        if (strcmp(word, level_names[i]) == 0) {
            *ret_level = (enum log_level)i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

bool log_enabled(enum log_level level)
{
    return (int)level >= atomic_load_explicit(&threshold_level, memory_order_relaxed);
}

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&threshold_level, (int)level, memory_order_relaxed);
}

enum log_level log_get_level(void)
{
    return (enum log_level)atomic_load_explicit(&threshold_level, memory_order_relaxed);
}

int64_t log_lines_total(enum log_level level)
{
    return atomic_load_explicit(&lines[level], memory_order_relaxed);
}

const char *log_level_name(enum log_level level)
{
    return level_names[level];
}

int64_t log_dropped_total(void)
{
    return atomic_load_explicit(&dropped, memory_order_relaxed);
}

/* All or nothing; after the first piece that does not fit nothing is added any more. */
static bool line_add(struct line *l, const char *data, size_t len)
{
    if (l->cut || l->len + len > sizeof l->text - LINE_RESERVE) {
        l->cut = true;
        return false;
    }
    memcpy(l->text + l->len, data, len);
    l->len += len;
    return true;
}

static bool line_add_text(struct line *l, const char *text)
{
    return line_add(l, text, strlen(text));
}

/* A number or an escape: at most 23 characters. */
static bool PRINTF_LIKE(2, 3) line_addf(struct line *l, const char *format, ...)
{
    char text[24];
    va_list args;
    va_start(args, format);
    const int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return line_add(l, text, (size_t)len);
}

/* Bytes that are no UTF-8 become U+FFFD: whatever a foreign library says, the line stays JSON. */
static bool line_add_escaped(struct line *l, const char *s)
{
    while (*s != '\0') {
        const unsigned char c = (unsigned char)*s;
        const size_t len = utf8_length(s, strnlen(s, UTF8_MAX));
        bool added;
        if (len == 0)
            added = line_add_text(l, "\\ufffd");
        else if (c == '"' || c == '\\')
            added = line_add(l, (const char[]){'\\', (char)c}, 2);
        else if (c < 0x20 || c == 0x7f)
            added = line_addf(l, "\\u%04x", c);
        else
            added = line_add(l, s, len);
        if (!added)
            return false;
        s += len == 0 ? 1 : len;
    }
    return true;
}

static void line_add_string(struct line *l, const char *s)
{
    if (s == NULL) {
        (void)line_add_text(l, "null");
        return;
    }
    if (!line_add_text(l, "\""))
        return;
    (void)line_add_escaped(l, s);
    l->text[l->len++] = '"'; /* from the reserve if the string was cut */
}

static void line_add_field(struct line *l, const struct log_field *field)
{
    const size_t start = l->len;
    (void)(line_add_text(l, l->len > 2 ? ",\"" : "\"") && line_add_text(l, field->key) &&
           line_add_text(l, "\":"));
    const size_t key_end = l->len;
    if (field->type == LOG_FIELD_STR)
        line_add_string(l, field->str);
    else if (field->type == LOG_FIELD_INT)
        (void)line_addf(l, "%" PRId64, field->num);
    else
        (void)line_add_text(l, field->num != 0 ? "true" : "false");
    if (l->cut && l->len <= key_end) /* no value: leave the key out as well */
        l->len = start;
}

static void line_write(struct line *l)
{
    if (l->cut) {
        memcpy(l->text + l->len, LINE_CUT, sizeof LINE_CUT - 1);
        l->len += sizeof LINE_CUT - 1;
    }
    memcpy(l->text + l->len, LINE_END, sizeof LINE_END - 1);
    l->len += sizeof LINE_END - 1;

    const size_t skip = atomic_exchange_explicit(&torn, false, memory_order_relaxed) ? 0 : 1;
    ssize_t written;
    do {
        written = write(STDERR_FILENO, l->text + skip, l->len - skip);
    } while (written < 0 && errno == EINTR);
    if (written == (ssize_t)(l->len - skip))
        return;
    atomic_fetch_add_explicit(&dropped, 1, memory_order_relaxed);
    if (written > 0 || skip == 0)
        atomic_store_explicit(&torn, true, memory_order_relaxed);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    const int saved_errno = errno;
    char now[TIME_TEXT_SIZE];
    atomic_fetch_add_explicit(&lines[level], 1, memory_order_relaxed);
    time_format(clock_unix_us(), now);
    const struct log_field header[] = {
        log_str("ts", now),
        log_str("level", level_names[level]),
        log_str("service", service_name),
        log_str("instance", instance_name),
        log_str("event", event),
    };
    struct line l; /* not initialized as a whole: zeroing it would cost more than all the rest */
    l.text[0] = '\n';
    l.text[1] = '{';
    l.len = 2;
    l.cut = false;
    for (size_t i = 0; i < sizeof header / sizeof header[0]; i++)
        line_add_field(&l, &header[i]);
    for (; fields->type != LOG_FIELD_END; fields++)
        line_add_field(&l, fields);
    line_write(&l);
    errno = saved_errno;
}
