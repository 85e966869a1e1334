/* wrap: getaddrinfo freeaddrinfo */
/* test_name_check.c - what names lead to when an endpoint is written down. No name is really looked up: the
   stand-in says what it has, and those that begin with "slow" hang until they are let go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <netdb.h>

#include "ingress/edge/name_check.h"
#include "shared/core/clock.h"
#include "shared/io/monitor.h"

#define PATIENCE_US INT64_C(20000000)

static struct monitor monitor; /* guards what follows */
static int asked, hanging;
static bool let_go;

/* The address that a name begins with, by dashes: "10-0-0-1.example". */
int __wrap_getaddrinfo(const char *name, const char *port, const struct addrinfo *hints,
                       struct addrinfo **ret);
int __wrap_getaddrinfo(const char *name, const char *port, const struct addrinfo *hints,
                       struct addrinfo **ret)
{
    static _Thread_local struct sockaddr_in address;
    static _Thread_local struct addrinfo info;
    unsigned a, b, c, d;
    char text[INET_ADDRSTRLEN];
    (void)port;
    (void)hints;
    monitor_lock(&monitor);
    bool is_slow = strncmp(name, "slow", 4) == 0;
    asked++;
    hanging += is_slow;
    monitor_broadcast(&monitor);
    while (is_slow && !let_go) {
        (void)monitor_wait(&monitor, clock_monotonic_us() + PATIENCE_US);
    }
    hanging -= is_slow;
    monitor_broadcast(&monitor);
    monitor_unlock(&monitor);
    if (strncmp(name, "away", 4) == 0) {
        return EAI_AGAIN;
    }
    if (sscanf(name, "%u-%u-%u-%u.", &a, &b, &c, &d) != 4) {
        return EAI_NONAME;
    }
    (void)snprintf(text, sizeof(text), "%u.%u.%u.%u", a, b, c, d);
    address = (struct sockaddr_in){.sin_family = AF_INET};
    assert_int_equal(inet_pton(AF_INET, text, &address.sin_addr), 1);
    info = (struct addrinfo){.ai_addr = (struct sockaddr *)&address};
    *ret = &info;
    return 0;
}

void __wrap_freeaddrinfo(struct addrinfo *list);
void __wrap_freeaddrinfo(struct addrinfo *list)
{
    (void)list;
}

static enum status check(const char *host, bool development)
{
    struct webhook_target target = {.port = 443, .is_https = true};
    char reason[WEBHOOK_REASON_SIZE] = "";
    (void)snprintf(target.host, sizeof(target.host), "%s", host);
    enum status s = name_check(&target, development, reason);
    assert_int_equal(s == STATUS_INVALID, strcmp(reason, "has an address that is not public") == 0);
    return s;
}

static void names_lead_somewhere(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        bool development;
        enum status status;
    } cases[] = {
        {"93-184-216-34.example", false, STATUS_OK},  {"10-0-0-1.example", false, STATUS_INVALID},
        {"10-0-0-1.example", true, STATUS_INVALID},   {"169-254-169-254.example", true, STATUS_INVALID},
        {"127-0-0-1.example", false, STATUS_INVALID}, {"127-0-0-1.example", true, STATUS_OK},
        {"nobody.example", false, STATUS_OK}, /* it may get an address before something is sent */
        {"away.example", false, STATUS_OK},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        print_message("  %s\n", cases[i].host);
        assert_int_equal(check(cases[i].host, cases[i].development), cases[i].status);
    }
}

static void *check_slow(void *context)
{
    static enum status found[NAME_CHECKS_MAX];
    int *number = context;
    char host[32];
    (void)snprintf(host, sizeof(host), "slow-%d.example", *number);
    found[*number] = check(host, false);
    return &found[*number];
}

static void wait_until_hang(int count)
{
    int64_t until_us = clock_monotonic_us() + PATIENCE_US;
    monitor_lock(&monitor);
    while (hanging != count) {
        assert_true(monitor_wait(&monitor, until_us));
    }
    monitor_unlock(&monitor);
}

/* Nobody waits for them for long, and when there are many nobody waits at all. */
static void slow_names_are_taken(void **state)
{
    (void)state;
    pthread_t threads[NAME_CHECKS_MAX];
    int numbers[NAME_CHECKS_MAX];
    void *found = NULL;
    for (int i = 0; i < NAME_CHECKS_MAX; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, check_slow, &numbers[i]), 0);
    }
    wait_until_hang(NAME_CHECKS_MAX);
    for (int i = 0; i < NAME_CHECKS_MAX; i++) {
        assert_int_equal(pthread_join(threads[i], &found), 0);
        assert_int_equal(*(enum status *)found, STATUS_OK);
    }
    int before = asked; /* all who ask hang */
    assert_int_equal(check("10-0-0-1.example", false), STATUS_OK);
    assert_int_equal(asked, before);
    monitor_lock(&monitor);
    let_go = true;
    monitor_broadcast(&monitor);
    monitor_unlock(&monitor);
    wait_until_hang(0);
    int64_t until_us = clock_monotonic_us() + PATIENCE_US;
    while (check("10-0-0-1.example", false) != STATUS_INVALID) {
        assert_true(clock_monotonic_us() < until_us); /* the last of them is about to end */
    }
}

int main(void)
{
    monitor_init(&monitor);
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_lead_somewhere),
                                       cmocka_unit_test(slow_names_are_taken)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
