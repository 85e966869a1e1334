-- Gives a transaction that stores nothing WAL of its own, so that its COMMIT waits for a synchronous standby, if there is
-- one: what it has read and answers with may be on this server only. The setting is read each time, since it may change
-- under a session. No row without a standby, else one, not read.
select pg_logical_emit_message(true, 'paybus', 'commit confirmed')
where current_setting('synchronous_standby_names') <> ''
