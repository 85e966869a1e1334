/* csv_reader.h - records of RFC 4180, one after another: quoted fields, line breaks within quotes, CRLF or
   LF, a byte order mark. A malformed record ends with its line, so that the next one is read again. Pure but
   for its arena. */
#ifndef RECON_DOMAIN_CSV_READER_H
#define RECON_DOMAIN_CSV_READER_H

#include "shared/core/arena.h"
#include "shared/core/buf.h"

#define CSV_FIELDS_MAX 16
#define CSV_FIELD_MAX  4096 /* bytes */

struct csv_reader {
    struct str left;
    int64_t line; /* number of the next one */
    struct arena *arena;
};
struct csv_record {
    int64_t line; /* where it begins */
    size_t count;
    struct str fields[CSV_FIELDS_MAX]; /* borrowed from the file, or from the arena if they had quotes */
    const char *wrong;                 /* NULL: well formed */
};

void csv_reader_init(struct csv_reader *r, struct str file, struct arena *arena);
/* False at the end; empty lines are passed over. */
bool csv_reader_next(struct csv_reader *r, struct csv_record *ret_record);

#endif
