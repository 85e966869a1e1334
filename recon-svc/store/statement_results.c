/* statement_results.c - what became of a statement's lines and of our entries, and which entries are
 * explained. */
#include "recon-svc/store/statements.h"
#include "recon_statements.h"

#define PART 5000

static struct db_params *fresh(struct store *s)
{
    db_params_reset(&s->params);
    return &s->params;
}

struct part {
    const struct match_input *in;
    const struct match_pair *first; /* of all */
    size_t from, count;
};
typedef void add_value(struct db_params *p, const struct part *part, size_t place);

static const struct match_pair *pair_at(const struct part *part, size_t place)
{
    return &part->first[place];
}

static const struct statement_line *line_at(const struct part *part, size_t place)
{
    size_t line = pair_at(part, place)->line;
    return line != MATCH_NONE ? &part->in->statement->lines[line] : NULL;
}

static const struct match_entry *entry_at(const struct part *part, size_t place)
{
    size_t entry = pair_at(part, place)->entry;
    return entry != MATCH_NONE ? &part->in->entries[entry] : NULL;
}

static void add_number(struct db_params *p, const struct part *part, size_t place)
{
    (void)part;
    db_array_int(p, (int64_t)place + 1);
}

static void add_result(struct db_params *p, const struct part *part, size_t place)
{
    struct str word = str_of(statement_result_word(pair_at(part, place)->result));
    db_array_bytes(p, word.data, word.len);
}

static void add_group(struct db_params *p, const struct part *part, size_t place)
{
    db_array_int(p, (int64_t)pair_at(part, place)->group);
}

static void add_lead(struct db_params *p, const struct part *part, size_t place)
{
    db_array_bool(p, pair_at(part, place)->is_lead);
}

static void add_line(struct db_params *p, const struct part *part, size_t place)
{
    const struct statement_line *l = line_at(part, place);
    if (l != NULL)
        db_array_int(p, l->number);
    else
        db_array_null(p);
}

static void add_transaction(struct db_params *p, const struct part *part, size_t place)
{
    const struct match_entry *e = entry_at(part, place);
    db_array_uuid(p, e != NULL ? &e->transaction : NULL);
}

static void add_leg(struct db_params *p, const struct part *part, size_t place)
{
    const struct match_entry *e = entry_at(part, place);
    if (e != NULL)
        db_array_int(p, e->leg);
    else
        db_array_null(p);
}

static void add_day(struct db_params *p, const struct part *part, size_t place)
{
    const struct statement_line *l = line_at(part, place);
    const struct match_entry *e = entry_at(part, place);
    if (l != NULL && l->refused == NULL)
        db_array_int(p, l->booking_day);
    else if (l == NULL && e != NULL)
        db_array_int(p, e->day);
    else
        db_array_null(p);
}

/* The account's, or another one that the line is in. */
static void add_currency(struct db_params *p, const struct part *part, size_t place)
{
    const struct statement_line *l = line_at(part, place);
    struct str currency = str_of(l != NULL ? l->currency : part->in->statement->currency);
    db_array_bytes(p, currency.len > 0 ? currency.data : NULL, currency.len);
}

static void add_expected(struct db_params *p, const struct part *part, size_t place)
{
    db_array_int(p, pair_at(part, place)->expected);
}

static void add_actual(struct db_params *p, const struct part *part, size_t place)
{
    db_array_int(p, pair_at(part, place)->actual);
}

/* In the order of the statement's parameters. */
static const struct {
    enum db_type type;
    add_value *add;
} columns[] = {{DB_INT8, add_number},   {DB_TEXT, add_result},      {DB_INT8, add_group}, {DB_BOOL, add_lead},
               {DB_INT8, add_line},     {DB_UUID, add_transaction}, {DB_INT2, add_leg},   {DB_DATE, add_day},
               {DB_TEXT, add_currency}, {DB_INT8, add_expected},    {DB_INT8, add_actual}};

static enum status insert_results(struct store *s, const struct statement_file *f, const struct part *part)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_param_uuid(fresh(s), &f->id);
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
        db_array_open(&s->params, columns[c].type);
        for (size_t i = part->from; i < part->from + part->count; i++)
            columns[c].add(&s->params, part, i);
        db_array_close(&s->params);
    }
    return store_query(s, RECON_SQL_INSERT_RESULTS, &r);
}

/* A pair explains its entry, even where something about it is not right. */
static enum status insert_matches(struct store *s, const struct statement_file *f, const struct part *part)
{
    static const struct {
        enum db_type type;
        add_value *add;
    } parts[] = {{DB_UUID, add_transaction}, {DB_INT2, add_leg}, {DB_INT8, add_group}};
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_param_uuid(fresh(s), &f->id);
    for (size_t c = 0; c < sizeof parts / sizeof parts[0]; c++) {
        db_array_open(&s->params, parts[c].type);
        for (size_t i = part->from; i < part->from + part->count; i++)
            if (pair_at(part, i)->explains)
                parts[c].add(&s->params, part, i);
        db_array_close(&s->params);
    }
    return store_query(s, RECON_SQL_INSERT_MATCHES, &r);
}

enum status statements_insert_results(struct store *s, const struct statement_file *f,
                                      const struct match_input *in, const struct match_pairs *pairs)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < pairs->count && status == STATUS_OK; i += PART) {
        const struct part part = {in, pairs->all, i, pairs->count - i < PART ? pairs->count - i : PART};
        status = insert_results(s, f, &part);
        if (status == STATUS_OK)
            status = insert_matches(s, f, &part);
    }
    return status;
}
