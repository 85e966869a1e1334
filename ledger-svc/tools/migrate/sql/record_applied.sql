-- Remembers one applied file, in the file's own transaction where it has one. One row written.
insert into public.paybus_migrations (version, name, checksum, duration)
values ($1::int, $2::text, $3::text, $4::bigint * interval '1 microsecond')
