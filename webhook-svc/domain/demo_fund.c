/* demo_fund.c - see demo_fund.h. */
#include "webhook-svc/domain/demo_fund.h"

#include "shared/core/json_in.h"

static const struct field_spec fields[] = {
    {.name = "account",
     .type = FIELD_ID,
     .required = true,
     .prefix = "acct",
     .not_found_as = OUTCOME_account_not_found},
    {.name = "amount", .type = FIELD_AMOUNT, .required = true},
    {.name = "currency", .type = FIELD_CURRENCY, .required = true},
};

enum status demo_fund_read(struct str payload, struct buf *out, struct problem *ret_problem)
{
    CLEANUP(json_decref_ptr) json_t *object = NULL;
    enum status s = json_parse_object(payload, &object, ret_problem);
    if (s == STATUS_OK)
        s = json_check(object, fields, sizeof fields / sizeof fields[0], ret_problem);
    if (s != STATUS_OK)
        return s;
    s = json_canonical(object, out);
    if (s != STATUS_OK)
        problem_init(ret_problem, OUTCOME_payload_too_large);
    return s;
}
