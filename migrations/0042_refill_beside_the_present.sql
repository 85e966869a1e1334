-- What a stream is filled with again comes beside what is new, not before it.
alter table paybus.relay_cursors
    add column history_seq      bigint not null default 0,
    add column history_last_seq bigint not null default 0;
comment on column paybus.relay_cursors.history_seq is
    'Up to this number the stream has acknowledged what comes again beside the windows';
comment on column paybus.relay_cursors.history_last_seq is 'The last number that comes so; the same as history_seq: nothing does';

-- base_seq said so at the last rewind only; from now on it goes along with settled.
update paybus.relay_cursors
set base_seq = greatest(base_seq, (select coalesce(max(seq), 0) from paybus.events))
where feed = 'events' and horizon is not null;
comment on column paybus.relay_cursors.base_seq is
    'No number visible in settled is above this one; without horizon they are published in their order, whichever transaction wrote them';
