/* webhook.h - webhook events as providers send them: signed, or not quite. */
#ifndef TESTS_E2E_WEBHOOK_H
#define TESTS_E2E_WEBHOOK_H

#include "tests/e2e/api.h"

/* Lines of the harness's PAYBUS_WEBHOOK_SECRETS: gateway is changing its secret, bank is not. */
#define WEBHOOK_SECRET       "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
#define WEBHOOK_NEXT_SECRET  "whsec_FxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA"
#define WEBHOOK_BANK_SECRET  "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3"
#define WEBHOOK_OTHER_SECRET "whsec_QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZX" /* nobody's */
#define WEBHOOK_SECRET_LINES                                                                                 \
    "gateway " WEBHOOK_SECRET "\ngateway " WEBHOOK_NEXT_SECRET "\nbank " WEBHOOK_BANK_SECRET "\n"

#define WEBHOOK_SIGNATURE_TEXT 8000

struct webhook_delivery {
    const char *provider;  /* NULL: gateway */
    const char *secret;    /* NULL: WEBHOOK_SECRET */
    const char *id;        /* NULL: msg_1 */
    int64_t late_s;        /* how long ago it was signed; negative: that will be */
    const char *body;      /* in the words of cast.h */
    const char *sent_body; /* instead of what was signed; NULL: that */
    /* Headers instead of those that belong to it; NULL: those, "": none. In sent_signature %s is the right
     * one.
     */
    const char *sent_id, *sent_timestamp, *sent_signature;
};
/* Gives the status. */
int webhook_deliver(struct api *api, const struct webhook_delivery *d);
/* Makes a request, with its body as it is, one that gateway has signed. It lasts until the thread's next one.
 */
void webhook_sign_request(struct api_request *request);
/* An event of gateway that is as it should be. */
int webhook_send(struct api *api, const char *body_format, ...) PRINTF_LIKE(2, 3);

#endif
