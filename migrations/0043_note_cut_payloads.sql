-- A dead letter that holds the beginning of its message says how long that was.
alter table paybus.dead_letters add column cut_from integer check (cut_from > length(payload));
comment on column paybus.dead_letters.cut_from is 'How many bytes its message had, if payload has the first of them only; null: all';
comment on column paybus.dead_letters.payload is 'Bytes of the message, the first 512 KiB at most';
