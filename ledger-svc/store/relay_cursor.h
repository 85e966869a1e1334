/* relay_cursor.h - how far the relay has come with a feed, and which rows come next: events, or work. A table
   has no order in which its rows become visible: numbers are drawn before COMMIT, so a lower one may appear
   after a higher one. The relay therefore publishes windows: what was committed between two snapshots, by
   number. (docs/decisions/0014) */
#ifndef LEDGER_STORE_RELAY_CURSOR_H
#define LEDGER_STORE_RELAY_CURSOR_H

#include "shared/chain/chain.h"

#define RELAY_CLUSTER_SIZE  24
#define RELAY_SNAPSHOT_SIZE 16384 /* some 800 transactions under way */

enum relay_table { RELAY_EVENTS, RELAY_WORK, RELAY_TABLES };
const char *relay_table_name(enum relay_table table);

struct relay_cursor {
    enum relay_table table;
    char cluster[RELAY_CLUSTER_SIZE]; /* the snapshots' */
    /* Numbers up to foreign_seq may be another cluster's, where transaction numbers mean nothing. Once all
       transactions below foreign_xid have ended, none of them is still to come. */
    int64_t foreign_seq, foreign_xid;
    /* No number that is visible in settled is above base_seq. At the beginning and after messages were lost
       what is visible there goes by number alone, and the rest by windows. */
    int64_t base_seq;
    char settled[RELAY_SNAPSHOT_SIZE];
    char horizon[RELAY_SNAPSHOT_SIZE]; /* ""; those up to base_seq are under way */
    int64_t acked_seq;
    struct {
        int64_t seq, last_seq; /* after this one, up to this one; the same: nothing */
    } history; /* what comes again, beside the windows: it is old, and they do not wait for it */
    int64_t new_seq, last_seq; /* of the window: transactions that began in it wrote between these numbers */
    int64_t
        since_us; /* little in the window is older, by less than a day; by number: when settled was taken */
    struct {      /* the last acknowledged message; seq 0: none */
        int64_t created_ns, seq;
        struct uuid id;  /* of the event or the work */
        int64_t missing; /* known holes: messages that are missing before it */
    } stream;
    int64_t recent_seq; /* no number published within the last minutes is below; 0: not known */
    int64_t updated_us;
    int64_t asked_us; /* somebody asks for all from this time on again; 0: nobody does */
};

/* *ret_is_new: the relay has not begun, only cluster is set. *ret_is_foreign: the cursor is another
   cluster's; cluster is the present one's. */
NODISCARD enum status relay_cursor_load(struct db *db, enum relay_table table,
                                        struct relay_cursor *ret_cursor, bool *ret_is_new,
                                        bool *ret_is_foreign);
NODISCARD enum status relay_cursor_save(struct db *db, const struct relay_cursor *c);
/* Does somebody ask for a rewind? */
NODISCARD enum status relay_cursor_is_asked(struct db *db, enum relay_table table, bool *ret_asked);

/* From where on events come again. */
struct relay_reach {
    int64_t from_us;  /* all from this time on */
    int64_t from_seq; /* and from this number on; 0: the time is enough */
    int64_t at_most;  /* but only so many of the newest numbers; 0: however many */
};
/* From now on: all events within reach again, or all work that is not finished, whenever it was written: the
   newest of them by number, then windows, and beside these the others. What is not published yet comes as it
   would have: windows begin behind the last one that was done. */
NODISCARD enum status relay_cursor_rewind(struct db *db, struct relay_cursor *c,
                                          const struct relay_reach *reach);
/* The same where nothing is known of the transaction numbers that are there: at the first start, in another
   cluster. */
NODISCARD enum status relay_cursor_rebase(struct db *db, struct relay_cursor *c,
                                          const struct relay_reach *reach);
/* False: transactions are under way that may still commit a number up to foreign_seq. */
NODISCARD enum status relay_cursor_is_settled(struct db *db, const struct relay_cursor *c, bool *ret_settled);
/* The window after the one that is done. *ret_is_empty: nothing was committed since. */
NODISCARD enum status relay_cursor_next_window(struct db *db, struct relay_cursor *c, bool *ret_is_empty);
/* The same without a look at what is in it, where that takes too long: its bounds are wider than it is. */
NODISCARD enum status relay_cursor_next_window_unseen(struct db *db, struct relay_cursor *c);
/* The next events, at most limit (and CHAIN_READ_MAX), with what they post; none: they are all published. */
NODISCARD enum status relay_cursor_read(struct db *db, const struct relay_cursor *c, int64_t limit,
                                        struct chain_rows *ret_rows);

/* The next of what is to come again beside the windows; none: it has all come. */
NODISCARD enum status relay_cursor_read_history(struct db *db, const struct relay_cursor *c, int64_t limit,
                                                struct chain_rows *ret_rows);
bool relay_cursor_has_history(const struct relay_cursor *c);

/* STATUS_INVALID: there is no such event. */
NODISCARD enum status relay_event_time(struct db *db, int64_t seq, int64_t *ret_us);

#endif
