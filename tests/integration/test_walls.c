/* test_walls.c - everything that must not happen to the money, tried as each service's own role, straight at
   the partitions, and as the owner for what privileges cannot stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/database.h"

#define NO_RIGHT  "42501"
#define READ_ONLY "25006"
#define MISCOUNT  "PB001"
#define APPEND    "PB002"
#define BROKEN    "PB003"
#define FIXED     "PB004"
#define ENDPOINT  "PB007"
#define CHECK     "23514"
#define UNIQUE    "23505"
#define FOREIGN   "23503"
#define FINE      "00000"

#define LEDGER  "paybus_ledger"
#define INGRESS "paybus_ingress"
#define WEBHOOK "paybus_webhook"
#define RECON   "paybus_recon"
#define OWNER   "paybus_owner"

/* Accounts a and b hold 1000 EUR each after one posting, u is in USD, z is closed, c is the cash that paid.
 */
#define A    "'0a000000-0000-7000-8000-000000000000'"
#define B    "'0b000000-0000-7000-8000-000000000000'"
#define U    "'0d000000-0000-7000-8000-000000000000'"
#define Z    "'0f000000-0000-7000-8000-000000000000'"
#define C    "'0c000000-0000-7000-8000-000000000000'"
#define T(n) "'00000000-0000-7000-8000-00000000000" #n "'"

#define TRANSACTION(id, count)                                                                               \
    "insert into paybus.transactions (id, kind, amount, currency, entry_count, owner, actor, created_at) "   \
    "values (" id ", 'transfer', 5, 'EUR', " count ", 'o', 'key', now())"
#define ENTRIES                                                                                              \
    "insert into paybus.entries (transaction_id, leg, account_id, account_version, direction, amount, "      \
    "currency, "                                                                                             \
    "balance_after, created_at) values "
#define LEG(id, leg, account, version, direction, amount, currency)                                          \
    "(" id ", " #leg ", " account ", " #version ", '" direction "', " #amount ", '" currency "', 0, now())"
#define WITH(transaction, entries) "with t as (" transaction ") " ENTRIES entries

static const char fixture[] =
    "insert into paybus.accounts (id, owner, type, role, currency, name, allow_negative, debits_posted, "
    "credits_posted,"
    " version, status, created_at) values"
    "(" A ", 'o', 'user', null, 'EUR', 'a', false, 0, 1000, 1, 'open', now()),"
    "(" B ", 'o', 'user', null, 'EUR', 'b', false, 0, 1000, 1, 'open', now()),"
    "(" U ", 'o', 'user', null, 'USD', 'u', false, 0, 0, 0, 'open', now()),"
    "(" Z ", 'o', 'user', null, 'EUR', 'z', false, 0, 0, 0, 'closed', now()),"
    "(" C ", 'system', 'system', 'cash', 'EUR', 'c', true, 2000, 0, 2, 'open', now());" WITH(
        TRANSACTION(T(1), "4"),
        LEG(T(1), 0, C, 1, "debit", 1000, "EUR") ", " LEG(T(1), 1, A, 1, "credit", 1000, "EUR") ", " LEG(
            T(1), 2, C, 2, "debit", 1000,
            "EUR") ", " LEG(T(1), 3, B, 1, "credit", 1000,
                            "EUR")) ";"
                                    "update paybus.accounts set last_entry_at = now() where id = " A ";"
                                    "insert into paybus.events (id, type, resource, object_id, "
                                    "command_id, owner, actor, after, created_at)"
                                    " values (" T(1) ", 't', 'r', " A ", " T(
                                        1) ", 'o', 'key', '{}', now());"
                                           "insert into paybus.idempotency_keys values "
                                           "(" T(1) ", current_date, 'o', 'k', '', " T(
                                               1) ", 201, '{}', now());"
                                                  "insert into paybus.sources values "
                                                  "(" T(1) ", 's', " T(
                                                      1) ", 201, '{}', now());"
                                                         "insert into paybus.api_keys "
                                                         "(id, owner, digest, scopes) "
                                                         "values (" T(1) ", 'o', "
                                                                         "decode(repeat('ab', "
                                                                         "32), 'hex'),"
                                                                         " '{ops}'), (" T(
                                                                             2) ", 'o', "
                                                                                "decode(repeat('"
                                                                                "cd', 32), "
                                                                                "'hex'), "
                                                                                "'{ops}');"
                                                                                "update "
                                                                                "paybus.api_keys "
                                                                                "set revoked_at "
                                                                                "= now() where "
                                                                                "id = " T(2) ";"
                                                                                             /* today's
                                                                                                partitions
                                                                                                under a
                                                                                                name
                                                                                                that
                                                                                                cases
                                                                                                can
                                                                                                write */
                                                                                             "do $$ "
                                                                                             "begin"
                                                                                             " execute "
                                                                                             "format('"
                                                                                             "alter "
                                                                                             "table "
                                                                                             "paybus."
                                                                                             "events_%"
                                                                                             "s rename "
                                                                                             "to "
                                                                                             "events_"
                                                                                             "today', "
                                                                                             "to_char("
                                                                                             "current_"
                                                                                             "date, "
                                                                                             "'YYYYMMDD"
                                                                                             "'));"
                                                                                             " execute "
                                                                                             "format('"
                                                                                             "alter "
                                                                                             "table "
                                                                                             "paybus."
                                                                                             "idempoten"
                                                                                             "cy_keys_%"
                                                                                             "s rename "
                                                                                             "to "
                                                                                             "keys_"
                                                                                             "today', "
                                                                                             "to_char("
                                                                                             "current_"
                                                                                             "date, "
                                                                                             "'YYYYMMDD"
                                                                                             "'));"
                                                                                             "end $$";

