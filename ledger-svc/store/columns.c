/* columns.c - see columns.h. */
#include "ledger-svc/store/columns.h"

#include <assert.h>
#include <string.h>

#include "shared/core/digest.h"

static bool is_text(enum column_member member)
{
    return member == MEMBER_STR || member == MEMBER_NAME || member == MEMBER_CODE;
}

static struct str text_at(enum column_member member, const void *at)
{
    assert(is_text(member));
    if (member == MEMBER_STR)
        return *(const struct str *)at;
    const char *text = at;
    if (member == MEMBER_NAME)
        memcpy(&text, at, sizeof text);
    return str_of(text);
}

static int64_t number_at(enum column_member member, const void *at)
{
    return member == MEMBER_INT ? *(const int *)at : *(const int64_t *)at;
}

/* Only texts and numbers are ever shared or optional. */
static bool is_same(enum column_member member, const void *a, const void *b)
{
    return is_text(member) ? str_eq(text_at(member, a), text_at(member, b))
                           : number_at(member, a) == number_at(member, b);
}

static bool is_null(enum column_member member, const void *at)
{
    if (member == MEMBER_UUID)
        return uuid_is_zero(at);
    if (member == MEMBER_TIME || member == MEMBER_POSITIVE)
        return number_at(member, at) == 0;
    return is_text(member) && text_at(member, at).len == 0;
}

static void add_element(struct db_params *p, enum column_member member, const void *at)
{
    if (is_null(member, at)) {
        db_array_null(p);
        return;
    }
    switch (member) {
    case MEMBER_UUID:
        db_array_uuid(p, at);
        break;
    case MEMBER_DIGEST:
        db_array_bytes(p, at, DIGEST_SIZE);
        break;
    case MEMBER_PLACE:
        db_array_place(p, at);
        break;
    case MEMBER_BOOL:
        db_array_bool(p, *(const bool *)at);
        break;
    case MEMBER_INT:
    case MEMBER_INT64:
    case MEMBER_POSITIVE:
        db_array_int(p, number_at(member, at));
        break;
    case MEMBER_TIME:
        db_array_time(p, number_at(member, at));
        break;
    case MEMBER_STR:
    case MEMBER_NAME:
    case MEMBER_CODE: {
        struct str text = text_at(member, at);
        db_array_bytes(p, text.data, text.len);
        break;
    }
    }
}

static void add_value(struct db_params *p, const struct column *c, const void *at)
{
    if (is_null(c->member, at)) {
        db_param_null(p);
    } else if (is_text(c->member)) {
        db_param_text(p, text_at(c->member, at));
    } else if (c->member == MEMBER_TIME) {
        db_param_time(p, number_at(c->member, at));
    } else if (c->type == DB_INT2) {
        db_param_int2(p, (int16_t)number_at(c->member, at));
    } else {
        assert(c->type == DB_INT8);
        db_param_int8(p, number_at(c->member, at));
    }
}

static const void *cell(const struct column *c, const struct rows *rows, size_t row)
{
    return (const char *)rows->first + row * rows->size + c->offset;
}

static bool all_same(const struct column *c, const struct rows *rows)
{
    for (size_t i = 1; i < rows->count; i++)
        if (!is_same(c->member, cell(c, rows, 0), cell(c, rows, i)))
            return false;
    return true;
}

static bool all_null(const struct column *c, const struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        if (!is_null(c->member, cell(c, rows, i)))
            return false;
    return true;
}

static void add_array(struct db_params *p, const struct column *c, const struct rows *rows)
{
    db_array_open(p, c->type);
    for (size_t i = 0; i < rows->count; i++)
        add_element(p, c->member, cell(c, rows, i));
    db_array_close(p);
}

void columns_add(struct db_params *p, const struct column *columns, size_t column_count,
                 const struct rows *rows)
{
    assert(rows->count > 0);
    for (const struct column *c = columns; c < columns + column_count; c++) {
        if (c->use == COLUMN_SHARED && all_same(c, rows)) {
            db_param_null(p);
            add_value(p, c, cell(c, rows, 0));
        } else if (c->use == COLUMN_OPTIONAL && all_null(c, rows)) {
            db_param_null(p);
        } else {
            add_array(p, c, rows);
            if (c->use == COLUMN_SHARED)
                db_param_null(p);
        }
    }
}
