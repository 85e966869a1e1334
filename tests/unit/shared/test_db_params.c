/* test_db_params.c - the exact bytes of binary parameters and arrays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/core/parse.h"
#include "shared/io/db.h"

static const struct uuid some_uuid = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};
#define SOME_UUID_HEX "000102030405060708090a0b0c0d0e0f"
/* 2000-01-01T00:00:01Z, one second after PostgreSQL's epoch */
#define SECOND_ONE_US INT64_C(946684801000000)

static void null_value(struct db_params *p)
{
    db_param_null(p);
}
static void bool_true(struct db_params *p)
{
    db_param_bool(p, true);
}
static void int2_negative(struct db_params *p)
{
    db_param_int2(p, -2);
}
static void int4_most(struct db_params *p)
{
    db_param_int4(p, INT32_MAX);
}
static void int8_least(struct db_params *p)
{
    db_param_int8(p, INT64_MIN);
}
static void text_value(struct db_params *p)
{
    db_param_text(p, STR_LIT("ab"));
}
static void text_empty(struct db_params *p)
{
    db_param_text(p, STR_LIT(""));
}
static void text_null(struct db_params *p)
{
    db_param_text(p, (struct str){NULL, 0});
}
static void bytea_value(struct db_params *p)
{
    db_param_bytea(p, "\0\377", 2);
}
static void uuid_value(struct db_params *p)
{
    db_param_uuid(p, &some_uuid);
}
static void uuid_null(struct db_params *p)
{
    db_param_uuid(p, NULL);
}
static void time_value(struct db_params *p)
{
    db_param_time(p, SECOND_ONE_US);
}
static void time_before_epoch(struct db_params *p)
{
    db_param_time(p, SECOND_ONE_US - 1000001);
}
static void date_value(struct db_params *p)
{
    db_param_date(p, 10958);
}
static void array_empty(struct db_params *p)
{
    db_array_open(p, DB_INT8);
    db_array_close(p);
}
static void array_int2(struct db_params *p)
{
    db_array_open(p, DB_INT2);
    db_array_int(p, -1);
    db_array_int(p, 258);
    db_array_close(p);
}
static void array_int8_with_null(struct db_params *p)
{
    db_array_open(p, DB_INT8);
    db_array_int(p, 1);
    db_array_null(p);
    db_array_close(p);
}
static void array_text(struct db_params *p)
{
    db_array_open(p, DB_TEXT);
    db_array_bytes(p, "", 0);
    db_array_bytes(p, "abc", 3);
    db_array_bytes(p, NULL, 0);
    db_array_close(p);
}
static void array_uuid(struct db_params *p)
{
    db_array_open(p, DB_UUID);
    db_array_uuid(p, &some_uuid);
    db_array_uuid(p, NULL);
    db_array_close(p);
}
static void array_date(struct db_params *p)
{
    db_array_open(p, DB_DATE);
    db_array_int(p, 10956);
    db_array_close(p);
}
static void array_bool_time(struct db_params *p)
{
    db_array_open(p, DB_TIME);
    db_array_time(p, SECOND_ONE_US);
    db_array_close(p);
}

