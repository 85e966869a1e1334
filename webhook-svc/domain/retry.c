/* retry.c - see retry.h. */
#include "webhook-svc/domain/retry.h"

#include <assert.h>

#define SECOND_MS INT64_C(1000)

static const int attempts_max[] = {
#define WORK_KIND(identifier, attempts) attempts,
#include "webhook-svc/domain/work_kind.def"
#undef WORK_KIND
};

/* Seconds after the first, the second, ... attempt that failed. Without jitter: what made many fail at once
   is gone after some of these, and operators can tell from a gap which attempt it was. */
static const int powers_of_two[] = {1, 2, 4, 8, 16};
static const int payout_delays[] = {10, 30, 90};
static const int *const delays[] = {[WORK_KIND_webhook] = powers_of_two,
                                    [WORK_KIND_charge] = powers_of_two,
                                    [WORK_KIND_payout] = payout_delays,
                                    [WORK_KIND_delivery] = powers_of_two};

int retry_attempts_max(enum work_kind kind)
{
    return attempts_max[kind];
}

struct retry_step retry_after(enum work_kind kind, enum work_result result, int attempts)
{
    if (result == RESULT_DONE || result == RESULT_IGNORED)
        return (struct retry_step){.state = WORK_PROCESSED};
    if (result == RESULT_PERMANENT || attempts >= retry_attempts_max(kind))
        return (struct retry_step){.state = WORK_DEAD};
    assert(attempts >= 1);
    return (struct retry_step){.state = WORK_FAILED, .delay_ms = delays[kind][attempts - 1] * SECOND_MS};
}

/* 408, 425 and 429 say "later"; other 4xx stay what they are however often one asks. */
enum work_result retry_classify(int http_status)
{
    if (http_status >= 200 && http_status < 300)
        return RESULT_DONE;
    bool is_final = http_status >= 400 && http_status < 500 && http_status != 408 && http_status != 425 &&
                    http_status != 429;
    return is_final ? RESULT_PERMANENT : RESULT_TRANSIENT;
}
