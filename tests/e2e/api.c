/* api.c - see api.h. */
#include "tests/e2e/api.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "shared/core/clock.h"
#include "tests/e2e/cast.h"
#include "tests/support/database.h"

#define HEAD_MAX   ((size_t)64 * 1024)
#define BODY_MAX   ((size_t)8 << 20)
#define TIMEOUT_MS 20000L /* longer than any route's: a hang shows as no answer */
#define VALUE_SIZE 1024

void api_open(struct api *api, const struct harness *h, int ingress)
{
    *api = (struct api){.harness = h, .base = h->bases[ingress]};
    struct client client; /* starts libcurl once */
    client_init(&client, h->api_key);
    api->curl = client.curl;
    buf_init(&api->head, HEAD_MAX);
    buf_init(&api->body, BODY_MAX);
}

void api_close(struct api *api)
{
    curl_easy_cleanup(api->curl);
    buf_free(&api->head);
    buf_free(&api->body);
    json_decref(api->json);
    *api = (struct api){0};
}

static size_t take(char *data, size_t size, size_t count, void *context)
{
    buf_add(context, data, size * count);
    return buf_status(context) == STATUS_OK ? size * count : 0;
}

static struct curl_slist *headers_of(const struct api *api, const struct api_request *r)
{
    char line[VALUE_SIZE];
    const char *api_key = r->api_key != NULL ? r->api_key : api->harness->api_key;
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    bool has_type = false;
    for (int i = 0; i < API_HEADERS_MAX && r->headers[i] != NULL; i++) {
        has_type = has_type || strncasecmp(r->headers[i], "Content-Type", strlen("Content-Type")) == 0;
        list = curl_slist_append(list, r->headers[i]);
    }
    if (r->body != NULL && !has_type)
        list = curl_slist_append(list, "Content-Type: application/json");
    if (api_key[0] != '\0') {
        (void)snprintf(line, sizeof line, "Authorization: Bearer %s", api_key);
        list = curl_slist_append(list, line);
    }
    if (r->key != NULL) { /* "Name;" is how libcurl wants an empty one */
        (void)snprintf(line, sizeof line, r->key[0] != '\0' ? "Idempotency-Key: %s" : "Idempotency-Key;%s",
                       r->key);
        list = curl_slist_append(list, line);
    }
    return list;
}

static void set_body(CURL *curl, const struct api_request *r)
{
    if (r->body != NULL) {
        curl_off_t len = (curl_off_t)(r->body_len > 0 ? r->body_len : strlen(r->body));
        (void)curl_easy_setopt(curl, CURLOPT_POST, 1L);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, r->body);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, len);
    } else {
        (void)curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    }
    if (r->method != NULL) {
        (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, r->method);
        (void)curl_easy_setopt(curl, CURLOPT_NOBODY, strcmp(r->method, "HEAD") == 0 ? 1L : 0L);
    }
}

/* Of every problem, whoever made it. */
static void check_problem(const struct api *api)
{
    assert_non_null(api->json);
    assert_string_equal(api_header(api, "Content-Type"), "application/problem+json");
    assert_int_equal(api_int(api, "status"), api->status);
    const char *code = api_string(api, "code"), *type = api_string(api, "type");
    assert_int_equal(strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(code));
    assert_non_null(strstr(type, code));
    assert_true(strlen(api_string(api, "title")) > 0);
    if (api_at(api, "request_id") != NULL)
        assert_string_equal(api_string(api, "request_id"), api_header(api, "X-Request-Id"));
    static const char *const secrets[] = {"select ", "insert ", "paybus.", "SQLSTATE", "sk_", "libpq"};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
        assert_null(strstr(api->body.data, secrets[i]));
}

static void check_answer(const struct api *api)
{
    if (api->status == 0)
        return;
    if (api->status == 500 && !api->takes_500)
        fail_msg("500: %s", api->body.data);
    assert_non_null(api_header(api, "X-Request-Id"));
    assert_non_null(api_header(api, "Content-Type"));
    assert_string_equal(api_header(api, "X-Content-Type-Options"), "nosniff");
    if (api->status >= 400 && api->body.len > 0)
        check_problem(api);
}

static void perform(struct api *api, const struct api_request *r, const char *url, struct curl_slist *headers)
{
    CURL *curl = api->curl;
    long status = 0;
    curl_easy_reset(curl);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    (void)curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, r->fresh ? 1L : 0L);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, &api->body);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, &api->head);
    set_body(curl, r);
    int64_t start_us = clock_monotonic_us();
    CURLcode code = curl_easy_perform(curl);
    api->took_us = clock_monotonic_us() - start_us;
    /* A server may answer and close before it has read all of the body. */
    bool answered = code == CURLE_OK || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR;
    if (answered && curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
        api->status = (int)status;
    (void)curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &api->connects);
}

int api_send(struct api *api, const struct api_request *r)
{
    char url[8192];
    (void)snprintf(url, sizeof url, "%s%s", api->base, r->path);
    struct curl_slist *headers = headers_of(api, r);
    json_decref(api->json);
    api->json = NULL;
    api->status = 0;
    buf_reset(&api->head);
    buf_reset(&api->body);
    buf_add(&api->head, "", 0);
    buf_add(&api->body, "", 0);
    perform(api, r, url, headers);
    curl_slist_free_all(headers);
    const char *type = api->status != 0 ? api_header(api, "Content-Type") : NULL;
    if (type != NULL && strstr(type, "json") != NULL && api->body.len > 0)
        api->json = json_loadb(api->body.data, api->body.len, 0, NULL);
    check_answer(api);
    return api->status;
}

