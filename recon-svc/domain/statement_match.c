/* statement_match.c - see statement_match.h. Passes in this order: what cannot be read and what was there
   before, lines that name a transaction, lines that name a reference, lines that name nothing; the rest is
   missing. */
#include "recon-svc/domain/statement_match.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "recon-svc/domain/match_work.h"
#include "shared/core/typeid.h"

static const struct {
    const char *word, *sentence;
} results[RESULT_COUNT] = {
#define RESULT(name, sentence) [RESULT_##name] = {#name, sentence},
#include "recon-svc/domain/statement_result.def"
#undef RESULT
};

const char *statement_result_word(enum statement_result r)
{
    assert((unsigned)r < RESULT_COUNT);
    return results[r].word;
}

const char *statement_result_sentence(enum statement_result r)
{
    assert((unsigned)r < RESULT_COUNT);
    return results[r].sentence;
}

const struct statement_line *match_line(const struct match_work *w, size_t place)
{
    assert(place < w->in->statement->count);
    return &w->in->statement->lines[place];
}

const struct match_entry *match_entry(const struct match_work *w, size_t place)
{
    assert(place < w->in->entry_count);
    return &w->in->entries[place];
}

bool match_is_of_statement(const struct match_work *w, size_t entry)
{
    const struct statement *s = w->in->statement;
    int32_t day = match_entry(w, entry)->day;
    return day >= s->first_day && day <= s->last_day;
}

void match_add(struct match_work *w, enum statement_result result, size_t line, size_t entry,
               const int64_t expected_actual[2])
{
    assert(w->count < w->max);
    w->pairs[w->count++] = (struct match_pair){.result = result,
                                               .line = line,
                                               .entry = entry,
                                               .group = w->groups,
                                               .expected = expected_actual[0],
                                               .actual = expected_actual[1]};
    if (line != MATCH_NONE)
        w->line_done[line] = true;
    if (entry != MATCH_NONE)
        w->entry_done[entry] = true;
}

void match_add_alone(struct match_work *w, enum statement_result result, size_t line, size_t entry)
{
    const int64_t amounts[2] = {entry != MATCH_NONE ? match_entry(w, entry)->amount : 0,
                                line != MATCH_NONE ? match_line(w, line)->amount : 0};
    w->groups++;
    match_add(w, result, line, entry, amounts);
}

