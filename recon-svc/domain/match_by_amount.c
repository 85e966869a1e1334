/* match_by_amount.c - lines that name nothing: one whose amount only one open entry of near days has, which
   in turn no other such line could be, is that entry's. Where there are more it is ambiguous, on both sides.
 */
#include <stdlib.h>
#include <string.h>

#include "recon-svc/domain/match_work.h"

static int compare_spots(const void *a, const void *b)
{
    const struct spot *sa = a, *sb = b;
    int order = (sa->amount > sb->amount) - (sa->amount < sb->amount);
    if (order == 0)
        order = (sa->day > sb->day) - (sa->day < sb->day);
    return order != 0 ? order : (sa->place > sb->place) - (sa->place < sb->place);
}

/* The first spot that is not before amount and day. */
static size_t lower_bound(struct spots s, int64_t amount, int32_t day)
{
    const struct spot wanted = {.amount = amount, .day = day};
    size_t low = 0, high = s.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_spots(&s.at[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* How many spots have that amount within days_apart; *ret_first is where they begin. */
static size_t count_near(struct spots s, const struct spot *of, int32_t days_apart, size_t *ret_first)
{
    *ret_first = lower_bound(s, of->amount, of->day - days_apart);
    return lower_bound(s, of->amount, of->day + days_apart + 1) - *ret_first;
}

static bool names_nothing(const struct match_work *w, size_t place)
{
    const struct statement_line *l = match_line(w, place);
    return l->reference.len == 0 && strcmp(l->currency, w->in->statement->currency) == 0;
}

static struct spots line_spots(const struct match_work *w)
{
    struct spots s = {w->line_spots.at, 0};
    for (size_t i = 0; i < w->in->statement->count; i++)
        if (!w->line_done[i] && names_nothing(w, i))
            s.at[s.count++] = (struct spot){match_line(w, i)->amount, match_line(w, i)->booking_day, i};
    qsort(s.at, s.count, sizeof *s.at, compare_spots);
    return s;
}

static struct spots entry_spots(const struct match_work *w)
{
    struct spots s = {w->entry_spots.at, 0};
    for (size_t i = 0; i < w->in->entry_count; i++)
        if (!w->entry_done[i])
            s.at[s.count++] = (struct spot){match_entry(w, i)->amount, match_entry(w, i)->day, i};
    qsort(s.at, s.count, sizeof *s.at, compare_spots);
    return s;
}

void match_by_amount(struct match_work *w)
{
    struct spots lines = line_spots(w), entries = entry_spots(w);
    int32_t apart = w->in->days_apart;
    for (size_t i = 0; i < lines.count; i++) {
        size_t entry, other, candidates = count_near(entries, &lines.at[i], apart, &entry);
        if (candidates == 1 && count_near(lines, &entries.at[entry], apart, &other) == 1)
            match_add_alone(w, RESULT_matched, lines.at[i].place, entries.at[entry].place);
        else if (candidates > 0)
            match_add_alone(w, RESULT_ambiguous, lines.at[i].place, MATCH_NONE);
    }
    for (size_t i = 0; i < entries.count; i++) {
        size_t line;
        if (!w->entry_done[entries.at[i].place] && match_is_of_statement(w, entries.at[i].place) &&
            count_near(lines, &entries.at[i], apart, &line) > 0)
            match_add_alone(w, RESULT_ambiguous, MATCH_NONE, entries.at[i].place);
    }
}
