/* stream_reader.h - a stream's messages from the first to the last, as an operator may read them. */
#ifndef TESTS_E2E_STREAM_READER_H
#define TESTS_E2E_STREAM_READER_H

#include <jansson.h>

#include "shared/io/bus.h"
#include "tests/e2e/harness.h"

struct stream_reader {
    struct bus *bus;
    jsCtx *js;
    const char *stream;
};
/* As the user "ops". */
void stream_reader_open(struct stream_reader *r, const struct harness *h, const char *stream);
void stream_reader_close(struct stream_reader *r);
/* How many messages it has, 0 also when there is no stream or no answer. */
int64_t stream_reader_count(const struct stream_reader *r);
/* When it was made, 0 as above: another stream was made at another time. */
int64_t stream_reader_created(const struct stream_reader *r);
/* Which node of three leads the stream; false: none, or it has not three copies. */
bool stream_reader_leader(const struct stream_reader *r, char ret_name[SERVERS_NATS_NAME_SIZE]);
/* Each message from the first on: its subject and its body, which are borrowed. Those that are gone are
   passed over. False: it cannot be read now. */
bool stream_reader_walk(const struct stream_reader *r,
                        void (*visit)(void *context, const char *subject, const json_t *body), void *context);

#endif
