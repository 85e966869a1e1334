/* run_rows.h - the rows of runs: one at a time, the newest completed one says how far all is proved. */
#ifndef RECON_STORE_RUN_ROWS_H
#define RECON_STORE_RUN_ROWS_H

#include "recon-svc/store/session.h"
#include "shared/contract/recon_resources.h"
#include "shared/core/digest.h"

/* How far an earlier run came, and where the next one begins. */
struct run_place {
    int64_t seq;             /* events up to here have been looked at */
    int64_t pairing_seq;     /* to be known again to tell which transactions have an event */
    struct uuid transaction; /* up to this one they have been held against events */
    int64_t block_number;
    struct digest block_hash;
};
struct run_counts {
    int64_t events, entries, accounts, found;
};
struct run_request {
    struct uuid id;
    const char *mode, *trigger, *actor, *instance;
};

/* The lock is the session's. *ret_is_mine false: another process reconciles. */
NODISCARD enum status run_take(struct store *s, bool *ret_is_mine);
/* Whose run it is that has the lock; zero if it just ended. */
NODISCARD enum status run_find_running(struct store *s, struct uuid *ret_id);
/* Behind the lock: marks what a process left behind that ended. */
NODISCARD enum status run_abort_left(struct store *s, int64_t *ret_aborted);
/* All zero before the first run. */
NODISCARD enum status run_last_place(struct store *s, struct run_place *ret_place);
/* *ret_mark: the newest event; none below is still to come once run_is_settled for *ret_above. */
NODISCARD enum status run_insert(struct store *s, const struct run_request *run, int64_t from_seq,
                                 int64_t *ret_mark, int64_t *ret_above);
NODISCARD enum status run_is_settled(struct store *s, int64_t above, bool *ret_is_settled);
NODISCARD enum status run_progress(struct store *s, const struct uuid *id, const struct run_counts *counts);
/* What a run ends with. */
struct run_end_row {
    struct run_place place;
    struct run_counts counts;
    bool is_truncated;
    bool is_partial;    /* what is behind place was not looked at */
    struct str summary; /* JSON */
};
NODISCARD enum status run_complete(struct store *s, const struct uuid *id, const struct run_end_row *end);
NODISCARD enum status run_fail(struct store *s, const struct uuid *id, const char *error);
/* When a run, and a full one, last looked at all that there was (0: none did), how long ago that is, and how
 * old the oldest event is that none has looked at; -1: none did, or there is none. */
struct run_ages {
    int64_t any_us, full_us;
    int64_t any_s, full_s, behind_s;
};
NODISCARD enum status run_last_ends(struct store *s, struct run_ages *ret_ages);
/* STATUS_NOT_FOUND if there is none. Strings are borrowed from *ret_row. */
NODISCARD enum status run_read(struct store *s, const struct uuid *id, PGresult **ret_row,
                               struct recon_run_resource *ret_run);
NODISCARD enum status run_clock(struct store *s, int64_t *ret_now_us);

#endif
