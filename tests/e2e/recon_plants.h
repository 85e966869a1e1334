/* recon_plants.h - ways to spoil good books, and what a run of recon-svc must then say, no more and no less.
 */
#ifndef TESTS_E2E_RECON_PLANTS_H
#define TESTS_E2E_RECON_PLANTS_H

#include <stdbool.h>
#include <stddef.h>

/* In SQL and in what is wanted {name} stands for an object or number of the good books. */
struct recon_name {
    const char *name, *sql; /* one value, of the good database; names before it may be used */
};
extern const struct recon_name recon_names[];
extern const size_t recon_name_count;

struct recon_plant {
    const char *name, *sql;
    /* Lines as recon_open() gives them, sorted when compared; "full: " before one that only a full run can
       see, "* " at its end for a difference that is not foretold. */
    const char *wanted;
};
extern const struct recon_plant recon_plants[];
extern const size_t recon_plant_count;

/* What only time makes wrong: nothing moves between two incremental runs, of which the first has more grace.
 */
struct recon_late_plant {
    struct recon_plant plant;
    const char *before; /* what the first one says */
    const char *age;    /* SQL: time passes */
};
extern const struct recon_late_plant recon_late_plants[];
extern const size_t recon_late_plant_count;

/* The same with a message in PAY_DLQ. */
struct recon_letter_plant {
    struct recon_plant plant;
    const char *letter; /* which dead letter the message names; "": none */
    bool is_deleted;    /* at once */
};
extern const struct recon_letter_plant recon_letter_plants[];
extern const size_t recon_letter_plant_count;

#endif
