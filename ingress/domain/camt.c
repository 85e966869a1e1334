/* camt.c - see camt.h. Our ids fit the 35 characters that camt has for references; a client's own reference
   that does not is given as text. */
#include "ingress/domain/camt.h"

#include <assert.h>
#include <string.h>

#include "shared/core/currency.h"
#include "shared/core/timefmt.h"
#include "shared/core/typeid.h"
#include "shared/core/utf8.h"

#define DAY_US        INT64_C(86400000000)
#define DAY_LEN       10
#define REFERENCE_MAX 35  /* characters */
#define TEXT_MAX      140 /* characters */

/* At most so many characters; those that XML cannot have become spaces. */
static void add_text(struct buf *out, struct str text, size_t max)
{
    for (size_t at = 0, count = 0; at < text.len && count < max; count++) {
        size_t len = utf8_length(text.data + at, text.len - at);
        char c = text.data[at];
        bool is_no_character =
            len == 3 && memcmp(text.data + at, "\xef\xbf", 2) == 0 && (uint8_t)text.data[at + 2] >= 0xbe;
        if (len == 0 || (len == 1 && (unsigned char)c < ' ') || is_no_character) {
            buf_add_char(out, ' ');
        } else if (c == '<') {
            buf_add_str(out, "&lt;");
        } else if (c == '>') {
            buf_add_str(out, "&gt;");
        } else if (c == '&') {
            buf_add_str(out, "&amp;");
        } else {
            buf_add(out, text.data + at, len);
        }
        at += len > 0 ? len : 1;
    }
}

static size_t count_characters(struct str text)
{
    size_t count = 0;
    for (size_t at = 0; at < text.len; count++) {
        size_t len = utf8_length(text.data + at, text.len - at);
        at += len > 0 ? len : 1;
    }
    return count;
}

/* 1250 of EUR is 12.50. */
static void add_amount(struct buf *out, struct str code, int64_t amount)
{
    const struct currency *c = currency_find(code);
    assert(c != NULL); /* the database has no others */
    int64_t unit = 1;
    for (int i = 0; i < c->exponent; i++) {
        unit *= 10;
    }
    uint64_t size = amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount;
    buf_addf(out, "<Amt Ccy=\"%s\">%llu", c->code, (unsigned long long)(size / (uint64_t)unit));
    if (c->exponent > 0) {
        buf_addf(out, ".%0*llu", c->exponent, (unsigned long long)(size % (uint64_t)unit));
    }
    buf_add_str(out, "</Amt>");
}

static void add_side(struct buf *out, bool is_credit)
{
    buf_addf(out, "<CdtDbtInd>%s</CdtDbtInd>", is_credit ? "CRDT" : "DBIT");
}

static void add_time(struct buf *out, const char *element, int64_t us)
{
    char time[TIME_TEXT_SIZE];
    time_format(us, time);
    buf_addf(out, "<%s>%s</%s>", element, time, element);
}

static void add_balance(struct buf *out, const struct camt_statement *s, const char *type, int64_t balance)
{
    char time[TIME_TEXT_SIZE];
    time_format(s->day * DAY_US, time);
    buf_addf(out, "<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp>", type);
    add_amount(out, s->currency, balance);
    add_side(out, balance >= 0);
    buf_addf(out, "<Dt><Dt>%.*s</Dt></Dt></Bal>\n", DAY_LEN, time);
}

/* The account's id without its prefix, and the day: 35 characters. */
static void add_id(struct buf *out, const char *element, const struct camt_statement *s)
{
    char account[TYPEID_TEXT_SIZE], day[TIME_TEXT_SIZE];
    typeid_format("acct", &s->account, account);
    time_format(s->day * DAY_US, day);
    buf_addf(out, "<%s>%s-%.4s%.2s%.2s</%s>", element, strchr(account, '_') + 1, day, day + 5, day + 8,
             element);
}

void camt_open(const struct camt_statement *s, struct buf *out)
{
    char account[TYPEID_TEXT_SIZE];
    typeid_format("acct", &s->account, account);
    buf_add_str(
        out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
             "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\n<GrpHdr>");
    add_id(out, "MsgId", s);
    add_time(out, "CreDtTm", s->made_us);
    buf_add_str(out, "</GrpHdr>\n<Stmt>");
    add_id(out, "Id", s);
    add_time(out, "CreDtTm", s->made_us);
    buf_add_str(out, "<FrToDt>");
    add_time(out, "FrDtTm", s->day * DAY_US);
    add_time(out, "ToDtTm", (s->day + 1) * DAY_US - 1);
    buf_addf(out, "</FrToDt>\n<Acct><Id><Othr><Id>%s</Id></Othr></Id><Ccy>%.*s</Ccy></Acct>\n", account,
             (int)s->currency.len, s->currency.data);
    add_balance(out, s, "OPBD", s->opening);
    add_balance(out, s, "CLBD", s->closing);
}

static void add_details(const struct camt_entry *e, const char *transaction, struct buf *out)
{
    bool fits = e->reference.len > 0 && count_characters(e->reference) <= REFERENCE_MAX;
    buf_addf(out, "<NtryDtls><TxDtls><Refs><InstrId>%s</InstrId><EndToEndId>", transaction);
    add_text(out, fits ? e->reference : STR_LIT("NOTPROVIDED"), REFERENCE_MAX);
    buf_add_str(out, "</EndToEndId></Refs>");
    add_amount(out, e->currency, e->amount);
    add_side(out, e->is_credit);
    struct str words[2] = {e->reference, e->description};
    if (fits) {
        words[0] = (struct str){0};
    }
    if (words[0].len + words[1].len > 0) {
        buf_add_str(out, "<RmtInf>");
        for (int i = 0; i < 2; i++) {
            if (words[i].len > 0) {
                buf_add_str(out, "<Ustrd>");
                add_text(out, words[i], TEXT_MAX);
                buf_add_str(out, "</Ustrd>");
            }
        }
        buf_add_str(out, "</RmtInf>");
    }
    buf_add_str(out, "</TxDtls></NtryDtls>");
}

void camt_write_entry(const struct camt_entry *e, struct buf *out)
{
    char transaction[TYPEID_TEXT_SIZE];
    typeid_format("txn", &e->transaction, transaction);
    buf_addf(out, "<Ntry><NtryRef>%lld</NtryRef>", (long long)e->version);
    add_amount(out, e->currency, e->amount);
    add_side(out, e->is_credit);
    buf_add_str(out, "<Sts><Cd>BOOK</Cd></Sts><BookgDt>");
    add_time(out, "DtTm", e->created_us);
    buf_add_str(out, "</BookgDt><ValDt>");
    add_time(out, "DtTm", e->created_us);
    buf_addf(out, "</ValDt><AcctSvcrRef>%lld</AcctSvcrRef><BkTxCd><Prtry><Cd>", (long long)e->version);
    add_text(out, e->kind, REFERENCE_MAX);
    buf_add_str(out, "</Cd></Prtry></BkTxCd>");
    add_details(e, transaction, out);
    buf_add_str(out, "</Ntry>\n");
}

void camt_close(struct buf *out)
{
    buf_add_str(out, "</Stmt></BkToCstmrStmt></Document>\n");
}
