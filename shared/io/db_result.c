/* db_result.c - reads columns of binary results. The statement fixes the types: another one is our own bug.
 */
#include <assert.h>
#include <endian.h>
#include <string.h>

#include "shared/io/db_internal.h"
#include "shared/io/db_wire.h"

void db_result_ptr(PGresult **r)
{
    PQclear(*r);
    *r = NULL;
}

bool db_committed(const PGresult *r)
{
    return PQresultStatus(r) == PGRES_COMMAND_OK &&
           strcmp(PQcmdStatus((PGresult *)(uintptr_t)r), "COMMIT") == 0;
}

bool db_is_null(const PGresult *r, int row, int column)
{
    assert(row >= 0 && row < PQntuples(r) && column >= 0 && column < PQnfields(r));
    return PQgetisnull(r, row, column);
}

static bool is_one_of(const PGresult *r, int column, Oid a, Oid b, Oid c)
{
    Oid type = PQftype(r, column);
    return PQfformat(r, column) == 1 && (type == a || type == b || type == c);
}

/* The bytes of a column that is not NULL and has the type. */
static const char *fixed(const PGresult *r, int row, int column, Oid type, int size)
{
    assert(!db_is_null(r, row, column) && is_one_of(r, column, type, type, type));
    assert(PQgetlength(r, row, column) == size);
    return PQgetvalue(r, row, column);
}

static int64_t big_endian_int(const char *bytes, int size)
{
    uint16_t v2;
    uint32_t v4;
    uint64_t v8;
    switch (size) {
    case sizeof(v2):
        memcpy(&v2, bytes, sizeof(v2));
        return (int16_t)be16toh(v2);
    case sizeof(v4):
        memcpy(&v4, bytes, sizeof(v4));
        return (int32_t)be32toh(v4);
    default:
        assert(size == sizeof(v8));
        memcpy(&v8, bytes, sizeof(v8));
        return (int64_t)be64toh(v8);
    }
}

int64_t db_get_int(const PGresult *r, int row, int column)
{
    assert(!db_is_null(r, row, column) && is_one_of(r, column, DB_OID_INT2, DB_OID_INT4, DB_OID_INT8));
    return big_endian_int(PQgetvalue(r, row, column), PQgetlength(r, row, column));
}

bool db_get_bool(const PGresult *r, int row, int column)
{
    return *fixed(r, row, column, DB_OID_BOOL, 1) != 0;
}

struct str db_get_str(const PGresult *r, int row, int column)
{
    if (db_is_null(r, row, column))
        return (struct str){NULL, 0};
    assert(PQfformat(r, column) == 1);
    assert(is_one_of(r, column, DB_OID_TEXT, DB_OID_VARCHAR, DB_OID_BPCHAR) ||
           is_one_of(r, column, DB_OID_JSON, DB_OID_BYTEA, DB_OID_NAME) ||
           is_one_of(r, column, DB_OID_CHAR, DB_OID_UNKNOWN, DB_OID_UNKNOWN));
    return (struct str){PQgetvalue(r, row, column), (size_t)PQgetlength(r, row, column)};
}

struct uuid db_get_uuid(const PGresult *r, int row, int column)
{
    struct uuid u;
    memcpy(u.bytes, fixed(r, row, column, DB_OID_UUID, sizeof(u.bytes)), sizeof(u.bytes));
    return u;
}

void db_get_place(const PGresult *r, int row, int column, uint8_t ret_place[DB_PLACE_SIZE])
{
    memcpy(ret_place, fixed(r, row, column, DB_OID_TID, DB_PLACE_SIZE), DB_PLACE_SIZE);
}

int64_t db_get_time(const PGresult *r, int row, int column)
{
    return big_endian_int(fixed(r, row, column, DB_OID_TIMESTAMPTZ, 8), 8) + DB_EPOCH_US;
}

int32_t db_get_date(const PGresult *r, int row, int column)
{
    return (int32_t)big_endian_int(fixed(r, row, column, DB_OID_DATE, 4), 4) + DB_EPOCH_DAY;
}
