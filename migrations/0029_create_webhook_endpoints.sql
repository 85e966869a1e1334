-- Where owners want their events sent, what was sent there, and how each try ended. ledger-svc decides about endpoints,
-- webhook-svc delivers (docs/decisions/0016). Secrets are sealed by ingress: nobody can read them here.
create domain paybus.webhook_endpoint_status as text check (value in ('enabled', 'disabled', 'deleted'));
comment on domain paybus.webhook_endpoint_status is 'enabled <-> disabled -> deleted, which is final';

create table paybus.webhook_endpoints (
    id              uuid primary key,
    owner           paybus.owner_name not null,
    url             text not null check (length(url) between 1 and 2048),
    event_types     json not null check (json_array_length(event_types) between 1 and 50),
    description     text,
    status          paybus.webhook_endpoint_status not null,
    disabled_reason text,
    secret          text not null,
    previous_secret text,
    previous_until  timestamptz,
    enabled_at      timestamptz not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    constraint webhook_endpoints_previous_is_whole check (num_nonnulls(previous_secret, previous_until) in (0, 2)),
    constraint webhook_endpoints_reason_when_disabled check ((status = 'disabled') = (disabled_reason is not null))
);
create index webhook_endpoints_by_owner on paybus.webhook_endpoints (owner, id);
comment on table paybus.webhook_endpoints is 'Where owners want their events sent';
comment on column paybus.webhook_endpoints.id is 'we_ TypeID';
comment on column paybus.webhook_endpoints.owner is 'Whose events';
comment on column paybus.webhook_endpoints.url is 'Where to';
comment on column paybus.webhook_endpoints.event_types is 'JSON array: "account.frozen", "account.*" or "*"';
comment on column paybus.webhook_endpoints.description is 'The owner''s words';
comment on column paybus.webhook_endpoints.status is 'enabled; disabled keeps events for later; deleted is final';
comment on column paybus.webhook_endpoints.disabled_reason is 'Why nothing is sent there now';
comment on column paybus.webhook_endpoints.secret is 'Sealed: what signs';
comment on column paybus.webhook_endpoints.previous_secret is 'Sealed: what signs besides until previous_until';
comment on column paybus.webhook_endpoints.previous_until is 'End of the overlap after a rotation';
comment on column paybus.webhook_endpoints.enabled_at is 'When it was made or switched on last: failures before do not count';
comment on column paybus.webhook_endpoints.created_at is 'When it was made: older events are not for it';
comment on column paybus.webhook_endpoints.updated_at is 'When it was changed last';

create function paybus.refuse_webhook_endpoint_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception using errcode = 'PB007',
        message = format('webhook endpoint %s: its owner is fixed, and what is deleted stays so', old.id);
end $$;
comment on function paybus.refuse_webhook_endpoint_change is 'Trigger: raises PB007';
create trigger fixed_terms before update of id, owner, created_at on paybus.webhook_endpoints
    for each row execute function paybus.refuse_webhook_endpoint_change();
create trigger never_back before update on paybus.webhook_endpoints for each row
    when (old.status = 'deleted' or new.updated_at < old.updated_at)
    execute function paybus.refuse_webhook_endpoint_change();
create trigger append_only before delete or truncate on paybus.webhook_endpoints
    for each statement execute function paybus.refuse_change();

create table paybus.webhook_deliveries (
    id          uuid primary key,
    endpoint_id uuid not null,
    event_id    uuid not null,
    event_type  text not null,
    body        text not null,
    created_at  timestamptz not null,
    unique (endpoint_id, event_id)
);
create index webhook_deliveries_by_endpoint on paybus.webhook_deliveries (endpoint_id, id);
comment on table paybus.webhook_deliveries is
    'An event for an endpoint: one, however often streams are rewound; append only, its state is its work''s';
