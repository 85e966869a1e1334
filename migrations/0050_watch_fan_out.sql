-- How far events have become deliveries, told by what was done and not by what a stream has acknowledged: a stream that forgets,
-- a consumer that was deleted, a database that was restored must cost no owner an event (docs/decisions/0021).
create table paybus.webhook_fanout (
    is_only    boolean primary key default true check (is_only),
    done_block bigint not null,
    done_seq   bigint not null,
    beyond     int8multirange not null default '{}',
    notes      bigint not null default 0,
    updated_at timestamptz not null
) with (fillfactor = 50);
comment on table paybus.webhook_fanout is 'How far events have become deliveries; one row, webhook-svc''s own';
comment on column paybus.webhook_fanout.is_only is 'There is one row';
comment on column paybus.webhook_fanout.done_block is 'All events up to the end of this block have become deliveries, or are for nobody';
comment on column paybus.webhook_fanout.done_seq is 'The number of its last event';
comment on column paybus.webhook_fanout.beyond is 'The numbers behind it of events that have, too';
comment on column paybus.webhook_fanout.notes is 'How often it was noted what the stream brought: one that stays says that it brings nothing';
comment on column paybus.webhook_fanout.updated_at is 'When';
insert into paybus.webhook_fanout (done_block, done_seq, updated_at)
select coalesce(max(b.number), 0), coalesce(max(b.last_seq), 0), clock_timestamp()
from paybus.blocks b;

-- Which endpoints have changed is asked by transactions, and which events came after an endpoint by numbers: no clock is asked.
create function paybus.last_event_seq() returns bigint
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce(pg_sequence_last_value('paybus.events_seq'), 0)
$$;
comment on function paybus.last_event_seq is 'The number of an event that was drawn last; nothing is said about its COMMIT';
revoke execute on function paybus.last_event_seq from public;

alter table paybus.webhook_endpoints
    add column xid         xid8 not null default '0',
    add column created_seq bigint not null default 0;
alter table paybus.webhook_endpoints
    alter column xid set default pg_current_xact_id(),
    alter column created_seq set default paybus.last_event_seq();
comment on column paybus.webhook_endpoints.xid is 'The transaction that changed it last';
comment on column paybus.webhook_endpoints.created_seq is
    'What was done after it had been made has a greater number: older events are not for it';
update paybus.webhook_endpoints w
set created_seq = e.seq
from paybus.events e
where e.resource = 'webhook_endpoint'
  and e.object_id = w.id
  and e.type = 'webhook_endpoint.created'
  and w.status <> 'deleted';
create index webhook_endpoints_by_xid on paybus.webhook_endpoints (xid);
create index webhook_endpoints_alive on paybus.webhook_endpoints (owner, id) where status <> 'deleted';

create function paybus.note_webhook_endpoint_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    new.xid := pg_current_xact_id();
    return new;
end $$;
comment on function paybus.note_webhook_endpoint_change is 'Trigger: which transaction changed it last';
create trigger note_change before update on paybus.webhook_endpoints
    for each row execute function paybus.note_webhook_endpoint_change();

-- webhook-svc reads events where the stream did not bring them, and nothing of them that the stream would not have.
create function paybus.list_events_to_fan_out(after_seq bigint, up_to_seq bigint, at_most bigint)
returns table (seq bigint, id uuid, type text, resource text, object_id uuid, command_id uuid, owner text, actor text,
               source text, traceparent text, before json, after json, created_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select w.seq, w.id, w.type, w.resource, w.object_id, w.command_id, w.owner, w.actor, w.source, w.traceparent,
           api.event_before(w.type, w.object_id, w.before), api.event_after(w.type, w.object_id, w.after), w.created_at
    from (select e.seq, e.id, e.type, e.resource, e.object_id, e.command_id, e.owner, e.actor, e.source, e.traceparent,
                 e.before, e.after, e.created_at
          from paybus.events e
          where e.seq > after_seq
            and e.seq <= up_to_seq
            and not (select f.beyond @> e.seq from paybus.webhook_fanout f)
          order by e.seq
          limit at_most) w
    order by w.seq
$$;
comment on function paybus.list_events_to_fan_out is 'Events between two numbers that have not become deliveries, in order';
revoke execute on function paybus.list_events_to_fan_out from public;

grant select, insert, update on paybus.webhook_fanout to paybus_webhook;
grant select on paybus.webhook_fanout to paybus_recon;
grant select (number, first_seq, last_seq, event_count, sealed_at) on paybus.blocks to paybus_webhook;
grant execute on function paybus.list_events_to_fan_out to paybus_webhook;
grant execute on function paybus.last_event_seq to paybus_ledger;
