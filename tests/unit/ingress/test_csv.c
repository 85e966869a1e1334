/* test_csv.c - quoting, and formulas made harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ingress/domain/csv.h"

static void test_fields(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"a,b", "\"a,b\""},
        {"a;b", "\"a;b\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"two\r\nlines", "\"two\r\nlines\""},
        {"=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""},
        {"+1", "\"'+1\""},
        {"-1", "\"'-1\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
        {"\t=1", "\"'\t=1\""},
        {"a=b", "a=b"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf b CLEANUP(buf_free);
        struct csv csv;
        buf_init(&b, 256);
        buf_add_str(&b, "");
        csv_init(&csv, &b);
        csv_text(&csv, str_of(cases[i].text));
        assert_string_equal(b.data != NULL ? b.data : "", cases[i].wanted);
    }
}

static void test_lines(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_free);
    struct csv csv;
    buf_init(&b, 256);
    csv_init(&csv, &b);
    csv_text(&csv, STR_LIT("a"));
    csv_int(&csv, -5);
    csv_line_end(&csv);
    csv_int(&csv, 1);
    csv_text(&csv, (struct str){0});
    csv_line_end(&csv);
    assert_string_equal(b.data, "a,-5\r\n1,\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
