/* test_statement_match.c - what of a statement is what of ours: case by case, and at random against books
   whose differences are known because they were made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recon-svc/domain/statement_match.h"
#include "shared/core/typeid.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define FIRST_DAY    100
#define LAST_DAY     110
#define APART        3
#define SIDE_MAX     8
#define ARENA_MAX    ((size_t)64 << 20)

/* Days are 1..11 of the statement; amount 0 ends a list. */
struct given_line {
    int64_t amount;
    int32_t day;
    const char *reference, *bank_reference, *currency; /* NULL: none, none, EUR */
    bool is_seen, is_refused;
};
struct given_entry {
    int64_t amount;
    int32_t day;
    const char *reference;
};
struct row {
    const char *name;
    struct given_line lines[SIDE_MAX];
    struct given_entry entries[SIDE_MAX];
    const char *wanted; /* "matched 1-1;": line, entry, "amount 1-1 50 49": with what differs */
};

static struct uuid id_of(size_t entry)
{
    struct uuid id = {{1}};
    id.bytes[14] = (uint8_t)(entry >> 8);
    id.bytes[15] = (uint8_t)entry;
    return id;
}

static void add_place(struct buf *out, size_t place)
{
    if (place == MATCH_NONE)
        buf_add_char(out, '-');
    else
        buf_addf(out, "%zu", place + 1);
}

static void describe(const struct match_pairs *pairs, struct buf *out)
{
    for (size_t i = 0; i < pairs->count; i++) {
        const struct match_pair *p = &pairs->all[i];
        buf_addf(out, "%s ", statement_result_word(p->result));
        add_place(out, p->line);
        buf_add_char(out, ':');
        add_place(out, p->entry);
        if (p->result == RESULT_amount)
            buf_addf(out, " %lld %lld", (long long)p->expected, (long long)p->actual);
        buf_add_str(out, "; ");
    }
}

static struct statement statement_of(struct statement_line *lines, size_t count)
{
    return (struct statement){
        .currency = "EUR", .first_day = FIRST_DAY, .last_day = LAST_DAY, .lines = lines, .count = count};
}

/* A reference "#2" is the id of the second entry. */
static struct str reference_of(const char *text, char room[TYPEID_TEXT_SIZE])
{
    if (text == NULL || text[0] != '#')
        return str_of(text);
    struct uuid id = id_of(strtoul(text + 1, NULL, 10));
    typeid_format("txn", &id, room);
    return str_of(room);
}

static void try_row(const struct row *row)
{
    struct statement_line lines[SIDE_MAX] = {0};
    struct match_entry entries[SIDE_MAX] = {0};
    char ids[SIDE_MAX][TYPEID_TEXT_SIZE];
    size_t line_count = 0, entry_count = 0;
    for (; line_count < SIDE_MAX && row->lines[line_count].amount != 0; line_count++) {
        const struct given_line *g = &row->lines[line_count];
        struct statement_line *l = &lines[line_count];
        *l = (struct statement_line){.amount = g->amount,
                                     .has_amount = true,
                                     .booking_day = FIRST_DAY - 1 + g->day,
                                     .reference = reference_of(g->reference, ids[line_count]),
                                     .bank_reference = str_of(g->bank_reference),
                                     .is_seen = g->is_seen,
                                     .refused = g->is_refused ? "why" : NULL};
        (void)snprintf(l->currency, sizeof l->currency, "%s", g->currency != NULL ? g->currency : "EUR");
    }
    for (; entry_count < SIDE_MAX && row->entries[entry_count].amount != 0; entry_count++)
        entries[entry_count] = (struct match_entry){.transaction = id_of(entry_count + 1),
                                                    .amount = row->entries[entry_count].amount,
                                                    .day = FIRST_DAY - 1 + row->entries[entry_count].day,
                                                    .reference = str_of(row->entries[entry_count].reference)};
    struct statement s = statement_of(lines, line_count);
    const struct match_input in = {&s, entries, entry_count, APART};
    struct match_pairs pairs;
    struct arena arena;
    CLEANUP(buf_free) struct buf text = {0};
    arena_init(&arena, ARENA_MAX);
    buf_init(&text, 4096);
    buf_add_str(&text, "");
    assert_int_equal(statement_match(&in, &arena, &pairs), STATUS_OK);
    describe(&pairs, &text);
    const char *got = text.data != NULL ? text.data : "";
    if (strcmp(got, row->wanted) != 0)
        fail_msg("%s: got \"%s\", wanted \"%s\"", row->name, got, row->wanted);
    arena_free(&arena);
}

