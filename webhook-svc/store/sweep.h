/* sweep.h - what the sweeper looks for. */
#ifndef WEBHOOK_STORE_SWEEP_H
#define WEBHOOK_STORE_SWEEP_H

#include "webhook-svc/store/dead_letters.h"
#include "webhook-svc/store/work.h"

/* A dead letter by its subject in PAY_DLQ. */
struct letter_place {
    struct uuid id, work_id; /* zero: none */
    enum work_kind kind;
};
/* Those that PAY_DLQ has not acknowledged; *ret_rows is the caller's, and what store_read_unpublished borrows
   from. */
NODISCARD enum status store_list_unpublished(struct db *db, int64_t limit, PGresult **ret_rows);
/* subject and error are copied into the buffers. */
#define SWEEP_TEXT_SIZE 512
struct dead_letter store_read_unpublished(const PGresult *rows, int row, char ret_subject[SWEEP_TEXT_SIZE],
                                          char ret_error[SWEEP_TEXT_SIZE]);
/* Those that are resolved and still in PAY_DLQ. */
NODISCARD enum status store_list_leftovers(struct db *db, int64_t limit, struct letter_place *ret_places,
                                           size_t *ret_count);
NODISCARD enum status store_forget_leftovers(struct db *db, const struct uuid *ids, size_t count);
/* Open ones that PAY_DLQ has acknowledged, behind an id. */
NODISCARD enum status store_list_published(struct db *db, const struct uuid *after, int64_t limit,
                                           struct letter_place *ret_places, size_t *ret_count);
NODISCARD enum status store_publish_again(struct db *db, const struct uuid *ids, size_t count);

/* Dead letters whose facts are not in the log: id, work_id, kind, event_type, error, attempts, facts,
   resolution, resolved_by, note. */
NODISCARD enum status store_list_without_facts(struct db *db, int64_t limit, PGresult **ret_rows);
struct fact_mark {
    struct uuid id;
    bool is_resolved; /* both facts are there, otherwise the first */
};
NODISCARD enum status store_mark_facts(struct db *db, const struct fact_mark *marks, size_t count);

struct lying_work {
    struct uuid id;
    int64_t enqueued_us; /* when its message was made or last seen */
};
/* Of a kind, which nobody has seen for so long, behind a place: up to max, the longest unseen first. */
struct lying_query {
    enum work_kind kind;
    int64_t seconds;
    struct lying_work behind; /* zero: from the first */
    size_t max;
};
NODISCARD enum status store_list_lying_work(struct db *db, const struct lying_query *query,
                                            struct lying_work *ret_work, size_t *ret_count);
/* Those of them that are still as they were, seen from now on: no other sweeper gets them. */
NODISCARD enum status store_take_lying_work(struct db *db, const struct lying_work *work, size_t count,
                                            struct uuid *ret_ids, size_t *ret_count);
struct sweep_ids {
    size_t count;
    struct uuid *ids;
};
/* Which of these were finished so long ago; there is room for all. */
NODISCARD enum status store_list_finished(struct db *db, const struct sweep_ids *of, int64_t seconds,
                                          struct sweep_ids *ret_finished);

/* Which of these dead letters were resolved some time ago; there is room for all. */
NODISCARD enum status store_list_resolved(struct db *db, const struct sweep_ids *of,
                                          struct sweep_ids *ret_resolved);

/* What waited in the database and was due. */
struct due_work {
    struct uuid *ids; /* the caller's, with room for all */
    size_t count;
    struct uuid last_lane; /* of those taken fairly */
};
/* Up to max, the longest due first. */
NODISCARD enum status store_take_due_work(struct db *db, size_t max, struct due_work *ret_due);
/* Up to max, of each lane from a lane on up to lane_max. */
struct fair_share {
    size_t max, lane_max;
    struct uuid from_lane;
};
NODISCARD enum status store_take_due_work_fairly(struct db *db, const struct fair_share *share,
                                                 struct due_work *ret_due);

#endif
