/* fault_proxy.c - see fault_proxy.h. One thread, one poll loop; the test talks to it by atomics and a
 * wake-up. */
#include "tests/support/fault_proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "shared/core/clock.h"
#include "tests/support/process.h"
#include "tests/support/servers.h"

#define LINKS_MAX         64
#define FLOW_SIZE         65536
#define LOOK_EVERY_MS     2
#define CUT_AFTER_MS      50 /* a swallowed report is silence first, then a lost connection */
#define MESSAGE_HEADER    5  /* PostgreSQL: a type byte and a length that counts itself */
#define COMMIT_REPORT_LEN 12 /* 'C', length 11, "COMMIT", 0 */

/* Bytes on the way in one direction: [begin, cleared) may leave when due, [cleared, end) is not understood
 * yet. */
struct flow {
    size_t begin, cleared, end;
    int64_t due_ms;
    size_t rest;     /* PostgreSQL: bytes of the current message still to clear */
    bool in_session; /* PostgreSQL: past the one-byte answers to requests for encryption */
    bool ended;      /* its sender has closed */
    char bytes[FLOW_SIZE];
};
/* A client's connection and ours to the server. */
struct link {
    int client, server; /* -1: unused */
    bool swallowing;    /* nothing of the server's passes any more */
    int64_t cut_at_ms;  /* while swallowing */
    struct flow up, down;
};
struct fault_proxy {
    int listener, port, target_port, wake;
    enum fault_protocol protocol;
    pthread_t thread;
    atomic_int fault, delay_ms, to_swallow, swallowed;
    atomic_int messages_left[2],
        cuts;                 /* by direction: how many until the one that is not passed on; 0: all */
    atomic_int order, obeyed; /* how often fault was set, and which setting all links know of */
    atomic_bool stopping;
    struct link *links;
};

static int new_socket(void)
{
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0)
        servers_fail("fault proxy: no socket");
    return fd;
}

static void make_listener(struct fault_proxy *p)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    p->listener = new_socket();
    if (bind(p->listener, (struct sockaddr *)&address, len) != 0 || listen(p->listener, LINKS_MAX) != 0 ||
        getsockname(p->listener, (struct sockaddr *)&address, &len) != 0)
        servers_fail("fault proxy: cannot listen");
    p->port = ntohs(address.sin_port);
}

static void part(int fd)
{
    close(fd);
}

static void reset(int fd)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

static void end_link(struct link *l, void (*end)(int fd))
{
    if (l->client < 0)
        return;
    end(l->client);
    end(l->server);
    l->client = l->server = -1;
}

static struct link *unused_link(struct fault_proxy *p)
{
    for (int i = 0; i < LINKS_MAX; i++)
        if (p->links[i].client < 0)
            return &p->links[i];
    servers_fail("fault proxy: more than %d connections", LINKS_MAX);
}

/* By the fault that the loop saw: one that is set meanwhile holds from the next round on. */
static void accept_client(struct fault_proxy *p, enum fault fault)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)p->target_port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int client = accept(p->listener, NULL, NULL);
    if (client < 0)
        return;
    int one = 1, server = new_socket();
    (void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (fault == FAULT_CUT || connect(server, (struct sockaddr *)&address, sizeof address) != 0) {
        reset(client);
        close(server);
        return;
    }
    struct link *l = unused_link(p);
    memset(l, 0, sizeof *l);
    l->client = client;
    l->server = server;
}

static bool is_commit_report(const char *message, size_t len)
{
    static const char report[COMMIT_REPORT_LEN] = "C\0\0\0\013COMMIT";
    return len >= COMMIT_REPORT_LEN && memcmp(message, report, COMMIT_REPORT_LEN) == 0;
}

static uint32_t message_len(const char *message)
{
    uint32_t len;
    memcpy(&len, message + 1, sizeof len);
    return ntohl(len) + 1;
}

/* Is the next message the one at which the line is cut? */
static bool is_cut_here(struct fault_proxy *p, enum fault_direction direction)
{
    atomic_int *left = &p->messages_left[direction];
    if (atomic_load(left) == 0 || atomic_fetch_sub(left, 1) > 1)
        return false;
    atomic_fetch_add(&p->cuts, 1);
    return true;
}

static void swallow(struct fault_proxy *p, struct link *l)
{
    atomic_fetch_sub(&p->to_swallow, 1);
    atomic_fetch_add(&p->swallowed, 1);
    l->swallowing = true;
    l->cut_at_ms = clock_monotonic_ms() + CUT_AFTER_MS;
}

/* Clears messages up to a report to swallow, and of a long last one as much as is there. A piece too short to
   be told from a report waits. */