static void case_by_case(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"nothing", {{0}}, {{0}}, ""},
        {"one to one", {{.amount = 50, .day = 2, .reference = "a"}}, {{50, 2, "a"}}, "matched 1:1; "},
        {"by the transaction's id",
         {{.amount = 50, .day = 2, .reference = "#1"}},
         {{50, 2, "x"}},
         "matched 1:1; "},
        {"its id before its reference",
         {{.amount = 50, .day = 2, .reference = "a"}, {.amount = 50, .day = 2, .reference = "#1"}},
         {{50, 2, "a"}, {50, 2, "a"}},
         "matched 1:2; matched 2:1; "},
        {"three days apart", {{.amount = 50, .day = 5, .reference = "a"}}, {{50, 2, "a"}}, "matched 1:1; "},
        {"four days apart", {{.amount = 50, .day = 6, .reference = "a"}}, {{50, 2, "a"}}, "date 1:1; "},
        {"another amount",
         {{.amount = 49, .day = 2, .reference = "a"}},
         {{50, 2, "a"}},
         "amount 1:1 50 49; "},
        {"the other side",
         {{.amount = -50, .day = 2, .reference = "a"}},
         {{50, 2, "a"}},
         "amount 1:1 50 -50; "},
        {"another currency",
         {{.amount = 50, .day = 2, .reference = "a", .currency = "USD"}},
         {{50, 2, "a"}},
         "currency 1:1; "},
        {"a reference with a typing error",
         {{.amount = 50, .day = 2, .reference = "a "}},
         {{50, 2, "a"}},
         "missing_here 1:-; missing_at_bank -:1; "},
        {"missing on our side", {{.amount = 50, .day = 2, .reference = "a"}}, {{0}}, "missing_here 1:-; "},
        {"missing at the bank", {{0}}, {{50, 8, "a"}}, "missing_at_bank -:1; "},
        {"it still may come", {{0}}, {{50, 9, "a"}}, "late -:1; "},
        {"not of these days", {{0}}, {{50, 12, "a"}, {50, 0, "a"}}, ""},
        {"of near days, if the bank says so",
         {{.amount = 50, .day = 1, .reference = "a"}},
         {{50, -1, "a"}},
         "matched 1:1; "},
        {"one to many",
         {{.amount = 90, .day = 2, .reference = "a"}},
         {{50, 2, "a"}, {40, 3, "a"}},
         "matched 1:1; matched 1:2; "},
        {"many to one",
         {{.amount = 50, .day = 2, .reference = "a"}, {.amount = 40, .day = 3, .reference = "a"}},
         {{90, 2, "a"}},
         "matched 1:1; matched 2:1; "},
        {"many to one, one of them late",
         {{.amount = 50, .day = 2, .reference = "a"}, {.amount = 40, .day = 9, .reference = "a"}},
         {{90, 2, "a"}},
         "matched 1:1; date 2:1; "},
        {"one to many that do not sum",
         {{.amount = 91, .day = 2, .reference = "a"}},
         {{50, 2, "a"}, {40, 3, "a"}},
         "amount 1:1 90 91; amount 1:2 90 91; "},
        {"as many of the same",
         {{.amount = 50, .day = 2, .reference = "a"}, {.amount = 50, .day = 3, .reference = "a"}},
         {{50, 3, "a"}, {50, 2, "a"}},
         "matched 1:2; matched 2:1; "},
        {"different ones of a reference",
         {{.amount = 50, .day = 2, .reference = "a"}, {.amount = 40, .day = 2, .reference = "a"}},
         {{40, 2, "a"}, {50, 2, "a"}},
         "matched 1:2; matched 2:1; "},
        {"twice at the bank",
         {{.amount = 50, .day = 2, .reference = "a"}, {.amount = 50, .day = 3, .reference = "a"}},
         {{50, 2, "a"}},
         "matched 1:1; duplicate_at_bank 2:-; "},
        {"twice here",
         {{.amount = 50, .day = 2, .reference = "a"}},
         {{50, 2, "a"}, {50, 3, "a"}},
         "matched 1:1; duplicate_here -:2; "},
        {"the same again a week later is none",
         {{.amount = 50, .day = 9, .reference = "a"}},
         {{50, 1, "a"}, {50, 9, "a"}},
         "matched 1:2; missing_at_bank -:1; "},
        {"the bank's own number twice",
         {{.amount = 50, .day = 2, .bank_reference = "B"}, {.amount = 50, .day = 2, .bank_reference = "B"}},
         {{50, 2, "a"}},
         "matched 1:1; duplicate_at_bank 2:-; "},
        {"its number twice, another amount",
         {{.amount = 50, .day = 2, .reference = "a", .bank_reference = "B"},
          {.amount = 40, .day = 2, .reference = "b", .bank_reference = "B"}},
         {{50, 2, "a"}, {40, 2, "b"}},
         "matched 1:1; matched 2:2; "},
        {"in an earlier statement",
         {{.amount = 50, .day = 2, .reference = "a", .bank_reference = "B", .is_seen = true}},
         {{0}},
         "seen_before 1:-; "},
        {"once more than in an earlier statement",
         {{.amount = 50, .day = 2, .reference = "a", .bank_reference = "B", .is_seen = true},
          {.amount = 50, .day = 2, .reference = "a", .bank_reference = "B"}},
         {{0}},
         "seen_before 1:-; duplicate_at_bank 2:-; "},
        {"every day the same: of other days",
         {{.amount = 50, .day = 11, .reference = "a"}},
         {{50, 11, "a"}, {50, 12, "a"}, {50, 13, "a"}},
         "matched 1:1; "},
        {"every day under one reference, another amount",
         {{.amount = 49, .day = 11, .reference = "a"}},
         {{50, 11, "a"}, {60, 12, "a"}, {70, 13, "a"}},
         "amount 1:1 50 49; "},
        {"every day under one reference, several could be meant",
         {{.amount = 49, .day = 11, .reference = "a"}, {.amount = 48, .day = 11, .reference = "a"}},
         {{50, 11, "a"}, {60, 11, "a"}, {70, 12, "a"}},
         "ambiguous 1:-; ambiguous 2:-; ambiguous -:1; ambiguous -:2; "},
        {"without a reference, one of two is of another day",
         {{.amount = 50, .day = 10}},
         {{50, 11, "a"}, {50, 12, "b"}},
         "ambiguous 1:-; ambiguous -:1; "},
        {"two against two that only sum",
         {{.amount = 50, .day = 2, .reference = "a"}, {.amount = 40, .day = 2, .reference = "a"}},
         {{60, 2, "a"}, {30, 2, "a"}},
         "ambiguous 1:-; ambiguous 2:-; ambiguous -:1; ambiguous -:2; "},
        {"what is left of a reference",
         {{.amount = 50, .day = 2, .reference = "a"}, {.amount = 41, .day = 2, .reference = "a"}},
         {{50, 2, "a"}, {40, 2, "a"}},
         "matched 1:1; amount 2:2 40 41; "},
        {"without a reference", {{.amount = 50, .day = 2}}, {{50, 3, "a"}}, "matched 1:1; "},
        {"without a reference, another amount",
         {{.amount = 50, .day = 2}},
         {{51, 3, "a"}},
         "missing_here 1:-; missing_at_bank -:1; "},
        {"without a reference, two of the amount",
         {{.amount = 50, .day = 2}},
         {{50, 3, "a"}, {50, 1, "b"}},
         "ambiguous 1:-; ambiguous -:1; ambiguous -:2; "},
        {"without a reference, two lines",
         {{.amount = 50, .day = 2}, {.amount = 50, .day = 3}},
         {{50, 3, "a"}},
         "ambiguous 1:-; ambiguous 2:-; ambiguous -:1; "},
        {"without a reference, only one of near days",
         {{.amount = 50, .day = 1}},
         {{50, 2, "a"}, {50, 8, "b"}},
         "matched 1:1; missing_at_bank -:2; "},
        {"who has a reference comes first",
         {{.amount = 50, .day = 2}, {.amount = 50, .day = 2, .reference = "a"}},
         {{50, 2, "a"}, {50, 2, "b"}},
         "matched 1:2; matched 2:1; "},
        {"set aside",
         {{.amount = 50, .day = 2, .reference = "a", .is_refused = true}},
         {{50, 2, "a"}},
         "quarantined 1:-; missing_at_bank -:1; "},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        try_row(&rows[i]);
}

