/* ports.c - see ports.h. */
#include "tests/support/ports.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/core/clock.h"

#define FIRST_PORT 20000
#define LAST_PORT  31999

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static bool can_bind(int port)
{
    struct sockaddr_in address = loopback(port);
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    bool bound = bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    close(fd);
    return bound;
}

bool port_answers(int port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool connected = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    close(fd);
    return connected;
}

int port_free(void)
{
    static unsigned int last_tried;
    int first = FIRST_PORT, last = LAST_PORT;
    const char *range = getenv("PAYBUS_TEST_PORTS");
    if (range &&
        (sscanf(range, "%5d-%5d", &first, &last) != 2 || first < 1024 || last > 65535 || first > last)) {
        fprintf(stderr, "PAYBUS_TEST_PORTS: %s is not first-last\n", range);
        abort();
    }
    unsigned int count = (unsigned int)(last - first + 1);
    if (last_tried == 0) /* tests that run side by side start at different places */
        last_tried = (unsigned int)getpid() * 37 + (unsigned int)clock_monotonic_us() % 1000;
    for (unsigned int i = 0; i < count; i++) {
        int port = first + (int)(++last_tried % count);
        if (can_bind(port))
            return port;
    }
    fprintf(stderr, "no free port in %d-%d\n", first, last);
    abort();
}
