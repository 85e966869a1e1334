/* work.h - rows of work: locked and loaded, claimed, ended. Each call sends or reads its part of a pipeline
   or is one statement; transactions are the caller's. */
#ifndef WEBHOOK_STORE_WORK_H
#define WEBHOOK_STORE_WORK_H

#include "shared/io/db.h"
#include "webhook-svc/domain/work.h"

/* An attempt by its fencing token: who has another one has lost its lease. */
struct attempt_row {
    struct uuid id;
    int generation, attempts;
};
/* Of those that are under way unclaimed, by id. */
struct begun_attempts {
    const struct attempt_row *rows;
    size_t count;
    int64_t lease_ms;
};
struct work_ids {
    const struct uuid *ids;
    size_t count;
};
struct claim_row {
    struct attempt_row attempt; /* as it is from now on */
    int lapses;
    bool is_alone;
};
struct end_row {
    struct attempt_row attempt;
    enum work_state state;
    int64_t delay_ms;  /* of failed */
    const char *error; /* NULL: none */
    int begun;         /* attempts from now on */
    bool is_parked;    /* its message goes; the sweeper makes another one when it is due */
    bool is_unclaimed; /* the attempt is not in the row yet */
};

/* load_work in a pipeline: locks what nobody else has locked, so send it after BEGIN. ids in any order. */
NODISCARD enum status store_send_load_work(struct db *db, struct db_params *p, enum work_kind kind,
                                           const struct uuid *ids, size_t count);
/* The same rows, now, without a lock. */
NODISCARD enum status store_look_at_work(struct db *db, struct db_params *p, enum work_kind kind,
                                         const struct work_ids *ids, PGresult **ret_rows);
/* Its result's row. *ret_now_us: the database's clock. */
void store_read_work(const PGresult *r, int row, enum work_kind kind, struct work *ret_work,
                     int64_t *ret_now_us);
NODISCARD enum status store_send_claim_work(struct db *db, struct db_params *p, const struct claim_row *rows,
                                            size_t count, int64_t lease_ms);
/* The caller's *ret_rows has the ids of those that were claimed: the others are somebody else's. */
NODISCARD enum status store_claim_begun_work(struct db *db, struct db_params *p,
                                             const struct begun_attempts *attempts, PGresult **ret_rows);
/* A statement with one parameter: ids. */
NODISCARD enum status store_send_ids(struct db *db, struct db_params *p, int statement,
                                     const struct uuid *ids, size_t count);
NODISCARD enum status store_query_ids(struct db *db, struct db_params *p, int statement,
                                      const struct work_ids *ids, PGresult **ret_rows);
/* Rows sorted by id, so that two never wait for each other in a circle; nobody waits for what somebody else
   has locked. Its result: the ids of those that were ended. */
NODISCARD enum status store_send_finish_work(struct db *db, struct db_params *p, const struct end_row *rows,
                                             size_t count);
/* Which of them have ended so before; *ret_rows is the caller's: their ids. */
NODISCARD enum status store_find_ended_work(struct db *db, struct db_params *p, const struct end_row *rows,
                                            size_t count, PGresult **ret_rows);
/* Which of them are still to be ended: somebody else has locked their rows. As above. */
NODISCARD enum status store_find_unended_work(struct db *db, struct db_params *p, const struct end_row *rows,
                                              size_t count, PGresult **ret_rows);
NODISCARD enum status store_renew_leases(struct db *db, struct db_params *p, const struct attempt_row *rows,
                                         size_t count, int64_t lease_ms);

#endif
