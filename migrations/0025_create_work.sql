-- What comes in from outside and has to be worked off: inbound webhook events, work with its retries, dead letters. Who does
-- what with them, and the words on the bus: docs/decisions/0015.
create domain paybus.work_kind as text check (value in ('webhook', 'charge', 'payout', 'delivery'));
comment on domain paybus.work_kind is 'What has to be done: each kind has a consumer of its own';
create domain paybus.work_state as text check (value in ('received', 'processing', 'processed', 'failed', 'dead'));
comment on domain paybus.work_state is
    'received -> processing -> processed, failed (a retry is due) or dead; failed -> processing; replay: failed, dead -> received';

create table paybus.webhook_events (
    id          uuid primary key,
    provider    text not null check (provider ~ '^[a-z][a-z0-9_-]{0,31}$'),
    event_id    text not null check (length(event_id) between 1 and 255),
    event_type  text not null check (length(event_type) between 1 and 100),
    fingerprint bytea not null,
    payload     json not null,
    occurred_at timestamptz,
    traceparent text,
    created_at  timestamptz not null,
    unique (event_id, provider)
);
comment on table paybus.webhook_events is
    'What gateways and banks told us: each once, for ever, whatever they send again; append only';
comment on column paybus.webhook_events.id is 'whe_ TypeID';
comment on column paybus.webhook_events.provider is 'Who sent it';
comment on column paybus.webhook_events.event_id is 'The provider''s own id';
comment on column paybus.webhook_events.event_type is '"demo.fund"; types that nobody handles are kept and ignored';
comment on column paybus.webhook_events.fingerprint is 'Digest of its content: another content under the id is refused';
comment on column paybus.webhook_events.payload is 'JSON object, as sent';
comment on column paybus.webhook_events.occurred_at is 'When it happened, says the provider; null: it does not say';
comment on column paybus.webhook_events.traceparent is 'W3C trace of the request';
comment on column paybus.webhook_events.created_at is 'When it was accepted';
select paybus.make_append_only('paybus.webhook_events');

create sequence paybus.work_seq as bigint;
comment on sequence paybus.work_seq is 'Numbers of work, in the order of writing';
create table paybus.work (
    id              uuid primary key,
    seq             bigint not null default nextval('paybus.work_seq'),
    xid             xid8 not null default pg_current_xact_id(),
    kind            paybus.work_kind not null,
    object_id       uuid not null,
    generation      integer not null default 1,
    state           paybus.work_state not null default 'received',
    attempts        integer not null default 0,
    next_attempt_at timestamptz,
    lease_until     timestamptz,
    last_error      text,
    traceparent     text,
    enqueued_at     timestamptz not null,
    updated_at      timestamptz not null,
    created_at      timestamptz not null,
    constraint work_counts check (generation >= 1 and attempts >= 0),
    constraint work_lease_while_processing check ((state = 'processing') = (lease_until is not null)),
    constraint work_retry_when_failed check ((state = 'failed') = (next_attempt_at is not null))
) with (fillfactor = 70);
create index work_by_object on paybus.work (object_id);
create index work_unfinished on paybus.work (updated_at) where state in ('received', 'processing', 'failed');
comment on table paybus.work is
    'What has to be done outside the ledger; relayed into PAY_WORK, worked off by webhook-svc';
comment on column paybus.work.id is 'wrk_ TypeID; the subject is pay.work.<kind>.<id>';
comment on column paybus.work.seq is 'Drawn after all locks; the order within a relay window';
comment on column paybus.work.xid is 'The database transaction that wrote it, for the relay''s windows';
comment on column paybus.work.kind is 'Which handler';
comment on column paybus.work.object_id is 'On what: a webhook event, a delivery';
comment on column paybus.work.generation is 'One more with each replay; message id on the bus is <id>:<generation>';
comment on column paybus.work.state is 'Where it stands';
comment on column paybus.work.attempts is 'How often it was begun in this generation, counted before each try';
comment on column paybus.work.next_attempt_at is 'When a failed one is tried again';
comment on column paybus.work.lease_until is 'Until then its worker is believed to be alive';
comment on column paybus.work.last_error is 'Why the last try failed';
comment on column paybus.work.traceparent is 'W3C trace of what caused it';
comment on column paybus.work.enqueued_at is 'When its newest message was published or is known to be in the stream';
comment on column paybus.work.updated_at is 'When its state changed last: the sweeper looks for what stands still';
comment on column paybus.work.created_at is 'When it was written';

create table paybus.dead_letters (
    id           uuid primary key,
    work_id      uuid references paybus.work (id),
    kind         paybus.work_kind not null,
    object_id    uuid,
    event_type   text,
    subject      text not null,
    payload      bytea not null,
    error        text not null,
    attempts     integer not null,
    publication  integer not null default 1 check (publication >= 1),
    stream_seq   bigint,
    resolution   text check (resolution in ('replayed', 'discarded')),
    resolved_by  text,
    resolved_at  timestamptz,
    created_at   timestamptz not null,
    constraint dead_letters_resolved check (num_nonnulls(resolution, resolved_by, resolved_at) in (0, 3))
);
create index dead_letters_open on paybus.dead_letters (id) where resolved_at is null;
create index dead_letters_unpublished on paybus.dead_letters (id) where resolved_at is null and stream_seq is null;
create unique index dead_letters_open_by_work on paybus.dead_letters (work_id) where resolved_at is null;
comment on table paybus.dead_letters is
    'Work that was given up: mirrored in PAY_DLQ while open, kept for ever';