comment on column paybus.webhook_deliveries.id is 'dlv_ TypeID';
comment on column paybus.webhook_deliveries.endpoint_id is 'Where to';
comment on column paybus.webhook_deliveries.event_id is 'What: the webhook-id of every try';
comment on column paybus.webhook_deliveries.event_type is 'Its type';
comment on column paybus.webhook_deliveries.body is 'Exact bytes: a CloudEvent as its owner may see it';
comment on column paybus.webhook_deliveries.created_at is 'When it was written';
select paybus.make_append_only('paybus.webhook_deliveries');

create table paybus.webhook_delivery_attempts (
    delivery_id uuid not null,
    generation  integer not null,
    number      integer not null,
    outcome     text not null,
    status_code integer,
    error       text,
    address     text,
    answer      text,
    duration_ms integer not null,
    started_at  timestamptz not null,
    primary key (delivery_id, generation, number, started_at)
);
comment on table paybus.webhook_delivery_attempts is 'Each try of a delivery; append only';
comment on column paybus.webhook_delivery_attempts.delivery_id is 'Of which delivery';
comment on column paybus.webhook_delivery_attempts.generation is 'Its work''s: one more with each replay';
comment on column paybus.webhook_delivery_attempts.number is 'Which try of the generation';
comment on column paybus.webhook_delivery_attempts.outcome is 'delivered, refused, unreachable, timeout, ...: see webhook-svc/domain/delivery_outcome.def';
comment on column paybus.webhook_delivery_attempts.status_code is 'HTTP status; null: there was no answer';
comment on column paybus.webhook_delivery_attempts.error is 'What went wrong, in words';
comment on column paybus.webhook_delivery_attempts.address is 'Where it was connected to';
comment on column paybus.webhook_delivery_attempts.answer is 'First KiB of the answer, as text';
comment on column paybus.webhook_delivery_attempts.duration_ms is 'From its start to the answer''s end';
comment on column paybus.webhook_delivery_attempts.started_at is 'When it began';
select paybus.make_append_only('paybus.webhook_delivery_attempts');

create table paybus.webhook_endpoint_health (
    endpoint_id   uuid primary key,
    failing_since timestamptz,
    failures      bigint not null default 0,
    succeeded_at  timestamptz,
    updated_at    timestamptz not null
) with (fillfactor = 50);
comment on table paybus.webhook_endpoint_health is 'How an endpoint has answered of late; webhook-svc''s own';
comment on column paybus.webhook_endpoint_health.endpoint_id is 'Which';
comment on column paybus.webhook_endpoint_health.failing_since is 'Since then every try failed; null: the last one did not';
comment on column paybus.webhook_endpoint_health.failures is 'Tries that failed since then';
comment on column paybus.webhook_endpoint_health.succeeded_at is 'When a try succeeded last';
comment on column paybus.webhook_endpoint_health.updated_at is 'When a try ended last';

