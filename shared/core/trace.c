/* trace.c - traceparent: version-traceid-spanid-flags, lower-case hex of fixed widths. */
#include "shared/core/trace.h"

#include <string.h>

#include "shared/core/parse.h"

#define TRACEPARENT_LEN (TRACEPARENT_SIZE - 1)
#define TRACE_SAMPLED   0x01 /* the only flag that level 1 defines; others are not passed on */

/* One field of the header; capitals and all zeros are refused where the specification says so. */
static bool read_field(struct str header, size_t at, uint8_t *ret_bytes, size_t size)
{
    struct str text = {header.data + at, 2 * size};
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] >= 'A' && text.data[i] <= 'F') {
            return false;
        }
    }
    return parse_hex(text, ret_bytes, size) == STATUS_OK;
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    uint8_t any = 0;
    for (size_t i = 0; i < size; i++) {
        any |= bytes[i];
    }
    return any == 0;
}

enum status trace_parse(struct str header, struct trace *ret_trace)
{
    uint8_t version;
    struct trace t;
    if (header.len < TRACEPARENT_LEN || header.data[2] != '-' || header.data[35] != '-' ||
        header.data[52] != '-' || !read_field(header, 0, &version, 1) ||
        !read_field(header, 3, t.trace_id, sizeof(t.trace_id)) ||
        !read_field(header, 36, t.span_id, sizeof(t.span_id)) || !read_field(header, 53, &t.flags, 1)) {
        return STATUS_INVALID;
    }
    /* A later version may append further fields; version 00 may not, and ff is no version. */
    bool longer = header.len > TRACEPARENT_LEN;
    if (version == 0xff || (longer && (version == 0 || header.data[TRACEPARENT_LEN] != '-'))) {
        return STATUS_INVALID;
    }
    if (all_zero(t.trace_id, sizeof(t.trace_id)) || all_zero(t.span_id, sizeof(t.span_id))) {
        return STATUS_INVALID;
    }
    *ret_trace = t;
    return STATUS_OK;
}

void trace_format(const struct trace *t, char ret_text[TRACEPARENT_SIZE])
{
    const uint8_t flags = t->flags & TRACE_SAMPLED;
    memcpy(ret_text, "00-", 3);
    trace_id_format(t, ret_text + 3);
    ret_text[35] = '-';
    format_hex(t->span_id, sizeof(t->span_id), ret_text + 36);
    ret_text[52] = '-';
    format_hex(&flags, 1, ret_text + 53);
}

void trace_id_format(const struct trace *t, char ret_text[TRACE_ID_SIZE])
{
    format_hex(t->trace_id, sizeof(t->trace_id), ret_text);
}

const char *trace_id_of(struct str traceparent, char ret_text[TRACE_ID_SIZE])
{
    struct trace t;
    ret_text[0] = '\0';
    if (trace_parse(traceparent, &t) == STATUS_OK)
        trace_id_format(&t, ret_text);
    return ret_text;
}
