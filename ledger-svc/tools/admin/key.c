/* key.c - paybus-admin key create, list, revoke: API keys, shown once, kept as a digest. */
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "ledger-svc/tools/admin/admin.h"
#include "shared/contract/scope.h"
#include "shared/core/digest.h"
#include "shared/core/timefmt.h"
#include "shared/core/typeid.h"

#define KEY_PREFIX    "sk_"
#define KEY_BYTES     32
#define KEY_TEXT_SIZE (sizeof(KEY_PREFIX) + 43) /* 32 bytes are 43 characters of base64url */
#define OWNER_MAX     64
#define NAME_MAX_LEN  255
#define PARAMS_MAX    4096

static void key_make(char ret_text[KEY_TEXT_SIZE])
{
    unsigned char secret[KEY_BYTES];
    randombytes_buf(secret, sizeof(secret));
    memcpy(ret_text, KEY_PREFIX, strlen(KEY_PREFIX));
    (void)sodium_bin2base64(ret_text + strlen(KEY_PREFIX), KEY_TEXT_SIZE - strlen(KEY_PREFIX), secret,
                            sizeof(secret), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(secret, sizeof(secret));
}

static bool owner_is_valid(const char *owner)
{
    size_t len = strlen(owner);
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)owner[i]) && !strchr("_.:-", owner[i]))
            return false;
    }
    return len >= 1 && len <= OWNER_MAX;
}

static void add_scopes(struct db_params *p, struct scope_set set)
{
    db_array_open(p, DB_TEXT);
    for (unsigned i = 0; i < SCOPE_COUNT; i++) {
        const char *word = scope_word((enum scope)i);
        if (set.bits & UINT32_C(1) << i)
            db_array_bytes(p, word, strlen(word));
    }
    db_array_close(p);
}

struct new_key {
    const char *owner, *scopes, *name, *database;
    struct scope_set set;
};

static enum status key_store(struct db *db, const struct new_key *key, const struct uuid *id,
                             const char *text)
{
    struct digest digest;
    digest_of(str_of(text), &digest);
    struct uuid event = admin_new_id(), command = admin_new_id();
    char id_text[TYPEID_TEXT_SIZE];
    typeid_format("key", id, id_text);

    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, id);
    db_param_text(&p, str_of(key->owner));
    db_param_bytea(&p, digest.bytes, sizeof(digest.bytes));
    add_scopes(&p, key->set);
    db_param_text(&p, str_of(key->name));
    db_param_uuid(&p, &event);
    db_param_uuid(&p, &command);
    db_param_text(&p, str_of(id_text));
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    return db_query(db, ADMIN_SQL_CREATE_KEY, &p, &r);
}

static int key_check(struct new_key *key)
{
    if (!owner_is_valid(key->owner))
        return admin_complain(EXIT_USAGE, "--owner wants 1 to %d letters, digits and _ . : -", OWNER_MAX);
    if (scope_set_parse(str_of(key->scopes), &key->set) != STATUS_OK || key->set.bits == 0) {
        (void)admin_complain(EXIT_USAGE, "--scopes wants some of these, with commas between:");
        for (unsigned i = 0; i < SCOPE_COUNT; i++)
            (void)fprintf(stderr, "  %-20s %s\n", scope_word((enum scope)i), scope_help((enum scope)i));
        return EXIT_USAGE;
    }
    if (key->name && (strlen(key->name) == 0 || strlen(key->name) > NAME_MAX_LEN))
        return admin_complain(EXIT_USAGE, "--name wants 1 to %d bytes.", NAME_MAX_LEN);
    return EXIT_OK;
}

