-- What webhook-svc needs to put back to work what was left lying, and to fail on demand in demonstrations.
-- The sweeper looks for what was not seen in the stream for longest, so what it has looked at goes to the end.
drop index paybus.work_unfinished;
create index work_unfinished on paybus.work (enqueued_at) where state in ('received', 'processing', 'failed');
comment on column paybus.work.updated_at is 'When its state changed last';

alter table paybus.dead_letters add column facts text check (facts in ('created', 'resolved'));
comment on column paybus.dead_letters.facts is
    'Which of its facts are in the log: created; resolved: both; null: none yet. webhook-svc sends them as commands';
create index dead_letters_without_facts on paybus.dead_letters (id)
    where facts is null or (facts = 'created' and resolution is not null);
create index dead_letters_leftover on paybus.dead_letters (id) where resolved_at is not null and stream_seq is not null;
comment on column paybus.dead_letters.stream_seq is
    'Where PAY_DLQ acknowledged it; null: not yet, or, of a resolved one, no longer there';

create table paybus.injected_failures (
    event_id text not null check (length(event_id) between 1 and 255),
    provider text not null check (provider ~ '^([a-z][a-z0-9_-]{0,31})?$'),
    times    integer not null check (times >= -1),
    primary key (event_id, provider)
);
comment on table paybus.injected_failures is 'Demonstrations: which webhook events are to fail, and how often';
comment on column paybus.injected_failures.event_id is 'The provider''s id of the event, which may come later';
comment on column paybus.injected_failures.provider is 'Which provider''s; empty: any';
comment on column paybus.injected_failures.times is 'How often yet; -1: always';

grant update (facts) on paybus.dead_letters to paybus_webhook;
grant select, insert, update, delete on paybus.injected_failures to paybus_webhook;