static struct database d;

struct wall {
    const char *name, *role, *sql, *wanted;
};

static const struct wall money_walls[] = {
    {"balanced", LEDGER,
     WITH(TRANSACTION(T(2), "2"),
          LEG(T(2), 0, A, 2, "debit", 5, "EUR") ", " LEG(T(2), 1, B, 2, "credit", 5, "EUR")),
     FINE},
    {"balanced, entries written first in the statement", LEDGER,
     "with e as (" ENTRIES LEG(T(2), 0, A, 2, "debit", 5, "EUR") ", " LEG(T(2), 1, B, 2, "credit", 5,
                                                                          "EUR") ") " TRANSACTION(T(2), "2"),
     FINE},
    {"balanced in two currencies", LEDGER,
     WITH(TRANSACTION(T(2), "4"),
          LEG(T(2), 0, A, 2, "debit", 5, "EUR") ", " LEG(T(2), 1, B, 2, "credit", 5, "EUR") ", " LEG(
              T(2), 2, U, 1, "debit", 7, "USD") ", " LEG(T(2), 3, U, 2, "credit", 7, "USD")),
     FINE},
    {"unbalanced", LEDGER,
     WITH(TRANSACTION(T(2), "2"),
          LEG(T(2), 0, A, 2, "debit", 4, "EUR") ", " LEG(T(2), 1, B, 2, "credit", 5, "EUR")),
     BROKEN},
    {"two credits", LEDGER,
     WITH(TRANSACTION(T(2), "2"),
          LEG(T(2), 0, A, 2, "credit", 5, "EUR") ", " LEG(T(2), 1, B, 2, "credit", 5, "EUR")),
     BROKEN},
    {"balanced over two currencies only", LEDGER,
     WITH(TRANSACTION(T(2), "2"),
          LEG(T(2), 0, A, 2, "debit", 5, "EUR") ", " LEG(T(2), 1, U, 1, "credit", 5, "USD")),
     BROKEN},
    {"two transactions, unbalanced against each other", LEDGER,
     "with t as (" TRANSACTION(T(2), "2") "), t2 as (" TRANSACTION(T(3), "2") ") " ENTRIES
         LEG(T(2), 0, A, 2, "debit", 5, "EUR") ", " LEG(T(2), 1, B, 2, "credit", 6, "EUR") ", " LEG(
             T(3), 0, A, 3, "debit", 6, "EUR") ", " LEG(T(3), 1, B, 3, "credit", 5, "EUR"),
     BROKEN},
    {"entry_count too high", LEDGER,
     WITH(TRANSACTION(T(2), "3"),
          LEG(T(2), 0, A, 2, "debit", 5, "EUR") ", " LEG(T(2), 1, B, 2, "credit", 5, "EUR")),
     BROKEN},
    {"entry_count too low", LEDGER,
     WITH(TRANSACTION(T(2), "2"),
          LEG(T(2), 0, A, 2, "debit", 5, "EUR") ", " LEG(T(2), 1, B, 2, "credit", 3,
                                                         "EUR") ", " LEG(T(2), 2, B, 3, "credit", 2, "EUR")),
     BROKEN},
    {"legs that start at one", LEDGER,
     WITH(TRANSACTION(T(2), "2"),
          LEG(T(2), 1, A, 2, "debit", 5, "EUR") ", " LEG(T(2), 2, B, 2, "credit", 5, "EUR")),
     BROKEN},
    {"a gap in the legs", LEDGER,
     WITH(TRANSACTION(T(2), "2"),
          LEG(T(2), 0, A, 2, "debit", 5, "EUR") ", " LEG(T(2), 2, B, 2, "credit", 5, "EUR")),
     BROKEN},
    {"extra balanced legs to an old transaction", LEDGER,
     ENTRIES LEG(T(1), 4, A, 2, "debit", 5, "EUR") ", " LEG(T(1), 5, B, 2, "credit", 5, "EUR"), BROKEN},
    {"all legs of an old transaction again", LEDGER,
     ENTRIES LEG(T(1), 0, A, 2, "debit", 5, "EUR") ", " LEG(T(1), 1, B, 2, "credit", 5, "EUR") ", " LEG(
         T(1), 2, A, 3, "debit", 5, "EUR") ", " LEG(T(1), 3, B, 3, "credit", 5, "EUR"),
     UNIQUE},
    {"a transaction without entries", LEDGER, TRANSACTION(T(2), "2"), BROKEN},
    {"entries in a later statement", LEDGER,
     TRANSACTION(T(2), "2") "; " ENTRIES LEG(T(2), 0, A, 2, "debit", 5, "EUR") ", " LEG(T(2), 1, B, 2,
                                                                                        "credit", 5, "EUR"),
     BROKEN},
    {"entries without a transaction", LEDGER,
     ENTRIES LEG(T(2), 0, A, 2, "debit", 5, "EUR") ", " LEG(T(2), 1, B, 2, "credit", 5, "EUR"), BROKEN},
    {"an entry in another currency than its account", LEDGER,
     WITH(TRANSACTION(T(2), "2"),
          LEG(T(2), 0, A, 2, "debit", 5, "USD") ", " LEG(T(2), 1, U, 2, "credit", 5, "USD")),
     BROKEN},
    {"an entry of no account", LEDGER,
     WITH(TRANSACTION(T(2), "2"),
          LEG(T(2), 0, T(9), 1, "debit", 5, "EUR") ", " LEG(T(2), 1, B, 2, "credit", 5, "EUR")),
     BROKEN},
    {"an account's version used twice", LEDGER,
     WITH(TRANSACTION(T(2), "2"),
          LEG(T(2), 0, A, 1, "debit", 5, "EUR") ", " LEG(T(2), 1, B, 2, "credit", 5, "EUR")),
     UNIQUE},
    {"amount 0", LEDGER,
     WITH(TRANSACTION(T(2), "2"),
          LEG(T(2), 0, A, 2, "debit", 0, "EUR") ", " LEG(T(2), 1, B, 2, "credit", 0, "EUR")),
     CHECK},
    {"amount -5", LEDGER,
     WITH(TRANSACTION(T(2), "2"),
          LEG(T(2), 0, A, 2, "debit", -5, "EUR") ", " LEG(T(2), 1, B, 2, "credit", -5, "EUR")),
     CHECK},
    {"amount 2^53", LEDGER,
     WITH(TRANSACTION(T(2), "2"), LEG(T(2), 0, C, 3, "debit", 9007199254740992,
                                      "EUR") ", " LEG(T(2), 1, B, 2, "credit", 9007199254740992, "EUR")),
     CHECK},
    {"one entry only", LEDGER, WITH(TRANSACTION(T(2), "1"), LEG(T(2), 0, A, 2, "debit", 5, "EUR")), CHECK},
    {"the owner is held to the same", OWNER,
     WITH(TRANSACTION(T(2), "2"),
          LEG(T(2), 0, A, 2, "debit", 4, "EUR") ", " LEG(T(2), 1, B, 2, "credit", 5, "EUR")),
     BROKEN},
    {"a miscounted write", LEDGER, "select paybus.require_count(1, 2, 'entries')", MISCOUNT},
    {"a write without a count", LEDGER, "select paybus.require_count(null, 2, 'entries')", MISCOUNT},
};

