/* seed.c - paybus-admin seed: the demo's accounts and opening deposits. Every step has a source of its own,
   so that the second run, or half a first one, adds only what is not there. */
#include <stdio.h>
#include <string.h>

#include "ledger-svc/domain/account.h"
#include "ledger-svc/tools/admin/admin.h"
#include "ledger-svc/tools/admin/seed.h"
#include "shared/core/currency.h"
#include "shared/core/typeid.h"

#define OPENING_DEPOSIT INT64_C(500000)
#define PARAMS_MAX      8192
#define SOURCE_SIZE     64
#define SEED_ACCOUNTS   5 /* per currency: cash, the three below, escrow */

static const char *const seed_currencies[] = {"INR", "USD", "EUR"};
#define CURRENCY_COUNT (sizeof(seed_currencies) / sizeof(seed_currencies[0]))

static const struct seed_account {
    const char *what, *name, *type, *owner;
    int64_t deposit;
} seed_accounts[] = {
    {"treasury", "Treasury", "merchant", "house", 0},
    {"alice-wallet", "Alice Wallet", "user", "alice", OPENING_DEPOSIT},
    {"corner-shop", "Corner Shop", "merchant", "corner-shop", 0},
};
#define ACCOUNT_COUNT (sizeof(seed_accounts) / sizeof(seed_accounts[0]))

struct seed {
    struct db *db;
    struct sender *sender;
    struct uuid ids[CURRENCY_COUNT * SEED_ACCOUNTS]; /* in the order of the table that is printed */
    size_t id_count;
    int changes;
};

static void source_of(char source[SOURCE_SIZE], const char *currency, const char *what)
{
    (void)snprintf(source, SOURCE_SIZE, "seed:%s:%s", currency, what);
}

static enum status make_account(struct seed *s, const char *currency, const struct seed_account *a)
{
    char source[SOURCE_SIZE];
    source_of(source, currency, a->what);
    json_t *data = json_pack("{s:s, s:s, s:s, s:s}", "owner", a->owner, "type", a->type, "currency", currency,
                             "name", a->name);
    struct sent sent;
    enum status status = sender_send(s->sender, "account.create", source, data, &sent);
    if (status != STATUS_OK)
        return status;
    const char *id = json_string_value(json_object_get(sent.body, "id"));
    status = typeid_parse("acct", str_of(id), &s->ids[s->id_count]);
    if (status == STATUS_OK)
        s->id_count++;
    else
        (void)admin_complain(EXIT_FAILED, "%s: the answer has no account id.", source);
    s->changes += !sent.replayed;
    json_decref(sent.body);
    return status;
}

/* Into the account made last. */
static enum status deposit(struct seed *s, const char *currency, int64_t amount)
{
    char source[SOURCE_SIZE], account[TYPEID_TEXT_SIZE];
    source_of(source, currency, "opening-deposit");
    typeid_format("acct", &s->ids[s->id_count - 1], account);
    json_t *data = json_pack("{s:s, s:I, s:s, s:s}", "account", account, "amount", (json_int_t)amount,
                             "currency", currency, "description", "Opening deposit");
    struct sent sent;
    enum status status = sender_send(s->sender, "deposit.create", source, data, &sent);
    if (status != STATUS_OK)
        return status;
    s->changes += !sent.replayed;
    json_decref(sent.body);
    return STATUS_OK;
}

/* No command makes a system account: ledger-svc does so with its first entry. Escrow has none yet, so the
   owner puts the row there that ledger-svc would. */
static enum status store_system_account(struct seed *s, const struct account *a, const char *source,
                                        bool *ret_made)
{
    CLEANUP(buf_free) struct buf text = {0};
    buf_init(&text, PARAMS_MAX);
    struct json_out json;
    json_out_init(&json, &text);
    const struct account_resource resource = account_resource_of(a);
    account_write(&json, &resource);
    const struct uuid event = admin_new_id(), command = admin_new_id();

    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &a->id);
    db_param_text(&p, a->owner);
    db_param_text(&p, str_of(account_role_name(a->role)));
    db_param_text(&p, str_of(a->currency));
    db_param_text(&p, a->name);
    db_param_bool(&p, a->allow_negative);
    db_param_time(&p, a->created_us);
    db_param_uuid(&p, &event);
    db_param_uuid(&p, &command);
    db_param_text(&p, str_of(source));
    db_param_text(&p, (struct str){text.data, text.len});
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status status = db_query(s->db, ADMIN_SQL_ENSURE_SYSTEM_ACCOUNT, &p, &r);
    if (status == STATUS_OK)
        *ret_made = db_get_bool(r, 0, 0);
    return status;
}

