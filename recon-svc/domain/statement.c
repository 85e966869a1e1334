/* statement.c - see statement.h. */
#include "recon-svc/domain/statement.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/money.h"
#include "shared/core/timefmt.h"
#include "shared/core/utf8.h"

#define DAY_LEN   10 /* "2026-11-21" */
#define YEARS_MAX (366 * 2)

enum status statement_refuse(struct statement_refusal *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(r->detail, sizeof r->detail, format, args);
    va_end(args);
    return STATUS_INVALID;
}

const char *footing_word(enum footing f)
{
    static const char *const words[] = {
        [FOOTING_GOOD] = "good", [FOOTING_WRONG] = "wrong", [FOOTING_UNKNOWN] = "unknown"};
    assert((unsigned)f < sizeof words / sizeof words[0]);
    return words[f];
}

enum status statement_check_text(struct str file, struct statement_refusal *r)
{
    if (file.len == 0)
        return statement_refuse(r, "The file is empty.");
    if (file.len > STATEMENT_BYTES_MAX)
        return statement_refuse(r, "The file has more than %zu bytes.", STATEMENT_BYTES_MAX);
    for (size_t at = 0; at < file.len;) {
        size_t len = utf8_length(file.data + at, file.len - at);
        if (len == 0)
            return statement_refuse(r, "Byte %zu is not UTF-8.", at + 1);
        if (file.data[at] == '\0')
            return statement_refuse(r, "Byte %zu is NUL.", at + 1);
        at += len;
    }
    return STATUS_OK;
}

struct statement_line *statement_add(struct statement *s, struct arena *arena)
{
    if (s->count == STATEMENT_LINES_MAX)
        return NULL;
    struct statement_line *lines = arena_grow(arena, s->lines, s->count, &s->cap, sizeof *lines);
    if (lines == NULL)
        return NULL;
    s->lines = lines;
    struct statement_line *l = &lines[s->count++];
    *l = (struct statement_line){0};
    return l;
}

enum status statement_add_status(const struct statement *s, struct statement_refusal *r)
{
    return s->count == STATEMENT_LINES_MAX
               ? statement_refuse(r, "The statement has more than %d lines.", STATEMENT_LINES_MAX)
               : STATUS_NO_MEMORY;
}

void statement_line_refuse(struct statement_line *l, const char *why)
{
    if (l->refused == NULL)
        l->refused = why;
}

