/* holds.h - holds as api.holds shows them. */
#ifndef INGRESS_STORE_HOLDS_H
#define INGRESS_STORE_HOLDS_H

#include "shared/contract/resources.h"
#include "shared/io/db.h"

/* One hold, if it was authorized by owner or is of an account of owner ({NULL, 0}: anybody). */
struct hold_key {
    struct uuid id;
    struct str owner;
};
/* Holds of an account, else those that owner authorized, else everybody's. */
struct hold_list {
    struct str owner;           /* {NULL, 0}: anybody */
    const struct uuid *account; /* NULL: any */
    struct str status;          /* {NULL, 0}: any */
    int64_t from_us, until_us;
    struct uuid before; /* all bits set: from the newest */
    int64_t limit;
};

/* args: struct hold_key *, struct hold_list *. */
NODISCARD enum status holds_find(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status holds_list(struct db *db, const void *args, PGresult **ret_result);

/* Strings are borrowed from r. */
void hold_row(const PGresult *r, int row, struct hold_resource *ret_hold);

#endif
