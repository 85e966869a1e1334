/* test_statement_camt.c - camt.053: what is read of which versions, what is set aside, what is refused. */
#include "tests/unit/recon-svc/statement_expect.h"

#include <stdlib.h>

#define NS(version) "urn:iso:std:iso:20022:tech:xsd:camt.053.001." version
#define DOCUMENT(version, inner)                                                                             \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"" NS(                                     \
        version) "\"><BkToCstmrStmt>"                                                                        \
                 "<GrpHdr><MsgId>m</MsgId></GrpHdr><Stmt><Id>s-1</Id>" inner                                 \
                 "</Stmt></BkToCstmrStmt></Document>"
#define BALANCE(type, amount, side, day)                                                                     \
    "<Bal><Tp><CdOrPrtry><Cd>" type "</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">" amount                         \
    "</Amt><CdtDbtInd>" side "</CdtDbtInd><Dt><Dt>" day "</Dt></Dt></Bal>"
#define OPENING                                                                                              \
    "<Acct><Id><Othr><Id>acct</Id></Othr></Id></Acct>" BALANCE("OPBD", "1.00", "CRDT", "2026-11-01")
#define CLOSING BALANCE("CLBD", "1.50", "CRDT", "2026-11-30")
#define ENTRY_OF(status, amount, side, rest)                                                                 \
    "<Ntry><Amt Ccy=\"EUR\">" amount "</Amt><CdtDbtInd>" side "</CdtDbtInd>" status                          \
    "<BookgDt><Dt>2026-11-03</Dt></BookgDt><ValDt><Dt>2026-11-04</Dt></ValDt><AcctSvcrRef>B1</"              \
    "AcctSvcrRef>" rest "</Ntry>"
#define BOOKED                    "<Sts><Cd>BOOK</Cd></Sts>"
#define ENTRY(amount, side, rest) ENTRY_OF(BOOKED, amount, side, rest)
#define PART(inner)               "<TxDtls>" inner "</TxDtls>"
#define PARTS(inner)              "<NtryDtls>" inner "</NtryDtls>"
#define NAMED(reference)          "<Refs><EndToEndId>" reference "</EndToEndId></Refs>"
#define STATEMENT(entries)        DOCUMENT("08", OPENING CLOSING entries)
#define HEAD                      "EUR 100 150 11-01 11-30 "

struct row {
    const char *name, *file, *wanted;
};

static void expect_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_statement(statement_read_camt, rows[i].name, str_of(rows[i].file), rows[i].wanted);
}

