/* test_statement_csv.c - statements as CSV: what is read, what is set aside by its line, what is refused. */
#include "tests/unit/recon-svc/statement_expect.h"

#include <stdlib.h>

#define HEADER        "record,booking_date,amount,currency,value_date,reference,bank_reference,text\n"
#define OPENING       "opening,2026-11-01,100,EUR,,,,\n"
#define CLOSING       "closing,2026-11-30,150,EUR,,,,\n"
#define AROUND(lines) HEADER OPENING lines CLOSING
#define HEAD          "EUR 100 150 11-01 11-30 "

struct row {
    const char *name, *file, *wanted;
};

static void expect_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_statement(statement_read_csv, rows[i].name, str_of(rows[i].file), rows[i].wanted);
}

static void good_files(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"a line", AROUND("line,2026-11-03,50,EUR,2026-11-04,inv-1,B1,thanks\n"),
         HEAD "good\n3 50 EUR 11-03 11-04 [inv-1|B1|thanks]"},
        {"no lines", HEADER "opening,2026-11-01,5,JPY,,,,\nclosing,2026-11-01,5,JPY,,,,\n",
         "JPY 5 5 11-01 11-01 good"},
        {"debits are below zero", AROUND("line,2026-11-03,-10,EUR,,a,,\nline,2026-11-03,60,EUR,,b,,\n"),
         HEAD "good\n3 -10 EUR 11-03 11-03 [a||]\n4 60 EUR 11-03 11-03 [b||]"},
        {"CRLF and a byte order mark",
         "\xef\xbb\xbfrecord,booking_date,amount,currency\r\nopening,2026-11-01,1,EUR\r\n"
         "line,2026-11-01,1,EUR\r\nclosing,2026-11-01,2,EUR\r\n",
         "EUR 1 2 11-01 11-01 good\n3 1 EUR 11-01 11-01 [||]"},
        {"no line break at the end",
         "record,booking_date,amount,currency\nopening,2026-11-01,1,EUR\nclosing,2026-11-01,1,EUR",
         "EUR 1 1 11-01 11-01 good"},
        {"columns in another order",
         "currency,amount,text,booking_date,record\nEUR,0,,2026-11-01,opening\n"
         "EUR,7,x,2026-11-01,line\nEUR,7,,2026-11-01,closing\n",
         "EUR 0 7 11-01 11-01 good\n3 7 EUR 11-01 11-01 [||x]"},
        {"quotes", AROUND("\"line\",2026-11-03,\"50\",EUR,,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\n"),
         HEAD "good\n3 50 EUR 11-03 11-03 [a,b|say \"x\"|two lines]"},
        {"a quoted line break counts",
         AROUND("line,2026-11-03,20,EUR,,,,\"1\n2\"\nline,2026-11-03,30,EUR,,,,\n"),
         HEAD "good\n3 20 EUR 11-03 11-03 [||1 2]\n5 30 EUR 11-03 11-03 [||]"},
        {"empty lines", AROUND("\n\r\nline,2026-11-03,50,EUR,,,,\n\n"),
         HEAD "good\n5 50 EUR 11-03 11-03 [||]"},
        {"spaces around", AROUND("line , 2026-11-03 ,50 ,EUR,, r ,,\n"),
         HEAD "good\n3 50 EUR 11-03 11-03 [r||]"},
        {"another currency is in no sum", AROUND("line,2026-11-03,50,EUR,,,,\nline,2026-11-03,9,USD,,,,\n"),
         HEAD "good\n3 50 EUR 11-03 11-03 [||]\n4 9 USD 11-03 11-03 [||]"},
        {"an amount missing", AROUND("line,2026-11-03,49,EUR,,,,\n"),
         HEAD "wrong\n3 49 EUR 11-03 11-03 [||]"},
    };
    expect_rows(rows, COUNT(rows));
}

