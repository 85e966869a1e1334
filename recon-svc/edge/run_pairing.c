/* run_pairing.c - every transaction has an event: both are read on, and at the end to their ends in one
   snapshot. */
#include "recon-svc/edge/run_parts.h"
#include "recon-svc/store/objects.h"

static const struct uuid last_id = {
    {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}};

/* One page of transactions up to an id; *ret_end when there are no more. */
static enum status compare_page(struct run *r, const struct uuid *up_to, bool *ret_end)
{
    struct id_list transactions;
    id_list_init(&transactions, (size_t)OBJECTS_PAGE * 10);
    struct uuid bounds[] = {r->pairing.compared, *up_to};
    enum status s = objects_page_transactions(r->store, bounds, &transactions);
    *ret_end = transactions.count < (size_t)OBJECTS_PAGE * 10;
    if (s == STATUS_OK && !*ret_end)
        bounds[1] = transactions.ids[transactions.count - 1];
    if (s == STATUS_OK)
        s = objects_find_lost_entries(r->store, bounds, &r->accounts, &r->found);
    if (s == STATUS_OK)
        pairing_page(&r->pairing, &transactions, &bounds[1]);
    id_list_free(&transactions);
    return s;
}

static enum status compare_up_to(struct run *r, const struct uuid *up_to)
{
    enum status s = STATUS_OK;
    pairing_begin(&r->pairing);
    for (bool is_end = false; s == STATUS_OK && !is_end;)
        s = compare_page(r, up_to, &is_end);
    pairing_end(&r->pairing);
    return s;
}

enum status run_pairing_go_on(struct run *r)
{
    if (!pairing_is_due(&r->pairing))
        return STATUS_OK;
    struct uuid up_to = pairing_bound(&r->pairing);
    return compare_up_to(r, &up_to);
}

/* What earlier runs read of the events that transactions still to come may belong to. */
enum status run_pairing_begin(struct run *r)
{
    size_t count = 1;
    pairing_init(&r->pairing, RUN_IDS_MAX, &r->from.transaction);
    for (int64_t seq = r->from.pairing_seq; seq < r->from.seq && count > 0;) {
        enum status s = objects_list_posted(r->store, &seq, &r->pairing.posted, &count);
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}

static enum status compare_rest(struct run *r)
{
    size_t count = 1;
    for (int64_t seq = r->to.seq; count > 0;) {
        enum status s = objects_list_posted(r->store, &seq, &r->pairing.posted, &count);
        if (s != STATUS_OK)
            return s;
    }
    return compare_up_to(r, &last_id);
}

/* Whoever still waits has no event. */
static void add_lost_events(struct run *r)
{
    const struct id_list *lost = &r->pairing.waiting;
    for (size_t i = 0; i < lost->count; i++) {
        struct anomaly a = {
            .check = CHECK_transaction_without_event, .type = OBJECT_transaction, .id = lost->ids[i]};
        anomalies_add(&r->found, &a);
        id_list_add(&r->strays, &lost->ids[i]);
    }
    if (lost->is_full)
        r->found.is_truncated = r->found.is_cut[CHECK_transaction_without_event] = true;
}

static void note_place(struct run *r)
{
    struct pairing_sample place = {r->from.pairing_seq, r->from.transaction};
    (void)pairing_place(&r->pairing, &place);
    r->to.pairing_seq = place.seq;
    r->to.transaction = place.highest;
}

enum status run_pairing_end(struct run *r)
{
    enum status s = store_snapshot_begin(r->store);
    if (s == STATUS_OK)
        s = compare_rest(r);
    if (s == STATUS_OK)
        s = store_snapshot_end(r->store);
    if (s == STATUS_OK && r->pairing.posted.is_full)
        s = STATUS_FULL;
    if (s == STATUS_OK)
        add_lost_events(r);
    note_place(r);
    return s;
}
