/* tls_nagger.h - a receiver over TLS 1.2 that asks for more handshakes than the first. */
#ifndef TESTS_SUPPORT_TLS_NAGGER_H
#define TESTS_SUPPORT_TLS_NAGGER_H

enum tls_nagging {
    NAG_ONCE,      /* answers with 200 when a second handshake was done */
    NAG_ENDLESSLY, /* asks on and on, and never answers */
    NAG_AT_ONCE    /* the same, before a first handshake was done */
};
struct tls_nagger;
/* On a free loopback port, with the certificate and key in a file. */
struct tls_nagger *tls_nagger_start(enum tls_nagging nagging, const char *certificate);
int tls_nagger_port(const struct tls_nagger *n);
void tls_nagger_stop(struct tls_nagger *n);

#endif
