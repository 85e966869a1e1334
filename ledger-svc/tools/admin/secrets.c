/* secrets.c - paybus-admin secrets reseal: what another key than the first one has sealed is sealed anew, so
   that the other one can go. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "ledger-svc/domain/command.h"
#include "ledger-svc/tools/admin/admin.h"
#include "shared/core/sealed.h"
#include "shared/core/typeid.h"
#include "shared/io/secret_file.h"

#define KEYS_VARIABLE "PAYBUS_SECRETS_KEY_FILE"
#define PAGE_ROWS     100
#define ATTEMPTS      10
#define PARAMS_MAX    4096

/* One endpoint at a time has its transaction: nobody waits long behind its lock. */
struct reseal {
    struct seal_keys keys;
    struct uuid endpoint;
    int64_t changed, unopened;
    bool is_changed; /* the endpoint in hand */
};

static enum status list_stale(struct db *db, const struct reseal *r, PGresult **ret_page)
{
    char mark[SEAL_MARK_SIZE];
    seal_mark(&r->keys, mark);
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, str_of(mark));
    db_param_uuid(&p, &r->endpoint);
    db_param_int4(&p, PAGE_ROWS);
    return db_query(db, ADMIN_SQL_LIST_STALE_SECRETS, &p, ret_page);
}

/* The lock that every command on the endpoint takes: nothing is read before and written after this. */
static enum status lock_endpoint(struct db *db, const struct uuid *endpoint)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, lock_number(LOCK_OBJECT, endpoint));
    return db_query(db, ADMIN_SQL_TAKE_LOCK, &p, &r);
}

static enum status find_secrets(struct db *db, const struct uuid *endpoint, PGresult **ret_row)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, endpoint);
    return db_query(db, ADMIN_SQL_FIND_ENDPOINT_SECRETS, &p, ret_row);
}

/* STATUS_INVALID: no key opens it. */
static enum status seal_anew(const struct reseal *r, struct str sealed, char ret_sealed[SEALED_SIZE])
{
    unsigned char nonce[SEAL_NONCE_SIZE];
    char endpoint[TYPEID_TEXT_SIZE], plain[SEAL_PLAIN_MAX + 1];
    typeid_format("we", &r->endpoint, endpoint);
    enum status s = seal_open(&r->keys, sealed, str_of(endpoint), plain);
    if (s != STATUS_OK)
        return s;
    randombytes_buf(nonce, sizeof(nonce));
    seal(&r->keys, nonce, str_of(endpoint), str_of(plain), ret_sealed);
    sodium_memzero(plain, sizeof(plain));
    return STATUS_OK;
}

/* previous NULL: there is none that still signs, and it stays as it is. STATUS_RETRY: somebody who takes no
   lock was faster. */
static enum status store(struct db *db, const struct uuid *endpoint, struct str old, const char *secret,
                         const char *previous)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, endpoint);
    db_param_text(&p, old);
    db_param_text(&p, str_of(secret));
    db_param_text(&p, str_of(previous));
    enum status s = db_query(db, ADMIN_SQL_RESEAL_ENDPOINT, &p, &r);
    return s == STATUS_OK && PQntuples(r) == 0 ? STATUS_RETRY : s;
}

static enum status reseal_endpoint(struct db *db, void *context)
{
    struct reseal *r = context;
    char secret[SEALED_SIZE], previous[SEALED_SIZE];
    CLEANUP(db_result_ptr) PGresult *row = NULL;
    r->is_changed = false;
    enum status s = lock_endpoint(db, &r->endpoint);
    if (s == STATUS_OK)
        s = find_secrets(db, &r->endpoint, &row);
    if (s != STATUS_OK || PQntuples(row) == 0)
        return s; /* deleted meanwhile */
    bool has_previous = !db_is_null(row, 0, 1);
    s = seal_anew(r, db_get_str(row, 0, 0), secret);
    if (s == STATUS_OK && has_previous)
        s = seal_anew(r, db_get_str(row, 0, 1), previous);
    if (s == STATUS_OK)
        s = store(db, &r->endpoint, db_get_str(row, 0, 0), secret, has_previous ? previous : NULL);
    r->is_changed = s == STATUS_OK;
    return s;
}

static enum status reseal_page(struct db *db, struct reseal *r, const PGresult *page)
{
    enum status s = STATUS_OK;
    for (int i = 0; s == STATUS_OK && i < PQntuples(page); i++) {
        r->endpoint = db_get_uuid(page, i, 0);
        s = db_tx_run(db, NULL, ATTEMPTS, reseal_endpoint, r);
        r->changed += s == STATUS_OK && r->is_changed;
        if (s == STATUS_INVALID) {
            char id[TYPEID_TEXT_SIZE];
            typeid_format("we", &r->endpoint, id);
            (void)admin_complain(EXIT_FAILED, "%s: no key opens its secret.", id);
            r->unopened++;
            s = STATUS_OK;
        }
    }
    return s;
}

static enum status reseal_all(struct db *db, struct reseal *r)
{
    int rows = PAGE_ROWS;
    enum status s = STATUS_OK;
    while (s == STATUS_OK && rows == PAGE_ROWS) {
        CLEANUP(db_result_ptr) PGresult *page = NULL;
        s = list_stale(db, r, &page);
        rows = s == STATUS_OK ? PQntuples(page) : 0;
        if (s == STATUS_OK)
            s = reseal_page(db, r, page);
    }
    return s;
}

int admin_secrets_reseal(int argc, char **argv)
{
    const char *file = getenv(KEYS_VARIABLE), *database = NULL;
    const struct admin_option options[] = {{"keys", &file, true}, {"database", &database, false}, {0}};
    struct reseal r = {.changed = 0};
    if (admin_read_arguments(argc, argv, options, NULL, 0) != STATUS_OK)
        return EXIT_USAGE;
    if (secret_file_read_keys(file, &r.keys) != STATUS_OK)
        return admin_complain(EXIT_USAGE, "--keys wants a file of 1 to 4 lines of 64 hex digits.");
    CLEANUP(admin_close_database) struct db *db = NULL;
    int code = EXIT_NOT_AVAILABLE;
    if (admin_open_database(database, &db) == STATUS_OK) {
        enum status s = reseal_all(db, &r);
        (void)printf("%lld webhook endpoints have their secrets sealed anew, by the first key.\n",
                     (long long)r.changed);
        code = s == STATUS_OK && r.unopened == 0 ? EXIT_OK : EXIT_FAILED;
        if (s != STATUS_OK)
            (void)admin_complain(code, "it is not finished, run it again: %s.", db_error(db));
    }
    sodium_memzero(&r.keys, sizeof(r.keys));
    return code;
}
