/* csv.h - RFC 4180 lines that a spreadsheet cannot mistake for formulas. Pure. */
#ifndef INGRESS_DOMAIN_CSV_H
#define INGRESS_DOMAIN_CSV_H

#include "shared/core/buf.h"

struct csv {
    struct buf *buf;
    bool comma; /* the next field needs a comma before it */
};
void csv_init(struct csv *c, struct buf *b);
/* Somebody else's text: quoted where needed, and behind an apostrophe if it starts like a formula. */
void csv_text(struct csv *c, struct str s);
void csv_int(struct csv *c, int64_t v);
void csv_line_end(struct csv *c);

#endif