static const struct wall account_walls[] = {
    {"a posting's update", LEDGER,
     "update paybus.accounts set debits_posted = 5, version = 2, last_entry_at = now() where id = " A, FINE},
    {"name and metadata", LEDGER, "update paybus.accounts set name = 'n', metadata = '{}' where id = " A,
     FINE},
    {"lock", LEDGER, "select from paybus.accounts where id = " A " for no key update", FINE},
    {"freeze", LEDGER, "update paybus.accounts set status = 'frozen' where id = " A, FINE},
    {"balance below zero", LEDGER,
     "update paybus.accounts set debits_posted = 1001, version = 2 where id = " A, CHECK},
    {"more held than there is", LEDGER, "update paybus.accounts set debits_pending = 1001 where id = " A,
     CHECK},
    {"balance beyond 2^53 - 1", LEDGER,
     "update paybus.accounts set credits_posted = 9007199254740992, version = 2 where id = " A, CHECK},
    {"cash below zero", LEDGER, "update paybus.accounts set debits_posted = 5000, version = 3 where id = " C,
     FINE},
    {"version goes back", LEDGER, "update paybus.accounts set version = 0 where id = " A, FIXED},
    {"credits go back", LEDGER, "update paybus.accounts set credits_posted = 999, version = 2 where id = " A,
     FIXED},
    {"debits go back", LEDGER, "update paybus.accounts set debits_posted = 1999, version = 3 where id = " C,
     FIXED},
    {"time goes back", LEDGER,
     "update paybus.accounts set last_entry_at = '2020-01-01', version = 2 where id = " A, FIXED},
    {"closing what is not empty", LEDGER, "update paybus.accounts set status = 'closed' where id = " A,
     CHECK},
    {"closing what is empty", LEDGER, "update paybus.accounts set status = 'closed' where id = " U, FINE},
    {"opening what is closed", LEDGER, "update paybus.accounts set status = 'open' where id = " Z, FIXED},
    {"moving through what is closed", LEDGER,
     "update paybus.accounts set debits_posted = 5, credits_posted = 5, version = 2 where id = " Z, FIXED},
    {"an account of a user below zero", LEDGER,
     "insert into paybus.accounts (id, owner, type, currency, name, allow_negative, created_at) values (" T(
         8) ", 'o', 'user', 'EUR', 'n', true, now())",
     CHECK},
    {"a second cash account", LEDGER,
     "insert into paybus.accounts (id, owner, type, role, currency, name, created_at) values (" T(
         8) ", 'system', 'system', 'cash', 'EUR', 'n', now())",
     UNIQUE},
    {"an unknown currency", LEDGER,
     "insert into paybus.accounts (id, owner, type, currency, name, created_at) values (" T(
         8) ", 'o', 'user', 'ZZZ', 'n', now())",
     FOREIGN},
    {"delete", LEDGER, "delete from paybus.accounts where id = " Z, NO_RIGHT},
    {"truncate", LEDGER, "truncate paybus.accounts cascade", NO_RIGHT},
    {"delete by the owner", OWNER, "delete from paybus.accounts where id = " Z, APPEND},
    {"truncate by the owner", OWNER, "truncate paybus.accounts cascade", APPEND},
};

