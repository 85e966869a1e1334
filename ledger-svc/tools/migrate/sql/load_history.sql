-- All that was applied, in order.
select version, name, checksum, to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'),
       extract(epoch from duration)::numeric(12, 3) || ' s'
from public.paybus_migrations
order by version
