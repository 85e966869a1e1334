/* tls_limits.h - how much of the thread that sends to all a receiver may take by what it says in TLS. */
#ifndef WEBHOOK_EDGE_TLS_LIMITS_H
#define WEBHOOK_EDGE_TLS_LIMITS_H

#include <curl/curl.h>

/* From TLS 1.2 on, keys that are exchanged cheaply, one handshake a connection, and few messages besides
 * data. */
void tls_limits_set(CURL *easy);

#endif
