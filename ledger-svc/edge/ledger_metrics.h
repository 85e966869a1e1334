/* ledger_metrics.h - what ledger-svc counts; shared by its workers. */
#ifndef LEDGER_EDGE_LEDGER_METRICS_H
#define LEDGER_EDGE_LEDGER_METRICS_H

#include "ledger-svc/domain/command.h"
#include "ledger-svc/domain/ledger.h"
#include "ledger-svc/edge/streams.h"
#include "ledger-svc/store/relay_cursor.h"
#include "shared/io/metrics.h"

struct ledger_metrics {
    struct metric *batch_commands;               /* histogram: commands in a batch */
    struct metric *batch_seconds;                /* histogram: from receive to answers */
    struct metric *commit_seconds;               /* histogram: storing and COMMIT */
    struct metric *queue_depth;                  /* gauge: commands waiting in this process */
    struct metric *malformed;                    /* counter */
    struct metric *answers_lost;                 /* counter: decided, stored, but the bus was away */
    struct metric *replays, *webhook_duplicates; /* counter: answered from a stored key or source */
    struct metric *bisections;                   /* counter: batches split after an unexpected failure */
    struct metric *poisonous;                    /* counter: commands that failed alone */
    struct metric *books_broken;                 /* counter: commands about what is not as walls keep it */
    struct metric *unknown_commits;              /* counter: COMMITs whose answer was lost */
    struct metric *database_connects;            /* counter */
    struct metric *blocks_sealed;                /* counter: by this process */
    struct metric *block_number;                 /* gauge: the newest block */
    struct metric *sealed_seq;                   /* gauge: the number of its last event */
    struct metric *seal_lag_seconds;             /* gauge: age of the oldest event that is not sealed */
    struct metric *stalled_sessions; /* counter: sessions of stopped processes that this one ended */
    struct metric *expiry_leads;     /* gauge: 1 in the one process that expires holds */
    struct metric *holds_open, *holds_overdue_seconds; /* gauges, there */
    struct metric *relay_leads;                        /* gauge: 1 in the one process that publishes */
    struct {
        struct metric *published;   /* counter: rows that the stream acknowledged */
        struct metric *seq;         /* gauge: number of the last of them */
        struct metric *lag_seconds; /* gauge: how long ago all were published */
        struct metric *refill;      /* gauge: rows that come again, beside what is new */
        struct metric *failures;    /* counter: times it had to find out anew where to go on */
        struct metric *rewinds;     /* counter: times it went back because messages were lost */
    } relay[RELAY_TABLES];
    struct {
        struct metric *messages, *bytes; /* gauges: what it has */
        struct metric *limit_bytes;      /* gauge: what it has room for */
        struct metric *oldest_seconds;   /* gauge: how long ago its first message was stored */
    } streams[STREAM_COUNT];
};
extern struct ledger_metrics ledger_metrics;

/* Registers every series at zero, but for what is no figure before somebody has looked. */
void ledger_metrics_init(void);
void command_metrics_init(void);    /* its part: command_metrics.c */
void contention_metrics_init(void); /* and contention_metrics.c */
/* paybus_ledger_partitions_ahead_seconds, which is not there before: 0 would be an alarm. */
void ledger_metrics_set_partitions(int64_t days);
/* paybus_ledger_commands_total{command,code}. type may be NULL (unknown subject). */
void ledger_metrics_count(const struct command_type *type, enum outcome o);
/* After COMMIT: how long the batch waited for its locks, and how many of its entries are of one account. */
void contention_metrics_count(const struct ledger *l, int64_t locks_took_us);
/* paybus_ledger_batch_retries_total{sqlstate}: classes that we know, "lost" without one, "other". */
void ledger_metrics_count_retry(const char *sqlstate);

#endif
