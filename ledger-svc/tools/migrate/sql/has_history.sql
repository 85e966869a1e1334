-- Is there a history yet? One row: t or f.
select to_regclass('public.paybus_migrations') is not null
