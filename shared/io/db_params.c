/* db_params.c - statement parameters in PostgreSQL's binary formats, written one after the other into one
 * buffer. */
#include <assert.h>
#include <endian.h>
#include <string.h>

#include "shared/io/db_internal.h"
#include "shared/io/db_wire.h"

void db_params_init(struct db_params *p, size_t max_bytes)
{
    assert(max_bytes <= INT32_MAX);
    memset(p, 0, sizeof(*p));
    buf_init(&p->bytes, max_bytes);
}

void db_params_reset(struct db_params *p)
{
    p->count = 0;
    p->failed = false;
    p->array.open = false;
    buf_reset(&p->bytes);
}

void db_params_free(struct db_params *p)
{
    buf_free(&p->bytes);
    memset(p, 0, sizeof(*p));
}

static void param_add(struct db_params *p, const void *data, size_t len)
{
    assert(!p->array.open && p->count < DB_PARAMS_MAX);
    p->offsets[p->count] = (int32_t)p->bytes.len;
    p->lengths[p->count] = (int32_t)len;
    p->count++;
    if (len > 0)
        buf_add(&p->bytes, data, len);
    p->failed = p->bytes.failed;
}

void db_param_null(struct db_params *p)
{
    param_add(p, NULL, 0);
    p->offsets[p->count - 1] = -1;
}

void db_param_bool(struct db_params *p, bool v)
{
    uint8_t byte = v ? 1 : 0;
    param_add(p, &byte, sizeof(byte));
}

void db_param_int2(struct db_params *p, int16_t v)
{
    uint16_t wire = htobe16((uint16_t)v);
    param_add(p, &wire, sizeof(wire));
}

void db_param_int4(struct db_params *p, int32_t v)
{
    uint32_t wire = htobe32((uint32_t)v);
    param_add(p, &wire, sizeof(wire));
}

void db_param_int8(struct db_params *p, int64_t v)
{
    uint64_t wire = htobe64((uint64_t)v);
    param_add(p, &wire, sizeof(wire));
}

void db_param_text(struct db_params *p, struct str v)
{
    db_param_bytea(p, v.data, v.len);
}

void db_param_bytea(struct db_params *p, const void *data, size_t len)
{
    if (data)
        param_add(p, data, len);
    else
        db_param_null(p);
}

void db_param_uuid(struct db_params *p, const struct uuid *v)
{
    db_param_bytea(p, v, sizeof(v->bytes));
}

void db_param_time(struct db_params *p, int64_t unix_us)
{
    db_param_int8(p, unix_us - DB_EPOCH_US);
}

void db_param_date(struct db_params *p, int32_t unix_day)
{
    db_param_int4(p, unix_day - DB_EPOCH_DAY);
}
