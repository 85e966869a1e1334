-- The snapshot of now, a number that no work visible in it exceeds, and a transaction's number that is drawn after it: who has
-- drawn a number up to that one, and is not visible, has a lower transaction's number (as begin_rebase).
select pg_current_snapshot()::text, coalesce(pg_sequence_last_value('paybus.work_seq'), 0), clock_timestamp(),
       pg_current_xact_id()::text::bigint
