/* translate.h - an intent as a client would write it, and as ledger-svc would read it. */
#ifndef TESTS_SIM_TRANSLATE_H
#define TESTS_SIM_TRANSLATE_H

#include "ledger-svc/domain/command.h"
#include "tests/sim/intent.h"

#define SIM_SECRET_SIZE 24

const char *currency_code(int number);
const char *owner_name(int number);
/* What a webhook endpoint's numbers stand for; NULL: 0, nothing. */
const char *endpoint_url(int number);
const char *endpoint_types(int number); /* JSON */
const char *endpoint_description(int number);
void endpoint_secret(int number, char ret_secret[static SIM_SECRET_SIZE]);
/* The ids behind an intent's references. */
struct intent_ids {
    struct uuid from, account, hold, transaction, endpoint, entries[SIM_ENTRIES], conditions[SIM_CONDITIONS];
    struct uuid item_froms[SIM_ITEMS], item_accounts[SIM_ITEMS];
};
/* The id of a message. */
struct uuid translate_command_id(uint64_t command);
void translate_request(const struct intent *in, const struct intent_ids *ids, struct request *ret_request);
/* Decodes the request into a command whose deadline has just or not quite passed. The JSON that it borrows
   from is the caller's reference. Anything that the contract would refuse aborts: the generator is then
   wrong. */
json_t *translate_command(const struct intent *in, const struct request *request, struct arena *a,
                          int64_t now_us, struct command *ret_command);

#endif
