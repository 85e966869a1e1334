/* replay.h - what operators ask for: dead letters found, listed, put back to work, discarded; failures on
   demand. */
#ifndef WEBHOOK_STORE_REPLAY_H
#define WEBHOOK_STORE_REPLAY_H

#include "shared/io/db.h"
#include "webhook-svc/domain/work.h"

/* Zero and data NULL: any. */
struct dead_letter_filter {
    struct str kind, event_type, error_contains;
    int64_t from_us, to_us; /* made from then on, up to before then */
};
struct found_dead_letter {
    struct uuid work_id; /* zero: it names none */
    bool is_open;
};
/* STATUS_NOT_FOUND. */
NODISCARD enum status store_find_dead_letter(struct db *db, const struct uuid *id,
                                             struct found_dead_letter *ret_found);
NODISCARD enum status store_find_work_of_event(struct db *db, const struct uuid *event,
                                               struct uuid *ret_work);
/* Up to limit open ones behind that id: id, work_id, kind, object_id, event_type, error, attempts,
   stream_seq, created_at. *ret_rows is the caller's. */
NODISCARD enum status store_list_open_dead_letters(struct db *db, const struct dead_letter_filter *filter,
                                                   int64_t limit, const struct uuid *after,
                                                   PGresult **ret_rows);
NODISCARD enum status store_count_open_dead_letters(struct db *db, const struct dead_letter_filter *filter,
                                                    int64_t *ret_count);

struct replayed_work {
    size_t count;
    int64_t resolved; /* dead letters */
    int64_t of_kind[WORK_KIND_COUNT];
    struct uuid *ids; /* room for as many as were asked for */
};
/* By whom: actor. */
NODISCARD enum status store_replay_work(struct db *db, const struct uuid *ids, size_t count, struct str actor,
                                        struct replayed_work *ret_replayed);
/* Parked, for the sweeper to publish when there is room. */
NODISCARD enum status store_replay_work_later(struct db *db, const struct uuid *ids, size_t count,
                                              struct str actor, struct replayed_work *ret_replayed);
/* By whom and why (data NULL: not said). STATUS_NOT_FOUND: it is not open. */
NODISCARD enum status store_discard_dead_letter(struct db *db, const struct uuid *id, struct str actor,
                                                struct str note);
NODISCARD enum status store_set_injected_failure(struct db *db, struct str event_id, struct str provider,
                                                 int64_t times);

#endif
