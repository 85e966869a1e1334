/* relay_pace.c - see relay_pace.h. */
#include "ledger-svc/edge/relay_pace.h"

#define FAR_BEHIND 100000 /* 30 MB of ids, three seconds at full speed */
#define US_PER_S   INT64_C(1000000)
#define US_PER_MS  1000
#define MS_PER_S   1000

int64_t relay_pace_rate(const struct relay_cursor *c, int64_t refill_rate, int64_t now_us)
{
    int64_t took_ms = (now_us - c->since_us) / US_PER_MS;
    int64_t rate = 2 * MS_PER_S * (c->last_seq - c->acked_seq) / (took_ms > 0 ? took_ms : 1);
    return rate > refill_rate ? rate : refill_rate;
}

int64_t relay_pace_rest_us(const struct relay_cursor *c, int64_t rate, int64_t count)
{
    bool by_number = c->horizon[0] == '\0';
    int64_t behind = (by_number ? c->base_seq : c->last_seq) - c->acked_seq;
    return behind > FAR_BEHIND ? count * US_PER_S / rate : 0;
}
