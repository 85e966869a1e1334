-- The table that remembers what was applied. No rows.
create table if not exists public.paybus_migrations (
    version    int primary key,
    name       text not null,
    checksum   text not null,
    applied_at timestamptz not null default clock_timestamp(),
    duration   interval not null
);
comment on table public.paybus_migrations is 'What paybus-migrate has applied to this database';
comment on column public.paybus_migrations.version is 'The number of the file';
comment on column public.paybus_migrations.name is 'The name of the file';
comment on column public.paybus_migrations.checksum is 'BLAKE2b-256 of the file in hex: an edited one is refused';
comment on column public.paybus_migrations.applied_at is 'When';
comment on column public.paybus_migrations.duration is 'How long it took';
