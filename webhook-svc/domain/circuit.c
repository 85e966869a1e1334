/* circuit.c - see circuit.h. */
#include "webhook-svc/domain/circuit.h"

#define UNANSWERED_MAX 5
#define PAUSE_US       INT64_C(1000000) /* doubled with each try that is not answered either */
#define DOUBLINGS_MAX  6                /* so that who is back waits for a minute at most */

bool circuit_is_open(const struct circuit *c)
{
    return c->unanswered >= UNANSWERED_MAX;
}

bool circuit_admits(const struct circuit *c, int in_hand, int64_t now_us)
{
    return !circuit_is_open(c) || (in_hand == 0 && now_us >= c->next_us);
}

/* Those that were under way when it opened end about together, and count as one. */
void circuit_note(struct circuit *c, bool was_answered, int64_t now_us)
{
    if (was_answered) {
        *c = (struct circuit){.unanswered = 0};
        return;
    }
    c->unanswered++;
    if (!circuit_is_open(c) || now_us < c->next_us)
        return;
    c->next_us = now_us + (PAUSE_US << c->doublings);
    c->doublings += c->doublings < DOUBLINGS_MAX;
}
