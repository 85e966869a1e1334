/* test_hold_races.c - captures, releases and the end of a hold's time at the same moment: exactly one of them
   happens; holds expire on time by themselves, whichever ledger-svc is there; and kill -9 of ledger-svc in
   the middle of all that. Two ingress, two ledger-svc; the shortest ttl there is. */
#include <jansson.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"
#include "shared/core/clock.h"
#include "shared/core/timefmt.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"

#define ROUNDS       6
#define HOLDS        15 /* of a round, raced for one after the other */
#define RACERS       8
#define AMOUNT       100
#define PART         40
#define EARLIEST_US  400000 /* before its end a hold is raced for */
#define LATEST_US    5000   /* after it */
#define APART_US     3000   /* how far the racers of a hold are from each other, unless they are late */
#define TTL_MS       1000
#define LATE_MS      1000 /* a hold may expire */
#define TAKEOVER_MS  3000 /* and this late when the process that sees to it was killed */
#define KILLS        6
#define KILLED_LIVES 40 /* holds that each client takes through their life */
#define CLIENTS      8
#define BACK_MS      15000

static struct harness h;

struct raced_hold {
    char id[TYPEID_TEXT_SIZE];
    int64_t expires_us, race_us;
    atomic_int captured, parts, released, expired, refused;
};
static struct raced_hold holds[HOLDS];

static json_t *body_of(const struct client_answer *a)
{
    return json_loadb(a->body, a->body_len, 0, NULL);
}

static bool says(const struct client_answer *a, const char *code)
{
    char found[64];
    return client_answer_string(a, "code", found, sizeof found) && strcmp(found, code) == 0;
}

/* Its id and when it ends. */
static void read_hold(const struct client_answer *a, struct raced_hold *ret_hold)
{
    *ret_hold = (struct raced_hold){.expires_us = 0};
    json_t *body = body_of(a);
    const json_t *hold = json_object_get(body, "hold");
    const char *id = json_string_value(json_object_get(hold, "id"));
    const char *expires_at = json_string_value(json_object_get(hold, "expires_at"));
    assert_true(a->status == 201 && id != NULL && expires_at != NULL);
    (void)snprintf(ret_hold->id, sizeof ret_hold->id, "%s", id);
    assert_int_equal(time_parse(str_of(expires_at), &ret_hold->expires_us), STATUS_OK);
    json_decref(body);
}

static void authorize(struct client *client, unsigned *seed, const char *account, struct raced_hold *ret_hold)
{
    struct client_answer a;
    char key[HARNESS_KEY_SIZE], body[128];
    harness_new_key(key);
    (void)snprintf(body, sizeof body, "{\"account\":\"%s\",\"amount\":%d,\"ttl_seconds\":1}", account,
                   AMOUNT);
    client_send(client, "/v1/holds", key, body, &a);
    read_hold(&a, ret_hold);
    ret_hold->race_us = ret_hold->expires_us - EARLIEST_US + rand_r(seed) % (EARLIEST_US + LATEST_US);
}

static void authorize_some(int count, char (*ret_account)[TYPEID_TEXT_SIZE])
{
    struct client client;
    unsigned seed = (unsigned)clock_monotonic_us();
    harness_open_funded(&h, "EUR", HOLDS * AMOUNT, 1, ret_account);
    harness_client(&h, 0, &client);
    for (int i = 0; i < count; i++)
        authorize(&client, &seed, ret_account[0], &holds[i]);
    client_close(&client);
}

struct racer {
    pthread_t thread;
    struct client client;
    unsigned seed;
    int number;
};

static void wait_until(int64_t unix_us)
{
    while (clock_unix_us() < unix_us)
        pause_ms(1);
}

/* Racers 0 to 4 capture all, 5 a part with more to come, the others release. */
static void race_for(struct racer *r, struct raced_hold *hold)
{
    static const char *const bodies[RACERS] = {
        "{}", "{}", "{}", "{}", "{}", "{\"amount\":40,\"final\":false}", "{}", "{}"};
    struct client_answer a;
    char key[HARNESS_KEY_SIZE], path[96];
    bool releases = r->number > 5;
    harness_new_key(key);
    (void)snprintf(path, sizeof path, "/v1/holds/%s/%s", hold->id, releases ? "release" : "capture");
    wait_until(hold->race_us + rand_r(&r->seed) % APART_US);
    client_send(&r->client, path, key, bodies[r->number], &a);
    atomic_int *count = releases ? &hold->released : r->number == 5 ? &hold->parts : &hold->captured;
    if (a.status == 200 || a.status == 201) {
        atomic_fetch_add(count, 1);
    } else if (a.status == 409 && says(&a, "hold_expired")) {
        atomic_fetch_add(&hold->expired, 1);
    } else if (a.status == 409 && says(&a, "invalid_hold_state")) {
        atomic_fetch_add(&hold->refused, 1);
    } else {
        (void)fprintf(stderr, "%s was answered %d: %s\n", path, a.status, a.body);
        atomic_fetch_add(&hold->captured, RACERS); /* fails the round */
    }
}