comment on column paybus.dead_letters.id is 'dl_ TypeID; message id on the bus is <id>:<publication>';
comment on column paybus.dead_letters.work_id is 'Which work; null: a message that names none';
comment on column paybus.dead_letters.kind is 'Its kind, of the subject if there is no work';
comment on column paybus.dead_letters.object_id is 'On what';
comment on column paybus.dead_letters.event_type is 'Of webhook events and deliveries: their type';
comment on column paybus.dead_letters.subject is 'Where it came from, and where a replay goes';
comment on column paybus.dead_letters.payload is 'Exact bytes of the message';
comment on column paybus.dead_letters.error is 'Why it was given up';
comment on column paybus.dead_letters.attempts is 'After how many tries';
comment on column paybus.dead_letters.publication is 'One more each time it had to be published again';
comment on column paybus.dead_letters.stream_seq is 'Where PAY_DLQ acknowledged it; null: not yet';
comment on column paybus.dead_letters.resolution is 'replayed or discarded; null: open';
comment on column paybus.dead_letters.resolved_by is 'Who';
comment on column paybus.dead_letters.resolved_at is 'When';
comment on column paybus.dead_letters.created_at is 'When it was given up';
comment on column paybus.sources.source is '"webhook:whe_...", "seed:EUR:..."';

create view api.webhook_events as
    select e.id, e.provider, e.event_id, e.event_type, e.payload, e.occurred_at, e.created_at, w.id as work_id, w.state,
           w.attempts, w.next_attempt_at, w.last_error, w.updated_at
    from paybus.webhook_events e
    left join paybus.work w on w.object_id = e.id and w.kind = 'webhook';
comment on view api.webhook_events is 'Inbound webhook events with the state of their work';
comment on column api.webhook_events.id is 'whe_ TypeID';
comment on column api.webhook_events.provider is 'Who sent it';
comment on column api.webhook_events.event_id is 'The provider''s own id';
comment on column api.webhook_events.event_type is 'Its type';
comment on column api.webhook_events.payload is 'JSON object, as sent';
comment on column api.webhook_events.occurred_at is 'When it happened, says the provider';
comment on column api.webhook_events.created_at is 'When it was accepted';
comment on column api.webhook_events.work_id is 'wrk_ TypeID of its work';
comment on column api.webhook_events.state is 'received, processing, processed, failed or dead';
comment on column api.webhook_events.attempts is 'Tries in this generation';
comment on column api.webhook_events.next_attempt_at is 'When a failed one is tried again';
comment on column api.webhook_events.last_error is 'Why the last try failed';
comment on column api.webhook_events.updated_at is 'When its state changed last';
create view api.dead_letters as
    select id, work_id, kind, object_id, event_type, subject, payload, error, attempts, stream_seq, resolution, resolved_by,
           resolved_at, created_at
    from paybus.dead_letters;
comment on view api.dead_letters is 'Dead letters';
comment on column api.dead_letters.id is 'dl_ TypeID';
comment on column api.dead_letters.work_id is 'wrk_ TypeID';
comment on column api.dead_letters.kind is 'webhook, charge, payout or delivery';
comment on column api.dead_letters.object_id is 'On what';
comment on column api.dead_letters.event_type is 'Of webhook events and deliveries: their type';
comment on column api.dead_letters.subject is 'Where it came from';
comment on column api.dead_letters.payload is 'Exact bytes of the message';
comment on column api.dead_letters.error is 'Why it was given up';
comment on column api.dead_letters.attempts is 'After how many tries';
comment on column api.dead_letters.stream_seq is 'Its sequence in PAY_DLQ; null: not there yet';
comment on column api.dead_letters.resolution is 'replayed or discarded; null: open';
comment on column api.dead_letters.resolved_by is 'Who';
comment on column api.dead_letters.resolved_at is 'When';
comment on column api.dead_letters.created_at is 'When it was given up';

grant select, insert on paybus.webhook_events, paybus.work to paybus_ledger;
grant usage on sequence paybus.work_seq to paybus_ledger, paybus_webhook;
grant select on paybus.webhook_events to paybus_webhook;
grant select, insert on paybus.work to paybus_webhook;
grant update (generation, state, attempts, next_attempt_at, lease_until, last_error, enqueued_at, updated_at)
    on paybus.work to paybus_webhook;
grant select, insert on paybus.dead_letters to paybus_webhook;
grant update (publication, stream_seq, resolution, resolved_by, resolved_at) on paybus.dead_letters to paybus_webhook;
grant execute on function paybus.require_count to paybus_webhook;
grant select on paybus.webhook_events, paybus.work, paybus.dead_letters to paybus_recon;
grant select on api.webhook_events, api.dead_letters to paybus_ingress;
