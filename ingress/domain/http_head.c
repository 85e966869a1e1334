/* http_head.c - strict where two readers of one message could disagree (RFC 9112, section 6). */
#include "ingress/domain/http_head.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "shared/core/parse.h"

const char *http_header_find(const struct http_head *h, const char *name)
{
    for (size_t i = 0; i < h->header_count; i++) {
        if (strcasecmp(h->headers[i].name, name) == 0) {
            return h->headers[i].value;
        }
    }
    return NULL;
}

size_t http_header_count(const struct http_head *h, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < h->header_count; i++) {
        count += strcasecmp(h->headers[i].name, name) == 0;
    }
    return count;
}

static enum status refuse(struct problem *ret_problem, enum outcome o, const char *detail)
{
    problem_init(ret_problem, o);
    problem_detail(ret_problem, "%s", detail);
    return STATUS_INVALID;
}

struct str http_header_trimmed(const char *text)
{
    struct str s = str_of(text);
    while (s.len > 0 && (s.data[0] == ' ' || s.data[0] == '\t')) {
        s.data++;
        s.len--;
    }
    while (s.len > 0 && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t')) {
        s.len--;
    }
    return s;
}

static bool equals_ignoring_case(struct str a, const char *b)
{
    return a.len == strlen(b) && strncasecmp(a.data, b, a.len) == 0;
}

/* Is word an element of the comma-separated list? */
static bool list_has(const char *list, const char *word)
{
    while (list != NULL) {
        const char *comma = strchr(list, ',');
        struct str element = {list, comma != NULL ? (size_t)(comma - list) : strlen(list)};
        while (element.len > 0 && isspace((unsigned char)element.data[0])) {
            element.data++;
            element.len--;
        }
        while (element.len > 0 && isspace((unsigned char)element.data[element.len - 1])) {
            element.len--;
        }
        if (equals_ignoring_case(element, word)) {
            return true;
        }
        list = comma != NULL ? comma + 1 : NULL;
    }
    return false;
}

static enum status check_transfer_encoding(const struct http_head *h, struct problem *ret_problem)
{
    const char *coding = http_header_find(h, "Transfer-Encoding");
    if (coding == NULL) {
        return STATUS_OK;
    }
    if (http_header_find(h, "Content-Length") != NULL || http_header_count(h, "Transfer-Encoding") > 1) {
        return refuse(ret_problem, OUTCOME_invalid_request,
                      "Transfer-Encoding beside Content-Length or more than once is ambiguous.");
    }
    if (!equals_ignoring_case(http_header_trimmed(coding), "chunked")) {
        return refuse(ret_problem, OUTCOME_not_implemented, "This transfer coding is not known here.");
    }
    return refuse(ret_problem, OUTCOME_length_required, "Send the body with a Content-Length.");
}

static enum status check_content_length(const struct http_head *h, int64_t *ret_length,
                                        struct problem *ret_problem)
{
    const char *text = http_header_find(h, "Content-Length");
    if (text == NULL) {
        *ret_length = 0;
        return STATUS_OK;
    }
    struct str digits = http_header_trimmed(text);
    if (http_header_count(h, "Content-Length") > 1 || digits.len == 0) {
        return refuse(ret_problem, OUTCOME_invalid_request,
                      "Content-Length must appear once, with a number.");
    }
    for (size_t i = 0; i < digits.len; i++) {
        if (!isdigit((unsigned char)digits.data[i])) {
            return refuse(ret_problem, OUTCOME_invalid_request, "Content-Length is not a decimal number.");
        }
    }
    while (digits.len > 1 && digits.data[0] == '0') {
        digits.data++;
        digits.len--;
    }
    int64_t length = INT64_MAX;
    if (parse_int64(digits, 0, INT64_MAX, &length) != STATUS_OK) {
        length = INT64_MAX; /* more digits than fit: too large in any case */
    }
    *ret_length = length;
    return STATUS_OK;
}

static enum status check_host(const struct http_head *h, struct problem *ret_problem)
{
    size_t count = http_header_count(h, "Host");
    if (count > 1 || (count == 0 && !h->is_http_1_0)) {
        return refuse(ret_problem, OUTCOME_invalid_request, "The Host header must appear exactly once.");
    }
    const char *host = http_header_find(h, "Host");
    if (host != NULL && (strpbrk(host, " \t,/?#@\\") != NULL || (host[0] == '\0' && !h->is_http_1_0))) {
        return refuse(ret_problem, OUTCOME_invalid_request, "The Host header is not a host name.");
    }
    return STATUS_OK;
}

static enum status check_expect(const struct http_head *h, bool *ret_expects, struct problem *ret_problem)
{
    const char *expect = http_header_find(h, "Expect");
    if (expect != NULL && !equals_ignoring_case(http_header_trimmed(expect), "100-continue")) {
        return refuse(ret_problem, OUTCOME_invalid_request, "Only 100-continue can be expected here.");
    }
    *ret_expects = expect != NULL && !h->is_http_1_0;
    return STATUS_OK;
}

static bool wants_keep_alive(const struct http_head *h)
{
    const char *connection = http_header_find(h, "Connection");
    if (connection == NULL) {
        return !h->is_http_1_0;
    }
    return list_has(connection, "keep-alive");
}

