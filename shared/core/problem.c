/* problem.c - collects what is wrong and writes it once. */
#include "shared/core/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void problem_init(struct problem *p, enum outcome o)
{
    p->outcome = o;
    p->detail[0] = '\0';
    p->request_id = (struct str){NULL, 0};
    p->error_count = 0; /* the errors themselves are written before they are read */
}

/* Cutting a text to its array must not leave half a character: the document would not be UTF-8. */
static void cut_to_whole_characters(char *text)
{
    size_t len = strlen(text), start = len;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80) {
        start--;
    }
    if (start == 0) {
        return;
    }
    unsigned char lead = (unsigned char)text[start - 1];
    size_t wanted = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (len - (start - 1) < wanted) {
        text[start - 1] = '\0';
    }
}

static void PRINTF_LIKE(3, 0) write_text(char *text, size_t size, const char *format, va_list args)
{
    int len = vsnprintf(text, size, format, args);
    if (len < 0) {
        text[0] = '\0';
    } else if ((size_t)len >= size) {
        cut_to_whole_characters(text);
    }
}

void problem_detail(struct problem *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_text(p->detail, sizeof(p->detail), format, args);
    va_end(args);
}

void problem_add_error(struct problem *p, const char *pointer, const char *format, ...)
{
    if (p->error_count == PROBLEM_ERRORS_MAX) {
        return;
    }
    struct problem_error *error = &p->errors[p->error_count++];
    size_t len = strnlen(pointer, sizeof(error->pointer) - 1);
    memcpy(error->pointer, pointer, len);
    error->pointer[len] = '\0';
    if (pointer[len] != '\0') {
        cut_to_whole_characters(error->pointer);
    }
    va_list args;
    va_start(args, format);
    write_text(error->detail, sizeof(error->detail), format, args);
    va_end(args);
}

static void write_errors(const struct problem *p, struct json_out *out)
{
    json_key(out, "errors");
    json_array_open(out);
    for (size_t i = 0; i < p->error_count; i++) {
        json_object_open(out);
        json_key(out, "pointer");
        json_cstr(out, p->errors[i].pointer);
        json_key(out, "detail");
        json_cstr(out, p->errors[i].detail);
        json_object_close(out);
    }
    json_array_close(out);
}

void problem_open(const struct problem *p, struct json_out *out)
{
    const char *code = outcome_code(p->outcome);
    char type[64];
    snprintf(type, sizeof(type), "/problems/%s", code);
    json_object_open(out);
    json_key(out, "type");
    json_cstr(out, type);
    json_key(out, "title");
    json_cstr(out, outcome_sentence(p->outcome));
    json_key(out, "status");
    json_int(out, outcome_http_status(p->outcome));
    json_key(out, "code");
    json_cstr(out, code);
    if (p->detail[0] != '\0') {
        json_key(out, "detail");
        json_cstr(out, p->detail);
    }
    if (p->request_id.len > 0) {
        json_key(out, "request_id");
        json_str(out, p->request_id);
    }
    if (p->error_count > 0) {
        write_errors(p, out);
    }
}

void problem_close(struct json_out *out)
{
    json_object_close(out);
}

void problem_write(const struct problem *p, struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out);
    problem_open(p, &json);
    problem_close(&json);
}
