/* memory_store_internal.h - what the parts of the store share. */
#ifndef TESTS_SIM_MEMORY_STORE_INTERNAL_H
#define TESTS_SIM_MEMORY_STORE_INTERNAL_H

#include "tests/sim/memory_store.h"

/* memory_store.c: says why a plan is refused, false; aborts without memory; a copy; an id for the first time.
 */
bool store_refuse(struct memory_store *s, const char *why);
void *store_must(void *memory);
struct str store_keep(struct memory_store *s, struct str text);
bool store_take_id(struct memory_store *s, const struct uuid *id);

/* memory_endpoints.c: webhook endpoints that are needed, into a ledger; an event of one; at the end each must
   be what its events have told. */
bool store_load_endpoints(const struct memory_store *s, const struct needs *needs, struct ledger *l);
bool store_apply_endpoint_event(struct memory_store *s, const struct ledger *l, const struct event_row *e);
bool store_compare_endpoints(struct memory_store *s, const struct ledger *l);

#endif
