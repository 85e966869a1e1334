/* admin.h - what the commands of paybus-admin share: arguments, the database as its owner, complaints. */
#ifndef TOOLS_ADMIN_ADMIN_H
#define TOOLS_ADMIN_ADMIN_H

#include "admin_statements.h"
#include "shared/io/config.h"
#include "shared/io/db.h"

/* One command: its words on the command line, what it does with the arguments after them. */
struct admin_command {
    const char *words; /* "key create" */
    int (*run)(int argc, char **argv);
    const char *usage; /* arguments and one line of help */
};
int admin_demo_serve(int argc, char **argv);
int admin_key_create(int argc, char **argv);
int admin_key_list(int argc, char **argv);
int admin_key_revoke(int argc, char **argv);
int admin_partitions(int argc, char **argv);
int admin_relay_rewind(int argc, char **argv);
int admin_secrets_reseal(int argc, char **argv);
int admin_seed(int argc, char **argv);

/* One option with a value: --name VALUE. */
struct admin_option {
    const char *name; /* "owner" */
    const char **value;
    bool required;
};
/* Reads options, all with values (a row without a name ends them), then exactly positional_count other
   arguments into ret_positional (may be NULL when 0). Complains and returns STATUS_INVALID if anything is
   wrong. */
NODISCARD enum status admin_read_arguments(int argc, char **argv, const struct admin_option *options,
                                           const char **ret_positional, int positional_count);
/* One sentence on standard error; returns code. */
int admin_complain(int code, const char *format, ...) PRINTF_LIKE(2, 3);
/* conninfo NULL: PAYBUS_DATABASE_URL. Complains when it cannot. */
NODISCARD enum status admin_open_database(const char *conninfo, struct db **ret_db);
void admin_close_database(struct db **db); /* for CLEANUP */
/* A fresh version 7 id. */
struct uuid admin_new_id(void);

#endif
