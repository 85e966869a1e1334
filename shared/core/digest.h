/* digest.h - BLAKE2b digests (RFC 7693): request fingerprints, key digests, credential hashes. Pure. */
#ifndef SHARED_CORE_DIGEST_H
#define SHARED_CORE_DIGEST_H

#include "shared/core/buf.h"
#include "shared/core/uuid.h"

#define DIGEST_SIZE 32

struct digest {
    uint8_t bytes[DIGEST_SIZE];
};

void digest_of(struct str data, struct digest *ret_digest);
/* What makes two requests the same: method, concrete path, query, canonical body, each behind its length. */
void digest_request(struct str method, struct str path, struct str query, struct str body,
                    struct digest *ret_digest);
/* 16 bytes naming an owner's idempotency key, or the command itself if it has none. */
struct uuid digest_key(struct str owner, struct str key, const struct uuid *command_id);
/* 16 bytes naming the slice that begins with item first of the batch that was begun under that key: no
   client's key has them. */
struct uuid digest_slice(const struct uuid *key_digest, const struct uuid *batch, size_t first);
/* 16 bytes naming all webhook endpoints of an owner: who counts them locks them. */
struct uuid digest_endpoints_of(struct str owner);
/* 16 bytes naming a source ("webhook:we_..."). */
struct uuid digest_source(struct str source);
/* 16 bytes naming an inbound webhook event: what its provider calls it. */
struct uuid digest_webhook_event(struct str provider, struct str event_id);
/* What makes two deliveries of an event the same: its type, its time in microseconds, its canonical payload.
 */
void digest_webhook_content(struct str event_type, int64_t occurred_us, struct str payload,
                            struct digest *ret_digest);
bool digest_equal(const struct digest *a, const struct digest *b); /* constant time */

#endif
