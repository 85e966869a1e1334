/* circuit.c - see circuit.h. */
#include "webhook-svc/domain/circuit.h"

#define UNANSWERED_MAX 5
#define PAUSE_US       INT64_C(1000000) /* doubled with each try that is not answered either */
#define DOUBLINGS_MAX  6                /* so that who is back waits for a minute at most */
#define DOUBTFUL_MAX   UNANSWERED_MAX   /* at once: what each costs the thread that serves all is not known */

bool circuit_is_open(const struct circuit *c)
{
    return c->unanswered >= UNANSWERED_MAX;
}

bool circuit_admits(const struct circuit *c, int in_hand, int64_t now_us)
{
    return !circuit_is_open(c) || (in_hand == 0 && now_us >= c->next_us);
}

int circuit_at_once(const struct circuit *c, int at_most)
{
    return !c->is_doubtful || at_most < DOUBTFUL_MAX ? at_most : DOUBTFUL_MAX;
}

void circuit_doubt(struct circuit *c)
{
    c->is_doubtful = true;
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