/* Books made at random: each reference is spoiled in one way, or in none, and so it is known what must be
 * said. */
struct model {
    struct statement_line lines[4096];
    struct match_entry entries[4096];
    char references[4096][16];
    size_t line_count, entry_count;
    int64_t wanted[RESULT_COUNT];
    unsigned seed;
};
static struct model model;

static int below(int limit)
{
    return (int)(rand_r(&model.seed) % (unsigned)limit);
}

static void add_line(int64_t amount, int32_t day, const char *reference)
{
    struct statement_line *l = &model.lines[model.line_count++];
    *l = (struct statement_line){.amount = amount,
                                 .has_amount = true,
                                 .currency = "EUR",
                                 .booking_day = day,
                                 .reference = str_of(reference)};
}

static void add_entry(int64_t amount, int32_t day, const char *reference)
{
    struct match_entry *e = &model.entries[model.entry_count++];
    *e = (struct match_entry){.transaction = id_of(model.entry_count),
                              .amount = amount,
                              .day = day,
                              .reference = str_of(reference)};
}

static void want(enum statement_result result, int count)
{
    model.wanted[result] += count;
}

/* Amounts of different references differ, so that only the reference or the amount itself leads there. */
static void add_reference(int number)
{
    char *reference = model.references[number];
    int64_t amount = (below(2) == 0 ? 1 : -1) * (INT64_C(1000) * (number + 1));
    int32_t day = FIRST_DAY + APART + below(LAST_DAY - FIRST_DAY - 2 * APART);
    (void)snprintf(reference, sizeof model.references[0], "r%d", number);
    switch (below(10)) {
    case 0:
        add_line(amount, day, reference);
        want(RESULT_missing_here, 1);
        break;
    case 1:
        add_entry(amount, day, reference);
        want(RESULT_missing_at_bank, 1);
        break;
    case 2:
        add_line(amount + 1, day, reference);
        add_entry(amount, day, reference);
        want(RESULT_amount, 1);
        break;
    case 3:
        add_line(amount, day, reference);
        add_line(amount, day, reference);
        add_entry(amount, day + below(APART), reference);
        want(RESULT_matched, 1);
        want(RESULT_duplicate_at_bank, 1);
        break;
    case 4:
        add_line(amount, day, reference);
        add_entry(amount, day, reference);
        add_entry(amount, day + below(APART), reference);
        want(RESULT_matched, 1);
        want(RESULT_duplicate_here, 1);
        break;
    case 5:
        add_line(amount, day, reference);
        add_entry(amount - 7, day, reference);
        add_entry(7, day, reference);
        want(RESULT_matched, 2);
        break;
    case 6:
        add_line(amount - 7, day, reference);
        add_line(7, day, reference);
        add_entry(amount, day, reference);
        want(RESULT_matched, 2);
        break;
    case 7:
        add_line(amount, day, NULL);
        add_entry(amount, day - below(APART), reference);
        want(RESULT_matched, 1);
        break;
    case 8:
        add_line(amount, day - APART, reference);
        add_entry(amount, day + 1, reference);
        want(RESULT_date, 1);
        break;
    default:
        add_line(amount, day + below(APART), reference);
        add_entry(amount, day, reference);
        want(RESULT_matched, 1);
    }
}

