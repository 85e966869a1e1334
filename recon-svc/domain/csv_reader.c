/* csv_reader.c - see csv_reader.h. */
#include "recon-svc/domain/csv_reader.h"

#include <string.h>

static const char quote_inside[] = "A field that does not begin with a quote has one.";
static const char text_behind[] = "A field goes on behind its closing quote.";
static const char not_closed[] = "A quote is not closed, or what it opens is too long.";
static const char too_long[] = "A field is longer than 4096 bytes.";
static const char too_many[] = "There are too many fields.";
static const char no_memory[] = "There is no memory for it.";

void csv_reader_init(struct csv_reader *r, struct str file, struct arena *arena)
{
    *r = (struct csv_reader){.left = file, .line = 1, .arena = arena};
    (void)str_take(&r->left, STR_LIT("\xef\xbb\xbf"));
}

static void skip(struct str *s, size_t len)
{
    s->data += len;
    s->len -= len;
}

/* Up to the next comma or line break. */
static const char *read_plain(struct str *left, struct str *ret_field)
{
    size_t len = 0;
    while (len < left->len && memchr(",\n\"", left->data[len], 3) == NULL)
        len++;
    if (len < left->len && left->data[len] == '"')
        return quote_inside;
    *ret_field = (struct str){left->data, len};
    skip(left, len);
    bool ends_line = left->len == 0 || left->data[0] == '\n';
    if (ends_line && len > 0 && ret_field->data[len - 1] == '\r')
        ret_field->len--;
    return len > CSV_FIELD_MAX ? too_long : NULL;
}

/* The text between quotes, each doubled one once; where it ends, or 0. */
static size_t measure_quoted(struct str text, size_t *ret_quotes)
{
    *ret_quotes = 0;
    for (size_t i = 1; i < text.len && i <= CSV_FIELD_MAX; i++) {
        if (text.data[i] != '"')
            continue;
        if (i + 1 == text.len || text.data[i + 1] != '"')
            return i;
        (*ret_quotes)++;
        i++;
    }
    return 0;
}

static const char *read_quoted(struct csv_reader *r, struct str *left, struct str *ret_field)
{
    size_t quotes = 0, end = measure_quoted(*left, &quotes);
    if (end == 0)
        return not_closed;
    *ret_field = (struct str){left->data + 1, end - 1};
    if (quotes > 0) {
        char *own = arena_alloc(r->arena, end);
        size_t len = 0;
        if (own == NULL)
            return no_memory;
        for (size_t i = 1; i < end; i++) {
            own[len++] = left->data[i];
            i += left->data[i] == '"';
        }
        *ret_field = (struct str){own, len};
    }
    skip(left, end + 1);
    (void)str_take(left, STR_LIT("\r"));
    return left->len > 0 && left->data[0] != ',' && left->data[0] != '\n' ? text_behind : NULL;
}

static const char *read_fields(struct csv_reader *r, struct str *left, struct csv_record *record)
{
    for (;;) {
        if (record->count == CSV_FIELDS_MAX)
            return too_many;
        struct str *field = &record->fields[record->count];
        const char *wrong =
            left->len > 0 && left->data[0] == '"' ? read_quoted(r, left, field) : read_plain(left, field);
        if (wrong != NULL)
            return wrong;
        record->count++;
        if (!str_take(left, STR_LIT(",")))
            break;
    }
    (void)str_take(left, STR_LIT("\n"));
    return NULL;
}

/* To the end of its first line. */
static void pass_over(struct str *left)
{
    const char *end = left->len > 0 ? memchr(left->data, '\n', left->len) : NULL;
    skip(left, end != NULL ? (size_t)(end - left->data) + 1 : left->len);
}

static void pass_over_empty(struct csv_reader *r)
{
    while (str_take(&r->left, STR_LIT("\r\n")) || str_take(&r->left, STR_LIT("\n")))
        r->line++;
}

bool csv_reader_next(struct csv_reader *r, struct csv_record *ret_record)
{
    pass_over_empty(r);
    if (r->left.len == 0)
        return false;
    *ret_record = (struct csv_record){.line = r->line};
    struct str left = r->left;
    ret_record->wrong = read_fields(r, &left, ret_record);
    if (ret_record->wrong != NULL) {
        left = r->left;
        pass_over(&left);
    }
    for (const char *c = r->left.data; c < left.data; c++)
        r->line += *c == '\n';
    r->left = left;
    return true;
}
