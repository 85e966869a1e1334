/* webhook_secrets.h - who may send webhooks, and the secrets by which they sign. Pure.
   A text of lines "provider whsec_...", several for a provider while its secret is changed; empty lines and
   lines that begin with # say nothing. */
#ifndef INGRESS_DOMAIN_WEBHOOK_SECRETS_H
#define INGRESS_DOMAIN_WEBHOOK_SECRETS_H

#include "shared/contract/command.h"
#include "shared/core/webhook_signature.h"

#define WEBHOOK_PROVIDERS_MAX        32
#define WEBHOOK_PROVIDER_SECRETS_MAX 4

struct webhook_provider {
    char name[WEBHOOK_PROVIDER_MAX + 1]; /* a lower case letter, then letters, digits, '_' and '-' */
    struct webhook_secret secrets[WEBHOOK_PROVIDER_SECRETS_MAX];
    size_t secret_count;
};
struct webhook_secrets {
    struct webhook_provider providers[WEBHOOK_PROVIDERS_MAX];
    size_t provider_count;
};
/* NULL when all is well; else what is wrong with line *ret_line, without a word of it: it may be a secret. */
const char *webhook_secrets_parse(struct str text, struct webhook_secrets *ret_secrets, int *ret_line);
/* NULL: nobody of that name may send. */
const struct webhook_provider *webhook_secrets_find(const struct webhook_secrets *s, struct str name);

#endif