static enum status make_escrow(struct seed *s, const char *currency)
{
    char source[SOURCE_SIZE];
    source_of(source, currency, "escrow");
    CLEANUP(db_result_ptr) PGresult *clock = NULL;
    enum status status = db_query(s->db, ADMIN_SQL_READ_CLOCK, NULL, &clock);
    struct account escrow;
    bool made = false;
    if (status == STATUS_OK) {
        account_system_init(&escrow, ACCOUNT_ROLE_escrow, currency, db_get_time(clock, 0, 0));
        status = store_system_account(s, &escrow, source, &made);
    }
    if (status != STATUS_OK) {
        (void)admin_complain(EXIT_FAILED, "%s: %s.", source, db_error(s->db));
        return status;
    }
    s->ids[s->id_count++] = escrow.id;
    s->changes += made;
    return STATUS_OK;
}

static enum status seed_currency(struct seed *s, const char *currency)
{
    s->ids[s->id_count++] = account_system_id(ACCOUNT_ROLE_cash, currency);
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < ACCOUNT_COUNT; i++) {
        const struct seed_account *a = &seed_accounts[i];
        status = make_account(s, currency, a);
        if (status == STATUS_OK && a->deposit > 0)
            status = deposit(s, currency, a->deposit);
    }
    return status == STATUS_OK ? make_escrow(s, currency) : status;
}

/* Minor units as people write them: -500000 with exponent 2 is -5000.00. */
static void format_money(int64_t amount, int exponent, char *ret_text, size_t size)
{
    int64_t unit = 1;
    for (int i = 0; i < exponent; i++)
        unit *= 10;
    int64_t whole = amount / unit, rest = amount % unit;
    const char *sign = amount < 0 ? "-" : "";
    whole = whole < 0 ? -whole : whole;
    rest = rest < 0 ? -rest : rest;
    if (exponent == 0)
        (void)snprintf(ret_text, size, "%s%lld", sign, (long long)whole);
    else
        (void)snprintf(ret_text, size, "%s%lld.%0*lld", sign, (long long)whole, exponent, (long long)rest);
}

static void print_account(const PGresult *r, int row)
{
    const struct uuid id = db_get_uuid(r, row, 0);
    const struct str name = db_get_str(r, row, 1), owner = db_get_str(r, row, 2),
                     type = db_get_str(r, row, 3), code = db_get_str(r, row, 4);
    const struct currency *currency = currency_find(code);
    char id_text[TYPEID_TEXT_SIZE], balance[32];
    typeid_format("acct", &id, id_text);
    format_money(db_get_int(r, row, 5), currency ? currency->exponent : 0, balance, sizeof(balance));
    (void)printf("%.*s  %-14.*s  %-12.*s  %-8.*s  %12s  %s\n", (int)code.len, code.data, (int)name.len,
                 name.data, (int)owner.len, owner.data, (int)type.len, type.data, balance, id_text);
}

static enum status print_accounts(struct seed *s)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_array_open(&p, DB_UUID);
    for (size_t i = 0; i < s->id_count; i++)
        db_array_uuid(&p, &s->ids[i]);
    db_array_close(&p);
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status status = db_query(s->db, ADMIN_SQL_LIST_ACCOUNTS, &p, &r);
    if (status != STATUS_OK) {
        (void)admin_complain(EXIT_FAILED, "the accounts cannot be read: %s.", db_error(s->db));
        return status;
    }
    (void)printf("%-3s  %-14s  %-12s  %-8s  %12s  %s\n", "cur", "name", "owner", "type", "balance", "id");
    for (int i = 0; i < PQntuples(r); i++)
        print_account(r, i);
    return STATUS_OK;
}

static enum status make_all(struct seed *s)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < CURRENCY_COUNT; i++)
        status = seed_currency(s, seed_currencies[i]);
    return status;
}

enum status seed_make(struct db *db, struct sender *sender, size_t *ret_accounts)
{
    struct seed s = {.db = db, .sender = sender};
    enum status status = make_all(&s);
    if (status == STATUS_OK)
        *ret_accounts = s.id_count;
    return status;
}

static int make_and_print(struct db *db, struct sender *sender)
{
    struct seed s = {.db = db, .sender = sender};
    enum status status = make_all(&s);
    if (status == STATUS_OK)
        status = print_accounts(&s);
    if (status != STATUS_OK)
        return EXIT_FAILED;
    if (s.changes == 0)
        (void)printf("Nothing changed: all of it was there.\n");
    return EXIT_OK;
}

int admin_seed(int argc, char **argv)
{
    const char *servers = NULL, *credentials = NULL, *database = NULL;
    const struct admin_option options[] = {
        {"nats", &servers, true}, {"credentials", &credentials, false}, {"database", &database, false}, {0}};
    if (admin_read_arguments(argc, argv, options, NULL, 0) != STATUS_OK)
        return EXIT_USAGE;
    CLEANUP(admin_close_database) struct db *db = NULL;
    if (admin_open_database(database, &db) != STATUS_OK)
        return EXIT_NOT_AVAILABLE;
    struct sender sender = {0};
    int code = EXIT_NOT_AVAILABLE;
    if (sender_open(servers, credentials, &sender) == STATUS_OK)
        code = make_and_print(db, &sender);
    sender_close(&sender);
    return code;
}
