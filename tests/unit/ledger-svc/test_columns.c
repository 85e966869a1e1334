/* test_columns.c - rows as parameters: what travels as an array, what once, and what not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ledger-svc/store/columns.h"
#include "shared/core/digest.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define ROWS         3

struct row {
    struct uuid id;
    struct digest digest;
    uint8_t place[DB_PLACE_SIZE];
    struct str text;
    const char *name;
    char code[4];
    int number;
    int64_t amount, time_us;
    bool flag;
};
#define CELL(type, use, member_kind, member)                                                                 \
    {                                                                                                        \
        DB_##type, COLUMN_##use, MEMBER_##member_kind, offsetof(struct row, member)                          \
    }

/* What became of a column: its parameters, in order. */
enum sent { ARRAY = 'a', ARRAY_WITH_NULLS = 'n', VALUE = 'v', NOTHING = '0' };

static enum sent sent_as(const struct db_params *p, int i)
{
    if (p->offsets[i] < 0)
        return NOTHING;
    const char *bytes = p->bytes.data + p->offsets[i];
    uint32_t head[2];
    if (p->lengths[i] < 20)
        return VALUE;
    memcpy(head, bytes, sizeof head); /* dimensions 1, then whether there are NULLs, big endian */
    return head[1] == 0 ? ARRAY : ARRAY_WITH_NULLS;
}

static void expect(const struct column *column, const struct row *rows, const char *wanted)
{
    struct db_params p;
    db_params_init(&p, 1 << 16);
    columns_add(&p, column, 1, &(struct rows){rows, sizeof *rows, ROWS});
    assert_false(p.failed);
    assert_int_equal(p.count, strlen(wanted));
    for (int i = 0; i < p.count; i++)
        assert_int_equal(sent_as(&p, i), wanted[i]);
    db_params_free(&p);
}

static void fill(struct row rows[ROWS])
{
    memset(rows, 0, ROWS * sizeof *rows);
    for (int i = 0; i < ROWS; i++)
        rows[i] = (struct row){.id = {{1}},
                               .text = STR_LIT("same"),
                               .name = "same",
                               .code = "EUR",
                               .number = 7,
                               .amount = 1000,
                               .time_us = INT64_C(1763666482123456)};
}

static void every_member_travels_in_an_array(void **state)
{
    (void)state;
    static const struct column each[] = {
        CELL(UUID, EACH, UUID, id),      CELL(BYTEA, EACH, DIGEST, digest),  CELL(PLACE, EACH, PLACE, place),
        CELL(TEXT, EACH, STR, text),     CELL(TEXT, EACH, NAME, name),       CELL(TEXT, EACH, CODE, code),
        CELL(INT2, EACH, INT, number),   CELL(INT8, EACH, INT64, amount),    CELL(BOOL, EACH, BOOL, flag),
        CELL(TIME, EACH, TIME, time_us), CELL(INT8, EACH, POSITIVE, amount),
    };
    struct row rows[ROWS];
    fill(rows);
    for (size_t i = 0; i < COUNT(each); i++)
        expect(&each[i], rows, "a");
}

static void what_all_rows_share_travels_once(void **state)
{
    (void)state;
    static const struct column shared[] = {
        CELL(TEXT, SHARED, STR, text),   CELL(TEXT, SHARED, NAME, name),    CELL(TEXT, SHARED, CODE, code),
        CELL(INT2, SHARED, INT, number), CELL(INT8, SHARED, INT64, amount), CELL(TIME, SHARED, TIME, time_us),
    };
    struct row rows[ROWS];
    fill(rows);
    for (size_t i = 0; i < COUNT(shared); i++)
        expect(&shared[i], rows, "0v");
    rows[2] = (struct row){
        .text = STR_LIT("sam"), .name = "sane", .code = "USD", .number = 8, .amount = 1001, .time_us = 5};
    for (size_t i = 0; i < COUNT(shared); i++)
        expect(&shared[i], rows, "a0");
}

static void what_no_row_has_does_not_travel(void **state)
{
    (void)state;
    static const struct column optional = CELL(JSON, OPTIONAL, STR, text),
                               shared = CELL(TEXT, SHARED, STR, text),
                               time = CELL(TIME, SHARED, TIME, time_us), each = CELL(TEXT, EACH, STR, text),
                               id = CELL(UUID, OPTIONAL, UUID, id),
                               rate = CELL(INT8, OPTIONAL, POSITIVE, amount);
    struct row rows[ROWS];
    fill(rows);
    for (int i = 0; i < ROWS; i++) {
        rows[i].text = (struct str){NULL, 0};
        rows[i].time_us = 0;
        rows[i].amount = 0;
        rows[i].id = (struct uuid){{0}};
    }
    expect(&id, rows, "0");
    expect(&rate, rows, "0");
    expect(&optional, rows, "0");
    expect(&shared, rows, "00");
    expect(&time, rows, "00");
    expect(&each, rows, "n");
    rows[1].text = STR_LIT("one of them");
    rows[1].time_us = 5;
    rows[1].amount = 5;
    rows[1].id.bytes[15] = 1;
    expect(&id, rows, "n");
    expect(&rate, rows, "n");
    expect(&optional, rows, "n");
    expect(&shared, rows, "n0");
    expect(&time, rows, "n0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_travels_in_an_array),
        cmocka_unit_test(what_all_rows_share_travels_once),
        cmocka_unit_test(what_no_row_has_does_not_travel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
