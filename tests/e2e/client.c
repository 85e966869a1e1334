/* client.c - see client.h. */
#include "tests/e2e/client.h"

#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/core/clock.h"
#include "tests/support/process.h"
#include "tests/support/servers.h"

#define TRY_TIMEOUT_MS   15000 /* longer than any route's timeout: a hang shows as one */
#define PATIENCE_MS      30000
#define PAUSE_FIRST_MS   10
#define PAUSE_LONGEST_MS 250

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void start_curl(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        servers_fail("libcurl cannot be used");
}

static CURL *new_handle(void)
{
    (void)pthread_once(&curl_once, start_curl);
    CURL *curl = curl_easy_init();
    if (curl == NULL)
        servers_fail("libcurl gives no handle");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    return curl;
}

void client_init(struct client *c, const char *api_key)
{
    *c = (struct client){
        .curl = new_handle(), .api_key = api_key, .timeout_ms = TRY_TIMEOUT_MS, .patience_ms = PATIENCE_MS};
}

void client_add_base(struct client *c, const char *base)
{
    if (c->base_count == CLIENT_BASES_MAX)
        servers_fail("a client knows %d bases at most", CLIENT_BASES_MAX);
    c->bases[c->base_count++] = base;
}

void client_close(struct client *c)
{
    curl_easy_cleanup(c->curl);
    c->curl = NULL;
}

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct client_answer *a = context;
    size_t len = size * count;
    if (len >= sizeof a->body - a->body_len)
        return 0; /* libcurl then reports a failed transfer */
    memcpy(a->body + a->body_len, data, len);
    a->body_len += len;
    a->body[a->body_len] = '\0';
    return len;
}

/* The value of a header line if it has that name. */
static const char *header_value(const char *line, const char *name)
{
    size_t len = strlen(name);
    return strncasecmp(line, name, len) == 0 && line[len] == ':'
               ? line + len + 1 + strspn(line + len + 1, " ")
               : NULL;
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
    struct client_answer *a = context;
    char line[256];
    (void)snprintf(line, sizeof line, "%.*s", (int)strcspn(data, "\r\n"), data);
    const char *value;
    if ((value = header_value(line, "Idempotency-Replayed")) != NULL)
        a->replayed = strcmp(value, "true") == 0;
    else if ((value = header_value(line, "Retry-After")) != NULL)
        a->retry_after_s = (int)strtol(value, NULL, 10);
    else if ((value = header_value(line, "Content-Type")) != NULL)
        (void)snprintf(a->content_type, sizeof a->content_type, "%s", value);
    return size * count;
}

static struct curl_slist *headers_for(const struct client *c, const char *key)
{
    char line[512];
    (void)snprintf(line, sizeof line, "Authorization: Bearer %s", c->api_key);
    struct curl_slist *headers = curl_slist_append(NULL, line);
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    if (key != NULL) {
        (void)snprintf(line, sizeof line, "Idempotency-Key: %s", key);
        headers = curl_slist_append(headers, line);
    }
    return headers;
}

static void note(struct client *c, const struct client_answer *a)
{
    c->tries++;
    c->server_errors += a->status >= 500;
    c->connection_errors += a->status == 0;
    if (a->took_us > c->slowest_try_us)
        c->slowest_try_us = a->took_us;
}

void client_send(struct client *c, const char *path, const char *key, const char *body,
                 struct client_answer *ret_answer)
{
    char url[512];
    struct client_answer *a = ret_answer;
    *a = (struct client_answer){.retry_after_s = -1, .tries = 1};
    (void)snprintf(url, sizeof url, "%s%s", c->bases[c->base], path);
    struct curl_slist *headers = headers_for(c, key);
    (void)curl_easy_setopt(c->curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, (long)c->timeout_ms);
    (void)curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, a);
    (void)curl_easy_setopt(c->curl, CURLOPT_HEADERFUNCTION, take_header);
    (void)curl_easy_setopt(c->curl, CURLOPT_HEADERDATA, a);
    if (body != NULL)
        (void)curl_easy_setopt(c->curl, CURLOPT_COPYPOSTFIELDS, body);
    else
        (void)curl_easy_setopt(c->curl, CURLOPT_HTTPGET, 1L);
    int64_t start_us = clock_monotonic_us();
    CURLcode code = curl_easy_perform(c->curl);
    a->took_us = clock_monotonic_us() - start_us;
    long status = 0;
    if (code == CURLE_OK && curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
        a->status = (int)status;
    curl_slist_free_all(headers);
    note(c, a);
}

static bool is_final(int status)
{
    return status != 0 && status != 503 && status != 504;
}

void client_call(struct client *c, const char *path, const char *key, const char *body,
                 struct client_answer *ret_answer)
{
    int64_t start_us = clock_monotonic_us();
    int tries = 0, wait_ms = PAUSE_FIRST_MS;
    for (;;) {
        client_send(c, path, key, body, ret_answer);
        tries++;
        if (is_final(ret_answer->status) || clock_monotonic_us() - start_us > c->patience_ms * 1000)
            break;
        c->retries++;
        c->base = (c->base + 1) % c->base_count;
        pause_ms(wait_ms);
        wait_ms = wait_ms * 2 < PAUSE_LONGEST_MS ? wait_ms * 2 : PAUSE_LONGEST_MS;
    }
    ret_answer->tries = tries;
    ret_answer->took_us = clock_monotonic_us() - start_us;
    if (ret_answer->took_us > c->slowest_call_us)
        c->slowest_call_us = ret_answer->took_us;
}

static void decref(json_t **json)
{
    json_decref(*json);
}

bool client_answer_string(const struct client_answer *a, const char *member, char *ret_text, size_t size)
{
    CLEANUP(decref) json_t *root = json_loadb(a->body, a->body_len, 0, NULL);
    const char *text = json_string_value(json_object_get(root, member));
    if (text == NULL)
        return false;
    (void)snprintf(ret_text, size, "%s", text);
    return true;
}

bool client_answer_int(const struct client_answer *a, const char *member, int64_t *ret_value)
{
    CLEANUP(decref) json_t *root = json_loadb(a->body, a->body_len, 0, NULL);
    const json_t *value = json_object_get(root, member);
    if (!json_is_integer(value))
        return false;
    *ret_value = json_integer_value(value);
    return true;
}

static size_t ignore(char *data, size_t size, size_t count, void *context)
{
    (void)data;
    (void)context;
    return size * count;
}

int client_probe(const char *url, long timeout_s)
{
    CURL *curl = new_handle();
    long status = 0;
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, timeout_s);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    if (curl_easy_perform(curl) == CURLE_OK)
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    return (int)status;
}