/* Columns of accounts that never change, each with a value of its type. */
static const struct {
    const char *column, *value;
} fixed_columns[] = {
    {"id", T(9)},          {"owner", "'x'"},           {"type", "'merchant'"},          {"role", "'fx'"},
    {"currency", "'EUR'"}, {"allow_negative", "true"}, {"created_at", "now() + '1 s'"},
};

static const char *const append_only[] = {"transactions", "entries",          "events",
                                          "sources",      "idempotency_keys", "events_today",
                                          "keys_today",   "webhook_events",   "webhook_deliveries"};
static const struct {
    const char *before, *after; /* the table's name */
} changes[] = {{"update", "set created_at = created_at"}, {"delete from", ""}, {"truncate", ""}};

static const struct wall rights[] = {
    {"ledger: trigger off", LEDGER, "alter table paybus.entries disable trigger all", NO_RIGHT},
    {"ledger: drop a trigger", LEDGER, "drop trigger check_entries on paybus.entries", NO_RIGHT},
    {"ledger: triggers off for the session", LEDGER, "set session_replication_role = replica", NO_RIGHT},
    {"ledger: become the owner", LEDGER, "set role paybus_owner", NO_RIGHT},
    {"ledger: a table of its own", LEDGER, "create table paybus.mine (a int)", NO_RIGHT},
    {"ledger: a public table", LEDGER, "create table public.mine (a int)", NO_RIGHT},
    {"ledger: a temporary table", LEDGER, "create temp table mine (a int)", NO_RIGHT},
    {"ledger: a currency", LEDGER, "insert into paybus.currencies values ('AAA', 2, 'a')", NO_RIGHT},
    {"ledger: the keys of clients", LEDGER, "select from paybus.api_keys", NO_RIGHT},
    {"ledger: reads a partition", LEDGER, "select from paybus.events_today", NO_RIGHT},
    {"ledger: writes a partition", LEDGER,
     "insert into paybus.keys_today select * from paybus.idempotency_keys", NO_RIGHT},
    {"ledger: sets the sequence back", LEDGER, "select setval('paybus.events_seq', 1)", NO_RIGHT},
    {"ledger: makes partitions", LEDGER, "select paybus.ensure_partitions(20)", NO_RIGHT},
    {"ledger: a day without a partition", LEDGER,
     "insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, after, created_at) "
     "values (" T(3) ", 't', 'r', " A ", " T(3) ", 'o', 'key', '{}', now() + '400 days')",
     CHECK},
    {"ledger: an event that says nothing", LEDGER,
     "insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, created_at) "
     "values (" T(3) ", 'account.created', 'account', " A ", " T(3) ", 'o', 'key', now())",
     CHECK},
    {"ledger: the event of a transaction, which speaks for itself", LEDGER,
     "begin; insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, created_at) "
     "values (" T(3) ", 'transaction.posted', 'transaction', " T(1) ", " T(
         3) ", 'o', 'key', now()); rollback",
     FINE},
    {"ingress: reads a view", INGRESS, "select from api.entries", FINE},
    {"ingress: finds a key", INGRESS, "select from api.find_api_key('')", FINE},
    {"ingress: lists keys", INGRESS, "select from paybus.api_keys", NO_RIGHT},
    {"ingress: reads a table", INGRESS, "select from paybus.accounts", NO_RIGHT},
    {"ingress: reads the history of migrations", INGRESS, "select from public.paybus_migrations", NO_RIGHT},
    {"ingress: writes through a view", INGRESS,
     "set transaction read write; insert into api.currencies values ('AAA', 2, 'a')", NO_RIGHT},
    {"ingress: updates through a view", INGRESS,
     "set transaction read write; update api.accounts set version = 9", NO_RIGHT},
    {"ingress: deletes through a view", INGRESS, "set transaction read write; delete from api.events",
     NO_RIGHT},
    {"webhook: reads", WEBHOOK, "select from paybus.accounts", NO_RIGHT},
    {"webhook: writes", WEBHOOK,
     "insert into paybus.sources values (" T(3) ", 's', " T(3) ", 201, '', now())", NO_RIGHT},
    {"recon: reads", RECON, "select from paybus.entries, paybus.accounts, paybus.api_keys", FINE},
    {"recon: writes ids as facts do", RECON, "select api.typeid('acct', " A ")", FINE},
    {"recon: reads no view", RECON, "select from api.accounts", NO_RIGHT},
    {"recon: writes", RECON, "insert into paybus.currencies values ('AAA', 2, 'a')", READ_ONLY},
    {"recon: and when it insists", RECON,
     "set transaction read write; insert into paybus.currencies values ('AAA', 2, 'a')", NO_RIGHT},
    {"recon: locks", RECON, "set transaction read write; select from paybus.accounts for share", NO_RIGHT},
};