static void *race(void *context)
{
    struct racer *r = context;
    for (int i = 0; i < HOLDS; i++)
        race_for(r, &holds[i]);
    return NULL;
}

static bool no_hold_is_open(void *context)
{
    (void)context;
    return harness_number(&h, E2E_SQL_COUNT_OPEN_HOLDS) == 0;
}

/* One end each, and everybody was told the same. */
static void check_round(void)
{
    int captured = 0, released = 0, expired = 0;
    for (int i = 0; i < HOLDS; i++) {
        const struct raced_hold *hold = &holds[i];
        int ends = hold->captured + hold->released;
        if (ends > 1 || (ends == 1 && hold->expired > 0) || (ends == 0 && hold->refused > 0))
            fail_msg("%s: %d captured it, %d took a part, %d released it, %d were told that it has expired, "
                     "%d that it had ended",
                     hold->id, hold->captured, hold->parts, hold->released, hold->expired, hold->refused);
        captured += hold->captured;
        released += hold->released;
        expired += ends == 0;
    }
    print_message("of %d holds %d were captured, %d released, %d expired\n", HOLDS, captured, released,
                  expired);
}

static void run_round(void)
{
    static struct racer racers[RACERS];
    char account[1][TYPEID_TEXT_SIZE];
    authorize_some(HOLDS, account);
    for (int i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){.number = i, .seed = (unsigned)clock_monotonic_us() + (unsigned)i};
        harness_client(&h, i % 2, &racers[i].client);
        assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < RACERS; i++) {
        (void)pthread_join(racers[i].thread, NULL);
        client_close(&racers[i].client);
    }
    assert_true(eventually(no_hold_is_open, NULL, TTL_MS + LATE_MS));
    check_round();
}

static void exactly_one_end(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++)
        run_round();
    assert_int_equal(money_check(&h, NULL), 0);
    assert_int_equal(harness_number(&h, E2E_SQL_COUNT_DEADLOCKS), 0);
    assert_true(scene_never_logged(&h, "batch_failed")); /* the locks suffice: no wall was run into */
}

/* Nobody asks for them meanwhile. */
static void on_time_without_being_read(void **state)
{
    (void)state;
    char account[1][TYPEID_TEXT_SIZE];
    authorize_some(HOLDS, account);
    assert_true(eventually(no_hold_is_open, NULL, TTL_MS + LATE_MS));
    int64_t late_ms = harness_number(&h, E2E_SQL_READ_LATEST_EXPIRY);
    print_message("the latest hold expired %lld ms late\n", (long long)late_ms);
    assert_true(late_ms <= LATE_MS);
    assert_int_equal(harness_available(&h, account[0]), HOLDS * AMOUNT);
    assert_int_equal(money_check(&h, NULL), 0);
}

/* Whoever sees to it is killed, the other one takes over: each of the two is killed once. */
static void on_time_without_one_process(void **state)
{
    (void)state;
    for (int killed = 0; killed < 2; killed++) {
        char account[1][TYPEID_TEXT_SIZE];
        authorize_some(HOLDS, account);
        assert_int_not_equal(program_stop(&h.ledgers[killed], SIGKILL, BACK_MS), PROGRAM_STILL_RUNS);
        assert_true(eventually(no_hold_is_open, NULL, TTL_MS + TAKEOVER_MS));
        assert_int_equal(harness_available(&h, account[0]), HOLDS * AMOUNT);
        program_start(&h.ledgers[killed]);
        assert_true(program_wait_ready(&h.ledgers[killed], HARNESS_READY_MS));
    }
    assert_int_equal(money_check(&h, NULL), 0);
}

