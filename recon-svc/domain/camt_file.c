/* camt_file.c - see camt_file.h. An Ntry of several TxDtls becomes a line for each, if their amounts are
   there and sum to its own; otherwise it is one line. */
#include "recon-svc/domain/camt_file.h"

#include <stdio.h>
#include <string.h>

#include "shared/core/currency.h"
#include "shared/core/money.h"

#define PART_REFERENCE_SIZE (STATEMENT_REFERENCE_MAX + 16)

static const char *const paths[CAMT_SLOTS] = {
#define PATH(slot, path) [CAMT_##slot] = (path),
#include "recon-svc/domain/camt_path.def"
#undef PATH
};

enum camt_slot camt_slot_of(const char *path)
{
    enum camt_slot slot = 0;
    while (slot < CAMT_SLOTS && strcmp(path, paths[slot]) != 0)
        slot++;
    return slot;
}

static struct str value(const struct camt_file *f, enum camt_slot slot)
{
    return f->values[slot].text;
}

static struct str either(struct str first, struct str second)
{
    return first.len > 0 ? first : second;
}

static void forget(struct camt_file *f, enum camt_slot first, enum camt_slot last)
{
    for (enum camt_slot slot = first; slot <= last; slot++)
        f->values[slot] = (struct camt_value){0};
}

/* "CRDT" leaves it, "DBIT" turns its sign. */
static enum status sign(struct str side, int64_t *amount)
{
    if (str_eq_c(side, "DBIT"))
        *amount = -*amount;
    else if (!str_eq_c(side, "CRDT"))
        return STATUS_INVALID;
    return STATUS_OK;
}

static enum status read_amount(const struct camt_value *v, struct str side, char ret_currency[4],
                               int64_t *ret_amount)
{
    const struct currency *c = currency_find(str_of(v->currency));
    int64_t amount = 0;
    if (c == NULL || statement_decimal(v->text, c->exponent, &amount) != STATUS_OK ||
        sign(side, &amount) != STATUS_OK)
        return STATUS_INVALID;
    memcpy(ret_currency, c->code, 4);
    *ret_amount = amount;
    return STATUS_OK;
}

static enum status take_balance(struct camt_file *f, int64_t *balance, int32_t *day, bool *has)
{
    char currency[4] = "";
    if (read_amount(&f->values[CAMT_BAL_AMOUNT], value(f, CAMT_BAL_SIDE), currency, balance) != STATUS_OK ||
        statement_day(either(value(f, CAMT_BAL_DAY), value(f, CAMT_BAL_TIME)), day) != STATUS_OK)
        return statement_refuse(f->refusal, "A balance cannot be read.");
    if ((f->has_opening || f->has_closing) && strcmp(currency, f->s.currency) != 0)
        return statement_refuse(f->refusal, "The balances are in two currencies.");
    memcpy(f->s.currency, currency, sizeof currency);
    *has = true;
    return STATUS_OK;
}

/* OPBD and CLBD; PRCD, the closing balance before, where there is no OPBD. Others are for information. */
static enum status end_balance(struct camt_file *f)
{
    struct str type = value(f, CAMT_BAL_TYPE);
    bool is_opening = str_eq_c(type, "OPBD"), is_before = str_eq_c(type, "PRCD"),
         is_closing = str_eq_c(type, "CLBD");
    if ((is_opening && f->has_opening && !f->has_day_before) || (is_closing && f->has_closing))
        return statement_refuse(f->refusal, "A balance of the type %.*s is there twice.", (int)type.len,
                                type.data);
    if (is_closing)
        return take_balance(f, &f->s.closing, &f->s.last_day, &f->has_closing);
    if (!is_opening && !(is_before && !f->has_opening))
        return STATUS_OK;
    f->has_day_before = is_before;
    return take_balance(f, &f->s.opening, &f->s.first_day, &f->has_opening);
}

static enum status end_part(struct camt_file *f)
{
    if (f->part_count == STATEMENT_LINES_MAX)
        return statement_refuse(f->refusal, "An entry has more than %d transactions.", STATEMENT_LINES_MAX);
    struct camt_part *parts = arena_grow(f->arena, f->parts, f->part_count, &f->part_cap, sizeof *parts);
    if (parts == NULL)
        return STATUS_NO_MEMORY;
    const struct camt_value *direct = &f->values[CAMT_PART_AMOUNT];
    f->parts = parts;
    parts[f->part_count++] =
        (struct camt_part){.amount = direct->text.len > 0 ? *direct : f->values[CAMT_PART_DETAIL_AMOUNT],
                           .side = either(value(f, CAMT_PART_SIDE), value(f, CAMT_ENTRY_SIDE)),
                           .reference = either(statement_provided(value(f, CAMT_PART_END_TO_END)),
                                               value(f, CAMT_PART_INSTRUCTION)),
                           .bank_reference = statement_provided(value(f, CAMT_PART_BANK_REFERENCE)),
                           .text = value(f, CAMT_PART_TEXT)};
    return STATUS_OK;
}

static bool is_booked(const struct camt_file *f)
{
    struct str status = either(value(f, CAMT_ENTRY_STATUS_CODE), statement_trim(value(f, CAMT_ENTRY_STATUS)));
    return str_eq_c(status, "BOOK");
}

