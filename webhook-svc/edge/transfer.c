/* transfer.c - see transfer.h. */
#include "webhook-svc/edge/transfer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/core/clock.h"
#include "webhook-svc/edge/tls_limits.h"

#define ANSWER_MAX         ((size_t)64 << 10) /* of an answer, heads and trailers too: the rest is not read */
#define CONNECT_TIMEOUT_MS 5000L
#define HEADER_SIZE        256
#define RESOLVE_SIZE       (WEBHOOK_HOST_SIZE + WEBHOOK_ADDRESSES_MAX * (NET_ADDRESS_TEXT_SIZE + 3) + 16)
#define USER_AGENT         "Paybus-Webhooks/1"

struct transfer {
    struct transfer_settings settings;
    CURL *easy;
    struct curl_slist *headers, *resolve;
    void *context;
    size_t received;
    bool was_cut;    /* the answer was longer than ANSWER_MAX */
    bool was_denied; /* curl wanted to connect to what was not checked */
    char curl_error[CURL_ERROR_SIZE];
    struct transfer_result result;
};

static char as_text(char c)
{
    return (c >= ' ' && c <= '~') || c == '\n' || c == '\t' ? c : '?';
}

/* What curl wants to hear: 0 ends the transfer and its connection. */
static size_t take(struct transfer *t, size_t len)
{
    t->received += len;
    t->was_cut = t->received > ANSWER_MAX;
    return t->was_cut ? 0 : len;
}

static size_t keep_answer(char *data, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    struct transfer_result *r = &t->result;
    size_t len = size * count;
    for (size_t i = 0; i < len && r->answer_len < TRANSFER_ANSWER_KEPT; i++)
        r->answer[r->answer_len++] = as_text(data[i]);
    return take(t, len);
}

/* Curl keeps every line, and has no limit of its own for trailers. */
static size_t count_head(char *data, size_t size, size_t count, void *context)
{
    (void)data;
    return take(context, size * count);
}

/* The last word on where a connection goes, whatever curl made of the URL. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct transfer *t = context;
    struct net_address a;
    bool is_good = purpose == CURLSOCKTYPE_IPCXN && net_address_take(&to->addr, &a) == STATUS_OK &&
                   (net_address_is_public(&a) || (t->settings.development && net_address_is_loopback(&a)));
    if (!is_good) {
        t->was_denied = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static void set_limits(struct transfer *t)
{
    CURL *e = t->easy;
    (void)curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, t->settings.development ? "http,https" : "https");
    (void)curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(e, CURLOPT_PROXY, ""); /* the environment names none */
    (void)curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    (void)curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)t->settings.timeout_ms);
    (void)curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    tls_limits_set(e);
    (void)curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
    (void)curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
    /* With a folder beside the file, curl reads all certificates anew for each connection, some 20 ms, and
       believes the system's beside those of a file that shall take their place. */
    (void)curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
    if (t->settings.ca_file != NULL)
        (void)curl_easy_setopt(e, CURLOPT_CAINFO, t->settings.ca_file);
    (void)curl_easy_setopt(e, CURLOPT_USERAGENT, USER_AGENT);
    (void)curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->curl_error);
    (void)curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, keep_answer);
    (void)curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
    (void)curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, count_head);
    (void)curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
    (void)curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    (void)curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
    (void)curl_easy_setopt(e, CURLOPT_PRIVATE, t);
}

struct transfer *transfer_new(const struct transfer_settings *settings)
{
    struct transfer *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->settings = *settings;
    t->easy = curl_easy_init();
    if (t->easy == NULL) {
        free(t);
        return NULL;
    }
    set_limits(t);
    return t;
}

static void forget(struct transfer *t)
{
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->resolve);
    t->headers = t->resolve = NULL;
}

void transfer_free(struct transfer *t)
{
    if (t == NULL)
        return;
    forget(t);
    curl_easy_cleanup(t->easy);
    free(t);
}

static bool add_line(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer == NULL)
        return false;
    *list = longer;
    return true;
}

static bool add_header(struct transfer *t, const char *name, const char *value)
{
    char line[HEADER_SIZE];
    (void)snprintf(line, sizeof line, "%s: %s", name, value);
    return add_line(&t->headers, line);
}

/* "v1,<newest> v1,<the one before>" */
static bool add_signatures(struct transfer *t, const struct transfer_request *r)
{
    char stamp[24], all[HEADER_SIZE] = "";
    size_t len = 0;
    int64_t now_s = clock_unix_us() / 1000000;
    for (size_t i = 0; i < r->secret_count; i++) {
        char signature[WEBHOOK_SIGNATURE_SIZE];
        webhook_sign(&r->secrets[i], str_of(r->id), now_s, r->body, signature);
        len += (size_t)snprintf(all + len, sizeof all - len, "%s%s", i > 0 ? " " : "", signature);
    }
    (void)snprintf(stamp, sizeof stamp, "%lld", (long long)now_s);
    return add_header(t, "webhook-id", r->id) && add_header(t, "webhook-timestamp", stamp) &&
           add_header(t, "webhook-signature", all);
}

