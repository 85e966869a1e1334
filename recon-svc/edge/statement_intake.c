/* statement_intake.c - see statement_intake.h. */
#include "recon-svc/edge/statement_intake.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "recon-svc/store/statements.h"
#include "shared/core/clock.h"
#include "shared/core/typeid.h"
#include "shared/io/log.h"

#define FILE_ARENA_MAX ((size_t)40 << 20)
#define WORK_ARENA_MAX ((size_t)64 << 20)
#define TRIES          3

struct intake {
    struct store *store;
    const struct recon_config *config;
    const struct bank_statement_request *request;
    struct statement_file file;
    struct statement statement;
    struct arena file_arena, work_arena;
    struct intake_result *result;
};

const char *intake_end_word(enum intake_end e)
{
    static const char *const words[] = {[INTAKE_NEW] = "reconciled",
                                        [INTAKE_SAME] = "same",
                                        [INTAKE_DISPUTED] = "disputed",
                                        [INTAKE_REFUSED] = "refused",
                                        [INTAKE_FAILED] = "failed"};
    assert((unsigned)e < INTAKE_ENDS);
    return words[e];
}

static void refuse(struct intake *in, enum outcome outcome, const char *detail)
{
    in->result->end = INTAKE_REFUSED;
    problem_init(&in->result->problem, outcome);
    if (detail != NULL)
        problem_detail(&in->result->problem, "%s", detail);
}

/* Nothing was done, or it is not known. */
static void fail(struct intake *in, enum status status)
{
    in->result->end = INTAKE_FAILED;
    problem_init(&in->result->problem,
                 status == STATUS_UNKNOWN ? OUTCOME_outcome_unknown : OUTCOME_unavailable);
    log_event(LOG_ERROR, "statement_failed", log_str("status", status_name(status)),
              log_str("sqlstate", db_sqlstate(in->store->db)), log_str("error", db_error(in->store->db)));
}

static bool read_file(struct intake *in)
{
    const struct bank_statement_request *r = in->request;
    struct statement_refusal refusal;
    bool is_csv = str_eq_c(r->format, "csv");
    enum status status = is_csv ? statement_read_csv(r->file, &in->file_arena, &in->statement, &refusal)
                                : statement_read_camt(r->file, &in->file_arena, &in->statement, &refusal);
    if (status == STATUS_INVALID)
        refuse(in, OUTCOME_invalid_statement, refusal.detail);
    else if (status != STATUS_OK)
        refuse(in, OUTCOME_busy, NULL);
    return status == STATUS_OK;
}

/* The one that is asked for, or the one that the file names. */
static bool find_account(struct intake *in)
{
    char currency[4];
    struct str id = in->request->account.len > 0 ? in->request->account : in->statement.account;
    if (typeid_parse("acct", id, &in->file.account) != STATUS_OK) {
        refuse(in, OUTCOME_account_not_found,
               "The file does not name an account of ours: say by ?account= which one it is about.");
        return false;
    }
    enum status status = statements_find_account(in->store, &in->file, currency);
    if (status == STATUS_NOT_FOUND)
        refuse(in, OUTCOME_account_not_found, NULL);
    else if (status != STATUS_OK)
        fail(in, status);
    else if (strcmp(currency, in->statement.currency) != 0)
        refuse(in, OUTCOME_currency_mismatch, "The statement is in another currency than the account.");
    else
        return true;
    return false;
}

static void identify(struct intake *in)
{
    uint32_t random[2];
    randombytes_buf(random, sizeof random);
    in->file.id = uuid7_make(clock_unix_us(), random[0] >> 2, random[1]);
    in->file.format = str_eq_c(in->request->format, "csv") ? "csv" : "camt.053";
    in->file.actor = in->request->actor;
    in->file.owner = in->request->owner;
    digest_of(in->request->file, &in->file.hash);
}

/* One line may be in several pairs, which follow each other. */
static void count_results(struct intake *in, const struct match_pairs *pairs)
{
    struct intake_result *r = in->result;
    static_assert(RESULT_COUNT <= sizeof r->results / sizeof r->results[0], "room for each");
    memset(r->results, 0, sizeof r->results);
    r->matched = r->unmatched = 0;
    for (size_t i = 0; i < pairs->count; i++) {
        const struct match_pair *p = &pairs->all[i];
        bool is_another = p->line != MATCH_NONE && (i == 0 || p->line != pairs->all[i - 1].line);
        r->results[p->result]++;
        if (is_another && p->result != RESULT_seen_before)
            ++*(p->result == RESULT_matched ? &r->matched : &r->unmatched);
    }
}

/* A statement that does not foot is kept and has no effect: no line of it is held against ours. */
static enum status match_and_insert(struct intake *in)
{
    struct match_pairs pairs = {0};
    struct statement_entries entries = {0};
    struct match_input input = {.statement = &in->statement,
                                .days_apart = (int32_t)in->config->statement_days};
    int64_t closing = 0;
    bool is_disputed = statement_foot(&in->statement, &closing) == FOOTING_WRONG;
    enum status status = STATUS_OK;
    if (!is_disputed) {
        status = statements_mark_seen(in->store, &in->file.account, &in->statement, &in->work_arena);
        if (status == STATUS_OK)
            status = statements_load_entries(in->store, &in->file, &input, &in->work_arena, &entries);
        input.entries = entries.all;
        input.entry_count = entries.count;
        if (status == STATUS_OK)
            status = statement_match(&input, &in->work_arena, &pairs);
    }
    if (status == STATUS_OK)
        status = statements_insert(in->store, &in->file, &in->statement, &input, &pairs);
    in->result->end = is_disputed ? INTAKE_DISPUTED : INTAKE_NEW;
    in->result->id = in->file.id;
    count_results(in, &pairs);
    return status;
}

static enum status store_once(struct db *db, void *context)
{
    (void)db; /* the store's */
    struct intake *in = context;
    struct uuid same;
    arena_reset(&in->work_arena);
    enum status status = statements_lock(in->store, &in->file.account);
    if (status == STATUS_OK)
        status = statements_find_same(in->store, &in->file, &same);
    if (status == STATUS_NOT_FOUND)
        return match_and_insert(in);
    if (status == STATUS_OK) {
        in->result->end = INTAKE_SAME;
        in->result->id = same;
    }
    return status;
}

static void store_statement(struct intake *in)
{
    enum status status = db_tx_run(in->store->db, "begin read write", TRIES, store_once, in);
    if (status == STATUS_FULL)
        refuse(
            in, OUTCOME_invalid_statement,
            "The account has more than 100,000 entries around these days that no statement explains: send a "
            "statement of fewer days.");
    else if (status == STATUS_NO_MEMORY)
        refuse(in, OUTCOME_busy, NULL);
    else if (status != STATUS_OK)
        fail(in, status);
}

void statement_take(struct store *store, const struct recon_config *config,
                    const struct bank_statement_request *request, struct intake_result *ret)
{
    struct intake in = {.store = store, .config = config, .request = request, .result = ret};
    *ret = (struct intake_result){.end = INTAKE_FAILED};
    arena_init(&in.file_arena, FILE_ARENA_MAX);
    arena_init(&in.work_arena, WORK_ARENA_MAX);
    identify(&in);
    if (read_file(&in) && find_account(&in))
        store_statement(&in);
    arena_free(&in.file_arena);
    arena_free(&in.work_arena);
}
