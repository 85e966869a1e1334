/* webhook.c - see webhook.h. */
#include "tests/e2e/webhook.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/core/webhook_signature.h"
#include "tests/e2e/cast.h"

#define US_PER_S INT64_C(1000000)

/* A header line; false when there is to be none. */
static bool write_header(const char *name, const char *value, char *ret_line, size_t size)
{
    (void)snprintf(ret_line, size, "%s: %s", name, value);
    return value[0] != '\0';
}

static void sign(const struct webhook_delivery *d, int64_t sent_s, struct str body,
                 char ret_signature[WEBHOOK_SIGNATURE_SIZE])
{
    struct webhook_secret secret;
    if (webhook_secret_parse(str_of(d->secret != NULL ? d->secret : WEBHOOK_SECRET), &secret) != STATUS_OK)
        servers_fail("a secret of the test is none");
    webhook_sign(&secret, str_of(d->id != NULL ? d->id : "msg_1"), sent_s, body, ret_signature);
}

int webhook_deliver(struct api *api, const struct webhook_delivery *d)
{
    static _Thread_local char body[API_TEXT_MAX], lines[3][WEBHOOK_SIGNATURE_TEXT],
        sent[WEBHOOK_SIGNATURE_TEXT];
    char path[128], timestamp[32], signature[WEBHOOK_SIGNATURE_SIZE];
    int64_t sent_s = clock_unix_us() / US_PER_S - d->late_s;
    cast_text(d->body, body, sizeof body);
    sign(d, sent_s, str_of(body), signature);
    (void)snprintf(path, sizeof path, "/v1/webhooks/%s", d->provider != NULL ? d->provider : "gateway");
    (void)snprintf(timestamp, sizeof timestamp, "%" PRId64, sent_s);
    (void)snprintf(sent, sizeof sent, "%s", signature);
    const char *place = d->sent_signature != NULL ? strstr(d->sent_signature, "%s") : NULL;
    if (place != NULL)
        (void)snprintf(sent, sizeof sent, "%.*s%s%s", (int)(place - d->sent_signature), d->sent_signature,
                       signature, place + 2);
    else if (d->sent_signature != NULL)
        (void)snprintf(sent, sizeof sent, "%s", d->sent_signature);
    if (d->sent_body != NULL)
        cast_text(d->sent_body, body, sizeof body);
    struct api_request request = {.path = path, .api_key = "", .body = body};
    const char *const values[3] = {d->sent_id != NULL ? d->sent_id
                                   : d->id != NULL    ? d->id
                                                      : "msg_1",
                                   d->sent_timestamp != NULL ? d->sent_timestamp : timestamp, sent};
    static const char *const names[3] = {"webhook-id", "webhook-timestamp", "webhook-signature"};
    int count = 0;
    for (int i = 0; i < 3; i++)
        if (write_header(names[i], values[i], lines[i], sizeof lines[i]))
            request.headers[count++] = lines[i];
    return api_send(api, &request);
}

void webhook_sign_request(struct api_request *request)
{
    static _Thread_local char lines[3][WEBHOOK_SIGNATURE_SIZE + 32];
    char signature[WEBHOOK_SIGNATURE_SIZE];
    int64_t sent_s = clock_unix_us() / US_PER_S;
    struct str body = {request->body, request->body_len > 0 ? request->body_len : strlen(request->body)};
    sign(&(struct webhook_delivery){.body = NULL}, sent_s, body, signature);
    (void)snprintf(lines[0], sizeof lines[0], "webhook-id: msg_1");
    (void)snprintf(lines[1], sizeof lines[1], "webhook-timestamp: %" PRId64, sent_s);
    (void)snprintf(lines[2], sizeof lines[2], "webhook-signature: %s", signature);
    request->path = "/v1/webhooks/gateway";
    request->api_key = "";
    int count = 0;
    while (request->headers[count] != NULL)
        count++;
    for (int i = 0; i < 3; i++)
        request->headers[count + i] = lines[i];
}

int webhook_send(struct api *api, const char *body_format, ...)
{
    char body[API_TEXT_MAX];
    va_list args;
    va_start(args, body_format);
    (void)vsnprintf(body, sizeof body, body_format, args);
    va_end(args);
    return webhook_deliver(api, &(struct webhook_delivery){.body = body});
}
