-- Lists of inbound webhook events: the state of an event's work is looked up event by event, whatever the statistics say; and those
-- in trouble by their index alone.
create or replace view api.webhook_events as
    select e.id, e.provider, e.event_id, e.event_type, e.payload, e.occurred_at, e.created_at, w.id as work_id, w.state,
           w.attempts, w.next_attempt_at, w.last_error, w.updated_at
    from paybus.webhook_events e
    left join lateral (select k.id, k.state, k.attempts, k.next_attempt_at, k.last_error, k.updated_at
                       from paybus.work k
                       where k.object_id = e.id and k.kind = 'webhook'
                       limit 1) w on true;

create view api.webhook_events_in_trouble as
    select w.object_id as id, e.provider, e.event_id, e.event_type, e.occurred_at, e.created_at, w.id as work_id, w.state,
           w.attempts, w.next_attempt_at, w.last_error, w.updated_at
    from paybus.work w
    cross join lateral (select k.provider, k.event_id, k.event_type, k.occurred_at, k.created_at
                        from paybus.webhook_events k
                        where k.id = w.object_id
                        limit 1) e
    where w.kind = 'webhook' and w.state in ('failed', 'dead');
comment on view api.webhook_events_in_trouble is 'Inbound webhook events that failed or died, by an index of them alone';
comment on column api.webhook_events_in_trouble.id is 'whe_ TypeID';
comment on column api.webhook_events_in_trouble.provider is 'Who sent it';
comment on column api.webhook_events_in_trouble.event_id is 'The provider''s own id';
comment on column api.webhook_events_in_trouble.event_type is 'Its type';
comment on column api.webhook_events_in_trouble.occurred_at is 'When it happened, says the provider';
comment on column api.webhook_events_in_trouble.created_at is 'When it was accepted';
comment on column api.webhook_events_in_trouble.work_id is 'wrk_ TypeID of its work';
comment on column api.webhook_events_in_trouble.state is 'failed or dead';
comment on column api.webhook_events_in_trouble.attempts is 'Tries in this generation';
comment on column api.webhook_events_in_trouble.next_attempt_at is 'When a failed one is tried again';
comment on column api.webhook_events_in_trouble.last_error is 'Why the last try failed';
comment on column api.webhook_events_in_trouble.updated_at is 'When its state changed last';
grant select on api.webhook_events_in_trouble to paybus_ingress;