static void shuffle(void)
{
    for (size_t i = model.line_count; i > 1; i--) {
        size_t k = (size_t)below((int)i);
        struct statement_line l = model.lines[k];
        model.lines[k] = model.lines[i - 1];
        model.lines[i - 1] = l;
    }
    for (size_t i = model.entry_count; i > 1; i--) {
        size_t k = (size_t)below((int)i);
        struct match_entry e = model.entries[k];
        model.entries[k] = model.entries[i - 1];
        model.entries[i - 1] = e;
    }
}

/* Every line and every entry of the statement's days is spoken of, none twice but within its group. */
static void expect_each_once(const struct match_pairs *pairs)
{
    static size_t line_groups[4096], entry_groups[4096];
    static bool lead_seen[8192];
    size_t explained = 0, paired = 0;
    memset(line_groups, 0, sizeof line_groups);
    memset(entry_groups, 0, sizeof entry_groups);
    memset(lead_seen, 0, sizeof lead_seen);
    for (size_t i = 0; i < pairs->count; i++) {
        const struct match_pair *p = &pairs->all[i];
        size_t *of_line = p->line != MATCH_NONE ? &line_groups[p->line] : NULL;
        size_t *of_entry = p->entry != MATCH_NONE ? &entry_groups[p->entry] : NULL;
        assert_true(of_line == NULL || *of_line == 0 || *of_line == p->group);
        assert_true(of_entry == NULL || *of_entry == 0 || *of_entry == p->group);
        if (of_line != NULL)
            *of_line = p->group;
        if (of_entry != NULL)
            *of_entry = p->group;
        if (p->result == RESULT_matched)
            assert_int_equal(p->expected, p->actual);
        assert_int_equal(p->is_lead, !lead_seen[p->group]);
        lead_seen[p->group] = true;
        explained += p->explains;
    }
    for (size_t i = 0; i < model.line_count; i++)
        assert_true(line_groups[i] != 0);
    for (size_t i = 0; i < model.entry_count; i++)
        assert_true(entry_groups[i] != 0);
    for (size_t e = 0; e < model.entry_count; e++) {
        bool has_line = false;
        for (size_t i = 0; i < pairs->count && !has_line; i++)
            has_line = pairs->all[i].entry == e && pairs->all[i].line != MATCH_NONE;
        paired += has_line;
    }
    assert_int_equal(explained, paired);
}

