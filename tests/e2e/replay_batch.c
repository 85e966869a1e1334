/* replay_batch.c - a batch of transfers once more, item by item, on the world as it is, which is then as
   before. In mode each only the transfers of a slice were decided together, and the slices one after the
   other. Of several slices in a row that only refuse it is not checked that they were refused in their order.
 */
#include <string.h>

#include "tests/e2e/replay_internal.h"

static void move(struct replay *r, const struct call *c, int item, int sign)
{
    for (int i = item * 2; i < item * 2 + 2; i++) {
        struct evidence_account *a = evidence_find_account(&r->world, &c->legs[i].account);
        if (a != NULL)
            *(c->legs[i].is_debit ? &a->debits : &a->credits) += sign * c->legs[i].amount;
    }
}

static bool is_refused_so(const json_t *error, const struct rules_verdict *v)
{
    struct refusal_told told = refusal_read(error);
    return refusal_is(&told, v);
}

/* Is the item's result what its place allows? *ret_done: it moves money. */
static bool item_is_true(struct replay *r, const struct call *c, const json_t *told, int item, bool *ret_done)
{
    struct rules_verdict v = rules_decide_item(&r->world, c, item);
    const json_t *result = json_array_get(json_object_get(told, "results"), (size_t)item);
    *ret_done = v.code == NULL;
    if (v.code == NULL)
        return result == NULL || json_object_get(result, "transaction") != NULL;
    if (result != NULL)
        return !c->all_or_none && is_refused_so(json_object_get(result, "error"), &v);
    return json_integer_value(json_object_get(told, "index")) == item &&
           is_refused_so(json_object_get(told, "error"), &v);
}

struct items replay_all_items(const struct call *c)
{
    return (struct items){0, c->leg_count / 2};
}

struct items replay_slice(const struct replay *r, const struct call *c, int first)
{
    const struct evidence_answer *stored = evidence_find_answer(r->after, c->key);
    struct items slice = replay_all_items(c), all = slice;
    for (int i = 0; stored != NULL && i < stored->slice_count; i++) {
        slice.end = stored->slice_ends[i] < all.end ? stored->slice_ends[i] : all.end;
        if (slice.end > first)
            return slice;
        slice.first = slice.end;
    }
    return all;
}

bool replay_batch_is_true(struct replay *r, const struct call *c, struct items items)
{
    json_t *told = json_loads(c->told == NULL ? "" : c->told->body, 0, NULL);
    int item = items.first, done[CALL_LEGS_MAX / 2], done_count = 0;
    bool refused = json_object_get(told, "results") == NULL, is_true = told != NULL, moves = true;
    for (; item < items.end && is_true && !(refused && !moves); item++) {
        is_true = item_is_true(r, c, told, item, &moves);
        if (moves) {
            move(r, c, item, 1);
            done[done_count++] = item;
        }
    }
    is_true = is_true && !(refused && moves); /* one item must be the reason */
    while (done_count > 0)
        move(r, c, done[--done_count], -1);
    json_decref(told);
    return is_true;
}

/* The next fact of the call, or the end. */
static size_t next_fact(const struct replay *r, const struct call *c, size_t from)
{
    size_t i = from;
    while (i <= c->last_fact && strcmp(r->after->facts[i].key, c->key) != 0)
        i++;
    return i <= c->last_fact ? i : r->after->fact_count;
}

static int count_done(const json_t *results, struct items items)
{
    int done = 0;
    for (int i = items.first; i < items.end; i++)
        done += json_object_get(json_array_get(results, (size_t)i), "transaction") != NULL;
    return done;
}

int replay_silent_slices(const struct replay *r, const struct call *c, struct bounds whole,
                         struct silent_slice ret_silent[EVIDENCE_SLICES_MAX])
{
    json_t *told = json_loads(c->told->body, 0, NULL);
    const json_t *results = json_object_get(told, "results");
    struct bounds now = whole;
    struct items items = {0, 0};
    int count = 0;
    size_t next = c->first_fact == SIZE_MAX ? r->after->fact_count : c->first_fact;
    while (items.end < replay_all_items(c).end) {
        items = replay_slice(r, c, items.end);
        int done = count_done(results, items);
        now.to = next < whole.to ? next : whole.to;
        if (done == 0)
            ret_silent[count++] = (struct silent_slice){items, now};
        for (; done > 0; done--) {
            now.from = next + 1 > now.from ? next + 1 : now.from;
            next = next_fact(r, c, next + 1);
        }
    }
    json_decref(told);
    return count;
}
