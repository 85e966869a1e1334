/* statement_csv.c - a statement as CSV: a header that names the columns in any order, then records "opening",
   "line" and "closing". Amounts are whole minor units. */
#include <string.h>

#include "recon-svc/domain/csv_reader.h"
#include "recon-svc/domain/statement.h"
#include "shared/core/currency.h"
#include "shared/core/money.h"
#include "shared/core/parse.h"

enum column { RECORD, BOOKING_DATE, AMOUNT, CURRENCY, VALUE_DATE, REFERENCE, BANK_REFERENCE, TEXT, COLUMNS };
static const char *const names[COLUMNS] = {"record",     "booking_date", "amount",         "currency",
                                           "value_date", "reference",    "bank_reference", "text"};
#define REQUIRED VALUE_DATE /* those before it */
#define ABSENT   CSV_FIELDS_MAX

struct csv_file {
    struct csv_reader reader;
    struct csv_record record;
    size_t places[COLUMNS], width; /* ABSENT: the file does not have the column */
    bool has_opening, has_closing;
    struct statement s;
    struct arena *arena;
    struct statement_refusal *refusal;
};

static enum status read_header(struct csv_file *f)
{
    for (size_t c = 0; c < COLUMNS; c++)
        f->places[c] = ABSENT;
    if (!csv_reader_next(&f->reader, &f->record) || f->record.wrong != NULL)
        return statement_refuse(f->refusal, "The first line does not name the columns.");
    f->width = f->record.count;
    for (size_t i = 0; i < f->width; i++) {
        struct str name = statement_trim(f->record.fields[i]);
        size_t c = 0;
        while (c < COLUMNS && !str_eq_c(name, names[c]))
            c++;
        if (c == COLUMNS || f->places[c] != ABSENT)
            return statement_refuse(f->refusal, "Column %zu is unknown or there twice.", i + 1);
        f->places[c] = i;
    }
    for (size_t c = 0; c < REQUIRED; c++)
        if (f->places[c] == ABSENT)
            return statement_refuse(f->refusal, "The column %s is missing.", names[c]);
    return STATUS_OK;
}

static struct str field(const struct csv_file *f, enum column c)
{
    return f->places[c] < f->record.count ? statement_trim(f->record.fields[f->places[c]])
                                          : (struct str){"", 0};
}

static enum status read_amount(const struct csv_file *f, int64_t *ret_amount)
{
    return parse_int64(field(f, AMOUNT), -MONEY_AMOUNT_MAX, MONEY_AMOUNT_MAX, ret_amount);
}

static bool read_currency(const struct csv_file *f, char ret_code[4])
{
    const struct currency *c = currency_find(field(f, CURRENCY));
    if (c != NULL)
        memcpy(ret_code, c->code, 4);
    return c != NULL;
}

static enum status read_balance(struct csv_file *f, bool is_opening)
{
    bool *has = is_opening ? &f->has_opening : &f->has_closing;
    char code[4] = "";
    int64_t amount = 0;
    int32_t day = 0;
    if (*has)
        return statement_refuse(f->refusal, "Line %lld is a second balance of its kind.",
                                (long long)f->record.line);
    if (f->record.count != f->width || read_amount(f, &amount) != STATUS_OK || !read_currency(f, code) ||
        statement_day(field(f, BOOKING_DATE), &day) != STATUS_OK)
        return statement_refuse(f->refusal, "The balance on line %lld cannot be read.",
                                (long long)f->record.line);
    if ((f->has_opening || f->has_closing) && strcmp(code, f->s.currency) != 0)
        return statement_refuse(f->refusal, "The balances are in two currencies.");
    memcpy(f->s.currency, code, sizeof code);
    *(is_opening ? &f->s.opening : &f->s.closing) = amount;
    *(is_opening ? &f->s.first_day : &f->s.last_day) = day;
    *has = true;
    return STATUS_OK;
}

static void read_days(const struct csv_file *f, struct statement_line *l)
{
    if (statement_day(field(f, BOOKING_DATE), &l->booking_day) != STATUS_OK)
        statement_line_refuse(l, "The booking date is not YYYY-MM-DD.");
    l->value_day = l->booking_day;
    if (field(f, VALUE_DATE).len > 0 && statement_day(field(f, VALUE_DATE), &l->value_day) != STATUS_OK)
        statement_line_refuse(l, "The value date is not YYYY-MM-DD.");
}

static enum status read_line(struct csv_file *f)
{
    struct statement_line *l = statement_add(&f->s, f->arena);
    if (l == NULL)
        return statement_add_status(&f->s, f->refusal);
    l->number = f->record.line;
    if (f->record.wrong != NULL) {
        statement_line_refuse(l, f->record.wrong);
        return STATUS_OK;
    }
    if (f->record.count != f->width) {
        statement_line_refuse(l, "It has not as many fields as there are columns.");
        return STATUS_OK;
    }
    if (!str_eq_c(field(f, RECORD), "line"))
        statement_line_refuse(l, "The record is none of opening, line and closing.");
    l->has_amount = read_amount(f, &l->amount) == STATUS_OK;
    if (!l->has_amount)
        statement_line_refuse(l, "The amount is not a whole number of minor units.");
    else if (l->amount == 0)
        statement_line_refuse(l, "The amount is zero.");
    if (!read_currency(f, l->currency))
        statement_line_refuse(l, "The currency is not one that Paybus knows.");
    read_days(f, l);
    const struct str texts[3] = {field(f, REFERENCE), field(f, BANK_REFERENCE), field(f, TEXT)};
    return statement_line_texts(l, f->arena, texts);
}

static enum status read_record(struct csv_file *f)
{
    struct str record = f->record.wrong == NULL ? field(f, RECORD) : (struct str){"", 0};
    if (str_eq_c(record, "opening") || str_eq_c(record, "closing"))
        return read_balance(f, str_eq_c(record, "opening"));
    return read_line(f);
}

enum status statement_read_csv(struct str file, struct arena *arena, struct statement *ret,
                               struct statement_refusal *ret_refusal)
{
    struct csv_file f = {.arena = arena, .refusal = ret_refusal};
    enum status status = statement_check_text(file, ret_refusal);
    csv_reader_init(&f.reader, file, arena);
    if (status == STATUS_OK)
        status = read_header(&f);
    while (status == STATUS_OK && csv_reader_next(&f.reader, &f.record))
        status = read_record(&f);
    if (status == STATUS_OK && !(f.has_opening && f.has_closing))
        status = statement_refuse(ret_refusal, "The opening or the closing balance is missing.");
    if (status == STATUS_OK)
        status = statement_finish(&f.s, ret_refusal);
    if (status == STATUS_OK)
        *ret = f.s;
    return status;
}