static void at_random(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 300; seed++) {
        memset(&model, 0, sizeof model);
        model.seed = seed;
        int references = 1 + below(200);
        for (int i = 0; i < references; i++)
            add_reference(i);
        shuffle();
        struct statement s = statement_of(model.lines, model.line_count);
        const struct match_input in = {&s, model.entries, model.entry_count, APART};
        struct match_pairs pairs;
        struct arena arena;
        int64_t got[RESULT_COUNT] = {0};
        arena_init(&arena, ARENA_MAX);
        assert_int_equal(statement_match(&in, &arena, &pairs), STATUS_OK);
        for (size_t i = 0; i < pairs.count; i++)
            got[pairs.all[i].result]++;
        for (int r = 0; r < RESULT_COUNT; r++)
            if (got[r] != model.wanted[r])
                fail_msg("seed %u: %lld of %s, wanted %lld", seed, (long long)got[r],
                         statement_result_word((enum statement_result)r), (long long)model.wanted[r]);
        expect_each_once(&pairs);
        arena_free(&arena);
    }
}

/* The worst of its size: all of one reference, all of one amount, nothing but other currencies. */
static void cost_is_bounded(void **state)
{
    (void)state;
    static struct statement_line lines[STATEMENT_LINES_MAX];
    static struct match_entry entries[MATCH_ENTRIES_MAX];
    for (int kind = 0; kind < 3; kind++) {
        for (size_t i = 0; i < COUNT(lines); i++)
            lines[i] = (struct statement_line){.amount = 5,
                                               .currency = "EUR",
                                               .booking_day = FIRST_DAY + 1,
                                               .reference = str_of(kind == 1 ? NULL : "a")};
        for (size_t i = 0; kind == 2 && i < COUNT(lines); i++)
            memcpy(lines[i].currency, "USD", 4);
        for (size_t i = 0; i < COUNT(entries); i++)
            entries[i] = (struct match_entry){.transaction = id_of(i),
                                              .amount = kind == 2 ? 6 : 5,
                                              .day = FIRST_DAY + 1,
                                              .reference = str_of("a")};
        struct statement s = statement_of(lines, COUNT(lines));
        const struct match_input in = {&s, entries, COUNT(entries), APART};
        struct match_pairs pairs;
        struct arena arena;
        arena_init(&arena, ARENA_MAX);
        assert_int_equal(statement_match(&in, &arena, &pairs), STATUS_OK);
        assert_int_equal(pairs.count, kind == 0 ? COUNT(entries) : COUNT(lines) + COUNT(entries));
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_by_case),
        cmocka_unit_test(at_random),
        cmocka_unit_test(cost_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
