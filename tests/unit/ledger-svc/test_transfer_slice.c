/* test_transfer_slice.c - a batch worked off in slices: what each has, how its key and its stored answer
   follow, and that all of them together are what the batch in one piece would have been. */
#include "ledger-svc/domain/transfer_batch.h"
#include "tests/unit/ledger-svc/domain_expect.h"

#define DAY_US     INT64_C(86400000000)
#define MOVE(n)    "{\"from_account\":\"$1\",\"to_account\":\"$2\",\"amount\":" n "}"
#define FIVE       MOVE("1") "," MOVE("2") "," MOVE("90") "," MOVE("3") "," MOVE("4")
#define BATCH(m)   "{\"mode\":\"" m "\",\"transfers\":[" FIVE "]}"
#define ROUNDS_MAX 8

static const struct slice_rules two = {.transfers_max = 2, .key_window_days = 1};

static void start(struct world *w, struct command *ret_whole, const char *mode)
{
    world_start(w);
    world_add(w, &(struct given){1, "ann", "EUR", 50, 0, 0, ACCOUNT_open});
    world_add(w, &(struct given){2, "bob", "EUR", 0, 0, 0, ACCOUNT_open});
    *ret_whole = world_command(w, "transfer.batch", ann, mode);
    set_key(ret_whole, "k");
}

static void decide(struct world *w, const struct command *c, const struct stored_key *known,
                   struct answer *ret_answer)
{
    const struct batch_input in = {
        .commands = c, .command_count = 1, .keys = known, .key_count = known == NULL ? 0 : 1};
    assert_int_equal(batch_decide(&w->ledger, &in, NOW_US, ret_answer), STATUS_OK);
}

/* Every slice after the other; their bodies, and all results. */
static size_t all_slices(struct world *w, const struct command *whole, struct str bodies[ROUNDS_MAX],
                         struct buf *results)
{
    struct slice_place place = {0};
    size_t count = 0;
    do {
        struct transfer_batch part;
        struct command slice;
        struct answer a;
        struct str text;
        slice_make(whole, &place, &two, &part, &slice);
        decide(w, &slice, NULL, &a);
        assert_int_equal(a.status, 200);
        assert_true(count < ROUNDS_MAX && slice_read(whole, a.body, &place, &text));
        buf_add_str(results, count == 0 ? "{\"results\":[" : ",");
        buf_add(results, text.data, text.len);
        bodies[count++] = a.body;
    } while (place.first > 0);
    buf_add_str(results, "]}");
    return count;
}

static void statuses(const struct str *body, char *out, size_t size)
{
    struct problem problem;
    json_t *root = NULL, *result;
    size_t i;
    int len = 0;
    assert_int_equal(json_parse_object(*body, &root, &problem), STATUS_OK);
    json_array_foreach(json_object_get(root, "results"), i, result)
    {
        assert_int_equal(json_integer_value(json_object_get(result, "index")), i);
        len += snprintf(out + len, size - (size_t)len, "%lld ",
                        json_integer_value(json_object_get(result, "status")));
    }
    json_decref(root);
}

static void slices_are_the_whole(void **state)
{
    (void)state;
    struct world w, once;
    struct command whole, same;
    struct answer a;
    struct str bodies[ROUNDS_MAX];
    struct buf results;
    char sliced[64], in_one[64], entries[TEXT_MAX], entries_in_one[TEXT_MAX];
    buf_init(&results, 1 << 16);
    start(&w, &whole, BATCH("each"));
    start(&once, &same, BATCH("each"));
    assert_int_equal(all_slices(&w, &whole, bodies, &results), 3);
    decide(&once, &same, NULL, &a);
    struct str joined = {results.data, results.len};
    statuses(&joined, sliced, sizeof(sliced));
    statuses(&a.body, in_one, sizeof(in_one));
    assert_string_equal(sliced, "201 201 402 201 201 ");
    assert_string_equal(sliced, in_one);
    assert_string_equal(entries_text(&w, entries), entries_text(&once, entries_in_one));
    assert_int_equal(joined.len, a.body.len);
    assert_int_equal(w.ledger.plan.key_count, 3);
    buf_free(&results);
    world_end(&w);
    world_end(&once);
}

