/* cursor.c - base64url of a version byte, the scope, the id and the number. */
#include "ingress/domain/cursor.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "shared/core/digest.h"

#define CURSOR_VERSION 1
#define CURSOR_SIZE    (1 + 8 + 16 + 8)
_Static_assert(CURSOR_TEXT_SIZE >=
                   sodium_base64_ENCODED_LEN(CURSOR_SIZE, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
               "the text has room");

static void put_int(uint8_t *at, int64_t value)
{
    for (int i = 0; i < 8; i++) {
        at[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
    }
}

static int64_t get_int(const uint8_t *at)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        value = value << 8 | at[i];
    }
    return (int64_t)value;
}

int64_t cursor_scope(const char *path, struct str owner, const struct param_spec *specs,
                     const struct param_value *values, size_t count)
{
    struct buf text CLEANUP(buf_free);
    buf_init(&text, 8192);
    buf_addf(&text, "%s\n%.*s\n", path, (int)owner.len, owner.data != NULL ? owner.data : "");
    for (size_t i = 0; i < count; i++) {
        if (values[i].is_set && specs[i].type != PARAM_LIMIT && specs[i].type != PARAM_CURSOR) {
            buf_addf(&text, "%s=%zu:", specs[i].name, values[i].text.len);
            buf_add(&text, values[i].text.data, values[i].text.len);
        }
    }
    struct digest digest;
    digest_of((struct str){text.data, text.len}, &digest);
    return get_int(digest.bytes);
}

void cursor_write(const struct cursor *c, int64_t scope, char ret_text[CURSOR_TEXT_SIZE])
{
    uint8_t bytes[CURSOR_SIZE] = {CURSOR_VERSION};
    put_int(bytes + 1, scope);
    memcpy(bytes + 9, c->id.bytes, sizeof(c->id.bytes));
    put_int(bytes + 25, c->number);
    char *text = sodium_bin2base64(ret_text, CURSOR_TEXT_SIZE, bytes, sizeof(bytes),
                                   sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    assert(text != NULL);
}

enum status cursor_read(struct str text, int64_t scope, struct cursor *ret_cursor)
{
    uint8_t bytes[CURSOR_SIZE];
    size_t len = 0;
    const char *end = NULL;
    if (sodium_base642bin(bytes, sizeof(bytes), text.data, text.len, NULL, &len, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
        return STATUS_INVALID;
    }
    if (len != sizeof(bytes) || end != text.data + text.len || bytes[0] != CURSOR_VERSION ||
        get_int(bytes + 1) != scope || get_int(bytes + 25) < 0) {
        return STATUS_INVALID;
    }
    memcpy(ret_cursor->id.bytes, bytes + 9, sizeof(ret_cursor->id.bytes));
    ret_cursor->number = get_int(bytes + 25);
    return STATUS_OK;
}
