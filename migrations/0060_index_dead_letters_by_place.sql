-- paybus: no transaction
-- recon-svc holds what is open against the messages of PAY_DLQ, in the order of the stream.
create index concurrently if not exists dead_letters_by_place
    on paybus.dead_letters (stream_seq, id) where resolved_at is null and stream_seq is not null;