struct wire_case {
    const char *name;
    void (*write)(struct db_params *p);
    const char *wanted_hex; /* NULL: the SQL NULL */
};
static const struct wire_case wire_cases[] = {
    {"null", null_value, NULL},
    {"true", bool_true, "01"},
    {"int2 -2", int2_negative, "fffe"},
    {"int4 max", int4_most, "7fffffff"},
    {"int8 min", int8_least, "8000000000000000"},
    {"text", text_value, "6162"},
    {"empty text is not null", text_empty, ""},
    {"null text", text_null, NULL},
    {"bytea", bytea_value, "00ff"},
    {"uuid", uuid_value, SOME_UUID_HEX},
    {"null uuid", uuid_null, NULL},
    {"time", time_value, "00000000000f4240"},
    {"time before 2000", time_before_epoch, "ffffffffffffffff"},
    {"date", date_value, "00000001"},
    {"empty array", array_empty, "000000000000000000000014"},
    {"int2 array", array_int2,
     "00000001"
     "00000000"
     "00000015"
     "00000002"
     "00000001"
     "00000002"
     "ffff"
     "00000002"
     "0102"},
    {"int8 array with null", array_int8_with_null,
     "00000001"
     "00000001"
     "00000014"
     "00000002"
     "00000001"
     "00000008"
     "0000000000000001"
     "ffffffff"},
    {"text array", array_text,
     "00000001"
     "00000001"
     "00000019"
     "00000003"
     "00000001"
     "00000000"
     "00000003"
     "616263"
     "ffffffff"},
    {"uuid array", array_uuid,
     "00000001"
     "00000001"
     "00000b86"
     "00000002"
     "00000001"
     "00000010" SOME_UUID_HEX "ffffffff"},
    {"date array before 2000", array_date,
     "00000001"
     "00000000"
     "0000043a"
     "00000001"
     "00000001"
     "00000004"
     "ffffffff"},
    {"time array", array_bool_time,
     "00000001"
     "00000000"
     "000004a0"
     "00000001"
     "00000001"
     "00000008"
     "00000000000f4240"},
};

static void check_param(const struct db_params *p, int index, const struct wire_case *c)
{
    char hex[512] = "";
    if (!c->wanted_hex) {
        assert_int_equal(p->offsets[index], -1);
        return;
    }
    assert_true(p->offsets[index] >= 0);
    if (p->lengths[index] > 0)
        format_hex((const uint8_t *)p->bytes.data + p->offsets[index], (size_t)p->lengths[index], hex);
    if (strcmp(hex, c->wanted_hex) != 0)
        fail_msg("%s: %s, wanted %s", c->name, hex, c->wanted_hex);
}

static void each_value_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wire_cases) / sizeof(wire_cases[0]); i++) {
        struct db_params p CLEANUP(db_params_free);
        db_params_init(&p, 1024);
        wire_cases[i].write(&p);
        assert_int_equal(p.count, 1);
        assert_false(p.failed);
        check_param(&p, 0, &wire_cases[i]);
    }
}

/* One after the other in one buffer, and again after a reset. */
static void all_values_together(void **state)
{
    (void)state;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, 4096);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof(wire_cases) / sizeof(wire_cases[0]); i++)
            wire_cases[i].write(&p);
        for (size_t i = 0; i < sizeof(wire_cases) / sizeof(wire_cases[0]); i++)
            check_param(&p, (int)i, &wire_cases[i]);
        assert_false(p.failed);
        db_params_reset(&p);
    }
}

static void a_full_buffer_fails_until_reset(void **state)
{
    (void)state;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, 16);
    db_param_text(&p, STR_LIT("0123456789"));
    assert_false(p.failed);
    db_param_text(&p, STR_LIT("0123456789"));
    assert_true(p.failed);
    db_param_bool(&p, true);
    assert_true(p.failed);
    db_params_reset(&p);
    db_param_bool(&p, true);
    assert_false(p.failed);
}

static void a_full_buffer_fails_an_array(void **state)
{
    (void)state;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, 64);
    db_array_open(&p, DB_INT8);
    for (int i = 0; i < 100; i++)
        db_array_int(&p, i);
    db_array_close(&p);
    assert_true(p.failed);
    db_params_reset(&p);
    db_array_open(&p, DB_TEXT);
    db_array_bytes(&p, "x", 65);
    db_array_close(&p);
    assert_true(p.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_alone),
        cmocka_unit_test(all_values_together),
        cmocka_unit_test(a_full_buffer_fails_until_reset),
        cmocka_unit_test(a_full_buffer_fails_an_array),
    };
    return cmocka_run_group_tests_name("db_params", tests, NULL, NULL);
}