static void lines_are_set_aside(void **state)
{
    (void)state;
#define GOOD_LINE "line,2026-11-03,50,EUR,,,,\n"
#define AND_GOOD  "\n4 50 EUR 11-03 11-03 [||]"
    static const struct row rows[] = {
        {"a fraction", AROUND("line,2026-11-03,1.50,EUR,,,,\n" GOOD_LINE),
         HEAD "unknown\n3 The amount is not a whole number of minor units." AND_GOOD},
        {"a plus", AROUND("line,2026-11-03,+1,EUR,,,,\n" GOOD_LINE),
         HEAD "unknown\n3 The amount is not a whole number of minor units." AND_GOOD},
        {"too large", AROUND("line,2026-11-03,9007199254740992,EUR,,,,\n" GOOD_LINE),
         HEAD "unknown\n3 The amount is not a whole number of minor units." AND_GOOD},
        {"zero", AROUND("line,2026-11-03,0,EUR,,,,\n" GOOD_LINE),
         HEAD "good\n3 0 EUR The amount is zero." AND_GOOD},
        {"no day", AROUND("line,2026-02-30,7,EUR,,,,\n" GOOD_LINE),
         HEAD "wrong\n3 7 EUR The booking date is not YYYY-MM-DD." AND_GOOD},
        {"a day before", AROUND("line,2026-10-31,7,EUR,,,,\n" GOOD_LINE),
         HEAD "wrong\n3 7 EUR It is booked on a day that the statement is not about." AND_GOOD},
        {"a value date that is none", AROUND("line,2026-11-03,7,EUR,soon,,,\n" GOOD_LINE),
         HEAD "wrong\n3 7 EUR The value date is not YYYY-MM-DD." AND_GOOD},
        {"no currency", AROUND("line,2026-11-03,7,EURO,,,,\n" GOOD_LINE),
         HEAD "unknown\n3 7  The currency is not one that Paybus knows." AND_GOOD},
        {"another record", AROUND("total,2026-11-03,7,EUR,,,,\n" GOOD_LINE),
         HEAD "wrong\n3 7 EUR The record is none of opening, line and closing." AND_GOOD},
        {"a field too few", AROUND("line,2026-11-03,7,EUR,,,\n" GOOD_LINE),
         HEAD "unknown\n3 It has not as many fields as there are columns." AND_GOOD},
        {"a field too many", AROUND("line,2026-11-03,7,EUR,,,,,\n" GOOD_LINE),
         HEAD "unknown\n3 It has not as many fields as there are columns." AND_GOOD},
        {"far too many", AROUND(",,,,,,,,,,,,,,,,,,\n" GOOD_LINE),
         HEAD "unknown\n3 There are too many fields." AND_GOOD},
        {"a quote inside", AROUND("line,2026-11-03,7,EUR,,a\"b,,\n" GOOD_LINE),
         HEAD "unknown\n3 A field that does not begin with a quote has one." AND_GOOD},
        {"text behind a quote", AROUND("line,2026-11-03,7,EUR,,\"a\"b,,\n" GOOD_LINE),
         HEAD "unknown\n3 A field goes on behind its closing quote." AND_GOOD},
        {"a quote that is not closed", AROUND("line,2026-11-03,7,EUR,,\"a,,\n" GOOD_LINE),
         HEAD "unknown\n3 A quote is not closed, or what it opens is too long." AND_GOOD},
        {"a reference with a tab", AROUND("line,2026-11-03,7,EUR,,a\tb,,\n" GOOD_LINE),
         HEAD "wrong\n3 7 EUR A reference has a control character." AND_GOOD},
    };
    expect_rows(rows, COUNT(rows));
}

