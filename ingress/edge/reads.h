/* reads.h - the routes that read, and what they share: a query over the pool, and the pages of lists. */
#ifndef INGRESS_EDGE_READS_H
#define INGRESS_EDGE_READS_H

#include "ingress/domain/cursor.h"
#include "ingress/edge/account_reader.h"
#include "ingress/edge/exchange.h"
#include "shared/contract/resources.h"

/* Runs a statement on a connection of the pool; a connection that turns out to be dead is replaced once.
   False: the refusal is written. */
bool reads_run(struct exchange *ex,
               enum status (*run)(struct db *db, const void *args, PGresult **ret_result), const void *args,
               PGresult **ret_result);

/* Answers what could not be read; s is not STATUS_OK. */
void reads_refuse(struct exchange *ex, enum status s);

/* The account in the path, if the caller may read it; its strings are borrowed from found. False: the refusal
   is written. */
bool reads_account_row(struct exchange *ex, struct found_account *found, struct account_resource *ret);

/* Which page of a list is wanted. */
struct page {
    int64_t limit;
    int64_t scope; /* of its cursors */
    bool has_cursor;
    struct cursor cursor;
};
/* Reads limit and cursor; false: the refusal is written. */
bool reads_page(struct exchange *ex, struct page *ret_page);
/* {"data":[ */
struct json_out reads_list_open(struct exchange *ex);
/* What a row says of its list: where it goes on behind the row, and whether the page ends here, since so many
   were looked at. */
struct list_place {
    struct cursor cursor;
    bool is_last;
};
/* Writes a row if it is wanted: the last one that was looked at may be there for its place only. */
typedef struct list_place list_row(const struct exchange *ex, struct json_out *out, const PGresult *r,
                                   int row);
/* Answers a page out of at most limit + 1 rows: the one beyond the limit says that there are more. */
void reads_list(struct exchange *ex, const struct page *page, const PGresult *r, list_row *write);
/* ],"next_cursor":...}; last is the last row shown, NULL when nothing follows it. */
void reads_list_close(struct json_out *out, const struct page *page, const struct cursor *last);
/* A text, or null when it has no data. */
void reads_text_or_null(struct json_out *out, const char *key, struct str text);
/* A time parameter's microseconds, or the fallback. */
int64_t reads_time(const struct exchange *ex, const char *name, int64_t fallback);

void reads_currencies(struct exchange *ex);
void reads_accounts(struct exchange *ex);
void reads_account(struct exchange *ex);
void reads_balance(struct exchange *ex);
void reads_statement(struct exchange *ex);
void reads_camt(struct exchange *ex); /* the same with format=camt.053 */
void reads_transactions(struct exchange *ex);
void reads_transaction(struct exchange *ex);
void reads_entries(struct exchange *ex);
void reads_webhook_endpoints(struct exchange *ex);
void reads_webhook_endpoint(struct exchange *ex);
void reads_webhook_deliveries(struct exchange *ex);
void reads_webhook_delivery(struct exchange *ex);
void reads_holds(struct exchange *ex);
void reads_hold(struct exchange *ex);
void reads_events(struct exchange *ex);
void reads_audit(struct exchange *ex);
void reads_webhook_events(struct exchange *ex);
void reads_webhook_event(struct exchange *ex);
void reads_dead_letters(struct exchange *ex);
void reads_dead_letter(struct exchange *ex);
void reads_chain(struct exchange *ex);
void reads_latest_reconcile_run(struct exchange *ex);
void reads_reconcile_run(struct exchange *ex);
void reads_reconcile_runs(struct exchange *ex);
void reads_anomalies(struct exchange *ex);
void reads_anomaly(struct exchange *ex);
void reads_bank_statements(struct exchange *ex);
void reads_bank_statement(struct exchange *ex);
void reads_bank_statement_lines(struct exchange *ex);

#endif
