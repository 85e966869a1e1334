/* retry.h - what became of an attempt, when the next one is due and after how many the work is dead. Pure. */
#ifndef WEBHOOK_DOMAIN_RETRY_H
#define WEBHOOK_DOMAIN_RETRY_H

#include "webhook-svc/domain/work.h"

/* What a handler says. */
enum work_result {
    RESULT_DONE,      /* its effect is there */
    RESULT_IGNORED,   /* there is nothing to do: nobody handles this type */
    RESULT_TRANSIENT, /* it may go well another time */
    RESULT_PERMANENT, /* it will never go well */
    RESULT_DECLINED,  /* the other side will never take it, and may decide so */
    RESULT_POSTPONED, /* it was not tried: there was no room for it now */
    RESULT_UNWANTED   /* it was not tried: nobody wants it now, and it is nobody's fault */
};
/* A try that was none does not count. */
bool retry_is_tried(enum work_result result);
struct retry_step {
    enum work_state state; /* processed, failed, dead or missed */
    int64_t delay_ms;      /* of failed */
};
/* attempts: how many were begun, the one that ended included. */
struct retry_step retry_after(enum work_kind kind, enum work_result result, int attempts);
/* Does work that is dead after this leave a dead letter? Not a delivery that its receiver did not take: that
   is between its owner, who can have it sent again, and the receiver, and operators can do nothing about it.
 */
bool retry_leaves_letter(enum work_kind kind, enum work_result result);
/* The delay of a failed one as it is used: at least what the other side asked for (0: nothing), up to an hour
   of it; long ones differ by up to a fifth, so that what failed together does not come back together. */
int64_t retry_adjust_ms(int64_t delay_ms, int64_t asked_ms, uint32_t random);
/* Must the message not wait in the stream? Then it is acknowledged, and published again when it is due. So it
   is where the delay is long, and always for deliveries: what comes again from the stream comes before all
   that is new, and an owner whose hundred endpoints fail has tens of thousands of them. */
bool retry_is_parked(enum work_kind kind, enum work_result result, int64_t delay_ms);
int retry_attempts_max(enum work_kind kind);
/* What a reply to a command means for the work that sent it; http_status 0: nobody answered in time. */
enum work_result retry_classify(int http_status);

#endif