static void files_are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"nothing", "", "The file is empty."},
        {"a header only", HEADER, "The opening or the closing balance is missing."},
        {"no closing balance", HEADER OPENING, "The opening or the closing balance is missing."},
        {"two opening balances", HEADER OPENING OPENING CLOSING, "Line 3 is a second balance of its kind."},
        {"a balance that is none", HEADER "opening,2026-11-01,x,EUR,,,,\n" CLOSING,
         "The balance on line 2 cannot be read."},
        {"two currencies", HEADER OPENING "closing,2026-11-30,150,USD,,,,\n",
         "The balances are in two currencies."},
        {"days turned round", HEADER "opening,2026-12-01,100,EUR,,,,\n" CLOSING,
         "The closing balance is earlier than the opening one."},
        {"a thousand years", HEADER "opening,1990-12-01,100,EUR,,,,\n" CLOSING,
         "The statement is about more than two years."},
        {"an unknown column", "record,booking_date,amount,currency,colour\n" OPENING CLOSING,
         "Column 5 is unknown or there twice."},
        {"a column twice", "record,booking_date,amount,currency,amount\n" OPENING CLOSING,
         "Column 5 is unknown or there twice."},
        {"a column missing", "record,booking_date,amount\n" OPENING CLOSING,
         "The column currency is missing."},
        {"semicolons", "record;booking_date;amount;currency\n", "Column 1 is unknown or there twice."},
        {"XML", "<?xml version=\"1.0\"?>\n<Document/>", "The first line does not name the columns."},
        {"latin1", HEADER "line,2026-11-03,7,EUR,,caf\xe9,,\n", "Byte 104 is not UTF-8."},
        {"UTF-16", "\xff\xfer\x01", "Byte 1 is not UTF-8."},
    };
    expect_rows(rows, COUNT(rows));
    expect_statement(statement_read_csv, "NUL", STR_LIT("record\0,"), "Byte 7 is NUL.");
}

/* Beyond a limit, a file is refused in little time, whatever it holds. */
static void limits(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf file = {0};
    buf_init(&file, (size_t)8 << 20);
    buf_add_str(&file, HEADER OPENING);
    for (int i = 0; i <= STATEMENT_LINES_MAX; i++)
        buf_add_str(&file, "line,2026-11-03,1,EUR,,,,\n");
    expect_statement(statement_read_csv, "too many lines", (struct str){file.data, file.len},
                     "The statement has more than 50000 lines.");
    buf_reset(&file);
    while (file.len <= STATEMENT_BYTES_MAX)
        buf_add_str(&file, "\"\n");
    expect_statement(statement_read_csv, "too many bytes", (struct str){file.data, file.len},
                     "The file has more than 4194304 bytes.");
    buf_reset(&file);
    buf_add_str(&file, HEADER OPENING);
    for (int i = 0; i < STATEMENT_LINES_MAX; i++)
        buf_add_str(&file, "\"a\n");
    buf_add_str(&file, CLOSING);
    CLEANUP(buf_free) struct buf text = {0};
    buf_init(&text, (size_t)8 << 20);
    describe(statement_read_csv, (struct str){file.data, file.len}, &text);
    assert_non_null(strstr(text.data, "EUR 100 150 11-01 11-30 unknown"));
}

/* Whatever a byte is changed to, nothing breaks. */
static void any_byte(void **state)
{
    (void)state;
    static const char good[] =
        AROUND("line,2026-11-03,50,EUR,2026-11-04,\"a\"\"b\",B1,thanks\r\nline,2026-11-03,7,EUR,,,,\n");
    char file[sizeof good];
    CLEANUP(buf_free) struct buf text = {0};
    buf_init(&text, 1 << 20);
    unsigned seed = 1;
    for (int i = 0; i < 20000; i++) {
        memcpy(file, good, sizeof good);
        for (int k = 0; k < 3; k++)
            file[(size_t)rand_r(&seed) % (sizeof good - 1)] = "\",\n\r0 9-\xff"[rand_r(&seed) % 9];
        buf_reset(&text);
        describe(statement_read_csv, (struct str){file, (size_t)rand_r(&seed) % sizeof good}, &text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_files),        cmocka_unit_test(lines_are_set_aside),
        cmocka_unit_test(files_are_refused), cmocka_unit_test(limits),
        cmocka_unit_test(any_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