static void clear_messages(struct fault_proxy *p, struct link *l)
{
    struct flow *f = &l->down;
    while (!f->in_session && f->cleared < f->end) {
        f->in_session = f->bytes[f->cleared] != 'N';
        f->cleared += f->in_session ? 0 : 1;
    }
    while (f->cleared < f->end && !l->swallowing) {
        const char *at = f->bytes + f->cleared;
        size_t here = f->end - f->cleared;
        if (f->rest == 0) {
            if (here < MESSAGE_HEADER ||
                (*at == 'C' && message_len(at) == COMMIT_REPORT_LEN && here < COMMIT_REPORT_LEN))
                return;
            if (is_commit_report(at, here) && atomic_load(&p->to_swallow) > 0) {
                swallow(p, l);
                return;
            }
            if (is_cut_here(p, FAULT_TO_CLIENT)) {
                l->swallowing = true;
                l->cut_at_ms = clock_monotonic_ms();
                return;
            }
            f->rest = message_len(at);
        }
        size_t step = f->rest < here ? f->rest : here;
        f->rest -= step;
        f->cleared += step;
    }
}

/* A client's first message has no type byte: its length's first byte, 0, is none. */
static uint32_t client_message_len(const char *message)
{
    uint32_t len;
    memcpy(&len, message, sizeof len);
    return *message == '\0' ? ntohl(len) : message_len(message);
}

/* Clears up to the message at which the line is cut; false then. */
static bool clear_to_server(struct fault_proxy *p, struct flow *f)
{
    while (f->cleared < f->end) {
        size_t here = f->end - f->cleared;
        if (f->rest == 0) {
            if (here < MESSAGE_HEADER)
                return true;
            if (is_cut_here(p, FAULT_TO_SERVER))
                return false;
            f->rest = client_message_len(f->bytes + f->cleared);
        }
        size_t step = f->rest < here ? f->rest : here;
        f->rest -= step;
        f->cleared += step;
    }
    return true;
}

