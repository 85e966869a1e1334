/* sender.c - envelope, request and reply of one command. */
#include "ledger-svc/tools/admin/sender.h"

#include <stdio.h>
#include <string.h>

#include "ledger-svc/tools/admin/admin.h"
#include "shared/contract/command.h"
#include "shared/core/clock.h"

#define CONNECT_MS      5000
#define ANSWER_US       INT64_C(10000000)
#define RESEND_MS       1000
#define NO_RESPONDER_MS 5000
#define CLOSE_MS        1000
#define COMMAND_MAX     65536
#define SUBJECT_SIZE    64

enum status sender_open(const char *servers, const char *credentials_file, struct sender *ret_sender)
{
    const struct bus_options options = {.servers = servers,
                                        .credentials_file = credentials_file,
                                        .name = "paybus-admin",
                                        .inbox_prefix = "_INBOX_admin"};
    struct sender s = {0};
    enum status status = bus_open(&options, &s.bus);
    if (status == STATUS_OK)
        status = bus_wait_connected(s.bus, CONNECT_MS);
    if (status == STATUS_OK)
        status = rpc_open(s.bus, 1, &s.rpc);
    if (status != STATUS_OK) {
        (void)admin_complain(EXIT_NOT_AVAILABLE, "NATS at %s cannot be used: %s.", servers,
                             status_name(status));
        sender_close(&s);
        return status;
    }
    *ret_sender = s;
    return STATUS_OK;
}

void sender_close(struct sender *s)
{
    rpc_close(s->rpc);
    bus_close(s->bus, CLOSE_MS);
    *s = (struct sender){0};
}

static enum status write_command(const char *source, const json_t *data, struct buf *out)
{
    CLEANUP(buf_free) struct buf text = {0};
    buf_init(&text, COMMAND_MAX);
    enum status s = json_canonical(data, &text);
    if (s != STATUS_OK)
        return s;
    struct str data_json = {text.data, text.len};
    struct command_envelope envelope = {.id = admin_new_id(),
                                        .owner = STR_LIT("admin"),
                                        .actor = STR_LIT("paybus-admin"),
                                        .staff = true,
                                        .source = str_of(source),
                                        .deadline_us = clock_unix_us() + ANSWER_US};
    digest_request(STR_LIT("SEED"), envelope.source, (struct str){0}, data_json, &envelope.fingerprint);
    command_write(&envelope, data_json, out);
    return buf_status(out);
}

static enum status request(struct sender *s, const char *command, const struct buf *message,
                           natsMsg **ret_reply)
{
    char subject[SUBJECT_SIZE];
    (void)snprintf(subject, sizeof(subject), COMMAND_SUBJECT_PREFIX "%s", command);
    const struct rpc_call call = {.subject = subject,
                                  .data = message->data,
                                  .len = (int)message->len,
                                  .deadline_us = clock_unix_us() + ANSWER_US,
                                  .resend_after_ms = RESEND_MS,
                                  .no_responder_retry_ms = NO_RESPONDER_MS};
    return rpc_request(s->rpc, &call, ret_reply);
}

static enum status read_reply(natsMsg *reply, const char *source, struct sent *ret_sent)
{
    struct str text = {natsMsg_GetData(reply), (size_t)natsMsg_GetDataLength(reply)}, body;
    struct sent sent = {0};
    int status = 0;
    if (reply_read(text, &status, &sent.replayed, &body) != STATUS_OK) {
        (void)admin_complain(EXIT_FAILED, "%s: ledger-svc sent something that is not an answer.", source);
        return STATUS_FAILED;
    }
    if (status >= 300) {
        (void)admin_complain(EXIT_FAILED, "%s was refused with %d: %.*s", source, status, (int)body.len,
                             body.data);
        return STATUS_FAILED;
    }
    sent.body = json_loadb(body.data, body.len, 0, NULL);
    if (!sent.body)
        return STATUS_FAILED;
    *ret_sent = sent;
    return STATUS_OK;
}

enum status sender_send(struct sender *s, const char *command, const char *source, json_t *data,
                        struct sent *ret_sent)
{
    CLEANUP(buf_free) struct buf message = {0};
    buf_init(&message, COMMAND_MAX);
    enum status status = data ? write_command(source, data, &message) : STATUS_NO_MEMORY;
    json_decref(data);
    if (status != STATUS_OK)
        return status;
    natsMsg *reply = NULL;
    status = request(s, command, &message, &reply);
    if (status != STATUS_OK) {
        (void)admin_complain(EXIT_NOT_AVAILABLE, "%s: no answer from ledger-svc (%s).", source,
                             status_name(status));
        return status;
    }
    status = read_reply(reply, source, ret_sent);
    bus_discard(s->bus, reply);
    return status;
}
