/* statement_metrics.c - of statements: how each ended, what became of their lines, what is open of them. */
#include <stdio.h>
#include <string.h>

#include "recon-svc/domain/statement_match.h"
#include "recon-svc/edge/recon_metrics.h"

#define SERIES_MAX      512 /* currencies times results that were ever open in this process's life */
#define LABELS_SIZE     64
#define SECONDS_PER_DAY 86400

static struct metric *ends[INTAKE_ENDS], *results[RESULT_COUNT], *matched, *unmatched;
/* A currency's are registered, all results at zero, once it is seen; what is not open any more goes back to
 * it. */
static struct series {
    char labels[LABELS_SIZE];
    struct metric *lines, *amount, *oldest;
} open_series[SERIES_MAX];
static size_t open_count;

void statement_metrics_init(void)
{
    char labels[LABELS_SIZE];
    for (int e = 0; e < INTAKE_ENDS; e++) {
        (void)snprintf(labels, sizeof labels, "end=\"%s\"", intake_end_word((enum intake_end)e));
        ends[e] = metrics_counter("paybus_recon_statements_total", "Statements that came, by how that ended.",
                                  labels);
    }
    for (int r = 0; r < RESULT_COUNT; r++) {
        (void)snprintf(labels, sizeof labels, "result=\"%s\"",
                       statement_result_word((enum statement_result)r));
        results[r] = metrics_counter(
            "paybus_recon_statement_results_total",
            "What became of lines of statements, and of entries that they should have.", labels);
    }
    static const char help[] = "Lines of statements, by whether we had them.";
    matched = metrics_counter("paybus_recon_statement_lines_total", help, "match=\"automatic\"");
    unmatched = metrics_counter("paybus_recon_statement_lines_total", help, "match=\"none\"");
}

void recon_metrics_count_statement(const struct intake_result *result)
{
    metric_add(ends[result->end], 1);
    if (result->end != INTAKE_NEW)
        return;
    for (int r = 0; r < RESULT_COUNT; r++)
        metric_add(results[r], result->results[r]);
    metric_add(matched, result->matched);
    metric_add(unmatched, result->unmatched);
}

/* NULL when there is no room for another one. */
static struct series *find_series(struct str currency, struct str result)
{
    char labels[LABELS_SIZE];
    (void)snprintf(labels, sizeof labels, "currency=\"%.*s\",result=\"%.*s\"", (int)currency.len,
                   currency.data, (int)result.len, result.data);
    for (size_t i = 0; i < open_count; i++)
        if (strcmp(open_series[i].labels, labels) == 0)
            return &open_series[i];
    if (open_count == SERIES_MAX)
        return NULL;
    struct series *s = &open_series[open_count++];
    memcpy(s->labels, labels, sizeof s->labels);
    s->lines =
        metrics_gauge("paybus_recon_unmatched_lines",
                      "Lines of statements, and entries that they should have, that are open.", labels);
    s->amount = metrics_gauge("paybus_recon_unmatched_amount",
                              "By how much both sides differ there, in minor units.", labels);
    s->oldest = metrics_gauge("paybus_recon_unmatched_oldest_timestamp_seconds",
                              "The day of the oldest of them; 0: there is none.", labels);
    return s;
}

static void see_currency(struct str currency)
{
    for (int r = 0; r < RESULT_COUNT; r++) {
        const char *word = statement_result_word((enum statement_result)r);
        (void)find_series(currency, (struct str){word, strlen(word)});
    }
}

void recon_metrics_set_unmatched(const PGresult *r)
{
    for (size_t i = 0; i < open_count; i++) {
        metric_set(open_series[i].lines, 0);
        metric_set(open_series[i].amount, 0);
        metric_set(open_series[i].oldest, 0);
    }
    for (int i = 0; i < PQntuples(r); i++) {
        struct str currency = db_is_null(r, i, 0) ? STR_LIT("unknown") : db_get_str(r, i, 0);
        see_currency(currency);
        struct series *s = find_series(currency, db_get_str(r, i, 1));
        if (s == NULL)
            return;
        metric_set(s->lines, db_get_int(r, i, 2));
        metric_set(s->amount, db_get_int(r, i, 3));
        metric_set(s->oldest, db_is_null(r, i, 4) ? 0 : (int64_t)db_get_date(r, i, 4) * SECONDS_PER_DAY);
    }
}