static int compare_str(struct str a, struct str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len > 0 ? memcmp(a.data, b.data, len) : 0;
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_place(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int by_bank_reference(const void *a, const void *b, void *context)
{
    size_t pa = *(const size_t *)a, pb = *(const size_t *)b;
    int order = statement_line_compare(match_line(context, pa), match_line(context, pb));
    return order != 0 ? order : compare_place(pa, pb);
}

static int lines_by_id(const void *a, const void *b, void *context)
{
    const struct match_work *w = context;
    size_t pa = *(const size_t *)a, pb = *(const size_t *)b;
    int order = uuid_compare(&w->named[pa], &w->named[pb]);
    return order != 0 ? order : compare_place(pa, pb);
}

static int entries_by_id(const void *a, const void *b, void *context)
{
    size_t pa = *(const size_t *)a, pb = *(const size_t *)b;
    int order = uuid_compare(&match_entry(context, pa)->transaction, &match_entry(context, pb)->transaction);
    return order != 0 ? order : compare_place(pa, pb);
}

static int lines_by_reference(const void *a, const void *b, void *context)
{
    size_t pa = *(const size_t *)a, pb = *(const size_t *)b;
    int order = compare_str(match_line(context, pa)->reference, match_line(context, pb)->reference);
    return order != 0 ? order : compare_place(pa, pb);
}

static int entries_by_reference(const void *a, const void *b, void *context)
{
    size_t pa = *(const size_t *)a, pb = *(const size_t *)b;
    int order = compare_str(match_entry(context, pa)->reference, match_entry(context, pb)->reference);
    return order != 0 ? order : compare_place(pa, pb);
}

static int id_to_id(const struct match_work *w, size_t line, size_t entry)
{
    return uuid_compare(&w->named[line], &match_entry(w, entry)->transaction);
}

static int reference_to_reference(const struct match_work *w, size_t line, size_t entry)
{
    return compare_str(match_line(w, line)->reference, match_entry(w, entry)->reference);
}

/* Both sides' open ones that have the key, in its order; each key's together make a group. */
struct pass {
    bool (*line_has)(const struct match_work *w, size_t line);
    bool (*entry_has)(const struct match_work *w, size_t entry);
    int (*order_lines)(const void *a, const void *b, void *context);
    int (*order_entries)(const void *a, const void *b, void *context);
    int (*compare)(const struct match_work *w, size_t line, size_t entry);
};

static bool line_has_id(const struct match_work *w, size_t line)
{
    return !uuid_is_zero(&w->named[line]);
}

static bool line_has_reference(const struct match_work *w, size_t line)
{
    return match_line(w, line)->reference.len > 0;
}

static bool entry_has_id(const struct match_work *w, size_t entry)
{
    return !uuid_is_zero(&match_entry(w, entry)->transaction);
}

static bool entry_has_reference(const struct match_work *w, size_t entry)
{
    return match_entry(w, entry)->reference.len > 0;
}

static void choose(struct match_work *w, const struct pass *pass)
{
    w->lines.count = w->entries.count = 0;
    for (size_t i = 0; i < w->in->statement->count; i++)
        if (!w->line_done[i] && pass->line_has(w, i))
            w->lines.at[w->lines.count++] = i;
    for (size_t i = 0; i < w->in->entry_count; i++)
        if (!w->entry_done[i] && pass->entry_has(w, i))
            w->entries.at[w->entries.count++] = i;
    qsort_r(w->lines.at, w->lines.count, sizeof *w->lines.at, pass->order_lines, w);
    qsort_r(w->entries.at, w->entries.count, sizeof *w->entries.at, pass->order_entries, w);
}

static void run_pass(struct match_work *w, const struct pass *pass)
{
    choose(w, pass);
    for (size_t l = 0, e = 0; l < w->lines.count && e < w->entries.count;) {
        int order = pass->compare(w, w->lines.at[l], w->entries.at[e]);
        if (order != 0) {
            l += order < 0;
            e += order > 0;
            continue;
        }
        struct places lines = {w->lines.at + l, 0}, entries = {w->entries.at + e, 0};
        size_t first_line = w->lines.at[l], first_entry = w->entries.at[e];
        for (; l < w->lines.count && pass->compare(w, w->lines.at[l], first_entry) == 0; l++)
            lines.count++;
        for (; e < w->entries.count && pass->compare(w, first_line, w->entries.at[e]) == 0; e++)
            entries.count++;
        match_group(w, lines, entries);
    }
}

/* Before anything else: lines that cannot be read, lines that were there before. */
static void set_aside(struct match_work *w)
{
    size_t count = 0;
    for (size_t i = 0; i < w->in->statement->count; i++) {
        const struct statement_line *l = match_line(w, i);
        if (l->refused != NULL)
            match_add_alone(w, RESULT_quarantined, i, MATCH_NONE);
        else if (l->is_seen)
            match_add_alone(w, RESULT_seen_before, i, MATCH_NONE);
        if (l->refused == NULL && l->bank_reference.len > 0)
            w->lines.at[count++] = i;
    }
    qsort_r(w->lines.at, count, sizeof *w->lines.at, by_bank_reference, w);
    for (size_t i = 1; i < count; i++)
        if (!w->line_done[w->lines.at[i]] &&
            statement_line_compare(match_line(w, w->lines.at[i - 1]), match_line(w, w->lines.at[i])) == 0)
            match_add_alone(w, RESULT_duplicate_at_bank, w->lines.at[i], MATCH_NONE);
}

/* An entry of the statement's last days may still come; one of other days is not this statement's business.
 */
static void name_missing(struct match_work *w)
{
    const struct statement *s = w->in->statement;
    for (size_t i = 0; i < s->count; i++)
        if (!w->line_done[i])
            match_add_alone(w, RESULT_missing_here, i, MATCH_NONE);
    for (size_t i = 0; i < w->in->entry_count; i++) {
        if (w->entry_done[i] || !match_is_of_statement(w, i))
            continue;
        bool may_come = match_entry(w, i)->day > s->last_day - w->in->days_apart;
        match_add_alone(w, may_come ? RESULT_late : RESULT_missing_at_bank, MATCH_NONE, i);
    }
}

static int by_line(const void *a, const void *b)
{
    const struct match_pair *pa = a, *pb = b;
    int order = compare_place(pa->line, pb->line);
    return order != 0 ? order : compare_place(pa->entry, pb->entry);
}

static bool allocate(struct match_work *w, struct arena *arena)
{
    size_t lines = w->in->statement->count + 1, entries = w->in->entry_count + 1;
    w->max = lines + entries;
    w->line_done = arena_alloc_array(arena, lines, sizeof *w->line_done);
    w->entry_done = arena_alloc_array(arena, entries, sizeof *w->entry_done);
    w->named = arena_alloc_array(arena, lines, sizeof *w->named);
    w->pairs = arena_alloc_array(arena, w->max, sizeof *w->pairs);
    w->lines.at = arena_alloc_array(arena, lines, sizeof *w->lines.at);
    w->entries.at = arena_alloc_array(arena, entries, sizeof *w->entries.at);
    w->left_lines.at = arena_alloc_array(arena, lines, sizeof *w->left_lines.at);
    w->left_entries.at = arena_alloc_array(arena, entries, sizeof *w->left_entries.at);
    w->line_spots.at = arena_alloc_array(arena, lines, sizeof *w->line_spots.at);
    w->entry_spots.at = arena_alloc_array(arena, entries, sizeof *w->entry_spots.at);
    return w->line_done != NULL && w->entry_done != NULL && w->named != NULL && w->pairs != NULL &&
           w->lines.at != NULL && w->entries.at != NULL && w->left_lines.at != NULL &&
           w->left_entries.at != NULL && w->line_spots.at != NULL && w->entry_spots.at != NULL;
}

/* In their order. The marks of the passes are of no use any more; groups are fewer than lines and entries. */
static void mark_leads(struct match_work *w, bool *group_seen)
{
    memset(w->entry_done, 0, w->in->entry_count * sizeof *w->entry_done);
    for (size_t i = 0; i < w->count; i++) {
        struct match_pair *p = &w->pairs[i];
        p->is_lead = !group_seen[p->group];
        group_seen[p->group] = true;
        p->explains = p->line != MATCH_NONE && p->entry != MATCH_NONE && !w->entry_done[p->entry];
        if (p->entry != MATCH_NONE)
            w->entry_done[p->entry] = true;
    }
}

enum status statement_match(const struct match_input *in, struct arena *arena, struct match_pairs *ret)
{
    static const struct pass by_id = {line_has_id, entry_has_id, lines_by_id, entries_by_id, id_to_id};
    static const struct pass by_reference = {line_has_reference, entry_has_reference, lines_by_reference,
                                             entries_by_reference, reference_to_reference};
    struct match_work w = {.in = in};
    if (!allocate(&w, arena))
        return STATUS_NO_MEMORY;
    bool *group_seen = arena_alloc_array(arena, w.max + 1, sizeof *group_seen);
    if (group_seen == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < in->statement->count; i++)
        (void)!typeid_parse("txn", match_line(&w, i)->reference, &w.named[i]);
    set_aside(&w);
    run_pass(&w, &by_id);
    run_pass(&w, &by_reference);
    match_by_amount(&w);
    name_missing(&w);
    qsort(w.pairs, w.count, sizeof *w.pairs, by_line);
    mark_leads(&w, group_seen);
    *ret = (struct match_pairs){w.pairs, w.count};
    return STATUS_OK;
}
