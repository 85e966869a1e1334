/* recon_plants.c - see recon_plants.h. Objects are chosen among what came after the first full run, so that
   an incremental one has to see what happened to them. */
#include "tests/e2e/recon_plants.h"

#define FRESH "(select min(mark_seq) from paybus.reconcile_runs where state = 'completed')"
/* Transfers without words, whose accounts have neither holds nor anything else: $condition on their legs l.
 */
#define TRANSFER(condition)                                                                                  \
    "select t.id from paybus.events e join paybus.transactions t on t.id = e.object_id"                      \
    " where e.seq > " FRESH                                                                                  \
    " and e.type = 'transaction.posted' and t.kind = 'transfer' and t.reference is null"                     \
    " and (select bool_and(" condition                                                                       \
    ") from paybus.entries l join paybus.accounts a on a.id = l.account_id"                                  \
    "      where l.transaction_id = t.id) order by e.seq limit 1"
#define LEG(column, transaction, leg)                                                                        \
    "select " column " from paybus.entries where transaction_id = '{" transaction "}' and leg = " leg
#define HOLD(condition)    "select h.id from paybus.holds h where " condition " order by h.id desc limit 1"
#define TEXT(prefix, name) "select api.typeid('" prefix "', '{" name "}')"

const struct recon_name recon_names[] = {
    {"t", TRANSFER("l.account_version < a.version")},
    {"T", TEXT("txn", "t")},
    {"a", LEG("account_id", "t", "0")},
    {"A", TEXT("acct", "a")},
    {"b", LEG("account_id", "t", "1")},
    {"B", TEXT("acct", "b")},
    {"m", LEG("amount", "t", "0")},
    {"2m", "select 2 * {m}"},
    {"z",
     "select id from paybus.accounts where owner = 'e2e' and currency = 'EUR' and id not in ('{a}', '{b}')"
     " and id not in (select account_id from paybus.holds) order by id limit 1"},
    {"Z", TEXT("acct", "z")},
    {"seq", "select seq from paybus.events where object_id = '{t}'"},
    {"l", TRANSFER("l.account_version = a.version or l.leg = 0")},
    {"L", TEXT("txn", "l")},
    {"lb", LEG("account_id", "l", "1")},
    {"LB", TEXT("acct", "lb")},
    {"lm", LEG("amount", "l", "1")},
    {"h", HOLD("h.status = 'authorized'")},
    {"H", TEXT("hold", "h")},
    {"hm", "select amount from paybus.holds where id = '{h}'"},
    {"ha", "select account_id from paybus.holds where id = '{h}'"},
    {"HA", TEXT("acct", "ha")},
    {"c", HOLD("h.status = 'captured'")},
    {"C", TEXT("hold", "c")},
    {"cm", "select captured from paybus.holds where id = '{c}'"},
    {"cseq", "select seq from paybus.events where object_id = '{c}' and type = 'hold.captured'"},
    {"p", HOLD("h.status = 'partially_captured'")},
    {"P", TEXT("hold", "p")},
    {"r", HOLD("h.status = 'released'")},
    {"R", TEXT("hold", "r")},
    {"x", "select id from paybus.transactions where kind = 'exchange' order by id desc limit 1"},
    {"X", TEXT("txn", "x")},
    {"v", "select id from paybus.transactions where kind = 'reversal' order by id desc limit 1"},
    {"V", TEXT("txn", "v")},
    {"vm", "select amount from paybus.transactions where id = '{v}'"},
    {"o", "select reverses from paybus.transaction_details where transaction_id = '{v}'"},
    {"O", TEXT("txn", "o")},
    {"n", "select min(number) from paybus.blocks where first_seq > " FRESH},
    {"n+1", "select {n} + 1"},
    {"k", "select max(block_number) from paybus.reconcile_runs where state = 'completed'"},
    {"old", "select id from paybus.transactions where kind = 'transfer' order by id limit 1"},
    {"OLD", TEXT("txn", "old")},
    {"ob", LEG("account_id", "old", "1")},
    {"OB", TEXT("acct", "ob")},
    {"new", "select overlay(max(id::text) placing 'ffff' from 15 for 4)::uuid from paybus.transactions"},
    {"NEW", TEXT("txn", "new")},
    {"gone", "select gen_random_uuid()"},
    {"GONE", TEXT("acct", "gone")},
    {"w", "select '018f0000-0000-7000-8000-000000000001'"},
    {"W", TEXT("wrk", "w")},
    {"D", TEXT("dl", "w")},
    {"D2", TEXT("dl", "z")},
    {"E", TEXT("whe", "v")},
};
const size_t recon_name_count = sizeof recon_names / sizeof recon_names[0];