#define MAKE_ENDPOINT(status)                                                                                \
    "insert into paybus.webhook_endpoints (id, owner, url, event_types, status, secret, enabled_at, "        \
    "created_at, updated_at) values (" T(7) ", 'o', 'https://a.example/', '[\"*\"]', '" status               \
                                            "', 's', now(), now(), now());"
#define SET_ENDPOINT(changes) "update paybus.webhook_endpoints set " changes " where id = " T(7)
#define DISABLED              "status = 'disabled', disabled_reason = 'it failed'"

static const struct wall endpoint_walls[] = {
    {"disabled", LEDGER, MAKE_ENDPOINT("enabled") SET_ENDPOINT(DISABLED ", updated_at = now()"), FINE},
    {"deleted", LEDGER, MAKE_ENDPOINT("enabled") SET_ENDPOINT("status = 'deleted', updated_at = now()"),
     FINE},
    {"back from deleted", LEDGER,
     MAKE_ENDPOINT("deleted") SET_ENDPOINT("status = 'enabled', updated_at = now() + interval '1 s'"),
     ENDPOINT},
    {"deleted, and another URL", OWNER, MAKE_ENDPOINT("deleted") SET_ENDPOINT("url = 'https://b.example/'"),
     ENDPOINT},
    {"changed before its last change", LEDGER,
     MAKE_ENDPOINT("enabled") SET_ENDPOINT(DISABLED ", updated_at = now() - interval '1 s'"), ENDPOINT},
    {"another owner", OWNER, MAKE_ENDPOINT("enabled") SET_ENDPOINT("owner = 'p'"), ENDPOINT},
    {"another id", OWNER, MAKE_ENDPOINT("enabled") SET_ENDPOINT("id = " T(8)), ENDPOINT},
    {"made at another time", OWNER,
     MAKE_ENDPOINT("enabled") SET_ENDPOINT("created_at = now() - interval '1 s'"), ENDPOINT},
    {"another owner, by its service", LEDGER, MAKE_ENDPOINT("enabled") SET_ENDPOINT("owner = 'p'"), NO_RIGHT},
    {"gone", OWNER, MAKE_ENDPOINT("enabled") "delete from paybus.webhook_endpoints", APPEND},
    {"all gone", OWNER, "truncate paybus.webhook_endpoints", APPEND},
};

