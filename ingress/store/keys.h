/* keys.h - API keys by their digest. */
#ifndef INGRESS_STORE_KEYS_H
#define INGRESS_STORE_KEYS_H

#include "shared/contract/command.h"
#include "shared/contract/scope.h"
#include "shared/io/db.h"

/* Who is behind a key. */
struct credential {
    struct uuid key_id;
    char owner[COMMAND_OWNER_MAX + 1];
    struct scope_set scopes;
};

/* STATUS_NOT_FOUND: no such working key; otherwise as db_query. */
NODISCARD enum status keys_find(struct db *db, const struct digest *digest,
                                struct credential *ret_credential);

#endif
