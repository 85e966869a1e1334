/* replay_internal.h - what the parts of the replay share. */
#ifndef TESTS_E2E_REPLAY_INTERNAL_H
#define TESTS_E2E_REPLAY_INTERNAL_H

#include <jansson.h>

#include "tests/e2e/replay.h"
#include "tests/e2e/rules.h"

/* Positions of facts: everything before from is answered before the call is sent, everything from to on is
   sent after it is answered. */
struct bounds {
    size_t from, to;
};
struct replay {
    const struct evidence *after;
    const struct call_log *log;
    struct evidence world;    /* accounts and holds as they are at the moment */
    struct call **by_key;     /* of all calls */
    struct call **by_answer;  /* with facts, in order of their answers */
    size_t *latest;           /* the last fact of those so far */
    struct call **by_sending; /* with facts, in order of their sending */
    size_t *earliest;         /* the first fact of those from there on */
    size_t effect_count;      /* of by_answer and by_sending */
    size_t entries_seen;
    int64_t clock_offset_us; /* from the clients' clock to that of the books */
    int complaints;
    FILE *out;
};

void complain(struct replay *r, const struct call *c, const char *format, ...) PRINTF_LIKE(3, 4);
struct call *call_of_key(const struct replay *r, const char *key);

/* Does what the fact says to the world, having checked that it may. */
void replay_fact(struct replay *r, size_t position);
/* The answer to a call right after its effect. */
void replay_check_answer(struct replay *r, const struct call *c, const struct evidence_fact *f);

/* A refusal as it was told. */
struct refusal_told {
    char code[EVIDENCE_WORD_SIZE]; /* empty: none, it is so already */
    int64_t available, required;
    bool hides_available;
};
struct refusal_told refusal_read(const json_t *problem);
bool refusal_is(const struct refusal_told *told, const struct rules_verdict *v);

/* Are a batch's results, or its refusal as a whole, those that it would have here? */
bool replay_batch_is_true(struct replay *r, const struct call *c);

/* Sorts the calls with facts for bounds_of. */
void bounds_prepare(struct replay *r);
struct bounds bounds_of(const struct replay *r, const struct call *c);

#endif
