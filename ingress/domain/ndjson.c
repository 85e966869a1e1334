/* ndjson.c - a line is parsed as a body of its own. */
#include "ingress/domain/ndjson.h"

#include <assert.h>
#include <string.h>

/* The next line without its line feed; false when there is none left. */
static bool take_line(struct str *text, struct str *ret_line)
{
    if (text->len == 0) {
        return false;
    }
    const char *end = memchr(text->data, '\n', text->len);
    size_t len = end != NULL ? (size_t)(end - text->data) : text->len;
    size_t taken = end != NULL ? len + 1 : len;
    *ret_line = (struct str){text->data, len};
    *text = (struct str){text->data + taken, text->len - taken};
    return true;
}

/* The parser's problem with a line, said of the body. */
static void place(struct problem *p, const char *list, size_t index)
{
    struct problem said = *p;
    problem_init(p, said.outcome);
    problem_detail(p, "Line %zu.%s%s", index + 1, said.detail[0] != '\0' ? " " : "", said.detail);
    for (size_t i = 0; i < said.error_count; i++) {
        struct buf pointer CLEANUP(buf_free);
        buf_init(&pointer, sizeof(said.errors[i].pointer) + 64);
        buf_addf(&pointer, "/%s/%zu%s", list, index, said.errors[i].pointer);
        problem_add_error(p, pointer.data, "%s", said.errors[i].detail);
    }
}

enum status ndjson_read(struct str text, const char *list, const struct ndjson_limits *limits,
                        json_t **ret_list, struct problem *ret_problem)
{
    json_t *items CLEANUP(json_decref_ptr) = json_array();
    struct str line;
    for (int index = 0; index <= limits->lines_max && take_line(&text, &line); index++) {
        json_t *item;
        enum status s = json_parse_object_within(line, limits->values_max, &item, ret_problem);
        if (s != STATUS_OK) {
            place(ret_problem, list, (size_t)index);
            return s;
        }
        if (json_array_append_new(items, item) != 0) {
            problem_init(ret_problem, OUTCOME_busy);
            return STATUS_NO_MEMORY;
        }
    }
    *ret_list = items;
    items = NULL;
    return STATUS_OK;
}
