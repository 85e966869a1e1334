/* work.h - a piece of work as the database has it, and what is to be done with a message that names it: the
   table of docs/decisions/0015. Pure: no I/O, no clock. */
#ifndef WEBHOOK_DOMAIN_WORK_H
#define WEBHOOK_DOMAIN_WORK_H

#include "shared/core/typeid.h"

#define WORK_SUBJECT_PREFIX        "pay.work."
#define DEAD_LETTER_SUBJECT_PREFIX "pay.dlq."
#define WORK_SUBJECT_SIZE          96
#define WORK_MESSAGE_ID_SIZE       64

enum work_kind {
#define WORK_KIND(identifier, attempts) WORK_KIND_##identifier,
#include "webhook-svc/domain/work_kind.def"
#undef WORK_KIND
    WORK_KIND_COUNT
};
const char *work_kind_name(enum work_kind kind);
NODISCARD enum status work_kind_parse(struct str name, enum work_kind *ret_kind);

enum work_state {
    WORK_RECEIVED,
    WORK_PROCESSING,
    WORK_PROCESSED,
    WORK_FAILED,
    WORK_DEAD,
    WORK_MISSED,
    WORK_STATE_COUNT
};
const char *work_state_name(enum work_state state);
NODISCARD enum status work_state_parse(struct str name, enum work_state *ret_state);

struct work {
    struct uuid id, object_id;
    enum work_kind kind;
    enum work_state state;
    int generation;
    int attempts;            /* begun in this generation, counted before each */
    int lapses;              /* of these: begun among others, and never ended; they do not count */
    bool is_alone;           /* the latest of them was begun alone */
    int64_t next_attempt_us; /* when it failed */
    bool is_parked;          /* it waits for that in the database: the sweeper makes a message then */
    int64_t lease_until_us;  /* while it is processed */
    int64_t enqueued_us;     /* when its newest message was made */
    int64_t updated_us;      /* when it came into its state */
    char traceparent[64];    /* "" without */
};

/* "pay.work.webhook.wrk_..." names a kind and an id. STATUS_INVALID for any other subject. */
NODISCARD enum status work_subject_parse(struct str subject, enum work_kind *ret_kind, struct uuid *ret_id);
void work_subject(const char *prefix, enum work_kind kind, const struct uuid *id,
                  char ret_subject[WORK_SUBJECT_SIZE]);
/* "<wrk_ id>:<generation>". */
void work_message_id(const struct uuid *id, int generation, char ret_id[WORK_MESSAGE_ID_SIZE]);

/* What is known of a message besides its subject. */
struct work_message {
    bool has_id;        /* a Nats-Msg-Id: it was not published by hand */
    int64_t deliveries; /* of it so far, this one included */
    int64_t stored_us;  /* when the stream took it */
};
enum work_action {
    WORK_CLAIM,   /* begin an attempt */
    WORK_SUSPECT, /* begin one, but alone: its worker may have died of it */
    WORK_BURY,    /* no attempt is left: dead without one */
    WORK_REPLAY,  /* an operator published it by hand: a new generation, then an attempt */
    WORK_WAIT,    /* it is not its time: deliver it again then */
    WORK_ACKNOWLEDGE,
    WORK_TERMINATE
};
struct work_verdict {
    enum work_action action;
    int64_t wait_ms; /* of WORK_WAIT, at least 1 */
    int lapses;      /* from now on, of what is begun */
};
/* now_us is the database's clock. */
struct work_verdict work_decide(const struct work *w, const struct work_message *m, int64_t now_us);

#endif
