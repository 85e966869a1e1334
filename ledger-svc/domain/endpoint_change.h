/* endpoint_change.h - what the commands on webhook endpoints share: finding one, its JSON, its facts. Pure.
 */
#ifndef LEDGER_DOMAIN_ENDPOINT_CHANGE_H
#define LEDGER_DOMAIN_ENDPOINT_CHANGE_H

#include "ledger-svc/domain/command.h"

/* For decode: the field "event_types" as JSON text, empty if absent; false when out of memory. */
NODISCARD bool endpoint_decode_types(const json_t *data, struct arena *a, struct str *ret_types);
/* What a client said of the url and the events: OUTCOME_ok, or invalid_value with the pointer and why. */
struct endpoint_words {
    struct str url_refusal; /* empty: none */
    const json_t *types;    /* NULL: not given */
};
enum outcome endpoint_check_words(const struct endpoint_words *words, char ret_pointer[static 32],
                                  char ret_detail[static 300]);

/* The sender's endpoint, or NULL: unknown, deleted or another owner's. */
struct endpoint *endpoint_find(const struct ledger *l, const struct command *c, const struct uuid *id);
/* Its JSON, kept. */
struct str endpoint_text(struct ledger *l, const struct endpoint *e);
/* Notes that it is changed now and adds the fact; before is its JSON from before. */
void endpoint_changed(struct ledger *l, const struct command *c, struct endpoint *e, const char *fact,
                      struct str before);
/* Answers with the endpoint, and with its sealed secret if it has just been made. */
void answer_endpoint(struct ledger *l, struct answer *ret_answer, enum outcome o, const struct endpoint *e,
                     bool with_secret);

#endif
