/* watch.c - civetweb does not tell a connection's socket, so the rare cut finds it by its two ends. The
   slot's lock keeps the thread, and so the socket, where it is meanwhile. */
#include "ingress/edge/watch.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/core/clock.h"
#include "shared/core/parse.h"
#include "shared/io/monitor.h"

#define PERIOD_MS       50
#define CROWD_GRACE_US  250000 /* how long a connection may wait for a request while all threads are taken */
#define CROWD_CUTS_MAX  64     /* in one period */
#define LINGER_MS       300
#define LINGER_BYTES    (8 << 20) /* more than the largest body that is taken */
#define NO_SOCKET       (-1)
#define DESCRIPTORS_DIR "/proc/self/fd"

struct slot {
    pthread_mutex_t lock;
    const struct mg_connection *conn; /* NULL: none */
    enum watch_what what;
    int64_t since_us, deadline_us;
    bool cut;
};
struct watch {
    pthread_t thread;
    struct monitor monitor; /* guards stopping */
    bool stopping;
    atomic_int connections;
    struct metric *crowded_out; /* counts connections that were cut to make room */
    int slot_count;
    struct slot slots[];
};

static int port_of(const struct sockaddr_storage *a)
{
    return ntohs(a->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)a)->sin6_port
                                          : ((const struct sockaddr_in *)a)->sin_port);
}

static bool is_socket_of(int fd, const struct mg_request_info *client)
{
    struct sockaddr_storage peer = {0}, local = {0};
    socklen_t peer_len = sizeof(peer), local_len = sizeof(local);
    if (getpeername(fd, (struct sockaddr *)&peer, &peer_len) != 0 ||
        getsockname(fd, (struct sockaddr *)&local, &local_len) != 0) {
        return false;
    }
    char host[sizeof(client->remote_addr)];
    return (peer.ss_family == AF_INET || peer.ss_family == AF_INET6) &&
           port_of(&peer) == client->remote_port && port_of(&local) == client->server_port &&
           getnameinfo((struct sockaddr *)&peer, peer_len, host, sizeof(host), NULL, 0, NI_NUMERICHOST) ==
               0 &&
           strcmp(host, client->remote_addr) == 0;
}

/* The client's address is in place from before watch_opened() until after watch_closed(). */
static int find_socket(const struct mg_connection *conn)
{
    const struct mg_request_info *client = mg_get_request_info(conn);
    DIR *dir = client != NULL ? opendir(DESCRIPTORS_DIR) : NULL;
    if (dir == NULL) {
        return NO_SOCKET;
    }
    int found = NO_SOCKET;
    const struct dirent *row;
    while (found == NO_SOCKET && (row = readdir(dir)) != NULL) {
        int64_t fd;
        if (parse_int64(str_of(row->d_name), 0, INT32_MAX, &fd) == STATUS_OK &&
            is_socket_of((int)fd, client)) {
            found = (int)fd;
        }
    }
    closedir(dir);
    return found;
}

static bool is_late(const struct slot *s, int64_t now_us, bool is_crowded)
{
    switch (s->what) {
    case WATCH_NOTHING:
        return false;
    case WATCH_HEAD:
        return is_crowded && now_us - s->since_us >= CROWD_GRACE_US;
    case WATCH_READ:
    case WATCH_WRITE:
        return now_us >= s->deadline_us;
    }
    return false;
}

/* True if one was cut that only waited. */
static bool cut_if_late(struct slot *s, int64_t now_us, bool is_crowded)
{
    bool made_room = false;
    pthread_mutex_lock(&s->lock);
    if (s->conn != NULL && !s->cut && is_late(s, now_us, is_crowded)) {
        int fd = find_socket(s->conn);
        s->cut = true;
        made_room = s->what == WATCH_HEAD;
        if (fd != NO_SOCKET) {
            shutdown(fd, s->what == WATCH_READ ? SHUT_RD : SHUT_RDWR);
        }
    }
    pthread_mutex_unlock(&s->lock);
    return made_room;
}

