/* sealed.h - short secrets as they lie in the database: encrypted and authenticated (XChaCha20-Poly1305)
   under a key that is not there, each for what it belongs to: in another's row it does not open. The text
   names its key, so that keys can be changed. Pure. */
#ifndef SHARED_CORE_SEALED_H
#define SHARED_CORE_SEALED_H

#include "shared/core/buf.h"

#define SEAL_KEYS_MAX   4
#define SEAL_KEY_BYTES  32
#define SEAL_ID_SIZE    9 /* 8 hex digits of the key's digest, and NUL */
#define SEAL_NONCE_SIZE 24
#define SEAL_PLAIN_MAX  128
#define SEALED_SIZE     256                    /* the longest sealed text and NUL */
#define SEAL_MARK_SIZE  (3 + SEAL_ID_SIZE + 1) /* "v2.<key id>." and NUL */

struct seal_key {
    char id[SEAL_ID_SIZE];
    unsigned char bytes[SEAL_KEY_BYTES];
};
struct seal_keys {
    struct seal_key keys[SEAL_KEYS_MAX]; /* the first one seals, all open */
    size_t count;
};
/* One key a line, 64 hex digits each. STATUS_INVALID: none, too many, or a line that is something else. */
NODISCARD enum status seal_keys_parse(struct str text, struct seal_keys *ret_keys);
/* "v2.<key id>.<base64url>". The nonce must be fresh and random; plain is at most SEAL_PLAIN_MAX bytes. It
   opens for the same belongs_to only: an id in words. */
void seal(const struct seal_keys *keys, const unsigned char nonce[SEAL_NONCE_SIZE], struct str belongs_to,
          struct str plain, char ret_sealed[SEALED_SIZE]);
/* NUL-terminated. STATUS_INVALID: nothing that one of the keys has sealed for belongs_to. What has no "v2."
   was sealed by XSalsa20-Poly1305 for nothing in particular, and opens for everything. */
NODISCARD enum status seal_open(const struct seal_keys *keys, struct str sealed, struct str belongs_to,
                                char ret_plain[SEAL_PLAIN_MAX + 1]);
/* How all that seal() makes with these keys begins. */
void seal_mark(const struct seal_keys *keys, char ret_mark[SEAL_MARK_SIZE]);

#endif