struct life {
    pthread_t thread;
    struct client client;
    unsigned seed;
    const char *from, *to;
    atomic_int *done;
    int wrong;
    struct client_answer answer, again;
};

/* Answers with the hold, the same to a repetition; what is expected, or hold_expired, invalid_hold_state
   after one. */
static void ask(struct life *l, const char *path, const char *body)
{
    char key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    client_call(&l->client, path, key, body, &l->answer);
    client_call(&l->client, path, key, body, &l->again);
    int status = l->answer.status == 201 ? 200 : l->answer.status;
    if (l->again.status != status || !l->again.replayed || strcmp(l->again.body, l->answer.body) != 0) {
        (void)fprintf(stderr, "%s: %d %s\n  and again: %d %s\n", path, l->answer.status, l->answer.body,
                      l->again.status, l->again.body);
        l->wrong++;
    }
}

static void live(struct life *l)
{
    char body[192], path[96];
    struct raced_hold hold;
    (void)snprintf(body, sizeof body, "{\"account\":\"%s\",\"amount\":%d,\"destination\":\"%s\"}", l->from,
                   AMOUNT, l->to);
    ask(l, "/v1/holds", body);
    json_t *answer = body_of(&l->answer);
    const char *id = json_string_value(json_object_get(json_object_get(answer, "hold"), "id"));
    (void)snprintf(hold.id, sizeof hold.id, "%s", id == NULL ? "" : id);
    json_decref(answer);
    if (hold.id[0] == '\0') {
        l->wrong++;
        return;
    }
    (void)snprintf(path, sizeof path, "/v1/holds/%s/capture", hold.id);
    (void)snprintf(body, sizeof body, "{\"amount\":%d,\"final\":false}", PART);
    ask(l, path, body);
    if (rand_r(&l->seed) % 2 == 0) {
        ask(l, path, "{}");
    } else {
        (void)snprintf(path, sizeof path, "/v1/holds/%s/release", hold.id);
        ask(l, path, "{}");
    }
    l->wrong += l->answer.status != 200 && l->answer.status != 201;
}

static void *live_on(void *context)
{
    struct life *l = context;
    for (int i = 0; i < KILLED_LIVES; i++) {
        live(l);
        (void)atomic_fetch_add(l->done, 1);
    }
    return NULL;
}

static void kill_meanwhile(const atomic_int *done)
{
    unsigned seed = (unsigned)clock_monotonic_us();
    for (int i = 0; i < KILLS && atomic_load(done) < CLIENTS * KILLED_LIVES; i++) {
        struct program *p = &h.ledgers[i % 2];
        int ends = program_ends(p);
        pause_ms(50 + rand_r(&seed) % 100); /* anywhere */
        program_signal(p, SIGKILL);
        assert_true(program_wait_ends(p, ends + 1, BACK_MS));
        assert_true(program_wait_ready(p, BACK_MS));
    }
}

static void killed_meanwhile(void **state)
{
    (void)state;
    static struct life lives[CLIENTS];
    static atomic_int done;
    static char accounts[2][TYPEID_TEXT_SIZE];
    harness_open_funded(&h, "EUR", CLIENTS * KILLED_LIVES * AMOUNT, 2, accounts);
    harness_keep_all(&h, true);
    for (int i = 0; i < CLIENTS; i++) {
        lives[i] = (struct life){.seed = (unsigned)i, .from = accounts[i % 2], .to = accounts[1 - i % 2]};
        lives[i].done = &done;
        harness_client(&h, i % 2, &lives[i].client);
        assert_int_equal(pthread_create(&lives[i].thread, NULL, live_on, &lives[i]), 0);
    }
    kill_meanwhile(&done);
    int wrong = 0;
    for (int i = 0; i < CLIENTS; i++) {
        (void)pthread_join(lives[i].thread, NULL);
        client_close(&lives[i].client);
        wrong += lives[i].wrong;
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(harness_number(&h, E2E_SQL_COUNT_OPEN_HOLDS), 0);
    int64_t funds = harness_available(&h, accounts[0]) + harness_available(&h, accounts[1]);
    assert_int_equal(funds, 2 * CLIENTS * KILLED_LIVES * AMOUNT);
    assert_int_equal(money_check(&h, NULL), 0);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exactly_one_end),
        cmocka_unit_test(on_time_without_being_read),
        cmocka_unit_test(on_time_without_one_process),
        cmocka_unit_test(killed_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2, .ingresses = 2}, run);
}
