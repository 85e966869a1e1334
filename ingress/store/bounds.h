/* bounds.h - the ends of time and of ids: what a list without bounds runs between, and where it gives up. */
#ifndef INGRESS_STORE_BOUNDS_H
#define INGRESS_STORE_BOUNDS_H

#include "shared/core/uuid.h"
#include "shared/io/db.h"

#define TIME_FIRST_US INT64_C(0)
#define TIME_LAST_US  INT64_C(253402300799999999) /* the end of 9999 */

extern const struct uuid UUID_LAST; /* all bits set */

/* Ids are made of their object's time: one below those of all objects from that time on, and the end of a
   page, the cursor or one above those of all objects before that time, whichever is earlier. */
struct uuid bounds_first_id(int64_t from_us);
struct uuid bounds_end_id(const struct uuid *before, int64_t until_us);

/* When an object with this id was made, to the millisecond; other ids than ours give the fallback. */
int64_t bounds_time_of_id(const struct uuid *id, int64_t fallback_us);

/* How many rows of each of an owner's accounts a page looks at: 20,000 together, and a few pages at least. */
int64_t bounds_looked_at(int64_t accounts, int64_t limit);

/* A time, or NULL when it is the unbounded one. */
void bounds_param_time(struct db_params *p, int64_t us, int64_t unbounded);

#endif
