-- Who discards a dead letter says why.
alter table paybus.dead_letters add column note text;
comment on column paybus.dead_letters.note is 'Why it was discarded, as who did it said';
grant update (note) on paybus.dead_letters to paybus_webhook;

create or replace view api.dead_letters as
    select id, work_id, kind, object_id, event_type, subject, payload, error, attempts, stream_seq, resolution, resolved_by,
           resolved_at, created_at, note
    from paybus.dead_letters;
comment on column api.dead_letters.note is 'Why it was discarded';
