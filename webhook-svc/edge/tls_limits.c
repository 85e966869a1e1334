/* tls_limits.c - see tls_limits.h. */
#include "webhook-svc/edge/tls_limits.h"

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdbool.h>

/* No Diffie-Hellman over integers, neither of TLS 1.2 nor of 1.3: the receiver chooses the numbers, and ten
   thousand bits take a second of the thread. */
#define CIPHERS "DEFAULT:!kDHE:!PSK"
#define GROUPS  "X25519:P-256:P-384:P-521"
/* Records and messages that are no data. A handshake has about twenty; a receiver that changes its keys or
   gives tickets away has a few more. */
#define PIECES_MAX 200

static pthread_once_t is_prepared = PTHREAD_ONCE_INIT;
static int pieces_index; /* where a connection keeps how many there were */

static void prepare(void)
{
    pieces_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

static bool is_data(int type, const unsigned char *bytes)
{
    bool is_record = type == SSL3_RT_HEADER || type == SSL3_RT_INNER_CONTENT_TYPE;
    return is_record && bytes[0] == SSL3_RT_APPLICATION_DATA;
}

/* OpenSSL reads on while there is something to read that it does not have to hand over, and passes over what
   it was not to be sent: a receiver that sends such things fast enough would never let it return. A
   connection that seems to be shut down ends with the next record. */
static void count_piece(int is_ours, int version, int type, const void *bytes, size_t len, SSL *ssl,
                        void *context)
{
    (void)version, (void)context;
    if (is_ours || len == 0 || is_data(type, bytes))
        return;
    intptr_t pieces = (intptr_t)SSL_get_ex_data(ssl, pieces_index) + 1;
    (void)SSL_set_ex_data(ssl, pieces_index, (void *)pieces);
    if (pieces > PIECES_MAX)
        SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

static CURLcode limit(CURL *easy, void *ssl_context, void *context)
{
    (void)easy, (void)context;
    (void)SSL_CTX_set_options(ssl_context, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_msg_callback(ssl_context, count_piece);
    return CURLE_OK;
}

void tls_limits_set(CURL *easy)
{
    (void)pthread_once(&is_prepared, prepare);
    (void)curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST, CIPHERS);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_EC_CURVES, GROUPS);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, limit);
}