static void good_files(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"an entry", STATEMENT(ENTRY("0.50", "CRDT", PARTS(PART(NAMED("inv-1"))))),
         HEAD "good\n1 50 EUR 11-03 11-04 [inv-1|B1|]"},
        {"a debit", STATEMENT(ENTRY("0.50", "DBIT", "") ENTRY("1", "CRDT", "")),
         HEAD "good\n1 -50 EUR 11-03 11-04 [|B1|]\n2 100 EUR 11-03 11-04 [|B1|]"},
        {"the text of the payment",
         STATEMENT(ENTRY(
             "0.50", "CRDT",
             PARTS(PART(
                 "<RmtInf><Ustrd>a &amp; b&#x20AC;</Ustrd></RmtInf>")) "<AddtlNtryInf>c</AddtlNtryInf>")),
         HEAD "good\n1 50 EUR 11-03 11-04 [|B1|a & b\xe2\x82\xac]"},
        {"our id where the end gave none",
         STATEMENT(
             ENTRY("0.50", "CRDT",
                   PARTS(PART("<Refs><InstrId>txn_1</InstrId><EndToEndId>NOTPROVIDED</EndToEndId></Refs>")))),
         HEAD "good\n1 50 EUR 11-03 11-04 [txn_1|B1|]"},
        {"words for nothing",
         STATEMENT(
             "<Ntry><Amt "
             "Ccy=\"EUR\">0.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-03</Dt>"
             "</BookgDt><AcctSvcrRef>NONREF</AcctSvcrRef><NtryDtls><TxDtls><Refs>"
             "<EndToEndId>NOTPROVIDED</EndToEndId><InstrId>NONREF</InstrId></Refs></TxDtls></NtryDtls></"
             "Ntry>"),
         HEAD "good\n1 50 EUR 11-03 11-03 [||]"},
        {"parts with their amounts",
         STATEMENT(ENTRY("0.50", "CRDT",
                         PARTS(PART(NAMED("a") "<Amt Ccy=\"EUR\">0.20</Amt>") PART(
                             NAMED("b") "<AmtDtls><TxAmt><Amt Ccy=\"EUR\">0.30</Amt></TxAmt></AmtDtls>")))),
         HEAD "good\n1 20 EUR 11-03 11-04 [a|B1/1|]\n2 30 EUR 11-03 11-04 [b|B1/2|]"},
        {"parts that do not sum to it",
         STATEMENT(ENTRY("0.50", "CRDT",
                         PARTS(PART(NAMED("a") "<Amt Ccy=\"EUR\">0.20</Amt>")
                                   PART(NAMED("b") "<Amt Ccy=\"EUR\">0.20</Amt>")))),
         HEAD "good\n1 50 EUR 11-03 11-04 [|B1|]"},
        {"version 02", DOCUMENT("02", OPENING CLOSING ENTRY_OF("<Sts>BOOK</Sts>", "0.50", "CRDT", "")),
         HEAD "good\n1 50 EUR 11-03 11-04 [|B1|]"},
        {"pending ones are not in the balances",
         STATEMENT(ENTRY_OF("<Sts><Cd>PDNG</Cd></Sts>", "9", "CRDT", "")), HEAD "wrong"},
        {"an overdrawn account",
         DOCUMENT("08", BALANCE("OPBD", "1.00", "DBIT", "2026-11-01")
                            BALANCE("CLBD", "0.50", "DBIT", "2026-11-30") ENTRY("0.5", "CRDT", "")),
         "EUR -100 -50 11-01 11-30 good\n1 50 EUR 11-03 11-04 [|B1|]"},
        {"the closing balance of the day before",
         DOCUMENT("04", BALANCE("PRCD", "1.00", "CRDT", "2026-11-01")
                            BALANCE("ITBD", "7", "CRDT", "2026-11-02") CLOSING ENTRY("0.5", "CRDT", "")),
         "EUR 100 150 11-02 11-30 good\n1 50 EUR 11-03 11-04 [|B1|]"},
        {"its own days",
         DOCUMENT("08", "<FrToDt><FrDtTm>2026-11-02T00:00:00+01:00</FrDtTm><ToDtTm>2026-11-29T23:59:59</"
                        "ToDtTm></FrToDt>" OPENING CLOSING ENTRY("0.5", "CRDT", "")),
         "EUR 100 150 11-02 11-29 good\n1 50 EUR 11-03 11-04 [|B1|]"},
        {"comments and CDATA", STATEMENT("<!-- x -->" ENTRY("<![CDATA[0.50]]>", "CRDT", "<?pi x?>")),
         HEAD "good\n1 50 EUR 11-03 11-04 [|B1|]"},
    };
    expect_rows(rows, COUNT(rows));
}