static void look_around(struct watch *w)
{
    int64_t now_us = clock_monotonic_us();
    bool is_crowded = atomic_load(&w->connections) >= w->slot_count;
    int cuts = 0;
    for (int i = 0; i < w->slot_count; i++) {
        cuts += cut_if_late(&w->slots[i], now_us, is_crowded && cuts < CROWD_CUTS_MAX);
    }
    metric_add(w->crowded_out, cuts);
}

static void *run(void *context)
{
    struct watch *w = context;
    monitor_lock(&w->monitor);
    while (!w->stopping) {
        (void)monitor_wait(&w->monitor, clock_monotonic_us() + PERIOD_MS * 1000);
        look_around(w);
    }
    monitor_unlock(&w->monitor);
    return NULL;
}

enum status watch_start(int slots, struct metric *crowded_out, struct watch **ret_watch)
{
    struct watch *w = calloc(1, sizeof(*w) + (size_t)slots * sizeof(w->slots[0]));
    if (w == NULL) {
        return STATUS_NO_MEMORY;
    }
    w->slot_count = slots;
    w->crowded_out = crowded_out;
    monitor_init(&w->monitor);
    for (int i = 0; i < slots; i++) {
        pthread_mutex_init(&w->slots[i].lock, NULL);
    }
    if (pthread_create(&w->thread, NULL, run, w) != 0) {
        free(w);
        return STATUS_FAILED;
    }
    *ret_watch = w;
    return STATUS_OK;
}

void watch_stop(struct watch *w)
{
    if (w == NULL) {
        return;
    }
    monitor_lock(&w->monitor);
    w->stopping = true;
    monitor_signal(&w->monitor);
    monitor_unlock(&w->monitor);
    pthread_join(w->thread, NULL);
    for (int i = 0; i < w->slot_count; i++) {
        pthread_mutex_destroy(&w->slots[i].lock);
    }
    monitor_destroy(&w->monitor);
    free(w);
}

void watch_opened(struct watch *w, int slot, const struct mg_connection *conn)
{
    struct slot *s = &w->slots[slot];
    pthread_mutex_lock(&s->lock);
    s->conn = conn;
    s->what = WATCH_HEAD;
    s->since_us = clock_monotonic_us();
    s->cut = false;
    pthread_mutex_unlock(&s->lock);
    atomic_fetch_add(&w->connections, 1);
}

void watch_closed(struct watch *w, int slot)
{
    struct slot *s = &w->slots[slot];
    atomic_fetch_sub(&w->connections, 1);
    pthread_mutex_lock(&s->lock);
    s->conn = NULL;
    pthread_mutex_unlock(&s->lock);
}

int watch_connections(const struct watch *w)
{
    return atomic_load(&w->connections);
}

bool watch_set(struct watch *w, int slot, enum watch_what what, int64_t deadline_us)
{
    struct slot *s = &w->slots[slot];
    pthread_mutex_lock(&s->lock);
    bool cut = s->cut;
    s->what = what;
    s->since_us = what == WATCH_HEAD ? clock_monotonic_us() : 0;
    s->deadline_us = deadline_us;
    s->cut = false;
    pthread_mutex_unlock(&s->lock);
    return cut;
}

void watch_linger(const struct mg_connection *conn)
{
    int fd = find_socket(conn);
    if (fd == NO_SOCKET || shutdown(fd, SHUT_WR) != 0) {
        return;
    }
    int64_t deadline_ms = clock_monotonic_ms() + LINGER_MS;
    char waste[4096];
    for (long left = LINGER_BYTES; left > 0;) {
        int64_t wait_ms = deadline_ms - clock_monotonic_ms();
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (wait_ms <= 0 || poll(&p, 1, (int)wait_ms) <= 0) {
            return;
        }
        ssize_t n = recv(fd, waste, sizeof(waste), MSG_DONTWAIT);
        if (n <= 0) {
            return;
        }
        left -= n;
    }
}