#define ENTRY(change, transaction, leg)                                                                      \
    "update paybus.entries set " change " where transaction_id = '{" transaction "}' and leg = " leg ";"
#define ACCOUNT(change, account)   "update paybus.accounts set " change " where id = '{" account "}';"
#define CHANGE_HOLD(change, hold)  "update paybus.holds set " change " where id = '{" hold "}';"
#define UNGUARD(table, constraint) "alter table paybus." table " drop constraint " constraint ";"
#define WORK(columns, values)                                                                                \
    "insert into paybus.work (id, kind, object_id, enqueued_at, updated_at, created_at" columns ")"          \
    " values ('{w}', 'webhook', gen_random_uuid(), now() - interval '1 day', now() - interval '1 day',"      \
    "         now() - interval '1 day'" values ");"
#define DEAD_LETTER(columns, values)                                                                         \
    "insert into paybus.dead_letters (id, kind, subject, payload, error, attempts, created_at" columns ")"   \
    " values ('{w}', 'webhook', 's', '', 'e', 6, now() - interval '1 day'" values ");"
#define NOTHING          "set client_min_messages = notice;"
#define PUBLISHED_LETTER DEAD_LETTER(", stream_seq", ", 1")
#define NEW_TRANSACTION                                                                                      \
    "insert into paybus.transactions (id, kind, amount, currency, entry_count, owner, actor, created_at)"    \
    " values ('{new}', 'transfer', 5, 'EUR', 2, 'x', 'x', clock_timestamp());"
#define NEW_ENTRIES                                                                                          \
    "insert into paybus.entries (transaction_id, leg, account_id, account_version, direction, amount, "      \
    "currency,"                                                                                              \
    "                            balance_after, created_at)"                                                 \
    " select '{new}', l.leg, a.id, a.version + 1, l.direction, 5, 'EUR',"                                    \
    "        a.credits_posted - a.debits_posted + l.net, clock_timestamp()"                                  \
    " from (values (0, '{a}'::uuid, 'debit', -5), (1, '{b}', 'credit', 5)) l (leg, account, direction, net)" \
    " join paybus.accounts a on a.id = l.account;"
#define NEW_COUNTERS                                                                                         \
    ACCOUNT("version = version + 1, debits_posted = debits_posted + 5, last_entry_at = clock_timestamp()",   \
            "a")                                                                                             \
    ACCOUNT("version = version + 1, credits_posted = credits_posted + 5, last_entry_at = clock_timestamp()", \
            "b")
#define SOURCE_EVENT(source)                                                                                 \
    "insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, source, after, "    \
    "created_at)"                                                                                            \
    " values (gen_random_uuid(), 'test.fact', 'test', gen_random_uuid(), gen_random_uuid(), 'o', 'a', "      \
    "'" source "',"                                                                                          \
    "         '{}', clock_timestamp());"

/* What recon-svc would have made of the events of account a; nothing else is projected here. */
#define PROJECTED(version, off)                                                                              \
    "insert into paybus.reconcile_projection (account_id, version, posted)"                                  \
    " select id, " version ", credits_posted - debits_posted + " off                                         \
    " from paybus.accounts where id = '{a}';"
#define PROJECTED_BEFORE                                                                                     \
    "insert into paybus.reconcile_projection (account_id, version, posted)"                                  \
    " select account_id, account_version, balance_after from paybus.entries e where account_id = '{a}'"      \
    " and account_version = (select version - 1 from paybus.accounts where id = '{a}');"
/* All but one account, since so long. */
#define PROJECTED_BUT(account, since)                                                                        \
    "insert into paybus.reconcile_projection (account_id, version, posted, created_at)"                      \
    " select id, version, credits_posted - debits_posted, " since                                            \
    " from paybus.accounts where id <> '{" account "}';"