/* The stored answers say how the batch was cut; only the first is under the client's key. */
static void stored_answers(void **state)
{
    (void)state;
    struct world w;
    struct command whole;
    struct str bodies[ROUNDS_MAX];
    struct buf results;
    buf_init(&results, 1 << 16);
    start(&w, &whole, BATCH("each"));
    assert_int_equal(all_slices(&w, &whole, bodies, &results), 3);
    assert_true(str_take(&bodies[0], STR_LIT("{\"batch\":\"batch_")));
    assert_true(str_take(&bodies[1], STR_LIT("{\"next\":4,\"results\":[{\"index\":2,\"status\":402,")));
    assert_true(str_take(&bodies[2], STR_LIT("{\"results\":[{\"index\":4,")));
    const struct key_row *keys = w.ledger.plan.keys;
    assert_int_equal(uuid_compare(&keys[0].digest, &whole.key_digest), 0);
    for (size_t i = 0; i < 3; i++) {
        assert_true(str_eq(keys[i].key, whole.envelope.key) && keys[i].status == 200);
        assert_true(digest_equal(&keys[i].fingerprint, &whole.envelope.fingerprint));
        assert_int_equal(uuid_compare(&keys[i].command_id, &whole.envelope.id), 0);
        assert_int_not_equal(uuid_compare(&keys[i].digest, &keys[(i + 1) % 3].digest), 0);
    }
    buf_free(&results);
    world_end(&w);
}

/* What is stored decides where it goes on, not the size of slices of today. */
static void another_size_goes_on(void **state)
{
    (void)state;
    struct world w;
    struct command whole, slice;
    struct transfer_batch part;
    struct answer a;
    struct str text;
    struct slice_place place = {0};
    start(&w, &whole, BATCH("each"));
    slice_make(&whole, &place, &two, &part, &slice);
    decide(&w, &slice, NULL, &a);
    const struct key_row *row = &w.ledger.plan.keys[0];
    const struct stored_key known = {row->digest, row->fingerprint, {{7}}, row->status, row->body};
    const struct slice_rules ten = {.transfers_max = 10, .key_window_days = 1};
    slice_make(&whole, &place, &ten, &part, &slice);
    assert_int_equal(part.count, 5);
    decide(&w, &slice, &known, &a);
    assert_true(a.replayed && slice_read(&whole, a.body, &place, &text));
    assert_int_equal(place.first, 2);
    slice_make(&whole, &place, &ten, &part, &slice);
    assert_true(part.first == 2 && part.count == 3 && part.next == 0);
    decide(&w, &slice, NULL, &a);
    assert_true(slice_read(&whole, a.body, &place, &text));
    assert_int_equal(place.first, 0);
    assert_int_equal(w.ledger.plan.transaction_count, 4);
    world_end(&w);
}

/* With none of it stored a key that is used again begins another batch: none of the old slices is its own. */
static void each_use_of_a_key_has_its_own(void **state)
{
    (void)state;
    struct world w;
    struct command whole, second[2];
    struct answer a;
    struct str text;
    start(&w, &whole, BATCH("each"));
    for (int use = 0; use < 2; use++) {
        struct transfer_batch part;
        struct slice_place place = {0};
        slice_make(&whole, &place, &two, &part, &second[use]);
        decide(&w, &second[use], NULL, &a);
        assert_true(slice_read(&whole, a.body, &place, &text));
        slice_make(&whole, &place, &two, &part, &second[use]);
    }
    assert_int_not_equal(uuid_compare(&second[0].key_digest, &second[1].key_digest), 0);
    world_end(&w);
}

