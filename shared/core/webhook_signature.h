/* webhook_signature.h - Standard Webhooks 1.0.0, symmetric (v1): HMAC-SHA256 over "id.timestamp.body",
   base64. Pure. */
#ifndef SHARED_CORE_WEBHOOK_SIGNATURE_H
#define SHARED_CORE_WEBHOOK_SIGNATURE_H

#include "shared/core/buf.h"

#define WEBHOOK_TOLERANCE_S    300 /* either way */
#define WEBHOOK_KEY_MIN        24  /* bytes of a secret, as the specification has it */
#define WEBHOOK_KEY_MAX        64
#define WEBHOOK_SIGNATURE_SIZE 48 /* "v1,", 44 characters and NUL */
#define WEBHOOK_SIGNATURES_MAX 10 /* in one header; more are refused */
#define WEBHOOK_ID_MAX         255

struct webhook_secret {
    unsigned char key[WEBHOOK_KEY_MAX];
    size_t len;
};
/* "whsec_" and 24 to 64 bytes in base64 with padding; else STATUS_INVALID. */
NODISCARD enum status webhook_secret_parse(struct str text, struct webhook_secret *ret_secret);

/* "v1,<base64>" of a body that is sent under this id at this time (unix seconds). */
void webhook_sign(const struct webhook_secret *secret, struct str id, int64_t sent_s, struct str body,
                  char ret_signature[WEBHOOK_SIGNATURE_SIZE]);

/* The headers webhook-id, webhook-timestamp and webhook-signature as they came; data NULL: not there. */
struct webhook_headers {
    struct str id, timestamp, signature;
};
enum webhook_verdict {
    WEBHOOK_GENUINE,
    WEBHOOK_HEADER_MISSING,
    WEBHOOK_ID_INVALID, /* empty, too long, or with the '.' that would make two readings of what is signed */
    WEBHOOK_TIMESTAMP_INVALID, /* not digits */
    WEBHOOK_TIMESTAMP_FAR,     /* beyond the tolerance */
    WEBHOOK_SIGNATURE_INVALID, /* too many, none of v1 */
    WEBHOOK_FORGED             /* no signature is that of any secret */
};
/* Genuine if any v1 signature is that of any of the secrets: senders sign with two while they change theirs.
   Every signature is compared with every secret, in time that tells nothing. */
enum webhook_verdict webhook_verify(const struct webhook_secret *secrets, size_t secret_count,
                                    const struct webhook_headers *headers, struct str body, int64_t now_s);

#endif