#define STATEMENT_AS(id)                                                                                     \
    "insert into paybus.reconcile_statements (id, account_id, content_hash, "                                \
    "format, currency, first_day, last_day, opening_balance, closing_balance, computed_balance, footing, "   \
    "state, line_count, results, actor) values (" id ", " A ", sha256('x'), 'csv', 'EUR', '2026-01-01', "    \
    "'2026-01-01', 0, 0, 0, 'good', 'reconciled', 1, '{}', 'a'); "
#define STATEMENT       "set transaction read write; " STATEMENT_AS(T(5))
#define STATEMENT_AGAIN STATEMENT_AS(T(4))
#define MATCH                                                                                                \
    "insert into paybus.reconcile_matches (transaction_id, leg, statement_id, group_number) values (" T(     \
        6) ", 0, " T(5) ", 1); "
#define SET_STATEMENT(values) "update paybus.reconcile_statements set " values " where id = " T(5) "; "
#define WITHDRAWN             "state = 'withdrawn', withdrawn_by = 'a', withdrawal_note = 'n', withdrawn_at = now()"
#define DROP_MATCHES          "delete from paybus.reconcile_matches"

static const struct wall statement_walls[] = {
    {"withdrawn", RECON, STATEMENT MATCH SET_STATEMENT(WITHDRAWN) DROP_MATCHES, FINE},
    {"and sent again", RECON, STATEMENT SET_STATEMENT(WITHDRAWN) STATEMENT_AGAIN, FINE},
    {"the same file twice", RECON, STATEMENT STATEMENT_AGAIN, UNIQUE},
    {"withdrawn without who and why", RECON, STATEMENT SET_STATEMENT("state = 'withdrawn'"), CHECK},
    {"withdrawn twice", RECON, STATEMENT SET_STATEMENT(WITHDRAWN) SET_STATEMENT(WITHDRAWN), APPEND},
    {"disputed later", RECON, STATEMENT SET_STATEMENT("state = 'disputed'"), APPEND},
    {"withdrawn and altered", OWNER, STATEMENT SET_STATEMENT(WITHDRAWN ", closing_balance = 1"), APPEND},
    {"altered", OWNER, STATEMENT SET_STATEMENT("closing_balance = 1"), APPEND},
    {"altered by its service", RECON, STATEMENT SET_STATEMENT("closing_balance = 1"), NO_RIGHT},
    {"gone", OWNER, STATEMENT "delete from paybus.reconcile_statements", APPEND},
    {"its matches gone", OWNER, STATEMENT MATCH DROP_MATCHES, APPEND},
    {"its matches gone, by its service", RECON, STATEMENT MATCH DROP_MATCHES, APPEND},
    {"another entry explained", OWNER, STATEMENT MATCH "update paybus.reconcile_matches set leg = 1", APPEND},
};

static int compare(const struct wall *w)
{
    PGconn *conn = database_connect(&d, w->role);
    const char *state = database_try(conn, w->sql);
    int wrong = strcmp(state, w->wanted) != 0;
    if (wrong)
        print_error("%s as %s: %s, wanted %s\n", w->name, w->role, state, w->wanted);
    PQfinish(conn);
    return wrong;
}

/* Walls of a kind, as a test's state. */
struct wall_table {
    const struct wall *walls;
    size_t count;
};
#define TABLE(rows) (&(struct wall_table){rows, sizeof(rows) / sizeof((rows)[0])})
#define TEST_WALLS(test, rows)                                                                               \
    {                                                                                                        \
        test, test_walls, NULL, NULL, TABLE(rows)                                                            \
    }

static void test_walls(void **state)
{
    const struct wall_table *table = *state;
    int wrong = 0;
    for (size_t i = 0; i < table->count; i++)
        wrong += compare(&table->walls[i]);
    assert_int_equal(wrong, 0);
}

