/* domain_command.h - commands from JSON text, in which $1 is the id of account 1, and so on; $9 is the cash
   account of EUR, $8 its escrow; #1 is the id of hold 1. */
#ifndef TESTS_DOMAIN_COMMAND_H
#define TESTS_DOMAIN_COMMAND_H

#include "tests/unit/ledger-svc/domain_fixture.h"

/* Puts ids for $1..$9 and #1..#9. */
static inline void expand(const char *text, char out[TEXT_MAX])
{
    size_t len = 0;
    for (; *text != '\0'; text++) {
        assert_true(len + TYPEID_TEXT_SIZE < TEXT_MAX);
        if (*text == '$' || *text == '#') {
            bool is_account = *text++ == '$';
            struct uuid id = is_account ? number_id(*text - '0') : hold_number_id(*text - '0');
            typeid_format(is_account ? "acct" : "hold", &id, out + len);
            len += strlen(out + len);
        } else {
            out[len++] = *text;
        }
    }
    out[len] = '\0';
}

/* A keyless command as ledger-svc reads it; the data is held against the contract. */
static inline struct command world_command(struct world *w, const char *name, struct sender sender,
                                           const char *data)
{
    char text[TEXT_MAX];
    expand(data, text);
    struct problem problem;
    json_t *root = NULL;
    assert_int_equal(json_parse_object(str_of(text), &root, &problem), STATUS_OK);
    assert_true(w->root_count < ROOTS_MAX);
    w->roots[w->root_count++] = root;
    const struct command_spec *spec = command_spec_find(str_of(name));
    assert_non_null(spec);
    if (json_check(root, spec->fields, spec->field_count, &problem) != STATUS_OK) {
        fail_msg("%s: %s %s", text, problem.errors[0].pointer, problem.errors[0].detail);
    }

    struct command c = {.type = command_type_find(str_of(name)), .deadline_us = NOW_US + 1};
    assert_non_null(c.type);
    c.envelope = (struct command_envelope){.id = uuid7_make(NOW_US, 1000 + w->next_command++, 0),
                                           .owner = str_of(sender.owner),
                                           .actor = STR_LIT("key_1"),
                                           .staff = sender.staff,
                                           .data = root};
    digest_of(str_of(text), &c.envelope.fingerprint);
    c.key_digest = command_key_digest(c.type, &c.envelope);
    c.data = c.type->decode(&c.envelope, &w->arena);
    assert_non_null(c.data);
    return c;
}

static inline void set_key(struct command *c, const char *key)
{
    c->envelope.key = str_of(key);
    c->key_digest = digest_key(c->envelope.owner, c->envelope.key, &c->envelope.id);
}

static inline void set_source(struct command *c, const char *source)
{
    c->envelope.source = str_of(source);
    c->source_digest = digest_source(c->envelope.source);
}

#endif
