/* db_session.c - how a session of a service that writes behaves. */
#include "shared/io/db.h"

/* Plans are pinned: generic (planning 256-element arrays each time costs more than running them) and by index
   even while a fresh table's statistics say that it is empty. No helpers: starting them takes longer than
   anything that is done here, and a generic plan wants them for a window that has three rows.
   A stopped process may keep nobody waiting for longer than three seconds. Stopped between two pipelines, it
   is ended by idle_in_transaction_session_timeout. Stopped within one, it counts as stalled after 1.25 s
   (list_stalled_sessions.sql), and whoever waits for its locks looks for such at every lock_timeout, and once
   more 200 ms later: 2.95 s at the latest. A shorter lock_timeout would make the healthy lose their place in
   the queue at a hot account. Warnings must arrive: one of them says that a COMMIT did not wait for its
   standby. Each statement reads what is committed by then: with a role's default of repeatable read a batch
   would decide on what was there before it had its locks. */
const char db_writer_settings[] = "set search_path = pg_catalog;"
                                  "set client_min_messages = warning;"
                                  "set default_transaction_isolation = 'read committed';"
                                  "set jit = off;"
                                  "set max_parallel_workers_per_gather = 0;"
                                  "set plan_cache_mode = force_generic_plan;"
                                  "set enable_seqscan = off;"
                                  "set statement_timeout = '4s';"
                                  "set lock_timeout = '1500ms';"
                                  "set idle_in_transaction_session_timeout = '2s'";