static void read_days(const struct camt_file *f, struct statement_line *l)
{
    struct str booked = either(value(f, CAMT_ENTRY_BOOKED_DAY), value(f, CAMT_ENTRY_BOOKED_TIME));
    struct str valued = either(value(f, CAMT_ENTRY_VALUE_DAY), value(f, CAMT_ENTRY_VALUE_TIME));
    if (statement_day(either(booked, valued), &l->booking_day) != STATUS_OK)
        statement_line_refuse(l, "The booking date is missing or is none.");
    l->value_day = l->booking_day;
    if (valued.len > 0 && statement_day(valued, &l->value_day) != STATUS_OK)
        statement_line_refuse(l, "The value date is none.");
}

static enum status add_line(struct camt_file *f, const struct camt_part *p)
{
    struct statement_line *l = statement_add(&f->s, f->arena);
    if (l == NULL)
        return statement_add_status(&f->s, f->refusal);
    l->number = (int64_t)f->s.count;
    l->has_amount = read_amount(&p->amount, p->side, l->currency, &l->amount) == STATUS_OK;
    if (!l->has_amount)
        statement_line_refuse(l, "The amount, its currency or its side cannot be read.");
    else if (l->amount == 0)
        statement_line_refuse(l, "The amount is zero.");
    read_days(f, l);
    const struct str texts[3] = {p->reference, p->bank_reference, p->text};
    return statement_line_texts(l, f->arena, texts);
}

/* Do the parts say all that the whole says? */
static bool parts_sum_to(const struct camt_file *f, const struct camt_part *whole)
{
    char currency[4], part_currency[4];
    int64_t wanted = 0, sum = 0, amount = 0;
    if (f->part_count < 2 || read_amount(&whole->amount, whole->side, currency, &wanted) != STATUS_OK)
        return false;
    for (size_t i = 0; i < f->part_count; i++) {
        const struct camt_part *p = &f->parts[i];
        if (read_amount(&p->amount, p->side, part_currency, &amount) != STATUS_OK ||
            strcmp(currency, part_currency) != 0 || money_add(sum, amount, &sum) != STATUS_OK)
            return false;
    }
    return sum == wanted;
}

/* One that the bank did not number has the number of the whole, and its own place behind that. */
static enum status add_parts(struct camt_file *f, const struct camt_part *whole)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < f->part_count && status == STATUS_OK; i++) {
        struct camt_part p = f->parts[i];
        char own[PART_REFERENCE_SIZE];
        if (p.bank_reference.len == 0 && whole->bank_reference.len > 0) {
            int len = snprintf(own, sizeof own, "%.*s/%zu", (int)whole->bank_reference.len,
                               whole->bank_reference.data, i + 1);
            p.bank_reference = (struct str){own, (size_t)len < sizeof own ? (size_t)len : sizeof own - 1};
        }
        p.text = either(p.text, whole->text);
        status = add_line(f, &p);
    }
    return status;
}

static enum status end_entry(struct camt_file *f)
{
    struct camt_part whole = {.amount = f->values[CAMT_ENTRY_AMOUNT],
                              .side = value(f, CAMT_ENTRY_SIDE),
                              .bank_reference =
                                  either(statement_provided(value(f, CAMT_ENTRY_BANK_REFERENCE)),
                                         statement_provided(value(f, CAMT_ENTRY_REFERENCE))),
                              .text = value(f, CAMT_ENTRY_TEXT)};
    enum status status = STATUS_OK;
    if (!is_booked(f)) {
        status = STATUS_OK; /* pending or for information: not in the balances */
    } else if (parts_sum_to(f, &whole)) {
        status = add_parts(f, &whole);
    } else {
        if (f->part_count == 1) {
            whole.reference = f->parts[0].reference;
            whole.bank_reference = either(f->parts[0].bank_reference, whole.bank_reference);
            whole.text = either(f->parts[0].text, whole.text);
        }
        status = add_line(f, &whole);
    }
    f->part_count = 0;
    forget(f, CAMT_ENTRY_REFERENCE, CAMT_ENTRY_TEXT);
    return status;
}

enum status camt_file_end(struct camt_file *f, const char *path)
{
    enum status status = STATUS_OK;
    if (strcmp(path, "Bal") == 0) {
        status = end_balance(f);
        forget(f, CAMT_BAL_TYPE, CAMT_BAL_TIME);
    } else if (strcmp(path, "Ntry/NtryDtls/TxDtls") == 0) {
        status = end_part(f);
        forget(f, CAMT_PART_END_TO_END, CAMT_PART_TEXT);
    } else if (strcmp(path, "Ntry") == 0) {
        status = end_entry(f);
    }
    return status;
}

/* The days that it says it is about, or those of the balances. */
static enum status read_period(struct camt_file *f)
{
    if (value(f, CAMT_FROM).len == 0 || value(f, CAMT_TO).len == 0) {
        f->s.first_day += f->has_day_before;
        return STATUS_OK;
    }
    if (statement_day(value(f, CAMT_FROM), &f->s.first_day) != STATUS_OK ||
        statement_day(value(f, CAMT_TO), &f->s.last_day) != STATUS_OK)
        return statement_refuse(f->refusal, "FrToDt is no time.");
    return STATUS_OK;
}

enum status camt_file_finish(struct camt_file *f)
{
    if (!f->has_opening || !f->has_closing)
        return statement_refuse(f->refusal, "The opening (OPBD) or the closing balance (CLBD) is missing.");
    enum status status = read_period(f);
    f->s.number = value(f, CAMT_NUMBER);
    f->s.account = either(value(f, CAMT_ACCOUNT), value(f, CAMT_IBAN));
    return status == STATUS_OK ? statement_finish(&f->s, f->refusal) : status;
}
