/* turns.c - see turns.h. */
#include "webhook-svc/domain/turns.h"

#define WEIGHT      8 /* of all tries before, beside one of the last */
#define STEP_MAX_US INT64_C(1000000)
#define FIRST_US    INT64_C(2000000)
#define LAST_US     INT64_C(1800000000)

void turns_note(struct turns *t, int64_t took_us)
{
    t->took_us = t->took_us == 0 ? took_us : (t->took_us * (WEIGHT - 1) + took_us) / WEIGHT;
}

int64_t turns_step_us(const struct turns *t, int at_once)
{
    int64_t step_us = t->took_us / at_once;
    return step_us < STEP_MAX_US ? step_us : STEP_MAX_US;
}

int64_t turns_put_off_ms(struct turns *t, int64_t step_us, int64_t earliest_us, int64_t now_us)
{
    int64_t turn_us = t->last_us + step_us;
    if (turn_us < earliest_us)
        turn_us = earliest_us;
    if (turn_us < now_us + FIRST_US)
        turn_us = now_us + FIRST_US;
    if (turn_us > now_us + LAST_US)
        turn_us = now_us + LAST_US / 2;
    t->last_us = turn_us;
    return (turn_us - now_us) / 1000;
}
