/* webhook_secrets.c - see webhook_secrets.h. */
#include "ingress/domain/webhook_secrets.h"

#include <sodium.h>
#include <string.h>

#define RESERVED "events" /* GET /v1/webhooks/events */

/* What is before the separator, which is taken off with it; all of it if there is none. */
static struct str take_until(struct str *text, char separator)
{
    const char *end = text->len == 0 ? NULL : memchr(text->data, separator, text->len);
    struct str taken = {text->data, end == NULL ? text->len : (size_t)(end - text->data)};
    size_t used = end == NULL ? taken.len : taken.len + 1;
    *text = (struct str){text->data + used, text->len - used};
    return taken;
}

static bool is_provider_name(struct str name)
{
    if (name.len < 1 || name.len > WEBHOOK_PROVIDER_MAX || str_eq_c(name, RESERVED)) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool is_letter = c >= 'a' && c <= 'z';
        bool is_other = (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!is_letter && (i == 0 || !is_other)) {
            return false;
        }
    }
    return true;
}

static size_t find(const struct webhook_secrets *s, struct str name)
{
    size_t i = 0;
    while (i < s->provider_count && !str_eq_c(name, s->providers[i].name)) {
        i++;
    }
    return i;
}

/* The provider of that name, added if it is new; NULL: there is no room. */
static struct webhook_provider *find_or_add(struct webhook_secrets *s, struct str name)
{
    size_t i = find(s, name);
    if (i == WEBHOOK_PROVIDERS_MAX) {
        return NULL;
    }
    if (i == s->provider_count) {
        memcpy(s->providers[i].name, name.data, name.len);
        s->provider_count++;
    }
    return &s->providers[i];
}

static const char *read_line(struct str line, struct webhook_secrets *s)
{
    struct str name = take_until(&line, ' ');
    struct webhook_secret secret;
    if (!is_provider_name(name)) {
        return "does not begin with a provider's name";
    }
    if (webhook_secret_parse(line, &secret) != STATUS_OK) {
        return "has no secret whsec_... of 24 to 64 bytes behind the name and one space";
    }
    struct webhook_provider *p = find_or_add(s, name);
    if (p == NULL || p->secret_count == WEBHOOK_PROVIDER_SECRETS_MAX) {
        sodium_memzero(&secret, sizeof(secret));
        return p == NULL ? "is one provider too many" : "is one secret too many for its provider";
    }
    p->secrets[p->secret_count++] = secret;
    sodium_memzero(&secret, sizeof(secret));
    return NULL;
}

const char *webhook_secrets_parse(struct str text, struct webhook_secrets *ret_secrets, int *ret_line)
{
    struct webhook_secrets s = {0};
    const char *wrong = NULL;
    for (int line_number = 1; text.len > 0 && wrong == NULL; line_number++) {
        struct str line = take_until(&text, '\n');
        if (line.len > 0 && *line.data != '#') {
            wrong = read_line(line, &s);
        }
        if (wrong != NULL) {
            *ret_line = line_number;
        }
    }
    if (wrong == NULL) {
        *ret_secrets = s;
    }
    sodium_memzero(&s, sizeof(s));
    return wrong;
}

const struct webhook_provider *webhook_secrets_find(const struct webhook_secrets *s, struct str name)
{
    size_t i = find(s, name);
    return i < s->provider_count ? &s->providers[i] : NULL;
}
