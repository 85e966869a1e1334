/* stream_reader.c - see stream_reader.h. */
#include "tests/e2e/stream_reader.h"

#include <stdio.h>

#include "tests/support/jetstream.h"

#define CONNECT_MS 5000
#define CLOSE_MS   2000

void stream_reader_open(struct stream_reader *r, const struct harness *h, const char *stream)
{
    static char credentials[SERVERS_PATH_SIZE + 32];
    *r = (struct stream_reader){.stream = stream};
    (void)snprintf(credentials, sizeof credentials, "%s/ops.nats", h->directory);
    struct bus_options options = {
        .servers = h->nats_servers, .credentials_file = credentials, .name = "stream_reader"};
    if (bus_open(&options, &r->bus) != STATUS_OK || bus_wait_connected(r->bus, CONNECT_MS) != STATUS_OK ||
        jetstream_open(&r->js, bus_raw(r->bus)) != NATS_OK)
        servers_fail("ops cannot connect to nats-server");
}

void stream_reader_close(struct stream_reader *r)
{
    jsCtx_Destroy(r->js);
    bus_close(r->bus, CLOSE_MS);
}

static bool read_state(const struct stream_reader *r, jsStreamState *ret_state)
{
    jsStreamInfo *info = NULL;
    if (js_GetStreamInfo(&info, r->js, r->stream, NULL, NULL) != NATS_OK)
        return false;
    *ret_state = info->State;
    jsStreamInfo_Destroy(info);
    return true;
}

int64_t stream_reader_created(const struct stream_reader *r)
{
    jsStreamInfo *info = NULL;
    if (js_GetStreamInfo(&info, r->js, r->stream, NULL, NULL) != NATS_OK)
        return 0;
    int64_t created_ns = info->Created;
    jsStreamInfo_Destroy(info);
    return created_ns;
}

bool stream_reader_leader(const struct stream_reader *r, char ret_name[SERVERS_NATS_NAME_SIZE])
{
    jsStreamInfo *info = NULL;
    if (js_GetStreamInfo(&info, r->js, r->stream, NULL, NULL) != NATS_OK)
        return false;
    bool has_leader =
        info->Cluster != NULL && info->Cluster->Leader != NULL && info->Cluster->ReplicasLen == 2;
    if (has_leader)
        (void)snprintf(ret_name, SERVERS_NATS_NAME_SIZE, "%s", info->Cluster->Leader);
    jsStreamInfo_Destroy(info);
    return has_leader;
}

int64_t stream_reader_count(const struct stream_reader *r)
{
    jsStreamState state;
    return read_state(r, &state) ? (int64_t)state.Msgs : 0;
}

bool stream_reader_walk(const struct stream_reader *r,
                        void (*visit)(void *context, const char *subject, const json_t *body), void *context)
{
    jsStreamState state;
    if (!read_state(r, &state))
        return false;
    for (uint64_t seq = state.FirstSeq; seq <= state.LastSeq; seq++) {
        natsMsg *message = NULL;
        natsStatus s = js_GetMsg(&message, r->js, r->stream, seq, NULL, NULL);
        if (s == NATS_NOT_FOUND)
            continue;
        if (s != NATS_OK)
            return false;
        json_t *body = json_loadb(natsMsg_GetData(message), (size_t)natsMsg_GetDataLength(message),
                                  JSON_REJECT_DUPLICATES, NULL);
        visit(context, natsMsg_GetSubject(message), body);
        json_decref(body);
        natsMsg_Destroy(message);
    }
    return true;
}
