/* match_group.c - the lines and entries of one reference: as a whole, then by equal amounts, then what is
 * left. */
#include <stdlib.h>
#include <string.h>

#include "recon-svc/domain/match_work.h"
#include "shared/core/money.h"

#define ASKED_MAX 32

static int compare_int(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_lines(const void *a, const void *b, void *context)
{
    const struct match_work *w = context;
    size_t pa = *(const size_t *)a, pb = *(const size_t *)b;
    const struct statement_line *la = match_line(w, pa), *lb = match_line(w, pb);
    int order = compare_int(la->amount, lb->amount);
    if (order == 0)
        order = compare_int(la->booking_day, lb->booking_day);
    return order != 0 ? order : compare_int((int64_t)pa, (int64_t)pb);
}

static int compare_entries(const void *a, const void *b, void *context)
{
    const struct match_work *w = context;
    size_t pa = *(const size_t *)a, pb = *(const size_t *)b;
    const struct match_entry *ea = match_entry(w, pa), *eb = match_entry(w, pb);
    int order = compare_int(ea->amount, eb->amount);
    if (order == 0)
        order = compare_int(ea->day, eb->day);
    return order != 0 ? order : compare_int((int64_t)pa, (int64_t)pb);
}

static bool is_same_currency(const struct match_work *w, size_t line)
{
    return strcmp(match_line(w, line)->currency, w->in->statement->currency) == 0;
}

static bool is_in_time(const struct match_work *w, size_t line, size_t entry)
{
    int32_t apart = match_line(w, line)->booking_day - match_entry(w, entry)->day;
    return apart <= w->in->days_apart && apart >= -w->in->days_apart;
}

/* False when they do not fit into 64 bits. */
static bool sum_up(const struct match_work *w, struct places lines, struct places entries,
                   int64_t ret_expected_actual[2])
{
    int64_t expected = 0, actual = 0;
    bool fits = true;
    for (size_t i = 0; i < entries.count; i++)
        fits = fits && money_add(expected, match_entry(w, entries.at[i])->amount, &expected) == STATUS_OK;
    for (size_t i = 0; i < lines.count; i++)
        fits = fits && money_add(actual, match_line(w, lines.at[i])->amount, &actual) == STATUS_OK;
    ret_expected_actual[0] = expected;
    ret_expected_actual[1] = actual;
    return fits;
}

/* One to many or many to one: a pair for each of the many. */
static void add_all(struct match_work *w, enum statement_result result, struct places lines,
                    struct places entries)
{
    int64_t amounts[2];
    size_t count = lines.count > entries.count ? lines.count : entries.count;
    (void)sum_up(w, lines, entries, amounts);
    w->groups++;
    for (size_t i = 0; i < count; i++) {
        size_t line = lines.at[i < lines.count ? i : lines.count - 1];
        size_t entry = entries.at[i < entries.count ? i : entries.count - 1];
        bool is_apart = result == RESULT_matched && !is_in_time(w, line, entry);
        match_add(w, is_apart ? RESULT_date : result, line, entry, amounts);
    }
}

/* A line in another currency is that of the entry with its amount, or of the only one; it sums with nothing.
   Where a reference has many entries only the first ones are asked: lines times entries would be too many. */
static struct places without_other_currencies(struct match_work *w, struct places lines,
                                              struct places entries)
{
    struct places kept = {w->left_lines.at, 0};
    for (size_t i = 0; i < lines.count; i++) {
        size_t line = lines.at[i], entry = MATCH_NONE;
        if (is_same_currency(w, line)) {
            kept.at[kept.count++] = line;
            continue;
        }
        for (size_t e = 0; e < entries.count && e < ASKED_MAX && entry == MATCH_NONE; e++)
            if (!w->entry_done[entries.at[e]] &&
                (entries.count == 1 || match_entry(w, entries.at[e])->amount == match_line(w, line)->amount))
                entry = entries.at[e];
        if (entry != MATCH_NONE)
            match_add_alone(w, RESULT_currency, line, entry);
    }
    return kept;
}

static struct places not_done(const bool *done, struct places all, size_t *room)
{
    struct places kept = {room, 0};
    for (size_t i = 0; i < all.count; i++)
        if (!done[all.at[i]])
            kept.at[kept.count++] = all.at[i];
    return kept;
}

/* Whole group against whole group, where one side is a single one. */
static bool is_whole(const struct match_work *w, struct places lines, struct places entries)
{
    int64_t amounts[2];
    return (lines.count == 1 || entries.count == 1) && sum_up(w, lines, entries, amounts) &&
           amounts[0] == amounts[1];
}

/* Where both sides are in order of amount and day, and what was paired last. */
struct scan {
    struct places lines, entries;
    size_t line, entry;
    bool was_paired;
    int64_t amount;
    int32_t day;
};

/* Another one of the amount that was paired on a near day is there twice; others are left. */
static bool is_twin(const struct match_work *w, const struct scan *s, int64_t amount, int32_t day)
{
    return s->was_paired && s->amount == amount && day - s->day <= w->in->days_apart &&
           s->day - day <= w->in->days_apart;
}

static void pass_line(struct match_work *w, struct scan *s)
{
    size_t place = s->lines.at[s->line++];
    const struct statement_line *l = match_line(w, place);
    if (is_twin(w, s, l->amount, l->booking_day))
        match_add_alone(w, RESULT_duplicate_at_bank, place, MATCH_NONE);
}

static void pass_entry(struct match_work *w, struct scan *s)
{
    size_t place = s->entries.at[s->entry++];
    const struct match_entry *e = match_entry(w, place);
    if (match_is_of_statement(w, place) && is_twin(w, s, e->amount, e->day))
        match_add_alone(w, RESULT_duplicate_here, MATCH_NONE, place);
}

/* Of as many as both sides have of an amount on near days, the earliest with the earliest. */
static void pair_equal(struct match_work *w, struct places lines, struct places entries)
{
    struct scan s = {.lines = lines, .entries = entries};
    while (s.line < lines.count && s.entry < entries.count) {
        const struct statement_line *l = match_line(w, lines.at[s.line]);
        const struct match_entry *e = match_entry(w, entries.at[s.entry]);
        bool is_line_first = l->amount < e->amount || (l->amount == e->amount && l->booking_day < e->day);
        if (l->amount == e->amount && is_in_time(w, lines.at[s.line], entries.at[s.entry])) {
            s.was_paired = true;
            s.amount = l->amount;
            s.day = l->booking_day;
            match_add_alone(w, RESULT_matched, lines.at[s.line++], entries.at[s.entry++]);
        } else if (is_line_first) {
            pass_line(w, &s);
        } else {
            pass_entry(w, &s);
        }
    }
    while (s.line < lines.count)
        pass_line(w, &s);
    while (s.entry < entries.count)
        pass_entry(w, &s);
}

/* One side is a single one: is it, by its amount, one of the other side's? Both are in order of amount. */
static bool has_equal(const struct match_work *w, struct places lines, struct places entries)
{
    for (size_t l = 0, e = 0; l < lines.count && e < entries.count;) {
        int64_t line = match_line(w, lines.at[l])->amount, entry = match_entry(w, entries.at[e])->amount;
        if (line == entry)
            return true;
        l += line < entry;
        e += entry < line;
    }
    return false;
}

static void add_ambiguous(struct match_work *w, struct places lines, struct places entries)
{
    for (size_t i = 0; i < lines.count; i++)
        match_add_alone(w, RESULT_ambiguous, lines.at[i], MATCH_NONE);
    for (size_t i = 0; i < entries.count; i++)
        if (match_is_of_statement(w, entries.at[i]))
            match_add_alone(w, RESULT_ambiguous, MATCH_NONE, entries.at[i]);
}

/* Those of the statement's days, if there are any: what comes every day under the same reference is not all
   meant by one day's line. */
static struct places of_own_days(const struct match_work *w, struct places entries)
{
    struct places kept = {entries.at, 0};
    for (size_t i = 0; i < entries.count; i++)
        if (match_is_of_statement(w, entries.at[i]))
            kept.at[kept.count++] = entries.at[i];
    return kept.count > 0 ? kept : entries;
}

void match_group(struct match_work *w, struct places lines, struct places entries)
{
    lines = without_other_currencies(w, lines, entries);
    entries = not_done(w->entry_done, entries, w->left_entries.at);
    if (lines.count == 0 || entries.count == 0)
        return;
    if (is_whole(w, lines, entries)) {
        add_all(w, RESULT_matched, lines, entries);
        return;
    }
    qsort_r(lines.at, lines.count, sizeof *lines.at, compare_lines, w);
    qsort_r(entries.at, entries.count, sizeof *entries.at, compare_entries, w);
    pair_equal(w, lines, entries);
    lines = not_done(w->line_done, lines, w->left_lines.at);
    entries = of_own_days(w, not_done(w->entry_done, entries, w->left_entries.at));
    if (lines.count == 0 || entries.count == 0)
        return;
    bool whole = is_whole(w, lines, entries);
    if (!whole && ((lines.count > 1 && entries.count > 1) || has_equal(w, lines, entries)))
        add_ambiguous(w, lines, entries);
    else
        add_all(w, whole ? RESULT_matched : RESULT_amount, lines, entries);
}
