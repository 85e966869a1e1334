/* statement_expect.h - a statement that was read, as text that a table of cases can hold. */
#ifndef TESTS_UNIT_STATEMENT_EXPECT_H
#define TESTS_UNIT_STATEMENT_EXPECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "recon-svc/domain/statement.h"
#include "shared/core/timefmt.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef enum status read_statement(struct str file, struct arena *arena, struct statement *ret,
                                   struct statement_refusal *ret_refusal);

static inline void add_day(struct buf *out, int32_t day)
{
    char time[TIME_TEXT_SIZE];
    time_format((int64_t)day * 86400000000, time);
    buf_addf(out, "%.5s", time + 5);
}

/* "2 50 EUR 11-01 11-02 [reference|bank|text]", and why it is set aside. */
static inline void describe_line(const struct statement_line *l, struct buf *out)
{
    buf_addf(out, "\n%lld ", (long long)l->number);
    if (l->has_amount)
        buf_addf(out, "%lld %s ", (long long)l->amount, l->currency);
    if (l->refused != NULL) {
        buf_add_str(out, l->refused);
        return;
    }
    add_day(out, l->booking_day);
    buf_add_char(out, ' ');
    add_day(out, l->value_day);
    buf_addf(out, " [%.*s|%.*s|%.*s]", (int)l->reference.len, l->reference.data, (int)l->bank_reference.len,
             l->bank_reference.data, (int)l->text.len, l->text.data);
}

/* "EUR 0 100 11-01 11-30 good" and its lines; or why it is none. */
static inline void describe(read_statement *read, struct str file, struct buf *out)
{
    struct arena arena;
    struct statement s;
    struct statement_refusal refusal;
    arena_init(&arena, (size_t)64 << 20);
    enum status status = read(file, &arena, &s, &refusal);
    if (status == STATUS_OK) {
        int64_t closing = 0;
        enum footing footing = statement_foot(&s, &closing);
        buf_addf(out, "%s %lld %lld ", s.currency, (long long)s.opening, (long long)s.closing);
        add_day(out, s.first_day);
        buf_add_char(out, ' ');
        add_day(out, s.last_day);
        buf_addf(out, " %s", footing_word(footing));
        for (size_t i = 0; i < s.count; i++)
            describe_line(&s.lines[i], out);
    } else {
        assert_int_equal(status, STATUS_INVALID);
        buf_add_str(out, refusal.detail);
    }
    arena_free(&arena);
}

static inline void expect_statement(read_statement *read, const char *name, struct str file,
                                    const char *wanted)
{
    CLEANUP(buf_free) struct buf text = {0};
    buf_init(&text, 1 << 20);
    describe(read, file, &text);
    if (strcmp(text.data, wanted) != 0)
        fail_msg("%s: read\n%s\nwanted\n%s", name, text.data, wanted);
}

#endif