static void some_stay_in_one_piece(void **state)
{
    (void)state;
    static const char *const modes[] = {BATCH("all_or_none"), BATCH("each"), BATCH("each")};
    for (int i = 0; i < 3; i++) {
        struct world w;
        struct command whole, slice;
        struct transfer_batch part;
        const struct slice_rules rules = {.transfers_max = i == 2 ? 5 : 2, .key_window_days = 1};
        start(&w, &whole, modes[i]);
        if (i == 1) {
            set_source(&whole, "webhook:we_1");
        }
        slice_make(&whole, &(struct slice_place){0}, &rules, &part, &slice);
        assert_true(part.count == 5 && part.next == 0);
        assert_int_equal(uuid_compare(&slice.key_digest, &whole.key_digest), 0);
        world_end(&w);
    }
}

/* Past the time in which its answer would be found, a slice may have been made: it is not made then. */
static void too_late_for_the_rest(void **state)
{
    (void)state;
    static const struct {
        int64_t window_days, later_days;
        int status;
    } cases[] = {{1, 0, 200}, {1, 1, 200}, {1, 2, 504}, {3, 3, 200}, {3, 4, 504}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct world w;
        struct command whole, slice;
        struct transfer_batch part;
        struct answer a;
        struct str text;
        struct slice_place place = {0};
        const struct slice_rules rules = {.transfers_max = 2, .key_window_days = cases[i].window_days};
        start(&w, &whole, BATCH("each"));
        whole.deadline_us += 10 * DAY_US;
        slice_make(&whole, &place, &rules, &part, &slice);
        decide(&w, &slice, NULL, &a);
        assert_true(slice_read(&whole, a.body, &place, &text));
        slice_make(&whole, &place, &rules, &part, &slice);
        /* the last microsecond of that day */
        w.ledger.now_us = (NOW_US / DAY_US + cases[i].later_days + 1) * DAY_US - 1;
        decide(&w, &slice, NULL, &a);
        assert_int_equal(a.status, cases[i].status);
        assert_int_equal(w.ledger.plan.key_count, cases[i].status == 200 ? 2 : 1);
        world_end(&w);
    }
}

static void no_answer_of_it(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "{}",
        "{\"results\":[",
        "{\"results\":{}}",
        "{\"next\":0,\"results\":[]}",
        "{\"next\":5,\"results\":[]}",
        "{\"next\":-1,\"results\":[]}",
        "{\"next\":1",
        "{\"next\":x,\"results\":[]}",
        "{\"batch\":\"batch_\",\"next\":2,\"results\":[]}",
        "{\"batch\":\"batch_01m7zaaseefq182j9nmz8f6zq6",
        "{\"batch\":\"acct_01m7zaaseefq182j9nmz8f6zq6\",\"next\":2,\"results\":[]}",
        "{\"type\":\"/problems/busy\"}",
    };
    struct world w;
    struct command each, all;
    struct str text;
    start(&w, &each, BATCH("each"));
    all = world_command(&w, "transfer.batch", ann, BATCH("all_or_none"));
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct slice_place place = {0};
        if (slice_read(&each, str_of(bodies[i]), &place, &text)) {
            fail_msg("%s", bodies[i]);
        }
        assert_true(place.first == 0 && uuid_is_zero(&place.batch));
    }
    struct slice_place place = {.first = 3};
    assert_false(slice_read(&each, STR_LIT("{\"next\":3,\"results\":[]}"), &place, &text));
    assert_true(slice_read(&each, STR_LIT("{\"next\":4,\"results\":[]}"), &place, &text));
    place.first = 0;
    assert_false(slice_read(&all, STR_LIT("{\"next\":4,\"results\":[]}"), &place, &text));
    assert_true(slice_read(&all, STR_LIT("{\"results\":[1]}"), &place, &text));
    assert_str(text, "1");
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_are_the_whole),   cmocka_unit_test(stored_answers),
        cmocka_unit_test(another_size_goes_on),   cmocka_unit_test(each_use_of_a_key_has_its_own),
        cmocka_unit_test(some_stay_in_one_piece), cmocka_unit_test(too_late_for_the_rest),
        cmocka_unit_test(no_answer_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