/* Curl's own words for "this name has these addresses": it looks nothing up itself. With the plus it forgets
   them after a minute, otherwise never. */
static bool pin(struct transfer *t, const struct transfer_request *r)
{
    struct in_addr v4;
    char line[RESOLVE_SIZE];
    if (strchr(r->target->host, ':') != NULL || inet_pton(AF_INET, r->target->host, &v4) == 1)
        return true; /* an address needs no look-up */
    size_t len = (size_t)snprintf(line, sizeof line, "+%s:%d:", r->target->host, r->target->port);
    for (int i = 0; i < r->addresses->count; i++) {
        char text[NET_ADDRESS_TEXT_SIZE];
        const struct net_address *a = &r->addresses->list[i];
        bool is_v6 = a->any.sa_family == AF_INET6;
        net_address_format(a, text);
        len += (size_t)snprintf(line + len, sizeof line - len, "%s%s%s%s", i > 0 ? "," : "", is_v6 ? "[" : "",
                                text, is_v6 ? "]" : "");
    }
    return add_line(&t->resolve, line);
}

enum status transfer_begin(struct transfer *t, const struct transfer_request *r, void *context,
                           CURL **ret_easy)
{
    CURL *e = t->easy;
    t->context = context;
    t->received = 0;
    t->was_cut = t->was_denied = false;
    t->curl_error[0] = '\0';
    t->result = (struct transfer_result){.outcome = DELIVERY_unreachable};
    forget(t);
    if (!pin(t, r) || !add_header(t, "Content-Type", "application/json") ||
        !add_line(&t->headers, "Expect:") || !add_signatures(t, r) ||
        (r->traceparent[0] != '\0' && !add_header(t, "traceparent", r->traceparent)))
        return STATUS_NO_MEMORY;
    bool is_set = curl_easy_setopt(e, CURLOPT_URL, r->url) == CURLE_OK &&
                  curl_easy_setopt(e, CURLOPT_RESOLVE, t->resolve) == CURLE_OK &&
                  curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers) == CURLE_OK &&
                  curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len) == CURLE_OK &&
                  curl_easy_setopt(e, CURLOPT_POSTFIELDS, r->body.data) == CURLE_OK;
    *ret_easy = e;
    return is_set ? STATUS_OK : STATUS_NO_MEMORY;
}

struct transfer *transfer_of(CURL *easy)
{
    char *private = NULL;
    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    return (struct transfer *)(void *)private;
}

CURL *transfer_easy(const struct transfer *t)
{
    return t->easy;
}

void *transfer_context(const struct transfer *t)
{
    return t->context;
}

static enum delivery_outcome judge_failure(const struct transfer *t, CURLcode code)
{
    if (t->was_denied)
        return DELIVERY_blocked;
    if (code == CURLE_OPERATION_TIMEDOUT)
        return DELIVERY_timeout;
    bool is_trust = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR ||
                    code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CACERT_BADFILE;
    return is_trust ? DELIVERY_untrusted : DELIVERY_unreachable;
}

static void read_connection(struct transfer *t)
{
    struct transfer_result *r = &t->result;
    char *address = NULL;
    long status = 0;
    curl_off_t retry_after_s = 0;
    (void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    if (curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &address) == CURLE_OK && address != NULL)
        (void)snprintf(r->address, sizeof r->address, "%s", address);
    r->http_status = (int)status;
    r->retry_after_ms = retry_after_s > 0 && retry_after_s < INT32_MAX ? (int64_t)retry_after_s * 1000 : 0;
}

/* What is longer than we read is an answer all the same: its status was there before. */
void transfer_end(struct transfer *t, CURLcode code, struct transfer_result *ret_result)
{
    struct transfer_result *r = &t->result;
    read_connection(t);
    if (code == CURLE_OK || (t->was_cut && r->http_status != 0)) {
        r->outcome = delivery_judge(r->http_status);
        if (r->outcome != DELIVERY_delivered)
            (void)snprintf(r->error, sizeof r->error, "answered with %d", r->http_status);
    } else {
        r->outcome = judge_failure(t, code);
        r->http_status = 0;
        (void)snprintf(r->error, sizeof r->error, "%s",
                       t->curl_error[0] != '\0' ? t->curl_error : curl_easy_strerror(code));
    }
    for (char *c = r->error; *c != '\0'; c++)
        *c = as_text(*c); /* it may quote a certificate, which says what it likes */
    r->answer[r->answer_len] = '\0';
    r->was_cut = t->was_cut;
    *ret_result = *r;
    forget(t);
}
