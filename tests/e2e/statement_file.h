/* statement_file.h - statements of a bank as tests write them: text in which words in braces stand for what
   the books of a currency have. */
#ifndef TESTS_E2E_STATEMENT_FILE_H
#define TESTS_E2E_STATEMENT_FILE_H

#include "tests/e2e/api.h"

#define STATEMENT_DEPOSITS                                                                                   \
    5 /* 1000, 2000, 3000, 4000 and once more 4000 under the reference of the one before */

/* Deposits of today in a currency that nothing else is in; its cash account is what the bank's statements are
   about: {cur}, {cash}, {t0} to {t4} the transactions, {stm} the statement that came last; {day} today,
   {from} yesterday, {to} in ten days, {far} in six. References are "{cur}-0" to "{cur}-3". */
struct statement_books {
    char currency[4], cash[TYPEID_TEXT_SIZE], transactions[STATEMENT_DEPOSITS][TYPEID_TEXT_SIZE],
        statement[TYPEID_TEXT_SIZE];
};
void statement_books_make(struct api *api, const char *currency, struct statement_books *ret);
void statement_fill_in(const struct statement_books *b, const char *text, char *out, size_t size);
/* POST /v1/reconcile/statements as CSV; the status. {stm} is what came of it. */
int statement_send(struct api *api, struct statement_books *b, const char *text);

#define STATEMENT_HEADER                          "record,booking_date,amount,currency,value_date,reference,bank_reference,text\n"
#define STATEMENT_LINE(amount, reference, number) "line,{day}," amount ",{cur},," reference "," number ",\n"
#define STATEMENT_AROUND(opening, lines, closing)                                                            \
    STATEMENT_HEADER "opening,{from}," opening ",{cur},,,,\n" lines "closing,{to}," closing ",{cur},,,,\n"
/* The lines that the deposits have at the bank. */
#define STATEMENT_LINE_0 STATEMENT_LINE("1000", "{cur}-0", "B0")
#define STATEMENT_LINE_1 STATEMENT_LINE("2000", "{cur}-1", "B1")
#define STATEMENT_LINE_2 STATEMENT_LINE("3000", "{t2}", "B2")
#define STATEMENT_LINE_3 STATEMENT_LINE("4000", "{cur}-3", "B3")
#define STATEMENT_LINE_4 STATEMENT_LINE("4000", "{cur}-3", "B4")
#define STATEMENT_LINES  STATEMENT_LINE_0 STATEMENT_LINE_1 STATEMENT_LINE_2 STATEMENT_LINE_3 STATEMENT_LINE_4

/* scene_main() with `api` open while `run` runs, and a recon-svc that looks only when it is asked to. */
int statement_scene_main(struct harness *h, struct api *api, int (*run)(void));

#endif
