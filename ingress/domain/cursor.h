/* cursor.h - where the next page of a list starts: opaque to clients, bound to the list and its filters.
 * Pure. */
#ifndef INGRESS_DOMAIN_CURSOR_H
#define INGRESS_DOMAIN_CURSOR_H

#include "ingress/domain/query.h"

#define CURSOR_TEXT_SIZE 48

/* The last row of the page before: its id and, where a list needs it, its number (version or leg). */
struct cursor {
    struct uuid id;
    int64_t number;
};

/* Stands for the list: its path, who looks (empty: staff) and every filter except limit and cursor. */
int64_t cursor_scope(const char *path, struct str owner, const struct param_spec *specs,
                     const struct param_value *values, size_t count);
void cursor_write(const struct cursor *c, int64_t scope, char ret_text[CURSOR_TEXT_SIZE]);
/* STATUS_INVALID for a cursor of another list, filter or owner. */
NODISCARD enum status cursor_read(struct str text, int64_t scope, struct cursor *ret_cursor);

#endif
