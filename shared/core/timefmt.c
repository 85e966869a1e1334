/* timefmt.c - days to calendar dates and back (proleptic Gregorian), digits two at a time. */
#include "shared/core/timefmt.h"

#include <assert.h>
#include <string.h>

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_DAY    (INT64_C(86400) * US_PER_SECOND)
#define DAYS_PER_ERA  146097 /* 400 years */
#define DAYS_TO_1970  719468 /* from 0000-03-01, where an era begins so that a leap day is its last */
#define LAST_UNIX_US  INT64_C(253402300799999999) /* 9999-12-31T23:59:59.999999Z */

static const char digit_pairs[] = "00010203040506070809"
                                  "10111213141516171819"
                                  "20212223242526272829"
                                  "30313233343536373839"
                                  "40414243444546474849"
                                  "50515253545556575859"
                                  "60616263646566676869"
                                  "70717273747576777879"
                                  "80818283848586878889"
                                  "90919293949596979899";

static void put2(char *at, int value)
{
    memcpy(at, digit_pairs + 2 * value, 2);
}

struct date {
    int year, month, day;
};

static struct date date_of_day(int32_t day)
{
    int shifted = day + DAYS_TO_1970; /* not negative for our years */
    int era = shifted / DAYS_PER_ERA;
    int day_of_era = shifted % DAYS_PER_ERA;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (DAYS_PER_ERA - 1)) / 365;
    int day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100); /* from 1 March */
    int month_index = (5 * day_of_year + 2) / 153;                              /* March is 0 */
    struct date date = {.year = year_of_era + era * 400,
                        .month = month_index < 10 ? month_index + 3 : month_index - 9,
                        .day = day_of_year - (153 * month_index + 2) / 5 + 1};
    date.year += date.month <= 2;
    return date;
}

static int32_t day_of_date(struct date date)
{
    int year = date.year - (date.month <= 2);
    int era = year / 400;
    int year_of_era = year % 400;
    int month_index = date.month > 2 ? date.month - 3 : date.month + 9;
    int day_of_year = (153 * month_index + 2) / 5 + date.day - 1;
    return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           DAYS_TO_1970;
}

void time_format(int64_t unix_us, char ret_text[TIME_TEXT_SIZE])
{
    assert(unix_us >= 0 && unix_us <= LAST_UNIX_US);
    struct date date = date_of_day((int32_t)(unix_us / US_PER_DAY));
    int second = (int)(unix_us % US_PER_DAY / US_PER_SECOND);
    int fraction = (int)(unix_us % US_PER_SECOND);

    memcpy(ret_text, "0000-00-00T00:00:00.000000Z", TIME_TEXT_SIZE);
    put2(ret_text, date.year / 100);
    put2(ret_text + 2, date.year % 100);
    put2(ret_text + 5, date.month);
    put2(ret_text + 8, date.day);
    put2(ret_text + 11, second / 3600);
    put2(ret_text + 14, second / 60 % 60);
    put2(ret_text + 17, second % 60);
    put2(ret_text + 20, fraction / 10000);
    put2(ret_text + 22, fraction / 100 % 100);
    put2(ret_text + 24, fraction % 100);
}

/* A number of exactly `digits` digits, at most max, then the character `after` (0: none); moves on. */
static bool take_number(struct str *text, size_t digits, int max, char after, int *ret_value)
{
    size_t len = digits + (after != 0);
    if (text->len < len || (after != 0 && text->data[digits] != after)) {
        return false;
    }
    int value = 0;
    for (size_t i = 0; i < digits; i++) {
        if (text->data[i] < '0' || text->data[i] > '9') {
            return false;
        }
        value = value * 10 + (text->data[i] - '0');
    }
    if (value > max) {
        return false;
    }
    *text = (struct str){text->data + len, text->len - len};
    *ret_value = value;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool take_date(struct str *text, struct date *ret_date)
{
    return take_number(text, 4, 9999, '-', &ret_date->year) &&
           take_number(text, 2, 12, '-', &ret_date->month) && take_number(text, 2, 31, 0, &ret_date->day) &&
           ret_date->month >= 1 && ret_date->day >= 1 &&
           ret_date->day <= days_in_month(ret_date->year, ret_date->month);
}

/* "" or "." and 1 to 9 digits. */
static bool take_fraction(struct str *text, int *ret_us)
{
    *ret_us = 0;
    if (text->len == 0 || text->data[0] != '.') {
        return true;
    }
    size_t digits = 0;
    for (int unit = 100000; digits + 1 < text->len; digits++, unit /= 10) {
        char c = text->data[digits + 1];
        if (c < '0' || c > '9') {
            break;
        }
        *ret_us += (c - '0') * unit; /* unit is 0 past the microseconds */
    }
    *text = (struct str){text->data + 1 + digits, text->len - 1 - digits};
    return digits >= 1 && digits <= 9;
}

/* "Z" or "+hh:mm", and nothing after it. */
static bool take_offset(struct str text, int *ret_minutes)
{
    *ret_minutes = 0;
    if (text.len == 1) {
        return text.data[0] == 'Z' || text.data[0] == 'z';
    }
    if (text.len != 6 || (text.data[0] != '+' && text.data[0] != '-')) {
        return false;
    }
    int sign = text.data[0] == '-' ? -1 : 1;
    int hours, minutes;
    struct str rest = {text.data + 1, text.len - 1};
    if (!take_number(&rest, 2, 23, ':', &hours) || !take_number(&rest, 2, 59, 0, &minutes)) {
        return false;
    }
    *ret_minutes = sign * (hours * 60 + minutes);
    return true;
}

enum status time_parse(struct str text, int64_t *ret_unix_us)
{
    struct date date;
    int hour, minute, second, fraction, offset;
    if (!take_date(&text, &date) || text.len == 0 || (text.data[0] != 'T' && text.data[0] != 't')) {
        return STATUS_INVALID;
    }
    text = (struct str){text.data + 1, text.len - 1};
    if (!take_number(&text, 2, 23, ':', &hour) || !take_number(&text, 2, 59, ':', &minute) ||
        !take_number(&text, 2, 59, 0, &second) || !take_fraction(&text, &fraction) ||
        !take_offset(text, &offset)) {
        return STATUS_INVALID;
    }
    int64_t seconds = (int64_t)day_of_date(date) * 86400 + hour * 3600 + minute * 60 + second - offset * 60;
    int64_t unix_us = seconds * US_PER_SECOND + fraction;
    if (unix_us < 0 || unix_us > LAST_UNIX_US) {
        return STATUS_INVALID;
    }
    *ret_unix_us = unix_us;
    return STATUS_OK;
}

int32_t time_day(int64_t unix_us)
{
    int64_t day = unix_us / US_PER_DAY;
    return (int32_t)(unix_us % US_PER_DAY < 0 ? day - 1 : day);
}
