/* outcome.c - outcome.def as a table. */
#include "shared/core/outcome.h"

#include <assert.h>

struct row {
    const char *code;
    int http_status;
    bool retryable;
    const char *sentence;
};

static const struct row rows[OUTCOME_COUNT] = {
#define OUTCOME(name, http_status, retryable, sentence)                                                      \
    [OUTCOME_##name] = {#name, http_status, retryable, sentence},
#include "shared/core/outcome.def"
#undef OUTCOME
};

static const struct row *row_of(enum outcome o)
{
    assert((unsigned)o < OUTCOME_COUNT);
    return &rows[o];
}

const char *outcome_code(enum outcome o)
{
    return row_of(o)->code;
}

int outcome_http_status(enum outcome o)
{
    return row_of(o)->http_status;
}

bool outcome_is_retryable(enum outcome o)
{
    return row_of(o)->retryable;
}

const char *outcome_sentence(enum outcome o)
{
    return row_of(o)->sentence;
}
