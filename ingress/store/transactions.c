/* transactions.c - the filters decide which index leads, so each kind of list has a statement of its own. A
   page looks at a bounded number of rows: what a word's index shares with everybody is left for what belongs
   to the account or owner, and the page may end before it is full. */
#include "ingress/store/transactions.h"

#include "ingress/store/accounts.h"
#include "ingress/store/bounds.h"
#include "ingress/store/entries.h"
#include "ingress_statements.h"

#define PARAMS_MAX         (64 << 10) /* with all the metadata that a query can name */
#define DETAILS_PARAMS_MAX 4096

/* Where the page ends: at the cursor or at the time, whichever is earlier. */
static struct uuid end_id(const struct transaction_list *l)
{
    return bounds_end_id(l->before != NULL ? l->before : &UUID_LAST, l->until_us);
}

enum status transactions_find(struct db *db, const void *args, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, args);
    return db_query(db, INGRESS_SQL_FIND_TRANSACTION, &p, ret_result);
}

static bool is_rare(struct str kind)
{
    return kind.data != NULL && !str_eq_c(kind, "transfer");
}

/* Everybody's, or of a rare kind. */
static enum status list_all(struct db *db, const struct transaction_list *l, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    struct uuid first = bounds_first_id(l->from_us), last = end_id(l);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &last);
    db_param_text(&p, l->kind);
    db_param_uuid(&p, &first);
    db_param_time(&p, l->from_us);
    db_param_time(&p, l->until_us);
    db_param_int8(&p, l->limit);
    if (!is_rare(l->kind)) {
        return db_query(db, INGRESS_SQL_LIST_TRANSACTIONS, &p, ret_result);
    }
    db_param_text(&p, l->owner);
    return db_query(db, INGRESS_SQL_LIST_TRANSACTIONS_OF_RARE_KIND, &p, ret_result);
}

static enum status list_by_reference(struct db *db, const struct transaction_list *l, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, l->before != NULL ? l->before : &UUID_LAST);
    db_param_text(&p, l->kind);
    db_param_time(&p, l->from_us);
    db_param_time(&p, l->until_us);
    db_param_int8(&p, l->limit);
    db_param_text(&p, l->reference);
    db_param_text(&p, l->owner);
    return db_query(db, INGRESS_SQL_LIST_TRANSACTIONS_BY_REFERENCE, &p, ret_result);
}

static enum status list_by_metadata(struct db *db, const struct transaction_list *l, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, l->before != NULL ? l->before : &UUID_LAST);
    db_param_text(&p, l->kind);
    db_param_time(&p, l->from_us);
    db_param_time(&p, l->until_us);
    db_param_int8(&p, l->limit);
    db_param_text(&p, l->metadata);
    db_param_text(&p, l->owner);
    db_param_uuid(&p, l->account);
    db_param_text(&p, l->reference);
    return db_query(db, INGRESS_SQL_LIST_TRANSACTIONS_BY_METADATA, &p, ret_result);
}

static enum status list_of_account(struct db *db, const struct transaction_list *l, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, l->account);
    db_param_text(&p, l->owner);
    db_param_uuid(&p, l->before);
    bounds_param_time(&p, l->from_us, TIME_FIRST_US);
    bounds_param_time(&p, l->until_us, TIME_LAST_US);
    db_param_text(&p, l->kind);
    db_param_text(&p, l->reference);
    db_param_int8(&p, l->limit);
    db_param_text(&p, l->metadata);
    return db_query(db, INGRESS_SQL_LIST_TRANSACTIONS_OF_ACCOUNT, &p, ret_result);
}

static enum status list_of_owner(struct db *db, const struct transaction_list *l, int64_t accounts,
                                 PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, l->owner);
    db_param_uuid(&p, l->before);
    bounds_param_time(&p, l->from_us, TIME_FIRST_US);
    bounds_param_time(&p, l->until_us, TIME_LAST_US);
    db_param_text(&p, l->kind);
    db_param_int8(&p, l->limit);
    db_param_text(&p, l->reference);
    db_param_text(&p, l->metadata);
    db_param_int8(&p, bounds_looked_at(accounts, l->limit));
    return db_query(db, INGRESS_SQL_LIST_TRANSACTIONS_OF_OWNER, &p, ret_result);
}

static enum status list_newest(struct db *db, const struct transaction_list *l, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    struct uuid first = bounds_first_id(l->from_us), last = end_id(l);
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, l->owner);
    db_param_uuid(&p, &last);
    db_param_time(&p, l->from_us);
    db_param_time(&p, l->until_us);
    db_param_text(&p, l->kind);
    db_param_int8(&p, l->limit);
    db_param_uuid(&p, &first);
    db_param_text(&p, l->reference);
    db_param_text(&p, l->metadata);
    return db_query(db, INGRESS_SQL_LIST_NEWEST_TRANSACTIONS, &p, ret_result);
}

/* Did the page end before it was full, because enough was looked at? */
static bool is_cut(const PGresult *r)
{
    int rows = PQntuples(r);
    return rows > 0 && transaction_row_is_last(r, rows - 1);
}

static enum status hand_over(enum status s, PGresult **r, PGresult **ret_result)
{
    if (s == STATUS_OK) {
        *ret_result = *r;
        *r = NULL;
    }
    return s;
}

/* Where the kind's own index can help. */
static bool has_only_rare_kind(const struct transaction_list *l)
{
    return is_rare(l->kind) && l->reference.data == NULL && l->metadata.data == NULL;
}

