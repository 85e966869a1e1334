/* inbound.h - webhook events for webhook-svc's tests: rows as ledger-svc writes them, messages as its relay
   publishes them, and what has become of them. What cannot work aborts the test with a sentence. */
#ifndef TESTS_E2E_INBOUND_H
#define TESTS_E2E_INBOUND_H

#include <nats/nats.h>

#include "tests/e2e/harness.h"

#define INBOUND_MAX 32768

struct inbound {
    struct harness *h;
    struct db *db;
    natsConnection *ops, *ledger;
    jsCtx *js; /* of ledger, which may change streams */
    size_t count;
    struct uuid work[INBOUND_MAX]; /* of all events so far */
};
enum inbound_state { INBOUND_RECEIVED, INBOUND_PROCESSING, INBOUND_PROCESSED, INBOUND_FAILED, INBOUND_DEAD };
struct inbound_counts {
    int64_t states[INBOUND_DEAD + 1];
};
struct inbound_work {
    char state[16], error[512];
    int64_t generation, attempts, updated_us;
};
struct inbound_dead {
    int64_t all, open, published, of_dead_work, missing;
};

/* Connects and waits until the streams are there. */
void inbound_open(struct inbound *in, struct harness *h);
void inbound_close(struct inbound *in);
/* A connection of its own, with the permissions of a service. */
natsConnection *inbound_connect(const struct inbound *in, const char *user);
/* Adds rows only; the index of the first. */
size_t inbound_add(struct inbound *in, const char *prefix, int count, const char *type, const char *payload);
void inbound_fail(struct inbound *in, const char *prefix, int count, int times);
/* Messages for the work from index on; copies have no message id from the second on. */
void inbound_publish(struct inbound *in, size_t first, size_t count, int copies);
void inbound_publish_by_hand(struct inbound *in, size_t index);

#define INBOUND_ANSWER_SIZE 65536
/* Asks a service of operators as `nats req` does: the status in its answer, 0 without one. */
int inbound_ask(struct inbound *in, const char *service, const char *request,
                char ret_body[INBOUND_ANSWER_SIZE]);
void inbound_id(const struct inbound *in, size_t index, char ret_id[TYPEID_TEXT_SIZE]);
/* ledger-svc has made them. */
bool inbound_has_streams(void *inbound);
/* From now on PAY_WORK takes so many messages at most and refuses more; -1: any number. */
void inbound_limit_work(struct inbound *in, int64_t messages);
/* It takes none, as if it were full. ledger-svc, which mends what it knows of a stream every five seconds
   (that PAY_DLQ forgets the oldest instead, for one), leaves that alone. */
void inbound_refuse(struct inbound *in, const char *stream, bool refuses);
/* The open dead letter of a piece of work. */
void inbound_dead_letter(struct inbound *in, size_t index, char ret_id[TYPEID_TEXT_SIZE], int64_t *ret_seq);

struct inbound_counts inbound_count(struct inbound *in);
/* Until nothing is unfinished. */
bool inbound_wait(struct inbound *in, int timeout_ms);
struct inbound_work inbound_find(struct inbound *in, size_t index);
struct inbound_dead inbound_dead(struct inbound *in);
/* From its row to its latest change. */
int64_t inbound_latency_us(struct inbound *in, size_t index);
/* Every event has at most one effect; the number of effects. */
int64_t inbound_effects(struct inbound *in);
int64_t inbound_stream_messages(struct inbound *in, const char *stream);

#endif