/* False when the sender's connection broke. */
static bool fill(struct fault_proxy *p, struct flow *f, int from)
{
    if (f->begin == f->end && !f->ended)
        f->begin = f->cleared = f->end = 0;
    if (f->ended || f->end == FLOW_SIZE)
        return true;
    ssize_t n = recv(from, f->bytes + f->end, FLOW_SIZE - f->end, MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    f->ended = n == 0;
    f->end += (size_t)n;
    f->due_ms = clock_monotonic_ms();
    if (atomic_load(&p->fault) == FAULT_DELAY)
        f->due_ms += atomic_load(&p->delay_ms);
    return true;
}

/* False when the connection is over: everything was passed on, or nobody is there to take it. */
static bool drain(struct flow *f, int to)
{
    while (f->begin < f->cleared && clock_monotonic_ms() >= f->due_ms) {
        ssize_t n = send(to, f->bytes + f->begin, f->cleared - f->begin, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        f->begin += (size_t)n;
    }
    return !(f->ended && f->begin == f->cleared);
}

static bool serve_up(struct fault_proxy *p, struct link *l)
{
    if (atomic_load(&p->fault) == FAULT_MUTE_TO_SERVER)
        return true;
    if (!fill(p, &l->up, l->client))
        return false;
    bool goes_on = true;
    if (p->protocol == FAULT_PROTOCOL_POSTGRES)
        goes_on = clear_to_server(p, &l->up);
    else
        l->up.cleared = l->up.end;
    return drain(&l->up, l->server) && goes_on;
}

static bool serve_down(struct fault_proxy *p, struct link *l)
{
    if (atomic_load(&p->fault) == FAULT_MUTE_TO_CLIENT)
        return true;
    if (l->swallowing)
        return drain(&l->down, l->client);
    if (!fill(p, &l->down, l->server))
        return false;
    if (p->protocol == FAULT_PROTOCOL_POSTGRES)
        clear_messages(p, l);
    else
        l->down.cleared = l->down.end;
    return drain(&l->down, l->client);
}

static void serve(struct fault_proxy *p, struct link *l, enum fault fault)
{
    if (l->client < 0)
        return;
    if (fault == FAULT_CUT || (l->swallowing && clock_monotonic_ms() >= l->cut_at_ms))
        end_link(l, reset);
    else if (!serve_up(p, l) || !serve_down(p, l))
        end_link(l, part);
}

/* What of one direction poll has to watch; a watch that is not wanted must not be set, or a hang-up would
 * spin. */
static void watch(const struct flow *f, bool muted, int from, int to, struct pollfd ret_watch[2])
{
    bool due = f->begin < f->cleared && clock_monotonic_ms() >= f->due_ms;
    bool room = !f->ended && f->begin == f->end;
    ret_watch[0] = (struct pollfd){.fd = room && !muted ? from : -1, .events = POLLIN};
    ret_watch[1] = (struct pollfd){.fd = due && !muted ? to : -1, .events = POLLOUT};
}

/* Sleeps until something can move. While anything waits for its time, looks every few milliseconds. */
static void wait_for_work(struct fault_proxy *p)
{
    struct pollfd watches[2 + LINKS_MAX * 4];
    nfds_t count = 0;
    int timeout_ms = -1;
    enum fault fault = (enum fault)atomic_load(&p->fault);
    watches[count++] = (struct pollfd){.fd = p->wake, .events = POLLIN};
    watches[count++] = (struct pollfd){.fd = fault == FAULT_DEAF ? -1 : p->listener, .events = POLLIN};
    for (int i = 0; i < LINKS_MAX; i++) {
        struct link *l = &p->links[i];
        if (l->client < 0)
            continue;
        watch(&l->up, fault == FAULT_MUTE_TO_SERVER, l->client, l->server, &watches[count]);
        watch(&l->down, fault == FAULT_MUTE_TO_CLIENT || l->swallowing, l->server, l->client,
              &watches[count + 2]);
        count += 4;
        if (l->swallowing || l->up.begin < l->up.end || l->down.begin < l->down.end)
            timeout_ms = LOOK_EVERY_MS;
    }
    (void)poll(watches, count, timeout_ms);
    uint64_t wakes;
    if (watches[0].revents != 0 && read(p->wake, &wakes, sizeof wakes) < 0)
        servers_fail("fault proxy: the wake-up broke");
    if (watches[1].revents != 0)
        accept_client(p, fault);
}

static void *run(void *context)
{
    struct fault_proxy *p = context;
    while (!atomic_load(&p->stopping)) {
        int order = atomic_load(&p->order);
        for (int i = 0; i < LINKS_MAX; i++)
            serve(p, &p->links[i], (enum fault)atomic_load(&p->fault));
        atomic_store(&p->obeyed, order);
        wait_for_work(p);
    }
    return NULL;
}

static void wake(struct fault_proxy *p)
{
    uint64_t one = 1;
    if (write(p->wake, &one, sizeof one) != (ssize_t)sizeof one)
        servers_fail("fault proxy: cannot wake it");
}

struct fault_proxy *fault_proxy_start(int target_port, enum fault_protocol protocol)
{
    struct fault_proxy *p = calloc(1, sizeof *p);
    if (p == NULL || (p->links = calloc(LINKS_MAX, sizeof *p->links)) == NULL)
        servers_fail("fault proxy: out of memory");
    for (int i = 0; i < LINKS_MAX; i++)
        p->links[i].client = p->links[i].server = -1;
    p->target_port = target_port;
    p->protocol = protocol;
    p->wake = eventfd(0, EFD_CLOEXEC);
    make_listener(p);
    if (p->wake < 0 || pthread_create(&p->thread, NULL, run, p) != 0)
        servers_fail("fault proxy: cannot start");
    return p;
}

int fault_proxy_port(const struct fault_proxy *p)
{
    return p->port;
}

void fault_proxy_set(struct fault_proxy *p, enum fault fault, int delay_ms)
{
    atomic_store(&p->delay_ms, delay_ms);
    atomic_store(&p->fault, (int)fault);
    int order = atomic_fetch_add(&p->order, 1) + 1;
    wake(p);
    while (atomic_load(&p->obeyed) != order)
        pause_ms(1);
}

void fault_proxy_swallow_commits(struct fault_proxy *p, int times)
{
    atomic_fetch_add(&p->to_swallow, times);
}

void fault_proxy_cut_at(struct fault_proxy *p, enum fault_direction direction, int message)
{
    atomic_store(&p->messages_left[direction], message);
}

int fault_proxy_cuts(const struct fault_proxy *p)
{
    return atomic_load(&p->cuts);
}

int fault_proxy_swallowed(const struct fault_proxy *p)
{
    return atomic_load(&p->swallowed);
}

void fault_proxy_stop(struct fault_proxy *p)
{
    if (p == NULL)
        return;
    atomic_store(&p->stopping, true);
    wake(p);
    (void)pthread_join(p->thread, NULL);
    for (int i = 0; i < LINKS_MAX; i++)
        end_link(&p->links[i], part);
    close(p->listener);
    close(p->wake);
    free(p->links);
    free(p);
}
