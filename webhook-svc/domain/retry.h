/* retry.h - what became of an attempt, when the next one is due and after how many the work is dead. Pure. */
#ifndef WEBHOOK_DOMAIN_RETRY_H
#define WEBHOOK_DOMAIN_RETRY_H

#include "webhook-svc/domain/work.h"

/* What a handler says. */
enum work_result {
    RESULT_DONE,      /* its effect is there */
    RESULT_IGNORED,   /* there is nothing to do: nobody handles this type */
    RESULT_TRANSIENT, /* it may go well another time */
    RESULT_PERMANENT  /* it will never go well */
};
struct retry_step {
    enum work_state state; /* processed, failed or dead */
    int64_t delay_ms;      /* of failed */
};
/* attempts: how many were begun, the one that ended included. */
struct retry_step retry_after(enum work_kind kind, enum work_result result, int attempts);
int retry_attempts_max(enum work_kind kind);
/* What a reply to a command means for the work that sent it; http_status 0: nobody answered in time. */
enum work_result retry_classify(int http_status);

#endif
