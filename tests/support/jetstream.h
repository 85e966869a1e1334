/* jetstream.h - a test's own calls to JetStream. On a busy machine a stream takes seconds to go: a deadline
   is no measure. */
#ifndef TESTS_SUPPORT_JETSTREAM_H
#define TESTS_SUPPORT_JETSTREAM_H

#include <nats/nats.h>

#define JETSTREAM_WAIT_MS 30000

/* The caller's: jsCtx_Destroy. */
static inline natsStatus jetstream_open(jsCtx **ret_js, natsConnection *connection)
{
    jsOptions options;
    natsStatus s = jsOptions_Init(&options);
    options.Wait = JETSTREAM_WAIT_MS;
    return s == NATS_OK ? natsConnection_JetStream(ret_js, connection, &options) : s;
}

#endif
