-- A new run: $1 id, $2 mode, $3 trigger, $4 actor, $5 instance, $6 from_seq, $7 mark_seq, which an earlier statement has read:
-- this transaction's number is then above those of all who drew a number up to there. One row with it and the time.
insert into paybus.reconcile_runs (id, mode, trigger, actor, instance, from_seq, mark_seq, newest_seq, mark_above)
values ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::bigint, $7::bigint, $7::bigint, pg_current_xact_id())
returning mark_above::text::bigint as above, started_at