int api_get(struct api *api, const char *path_format, ...)
{
    char text[2048], path[4096];
    va_list args;
    va_start(args, path_format);
    (void)vsnprintf(text, sizeof text, path_format, args);
    va_end(args);
    cast_text(text, path, sizeof path);
    return api_send(api, &(struct api_request){.path = path});
}

int api_post(struct api *api, const char *path, const char *key, const char *body_format, ...)
{
    char text[API_TEXT_MAX], body[API_TEXT_MAX];
    va_list args;
    va_start(args, body_format);
    (void)vsnprintf(text, sizeof text, body_format, args);
    va_end(args);
    cast_text(text, body, sizeof body);
    char target[2048];
    cast_text(path, target, sizeof target);
    return api_send(api, &(struct api_request){.path = target, .key = key, .body = body});
}

const char *api_header(const struct api *api, const char *name)
{
    static _Thread_local char value[VALUE_SIZE];
    size_t len = strlen(name);
    for (const char *line = api->head.data; line != NULL && *line != '\0';) {
        const char *end = strstr(line, "\r\n");
        if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
            const char *text = line + len + 1;
            text += strspn(text, " ");
            (void)snprintf(value, sizeof value, "%.*s", (int)strcspn(text, "\r\n"), text);
            return value;
        }
        line = end != NULL ? end + 2 : NULL;
    }
    return NULL;
}

json_t *api_at(const struct api *api, const char *place)
{
    json_t *at = api->json;
    while (at != NULL && *place != '\0') {
        size_t len = strcspn(place, ".");
        char name[128];
        (void)snprintf(name, sizeof name, "%.*s", (int)len, place);
        at = json_is_array(at) ? json_array_get(at, (size_t)strtoul(name, NULL, 10))
                               : json_object_get(at, name);
        place += len + (place[len] == '.');
    }
    return at;
}

static json_t *must_be_there(const struct api *api, const char *place)
{
    json_t *at = api_at(api, place);
    if (at == NULL)
        fail_msg("%d without \"%s\": %s", api->status, place, api->body.data);
    return at;
}

const char *api_string(const struct api *api, const char *place)
{
    const char *text = json_string_value(must_be_there(api, place));
    if (text == NULL)
        fail_msg("\"%s\" is not a string: %s", place, api->body.data);
    return text;
}

int64_t api_int(const struct api *api, const char *place)
{
    const json_t *at = must_be_there(api, place);
    if (!json_is_integer(at))
        fail_msg("\"%s\" is not an integer: %s", place, api->body.data);
    return json_integer_value(at);
}

static bool has_pointer(const struct api *api, const char *pointer)
{
    size_t i;
    const json_t *error;
    json_array_foreach(api_at(api, "errors"), i, error)
    {
        const char *text = json_string_value(json_object_get(error, "pointer"));
        if (text != NULL && strcmp(text, pointer) == 0)
            return json_string_length(json_object_get(error, "detail")) > 0;
    }
    return false;
}

void api_expect_problem(const struct api *api, int status, const char *code, const char *pointer)
{
    if (api->status != status || strcmp(api_string(api, "code"), code) != 0)
        fail_msg("wanted %d %s, got %d: %s", status, code, api->status, api->body.data);
    if (pointer != NULL && !has_pointer(api, pointer))
        fail_msg("wanted an error at \"%s\": %s", pointer, api->body.data);
}

static void owner_url(const struct harness *h, char *ret_url, size_t size)
{
    (void)snprintf(ret_url, size, "postgresql://paybus_owner@127.0.0.1:%d/paybus?sslmode=disable",
                   h->postgres.port);
}

static void take_word(const char *output, const char *prefix, char *ret_word, size_t size)
{
    const char *at = strstr(output, prefix);
    if (at == NULL)
        servers_fail("paybus-admin says no %s: %s", prefix, output);
    (void)snprintf(ret_word, size, "%.*s", (int)strcspn(at, " \n,"), at);
}

void api_key_make(const struct harness *h, const char *owner, const char *scopes, struct api_key *ret_key)
{
    char url[128];
    struct tool t;
    owner_url(h, url, sizeof url);
    const char *const argv[] = {database_admin_path, "key",  "create",     "--owner", owner,
                                "--scopes",          scopes, "--database", url,       NULL};
    if (tool_run(&t, argv) != 0)
        servers_fail("no key: %s", t.output);
    take_word(t.output, "key_", ret_key->id, sizeof ret_key->id);
    take_word(t.output, "sk_", ret_key->secret, sizeof ret_key->secret);
}

void api_key_revoke(const struct harness *h, const struct api_key *key)
{
    char url[128];
    struct tool t;
    owner_url(h, url, sizeof url);
    const char *const argv[] = {database_admin_path, "key", "revoke", key->id, "--database", url, NULL};
    if (tool_run(&t, argv) != 0)
        servers_fail("%s was not revoked: %s", key->id, t.output);
}