static void entries_are_set_aside(void **state)
{
    (void)state;
#define AND_GOOD   "\n2 50 EUR 11-03 11-04 [|B1|]"
#define GOOD_ENTRY ENTRY("0.50", "CRDT", "")
    static const struct row rows[] = {
        {"a negative amount", STATEMENT(ENTRY("-0.50", "CRDT", "") GOOD_ENTRY),
         HEAD "unknown\n1 The amount, its currency or its side cannot be read." AND_GOOD},
        {"a third digit", STATEMENT(ENTRY("0.505", "CRDT", "") GOOD_ENTRY),
         HEAD "unknown\n1 The amount, its currency or its side cannot be read." AND_GOOD},
        {"too large", STATEMENT(ENTRY("90071992547409.92", "CRDT", "") GOOD_ENTRY),
         HEAD "unknown\n1 The amount, its currency or its side cannot be read." AND_GOOD},
        {"an exponent", STATEMENT(ENTRY("1e2", "CRDT", "") GOOD_ENTRY),
         HEAD "unknown\n1 The amount, its currency or its side cannot be read." AND_GOOD},
        {"no side", STATEMENT(ENTRY("0.50", "", "") GOOD_ENTRY),
         HEAD "unknown\n1 The amount, its currency or its side cannot be read." AND_GOOD},
        {"zero", STATEMENT(ENTRY("0.00", "CRDT", "") GOOD_ENTRY),
         HEAD "good\n1 0 EUR The amount is zero." AND_GOOD},
        {"no day",
         STATEMENT("<Ntry><Amt Ccy=\"EUR\">0.10</Amt><CdtDbtInd>CRDT</CdtDbtInd>" BOOKED
                   "</Ntry>" GOOD_ENTRY),
         HEAD "wrong\n1 10 EUR The booking date is missing or is none." AND_GOOD},
    };
    expect_rows(rows, COUNT(rows));
}

static void files_are_refused(void **state)
{
    (void)state;
    static const char laughs[] =
        "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">"
        "<!ENTITY c \"&b;&b;&b;&b;&b;&b;\">]><Document xmlns=\"" NS("08") "\">&c;</Document>";
    static const char outside[] =
        "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
        "<Document xmlns=\"" NS("08") "\">&x;</Document>";
    static const struct row rows[] = {
        {"nothing", "", "The file is empty."},
        {"a billion laughs", laughs, "A document type is not accepted."},
        {"an external entity", outside, "A document type is not accepted."},
        {"an entity that nobody declared", STATEMENT("<Nm>&x;</Nm>"), "The XML is not well formed (line 2)"},
        {"cut off", "<Document xmlns=\"" NS("08") "\"><BkToCstmrStmt><Stmt>",
         "The XML is not well formed (line 1)"},
        {"no XML", "record,booking_date\n", "The XML is not well formed (line 1)"},
        {"NUL as a reference", STATEMENT("<Nm>&#0;</Nm>"), "The XML is not well formed (line 2)"},
        {"another document", "<html xmlns=\"" NS("08") "\"/>", "This is not a camt.053 document (line 1)"},
        {"another version", DOCUMENT("09", OPENING CLOSING), "Only camt.053.001.02 to .08 are read (line 2)"},
        {"no version", "<Document/>", "Only camt.053.001.02 to .08 are read (line 1)"},
        {"camt.052", "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.052.001.08\"/>",
         "Only camt.053.001.02 to .08 are read (line 1)"},
        {"no statement", "<Document xmlns=\"" NS("08") "\"><BkToCstmrStmt/></Document>",
         "There is no statement in the file (line 1)"},
        {"two statements", DOCUMENT("08", OPENING CLOSING "</Stmt><Stmt>"),
         "There is a second statement in the file (line 2)"},
        {"no closing balance", DOCUMENT("08", OPENING),
         "The opening (OPBD) or the closing balance (CLBD) is missing."},
        {"a balance twice", DOCUMENT("08", OPENING CLOSING CLOSING),
         "A balance of the type CLBD is there twice."},
        {"a balance that is none", DOCUMENT("08", OPENING BALANCE("CLBD", "x", "CRDT", "2026-11-30")),
         "A balance cannot be read."},
        {"latin1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><Document>caf\xe9</Document>",
         "Byte 57 is not UTF-8."},
    };
    expect_rows(rows, COUNT(rows));
}

