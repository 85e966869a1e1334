/* pulse.c - see pulse.h. */
#include "ingress/edge/pulse.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "shared/contract/command.h"
#include "shared/core/clock.h"
#include "shared/io/heartbeat.h"
#include "shared/io/service.h"

#define PERIOD_US     INT64_C(5000000)
#define ANSWER_US     INT64_C(1000000) /* a stop waits for it */
#define STOP_CHECK_NS 100000000L

struct pulse {
    pthread_t thread;
    struct rpc *rpc;
    struct bus *bus;
    struct heartbeat *heartbeat;
};

static bool is_answered(struct pulse *p)
{
    const struct rpc_call call = {
        .subject = COMMAND_HEARTBEAT_SUBJECT, .data = "", .deadline_us = clock_unix_us() + ANSWER_US};
    natsMsg *reply = NULL;
    struct str body;
    int status = 0;
    bool replayed;
    if (rpc_request(p->rpc, &call, &reply) != STATUS_OK) {
        return false;
    }
    struct str text = {natsMsg_GetData(reply), (size_t)natsMsg_GetDataLength(reply)};
    bool is_good = reply_read(text, &status, &replayed, &body) == STATUS_OK && status == 200;
    bus_discard(p->bus, reply);
    return is_good;
}

static void rest_until(int64_t until_us)
{
    const struct timespec part = {.tv_nsec = STOP_CHECK_NS};
    while (!service_is_stopping() && clock_monotonic_us() < until_us) {
        (void)nanosleep(&part, NULL);
    }
}

static void *pulse_main(void *context)
{
    struct pulse *p = context;
    while (!service_is_stopping()) {
        int64_t began_us = clock_monotonic_us();
        if (is_answered(p)) {
            heartbeat_until(p->heartbeat, began_us);
        }
        rest_until(began_us + PERIOD_US);
    }
    nats_ReleaseThreadMemory();
    return NULL;
}

enum status pulse_start(struct rpc *rpc, struct bus *bus, struct pulse **ret_pulse)
{
    struct pulse *p = calloc(1, sizeof(*p));
    if (p == NULL) {
        return STATUS_NO_MEMORY;
    }
    p->rpc = rpc;
    p->bus = bus;
    p->heartbeat = heartbeat_add("ingress");
    if (pthread_create(&p->thread, NULL, pulse_main, p) != 0) {
        free(p);
        return STATUS_FAILED;
    }
    *ret_pulse = p;
    return STATUS_OK;
}

void pulse_join(struct pulse *p)
{
    if (p == NULL) {
        return;
    }
    (void)pthread_join(p->thread, NULL);
    free(p);
}
