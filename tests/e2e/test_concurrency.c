/* test_concurrency.c - many clients at the same accounts and at the same key, over two ingress and two
   ledger-svc. No fault is injected: no answer of the 5xx kind and no retry is excused. */
#include <string.h>

#include "e2e_statements.h"
#include "tests/e2e/scene.h"

#define CLIENTS          16
#define CALLS_PER_CLIENT 120
#define COPIES           50
#define ROUNDS           10

static struct harness h;
static struct scene scene;

struct crowd {
    const char *name;
    int accounts;
    enum load_shape shape;
    int64_t amount_max;
};

static void clients_crowd(void **state)
{
    const struct crowd *crowd = *state;
    scene_start(&scene, &h, crowd->accounts, 0);
    scene.load =
        load_start(&(struct load_options){.harness = &h,
                                          .accounts = (const char(*)[TYPEID_TEXT_SIZE])scene.accounts,
                                          .account_count = crowd->accounts,
                                          .shape = crowd->shape,
                                          .clients = CLIENTS,
                                          .amount_max = crowd->amount_max,
                                          .calls_per_client = CALLS_PER_CLIENT,
                                          .history = &scene.history});
    scene_finish(&scene, &h, crowd->name);
    assert_int_equal(scene.report.calls, CLIENTS * CALLS_PER_CLIENT);
    assert_int_equal(scene.report.server_errors, 0);
    assert_int_equal(scene.report.connection_errors, 0);
    assert_int_equal(harness_number(&h, E2E_SQL_COUNT_DEADLOCKS), 0); /* not even one that was repeated */
}

struct copy {
    pthread_t thread;
    struct client client;
    struct client_answer answer;
    const struct transfer_request *request;
    pthread_barrier_t *together;
};

static void *send_copy(void *context)
{
    struct copy *c = context;
    (void)pthread_barrier_wait(c->together);
    client_send(&c->client, "/v1/transfers", c->request->key, c->request->body, &c->answer);
    return NULL;
}

static void send_copies(const struct transfer_request *request, struct copy copies[COPIES])
{
    pthread_barrier_t together;
    assert_int_equal(pthread_barrier_init(&together, NULL, COPIES), 0);
    for (int i = 0; i < COPIES; i++) {
        copies[i] = (struct copy){.request = request, .together = &together};
        harness_client(&h, i % 2, &copies[i].client);
        assert_int_equal(pthread_create(&copies[i].thread, NULL, send_copy, &copies[i]), 0);
    }
    for (int i = 0; i < COPIES; i++) {
        (void)pthread_join(copies[i].thread, NULL);
        client_close(&copies[i].client);
    }
    (void)pthread_barrier_destroy(&together);
}

/* One executes, the others wait for it and get its very bytes. */
static void copies_of_one_key(void **state)
{
    (void)state;
    static struct copy copies[COPIES];
    scene_start(&scene, &h, 2, 0);
    for (int round = 1; round <= ROUNDS; round++) {
        struct transfer_request request;
        int created = 0;
        harness_new_transfer(scene.accounts[0], scene.accounts[1], 7, NULL, &request);
        send_copies(&request, copies);
        for (int i = 0; i < COPIES; i++) {
            const struct client_answer *a = &copies[i].answer;
            created += a->status == 201;
            assert_true(a->status == 201 || (a->status == 200 && a->replayed));
            assert_string_equal(a->body, copies[0].answer.body);
            assert_string_equal(a->content_type, copies[0].answer.content_type);
            history_add(&scene.history, request.key, a);
        }
        assert_int_equal(created, 1);
        assert_int_equal(harness_available(&h, scene.accounts[0]), SCENE_FUNDS - 7 * round);
    }
    scene_finish(&scene, &h, "copies of one key");
    assert_true(scene_never_logged(&h, "batch_failed")); /* the locks suffice: no wall was run into */
}

static int run(void)
{
    static struct crowd both_directions = {"both directions of a pair", 2, LOAD_ANY_PAIR, 50};
    static struct crowd ring = {"ring of accounts", 12, LOAD_RING, 50};
    static struct crowd overdrawing = {"more than there is", 3, LOAD_ANY_PAIR, SCENE_FUNDS};
    const struct CMUnitTest tests[] = {
        {"both directions of a pair", clients_crowd, NULL, NULL, &both_directions},
        {"ring of accounts", clients_crowd, NULL, NULL, &ring},
        {"more than there is", clients_crowd, NULL, NULL, &overdrawing},
        cmocka_unit_test(copies_of_one_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2, .ingresses = 2}, run);
}