static void limits(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf file = {0}, text = {0};
    buf_init(&file, (size_t)8 << 20);
    buf_init(&text, (size_t)8 << 20);
    buf_add_str(&file, "<Document xmlns=\"" NS("08") "\"><BkToCstmrStmt><Stmt>");
    for (int i = 0; i < 100000; i++)
        buf_add_str(&file, "<a>");
    expect_statement(statement_read_camt, "deep", (struct str){file.data, file.len},
                     "Elements are nested too deeply (line 1)");
    buf_reset(&file);
    buf_add_str(&file, "<Document xmlns=\"" NS("08") "\"><BkToCstmrStmt><Stmt>" OPENING CLOSING);
    for (int i = 0; i <= STATEMENT_LINES_MAX; i++)
        buf_add_str(&file, "<Ntry><Sts>BOOK</Sts></Ntry>");
    buf_add_str(&file, "</Stmt></BkToCstmrStmt></Document>");
    expect_statement(statement_read_camt, "too many", (struct str){file.data, file.len},
                     "The statement has more than 50000 lines.");
    buf_reset(&file);
    buf_add_str(&file, "<Document xmlns=\"" NS("08") "\"><BkToCstmrStmt><Stmt>" OPENING CLOSING "<Nm>");
    while (file.len < (size_t)3 << 20)
        buf_add_str(&file, "a very long name &amp; ");
    buf_add_str(&file, "</Nm></Stmt></BkToCstmrStmt></Document>");
    expect_statement(statement_read_camt, "a long text", (struct str){file.data, file.len}, HEAD "wrong");
    buf_reset(&file);
    buf_add_str(&file, "<Document xmlns=\"" NS("08") "\"><BkToCstmrStmt><Stmt><!-- a=b --><Nm ");
    for (int i = 0; i < 100000; i++)
        buf_addf(&file, "a%d='' ", i);
    buf_add_str(&file, "/></Stmt></BkToCstmrStmt></Document>");
    expect_statement(statement_read_camt, "attributes", (struct str){file.data, file.len},
                     "An element has more than 100 attributes.");
}

/* What is beyond a text's limit is left out, but no half of a character is kept. */
static void whole_characters_are_kept(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf file = {0};
    struct statement_refusal refusal;
    struct statement s;
    struct arena arena;
    buf_init(&file, 1 << 16);
    arena_init(&arena, 1 << 20);
    buf_add_str(&file, "<Document xmlns=\"" NS("08") "\"><BkToCstmrStmt><Stmt>" OPENING CLOSING "<Id>");
    for (int i = 0; i < 2047; i++)
        buf_add_char(&file, 'x');
    buf_add_str(&file, "\xc3\xa9</Id></Stmt></BkToCstmrStmt></Document>");
    assert_int_equal(statement_read_camt((struct str){file.data, file.len}, &arena, &s, &refusal), STATUS_OK);
    assert_int_equal(s.number.len, 2047);
    arena_free(&arena);
}

/* Whatever a byte is changed to, nothing breaks. */
static void any_byte(void **state)
{
    (void)state;
    static const char good[] = STATEMENT(
        ENTRY("0.50", "CRDT",
              PARTS(PART(NAMED("a") "<Amt Ccy=\"EUR\">0.20</Amt>") PART("<Amt Ccy=\"EUR\">0.30</Amt>"))));
    char file[sizeof good];
    CLEANUP(buf_free) struct buf text = {0};
    buf_init(&text, 1 << 20);
    unsigned seed = 1;
    for (int i = 0; i < 3000; i++) {
        memcpy(file, good, sizeof good);
        for (int k = 0; k < 3; k++)
            file[(size_t)rand_r(&seed) % (sizeof good - 1)] = "<>&;/a\"0!"[rand_r(&seed) % 9];
        buf_reset(&text);
        describe(statement_read_camt, (struct str){file, sizeof good - 1}, &text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_files),
        cmocka_unit_test(entries_are_set_aside),
        cmocka_unit_test(files_are_refused),
        cmocka_unit_test(limits),
        cmocka_unit_test(whole_characters_are_kept),
        cmocka_unit_test(any_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
