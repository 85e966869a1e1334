/* webhook_target.c - what is not plainly a public https address is refused: two programs that read a strange
   one differently are how servers are made to talk to their own networks. */
#include "shared/io/webhook_target.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HTTPS_PORT     443
#define HTTPS_ALT_PORT 8443
#define HTTP_PORT      80
#define FREE_PORT      1024 /* from here on, in development */

static enum status refuse(char *reason, const char *why)
{
    (void)snprintf(reason, WEBHOOK_REASON_SIZE, "%s", why);
    return STATUS_INVALID;
}

static enum status has_none(char *reason, const char *why)
{
    (void)refuse(reason, why);
    return STATUS_NOT_FOUND;
}

/* Readers differ about these: what is left reads the same everywhere. */
static bool has_strange_character(const char *url)
{
    for (const char *c = url; *c != '\0'; c++) {
        if (*c <= ' ' || *c == 0x7f || (unsigned char)*c >= 0x80 || strchr("\\\"<>^`{|}", *c) != NULL)
            return true;
    }
    return false;
}

/* Names that mean something inside a network only. */
static bool is_inner_name(const char *host)
{
    static const char *const endings[] = {".localhost", ".local", ".internal", ".intranet",
                                          ".lan",       ".home",  ".corp",     ".arpa"};
    char name[WEBHOOK_HOST_SIZE];
    size_t len = strlen(host);
    if (len > 0 && host[len - 1] == '.')
        len--;
    (void)snprintf(name, sizeof name, "%.*s", (int)len, host);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        const char *ending = endings[i];
        size_t size = strlen(ending);
        if (len > size && strcasecmp(name + len - size, ending) == 0)
            return true;
    }
    return strchr(name, '.') == NULL;
}

static bool is_v6(const char *host)
{
    return strchr(host, ':') != NULL;
}

/* "0177.1", "0x7f.1": the last label of a name is never a number. */
static bool looks_like_v4(const char *host)
{
    const char *last = strrchr(host, '.');
    last = last != NULL ? last + 1 : host;
    bool is_hex = last[0] == '0' && (last[1] == 'x' || last[1] == 'X');
    return is_hex || (*last != '\0' && strspn(last, "0123456789") == strlen(last));
}

static bool is_address(const char *host)
{
    return looks_like_v4(host) || is_v6(host);
}

static enum status check_host(const char *host, bool development, char *reason)
{
    struct in_addr v4;
    if (looks_like_v4(host))
        return inet_pton(AF_INET, host, &v4) == 1 ? STATUS_OK
                                                  : refuse(reason, "has an unusual form of an address");
    if (is_v6(host))
        return STATUS_OK;
    bool is_local = strcasecmp(host, "localhost") == 0 && development;
    return is_local || !is_inner_name(host) ? STATUS_OK : refuse(reason, "has no public host name");
}

static enum status check_port(int port, bool development, char *reason)
{
    bool is_usual = port == HTTPS_PORT || port == HTTPS_ALT_PORT;
    bool is_allowed = is_usual || (development && (port == HTTP_PORT || port >= FREE_PORT));
    return is_allowed ? STATUS_OK : refuse(reason, "must have port 443 or 8443");
}

/* A part of the URL, the caller's to free; NULL: it has none. */
static char *part_of(CURLU *u, CURLUPart which, unsigned flags)
{
    char *text = NULL;
    return curl_url_get(u, which, &text, flags) == CURLUE_OK ? text : NULL;
}

static void curl_text_ptr(char **text)
{
    curl_free(*text);
}

static void curl_url_ptr(CURLU **u)
{
    curl_url_cleanup(*u);
}

/* Curl turns unusual forms of IPv4 addresses into usual ones; what the client wrote must be one. */
static bool writes_host(const char *url, const char *host)
{
    const char *at = strstr(url, "://");
    return at != NULL && strncasecmp(at + 3, host, strlen(host)) == 0;
}

