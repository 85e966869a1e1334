/* inbox.h - one worker's commands from the bus: receive what waits, decode, hand out a batch; answer and
 * release. */
#ifndef LEDGER_EDGE_INBOX_H
#define LEDGER_EDGE_INBOX_H

#include "ledger-svc/domain/batch.h"
#include "ledger-svc/domain/command.h"
#include "ledger-svc/edge/slices.h"
#include "shared/io/bus.h"
#include "shared/io/micro.h"

#define INBOX_SUBJECT           COMMAND_SUBJECT_PREFIX "*.*"
#define INBOX_BULK_SUBJECT      COMMAND_BULK_PREFIX "*.*"
#define INBOX_QUEUE             "ledger"
#define INBOX_COMMANDS_MAX      256
#define INBOX_ENTRIES_MAX       2000
#define INBOX_BULK_ENTRIES_MAX  8000 /* four of the largest batches take turns */
#define INBOX_BYTES_MAX         (4 << 20)
#define INBOX_PENDING_BYTES_MAX (256 << 20)

struct inbox_options {
    bool bulk; /* takes bulk commands, and no other */
    int64_t batch_commands, queue_max;
    struct micro_counts *counts; /* of what is answered */
};

/* A command with the message it came in; the command's strings live in the message and in root. */
struct inbox_item {
    natsMsg *msg;
    json_t *root;
    struct command command;
    size_t entries;        /* most entries it can write */
    struct slices *slices; /* of a batch that takes its turns, the command is the slice in hand; else NULL */
};
struct inbox {
    struct bus *bus;
    natsSubscription *sub;
    struct arena arena; /* decoded commands of the batch in hand */
    struct buf reply;   /* scratch */
    struct inbox_options options;
    size_t count;          /* items in hand */
    size_t bytes, entries; /* of those that are not finished */
    struct inbox_item items[INBOX_COMMANDS_MAX];
    natsMsg *carried; /* received, but beyond the batch's limits: first of the next */
    int64_t waiting;  /* in this subscription, when last looked at */
};

NODISCARD enum status inbox_open(struct inbox *in, struct bus *bus, const struct inbox_options *options);
/* Takes no more from the bus: drains the subscription, what has arrived is still handed out. */
void inbox_drain(struct inbox *in);
void inbox_close(struct inbox *in);

/* Waits up to wait_ms for the first command, takes whatever else waits, never lingers. With items in hand it
   only takes what waits, and what the limits leave room for. Malformed commands are answered here. Returns
   the number of items in hand, 0 when there was nothing. */
size_t inbox_receive(struct inbox *in, int wait_ms);
/* Sends the answer of an item; it goes out with inbox_flush. */
void inbox_answer(struct inbox *in, const struct inbox_item *item, const struct answer *answer);
/* As above for what Paybus itself says: busy, unavailable, internal_error, deadline_exceeded. */
void inbox_answer_problem(struct inbox *in, const struct inbox_item *item, enum outcome o);
/* Flushes the answers, once a batch. */
void inbox_flush(struct inbox *in);
/* Releases one of the items in hand: its message and its share of the limits. Its place stays taken. */
void inbox_finish(struct inbox *in, struct inbox_item *item);
/* Releases the messages in hand. */
void inbox_release(struct inbox *in);

#endif
