/* test_statement_seen.c - lines that earlier statements had: each as often as one of them had it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "recon-svc/domain/statement_seen.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define LINES_MAX    6

/* A line is a letter: lines of one letter are equal. '.' cannot be read. */
static struct statement_line line_of(char letter)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    size_t at = letter == '.' ? 0 : (size_t)(letter - 'a');
    return (struct statement_line){.amount = 100,
                                   .has_amount = true,
                                   .currency = "EUR",
                                   .booking_day = 7,
                                   .reference = {letters + at, 1},
                                   .bank_reference = {"", 0},
                                   .refused = letter == '.' ? "why" : NULL,
                                   .is_seen = true};
}

static const struct {
    const char *lines, *earlier[3]; /* statements */
    const char *wanted;             /* by line: 1 is seen */
} cases[] = {
    {"", {"ab"}, ""},
    {"ab", {NULL}, "00"},
    {"ab", {"b"}, "01"},
    {"ab", {"", "c", "a"}, "10"},
    {"aba", {"a"}, "100"},
    {"aba", {"a", "a", "a"}, "100"},
    {"aba", {"a", "aa"}, "101"},
    {"a", {"aaa"}, "1"},
    {".a", {"aa"}, "01"},
    {"zya", {"yz", "x"}, "110"},
};

static void as_often_as_one_of_them_had_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct statement_line lines[LINES_MAX] = {0};
        struct statement s = {.currency = "EUR", .lines = lines, .count = strlen(cases[i].lines)};
        struct statement_seen seen;
        struct arena arena;
        char got[LINES_MAX + 1] = "";
        arena_init(&arena, 1 << 16);
        for (size_t l = 0; l < s.count; l++)
            lines[l] = line_of(cases[i].lines[l]);
        assert_int_equal(statement_seen_begin(&s, &arena, &seen), STATUS_OK);
        for (size_t e = 0; e < COUNT(cases[i].earlier) && cases[i].earlier[e] != NULL; e++) {
            statement_seen_open(&seen);
            for (const char *c = cases[i].earlier[e]; *c != '\0'; c++) {
                struct statement_line earlier = line_of(*c);
                statement_seen_add(&seen, &earlier);
            }
        }
        for (size_t l = 0; l < s.count; l++)
            got[l] = lines[l].is_seen ? '1' : '0';
        assert_string_equal(got, cases[i].wanted);
        arena_free(&arena);
    }
}

static void all_but_the_text_is_compared(void **state)
{
    (void)state;
    const struct statement_line a = line_of('a');
    struct statement_line other[6] = {a, a, a, a, a, a};
    other[0].bank_reference = (struct str){"B", 1};
    other[1].reference = (struct str){"", 0};
    other[2].amount = 101;
    memcpy(other[3].currency, "USD", 4);
    other[4].booking_day = 8;
    other[5].text = (struct str){"t", 1};
    for (size_t i = 0; i < COUNT(other); i++)
        assert_true((statement_line_compare(&a, &other[i]) == 0) == (i == 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_often_as_one_of_them_had_it),
        cmocka_unit_test(all_but_the_text_is_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