const struct recon_plant recon_plants[] = {
    {"events that tell another balance", PROJECTED("version", "3"), "projection_mismatch {A} -3"},
    {"an event consumed twice", PROJECTED("version + 2", "0"), "event_consumed_twice {A} 2"},
    {"an event never consumed", PROJECTED_BEFORE, "event_not_consumed {A} -1"},
    {"an account of which nothing was ever consumed",
     PROJECTED_BUT("a", "clock_timestamp() - interval '1 day'"), "event_not_consumed {A} *"},
    {"an account that is older than what is consumed", PROJECTED_BUT("a", "clock_timestamp()"), ""},
    {"a credit entry's amount", ENTRY("amount = amount + 1", "t", "1"),
     "unbalanced_transaction {T} 1\nrunning_balance_mismatch {B} -1\ncredits_mismatch {B} "
     "-1\nsealed_row_altered {T}/1 -"},
    {"a debit entry's amount", ENTRY("amount = amount + 1", "t", "0"),
     "unbalanced_transaction {T} -1\nrunning_balance_mismatch {A} 1\ndebits_mismatch {A} "
     "-1\nsealed_row_altered {T}/0 -"},
    {"both entries' amounts", ENTRY("amount = amount + 1", "t", "0") ENTRY("amount = amount + 1", "t", "1"),
     "amount_mismatch {T} -1\nrunning_balance_mismatch {A} 1\nrunning_balance_mismatch {B} "
     "-1\ndebits_mismatch {A} -1\n"
     "credits_mismatch {B} -1\nsealed_row_altered {T}/0 -\nsealed_row_altered {T}/1 -"},
    {"an entry's direction", ENTRY("direction = 'debit'", "t", "1"),
     "unbalanced_transaction {T} -{2m}\nrunning_balance_mismatch {B} {2m}\ncredits_mismatch {B} {m}\n"
     "debits_mismatch {B} -{m}\nsealed_row_altered {T}/1 -"},
    {"an entry's currency", ENTRY("currency = 'USD'", "t", "1"),
     "currency_mismatch {T} -\nsealed_row_altered {T}/1 -"},
    {"an entry's account",
     "update paybus.entries set account_id = '{z}', account_version = a.version + 1, created_at = "
     "a.last_entry_at,"
     " balance_after = a.credits_posted - a.debits_posted + {m} from paybus.accounts a"
     " where a.id = '{z}' and transaction_id = '{t}' and leg = 1;",
     "version_gap {B} 1\ncredits_mismatch {B} {m}\nversion_mismatch {Z} -1\ncredits_mismatch {Z} -{m}\n"
     "entry_note_mismatch {T} -\nsealed_row_altered {T}/1 -"},
    {"an entry's running balance", ENTRY("balance_after = balance_after + 1", "t", "1"),
     "running_balance_mismatch {B} 1\nsealed_row_altered {T}/1 -"},
    {"an entry deleted", "delete from paybus.entries where transaction_id = '{t}' and leg = 1;",
     "wrong_entry_count {T} -1\nversion_gap {B} 1\ncredits_mismatch {B} {m}\nsealed_row_missing {T}/1 -"},
    {"an account's last entry deleted",
     "delete from paybus.entries where transaction_id = '{l}' and leg = 1;",
     "wrong_entry_count {L} -1\nversion_mismatch {LB} 1\ncredits_mismatch {LB} {lm}\nsealed_row_missing "
     "{L}/1 -"},
    {"both entries deleted", "delete from paybus.entries where transaction_id = '{t}';",
     "transaction_without_entries {T} -2\nversion_gap {A} 1\nversion_gap {B} 1\ndebits_mismatch {A} {m}\n"
     "credits_mismatch {B} {m}\nsealed_row_missing {T}/0 -\nsealed_row_missing {T}/1 -"},
    {"a transaction deleted", "delete from paybus.transactions where id = '{t}';",
     "event_without_transaction {T} -\nentries_without_transaction {T} -\nsealed_row_missing {T} -"},
    {"a transaction and its entries deleted",
     "delete from paybus.transactions where id = '{t}'; delete from paybus.entries where transaction_id = "
     "'{t}';",
     "event_without_transaction {T} -\nsealed_row_missing {T} -\nsealed_row_missing {T}/0 "
     "-\nsealed_row_missing {T}/1 -\n"
     "version_gap {A} 1\nversion_gap {B} 1\ndebits_mismatch {A} {m}\n"
     "credits_mismatch {B} {m}"},
    {"a transaction's number of entries", "update paybus.transactions set entry_count = 3 where id = '{t}';",
     "wrong_entry_count {T} -1\nsealed_row_altered {T} -"},
    {"a transaction's amount", "update paybus.transactions set amount = amount + 1 where id = '{t}';",
     "amount_mismatch {T} 1\nsealed_row_altered {T} -"},
    {"a transaction's currency", "update paybus.transactions set currency = 'USD' where id = '{t}';",
     "currency_mismatch {T} -\nsealed_row_altered {T} -"},
    {"a transaction's kind", "update paybus.transactions set kind = 'deposit' where id = '{t}';",
     "entry_note_mismatch {T} -\nsealed_row_altered {T} -"},
    {"a transaction's words", "update paybus.transactions set description = 'x' where id = '{t}';",
     "sealed_row_altered {T} -"},
    {"a transaction in the future",
     "update paybus.transactions set created_at = now() + interval '1 day' where id = '{t}';",
     "time_in_future {T} -\nsealed_row_altered {T} -"},
    {"an entry in the future", ENTRY("created_at = now() + interval '1 day'", "t", "1"),
     "time_in_future {T} -\nentries_out_of_order {B} *\nsealed_row_altered {T}/1 -"},
    {"an entry before the one before", ENTRY("created_at = created_at - interval '1 day'", "t", "1"),
     "entries_out_of_order {B} *\nsealed_row_altered {T}/1 -"},
    {"an entry's counterparty", ENTRY("counterparty_id = '{z}'", "t", "0"),
     "entry_note_mismatch {T} -\nsealed_row_altered {T}/0 -"},
    {"an entry's kind", ENTRY("kind = 'deposit'", "t", "0"),
     "entry_note_mismatch {T} -\nsealed_row_altered {T}/0 -"},
    {"an account's debits", ACCOUNT("debits_posted = debits_posted + 1", "a"),
     "debits_mismatch {A} 1\nfull: currency_not_zero EUR -1"},
    {"an account's credits", ACCOUNT("credits_posted = credits_posted + 5", "b"),
     "credits_mismatch {B} 5\nfull: currency_not_zero EUR 5"},
    {"both of an account's counters",
     ACCOUNT("debits_posted = debits_posted + 7, credits_posted = credits_posted + 7", "a"),
     "debits_mismatch {A} 7\ncredits_mismatch {A} 7"},
    {"money moved between accounts",
     ACCOUNT("credits_posted = credits_posted - 9", "a") ACCOUNT("credits_posted = credits_posted + 9", "b"),
     "credits_mismatch {A} -9\ncredits_mismatch {B} 9"},
    {"an account's version", ACCOUNT("version = version + 1", "a"), "version_mismatch {A} 1"},
    {"money held without a hold", ACCOUNT("debits_pending = debits_pending + 3", "a"), "held_mismatch {A} 3"},
    {"money pending towards an account", ACCOUNT("credits_pending = 5", "a"), "pending_credits {A} 5"},
    {"what the database keeps as held",
     "update paybus.held set amount = amount + 2 where account_id = '{ha}';", "held_mismatch {HA} 2"},
    {"an overdrawn account",
     UNGUARD("accounts", "accounts_available_not_negative")
         ACCOUNT("debits_posted = credits_posted + 1", "a"),
     "negative_available {A} -1\ndebits_mismatch {A} *\nfull: currency_not_zero EUR *"},
    {"a closed account with money",
     UNGUARD("accounts", "accounts_closed_is_empty") ACCOUNT("status = 'closed'", "a"),
     "closed_account_moved {A} *\nfull: account_altered {A} -"},
    {"an account's owner", ACCOUNT("owner = 'thief'", "a"), "full: account_altered {A} -"},
    {"an account's type", ACCOUNT("type = 'merchant'", "a"), "full: account_altered {A} -"},
    {"an account frozen beside the facts", ACCOUNT("status = 'frozen'", "a"), "full: account_altered {A} -"},
    {"an account that may go below zero",
     UNGUARD("accounts", "accounts_role_fits") ACCOUNT("allow_negative = true", "a"),
     "full: account_altered {A} -"},
    {"an account that is older than its fact", ACCOUNT("created_at = created_at - interval '1 s'", "a"),
     "full: account_altered {A} -"},
    {"an account deleted", "delete from paybus.accounts where id = '{a}';",
     "entries_without_account {A} *\nfull: currency_not_zero EUR *"},
    {"a hold released and its money kept", CHANGE_HOLD("status = 'released'", "h"),
     "held_mismatch {HA} {hm}\nhold_events_mismatch {H} -"},
    {"a hold captured without a capture",
     CHANGE_HOLD("status = 'captured', captured = amount, capture_id = gen_random_uuid()", "h"),
     "captured_without_captured_tx {H} -{hm}\nheld_mismatch {HA} {hm}"},
    {"a captured hold released", CHANGE_HOLD("status = 'released', captured = 0, capture_id = null", "c"),
     "released_with_captured_tx {C} {cm}\nhold_events_mismatch {C} -"},
    {"a hold's captured amount", CHANGE_HOLD("captured = captured + 1", "p"),
     "captured_mismatch {P} 1\nheld_mismatch {HA} 1"},
    {"a hold below what was captured",
     UNGUARD("holds", "holds_captured_within_amount") CHANGE_HOLD("amount = captured - 1", "c"),
     "capture_exceeds_hold {C} 1\nhold_terms_mismatch {C} -"},
    {"a hold that expired long ago",
     CHANGE_HOLD("expires_at = now() - interval '1 day', created_at = now() - interval '2 days'", "h"),
     "authorized_but_expired {H} {hm}\nhold_terms_mismatch {H} -"},
    {"a hold's currency", CHANGE_HOLD("currency = 'USD'", "h"), "hold_currency_mismatch {H} -"},
    {"a hold of nobody", CHANGE_HOLD("account_id = gen_random_uuid()", "r"),
     "hold_without_account {R} -\nhold_terms_mismatch {R} -"},
    {"a hold's account, and all that is held of it",
     CHANGE_HOLD("account_id = '{z}'", "h") ACCOUNT("debits_pending = debits_pending - {hm}", "ha")
         ACCOUNT("debits_pending = debits_pending + {hm}",
                 "z") "update paybus.held set amount = amount - {hm} where account_id = '{ha}';"
                      "insert into paybus.held (account_id, amount) values ('{z}', {hm});",
     "hold_terms_mismatch {H} -"},
    {"a hold deleted", "delete from paybus.holds where id = '{h}';",
     "hold_missing {H} -\nheld_mismatch {HA} {hm}"},
    {"a hold's capture forgotten", "delete from paybus.events where seq = {cseq};",
     "hold_events_mismatch {C} -\nsealed_row_missing {cseq} -"},
    {"what was given back",
     "update paybus.reversals set reversed = reversed + 1 where transaction_id = '{o}';",
     "reversed_mismatch {O} 1"},
    {"what was given back forgotten", "delete from paybus.reversals where transaction_id = '{o}';",
     "reversed_mismatch {O} -{vm}"},
    {"more given back than there was",
     UNGUARD("reversals", "reversals_within_amount") "update paybus.reversals set reversed = 1000000 where "
                                                     "transaction_id = '{o}';",
     "reversals_exceed_original {O} *\nreversed_mismatch {O} *"},
    {"a reversal of nothing",
     "update paybus.transaction_details set reverses = null where transaction_id = '{v}';",
     "reversal_without_original {V} -\nsealed_row_altered {V} -\nfull: reversed_mismatch {O} {vm}"},
    {"an exchange's rate",
     "update paybus.transaction_details set rate_numerator = rate_numerator * 3 where transaction_id = "
     "'{x}';",
     "exchange_off_rate {X} *\nsealed_row_altered {X} -"},
    {"an event deleted", "delete from paybus.events where seq = {seq};",
     "transaction_without_event {T} -\nsealed_row_missing {seq} -"},
    {"an event's actor", "update paybus.events set actor = 'nobody' where seq = {seq};",
     "sealed_row_altered {seq} -"},
    {"an event that was never published",
     "update paybus.relay_cursors set settled = '10:10:', horizon = pg_current_snapshot(), acked_seq = {seq} "
     "- 1;",
     "event_not_published {seq} -"},
    {"a block's hash", "update paybus.blocks set hash = sha256('x') where number = {n};",
     "block_altered {n} -\nblock_out_of_line {n+1} -"},
    {"a block's link", "update paybus.blocks set previous_hash = sha256('x') where number = {n};",
     "block_altered {n} -\nblock_out_of_line {n} -"},
    {"a block's time", "update paybus.blocks set sealed_at = sealed_at + interval '1 us' where number = {n};",
     "block_altered {n} -"},
    {"a block deleted", "delete from paybus.blocks where number = {n};", "block_missing {n} -"},
    {"the end of the chain deleted", "delete from paybus.blocks where number >= {k};", "block_missing {k} -"},
    {"an account put back behind what was proved",
     "update paybus.reconcile_checkpoints c set version = a.version + 1, debits = a.debits_posted,"
     " credits = a.credits_posted + 5, last_at = a.last_entry_at from paybus.accounts a"
     " where a.id = '{b}' and c.account_id = a.id;",
     "version_mismatch {B} -1\ncredits_mismatch {B} -5"},
    {"an account deleted with all that it has",
     "insert into paybus.reconcile_checkpoints values ('{gone}', 1, 0, 0, now());",
     "full: entries_without_account {GONE} 1"},
    {"a hold that holds more, and its account",
     CHANGE_HOLD("amount = amount + 9", "h")
         ACCOUNT("debits_pending = debits_pending + 9",
                 "ha") "update paybus.held set amount = amount + 9 where account_id = '{ha}';",
     "hold_terms_mismatch {H} -"},
    {"a hold's destination", CHANGE_HOLD("destination_id = '{z}'", "h"), "hold_terms_mismatch {H} -"},
    {"a hold's end", CHANGE_HOLD("expires_at = expires_at + interval '10 years'", "h"),
     "hold_terms_mismatch {H} -"},
    {"a hold's owner", CHANGE_HOLD("owner = 'mallory'", "h"), "hold_terms_mismatch {H} -"},
    {"a transaction beside the events", NEW_TRANSACTION NEW_ENTRIES NEW_COUNTERS,
     "transaction_without_event {NEW} -"},
    {"a transaction beside events and counters", NEW_TRANSACTION NEW_ENTRIES,
     "transaction_without_event {NEW} -\nversion_mismatch {A} -1\nversion_mismatch {B} -1\ndebits_mismatch "
     "{A} -5\n"
     "credits_mismatch {B} -5"},
    {"a transaction of nothing", NEW_TRANSACTION,
     "transaction_without_event {NEW} -\ntransaction_without_entries {NEW} -2"},
    {"entries of no transaction", NEW_ENTRIES,
     "entries_without_transaction {NEW} -\nversion_mismatch {A} -1\nversion_mismatch {B} -1\ndebits_mismatch "
     "{A} -5\n"
     "credits_mismatch {B} -5"},
    {"one cause with two effects", SOURCE_EVENT("webhook:x") SOURCE_EVENT("webhook:x"),
     "source_applied_twice webhook:x 1"},
    {"two causes with two effects each, and one with one",
     SOURCE_EVENT("webhook:x") SOURCE_EVENT("webhook:y") SOURCE_EVENT("webhook:z") SOURCE_EVENT("webhook:y")
         SOURCE_EVENT("webhook:x"),
     "source_applied_twice webhook:x 1\nsource_applied_twice webhook:y 1"},
    {"a key with two answers",
     "insert into paybus.idempotency_keys select digest, created_on + 1, owner, key, fingerprint, "
     "command_id, status, body,"
     " created_at from paybus.idempotency_keys order by digest limit 1;",
     "full: key_stored_twice * 1"},
    {"an old entry's amount", ENTRY("amount = amount + 1", "old", "1"),
     "full: unbalanced_transaction {OLD} 1\nfull: running_balance_mismatch {OB} -1\nfull: credits_mismatch "
     "{OB} -1\n"
     "full: sealed_row_altered {OLD}/1 -"},
    {"work that nobody does", WORK(", state, lease_until", ", 'processing', now() - interval '1 hour'"),
     "processing_stale {W} -"},
    {"work that is done by nobody for ten years",
     WORK(", state, lease_until", ", 'processing', now() + interval '10 years'"), "processing_stale {W} -"},
    {"a retry in ten years", WORK(", state, next_attempt_at", ", 'failed', now() + interval '10 years'"),
     "work_overdue {W} -"},
    {"work that nobody takes", WORK(", state", ", 'received'"), "work_overdue {W} -"},
    {"a retry that nobody makes", WORK(", state, next_attempt_at", ", 'failed', now() - interval '1 hour'"),
     "work_overdue {W} -"},
    {"dead work without a letter", WORK(", state", ", 'dead'"), "webhook_dlq_without_dlq_row {W} -1"},
    {"a letter that was not published", DEAD_LETTER("", ""), "dead_letter_not_published {D} -"},
    {"a letter without its message", PUBLISHED_LETTER, "dlq_row_without_message {D} -"},
    {"a webhook event without work",
     "insert into paybus.webhook_events (id, provider, event_id, event_type, fingerprint, payload, "
     "created_at)"
     " values ('{v}', 'gateway', 'e', 't', '', '{}', now());",
     "webhook_event_without_work {E} -"},
};
const size_t recon_plant_count = sizeof recon_plants / sizeof recon_plants[0];