enum status http_head_check(const struct http_head *h, struct http_framing *ret_framing,
                            struct problem *ret_problem)
{
    struct http_framing framing = {0};
    if (h->header_count >= h->header_limit) {
        return refuse(ret_problem, OUTCOME_headers_too_large, "There are too many headers.");
    }
    enum status s = check_transfer_encoding(h, ret_problem);
    if (s == STATUS_OK) {
        s = check_content_length(h, &framing.content_length, ret_problem);
    }
    if (s == STATUS_OK) {
        s = check_host(h, ret_problem);
    }
    if (s == STATUS_OK) {
        s = check_expect(h, &framing.expects_continue, ret_problem);
    }
    if (s != STATUS_OK) {
        return s;
    }
    if (strlen(h->target) + (h->query != NULL ? strlen(h->query) : 0) > HTTP_TARGET_MAX) {
        return refuse(ret_problem, OUTCOME_uri_too_long, "Path and query have at most 2048 bytes.");
    }
    framing.keep_alive = wants_keep_alive(h);
    *ret_framing = framing;
    return STATUS_OK;
}

/* The media type, with nothing but charset=utf-8 behind it. */
static bool is_type(const char *content_type, const char *media_type)
{
    const char *semicolon = strchr(content_type, ';');
    size_t len = semicolon != NULL ? (size_t)(semicolon - content_type) : strlen(content_type);
    char type[32];
    if (len >= sizeof(type)) {
        return false;
    }
    memcpy(type, content_type, len);
    type[len] = '\0';
    if (!equals_ignoring_case(http_header_trimmed(type), media_type)) {
        return false;
    }
    if (semicolon == NULL) {
        return true;
    }
    struct str parameter = http_header_trimmed(semicolon + 1);
    return equals_ignoring_case(parameter, "charset=utf-8") ||
           equals_ignoring_case(parameter, "charset=\"utf-8\"");
}

static bool has_type(const struct http_head *h, const char *media_type)
{
    const char *type = http_header_find(h, "Content-Type");
    return type != NULL && is_type(type, media_type) && http_header_count(h, "Content-Type") == 1;
}

static bool is_coded(const struct http_head *h)
{
    const char *coding = http_header_find(h, "Content-Encoding");
    return coding != NULL && !equals_ignoring_case(http_header_trimmed(coding), "identity");
}

bool http_head_has_file(const struct http_head *h, const char *media_type)
{
    return has_type(h, media_type) && !is_coded(h);
}

bool http_head_is_ndjson(const struct http_head *h)
{
    return http_head_has_file(h, "application/x-ndjson");
}

enum status http_head_check_json(const struct http_head *h, struct problem *ret_problem)
{
    if (!has_type(h, "application/json")) {
        return refuse(ret_problem, OUTCOME_unsupported_media_type, "Send Content-Type: application/json.");
    }
    if (is_coded(h)) {
        return refuse(ret_problem, OUTCOME_unsupported_media_type, "Content codings are not accepted.");
    }
    return STATUS_OK;
}

/* Does the list of weighted words, "br;q=0.5, gzip", name this one, and not with the weight 0? */
static bool list_takes(const char *list, const char *word)
{
    while (list != NULL) {
        const char *comma = strchr(list, ',');
        list += strspn(list, " \t");
        size_t len = strcspn(list, "; \t,");
        if (len == strlen(word) && strncasecmp(list, word, len) == 0) {
            const char *weight = list + len + strspn(list + len, "; \t");
            bool is_zero = strncasecmp(weight, "q=0", 3) == 0 && strpbrk(weight, "123456789,") == comma;
            return !is_zero;
        }
        list = comma != NULL ? comma + 1 : NULL;
    }
    return false;
}

bool http_head_wants_csv(const struct http_head *h)
{
    return list_takes(http_header_find(h, "Accept"), "text/csv");
}

bool http_head_takes_gzip(const struct http_head *h)
{
    return list_takes(http_header_find(h, "Accept-Encoding"), "gzip");
}

struct str http_head_bearer(const struct http_head *h)
{
    static const char scheme[] = "Bearer ";
    const char *value = http_header_find(h, "Authorization");
    if (value == NULL || http_header_count(h, "Authorization") > 1 ||
        strncasecmp(value, scheme, strlen(scheme)) != 0) {
        return (struct str){0};
    }
    value += strlen(scheme);
    value += strspn(value, " ");
    size_t len = strcspn(value, " \t");
    bool is_alone = value[len + strspn(value + len, " \t")] == '\0';
    return is_alone ? (struct str){value, len} : (struct str){0};
}

bool http_request_id_is_safe(const char *id)
{
    size_t len = strlen(id);
    if (len == 0 || len > HTTP_REQUEST_ID_MAX) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)id[i]) && strchr("_.:-", id[i]) == NULL) {
            return false;
        }
    }
    return true;
}

bool http_method_is_known(const char *method)
{
    static const char *const methods[] = {"GET",   "HEAD",  "POST",    "PUT",    "DELETE",
                                          "PATCH", "TRACE", "OPTIONS", "CONNECT"};
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (strcmp(method, methods[i]) == 0) {
            return true;
        }
    }
    return false;
}
