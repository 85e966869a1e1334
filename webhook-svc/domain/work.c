/* work.c - see work.h. */
#include "webhook-svc/domain/work.h"

#include <stdio.h>
#include <string.h>

#include "webhook-svc/domain/retry.h"

/* Only a second guard, against work that kills its worker before the first attempt is counted: so many that
   no crashes and restarts bring anybody there. Who was begun is counted, and may have come again as often
   because others had to wait. */
#define DELIVERIES_MAX 200
/* Longer than the longest lease and the longest delay: of PostgreSQL on a machine whose clock is behind. */
#define LEASE_MAX_MS INT64_C(600000)
#define DELAY_MAX_MS INT64_C(43200000)
/* The server's clock and PostgreSQL's may differ by this much: less early is on time. */
#define EARLY_US INT64_C(10000)

static const char *const kind_names[] = {
#define WORK_KIND(identifier, attempts) #identifier,
#include "webhook-svc/domain/work_kind.def"
#undef WORK_KIND
};
static const char *const state_names[] = {[WORK_RECEIVED] = "received",   [WORK_PROCESSING] = "processing",
                                          [WORK_PROCESSED] = "processed", [WORK_FAILED] = "failed",
                                          [WORK_DEAD] = "dead",           [WORK_MISSED] = "missed"};

const char *work_kind_name(enum work_kind kind)
{
    return kind_names[kind];
}

const char *work_state_name(enum work_state state)
{
    return state_names[state];
}

/* Which of the names it is; count: none. */
static size_t find(struct str name, const char *const *names, size_t count)
{
    size_t i = 0;
    while (i < count && !str_eq_c(name, names[i]))
        i++;
    return i;
}

enum status work_kind_parse(struct str name, enum work_kind *ret_kind)
{
    size_t i = find(name, kind_names, WORK_KIND_COUNT);
    if (i == WORK_KIND_COUNT)
        return STATUS_INVALID;
    *ret_kind = (enum work_kind)i;
    return STATUS_OK;
}

enum status work_state_parse(struct str name, enum work_state *ret_state)
{
    size_t i = find(name, state_names, WORK_STATE_COUNT);
    if (i == WORK_STATE_COUNT)
        return STATUS_INVALID;
    *ret_state = (enum work_state)i;
    return STATUS_OK;
}

enum status work_subject_parse(struct str subject, enum work_kind *ret_kind, struct uuid *ret_id)
{
    enum work_kind kind;
    struct uuid id;
    if (!str_take(&subject, STR_LIT(WORK_SUBJECT_PREFIX)))
        return STATUS_INVALID;
    const char *dot = memchr(subject.data, '.', subject.len);
    if (dot == NULL)
        return STATUS_INVALID;
    struct str name = {subject.data, (size_t)(dot - subject.data)};
    struct str text = {dot + 1, subject.len - name.len - 1};
    if (work_kind_parse(name, &kind) != STATUS_OK || typeid_parse("wrk", text, &id) != STATUS_OK)
        return STATUS_INVALID;
    *ret_kind = kind;
    *ret_id = id;
    return STATUS_OK;
}

void work_subject(const char *prefix, enum work_kind kind, const struct uuid *id,
                  char ret_subject[WORK_SUBJECT_SIZE])
{
    char text[TYPEID_TEXT_SIZE];
    typeid_format("wrk", id, text);
    (void)snprintf(ret_subject, WORK_SUBJECT_SIZE, "%s%s.%s", prefix, work_kind_name(kind), text);
}

void work_message_id(const struct uuid *id, int generation, char ret_id[WORK_MESSAGE_ID_SIZE])
{
    char text[TYPEID_TEXT_SIZE];
    typeid_format("wrk", id, text);
    (void)snprintf(ret_id, WORK_MESSAGE_ID_SIZE, "%s:%d", text, generation);
}

static struct work_verdict wait_until(int64_t until_us, int64_t now_us, int64_t max_ms)
{
    int64_t ms = (until_us - now_us) / 1000 + 1;
    return (struct work_verdict){.action = WORK_WAIT, .wait_ms = ms < max_ms ? ms : max_ms};
}

/* What waits in the database needs no message: the sweeper makes one when it is due. One that is kept until
   then, of a stream that was filled again, say, takes the place of what is new. */
static struct work_verdict wait_until_due(const struct work *w, int64_t now_us)
{
    if (w->is_parked)
        return (struct work_verdict){.action = WORK_ACKNOWLEDGE};
    return wait_until(w->next_attempt_us, now_us, DELAY_MAX_MS);
}

static struct work_verdict begin(const struct work *w, const struct work_message *m)
{
    bool is_hopeless = w->attempts - w->lapses >= retry_attempts_max(w->kind) ||
                       (w->attempts == 0 && m->deliveries > DELIVERIES_MAX);
    return (struct work_verdict){.action = is_hopeless ? WORK_BURY : WORK_CLAIM, .lapses = w->lapses};
}

/* Its worker did not end it. Among others it may have been any of them, and the attempt does not count;
   alone it does. */
static struct work_verdict begin_again(const struct work *w)
{
    int lapses = w->lapses + !w->is_alone;
    bool is_hopeless = w->attempts - lapses >= retry_attempts_max(w->kind);
    return (struct work_verdict){.action = is_hopeless ? WORK_BURY : WORK_SUSPECT, .lapses = lapses};
}

/* Dead or missed. Without an id an operator published it by hand. It is a replay if it came after the death:
   one that was there before, or whose replay has died again, is done with. */
static struct work_verdict decide_given_up(const struct work *w, const struct work_message *m)
{
    bool is_done_with = m->has_id || (m->deliveries > 1 && m->stored_us <= w->updated_us);
    return (struct work_verdict){.action = is_done_with ? WORK_TERMINATE : WORK_REPLAY};
}

struct work_verdict work_decide(const struct work *w, const struct work_message *m, int64_t now_us)
{
    switch (w->state) {
    case WORK_PROCESSING:
        return now_us + EARLY_US < w->lease_until_us ? wait_until(w->lease_until_us, now_us, LEASE_MAX_MS)
                                                     : begin_again(w);
    case WORK_FAILED:
        return now_us + EARLY_US < w->next_attempt_us ? wait_until_due(w, now_us) : begin(w, m);
    case WORK_PROCESSED:
        return (struct work_verdict){.action = WORK_ACKNOWLEDGE};
    case WORK_DEAD:
    case WORK_MISSED:
        return decide_given_up(w, m);
    case WORK_RECEIVED:
    case WORK_STATE_COUNT:
        break;
    }
    return begin(w, m);
}
