-- For how many days after today (UTC) both events and keys have their partition, without a gap: -1 when today's is missing.
-- One row.
select min(d.ahead) - 1 as days_ahead
from generate_series(0, 366) as d (ahead)
cross join (values ('events'), ('idempotency_keys')) as p (parent)
where not exists (select from pg_catalog.pg_inherits i
                  join pg_catalog.pg_class c on c.oid = i.inhrelid
                  where i.inhparent = ('paybus.' || p.parent)::regclass
                    and c.relname = p.parent || '_'
                                    || to_char((clock_timestamp() at time zone 'UTC')::date + d.ahead, 'YYYYMMDD'))