static void test_fixed_columns(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof(fixed_columns) / sizeof(fixed_columns[0]); i++) {
        char sql[256];
        (void)snprintf(sql, sizeof(sql), "update paybus.accounts set %s = %s where id = " U,
                       fixed_columns[i].column, fixed_columns[i].value);
        wrong += compare(&(struct wall){fixed_columns[i].column, LEDGER, sql, NO_RIGHT});
        wrong += compare(&(struct wall){fixed_columns[i].column, OWNER, sql, FIXED});
    }
    assert_int_equal(wrong, 0);
}

static void change_sql(char *sql, size_t size, const char *first, size_t table, size_t change)
{
    (void)snprintf(sql, size, "%s %s paybus.%s %s", first, changes[change].before, append_only[table],
                   changes[change].after);
}

static void test_append_only(void **state)
{
    (void)state;
    static const char *const services[] = {LEDGER, INGRESS, WEBHOOK, RECON};
    int wrong = 0;
    for (size_t t = 0; t < sizeof(append_only) / sizeof(append_only[0]); t++) {
        for (size_t c = 0; c < sizeof(changes) / sizeof(changes[0]); c++) {
            char sql[256];
            change_sql(sql, sizeof(sql), "", t, c);
            wrong += compare(&(struct wall){sql, OWNER, sql, APPEND});
            change_sql(sql, sizeof(sql), "set transaction read write;", t, c);
            for (size_t s = 0; s < sizeof(services) / sizeof(services[0]); s++)
                wrong += compare(&(struct wall){sql, services[s], sql, NO_RIGHT});
        }
    }
    assert_int_equal(wrong, 0);
}

/* Beside what is tried above: nobody has a right that this list does not give. */
static void test_no_other_right(void **state)
{
    (void)state;
    PGconn *conn = database_connect(&d, "postgres");
    const char *found = database_value(
        conn, "select string_agg(g, '; ' order by g) from ("
              " select replace(r.rolname, 'paybus_', '') || ' ' || c.relname || ' '"
              "  || string_agg(a.privilege_type, ',' order by a.privilege_type) as g"
              " from pg_class c, aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee"
              " where c.relnamespace in ('paybus'::regnamespace, 'api'::regnamespace, 'public'::regnamespace)"
              " and r.rolname <> 'paybus_owner' group by r.rolname, c.relname) x");
    assert_string_equal(
        found,
        "ingress accounts SELECT; ingress audit SELECT; ingress bank_statement_results SELECT; ingress "
        "bank_statements SELECT; ingress blocks SELECT; ingress currencies SELECT; "
        "ingress dead_letters SELECT; ingress demo_stats SELECT; ingress entries "
        "SELECT; ingress events SELECT; ingress holds SELECT; ingress reconcile_anomalies SELECT; ingress "
        "reconcile_decisions SELECT; ingress reconcile_runs SELECT; ingress "
        "transaction_details SELECT; ingress transactions SELECT; ingress webhook_deliveries SELECT; "
        "ingress webhook_delivery_attempts SELECT; ingress webhook_endpoints SELECT; ingress webhook_events "
        "SELECT; ingress webhook_events_in_trouble SELECT; "
        "ledger accounts INSERT,SELECT; ledger blocks INSERT,SELECT; ledger counters SELECT; ledger "
        "currencies SELECT; ledger "
        "entries INSERT,SELECT; ledger "
        "events INSERT,SELECT; ledger events_seq USAGE; ledger holds INSERT,SELECT; ledger idempotency_keys "
        "INSERT,SELECT; ledger relay_cursors INSERT,SELECT,UPDATE; ledger reversals INSERT,SELECT; ledger "
        "sources INSERT,SELECT; ledger "
        "transaction_details INSERT,SELECT; ledger transactions INSERT,SELECT; ledger webhook_endpoints "
        "INSERT,SELECT; ledger webhook_events INSERT,SELECT; "
        "ledger work INSERT,SELECT; ledger work_seq USAGE; "
        "recon accounts SELECT; recon api_keys SELECT; recon blocks SELECT; recon counters SELECT; recon "
        "currencies SELECT; recon "
        "dead_letters SELECT; recon entries SELECT; "
        "recon events SELECT; recon held SELECT; recon holds SELECT; recon idempotency_keys SELECT; recon "
        "reconcile_ahead DELETE,INSERT,SELECT; recon reconcile_anomalies INSERT,SELECT; recon "
        "reconcile_checkpoints INSERT,SELECT; recon "
        "reconcile_decisions "
        "INSERT,SELECT; recon reconcile_matches DELETE,INSERT,SELECT; recon reconcile_open_results SELECT; "
        "recon reconcile_projection INSERT,SELECT; recon reconcile_results INSERT,SELECT; recon "
        "reconcile_runs INSERT,SELECT; recon reconcile_statement_lines INSERT,SELECT; recon "
        "reconcile_statements INSERT,SELECT; recon relay_cursors SELECT; recon reversals "
        "SELECT; "
        "recon sources SELECT; recon transaction_details SELECT; recon transactions SELECT; recon "
        "webhook_deliveries SELECT; recon webhook_delivery_attempts SELECT; recon webhook_endpoint_health "
        "SELECT; "
        "recon webhook_events SELECT; recon webhook_fanout SELECT; recon work SELECT; "
        "webhook dead_letters INSERT,SELECT; webhook injected_failures DELETE,INSERT,SELECT,UPDATE; "
        "webhook webhook_asks INSERT,SELECT,UPDATE; webhook "
        "webhook_deliveries INSERT,SELECT; "
        "webhook webhook_delivery_attempts INSERT,SELECT; webhook webhook_endpoint_health "
        "INSERT,SELECT,UPDATE; "
        "webhook webhook_endpoints SELECT; webhook webhook_events SELECT; "
        "webhook webhook_fanout INSERT,SELECT,UPDATE; webhook work INSERT,SELECT; "
        "webhook work_seq "
        "USAGE");
    assert_string_equal(
        database_value(
            conn, "select count(*) from (select relacl as acl from pg_class"
                  " where relnamespace in ('paybus'::regnamespace, 'api'::regnamespace)"
                  " union all select coalesce(proacl, acldefault('f', proowner)) from pg_proc"
                  " where pronamespace in ('paybus'::regnamespace, 'api'::regnamespace)"
                  " union all select nspacl from pg_namespace where nspname in ('paybus', 'api', 'public')"
                  " union all select datacl from pg_database where datname = 'paybus') x,"
                  " aclexplode(x.acl) a where a.grantee = 0"),
        "0");
    PQfinish(conn);
}