static enum status read_authority(CURLU *u, const char *url, struct webhook_target *target, char *reason)
{
    CLEANUP(curl_text_ptr) char *user = part_of(u, CURLUPART_USER, 0);
    CLEANUP(curl_text_ptr) char *password = part_of(u, CURLUPART_PASSWORD, 0);
    CLEANUP(curl_text_ptr) char *fragment = part_of(u, CURLUPART_FRAGMENT, 0);
    CLEANUP(curl_text_ptr) char *host = part_of(u, CURLUPART_HOST, 0);
    CLEANUP(curl_text_ptr) char *zone = part_of(u, CURLUPART_ZONEID, 0);
    CLEANUP(curl_text_ptr) char *port = part_of(u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    if (user != NULL || password != NULL)
        return refuse(reason, "must not hold credentials");
    if (fragment != NULL || zone != NULL)
        return refuse(reason, "must have neither fragment nor zone");
    if (host == NULL || port == NULL || strlen(host) >= WEBHOOK_HOST_SIZE || strchr(host, '%') != NULL)
        return refuse(reason, "has no host");
    if (!writes_host(url, host))
        return refuse(reason, "has an unusual form of an address");
    size_t len = strlen(host);
    bool has_brackets = host[0] == '[' && host[len - 1] == ']';
    (void)snprintf(target->host, sizeof target->host, "%.*s", (int)(has_brackets ? len - 2 : len),
                   has_brackets ? host + 1 : host);
    target->port = (int)strtol(port, NULL, 10);
    return STATUS_OK;
}

enum status webhook_target_parse(const char *url, bool development, struct webhook_target *ret_target,
                                 char ret_reason[static WEBHOOK_REASON_SIZE])
{
    CLEANUP(curl_url_ptr) CURLU *u = NULL;
    struct webhook_target target = {.port = 0};
    if (strlen(url) > WEBHOOK_URL_MAX)
        return refuse(ret_reason, "is too long");
    if (has_strange_character(url))
        return refuse(ret_reason, "holds a character that must be percent-encoded");
    target.is_https = strncasecmp(url, "https://", strlen("https://")) == 0;
    if (!target.is_https && (!development || strncasecmp(url, "http://", strlen("http://")) != 0))
        return refuse(ret_reason, "must begin with https://");
    u = curl_url();
    if (u == NULL || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK)
        return refuse(ret_reason, "is not a URL");
    enum status s = read_authority(u, url, &target, ret_reason);
    if (s == STATUS_OK)
        s = check_port(target.port, development, ret_reason);
    if (s == STATUS_OK)
        s = check_host(target.host, development, ret_reason);
    if (s == STATUS_OK)
        *ret_target = target;
    return s;
}

static bool may_be_reached(const struct net_address *a, bool development)
{
    return net_address_is_public(a) || (development && net_address_is_loopback(a));
}

/* One address that may not be reached is enough: which of them a connection would take is chance. */
static enum status take_all(const struct addrinfo *found, bool development,
                            struct webhook_addresses *ret_addresses, char *reason)
{
    struct webhook_addresses all = {.count = 0};
    for (const struct addrinfo *i = found; i != NULL && all.count < WEBHOOK_ADDRESSES_MAX; i = i->ai_next) {
        struct net_address *a = &all.list[all.count];
        if (net_address_take(i->ai_addr, a) != STATUS_OK || !may_be_reached(a, development))
            return refuse(reason, "has an address that is not public");
        all.count++;
    }
    if (all.count == 0)
        return has_none(reason, "has no address");
    *ret_addresses = all;
    return STATUS_OK;
}

enum status webhook_target_resolve(const struct webhook_target *target, bool development,
                                   struct webhook_addresses *ret_addresses,
                                   char ret_reason[static WEBHOOK_REASON_SIZE])
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags =
                                       AI_NUMERICSERV | (is_address(target->host) ? AI_NUMERICHOST : 0)};
    struct addrinfo *found = NULL;
    char port[16];
    (void)snprintf(port, sizeof port, "%d", target->port);
    int failed = getaddrinfo(target->host, port, &hints, &found);
    if (failed == EAI_NONAME || failed == EAI_FAIL)
        return has_none(ret_reason, "has a host name without an address");
    if (failed != 0) {
        (void)snprintf(ret_reason, WEBHOOK_REASON_SIZE, "cannot be looked up now: %s", gai_strerror(failed));
        return STATUS_UNAVAILABLE;
    }
    enum status s = take_all(found, development, ret_addresses, ret_reason);
    freeaddrinfo(found);
    return s;
}

enum status webhook_target_check(const struct webhook_target *target, bool development,
                                 char ret_reason[static WEBHOOK_REASON_SIZE])
{
    struct webhook_addresses addresses;
    return is_address(target->host) ? webhook_target_resolve(target, development, &addresses, ret_reason)
                                    : STATUS_OK;
}
