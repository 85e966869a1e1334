/* test_camt.c - an account's day as camt.053.001.08: every element in the schema's order, texts that XML
 * takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ingress/domain/camt.h"

#define DAY    20411 /* 2025-11-19 */
#define DAY_US (INT64_C(86400000000) * DAY)

static const struct camt_statement statement = {
    .account = {{1}}, .currency = {"EUR", 3}, .day = DAY, .opening = -5, .closing = 1245, .made_us = DAY_US};

static void test_frame(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_free);
    buf_init(&b, 8192);
    camt_open(&statement, &b);
    camt_close(&b);
    assert_int_equal(buf_status(&b), STATUS_OK);
    assert_string_equal(
        b.data,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\n"
        "<GrpHdr><MsgId>01000000000000000000000000-20251119</MsgId><CreDtTm>2025-11-19T00:00:00.000000Z</"
        "CreDtTm></GrpHdr>\n"
        "<Stmt><Id>01000000000000000000000000-20251119</Id><CreDtTm>2025-11-19T00:00:00.000000Z</CreDtTm>"
        "<FrToDt><FrDtTm>2025-11-19T00:00:00.000000Z</FrDtTm><ToDtTm>2025-11-19T23:59:59.999999Z</ToDtTm></"
        "FrToDt>\n"
        "<Acct><Id><Othr><Id>acct_01000000000000000000000000</Id></Othr></Id><Ccy>EUR</Ccy></Acct>\n"
        "<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt "
        "Ccy=\"EUR\">0.05</Amt><CdtDbtInd>DBIT</CdtDbtInd>"
        "<Dt><Dt>2025-11-19</Dt></Dt></Bal>\n"
        "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt "
        "Ccy=\"EUR\">12.45</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
        "<Dt><Dt>2025-11-19</Dt></Dt></Bal>\n"
        "</Stmt></BkToCstmrStmt></Document>\n");
}

static void expect_entry(const struct camt_entry *e, const char *amount, const char *details)
{
    struct buf b CLEANUP(buf_free), wanted CLEANUP(buf_free);
    buf_init(&b, 8192);
    buf_init(&wanted, 8192);
    camt_write_entry(e, &b);
    buf_addf(&wanted,
             "<Ntry><NtryRef>7</NtryRef>%s<CdtDbtInd>%s</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
             "<BookgDt><DtTm>2025-11-19T00:00:01.000000Z</DtTm></BookgDt>"
             "<ValDt><DtTm>2025-11-19T00:00:01.000000Z</DtTm></ValDt><AcctSvcrRef>7</AcctSvcrRef>"
             "<BkTxCd><Prtry><Cd>transfer</Cd></Prtry></BkTxCd>"
             "<NtryDtls><TxDtls><Refs><InstrId>txn_04000000000000000000000000</InstrId>%s</TxDtls></"
             "NtryDtls></Ntry>\n",
             amount, e->is_credit ? "CRDT" : "DBIT", details);
    assert_string_equal(b.data, wanted.data);
}

static void test_entries(void **state)
{
    (void)state;
    struct camt_entry e = {.transaction = {{4}},
                           .version = 7,
                           .amount = 1250,
                           .is_credit = true,
                           .created_us = DAY_US + 1000000,
                           .currency = {"EUR", 3},
                           .kind = STR_LIT("transfer"),
                           .reference = STR_LIT("inv-1")};
    e.transaction.bytes[0] = 4;
    expect_entry(
        &e, "<Amt Ccy=\"EUR\">12.50</Amt>",
        "<EndToEndId>inv-1</EndToEndId></Refs><Amt Ccy=\"EUR\">12.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>");
    e.is_credit = false;
    e.reference = STR_LIT("more than thirty-five characters long");
    e.description = STR_LIT("<a> & \"b\"\x01\xef\xbf\xbf");
    e.currency = STR_LIT("JPY");
    expect_entry(
        &e, "<Amt Ccy=\"JPY\">1250</Amt>",
        "<EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy=\"JPY\">1250</Amt><CdtDbtInd>DBIT</CdtDbtInd>"
        "<RmtInf><Ustrd>more than thirty-five characters long</Ustrd><Ustrd>&lt;a&gt; &amp; \"b\"  "
        "</Ustrd></RmtInf>");
}

static void test_largest_amount(void **state)
{
    (void)state;
    struct camt_statement s = statement;
    struct buf b CLEANUP(buf_free);
    buf_init(&b, 8192);
    s.opening = INT64_MIN;
    s.currency = STR_LIT("KWD");
    camt_open(&s, &b);
    assert_non_null(strstr(b.data, "<Amt Ccy=\"KWD\">9223372036854775.808</Amt><CdtDbtInd>DBIT</CdtDbtInd>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame),
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_largest_amount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
