/* digest.h - BLAKE2b digests (RFC 7693, libsodium): request fingerprints, key digests, credential hashes.
 * Pure. */
#ifndef SHARED_CORE_DIGEST_H
#define SHARED_CORE_DIGEST_H

#include "shared/core/buf.h"
#include "shared/core/uuid.h"

#define DIGEST_SIZE 32

struct digest {
    uint8_t bytes[DIGEST_SIZE];
};

void digest_of(struct str data, struct digest *ret_digest);
/* What makes two requests the same: method, concrete path, query, canonical body; lengths are part of the
 * hash. */
void digest_request(struct str method, struct str path, struct str query, struct str body,
                    struct digest *ret_digest);
/* 16 bytes naming an idempotency key of an owner; keyless commands use their command id. Domains are
 * separated. */
struct uuid digest_key(struct str owner, struct str key, const struct uuid *command_id);
/* 16 bytes naming a source ("webhook:we_..."); the first 8 bytes, big endian, are the advisory lock's number.
 */
struct uuid digest_source(struct str source);
int64_t digest_lock_number(const struct uuid *digest);
bool digest_equal(const struct digest *a, const struct digest *b); /* constant time */

#endif
