/* test_timefmt.c - known moments, every day of 400 years, and texts that are no RFC 3339 time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "shared/core/timefmt.h"

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)

static void known_moments_both_ways(void **state)
{
    (void)state;
    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {{0, "1970-01-01T00:00:00.000000Z"},
                 {1, "1970-01-01T00:00:00.000001Z"},
                 {951782400 * SECOND, "2000-02-29T00:00:00.000000Z"},
                 {1795202482123456, "2026-11-20T19:21:22.123456Z"},
                 {4107542399 * SECOND, "2100-02-28T23:59:59.000000Z"},
                 {4107542400 * SECOND, "2100-03-01T00:00:00.000000Z"},
                 {253402300799999999, "9999-12-31T23:59:59.999999Z"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[TIME_TEXT_SIZE];
        int64_t us = -1;
        time_format(cases[i].us, text);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(time_parse(str_of(text), &us), STATUS_OK);
        assert_true(us == cases[i].us);
    }
}

static void every_day_of_400_years(void **state)
{
    (void)state;
    for (int32_t day = 0; day < 146097; day++) {
        time_t seconds = (time_t)day * 86400;
        struct tm wanted;
        assert_non_null(gmtime_r(&seconds, &wanted));
        char text[TIME_TEXT_SIZE], date[11];
        time_format(day * DAY, text);
        assert_int_equal(strftime(date, sizeof(date), "%Y-%m-%d", &wanted), 10);
        assert_memory_equal(text, date, 10);
        int64_t us;
        assert_int_equal(time_parse(str_of(text), &us), STATUS_OK);
        assert_true(us == day * DAY);
    }
}

static void accepted_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t wanted;
    } cases[] = {{"1970-01-01T00:00:01Z", SECOND},
                 {"1970-01-01t00:00:01z", SECOND},
                 {"1970-01-01T00:00:01.5Z", SECOND * 3 / 2},
                 {"1970-01-01T00:00:01.123456789Z", 1123456},
                 {"1970-01-01T00:00:00.000000999Z", 0},
                 {"1970-01-01T05:30:00+05:30", 0},
                 {"1969-12-31T19:00:00-05:00", 0},
                 {"1970-01-01T00:00:00-00:00", 0},
                 {"1970-01-01T23:59:00+23:59", 0}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t us = -1;
        if (time_parse(str_of(cases[i].text), &us) != STATUS_OK || us != cases[i].wanted) {
            fail_msg("%s gave %lld", cases[i].text, (long long)us);
        }
    }
}

static void refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"",
                                        "2026-11-20",
                                        "2026-11-20T",
                                        "2026-11-20T19:21",
                                        "2026-11-20T19:21:22",
                                        "2026-11-20 19:21:22Z",
                                        "2026-11-20T19:21:22.Z",
                                        "2026-11-20T19:21:22.1234567890Z",
                                        "2026-11-20T19:21:22.12 Z",
                                        "2026-11-20T19:21:22Zx",
                                        "2026-11-20T19:21:22+0530",
                                        "2026-11-20T19:21:22+05",
                                        "2026-11-20T19:21:22+24:00",
                                        "2026-11-20T19:21:22+05:60",
                                        "2026-11-20T19:21:22+05:30x",
                                        "2026-13-20T19:21:22Z",
                                        "2026-00-20T19:21:22Z",
                                        "2026-11-00T19:21:22Z",
                                        "2026-11-31T19:21:22Z",
                                        "2026-02-29T19:21:22Z",
                                        "2100-02-29T00:00:00Z",
                                        "2026-11-20T24:00:00Z",
                                        "2026-11-20T19:60:00Z",
                                        "2026-11-20T19:21:60Z",
                                        "26-11-20T19:21:22Z",
                                        "02026-11-20T19:21:22Z",
                                        "2026-1-20T19:21:22Z",
                                        "2026-11-20T-1:21:22Z",
                                        "-026-11-20T19:21:22Z",
                                        "1969-12-31T23:59:59Z",
                                        "1970-01-01T00:00:00+00:01",
                                        "0000-01-01T00:00:00Z",
                                        "9999-12-31T23:59:59-00:01",
                                        "now",
                                        "1795202482"};
    int64_t us = 42;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (time_parse(str_of(cases[i]), &us) != STATUS_INVALID) {
            fail_msg("'%s' was taken", cases[i]);
        }
    }
    assert_int_equal(time_parse(str_of(NULL), &us), STATUS_INVALID);
    assert_int_equal(us, 42); /* untouched */
}

static void every_cut_of_a_good_text_is_refused(void **state)
{
    (void)state;
    const char *good = "2026-11-20T19:21:22.123456+05:30";
    int64_t us;
    for (size_t len = 0; len < strlen(good); len++) {
        assert_int_equal(time_parse((struct str){good, len}, &us), STATUS_INVALID);
    }
}

static void days(void **state)
{
    (void)state;
    assert_int_equal(time_day(0), 0);
    assert_int_equal(time_day(DAY - 1), 0);
    assert_int_equal(time_day(DAY), 1);
    assert_int_equal(time_day(-1), -1);
    assert_int_equal(time_day(-DAY), -1);
    assert_int_equal(time_day(-DAY - 1), -2);
    assert_int_equal(time_day(1795202482123456), 20777);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_moments_both_ways),
                                       cmocka_unit_test(every_day_of_400_years),
                                       cmocka_unit_test(accepted_forms),
                                       cmocka_unit_test(refused),
                                       cmocka_unit_test(every_cut_of_a_good_text_is_refused),
                                       cmocka_unit_test(days)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
