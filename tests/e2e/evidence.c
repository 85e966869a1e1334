/* evidence.c - see evidence.h. */
#include "tests/e2e/evidence.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"

#define PARAMS_BYTES 256
#define ANSWER_BYTES ((size_t)8 << 20)

static PGresult *ask(struct db *db, int statement, const struct db_params *params)
{
    PGresult *r = NULL;
    if (db_query(db, statement, params, &r) != STATUS_OK)
        servers_fail("%s failed: %s", e2e_statements[statement].name, db_error(db));
    return r;
}

static void *rows(const PGresult *r, size_t size, size_t *ret_count)
{
    *ret_count = (size_t)PQntuples(r);
    void *array = calloc(*ret_count + 1, size);
    if (array == NULL)
        servers_fail("no memory for the evidence");
    return array;
}

static void take_word(const PGresult *r, int row, int column, char *ret_text, size_t size)
{
    struct str s = db_get_str(r, row, column);
    (void)snprintf(ret_text, size, "%.*s", (int)s.len, s.data == NULL ? "" : s.data);
}

static enum evidence_status status_of(struct str s)
{
    if (str_eq_c(s, "open"))
        return EVIDENCE_OPEN;
    return str_eq_c(s, "frozen") ? EVIDENCE_FROZEN : EVIDENCE_CLOSED;
}

static void read_accounts(struct db *db, struct evidence *e)
{
    CLEANUP(db_result_ptr) PGresult *r = ask(db, E2E_SQL_LIST_KNOWN_ACCOUNTS, NULL);
    e->accounts = rows(r, sizeof *e->accounts, &e->account_count);
    for (int i = 0; i < PQntuples(r); i++) {
        struct evidence_account *a = &e->accounts[i];
        a->exists = true;
        a->id = db_get_uuid(r, i, 0);
        take_word(r, i, 1, a->role, sizeof a->role);
        a->may_go_negative = db_get_bool(r, i, 2);
        a->status = status_of(db_get_str(r, i, 3));
        a->debits = db_get_int(r, i, 4);
        a->credits = db_get_int(r, i, 5);
        a->held = db_get_int(r, i, 6);
        a->version = db_get_int(r, i, 7);
        take_word(r, i, 8, a->owner, sizeof a->owner);
        a->is_system = db_get_bool(r, i, 9);
    }
}

static void read_holds(struct db *db, struct evidence *e)
{
    CLEANUP(db_result_ptr) PGresult *r = ask(db, E2E_SQL_LIST_KNOWN_HOLDS, NULL);
    e->holds = rows(r, sizeof *e->holds, &e->hold_count);
    for (int i = 0; i < PQntuples(r); i++) {
        struct evidence_hold *h = &e->holds[i];
        h->exists = true;
        h->id = db_get_uuid(r, i, 0);
        h->account = db_get_uuid(r, i, 1);
        h->destination = db_get_uuid(r, i, 2);
        h->amount = db_get_int(r, i, 3);
        h->captured = db_get_int(r, i, 4);
        take_word(r, i, 5, h->status, sizeof h->status);
        h->expires_us = db_get_time(r, i, 6);
        take_word(r, i, 7, h->owner, sizeof h->owner);
    }
}

static void read_transactions(struct db *db, struct evidence *e)
{
    CLEANUP(db_result_ptr) PGresult *r = ask(db, E2E_SQL_LIST_KNOWN_TRANSACTIONS, NULL);
    e->transactions = rows(r, sizeof *e->transactions, &e->transaction_count);
    for (int i = 0; i < PQntuples(r); i++) {
        struct evidence_transaction *t = &e->transactions[i];
        t->id = db_get_uuid(r, i, 0);
        t->amount = db_get_int(r, i, 1);
        take_word(r, i, 2, t->kind, sizeof t->kind);
    }
}

static void read_facts(struct db *db, int64_t after_event, struct evidence *e)
{
    CLEANUP(db_params_free) struct db_params params = {0};
    db_params_init(&params, PARAMS_BYTES);
    db_param_int8(&params, after_event);
    CLEANUP(db_result_ptr) PGresult *r = ask(db, E2E_SQL_LIST_FACTS, &params);
    e->facts = rows(r, sizeof *e->facts, &e->fact_count);
    for (int i = 0; i < PQntuples(r); i++) {
        struct evidence_fact *f = &e->facts[i];
        f->number = db_get_int(r, i, 0);
        take_word(r, i, 1, f->type, sizeof f->type);
        f->object = db_get_uuid(r, i, 2);
        take_word(r, i, 3, f->key, sizeof f->key);
        f->created_us = db_get_time(r, i, 4);
        f->xid = db_get_int(r, i, 5);
    }
}

static void read_entries(struct db *db, struct evidence *e)
{
    CLEANUP(db_result_ptr) PGresult *r = ask(db, E2E_SQL_LIST_LEGS, NULL);
    e->entries = rows(r, sizeof *e->entries, &e->entry_count);
    for (int i = 0; i < PQntuples(r); i++) {
        struct evidence_entry *leg = &e->entries[i];
        leg->transaction = db_get_uuid(r, i, 0);
        leg->account = db_get_uuid(r, i, 1);
        leg->version = db_get_int(r, i, 2);
        leg->is_debit = db_get_bool(r, i, 3);
        leg->amount = db_get_int(r, i, 4);
        leg->balance_after = db_get_int(r, i, 5);
        if (!db_is_null(r, i, 6))
            leg->hold = db_get_uuid(r, i, 6);
    }
}