/* Standard output gets the key alone, for scripts; the rest is for people. */
int admin_key_create(int argc, char **argv)
{
    struct new_key key = {0};
    const struct admin_option options[] = {{"owner", &key.owner, true},
                                           {"scopes", &key.scopes, true},
                                           {"name", &key.name, false},
                                           {"database", &key.database, false},
                                           {0}};
    if (admin_read_arguments(argc, argv, options, NULL, 0) != STATUS_OK)
        return EXIT_USAGE;
    int code = key_check(&key);
    if (code != EXIT_OK)
        return code;
    CLEANUP(admin_close_database) struct db *db = NULL;
    if (admin_open_database(key.database, &db) != STATUS_OK)
        return EXIT_NOT_AVAILABLE;
    struct uuid id = admin_new_id();
    char text[KEY_TEXT_SIZE], id_text[TYPEID_TEXT_SIZE];
    key_make(text);
    typeid_format("key", &id, id_text);
    if (key_store(db, &key, &id, text) != STATUS_OK)
        return admin_complain(EXIT_FAILED, "the key was not made: %s.", db_error(db));
    (void)fprintf(stderr, "%s for %s, shown this once:\n", id_text, key.owner);
    (void)printf("%s\n", text);
    sodium_memzero(text, sizeof(text));
    return EXIT_OK;
}

static void print_key(const PGresult *r, int row)
{
    struct uuid id = db_get_uuid(r, row, 0);
    struct str owner = db_get_str(r, row, 1), scopes = db_get_str(r, row, 2), name = db_get_str(r, row, 3);
    char id_text[TYPEID_TEXT_SIZE], created[TIME_TEXT_SIZE], revoked[TIME_TEXT_SIZE] = "-";
    typeid_format("key", &id, id_text);
    time_format(db_get_time(r, row, 4), created);
    if (!db_is_null(r, row, 5))
        time_format(db_get_time(r, row, 5), revoked);
    (void)printf("%s  %-16.*s  %s  %-27s  %.*s  %.*s\n", id_text, (int)owner.len, owner.data, created,
                 revoked, (int)scopes.len, scopes.data, (int)name.len, name.data);
}

int admin_key_list(int argc, char **argv)
{
    const char *database = NULL;
    const struct admin_option options[] = {{"database", &database, false}, {0}};
    if (admin_read_arguments(argc, argv, options, NULL, 0) != STATUS_OK)
        return EXIT_USAGE;
    CLEANUP(admin_close_database) struct db *db = NULL;
    if (admin_open_database(database, &db) != STATUS_OK)
        return EXIT_NOT_AVAILABLE;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    if (db_query(db, ADMIN_SQL_LIST_KEYS, NULL, &r) != STATUS_OK)
        return admin_complain(EXIT_FAILED, "the keys cannot be read: %s.", db_error(db));
    (void)printf("%-30s  %-16s  %-27s  %-27s  %s\n", "id", "owner", "created", "revoked", "scopes, name");
    for (int i = 0; i < PQntuples(r); i++)
        print_key(r, i);
    return EXIT_OK;
}

static enum status key_revoke(struct db *db, const struct uuid *id, const char *id_text,
                              PGresult **ret_result)
{
    struct uuid event = admin_new_id(), command = admin_new_id();
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, id);
    db_param_uuid(&p, &event);
    db_param_uuid(&p, &command);
    db_param_text(&p, str_of(id_text));
    return db_query(db, ADMIN_SQL_REVOKE_KEY, &p, ret_result);
}

int admin_key_revoke(int argc, char **argv)
{
    const char *database = NULL, *id_text = NULL;
    const struct admin_option options[] = {{"database", &database, false}, {0}};
    if (admin_read_arguments(argc, argv, options, &id_text, 1) != STATUS_OK)
        return EXIT_USAGE;
    struct uuid id;
    if (typeid_parse("key", str_of(id_text), &id) != STATUS_OK)
        return admin_complain(EXIT_USAGE, "%s is not the id of a key (key_...).", id_text);
    CLEANUP(admin_close_database) struct db *db = NULL;
    if (admin_open_database(database, &db) != STATUS_OK)
        return EXIT_NOT_AVAILABLE;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    if (key_revoke(db, &id, id_text, &r) != STATUS_OK)
        return admin_complain(EXIT_FAILED, "the key was not revoked: %s.", db_error(db));
    if (PQntuples(r) == 0)
        return admin_complain(EXIT_FAILED, "there is no key %s.", id_text);
    (void)printf("%s %s.\n", id_text, db_get_bool(r, 0, 0) ? "is revoked" : "was revoked before");
    return EXIT_OK;
}
