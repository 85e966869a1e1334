/* db_wire.h - constants of PostgreSQL's binary formats: type oids (fixed in pg_type.dat) and its epoch,
 * 2000-01-01. */
#ifndef SHARED_IO_DB_WIRE_H
#define SHARED_IO_DB_WIRE_H

#include <stdint.h>

#define DB_EPOCH_DAY 10957 /* days from 1970-01-01 to 2000-01-01 */
#define DB_EPOCH_US  (DB_EPOCH_DAY * INT64_C(86400000000))

enum db_oid {
    DB_OID_BOOL = 16,
    DB_OID_BYTEA = 17,
    DB_OID_CHAR = 18, /* "char" */
    DB_OID_NAME = 19,
    DB_OID_INT8 = 20,
    DB_OID_INT2 = 21,
    DB_OID_INT4 = 23,
    DB_OID_TEXT = 25,
    DB_OID_TID = 27,
    DB_OID_JSON = 114,
    DB_OID_UNKNOWN = 705,
    DB_OID_BPCHAR = 1042,
    DB_OID_VARCHAR = 1043,
    DB_OID_DATE = 1082,
    DB_OID_TIMESTAMPTZ = 1184,
    DB_OID_UUID = 2950
};

#endif
