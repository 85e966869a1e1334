/* test_batch_objects.c - what a batch with holds or originals needs, before and after they are loaded: one
   order of locks for everybody, keys before objects before accounts. */
#include "tests/unit/ledger-svc/domain_hold.h"

#define PAY     "{\"from_account\":\"$1\",\"to_account\":\"$3\",\"amount\":1}"
#define CAPTURE "{\"hold\":\"#1\"}"
#define RELEASE "{\"hold\":\"#2\"}"

static struct command keyed(struct world *w, const char *name, const char *data, const char *key)
{
    struct command c = world_command(w, name, ann, data);
    set_key(&c, key);
    return c;
}

static bool has_account(const struct needs *n, int number)
{
    struct uuid id = number_id(number);
    for (size_t i = 0; i < n->accounts.count; i++) {
        if (uuid_compare(&n->accounts.ids[i], &id) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_lock(const struct lock_list *list, enum lock_space space, const struct uuid *id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->numbers[i] == lock_number(space, id)) {
            return true;
        }
    }
    return false;
}

static void assert_ascending(const struct lock_list *list)
{
    for (size_t i = 1; i < list->count; i++) {
        assert_true(list->numbers[i - 1] < list->numbers[i]);
    }
}

static void keys_before_objects_before_accounts(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        struct uuid id = uuid7_make(NOW_US + i, i, i);
        assert_true(lock_number(LOCK_KEY, &id) < 0);
        assert_true(lock_number(LOCK_OBJECT, &id) >= 0);
        assert_true(lock_number(LOCK_OBJECT, &id) < INT64_C(1) << 62);
        assert_true(lock_number(LOCK_ACCOUNT, &id) >= INT64_C(1) << 62);
    }
}

static void holds_tell_their_accounts(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add_all(&w, ann_and_bob);
    const struct command commands[] = {
        keyed(&w, "hold.release", RELEASE, "c"), keyed(&w, "transfer.create", PAY, "a"),
        keyed(&w, "hold.capture", CAPTURE, "b"), keyed(&w, "hold.capture", CAPTURE, "d")};
    struct needs n;
    batch_needs(commands, COUNT(commands), &n, &w.arena);
    assert_true(batch_has_objects(&n));
    assert_int_equal(n.holds.count, 2); /* each once */
    assert_true(uuid_compare(&n.holds.ids[0], &n.holds.ids[1]) < 0);
    assert_int_equal(n.accounts.count, 2); /* of the transfer */
    assert_int_equal(n.entries, 6);
    assert_int_equal(n.locks.count, 4 + 2);
    assert_int_equal(n.account_locks.count, 0);
    assert_ascending(&n.locks);
    assert_true(has_lock(&n.locks, LOCK_OBJECT, &n.holds.ids[0]));
    assert_true(has_lock(&n.locks, LOCK_OBJECT, &n.holds.ids[1]));

    world_add_hold(&w, 1, &(struct given_hold){.left_us = LEFT_US});
    world_add_hold(&w, 2, &(struct given_hold){.left_us = LEFT_US, .to_escrow = true});
    batch_needs_of_objects(&w.ledger, &n, &w.arena);
    static const int wanted[] = {1, 2, 3, ESCROW};
    assert_int_equal(n.accounts.count, COUNT(wanted));
    assert_int_equal(n.account_locks.count, COUNT(wanted));
    for (size_t i = 0; i < COUNT(wanted); i++) {
        struct uuid id = number_id(wanted[i]);
        assert_true(has_account(&n, wanted[i]));
        assert_true(has_lock(&n.account_locks, LOCK_ACCOUNT, &id));
    }
    assert_ascending(&n.account_locks);
    assert_true(n.locks.numbers[n.locks.count - 1] < n.account_locks.numbers[0]);
    world_end(&w);
}

static void unknown_holds_need_nothing_more(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    const struct command commands[] = {keyed(&w, "hold.capture", CAPTURE, "a"),
                                       keyed(&w, "transfer.create", PAY, "b")};
    struct needs n;
    batch_needs(commands, COUNT(commands), &n, &w.arena);
    batch_needs_of_objects(&w.ledger, &n, &w.arena);
    assert_int_equal(n.accounts.count, 2);
    assert_int_equal(n.account_locks.count, 2);
    world_end(&w);
}

static void originals_tell_the_accounts_of_their_entries(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct needs n;
    struct uuid id = number_id(7);
    char text[TYPEID_TEXT_SIZE], data[128];
    typeid_format("txn", &id, text);
    (void)snprintf(data, sizeof(data), "{\"transaction\":\"%s\",\"reason\":\"broken\"}", text);
    const struct command c = keyed(&w, "transaction.reverse", data, "a");
    batch_needs(&c, 1, &n, &w.arena);
    assert_true(batch_has_objects(&n));
    assert_int_equal(n.locks.count, 2);
    assert_true(has_lock(&n.locks, LOCK_OBJECT, &id));
    struct original *o = ledger_add_original(&w.ledger, &id);
    for (int i = 0; i < 4; i++) { /* accounts 1, 2, 1, 2 */
        struct original_entry *e = ledger_add_original_entry(&w.ledger, o);
        assert_non_null(e);
        e->account_id = number_id(1 + i % 2);
    }
    batch_needs_of_objects(&w.ledger, &n, &w.arena);
    assert_int_equal(n.accounts.count, 2);
    assert_true(has_account(&n, 1) && has_account(&n, 2));
    assert_int_equal(n.account_locks.count, 2);
    world_end(&w);
}

/* A batch that names all its accounts has all its locks at once. */
static void without_objects_nothing_waits(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    const struct command commands[] = {
        keyed(&w, "transfer.create", PAY, "a"),
        keyed(&w, "hold.authorize", "{\"account\":\"$1\",\"amount\":1,\"destination\":\"$2\"}", "b")};
    struct needs n;
    batch_needs(commands, COUNT(commands), &n, &w.arena);
    assert_false(batch_has_objects(&n));
    assert_int_equal(n.accounts.count, 3);
    assert_int_equal(n.locks.count, 2 + 3);
    assert_int_equal(n.account_locks.count, 0);
    assert_ascending(&n.locks);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_before_objects_before_accounts),
        cmocka_unit_test(holds_tell_their_accounts),
        cmocka_unit_test(unknown_holds_need_nothing_more),
        cmocka_unit_test(originals_tell_the_accounts_of_their_entries),
        cmocka_unit_test(without_objects_nothing_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
