/* test_collect.c - lists of ids and of what was found: each once, bounded, and what is beyond is told. */
#include "recon-svc/domain/id_list.h"
#include "tests/unit/recon-svc/recon_expect.h"

static struct uuid id_of(int number)
{
    return (struct uuid){.bytes = {[14] = (uint8_t)(number >> 8), [15] = (uint8_t)number}};
}

static void ids_are_sorted_each_once(void **state)
{
    (void)state;
    static const int given[] = {3, 3, 1, 2, 3, 1};
    struct id_list l;
    id_list_init(&l, 100);
    id_list_sort(&l);
    for (size_t i = 0; i < COUNT(given); i++) {
        struct uuid id = id_of(given[i]);
        id_list_add(&l, &id);
    }
    id_list_sort(&l);
    assert_int_equal(l.count, 3);
    struct uuid two = id_of(2), four = id_of(4);
    assert_true(id_list_has(&l, &two));
    assert_false(id_list_has(&l, &four));
    id_list_drop_up_to(&l, &two);
    assert_int_equal(l.count, 1);
    assert_int_equal(l.ids[0].bytes[15], 3);
    id_list_drop_up_to(&l, &four);
    assert_int_equal(l.count, 0);
    assert_false(id_list_has(&l, &two));
    id_list_free(&l);
}

static void ids_are_bounded(void **state)
{
    (void)state;
    struct id_list l;
    id_list_init(&l, 70);
    for (int i = 0; i < 71; i++) {
        struct uuid id = id_of(i);
        id_list_add(&l, &id);
    }
    assert_int_equal(l.count, 70);
    assert_true(l.is_full);
    id_list_clear(&l);
    assert_false(l.is_full);
    id_list_free(&l);
}

static void each_thing_is_found_once(void **state)
{
    (void)state;
    struct anomalies found = {0};
    struct anomaly a = {.check = CHECK_entry_note_mismatch, .type = OBJECT_transaction, .id = id_of(1)};
    anomalies_add(&found, &a);
    anomalies_add(&found, &a);
    a.id = id_of(2);
    anomalies_add(&found, &a);
    assert_int_equal(found.count, 2);
    assert_string_equal(found.all[0].object, "txn_00000000000000000000000001");
    assert_string_equal(found.all[0].detail, check_row(CHECK_entry_note_mismatch)->sentence);
    assert_false(found.is_truncated);
    anomalies_free(&found);
}

static void of_a_kind_a_thousand_are_kept(void **state)
{
    (void)state;
    struct anomalies found = {0};
    struct anomaly a = {.check = CHECK_entry_note_mismatch, .type = OBJECT_transaction};
    for (int i = 0; i < ANOMALIES_PER_CHECK_MAX + 5; i++) {
        a.id = id_of(i);
        anomalies_add(&found, &a);
    }
    assert_int_equal(found.count, ANOMALIES_PER_CHECK_MAX);
    assert_int_equal(found.found[CHECK_entry_note_mismatch], ANOMALIES_PER_CHECK_MAX + 5);
    assert_true(found.is_truncated);
    assert_true(found.is_cut[CHECK_entry_note_mismatch]);
    assert_false(found.is_cut[CHECK_amount_mismatch]);
    a.check = CHECK_amount_mismatch;
    anomalies_add(&found, &a);
    assert_int_equal(found.count, ANOMALIES_PER_CHECK_MAX + 1);
    anomalies_free(&found);
}

static void types_of_objects_have_words(void **state)
{
    (void)state;
    for (int t = 0; t < OBJECT_TYPE_COUNT; t++) {
        enum object_type found;
        assert_int_equal(object_type_find(str_of(object_type_word((enum object_type)t)), &found), STATUS_OK);
        assert_int_equal(found, t);
    }
    enum object_type found;
    assert_int_equal(object_type_find(STR_LIT("thing"), &found), STATUS_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_sorted_each_once),    cmocka_unit_test(ids_are_bounded),
        cmocka_unit_test(each_thing_is_found_once),    cmocka_unit_test(of_a_kind_a_thousand_are_kept),
        cmocka_unit_test(types_of_objects_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