static void test_find_api_key(void **state)
{
    (void)state;
    PGconn *conn = database_connect(&d, INGRESS);
    static const char *const format =
        "select count(*) || coalesce(max(owner), '') || coalesce(max(scopes::text), '')"
        " from api.find_api_key(decode(repeat('%s', 32), 'hex'))";
    static const struct {
        const char *digest, *wanted;
    } cases[] = {{"ab", "1o{ops}"}, {"cd", "0"}, {"ef", "0"}}; /* working, revoked, unknown */
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char sql[256];
        (void)snprintf(sql, sizeof(sql), format, cases[i].digest);
        assert_string_equal(database_value(conn, sql), cases[i].wanted);
    }
    PQfinish(conn);
}

static void test_everything_is_explained(void **state)
{
    (void)state;
    PGconn *conn = database_connect(&d, "postgres");
    assert_string_equal(
        database_value(
            conn,
            "select coalesce(string_agg(what, ', ' order by what), '') from ("
            " select c.oid::regclass || coalesce('.' || a.attname, '') as what"
            " from pg_class c left join lateral (select 0::smallint as attnum, null::name as attname"
            "  union all select attnum, attname from pg_attribute"
            "  where attrelid = c.oid and attnum > 0 and not attisdropped) a on true"
            " where c.relkind in ('r', 'p', 'v') and col_description(c.oid, a.attnum) is null"
            " and (a.attnum > 0 or obj_description(c.oid, 'pg_class') is null)"
            " and c.relnamespace in ('paybus'::regnamespace, 'api'::regnamespace, 'public'::regnamespace)"
            " union all select p.oid::regproc::text from pg_proc p"
            " where p.pronamespace in ('paybus'::regnamespace, 'api'::regnamespace)"
            " and obj_description(p.oid, 'pg_proc') is null) x"),
        "");
    PQfinish(conn);
}

static int create(void **state)
{
    (void)state;
    database_create_migrated(&d);
    PGconn *conn = database_connect(&d, OWNER);
    database_exec(conn, fixture);
    PQfinish(conn);
    return 0;
}

static int destroy(void **state)
{
    (void)state;
    database_destroy(&d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WALLS("money", money_walls),
        TEST_WALLS("accounts", account_walls),
        TEST_WALLS("endpoints", endpoint_walls),
        TEST_WALLS("statements", statement_walls),
        cmocka_unit_test(test_fixed_columns),
        cmocka_unit_test(test_append_only),
        TEST_WALLS("rights", rights),
        cmocka_unit_test(test_no_other_right),
        cmocka_unit_test(test_find_api_key),
        cmocka_unit_test(test_everything_is_explained),
    };
    return cmocka_run_group_tests(tests, create, destroy);
}
