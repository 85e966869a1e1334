/* answer.c - see answer.h. */
#include "recon-svc/edge/answer.h"

#include <stdio.h>
#include <string.h>

#include "recon-svc/edge/report.h"
#include "shared/contract/command.h"
#include "shared/io/log.h"

#define ROOM        1024 /* around a body */
#define PROBLEM_MAX 8192

static void send_reply(struct bus *bus, const char *to, int status, bool is_replayed, struct str body)
{
    CLEANUP(buf_free) struct buf reply = {0};
    buf_init(&reply, REPORT_MAX + ROOM);
    reply_write(status, is_replayed, body, &reply);
    if (!bus_is_inbox(to) || buf_status(&reply) != STATUS_OK ||
        bus_publish(bus, to, NULL, NULL, reply.data, (int)reply.len) != STATUS_OK)
        log_event(LOG_WARN, "answer_not_sent", log_str("to", to != NULL ? to : "nobody"));
    bus_flush(bus);
}

void answer_send(struct bus *bus, const char *to, int status, struct str body)
{
    send_reply(bus, to, status, false, body);
}

void answer_send_replayed(struct bus *bus, const char *to, int status, struct str body)
{
    send_reply(bus, to, status, true, body);
}

const char *answer_problem(struct bus *bus, const char *to, const struct problem *problem)
{
    CLEANUP(buf_free) struct buf body = {0};
    buf_init(&body, PROBLEM_MAX);
    problem_write(problem, &body);
    answer_send(bus, to, outcome_http_status(problem->outcome), (struct str){body.data, body.len});
    return outcome_code(problem->outcome);
}

enum status answer_read(natsMsg *request, json_t **ret_root, struct problem *ret_problem)
{
    struct str text = {natsMsg_GetData(request), (size_t)natsMsg_GetDataLength(request)};
    if (text.len > REQUEST_MAX) {
        problem_init(ret_problem, OUTCOME_payload_too_large);
        return STATUS_INVALID;
    }
    return json_parse_object(text.len > 0 ? text : STR_LIT("{}"), ret_root, ret_problem);
}

bool answer_is_for_ingress(natsMsg *request)
{
    return strncmp(natsMsg_GetSubject(request), ASK_PREFIX, strlen(ASK_PREFIX)) == 0;
}

bool answer_is_subject(natsMsg *request, const char *subject)
{
    return strcmp(natsMsg_GetSubject(request) + strlen(ASK_PREFIX), subject + strlen(OPS_PREFIX)) == 0;
}

void answer_actor(natsMsg *request, struct str name, char ret_actor[OPS_ACTOR_MAX + 1])
{
    bool is_marked = !answer_is_for_ingress(request) && !str_eq_c(name, OPS_ACTOR_DEFAULT);
    (void)snprintf(ret_actor, OPS_ACTOR_MAX + 1, "%s%.*s", is_marked ? OPS_ACTOR_DEFAULT ":" : "",
                   (int)name.len, name.data);
}

enum status answer_subscribe(struct bus *bus, const char *subject, natsMsgHandler handler, void *context,
                             natsSubscription *ret_subscriptions[2])
{
    char ask[ANSWER_SUBJECT_SIZE];
    (void)snprintf(ask, sizeof ask, ASK_PREFIX "%s", subject + strlen(OPS_PREFIX));
    natsStatus s = natsConnection_QueueSubscribe(&ret_subscriptions[0], bus_raw(bus), subject, RECON_QUEUE,
                                                 handler, context);
    if (s == NATS_OK)
        s = natsConnection_QueueSubscribe(&ret_subscriptions[1], bus_raw(bus), ask, RECON_QUEUE, handler,
                                          context);
    return s == NATS_OK ? STATUS_OK : STATUS_UNAVAILABLE;
}
