-- Work is relayed as events are. Only what is still received is published, and again only what is not finished: both are found
-- by indexes that what is done leaves.
alter table paybus.relay_cursors drop constraint relay_cursors_feed_check,
    add constraint relay_cursors_feed_check check (feed in ('events', 'work'));
comment on column paybus.relay_cursors.feed is 'events: the facts, into PAY_EVENTS; work: what is to be done, into PAY_WORK';

create index work_received on paybus.work (xid) where state = 'received';
create index work_unfinished_by_seq on paybus.work (seq) where state in ('received', 'processing', 'failed');

-- Who draws a number has a transaction's number by then: the relay waits for all below one, and then none is still to come.
alter table paybus.work alter column seq
    set default case when pg_current_xact_id() is not null then nextval('paybus.work_seq') end;