static enum status list_own(struct db *db, const struct transaction_list *l, PGresult **ret_result)
{
    int64_t accounts;
    enum status s = accounts_count(db, l->owner, &accounts);
    if (s != STATUS_OK) {
        return s;
    }
    if (accounts > ACCOUNTS_ASKED_MAX) {
        return has_only_rare_kind(l) ? list_all(db, l, ret_result) : list_newest(db, l, ret_result);
    }
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    s = list_of_owner(db, l, accounts, &r);
    if (s == STATUS_OK && is_cut(r) && has_only_rare_kind(l)) {
        return list_all(db, l, ret_result);
    }
    return hand_over(s, &r, ret_result);
}

/* From the newest back, whatever index the words may have. */
static enum status list_back(struct db *db, const struct transaction_list *l, PGresult **ret_result)
{
    if (l->account != NULL) {
        return list_of_account(db, l, ret_result);
    }
    return l->owner.data != NULL ? list_own(db, l, ret_result) : list_newest(db, l, ret_result);
}

static enum status is_common(struct db *db, struct str metadata, bool *ret_is_common)
{
    struct db_params p CLEANUP(db_params_free);
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, metadata);
    enum status s = db_query(db, INGRESS_SQL_IS_COMMON_METADATA, &p, &r);
    if (s == STATUS_OK) {
        *ret_is_common = db_get_bool(r, 0, 0);
    }
    return s;
}

/* What many share is not looked through for the sake of one. */
static enum status list_of_metadata(struct db *db, const struct transaction_list *l, PGresult **ret_result)
{
    bool common;
    enum status s = is_common(db, l->metadata, &common);
    if (s != STATUS_OK) {
        return s;
    }
    return common ? list_back(db, l, ret_result) : list_by_metadata(db, l, ret_result);
}

/* By the index, and from the newest back when that has not led far enough. */
static enum status list_of_reference(struct db *db, const struct transaction_list *l, PGresult **ret_result)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    enum status s = list_by_reference(db, l, &r);
    if (s == STATUS_OK && l->owner.data != NULL && is_cut(r)) {
        return list_own(db, l, ret_result);
    }
    return hand_over(s, &r, ret_result);
}

enum status transactions_list(struct db *db, const void *args, PGresult **ret_result)
{
    const struct transaction_list *l = args;
    if (l->metadata.data != NULL) {
        return list_of_metadata(db, l, ret_result);
    }
    if (l->account == NULL && l->reference.data != NULL) {
        return list_of_reference(db, l, ret_result);
    }
    if (l->account == NULL && l->owner.data == NULL) {
        return list_all(db, l, ret_result);
    }
    return list_back(db, l, ret_result);
}

enum status transactions_details(struct db *db, const void *args, PGresult **ret_result)
{
    const struct entry_ids *ids = args;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, DETAILS_PARAMS_MAX);
    entry_ids_param(&p, ids);
    return db_query(db, INGRESS_SQL_LIST_TRANSACTION_DETAILS, &p, ret_result);
}

static struct uuid uuid_or_zero(const PGresult *r, int row, int column)
{
    struct uuid zero = {0};
    return db_is_null(r, row, column) ? zero : db_get_uuid(r, row, column);
}

static int64_t int_or_zero(const PGresult *r, int row, int column)
{
    return db_is_null(r, row, column) ? 0 : db_get_int(r, row, column);
}

void transaction_details_find(const PGresult *r, const struct uuid *transaction,
                              struct transaction_details *ret_details)
{
    for (int row = 0; row < PQntuples(r); row++) {
        struct uuid id = db_get_uuid(r, row, 0);
        if (uuid_compare(&id, transaction) == 0) {
            *ret_details = (struct transaction_details){
                .reverses = uuid_or_zero(r, row, 1),
                .hold = uuid_or_zero(r, row, 2),
                .reason = db_get_str(r, row, 3),
                .rate_numerator = int_or_zero(r, row, 4),
                .rate_denominator = int_or_zero(r, row, 5),
                .rounding = db_get_str(r, row, 6),
            };
            return;
        }
    }
}

void transaction_row(const PGresult *r, int row, struct transaction_resource *ret_transaction,
                     int64_t *ret_entry_count)
{
    *ret_transaction = (struct transaction_resource){
        .id = db_get_uuid(r, row, 0),
        .kind = db_get_str(r, row, 1),
        .amount = db_get_int(r, row, 2),
        .currency = db_get_str(r, row, 3),
        .description = db_get_str(r, row, 4),
        .reference = db_get_str(r, row, 5),
        .metadata = db_get_str(r, row, 6),
        .created_us = db_get_time(r, row, 7),
    };
    *ret_entry_count = db_get_int(r, row, 8);
}

bool transaction_row_has_details(const PGresult *r, int row)
{
    struct str kind = db_get_str(r, row, 1);
    return str_eq_c(kind, "reversal") || str_eq_c(kind, "hold_capture") || str_eq_c(kind, "exchange");
}

bool transaction_row_is_wanted(const PGresult *r, int row)
{
    return db_get_bool(r, row, 9);
}

bool transaction_row_is_last(const PGresult *r, int row)
{
    return db_get_bool(r, row, 10);
}

struct uuid transaction_row_id(const PGresult *r, int row)
{
    return db_get_uuid(r, row, 0);
}
