/* run_internal.h - what a run knows, for those who compare. */
#ifndef TESTS_SIM_RUN_INTERNAL_H
#define TESTS_SIM_RUN_INTERNAL_H

#include "tests/sim/generator.h"
#include "tests/sim/memory_store.h"
#include "tests/sim/run.h"

struct run {
    struct run_result *result;
    const struct run_options *options;
    struct generator generator;
    struct generator ids; /* random bits for fresh ids only */
    struct model *model;
    struct memory_store store;
    struct uuid account_ids[MODEL_ACCOUNTS_MAX]; /* by the model's numbers */
    struct uuid transaction_ids[MODEL_TRANSACTIONS_MAX];
    struct uuid hold_ids[MODEL_HOLDS_MAX];
    struct uuid endpoint_ids[MODEL_ENDPOINTS_MAX];
    const struct script *script;
    struct script *recording; /* the same while it is written; NULL: it is only read */
    /* The model's numbers of what the script names by those of the first run; -1: not made yet, or never. */
    int account_numbers[MODEL_ACCOUNTS_MAX], hold_numbers[MODEL_HOLDS_MAX];
    int transaction_numbers[MODEL_TRANSACTIONS_MAX], endpoint_numbers[MODEL_ENDPOINTS_MAX];
    int64_t now_us;
    size_t step;
};

/* Says what is not as it should be; false. */
bool PRINTF_LIKE(2, 3) run_differs(struct run *r, const char *format, ...);
struct uuid run_id_of(const struct run *r, struct account_ref ref);

/* check_endpoint.c: the answer to what was done to a webhook endpoint; all of them in the store. */
bool check_endpoint(struct run *r, const struct intent *in, const json_t *body, const struct expectation *e);
bool check_endpoints(struct run *r);
/* check.c: an answer to what was done, or refused; then all that is stored. False: it differs, and was said.
 */
bool check_done(struct run *r, const struct intent *in, const json_t *body, const struct expectation *e);
bool check_refusal(struct run *r, const struct intent *in, const json_t *body, const struct expectation *e);
bool check_world(struct run *r);

#endif
