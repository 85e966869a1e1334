-- Gives this transaction WAL of its own, so that its COMMIT waits for a synchronous standby even if it stores nothing:
-- used when it proves that an earlier COMMIT, whose answer was lost, did happen. One row, not read.
select pg_logical_emit_message(true, 'paybus', 'commit resolved')
