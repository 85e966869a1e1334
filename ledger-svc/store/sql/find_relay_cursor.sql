-- Where the relay of feed $1 stands, and the cluster that answers. One row; nulls if it has not begun.
select s.system_identifier::text, c.cluster, c.base_seq, c.foreign_xid, c.settled::text, c.horizon::text, c.acked_seq, c.new_seq,
       c.last_seq, c.since, c.stream_created, c.stream_seq, c.stream_id, c.updated_at, c.foreign_seq, c.rewind_from,
       c.stream_missing, c.recent_seq, c.history_seq, c.history_last_seq
from pg_control_system() as s
left join paybus.relay_cursors c on c.feed = $1