static int compare_str(struct str a, struct str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len > 0 ? memcmp(a.data, b.data, len) : 0;
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

int statement_line_compare(const struct statement_line *a, const struct statement_line *b)
{
    int order = compare_str(a->bank_reference, b->bank_reference);
    if (order == 0)
        order = compare_str(a->reference, b->reference);
    if (order == 0)
        order = (a->amount > b->amount) - (a->amount < b->amount);
    if (order == 0)
        order = strcmp(a->currency, b->currency);
    return order != 0 ? order : (a->booking_day > b->booking_day) - (a->booking_day < b->booking_day);
}

struct str statement_provided(struct str reference)
{
    static const char *const nothing[] = {"NOTPROVIDED", "NONREF"};
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
        if (str_eq_c(reference, nothing[i]))
            return (struct str){"", 0};
    return reference;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str statement_trim(struct str text)
{
    while (text.len > 0 && is_space(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && is_space(text.data[text.len - 1]))
        text.len--;
    return text;
}

static bool has_control(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7f)
            return true;
    return false;
}

/* Whole characters only. */
static struct str cut(struct str text, size_t max)
{
    size_t len = 0;
    while (len < text.len) {
        size_t next = len + utf8_length(text.data + len, text.len - len);
        if (next > max)
            break;
        len = next;
    }
    return (struct str){text.data, len};
}

static struct str take_reference(struct statement_line *l, struct str text)
{
    text = statement_provided(statement_trim(text));
    if (text.len > STATEMENT_REFERENCE_MAX)
        statement_line_refuse(l, "A reference is longer than 140 bytes.");
    else if (has_control(text))
        statement_line_refuse(l, "A reference has a control character.");
    return cut(text, STATEMENT_REFERENCE_MAX);
}

static struct str copy(struct arena *arena, struct str text)
{
    return (struct str){text.len > 0 ? arena_strndup(arena, text.data, text.len) : "", text.len};
}

enum status statement_line_texts(struct statement_line *l, struct arena *arena, const struct str texts[3])
{
    l->reference = copy(arena, take_reference(l, texts[0]));
    l->bank_reference = copy(arena, take_reference(l, texts[1]));
    struct str text = cut(statement_trim(texts[2]), STATEMENT_TEXT_MAX);
    char *own = arena_strndup(arena, text.len > 0 ? text.data : "", text.len);
    if (own == NULL || l->reference.data == NULL || l->bank_reference.data == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)own[i] < ' ' || own[i] == 0x7f)
            own[i] = ' ';
    l->text = (struct str){own, text.len};
    return STATUS_OK;
}

enum status statement_finish(struct statement *s, struct statement_refusal *r)
{
    if (s->first_day > s->last_day)
        return statement_refuse(r, "The closing balance is earlier than the opening one.");
    if (s->last_day - s->first_day > YEARS_MAX)
        return statement_refuse(r, "The statement is about more than two years.");
    s->refused_count = 0;
    for (size_t i = 0; i < s->count; i++) {
        struct statement_line *l = &s->lines[i];
        if (l->refused == NULL && (l->booking_day < s->first_day || l->booking_day > s->last_day))
            statement_line_refuse(l, "It is booked on a day that the statement is not about.");
        s->refused_count += l->refused != NULL;
    }
    return STATUS_OK;
}

enum footing statement_foot(const struct statement *s, int64_t *ret_closing)
{
    int64_t sum = s->opening;
    bool is_whole = true;
    for (size_t i = 0; i < s->count; i++) {
        const struct statement_line *l = &s->lines[i];
        bool counts = l->has_amount && strcmp(l->currency, s->currency) == 0;
        bool is_readable = l->has_amount && l->currency[0] != '\0';
        is_whole = is_whole && is_readable;
        if (counts && money_add(sum, l->amount, &sum) != STATUS_OK)
            is_whole = false;
    }
    *ret_closing = sum;
    if (!is_whole)
        return FOOTING_UNKNOWN;
    return sum == s->closing ? FOOTING_GOOD : FOOTING_WRONG;
}

enum status statement_day(struct str text, int32_t *ret_day)
{
    char time[TIME_TEXT_SIZE];
    int64_t us = 0;
    bool is_day = text.len == DAY_LEN || (text.len > DAY_LEN && text.data[DAY_LEN] == 'T');
    if (!is_day)
        return STATUS_INVALID;
    int len = snprintf(time, sizeof time, "%.*sT00:00:00Z", DAY_LEN, text.data);
    enum status status = time_parse((struct str){time, (size_t)len}, &us);
    if (status == STATUS_OK)
        *ret_day = time_day(us);
    return status;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum status statement_decimal(struct str text, int exponent, int64_t *ret_amount)
{
    int64_t amount = 0;
    int behind = -1; /* digits behind the point; -1: before it */
    bool has_digit = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '.' && behind < 0) {
            behind = 0;
        } else if (is_digit(c) && behind >= exponent) {
            if (c != '0')
                return STATUS_INVALID;
        } else if (is_digit(c) && amount <= MONEY_AMOUNT_MAX / 10) {
            amount = amount * 10 + (c - '0');
            behind += behind >= 0;
            has_digit = true;
        } else {
            return STATUS_INVALID;
        }
    }
    for (int i = behind < 0 ? 0 : behind; i < exponent; i++) {
        if (amount > MONEY_AMOUNT_MAX / 10)
            return STATUS_INVALID;
        amount *= 10;
    }
    if (!has_digit || amount > MONEY_AMOUNT_MAX)
        return STATUS_INVALID;
    *ret_amount = amount;
    return STATUS_OK;
}
