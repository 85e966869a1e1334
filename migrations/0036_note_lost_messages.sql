-- A stream can lose messages in its middle, too; and what it may have lost since the disk had it was not published in the order of
-- time while it was filled again.
alter table paybus.relay_cursors
    add column stream_missing bigint not null default 0,
    add column recent_seq     bigint not null default 0;
comment on column paybus.relay_cursors.stream_missing is
    'So many messages between the first and the last are known to be missing in the stream; more of them were lost since';
comment on column paybus.relay_cursors.recent_seq is
    'No number published within the last five minutes is below this one; 0: not known';

-- Whoever draws a number has a transaction's number by then, as in paybus.work: the relay and the sealer wait for all below one, and
-- then no lower number is still to come.
alter table paybus.events alter column seq
    set default case when pg_current_xact_id() is not null then nextval('paybus.events_seq') end;
