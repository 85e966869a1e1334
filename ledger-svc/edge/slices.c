/* slices.c - see slices.h. */
#include "ledger-svc/edge/slices.h"

#define ANSWER_MAX (8 << 20) /* as much as a message may have */

void slices_begin(struct slices *s, const struct command *whole, const struct slice_rules *rules)
{
    *s = (struct slices){.whole = *whole, .rules = rules};
    buf_init(&s->answer, ANSWER_MAX);
}

void slices_free(struct slices *s)
{
    buf_free(&s->answer);
}

void slices_next(struct slices *s, struct command *ret_slice)
{
    slice_make(&s->whole, &s->place, s->rules, &s->part, ret_slice);
}

static bool is_begun(const struct slices *s)
{
    return s->place.first > 0;
}

/* In words that are found for it later. */
static void answer_outcome(enum outcome o, struct answer *ret_whole)
{
    answer_with(ret_whole, o, (struct str){NULL, 0});
}

/* The results so far and those of this slice; true after the last one. */
static bool add_results(struct slices *s, const struct answer *slice, struct answer *ret_whole)
{
    bool was_begun = is_begun(s);
    struct str results;
    if (!slice_read(&s->whole, slice->body, &s->place, &results)) {
        answer_outcome(OUTCOME_outcome_unknown, ret_whole);
        return true;
    }
    if (!was_begun && !is_begun(s)) { /* in one piece */
        *ret_whole = *slice;
        return true;
    }
    buf_add_str(&s->answer, was_begun ? "," : "{\"results\":[");
    buf_add(&s->answer, results.data, results.len);
    if (is_begun(s))
        return false;
    buf_add_str(&s->answer, "]}");
    *ret_whole = *slice;
    ret_whole->body = (struct str){s->answer.data, s->answer.len};
    if (buf_status(&s->answer) != STATUS_OK)
        answer_outcome(OUTCOME_outcome_unknown, ret_whole); /* all is stored: there will be memory again */
    return true;
}

bool slices_take(struct slices *s, const struct answer *slice, struct answer *ret_whole)
{
    if (slice->status == outcome_http_status(OUTCOME_ok)) {
        s->is_over = add_results(s, slice, ret_whole);
    } else if (is_begun(s)) {
        answer_outcome(OUTCOME_batch_unfinished, ret_whole);
        s->is_over = true;
    } else {
        *ret_whole = *slice;
        s->is_over = true;
    }
    return s->is_over;
}

enum outcome slices_give_up(struct slices *s, enum outcome why)
{
    s->is_over = true;
    return is_begun(s) ? OUTCOME_batch_unfinished : why;
}
