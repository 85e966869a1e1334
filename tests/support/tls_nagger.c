/* tls_nagger.c - see tls_nagger.h. One connection after the other. */
#include "tests/support/tls_nagger.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/ports.h"
#include "tests/support/servers.h"

#define POLL_MS    100
#define PATIENCE_S 1
#define ANSWER     "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

struct tls_nagger {
    enum tls_nagging nagging;
    int port, listener;
    SSL_CTX *context;
    pthread_t thread;
    atomic_bool stopping;
};

/* A record with the message HelloRequest, as it is before anything is encrypted. */
static const unsigned char hello_request[] = {22, 3, 3, 0, 4, 0, 0, 0, 0};

static void nag_at_once(const struct tls_nagger *n, int fd)
{
    while (!atomic_load(&n->stopping) &&
           send(fd, hello_request, sizeof hello_request, MSG_NOSIGNAL) == sizeof hello_request)
        continue;
}

static bool ask(SSL *ssl)
{
    return SSL_renegotiate(ssl) == 1 && SSL_do_handshake(ssl) == 1;
}

static void nag_endlessly(const struct tls_nagger *n, SSL *ssl)
{
    while (!atomic_load(&n->stopping) && ask(ssl))
        continue;
}

/* When nothing more is to be read it was done; otherwise reading fails. */
static void nag_once(SSL *ssl)
{
    char more[64];
    if (!ask(ssl))
        return;
    int got = SSL_read(ssl, more, sizeof more);
    if (SSL_get_error(ssl, got) == SSL_ERROR_WANT_READ)
        (void)SSL_write(ssl, ANSWER, strlen(ANSWER));
}

static void speak(const struct tls_nagger *n, int fd)
{
    char request[4096];
    SSL *ssl = SSL_new(n->context);
    if (ssl != NULL && SSL_set_fd(ssl, fd) == 1 && SSL_accept(ssl) == 1 &&
        SSL_read(ssl, request, sizeof request) > 0) {
        if (n->nagging == NAG_ONCE)
            nag_once(ssl);
        else
            nag_endlessly(n, ssl);
    }
    SSL_free(ssl);
}

static void *nagger_main(void *context)
{
    struct tls_nagger *n = context;
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    while (!atomic_load(&n->stopping)) {
        struct pollfd p = {.fd = n->listener, .events = POLLIN};
        int fd = poll(&p, 1, POLL_MS) == 1 ? accept(n->listener, NULL, NULL) : -1;
        if (fd < 0)
            continue;
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (n->nagging == NAG_AT_ONCE)
            nag_at_once(n, fd);
        else
            speak(n, fd);
        (void)close(fd);
    }
    return NULL;
}

static SSL_CTX *make_context(const char *certificate)
{
    SSL_CTX *c = SSL_CTX_new(TLS_server_method());
    if (c == NULL || SSL_CTX_set_max_proto_version(c, TLS1_2_VERSION) != 1 ||
        SSL_CTX_use_certificate_file(c, certificate, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(c, certificate, SSL_FILETYPE_PEM) != 1)
        servers_fail("no TLS with %s", certificate);
    return c;
}

static int listen_on(int port)
{
    const int yes = 1;
    const struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 || listen(fd, SOMAXCONN) != 0)
        servers_fail("cannot listen on port %d", port);
    return fd;
}

struct tls_nagger *tls_nagger_start(enum tls_nagging nagging, const char *certificate)
{
    struct tls_nagger *n = calloc(1, sizeof *n);
    if (n == NULL)
        servers_fail("no memory");
    n->nagging = nagging;
    n->port = port_free();
    n->listener = listen_on(n->port);
    n->context = make_context(certificate);
    if (pthread_create(&n->thread, NULL, nagger_main, n) != 0)
        servers_fail("no thread");
    return n;
}

int tls_nagger_port(const struct tls_nagger *n)
{
    return n->port;
}

void tls_nagger_stop(struct tls_nagger *n)
{
    atomic_store(&n->stopping, true);
    (void)pthread_join(n->thread, NULL);
    (void)close(n->listener);
    SSL_CTX_free(n->context);
    free(n);
}
