/* csv.c - see csv.h. */
#include "ingress/domain/csv.h"

#include <string.h>

void csv_init(struct csv *c, struct buf *b)
{
    *c = (struct csv){.buf = b};
}

static void separate(struct csv *c)
{
    if (c->comma) {
        buf_add_char(c->buf, ',');
    }
    c->comma = true;
}

static bool starts_like_formula(struct str s)
{
    return s.len > 0 && memchr("=+-@\t\r\n", s.data[0], 7) != NULL;
}

void csv_text(struct csv *c, struct str s)
{
    separate(c);
    bool is_formula = starts_like_formula(s);
    bool quote = is_formula;
    for (size_t i = 0; i < s.len && !quote; i++) {
        quote = memchr(",\"\r\n;", s.data[i], 5) != NULL;
    }
    if (!quote) {
        buf_add(c->buf, s.data, s.len);
        return;
    }
    buf_add_str(c->buf, is_formula ? "\"'" : "\"");
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] == '"') {
            buf_add_char(c->buf, '"');
        }
        buf_add_char(c->buf, s.data[i]);
    }
    buf_add_char(c->buf, '"');
}

void csv_int(struct csv *c, int64_t v)
{
    separate(c);
    buf_add_int(c->buf, v);
}

void csv_line_end(struct csv *c)
{
    buf_add_str(c->buf, "\r\n");
    c->comma = false;
}
