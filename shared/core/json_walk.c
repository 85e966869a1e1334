/* json_walk.c - see json_walk.h. */
#include "shared/core/json_walk.h"

#include <string.h>

#include "shared/core/parse.h"

struct json_walk json_walk_of(struct str text)
{
    return (struct json_walk){.text = text};
}

/* The next character that is no space; 0: the end. */
static char look(struct json_walk *w)
{
    for (; w->at < w->text.len; w->at++) {
        char c = w->text.data[w->at];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return c;
    }
    return 0;
}

static bool take(struct json_walk *w, char wanted)
{
    bool is_there = look(w) == wanted;
    w->at += is_there;
    return is_there;
}

/* From behind the opening quote to behind the closing one. */
static bool skip_string(struct json_walk *w, bool *ret_is_escaped)
{
    *ret_is_escaped = false;
    while (w->at < w->text.len) {
        const char *from = w->text.data + w->at, *quote = memchr(from, '"', w->text.len - w->at);
        if (quote == NULL)
            return false;
        const char *escape = memchr(from, '\\', (size_t)(quote - from));
        if (escape == NULL) {
            w->at += (size_t)(quote - from) + 1;
            return true;
        }
        *ret_is_escaped = true;
        w->at += (size_t)(escape - from) + 2; /* it may be the quote that is escaped */
    }
    return false;
}

/* A number, true, false or null: as far as it goes. */
static bool take_word(struct json_walk *w, struct str *ret_word)
{
    (void)look(w);
    size_t from = w->at;
    while (w->at < w->text.len && strchr(" \t\n\r,:]}[{\"", w->text.data[w->at]) == NULL)
        w->at++;
    *ret_word = (struct str){w->text.data + from, w->at - from};
    return w->at > from;
}

/* Brackets are counted, not matched: whoever asks for what is in them finds that out. */
bool json_walk_skip(struct json_walk *w)
{
    int depth = 0;
    do {
        bool is_escaped;
        struct str word;
        char c = look(w);
        w->at += c != 0;
        if (c == '"' && !skip_string(w, &is_escaped))
            return false;
        if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
        } else if (c == ',' || c == ':') {
            if (depth == 0)
                return false;
        } else if (c != '"') {
            w->at -= c != 0;
            if (!take_word(w, &word))
                return false;
        }
    } while (depth > 0);
    return depth == 0;
}

bool json_walk_text(struct json_walk *w, struct str *ret_text)
{
    (void)look(w);
    size_t from = w->at;
    if (!json_walk_skip(w))
        return false;
    *ret_text = (struct str){w->text.data + from, w->at - from};
    return true;
}

bool json_walk_string(struct json_walk *w, struct str *ret_string)
{
    bool is_escaped;
    if (!take(w, '"'))
        return false;
    size_t from = w->at;
    if (!skip_string(w, &is_escaped) || is_escaped)
        return false;
    *ret_string = (struct str){w->text.data + from, w->at - from - 1};
    return true;
}

bool json_walk_int(struct json_walk *w, int64_t *ret_value)
{
    struct str word;
    return take_word(w, &word) && parse_int64(word, INT64_MIN, INT64_MAX, ret_value) == STATUS_OK;
}

bool json_walk_object(struct json_walk *w, json_walk_reader *read, void *context)
{
    struct str name;
    if (!take(w, '{'))
        return false;
    if (take(w, '}'))
        return true;
    do {
        if (!json_walk_string(w, &name) || !take(w, ':') || !read(w, name, context))
            return false;
    } while (take(w, ','));
    return take(w, '}');
}

bool json_walk_array(struct json_walk *w, json_walk_reader *read, void *context)
{
    if (!take(w, '['))
        return false;
    if (take(w, ']'))
        return true;
    do {
        if (!read(w, (struct str){0}, context))
            return false;
    } while (take(w, ','));
    return take(w, ']');
}