/* Adds what one row has of an answer; gives the item with which the next slice begins, 0: there is none. */
static int add_slice(struct evidence_answer *a, struct str body, struct buf *text)
{
    static const char next_mark[] = "\"next\":", results_mark[] = "\"results\":[";
    const char *results = memmem(body.data, body.len, results_mark, strlen(results_mark));
    const char *mark = memmem(body.data, body.len, next_mark, strlen(next_mark));
    int next = mark == NULL || results == NULL || mark > results
                   ? 0
                   : (int)strtol(mark + strlen(next_mark), NULL, 10);
    if (next == 0 && a->slice_count == 0) { /* in one piece */
        buf_add(text, body.data, body.len);
        return 0;
    }
    if (results == NULL || a->slice_count == EVIDENCE_SLICES_MAX)
        servers_fail("%s has something else among its slices: %s", a->key, body.data);
    results += strlen(results_mark);
    buf_add_str(text, a->slice_count == 0 ? "{\"results\":[" : ",");
    buf_add(text, results, (size_t)(body.data + body.len - results) - strlen("]}"));
    a->slice_ends[a->slice_count++] = next == 0 ? INT_MAX : next;
    return next;
}

/* The answer whose first row that is; gives the row after its last. Of an unfinished batch the body is no
 * JSON. */
static int read_answer(const PGresult *r, int row, struct evidence_answer *a)
{
    struct buf text;
    int next = 0;
    buf_init(&text, ANSWER_BYTES);
    take_word(r, row, 0, a->key, sizeof a->key);
    a->status = (int)db_get_int(r, row, 1);
    take_word(r, row, 3, a->owner, sizeof a->owner);
    do {
        next = add_slice(a, db_get_str(r, row++, 2), &text);
    } while (next > 0 && row < PQntuples(r) && str_eq_c(db_get_str(r, row, 0), a->key));
    if (a->slice_count > 0 && next == 0)
        buf_add_str(&text, "]}");
    if (buf_status(&text) != STATUS_OK)
        servers_fail("no memory for an answer");
    a->body = text.data;
    return row;
}

static void read_answers(struct db *db, struct evidence *e)
{
    CLEANUP(db_result_ptr) PGresult *r = ask(db, E2E_SQL_LIST_ANSWERS, NULL);
    e->answers = rows(r, sizeof *e->answers, &e->answer_count);
    e->answer_count = 0;
    for (int row = 0; row < PQntuples(r);)
        row = read_answer(r, row, &e->answers[e->answer_count++]);
}

void evidence_read(const struct harness *h, int64_t after_event, struct evidence *ret)
{
    struct evidence e = {0};
    struct db *db = harness_database(h);
    if (db_exec(db, "begin isolation level repeatable read read only") != STATUS_OK)
        servers_fail("no snapshot: %s", db_error(db));
    PGresult *last = ask(db, E2E_SQL_FIND_LAST_EVENT, NULL);
    e.last_event = db_get_int(last, 0, 0);
    PQclear(last);
    read_accounts(db, &e);
    read_holds(db, &e);
    read_transactions(db, &e);
    read_facts(db, after_event, &e);
    read_entries(db, &e);
    read_answers(db, &e);
    db_close(db);
    *ret = e;
}

void evidence_free(struct evidence *e)
{
    for (size_t i = 0; i < e->answer_count; i++)
        free(e->answers[i].body);
    free(e->accounts);
    free(e->holds);
    free(e->transactions);
    free(e->facts);
    free(e->entries);
    free(e->answers);
    *e = (struct evidence){0};
}

/* The id is the first member of all that is looked for. */
static int by_id(const void *a, const void *b)
{
    return uuid_compare(a, b);
}

struct evidence_account *evidence_find_account(const struct evidence *e, const struct uuid *id)
{
    return bsearch(id, e->accounts, e->account_count, sizeof *e->accounts, by_id);
}

struct evidence_hold *evidence_find_hold(const struct evidence *e, const struct uuid *id)
{
    return bsearch(id, e->holds, e->hold_count, sizeof *e->holds, by_id);
}

struct evidence_transaction *evidence_find_transaction(const struct evidence *e, const struct uuid *id)
{
    return bsearch(id, e->transactions, e->transaction_count, sizeof *e->transactions, by_id);
}

static int by_key(const void *key, const void *answer)
{
    return strcmp(key, ((const struct evidence_answer *)answer)->key);
}

const struct evidence_answer *evidence_find_answer(const struct evidence *e, const char *key)
{
    return bsearch(key, e->answers, e->answer_count, sizeof *e->answers, by_key);
}

size_t evidence_find_entries(const struct evidence *e, const struct uuid *transaction,
                             const struct evidence_entry **ret_first)
{
    const struct evidence_entry *end = e->entries + e->entry_count;
    const struct evidence_entry *first =
        bsearch(transaction, e->entries, e->entry_count, sizeof *e->entries, by_id);
    if (first == NULL)
        return 0;
    while (first > e->entries && uuid_compare(&first[-1].transaction, transaction) == 0)
        first--;
    size_t count = 0;
    while (first + count < end && uuid_compare(&first[count].transaction, transaction) == 0)
        count++;
    *ret_first = first;
    return count;
}
