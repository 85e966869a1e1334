/* cmd_transfer_batch.c - up to 1,000 transfers in one command, made in their order: each sees what those
   before it have done. In mode "each" every item is posted or refused by itself. In mode "all_or_none" the
   first refusal takes everything back. A slice of a batch (transfer_batch.h) is decided like a whole one.
   Refusals:
     batch_unfinished   the slice may have been made so long ago that its answer is out of sight
     batch_refused      mode is all_or_none and an item is refused: its index and its own problem are told
   Those of an item are those of a transfer: transfer.h. */
#include <stdio.h>

#include "ledger-svc/domain/transfer_batch.h"

#define HEAD_FIXED    128  /* {"batch":"..","next":999,"results":[]} */
#define ITEM_FIXED    64   /* {"index":999,"status":201,"transaction":} and a comma */
#define REFUSAL_MAX   2048 /* an item's problem */
#define REFUSED_FIXED 1024 /* the batch's own problem but for its item's */
#define POINTER_SIZE  32

void *transfer_batch_decode(const struct command_envelope *e, struct arena *a)
{
    const json_t *items = json_object_get(e->data, "transfers");
    size_t count = json_array_size(items);
    struct transfer_batch *b = arena_alloc(a, sizeof(*b));
    struct transfer *transfers = arena_alloc_array(a, count, sizeof(*transfers));
    if (b == NULL || transfers == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (!transfer_decode(json_array_get(items, i), a, &transfers[i])) {
            return NULL;
        }
    }
    *b = (struct transfer_batch){.all_or_none = str_eq_c(json_get_str(e->data, "mode"), "all_or_none"),
                                 .count = count,
                                 .transfers = transfers};
    return b;
}

void transfer_batch_needs(const struct command *c, struct needs *n, struct arena *a)
{
    const struct transfer_batch *b = c->data;
    for (size_t i = 0; i < b->count; i++) {
        transfer_needs(&b->transfers[i], n, a);
    }
}

/* An item's result is a transaction or a problem. */
static size_t text_max(const struct transfer_batch *b)
{
    size_t max = HEAD_FIXED;
    for (size_t i = 0; i < b->count; i++) {
        const struct transfer *t = &b->transfers[i];
        const struct posting posting = {.description = t->description,
                                        .reference = t->reference,
                                        .metadata = t->metadata,
                                        .leg_count = 2};
        size_t posted = posting_text_max(&posting);
        max += ITEM_FIXED + (posted > REFUSAL_MAX ? posted : REFUSAL_MAX);
    }
    return max;
}

/* A buffer of that size in the arena, so that the results are written once and stay where they are. */
static struct buf open_text(struct ledger *l, size_t max)
{
    char *memory = arena_alloc(l->arena, max + 1);
    if (memory == NULL) {
        l->out_of_memory = true;
        return (struct buf){.failed = true};
    }
    return (struct buf){.data = memory, .cap = max + 1, .max = max};
}

static void open_result(struct json_out *json, size_t index, enum outcome o)
{
    json_object_open(json);
    json_key(json, "index");
    json_int(json, (int64_t)index);
    json_key(json, "status");
    json_int(json, outcome_http_status(o));
}

/* Posts or refuses one item and writes its result; false with the refusal. */
static bool decide_item(struct ledger *l, const struct command *c, size_t index, struct json_out *json,
                        struct answer *ret_refusal)
{
    const struct transfer_batch *b = c->data;
    struct transfer_posting transfer;
    bool accepted = transfer_prepare(l, c, &b->transfers[index], &transfer, ret_refusal);
    open_result(json, b->first + index, accepted ? OUTCOME_created : ret_refusal->outcome);
    if (accepted) {
        json_key(json, "transaction");
        posting_apply_into(l, c, &transfer.posting, json);
    } else {
        json_key(json, "error");
        json_raw(json, ret_refusal->body);
    }
    json_object_close(json);
    return accepted;
}

/* {.., "errors":[{"pointer":"/transfers/17",..}], "index":17, "error":{the item's problem}} */
static void refuse_all(struct ledger *l, size_t index, const struct answer *refusal,
                       struct answer *ret_answer)
{
    struct problem problem;
    struct json_out json;
    char pointer[POINTER_SIZE];
    (void)snprintf(pointer, sizeof(pointer), "/transfers/%zu", index);
    problem_init(&problem, OUTCOME_batch_refused);
    problem_add_error(&problem, pointer, "%s", outcome_sentence(refusal->outcome));
    json_out_init(&json, ledger_scratch(l, REFUSED_FIXED + refusal->body.len));
    problem_open(&problem, &json);
    json_key(&json, "index");
    json_int(&json, (int64_t)index);
    json_key(&json, "error");
    json_raw(&json, refusal->body);
    problem_close(&json);
    answer_with(ret_answer, OUTCOME_batch_refused, ledger_keep(l));
}

/* True when every item has its result; otherwise memory ran out, or the item at *ret_index refuses the batch.
 */
static bool decide_items(struct ledger *l, const struct command *c, struct json_out *json, size_t *ret_index,
                         struct answer *ret_refusal)
{
    const struct transfer_batch *b = c->data;
    for (*ret_index = 0; *ret_index < b->count; ++*ret_index) {
        bool accepted = decide_item(l, c, *ret_index, json, ret_refusal);
        if (l->out_of_memory || (!accepted && b->all_or_none)) {
            return false;
        }
    }
    return true;
}

/* Up to the results. The first of several slices gives the batch its id. */
static void open_answer(struct ledger *l, const struct transfer_batch *b, struct json_out *json)
{
    json_object_open(json);
    if (b->next > 0 && b->first == 0) {
        struct uuid batch = id_next(&l->ids);
        json_key(json, "batch");
        json_typeid(json, "batch", &batch);
    }
    if (b->next > 0) {
        json_key(json, "next");
        json_int(json, (int64_t)b->next);
    }
    json_key(json, "results");
    json_array_open(json);
}

void transfer_batch_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct transfer_batch *b = c->data;
    struct json_out json;
    struct answer refusal;
    size_t index;
    if (b->first > 0 && l->now_us >= b->until_us) {
        answer_refuse(l, ret_answer, OUTCOME_batch_unfinished, NULL, NULL);
        return;
    }
    struct buf text = open_text(l, text_max(b));
    json_out_init(&json, &text);
    open_answer(l, b, &json);
    struct ledger_mark mark = {0};
    if (b->all_or_none) {
        mark = ledger_mark(l);
    }
    bool decided = decide_items(l, c, &json, &index, &refusal);
    if (!decided && !l->out_of_memory) {
        ledger_rewind(l, &mark);
        refuse_all(l, index, &refusal, ret_answer);
        return;
    }
    ledger_unmark(l);
    json_array_close(&json);
    json_object_close(&json);
    if (buf_status(&text) != STATUS_OK) {
        l->out_of_memory = true;
    }
    answer_with(ret_answer, OUTCOME_ok, (struct str){text.data, text.len});
}
