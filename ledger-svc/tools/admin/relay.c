/* relay.c - paybus-admin relay rewind: asks whichever ledger-svc publishes to go back. */
#include <stdio.h>

#include "ledger-svc/tools/admin/admin.h"
#include "shared/core/timefmt.h"

#define PARAMS_MAX 256

static enum status ask(struct db *db, const char *feed, int64_t since_us, PGresult **ret_result)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, str_of(feed));
    db_param_time(&p, since_us);
    return db_query(db, ADMIN_SQL_ASK_REWIND, &p, ret_result);
}

int admin_relay_rewind(int argc, char **argv)
{
    const char *since = NULL, *feed = "events", *database = NULL;
    const struct admin_option options[] = {
        {"since", &since, true}, {"feed", &feed, false}, {"database", &database, false}, {0}};
    int64_t since_us = 0;
    char from[TIME_TEXT_SIZE];
    if (admin_read_arguments(argc, argv, options, NULL, 0) != STATUS_OK)
        return EXIT_USAGE;
    if (time_parse(str_of(since), &since_us) != STATUS_OK)
        return admin_complain(EXIT_USAGE, "--since wants a time like 2026-11-21T18:00:00Z.");
    CLEANUP(admin_close_database) struct db *db = NULL;
    if (admin_open_database(database, &db) != STATUS_OK)
        return EXIT_NOT_AVAILABLE;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    if (ask(db, feed, since_us, &r) != STATUS_OK)
        return admin_complain(EXIT_FAILED, "the rewind was not asked for: %s.", db_error(db));
    if (PQntuples(r) == 0)
        return admin_complain(EXIT_FAILED, "nothing was ever published of the feed %s.", feed);
    time_format(db_get_time(r, 0, 0), from);
    (void)printf("%s from %s on will be published again.\n", feed, from);
    return EXIT_OK;
}
