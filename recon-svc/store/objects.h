/* objects.h - objects by their ids: pages of them, and statements that say what is wrong with those of a
 * list. */
#ifndef RECON_STORE_OBJECTS_H
#define RECON_STORE_OBJECTS_H

#include "recon-svc/domain/anomaly.h"
#include "recon-svc/domain/id_list.h"
#include "recon-svc/store/session.h"

#define OBJECTS_PAGE 1000

/* Adds ids after one, at most OBJECTS_PAGE; *ret_after is the last. False count: *ret_count below
   OBJECTS_PAGE is the end. statement: page_accounts, page_holds, page_reversals. */
NODISCARD enum status objects_page(struct store *s, int statement, struct uuid *after, struct id_list *ids,
                                   size_t *ret_count);
/* What check_reversals, check_projection say of ids. deadline_us 0: the statement has no second parameter. */
NODISCARD enum status objects_check(struct store *s, int statement, const struct id_list *ids,
                                    int64_t deadline_us, struct anomalies *found);
/* is_quick: facts are looked for up to the day of a hold's last change only. */
NODISCARD enum status objects_check_holds(struct store *s, const struct id_list *ids, int64_t deadline_us,
                                          bool is_quick, struct anomalies *found);
/* At most OBJECTS_PAGE. changed, sorted: of which there are facts after the first; is_full: any may be. */
NODISCARD enum status objects_check_accounts(struct store *s, const struct id_list *ids,
                                             const struct id_list *changed, struct anomalies *found);
/* What a statement with the parameters of s says. */
NODISCARD enum status objects_query_found(struct store *s, int statement, struct anomalies *found);
NODISCARD enum status objects_check_work(struct store *s, int64_t deadline_us, struct anomalies *found);
/* What statements of banks leave open; entries from before late_day should have come. */
NODISCARD enum status objects_check_statements(struct store *s, int32_t late_day, struct anomalies *found);
NODISCARD enum status objects_check_currencies(struct store *s, struct anomalies *found);
/* The blocks that earlier runs verified, whatever the chain says by itself now. */
NODISCARD enum status objects_check_proved_blocks(struct store *s, struct anomalies *found);
/* Adds those of the accounts whose projection is behind, but for those that are marked already. */
NODISCARD enum status objects_list_behind(struct store *s, const struct id_list *accounts,
                                          struct id_list *behind);
/* Those of the accounts whose projection is still behind are among list_differing_accounts from now on. */
NODISCARD enum status objects_mark_behind(struct store *s, const struct id_list *accounts);
NODISCARD enum status objects_list_overdue_holds(struct store *s, int64_t deadline_us, struct id_list *ids);
/* One page of webhook events after *after; those without work are found. */
NODISCARD enum status objects_check_webhook_events(struct store *s, struct uuid *after,
                                                   struct anomalies *found, size_t *ret_count);
NODISCARD enum status objects_check_keys(struct store *s, struct uuid *after, struct anomalies *found,
                                         size_t *ret_count);
/* Those of the sources that caused more than one command are found. */
NODISCARD enum status objects_check_sources(struct store *s, const struct str *sources, size_t count,
                                            struct anomalies *found);

/* Transactions after *after up to one, at most OBJECTS_PAGE * 10. */
NODISCARD enum status objects_page_transactions(struct store *s, const struct uuid bounds[2],
                                                struct id_list *ids);
/* Entries without transaction between the bounds; the accounts that they are on are added to accounts. */
NODISCARD enum status objects_find_lost_entries(struct store *s, const struct uuid bounds[2],
                                                struct id_list *accounts, struct anomalies *found);
/* Adds the transactions that events after *seq post; *seq becomes the last one's number. */
NODISCARD enum status objects_list_posted(struct store *s, int64_t *seq, struct id_list *ids,
                                          size_t *ret_count);
/* Adds the accounts of the holds to accounts. */
NODISCARD enum status objects_accounts_of_holds(struct store *s, const struct id_list *holds,
                                                struct id_list *accounts);
NODISCARD enum status objects_list_unknown_accounts(struct store *s, const struct uuid bounds[2],
                                                    struct id_list *accounts);

#endif
