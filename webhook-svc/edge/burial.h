/* burial.h - a dead letter on the bus: its message in PAY_DLQ. */
#ifndef WEBHOOK_EDGE_BURIAL_H
#define WEBHOOK_EDGE_BURIAL_H

#include "shared/io/requests.h"
#include "webhook-svc/store/dead_letters.h"

/* "pay.dlq.<kind>.<wrk_ id>", of one that names no work with its own id. */
void burial_subject(const struct dead_letter *letter, char ret_subject[WORK_SUBJECT_SIZE]);
/* Publishes it; its acknowledgement ends the request. */
NODISCARD enum status burial_send(struct requests *requests, const struct dead_letter *letter, void *context);

#endif
