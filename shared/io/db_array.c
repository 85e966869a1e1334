/* db_array.c - array parameters in PostgreSQL's binary format, written in place; the header is completed on
 * close. */
#include <assert.h>
#include <endian.h>
#include <string.h>

#include "shared/io/db_internal.h"
#include "shared/io/db_wire.h"

/* What precedes the elements, every number big endian. An array without elements ends after the element's
 * oid. */
struct array_header {
    uint32_t dimensions, has_nulls, element_oid, length, lower_bound;
};
#define EMPTY_HEADER_SIZE offsetof(struct array_header, length)

struct element_type {
    uint32_t oid;
    uint32_t size; /* 0: any */
};
static const struct element_type element_types[] = {
    [DB_BOOL] = {DB_OID_BOOL, 1},
    [DB_INT2] = {DB_OID_INT2, 2},
    [DB_INT4] = {DB_OID_INT4, 4},
    [DB_INT8] = {DB_OID_INT8, 8},
    [DB_TEXT] = {DB_OID_TEXT, 0},
    [DB_JSON] = {DB_OID_JSON, 0},
    [DB_BYTEA] = {DB_OID_BYTEA, 0},
    [DB_UUID] = {DB_OID_UUID, 16},
    [DB_TIME] = {DB_OID_TIMESTAMPTZ, 8},
    [DB_DATE] = {DB_OID_DATE, 4},
    [DB_PLACE] = {DB_OID_TID, DB_PLACE_SIZE},
};

void db_array_open(struct db_params *p, enum db_type element)
{
    assert(!p->array.open && p->count < DB_PARAMS_MAX);
    p->offsets[p->count] = (int32_t)p->bytes.len;
    p->array.open = true;
    p->array.element = element;
    p->array.length = 0;
    p->array.has_nulls = false;
    static const struct array_header room;
    buf_add(&p->bytes, &room, sizeof(room));
}

static void element_add(struct db_params *p, const void *data, uint32_t len)
{
    uint32_t size = element_types[p->array.element].size;
    assert(p->array.open && (size == 0 || size == len));
    struct {
        uint32_t len;
        char value[16];
    } wire = {.len = htobe32(len)};
    p->array.length++;
    if (len > 0 && len <= sizeof(wire.value)) { /* nearly all are: one addition instead of two */
        memcpy(wire.value, data, len);
        buf_add(&p->bytes, &wire, sizeof(wire.len) + len);
        return;
    }
    buf_add(&p->bytes, &wire.len, sizeof(wire.len));
    if (len > 0)
        buf_add(&p->bytes, data, len);
}

void db_array_null(struct db_params *p)
{
    assert(p->array.open);
    static const uint32_t no_value = UINT32_MAX; /* length -1 */
    buf_add(&p->bytes, &no_value, sizeof(no_value));
    p->array.has_nulls = true;
    p->array.length++;
}

void db_array_bool(struct db_params *p, bool v)
{
    uint8_t byte = v ? 1 : 0;
    element_add(p, &byte, sizeof(byte));
}

void db_array_int(struct db_params *p, int64_t v)
{
    uint32_t size = element_types[p->array.element].size;
    if (p->array.element == DB_DATE)
        v -= DB_EPOCH_DAY;
    assert(size == 2 || size == 4 || size == 8);
    assert(size == 8 || (v >= -(INT64_C(1) << (8 * size - 1)) && v < INT64_C(1) << (8 * size - 1)));
    /* The low bytes come last in big endian. */
    uint64_t wire = htobe64((uint64_t)v);
    element_add(p, (const char *)&wire + sizeof(wire) - size, size);
}

void db_array_bytes(struct db_params *p, const void *data, size_t len)
{
    assert(element_types[p->array.element].size == 0);
    if (!data)
        db_array_null(p);
    else if (len <= p->bytes.max)
        element_add(p, data, (uint32_t)len);
    else
        p->failed = true;
}

void db_array_uuid(struct db_params *p, const struct uuid *v)
{
    assert(p->array.element == DB_UUID);
    if (v)
        element_add(p, v->bytes, sizeof(v->bytes));
    else
        db_array_null(p);
}

void db_array_time(struct db_params *p, int64_t unix_us)
{
    assert(p->array.element == DB_TIME);
    uint64_t wire = htobe64((uint64_t)(unix_us - DB_EPOCH_US));
    element_add(p, &wire, sizeof(wire));
}

void db_array_place(struct db_params *p, const uint8_t place[DB_PLACE_SIZE])
{
    assert(p->array.element == DB_PLACE);
    element_add(p, place, DB_PLACE_SIZE);
}

void db_array_close(struct db_params *p)
{
    assert(p->array.open);
    p->array.open = false;
    size_t start = (size_t)p->offsets[p->count];
    if (p->bytes.failed)
        p->failed = true;
    if (!p->failed) {
        struct array_header header = {.dimensions = htobe32(p->array.length > 0 ? 1 : 0),
                                      .has_nulls = htobe32(p->array.has_nulls ? 1 : 0),
                                      .element_oid = htobe32(element_types[p->array.element].oid),
                                      .length = htobe32(p->array.length),
                                      .lower_bound = htobe32(1)};
        memcpy(p->bytes.data + start, &header, sizeof(header));
        if (p->array.length == 0)
            p->bytes.len = start + EMPTY_HEADER_SIZE;
    }
    p->lengths[p->count] = (int32_t)(p->bytes.len - start);
    p->count++;
}
