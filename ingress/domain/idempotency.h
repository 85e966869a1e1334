/* idempotency.h - the Idempotency-Key header: 1 to 255 printable characters, quoted or bare. Pure. */
#ifndef INGRESS_DOMAIN_IDEMPOTENCY_H
#define INGRESS_DOMAIN_IDEMPOTENCY_H

#include "shared/contract/command.h"

/* "abc" and abc are the same key. value is the header as it came; STATUS_INVALID for anything else. */
NODISCARD enum status idempotency_key_parse(const char *value, char ret_key[COMMAND_KEY_MAX + 1]);

#endif
