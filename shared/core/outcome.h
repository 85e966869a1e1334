/* outcome.h - what Paybus answers: one row per reason in outcome.def, with HTTP status and sentence. Pure. */
#ifndef SHARED_CORE_OUTCOME_H
#define SHARED_CORE_OUTCOME_H

#include <stdbool.h>

enum outcome {
#define OUTCOME(name, http_status, retryable, sentence) OUTCOME_##name,
#include "shared/core/outcome.def"
#undef OUTCOME
    OUTCOME_COUNT
};

const char *outcome_code(enum outcome o);     /* stable snake_case, the "code" of problem+json */
int outcome_http_status(enum outcome o);      /* e.g. 402 */
bool outcome_is_retryable(enum outcome o);    /* "not done, try again": never stored as a key's answer */
const char *outcome_sentence(enum outcome o); /* one clear sentence, the "title" */

#endif
