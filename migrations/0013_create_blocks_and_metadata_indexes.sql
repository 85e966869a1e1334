-- Tamper evidence: events, with the transactions and entries that they post, sealed into blocks of which each contains the
-- hash of the one before (docs/decisions/0012).
create table paybus.blocks (
    number            bigint primary key check (number >= 1),
    first_seq         bigint not null,
    last_seq          bigint not null,
    event_count       bigint not null check (event_count >= 1),
    transaction_count bigint not null check (transaction_count >= 0),
    entry_count       bigint not null check (entry_count >= 0),
    previous_hash     bytea not null check (length(previous_hash) = 32),
    hash              bytea not null check (length(hash) = 32),
    marks             bytea not null,
    sealed_at         timestamptz not null,
    constraint blocks_numbers_in_order check (first_seq <= last_seq)
);
alter table paybus.blocks alter column marks set storage external;
comment on table paybus.blocks is 'The hash chain over events, transactions and entries; append only';
comment on column paybus.blocks.number is '1, 2, 3 without gaps';
comment on column paybus.blocks.first_seq is 'The number after the last one of the block before';
comment on column paybus.blocks.last_seq is 'The number of its last event';
comment on column paybus.blocks.event_count is 'How many events it has: numbers may be missing';
comment on column paybus.blocks.transaction_count is 'How many transactions these events post';
comment on column paybus.blocks.entry_count is 'How many entries these transactions have';
comment on column paybus.blocks.previous_hash is 'Hash of the block before; 32 zero bytes in the first';
comment on column paybus.blocks.hash is 'SHA-256 over all of the above, sealed_at and the digests of all rows';
comment on column paybus.blocks.marks is 'The first 8 bytes of each row''s digest, to tell which row was altered';
comment on column paybus.blocks.sealed_at is 'When';
select paybus.make_append_only('paybus.blocks');

-- Whoever writes a block, it follows the newest one. PB006.
create function paybus.check_block() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    newest paybus.blocks;
begin
    select b.* into newest from paybus.blocks b order by b.number desc limit 1;
    if new.number <> coalesce(newest.number, 0) + 1
       or new.first_seq <> coalesce(newest.last_seq, 0) + 1
       or new.previous_hash <> coalesce(newest.hash, decode(repeat('00', 32), 'hex')) then
        raise exception using errcode = 'PB006',
            message = format('block %s does not follow block %s', new.number, coalesce(newest.number, 0));
    end if;
    return new;
end $$;
comment on function paybus.check_block is 'Trigger: raises PB006 for a block that does not follow the newest one';
create trigger check_block before insert on paybus.blocks for each row execute function paybus.check_block();

-- A transaction has its own number before it draws an event's, so that whoever sees an event can tell which transactions may
-- still commit a lower one: those below any number that is drawn later.
alter table paybus.events alter column seq
    set default case when pg_current_xact_id() is not null then nextval('paybus.events_seq') end;

create view api.blocks as
    select number, first_seq, last_seq, event_count, transaction_count, entry_count, previous_hash, hash, sealed_at
    from paybus.blocks;
comment on view api.blocks is 'The hash chain';
comment on column api.blocks.number is '1, 2, 3 without gaps';
comment on column api.blocks.first_seq is 'The number after the last one of the block before';
comment on column api.blocks.last_seq is 'The number of its last event';
comment on column api.blocks.event_count is 'How many events it has: numbers may be missing';
comment on column api.blocks.transaction_count is 'How many transactions these events post';
comment on column api.blocks.entry_count is 'How many entries these transactions have';
comment on column api.blocks.previous_hash is 'Hash of the block before; 32 zero bytes in the first';
comment on column api.blocks.hash is 'SHA-256 over all of the above, sealed_at and the digests of all rows';
comment on column api.blocks.sealed_at is 'When';

grant select, insert on paybus.blocks to paybus_ledger;
grant select on paybus.blocks to paybus_recon;
grant select on api.blocks to paybus_ingress;

-- Search by metadata; rows without any pay nothing. Entries go into the index at once: what is put off would be done by
-- some later transfer, all of it.
create index transactions_by_metadata on paybus.transactions using gin ((metadata::jsonb) jsonb_path_ops)
    with (fastupdate = off) where metadata is not null;
create index accounts_by_metadata on paybus.accounts using gin ((metadata::jsonb) jsonb_path_ops)
    with (fastupdate = off) where metadata is not null;
