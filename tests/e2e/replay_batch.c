/* replay_batch.c - a batch of transfers once more, item by item, on the world as it is, which is then as
 * before. */
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

bool replay_batch_is_true(struct replay *r, const struct call *c)
{
    json_t *told = json_loads(c->told == NULL ? "" : c->told->body, 0, NULL);
    int items = c->leg_count / 2, item = 0, done[CALL_LEGS_MAX / 2], done_count = 0;
    bool refused = json_object_get(told, "results") == NULL, is_true = told != NULL, moves = true;
    for (; item < items && is_true && !(refused && !moves); item++) {
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
