/* sender.h - sends commands to ledger-svc as ingress does, one at a time. */
#ifndef TOOLS_ADMIN_SENDER_H
#define TOOLS_ADMIN_SENDER_H

#include <jansson.h>

#include "shared/io/rpc.h"

struct sender {
    struct bus *bus;
    struct rpc *rpc;
};
/* Complains when NATS cannot be reached within 5 s. */
NODISCARD enum status sender_open(const char *servers, const char *credentials_file,
                                  struct sender *ret_sender);
void sender_close(struct sender *s); /* for CLEANUP; safe on a zeroed one */

struct sent {
    bool replayed; /* source had its effect before */
    json_t *body;  /* the caller's */
};
/* data is taken over. source makes the command's effect happen once for ever, so that it may be sent again.
   Complains and returns STATUS_FAILED when the answer is a refusal. */
NODISCARD enum status sender_send(struct sender *s, const char *command, const char *source, json_t *data,
                                  struct sent *ret_sent);

#endif
