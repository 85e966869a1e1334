/* civetweb_stop.c - a second thread knocks at the server's door until mg_stop() has returned. */
#include "shared/io/civetweb_stop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define KNOCK_EVERY_NS 5000000

struct knock {
    uint16_t port;
    atomic_bool stopped;
};

static void knock_once(uint16_t port)
{
    const struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    (void)connect(fd, (const struct sockaddr *)&to, sizeof to);
    (void)close(fd);
}

/* More than once: a first knock may be answered before mg_stop() has raised its flag. */
static void *knock_until_stopped(void *argument)
{
    struct knock *k = argument;
    const struct timespec pause = {.tv_nsec = KNOCK_EVERY_NS};
    while (!atomic_load(&k->stopped)) {
        (void)nanosleep(&pause, NULL);
        knock_once(k->port);
    }
    return NULL;
}

void civetweb_stop(struct mg_context *server)
{
    struct mg_server_port port = {.port = 0};
    (void)mg_get_server_ports(server, 1, &port);
    struct knock k = {.port = (uint16_t)port.port};
    pthread_t thread;
    const bool knocks = pthread_create(&thread, NULL, knock_until_stopped, &k) == 0;
    mg_stop(server);
    atomic_store(&k.stopped, true);
    if (knocks)
        (void)pthread_join(thread, NULL);
}
