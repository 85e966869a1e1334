/* bulk.c - see bulk.h. */
#include "ledger-svc/edge/bulk.h"

#include "shared/io/service.h"

static void begin_new(struct bulk *b, struct inbox *in)
{
    for (; b->begun < in->count; b->begun++) {
        struct inbox_item *item = &in->items[b->begun];
        item->slices = &b->slices[b->begun];
        slices_begin(item->slices, &item->command, &b->rules);
    }
}

/* The next slices of those whose turn it is, together about as large as one may be. An item without slices is
   finished. Gives their number; 0: there is none left. */
static size_t choose_round(struct bulk *b, struct inbox *in, struct inbox_item **ret_items)
{
    size_t chosen = 0, transfers = 0;
    for (size_t seen = 0; seen < in->count; seen++) {
        struct inbox_item *item = &in->items[b->turn % in->count];
        if (item->slices != NULL) {
            slices_next(item->slices, &item->command);
            transfers += item->slices->part.count;
            if (chosen > 0 && transfers > b->rules.transfers_max)
                break;
            ret_items[chosen++] = item;
        }
        b->turn = (b->turn + 1) % in->count;
    }
    return chosen;
}

/* True when some batch is over. */
static bool finish_some(struct inbox *in, struct inbox_item *const *items, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (!items[i]->slices->is_over)
            continue;
        slices_free(items[i]->slices);
        inbox_finish(in, items[i]);
        any = true;
    }
    return any;
}

void bulk_run(struct bulk *b, struct engine *e, struct inbox *in)
{
    struct inbox_item *items[INBOX_COMMANDS_MAX];
    size_t count;
    b->begun = b->turn = 0;
    begin_new(b, in);
    while ((count = choose_round(b, in, items)) > 0) {
        engine_run_some(e, in, items, count);
        bool has_gone = finish_some(in, items, count);
        /* What the limits leave no room for is not looked at again before there is some. */
        if ((has_gone || in->carried == NULL) && !service_is_stopping())
            (void)inbox_receive(in, 0);
        begin_new(b, in);
    }
}