-- webhook-svc must know whose accounts an event is about, and nothing else of them.
create function paybus.find_account_owners(ids uuid[]) returns table (id uuid, owner text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select a.id, a.owner
    from paybus.accounts a
    where a.id = any(ids)
$$;
comment on function paybus.find_account_owners is 'The owners of accounts, and nothing else of them';
revoke execute on function paybus.find_account_owners from public;

create view api.webhook_endpoints as
    select id, owner, url, event_types, description, status, disabled_reason, previous_until, created_at, updated_at
    from paybus.webhook_endpoints;
comment on view api.webhook_endpoints is 'Webhook endpoints without their secrets';
comment on column api.webhook_endpoints.id is 'we_ TypeID';
comment on column api.webhook_endpoints.owner is 'Whose events';
comment on column api.webhook_endpoints.url is 'Where to';
comment on column api.webhook_endpoints.event_types is 'JSON array of patterns';
comment on column api.webhook_endpoints.description is 'The owner''s words';
comment on column api.webhook_endpoints.status is 'enabled, disabled or deleted';
comment on column api.webhook_endpoints.disabled_reason is 'Why nothing is sent there now';
comment on column api.webhook_endpoints.previous_until is 'Until then two secrets sign';
comment on column api.webhook_endpoints.created_at is 'When it was made';
comment on column api.webhook_endpoints.updated_at is 'When it was changed last';
create view api.webhook_deliveries as
    select d.id, d.endpoint_id, e.owner, d.event_id, d.event_type, d.body, d.created_at,
           case w.state
               when 'processed' then 'delivered'
               when 'failed' then 'failed'
               when 'dead' then 'dead'
               when 'received' then 'pending'
               when 'processing' then 'pending'
               else 'missed'
           end as status,
           coalesce(w.attempts, 0) as attempts, w.next_attempt_at, w.last_error,
           coalesce(w.updated_at, d.created_at) as updated_at
    from paybus.webhook_deliveries d
    join paybus.webhook_endpoints e on e.id = d.endpoint_id
    left join paybus.work w on w.object_id = d.id and w.kind = 'delivery';
comment on view api.webhook_deliveries is 'Deliveries with the state of their work';
comment on column api.webhook_deliveries.id is 'dlv_ TypeID';
comment on column api.webhook_deliveries.endpoint_id is 'Where to';
comment on column api.webhook_deliveries.owner is 'The endpoint''s';
comment on column api.webhook_deliveries.event_id is 'What';
comment on column api.webhook_deliveries.event_type is 'Its type';
comment on column api.webhook_deliveries.body is 'Exact bytes';
comment on column api.webhook_deliveries.created_at is 'When it was written';
comment on column api.webhook_deliveries.status is
    'pending, failed (a retry is due), delivered, dead, or missed: the endpoint was disabled when the event came';
comment on column api.webhook_deliveries.attempts is 'Tries in this generation';
comment on column api.webhook_deliveries.next_attempt_at is 'When a failed one is tried again';
comment on column api.webhook_deliveries.last_error is 'Why the last try failed';
comment on column api.webhook_deliveries.updated_at is 'When its state changed last';
create view api.webhook_delivery_attempts as
    select delivery_id, generation, number, outcome, status_code, error, address, answer, duration_ms, started_at
    from paybus.webhook_delivery_attempts;
comment on view api.webhook_delivery_attempts is 'Tries of deliveries';
comment on column api.webhook_delivery_attempts.delivery_id is 'Of which delivery';
comment on column api.webhook_delivery_attempts.generation is 'One more with each replay';
comment on column api.webhook_delivery_attempts.number is 'Which try of the generation';
comment on column api.webhook_delivery_attempts.outcome is 'How it ended';
comment on column api.webhook_delivery_attempts.status_code is 'HTTP status';
comment on column api.webhook_delivery_attempts.error is 'What went wrong';
comment on column api.webhook_delivery_attempts.address is 'Where it was connected to';
comment on column api.webhook_delivery_attempts.answer is 'First KiB of the answer, as text';
comment on column api.webhook_delivery_attempts.duration_ms is 'From its start to the answer''s end';
comment on column api.webhook_delivery_attempts.started_at is 'When it began';

grant select, insert on paybus.webhook_endpoints to paybus_ledger;
grant update (url, event_types, description, status, disabled_reason, secret, previous_secret, previous_until, enabled_at,
              updated_at) on paybus.webhook_endpoints to paybus_ledger;
grant select on paybus.webhook_endpoints to paybus_webhook;
grant select, insert on paybus.webhook_deliveries, paybus.webhook_delivery_attempts to paybus_webhook;
grant select, insert, update on paybus.webhook_endpoint_health to paybus_webhook;
grant execute on function paybus.find_account_owners to paybus_webhook;
grant select on paybus.webhook_deliveries, paybus.webhook_delivery_attempts, paybus.webhook_endpoint_health to paybus_recon;
grant select (id, owner, url, event_types, status, created_at, updated_at) on paybus.webhook_endpoints to paybus_recon;
grant select on api.webhook_endpoints, api.webhook_deliveries, api.webhook_delivery_attempts to paybus_ingress;