const struct recon_letter_plant recon_letter_plants[] = {
    {{"a letter of living work",
      WORK(", state", ", 'processed'") DEAD_LETTER(", work_id, stream_seq", ", '{w}', 1"),
      "dlq_row_without_webhook_dlq_status {D} -"},
     "{D}",
     false},
    {{"a letter of work that is not there", DEAD_LETTER(", work_id, stream_seq", ", '{w}', 1"),
      "dlq_row_without_webhook_dlq_status {D} -"},
     "{D}",
     false},
    {{"a letter and its message", PUBLISHED_LETTER, ""}, "{D}", false},
    {{"a letter whose message was deleted", PUBLISHED_LETTER, "dlq_row_without_message {D} -"}, "{D}", true},
    {{"a letter and the message of another", PUBLISHED_LETTER,
      "dlq_row_without_message {D} -\ndlq_message_without_row PAY_DLQ/* -"},
     "{D2}",
     false},
    {{"a letter older than what PAY_DLQ keeps",
      PUBLISHED_LETTER "update paybus.dead_letters set created_at = now() - interval '31 days';", ""},
     "{D}",
     true},
    {{"a message that names no letter", NOTHING, "dlq_message_without_row PAY_DLQ/* -"}, "", false},
    {{"a message of no letter", NOTHING, "dlq_message_without_row PAY_DLQ/* -"}, "{D}", false},
    {{"a message of a letter that was resolved",
      DEAD_LETTER(", stream_seq, resolution, resolved_by, resolved_at",
                  ", 1, 'discarded', 'ann', now() - interval '1 hour'"),
      "dlq_message_of_resolved_row {D} -"},
     "{D}",
     false},
};
const size_t recon_letter_plant_count = sizeof recon_letter_plants / sizeof recon_letter_plants[0];

const struct recon_late_plant recon_late_plants[] = {
    {{"an event that becomes late", PROJECTED_BEFORE, "event_not_consumed {A} -1"}, "", NOTHING},
    {{"money that stays on a clearing account", ACCOUNT("type = 'system', role = 'clearing'", "z"),
      "clearing_not_zero {Z} *"},
     "",
     "update paybus.reconcile_checkpoints set last_at = last_at - interval '2 days' where account_id = "
     "'{z}';"},
};
const size_t recon_late_plant_count = sizeof recon_late_plants / sizeof recon_late_plants[0];
