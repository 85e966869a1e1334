/* idempotency.c - the quoted form is a string of RFC 8941: \" and \\ are its only escapes. */
#include "ingress/domain/idempotency.h"

#include <string.h>

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

/* Between the quotes: at is behind the first, and the last must end the text. */
static enum status parse_quoted(struct str text, char ret_key[COMMAND_KEY_MAX + 1])
{
    char key[COMMAND_KEY_MAX + 1];
    size_t len = 0, at = 1;
    while (at < text.len && text.data[at] != '"') {
        if (text.data[at] == '\\') {
            at++;
            if (at >= text.len || (text.data[at] != '"' && text.data[at] != '\\')) {
                return STATUS_INVALID;
            }
        }
        if (len == COMMAND_KEY_MAX || !is_printable(text.data[at])) {
            return STATUS_INVALID;
        }
        key[len++] = text.data[at++];
    }
    if (len == 0 || at + 1 != text.len) {
        return STATUS_INVALID;
    }
    key[len] = '\0';
    memcpy(ret_key, key, len + 1);
    return STATUS_OK;
}

enum status idempotency_key_parse(const char *value, char ret_key[COMMAND_KEY_MAX + 1])
{
    struct str text = str_of(value);
    while (text.len > 0 && text.data[0] == ' ') {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && text.data[text.len - 1] == ' ') {
        text.len--;
    }
    if (text.len > 0 && text.data[0] == '"') {
        return parse_quoted(text, ret_key);
    }
    if (text.len == 0 || text.len > COMMAND_KEY_MAX) {
        return STATUS_INVALID;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (!is_printable(text.data[i])) {
            return STATUS_INVALID;
        }
    }
    memcpy(ret_key, text.data, text.len);
    ret_key[text.len] = '\0';
    return STATUS_OK;
}
