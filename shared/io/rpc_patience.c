/* rpc_patience.c - how long a try is waited for. A listener that stands still (SIGSTOP, a paused machine)
   stays in its queue group and is given its share: those tries nobody answers, while the others are answered
   at once. That can be told from a service that is slow as a whole, where nothing is answered at once and
   sending sooner would only add to its work. */
#include "shared/core/clock.h"
#include "shared/io/rpc_internal.h"

#define QUICK_US      INT64_C(50000)
#define QUICK_FOR_US  INT64_C(500000)  /* without a quick answer for this long all are slow */
#define MISSED_FOR_US INT64_C(5000000) /* how long one that stood still is taken to do so */
#define US_PER_MS     1000

static bool one_stands_still(const struct rpc *rpc)
{
    int64_t now_us = clock_monotonic_us();
    int64_t missed_us = atomic_load_explicit(&rpc->missed_us, memory_order_relaxed);
    return missed_us != 0 && now_us - missed_us < MISSED_FOR_US &&
           now_us - atomic_load_explicit(&rpc->quick_us, memory_order_relaxed) < QUICK_FOR_US;
}

int64_t rpc_patience_us(const struct rpc *rpc, const struct rpc_call *call)
{
    bool soon = call->resend_soon_ms > 0 && one_stands_still(rpc);
    return (int64_t)(soon ? call->resend_soon_ms : call->resend_after_ms) * US_PER_MS;
}

/* Calls that are never sent sooner may be slow by nature, and what follows quickly upon another try (after a
   reconnect) has not shown that the other one was missed: neither says anything. */
void rpc_patience_learn(struct rpc *rpc, const struct rpc_call *call, int64_t waited_us, int64_t took_us)
{
    bool first = waited_us == 0;
    if (call->resend_soon_ms == 0 || took_us >= QUICK_US ||
        (!first && waited_us < (int64_t)call->resend_soon_ms * US_PER_MS))
        return;
    atomic_store_explicit(first ? &rpc->quick_us : &rpc->missed_us, clock_monotonic_us(),
                          memory_order_relaxed);
}
