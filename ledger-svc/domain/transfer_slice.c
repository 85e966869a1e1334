/* transfer_slice.c - cuts batches into slices, and reads where the stored ones were cut. */
#include <assert.h>
#include <string.h>

#include "ledger-svc/domain/transfer_batch.h"
#include "shared/core/parse.h"
#include "shared/core/planted_bug.h"
#include "shared/core/typeid.h"

#define DAY_US INT64_C(86400000000)

static bool may_be_cut(const struct command *whole)
{
    const struct transfer_batch *b = whole->data;
    return !b->all_or_none && whole->envelope.source.len == 0;
}

/* A slice is looked for in the window of days before its own transaction. What is stored of the batch is not
   older than its first slice, so it is in sight until that one's day leaves the window. */
static int64_t in_sight_until_us(const struct uuid *batch, int64_t key_window_days)
{
    return (uuid7_unix_us(batch) / DAY_US + key_window_days + 1) * DAY_US;
}

void slice_make(const struct command *whole, const struct slice_place *place, const struct slice_rules *rules,
                struct transfer_batch *ret_part, struct command *ret_slice)
{
    const struct transfer_batch *b = whole->data;
    assert(place->first < b->count);
    *ret_part = *b;
    if (may_be_cut(whole)) {
        size_t rest = b->count - place->first;
        ret_part->transfers = b->transfers + place->first;
        ret_part->first = place->first;
        ret_part->count = rest > rules->transfers_max ? rules->transfers_max : rest;
        ret_part->next = rest > rules->transfers_max ? place->first + ret_part->count : 0;
    }
    *ret_slice = *whole;
    ret_slice->data = ret_part;
    if (place->first > 0) {
        ret_part->until_us = in_sight_until_us(&place->batch, rules->key_window_days);
        const struct uuid *batch = PLANTED_BUG(slices_of_a_try) ? &whole->envelope.id : &place->batch;
        ret_slice->key_digest = digest_slice(&whole->key_digest, batch, place->first);
    }
}

/* What stands before that character, which is taken, too. */
static bool take_until(struct str *text, char end, struct str *ret_part)
{
    const char *at = memchr(text->data, end, text->len);
    if (at == NULL) {
        return false;
    }
    *ret_part = (struct str){text->data, (size_t)(at - text->data)};
    *text = (struct str){at + 1, text->len - ret_part->len - 1};
    return true;
}

/* "batch":"batch_..", if it is there */
static bool read_batch(struct str *text, struct uuid *ret_batch)
{
    struct str id;
    if (!str_take(text, STR_LIT("\"batch\":\""))) {
        return true;
    }
    return take_until(text, '"', &id) && typeid_parse("batch", id, ret_batch) == STATUS_OK &&
           str_take(text, STR_LIT(","));
}

/* "next":100, if it is there: after first, and not after the last item */
static bool read_next(struct str *text, size_t first, size_t last, size_t *ret_next)
{
    struct str number;
    int64_t next = 0;
    if (str_take(text, STR_LIT("\"next\":")) &&
        (!take_until(text, ',', &number) ||
         parse_int64(number, (int64_t)first + 1, (int64_t)last, &next) != STATUS_OK)) {
        return false;
    }
    *ret_next = (size_t)next;
    return true;
}

bool slice_read(const struct command *whole, struct str body, struct slice_place *place,
                struct str *ret_results)
{
    const struct transfer_batch *b = whole->data;
    struct slice_place after = *place;
    size_t last = may_be_cut(whole) ? b->count - 1 : 0;
    if (!str_take(&body, STR_LIT("{")) || !read_batch(&body, &after.batch) ||
        !read_next(&body, place->first, last, &after.first) || !str_take(&body, STR_LIT("\"results\":[")) ||
        body.len < 2 || memcmp(body.data + body.len - 2, "]}", 2) != 0) {
        return false;
    }
    *place = after;
    *ret_results = (struct str){body.data, body.len - 2};
    return true;
}
