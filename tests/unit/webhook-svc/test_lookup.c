/* wrap: getaddrinfo freeaddrinfo clock_monotonic_us */
/* test_lookup.c - names of which no name server tells anything, and what their owner and others get
   meanwhile. No name is really looked up: those that begin with "slow" hang until they are let go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <netdb.h>

#include "shared/core/clock.h"
#include "shared/io/monitor.h"
#include "webhook-svc/edge/lookup.h"

#define PATIENCE_US INT64_C(20000000)
#define SLOW_NAMES  100

static struct monitor monitor; /* guards what follows */
static int hanging, most_hanging, found;
static bool let_go, is_away;
static _Atomic int64_t ahead_us; /* of the clock, for those who look up */

int64_t __real_clock_monotonic_us(void);
int64_t __wrap_clock_monotonic_us(void);
int64_t __wrap_clock_monotonic_us(void)
{
    return __real_clock_monotonic_us() + ahead_us;
}

int __wrap_getaddrinfo(const char *name, const char *port, const struct addrinfo *hints,
                       struct addrinfo **ret);
int __wrap_getaddrinfo(const char *name, const char *port, const struct addrinfo *hints,
                       struct addrinfo **ret)
{
    static struct sockaddr_in address = {.sin_family = AF_INET};
    static struct addrinfo info = {.ai_addr = (struct sockaddr *)&address};
    (void)port;
    (void)hints;
    monitor_lock(&monitor);
    bool is_slow = strncmp(name, "slow", 4) == 0;
    hanging += is_slow;
    most_hanging = hanging > most_hanging ? hanging : most_hanging;
    while (is_slow && !let_go)
        (void)monitor_wait(&monitor, clock_monotonic_us() + PATIENCE_US);
    hanging -= is_slow;
    monitor_broadcast(&monitor);
    bool is_silent = is_slow || is_away;
    monitor_unlock(&monitor);
    if (is_silent)
        return EAI_AGAIN;
    if (strncmp(name, "bad", 3) == 0)
        return EAI_NONAME;
    (void)inet_pton(AF_INET, "93.184.216.34", &address.sin_addr);
    *ret = &info;
    return 0;
}

void __wrap_freeaddrinfo(struct addrinfo *list);
void __wrap_freeaddrinfo(struct addrinfo *list)
{
    (void)list;
}

static void on_found(void *context)
{
    (void)context;
    monitor_lock(&monitor);
    found++;
    monitor_broadcast(&monitor);
    monitor_unlock(&monitor);
}

static bool find(struct lookup *l, const char *owner, const char *host, struct lookup_result *ret_result)
{
    struct webhook_target target = {.port = 443, .is_https = true};
    (void)snprintf(target.host, sizeof target.host, "%s", host);
    return lookup_find(l, owner, &target, ret_result);
}

/* How long that took. */
static int64_t wait_for(struct lookup *l, const char *owner, const char *host, enum status wanted)
{
    struct lookup_result result;
    int64_t begun_us = clock_monotonic_us();
    monitor_lock(&monitor);
    int before = found;
    monitor_unlock(&monitor);
    while (!find(l, owner, host, &result)) {
        int64_t now_us = clock_monotonic_us();
        if (now_us > begun_us + PATIENCE_US)
            fail_msg("%s is not found for %s", host, owner);
        lookup_tend(l);
        monitor_lock(&monitor);
        if (found == before)
            (void)monitor_wait(&monitor, __real_clock_monotonic_us() + 50000);
        before = found;
        monitor_unlock(&monitor);
    }
    assert_int_equal(result.status, wanted);
    return clock_monotonic_us() - begun_us;
}

static struct lookup *open_lookup(void)
{
    struct lookup *l = NULL;
    monitor_lock(&monitor); /* threads of the test before may still read these */
    let_go = is_away = false;
    most_hanging = 0;
    monitor_unlock(&monitor);
    assert_int_equal(lookup_open(&(struct lookup_options){.notify = on_found}, &l), STATUS_OK);
    return l;
}

static void wait_until_none_hangs(void)
{
    int64_t until_us = clock_monotonic_us() + PATIENCE_US;
    monitor_lock(&monitor);
    while (hanging > 0)
        if (!monitor_wait(&monitor, until_us))
            fail_msg("a look-up hangs");
    monitor_unlock(&monitor);
}

static void set(bool *flag, bool value)
{
    monitor_lock(&monitor);
    *flag = value;
    monitor_broadcast(&monitor);
    monitor_unlock(&monitor);
}

