/* statement.h - an outside statement of an account in one form, whatever file it came in: two balances and
   the lines between them. Texts are borrowed from the file or from its arena. Pure but for that memory. */
#ifndef RECON_DOMAIN_STATEMENT_H
#define RECON_DOMAIN_STATEMENT_H

#include "shared/core/arena.h"
#include "shared/core/buf.h"

#define STATEMENT_BYTES_MAX     ((size_t)4 << 20)
#define STATEMENT_LINES_MAX     50000
#define STATEMENT_REFERENCE_MAX 140 /* bytes */
#define STATEMENT_TEXT_MAX      500 /* bytes; what is longer is cut */
#define STATEMENT_DETAIL_SIZE   160

struct statement_line {
    int64_t number; /* of a CSV: that of its line in the file; of camt.053: which of all, from 1 */
    int64_t amount; /* minor units; above zero: a credit */
    bool has_amount;
    char currency[4]; /* "": not readable */
    int32_t booking_day, value_day;
    struct str reference; /* the payment's: the client's own number or the transaction's id; empty: none */
    struct str bank_reference, text;
    const char *refused; /* why it is set aside; NULL: it is good */
    bool is_seen;        /* another statement of the account had it */
};
struct statement {
    char currency[4];
    struct str account, number; /* as the file says; empty: it does not */
    int64_t opening, closing;
    int32_t first_day, last_day;
    struct statement_line *lines;
    size_t count, cap, refused_count;
};
/* Why a file is no statement at all. */
struct statement_refusal {
    char detail[STATEMENT_DETAIL_SIZE];
};
/* Always STATUS_INVALID. */
NODISCARD enum status statement_refuse(struct statement_refusal *r, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* columns of a CSV and versions of camt.053: docs/API.md. The arena keeps what the lines point at.
   STATUS_INVALID with *ret_refusal, STATUS_NO_MEMORY. */
NODISCARD enum status statement_read_csv(struct str file, struct arena *arena, struct statement *ret,
                                         struct statement_refusal *ret_refusal);
NODISCARD enum status statement_read_camt(struct str file, struct arena *arena, struct statement *ret,
                                          struct statement_refusal *ret_refusal);

enum footing { FOOTING_GOOD, FOOTING_WRONG, FOOTING_UNKNOWN };
const char *footing_word(enum footing f); /* "good" */
/* Do the lines lead from one balance to the other? Not to be known when the amount of a line cannot be read.
 *ret_closing: where they lead, as far as they can be read. */
enum footing statement_foot(const struct statement *s, int64_t *ret_closing);

/* For the readers: is it text at all, and then line by line. */
NODISCARD enum status statement_check_text(struct str file, struct statement_refusal *r);
/* NULL when there are too many lines or no memory: statement_add_status says which. */
struct statement_line *statement_add(struct statement *s, struct arena *arena);
NODISCARD enum status statement_add_status(const struct statement *s, struct statement_refusal *r);
/* The first reason counts. */
void statement_line_refuse(struct statement_line *l, const char *why);
/* Both texts trimmed, too long ones refused; control characters of the text become spaces. */
NODISCARD enum status statement_line_texts(struct statement_line *l, struct arena *arena,
                                           const struct str texts[3]);
/* Of the same booking all that a bank says of it is equal but its text; 0: so it is. */
int statement_line_compare(const struct statement_line *a, const struct statement_line *b);
/* What only the whole can tell: days in order, lines within them. */
NODISCARD enum status statement_finish(struct statement *s, struct statement_refusal *r);

/* "2026-11-21" or a time that begins so. */
NODISCARD enum status statement_day(struct str text, int32_t *ret_day);
/* "12.50" in minor units; as many digits behind the point as the currency has. */
NODISCARD enum status statement_decimal(struct str text, int exponent, int64_t *ret_amount);
struct str statement_trim(struct str text);
/* Empty where a bank writes that there is no reference. */
struct str statement_provided(struct str reference);

#endif
