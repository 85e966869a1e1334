/* delivery.c - see delivery.h. */
#include "webhook-svc/domain/delivery.h"

#include <assert.h>

#define US_PER_SECOND INT64_C(1000000)
#define NAME_AGE_US   (24 * 3600 * US_PER_SECOND)

static const char *const names[] = {
#define DELIVERY_OUTCOME(identifier) #identifier,
#include "webhook-svc/domain/delivery_outcome.def"
#undef DELIVERY_OUTCOME
};

static const struct {
    const char *name, *text;
} delays[] = {
#define DELIVERY_DELAY(identifier, text) {#identifier, text},
#include "webhook-svc/domain/delivery_delay.def"
#undef DELIVERY_DELAY
};

const char *delivery_outcome_name(enum delivery_outcome o)
{
    assert(o < DELIVERY_OUTCOME_COUNT);
    return names[o];
}

enum delivery_outcome delivery_judge(int http_status)
{
    if (http_status >= 200 && http_status < 300)
        return DELIVERY_delivered;
    if (http_status >= 300 && http_status < 400)
        return DELIVERY_redirected;
    if (http_status == 410)
        return DELIVERY_gone;
    bool is_later = http_status == 429 || http_status == 502 || http_status == 503 || http_status == 504;
    return is_later ? DELIVERY_throttled : DELIVERY_refused;
}

bool delivery_is_answered(enum delivery_outcome o)
{
    return o != DELIVERY_timeout && o != DELIVERY_unreachable;
}

const char *delivery_delay_name(enum delivery_delay d)
{
    assert(d < DELIVERY_DELAY_COUNT);
    return delays[d].name;
}

const char *delivery_delay_text(enum delivery_delay d)
{
    assert(d < DELIVERY_DELAY_COUNT);
    return delays[d].text;
}

bool delivery_waits_for_name(int64_t age_us)
{
    return age_us < NAME_AGE_US;
}

enum work_result delivery_result(enum delivery_outcome o)
{
    switch (o) {
    case DELIVERY_delivered:
        return RESULT_DONE;
    case DELIVERY_gone:
        return RESULT_DECLINED;
    case DELIVERY_refused:
    case DELIVERY_redirected:
    case DELIVERY_throttled:
    case DELIVERY_timeout:
    case DELIVERY_unreachable:
    case DELIVERY_untrusted:
    case DELIVERY_blocked:
    case DELIVERY_OUTCOME_COUNT:
        break;
    }
    return RESULT_TRANSIENT;
}

/* A burst may use up a tenth of a second in advance. */
bool delivery_take(struct delivery_budget *b, const struct delivery_pace *pace, int64_t now_us,
                   int64_t *ret_again_us)
{
    if (b->running >= pace->at_once) {
        *ret_again_us = INT64_MAX;
        return false;
    }
    if (pace->per_second > 0) {
        const int64_t burst_us = US_PER_SECOND / 10;
        if (b->spent_us > now_us + burst_us) {
            *ret_again_us = b->spent_us - burst_us;
            return false;
        }
        b->spent_us = (b->spent_us > now_us ? b->spent_us : now_us) + US_PER_SECOND / pace->per_second;
    }
    b->running++;
    return true;
}

void delivery_give_back(struct delivery_budget *b)
{
    assert(b->running > 0);
    b->running--;
}

bool delivery_has_share(int in_hand, int free)
{
    return in_hand < free;
}