/* One owner's hundred slow names delay neither another's nor, of the same name, anybody else's. */
static void slow_names_delay_their_owner_alone(void **state)
{
    (void)state;
    struct lookup *l = open_lookup();
    struct lookup_result result;
    for (int i = 0; i < SLOW_NAMES; i++) {
        char host[64];
        (void)snprintf(host, sizeof host, "slow-%d.example", i);
        assert_false(find(l, "mallory", host, &result));
    }
    assert_true(wait_for(l, "alice", "shop.example", STATUS_OK) < 5000000);
    assert_true(wait_for(l, "bob", "shop.example", STATUS_OK) < 5000000);
    assert_false(find(l, "mallory", "shop.example", &result)); /* it waits behind its own */
    set(&let_go, true);
    (void)wait_for(l, "mallory", "shop.example", STATUS_OK);
    assert_int_equal(most_hanging, 2);
    lookup_close(l);
}

/* Sixteen owners, each with as many names as they like: who has none of those finds a thread, the first time
   and after all of theirs were slow once; and they do not get all threads again. */
static void many_with_slow_names_delay_no_other(void **state)
{
    (void)state;
    enum { OWNERS = 16, NAMES = 10, THREADS = 32 };
    struct lookup *l = open_lookup();
    struct lookup_result result;
    char host[64], owner[16];
    for (int i = 0; i < OWNERS * NAMES; i++) {
        (void)snprintf(owner, sizeof owner, "mallory-%d", i % OWNERS);
        (void)snprintf(host, sizeof host, "slow-%d.example", i);
        assert_false(find(l, owner, host, &result));
    }
    assert_true(wait_for(l, "alice", "shop.example", STATUS_OK) < 5000000);
    set(&let_go, true);
    (void)wait_for(l, "mallory-0", "shop.example", STATUS_OK);
    wait_until_none_hangs();
    monitor_lock(&monitor);
    let_go = false;
    most_hanging = 0;
    monitor_unlock(&monitor);
    for (int i = 0; i < OWNERS * NAMES; i++) {
        (void)snprintf(owner, sizeof owner, "mallory-%d", i % OWNERS);
        (void)snprintf(host, sizeof host, "slow-again-%d.example", i);
        (void)find(l, owner, host, &result);
    }
    assert_true(wait_for(l, "bob", "shop.example", STATUS_OK) < 1000000);
    assert_in_range(most_hanging, 1, THREADS / 2);
    set(&let_go, true);
    wait_until_none_hangs();
    lookup_close(l);
}

/* While the name server is away, what was good is still used. */
static void what_was_good_stays_so_for_a_while(void **state)
{
    (void)state;
    struct lookup *l = open_lookup();
    struct lookup_result result;
    (void)wait_for(l, "alice", "shop.example", STATUS_OK);
    set(&is_away, true);
    int64_t until_us = clock_monotonic_us() + PATIENCE_US; /* it is good for five seconds */
    int before = found;
    while (found == before && clock_monotonic_us() < until_us) {
        assert_true(find(l, "alice", "shop.example", &result));
        assert_int_equal(result.status, STATUS_OK);
        monitor_lock(&monitor);
        (void)monitor_wait(&monitor, clock_monotonic_us() + 50000);
        monitor_unlock(&monitor);
    }
    assert_true(found > before);
    assert_true(find(l, "alice", "shop.example", &result));
    assert_int_equal(result.status, STATUS_OK);
    (void)wait_for(l, "alice", "other.example", STATUS_UNAVAILABLE);
    lookup_close(l);
}

/* One after the other, each until it is known to be bad. */
static void find_bad(struct lookup *l, const char *owner, int count)
{
    for (int i = 0; i < count; i++) {
        char host[64];
        (void)snprintf(host, sizeof host, "bad-%d.example", i);
        (void)wait_for(l, owner, host, STATUS_NOT_FOUND);
    }
}

/* A bad name is kept for longer and longer, and a good one for five seconds: they must not have all places.
 */
static void bad_names_crowd_out_no_other(void **state)
{
    (void)state;
    enum { OWNERS = 5, NAMES = 102, ROUNDS = 4 };
    struct lookup *l = open_lookup();
    struct lookup_result result;
    for (int round = 0; round < ROUNDS; round++) {
        ahead_us += INT64_C(1100000) << round; /* they are asked for again */
        for (int i = 0; i < OWNERS; i++) {
            char owner[16];
            (void)snprintf(owner, sizeof owner, "mallory-%d", i);
            find_bad(l, owner, NAMES);
        }
    }
    (void)wait_for(l, "alice", "shop.example", STATUS_OK);
    (void)wait_for(l, "bob", "shop.example", STATUS_OK);
    find_bad(l, "mallory-0", NAMES + 20);
    ahead_us += 6000000; /* what is good is used while it is looked up again */
    assert_true(find(l, "alice", "shop.example", &result));
    assert_true(find(l, "bob", "shop.example", &result));
    lookup_close(l);
    ahead_us = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(slow_names_delay_their_owner_alone),
                                       cmocka_unit_test(many_with_slow_names_delay_no_other),
                                       cmocka_unit_test(what_was_good_stays_so_for_a_while),
                                       cmocka_unit_test(bad_names_crowd_out_no_other)};
    monitor_init(&monitor);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
