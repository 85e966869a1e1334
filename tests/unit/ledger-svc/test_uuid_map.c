/* test_uuid_map.c - finding among many, growing from too small a guess. */
#include "tests/unit/ledger-svc/domain_expect.h"

/* Linear probing is only fast while full slots do not lie in long runs. */
static size_t longest_run(const struct uuid_map *map)
{
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < map->slot_count; i++) {
        run = map->slots[i].key == NULL ? 0 : run + 1;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static void finds_what_was_added(void **state)
{
    (void)state;
    static struct uuid keys[3000];
    for (size_t i = 0; i < COUNT(keys); i++) {
        keys[i] =
            uuid7_make(NOW_US, (uint32_t)i, 0); /* alike but for the sequence, as ids of one batch are */
    }
    static const size_t guesses[] = {0, 1, 100, 3000};
    for (size_t g = 0; g < COUNT(guesses); g++) {
        struct arena arena;
        arena_init(&arena, 8u << 20);
        struct uuid_map map;
        uuid_map_init(&map, &arena, guesses[g]);
        for (size_t i = 0; i < COUNT(keys); i++) {
            assert_null(uuid_map_find(&map, &keys[i]));
            assert_true(uuid_map_add(&map, &arena, &keys[i], &keys[i]));
        }
        for (size_t i = 0; i < COUNT(keys); i++) {
            assert_ptr_equal(uuid_map_find(&map, &keys[i]), &keys[i]);
        }
        assert_true(longest_run(&map) < 40);
        struct uuid other = uuid7_make(NOW_US, 3001, 0);
        assert_null(uuid_map_find(&map, &other));
        arena_free(&arena);
    }
}

static void without_memory_it_stays_as_it_was(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 16); /* room for nothing */
    struct uuid_map map;
    uuid_map_init(&map, &arena, 8);
    struct uuid key = number_id(1);
    assert_null(uuid_map_find(&map, &key));
    assert_false(uuid_map_add(&map, &arena, &key, &key));
    assert_null(uuid_map_find(&map, &key));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_added),
        cmocka_unit_test(without_memory_it_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
