-- How far the relay has come in publishing facts. One row per feed; the streams can always be rebuilt from the tables, so this
-- only says where to go on (docs/decisions/0014).
create table paybus.relay_cursors (
    feed           text primary key check (feed in ('events')),
    cluster        text not null,
    base_seq       bigint not null,
    foreign_seq    bigint not null,
    foreign_xid    bigint not null,
    settled        pg_snapshot not null,
    horizon        pg_snapshot,
    acked_seq      bigint not null,
    new_seq        bigint not null,
    last_seq       bigint not null,
    since          timestamptz not null,
    stream_created bigint not null,
    stream_seq     bigint not null,
    stream_id      uuid,
    updated_at     timestamptz not null,
    rewind_from    timestamptz
);
comment on table paybus.relay_cursors is 'How far the relay has come in publishing a feed';
comment on column paybus.relay_cursors.feed is 'events: the facts, into PAY_EVENTS';
comment on column paybus.relay_cursors.cluster is
    'System identifier of the PostgreSQL cluster that both snapshots belong to';
comment on column paybus.relay_cursors.base_seq is
    'Numbers up to this one that are visible in settled are published in their order, whichever transaction wrote them';
comment on column paybus.relay_cursors.foreign_seq is
    'Numbers up to this one may have been written in another cluster, where transaction numbers meant something else';
comment on column paybus.relay_cursors.foreign_xid is
    'Once all transactions below this number have ended, no number up to foreign_seq is still to come';
comment on column paybus.relay_cursors.settled is 'What is visible in this snapshot is published, or up to base_seq being published';
comment on column paybus.relay_cursors.horizon is
    'What was committed since settled up to this snapshot is being published; null: that up to base_seq is';
comment on column paybus.relay_cursors.acked_seq is 'Up to this number the stream has acknowledged what is being published';
comment on column paybus.relay_cursors.new_seq is 'Transactions that began after settled wrote numbers above this one';
comment on column paybus.relay_cursors.last_seq is 'The greatest number between both snapshots';
comment on column paybus.relay_cursors.since is 'No event of the window is older; without horizon: when settled was taken';
comment on column paybus.relay_cursors.stream_created is 'When the stream was made, unix nanoseconds; another one has nothing';
comment on column paybus.relay_cursors.stream_seq is 'Sequence of the last acknowledged message in the stream';
comment on column paybus.relay_cursors.stream_id is 'Its event: another one there means that messages were lost';
comment on column paybus.relay_cursors.updated_at is 'When';
comment on column paybus.relay_cursors.rewind_from is 'Somebody asks for all from this time on again (paybus-admin relay rewind)';
-- Which events are older than a moment, for going back to it.
create index blocks_by_sealed_at on paybus.blocks (sealed_at);

grant select, insert, update on paybus.relay_cursors to paybus_ledger;
grant select on paybus.relay_cursors to paybus_recon;
