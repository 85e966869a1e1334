/* retry.c - see retry.h. */
#include "webhook-svc/domain/retry.h"

#include <assert.h>

#define SECOND_MS    INT64_C(1000)
#define MINUTE       60
#define HOUR         3600
#define ASKED_MAX_MS (HOUR * SECOND_MS)
#define LONG_MS      (20 * SECOND_MS)
#define POSTPONED_S  2

static const int attempts_max[] = {
#define WORK_KIND(identifier, attempts) attempts,
#include "webhook-svc/domain/work_kind.def"
#undef WORK_KIND
};

/* Seconds after the first, the second, ... attempt that failed. Without jitter: what made many fail at once
   is gone after some of these, and operators can tell from a gap which attempt it was. */
static const int powers_of_two[] = {1, 2, 4, 8, 16};
static const int payout_delays[] = {10, 30, 90};
/* Some 28 hours in all: a receiver may be away for a day. */
static const int delivery_delays[] = {1,           2,        4,        8,         16,       5 * MINUTE,
                                      30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR};
static const int *const delays[] = {[WORK_KIND_webhook] = powers_of_two,
                                    [WORK_KIND_charge] = powers_of_two,
                                    [WORK_KIND_payout] = payout_delays,
                                    [WORK_KIND_delivery] = delivery_delays};

int retry_attempts_max(enum work_kind kind)
{
    return attempts_max[kind];
}

bool retry_is_tried(enum work_result result)
{
    return result != RESULT_POSTPONED && result != RESULT_UNWANTED;
}

struct retry_step retry_after(enum work_kind kind, enum work_result result, int attempts)
{
    if (result == RESULT_DONE || result == RESULT_IGNORED)
        return (struct retry_step){.state = WORK_PROCESSED};
    if (result == RESULT_POSTPONED)
        return (struct retry_step){.state = WORK_FAILED, .delay_ms = POSTPONED_S * SECOND_MS};
    if (result == RESULT_UNWANTED)
        return (struct retry_step){.state = WORK_MISSED};
    if (result == RESULT_PERMANENT || result == RESULT_DECLINED || attempts >= retry_attempts_max(kind))
        return (struct retry_step){.state = WORK_DEAD};
    assert(attempts >= 1);
    return (struct retry_step){.state = WORK_FAILED, .delay_ms = delays[kind][attempts - 1] * SECOND_MS};
}

bool retry_leaves_letter(enum work_kind kind, enum work_result result)
{
    return kind != WORK_KIND_delivery || result == RESULT_PERMANENT;
}

int64_t retry_adjust_ms(int64_t delay_ms, int64_t asked_ms, uint32_t random)
{
    int64_t asked = asked_ms < ASKED_MAX_MS ? asked_ms : ASKED_MAX_MS;
    int64_t ms = delay_ms > asked ? delay_ms : asked;
    if (ms <= LONG_MS)
        return ms;
    int64_t fifth = delay_ms / 5; /* of what we chose: never earlier than they asked */
    int64_t spread = fifth > 0 ? (int64_t)(random % (uint32_t)(2 * fifth + 1)) - fifth : 0;
    return ms + spread > asked ? ms + spread : asked;
}

bool retry_is_parked(enum work_kind kind, enum work_result result, int64_t delay_ms)
{
    return kind == WORK_KIND_delivery || result == RESULT_POSTPONED || delay_ms > LONG_MS;
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
