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

/* Transfers of a batch that were decided together: a slice, or all. */
struct items {
    int first, end;
};
struct items replay_all_items(const struct call *c);
/* Those that follow from first on, as the stored answer was cut. */
struct items replay_slice(const struct replay *r, const struct call *c, int first);
/* Are their results, or the refusal of the batch as a whole, those that they would have here? */
bool replay_batch_is_true(struct replay *r, const struct call *c, struct items items);
/* A slice without facts of its own, as all of it was refused, and between which facts it must have been
 * decided. */
struct silent_slice {
    struct items items;
    struct bounds bounds;
};
/* Those of a batch that was answered; whole: the bounds of the batch. Gives how many. */
int replay_silent_slices(const struct replay *r, const struct call *c, struct bounds whole,
                         struct silent_slice ret_silent[EVIDENCE_SLICES_MAX]);

/* Sorts the calls with facts for bounds_of. */
void bounds_prepare(struct replay *r);
struct bounds bounds_of(const struct replay *r, const struct call *c);

#endif
