-- Daily partitions of events and idempotency_keys: made ahead by paybus-admin, only those of keys are ever dropped.

-- CREATE, then ATTACH: creating a partition in place would lock the parent against every insert.
create function paybus.make_partition(parent text, day date) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
    child text := format('%s_%s', parent, to_char(day, 'YYYYMMDD'));
begin
    if to_regclass(format('paybus.%I', child)) is not null then
        return false;
    end if;
    execute format('create table paybus.%I (like paybus.%I including all)', child, parent);
    execute format('comment on table paybus.%I is %L', child, format('%s of %s (UTC)', parent, day));
    perform paybus.make_append_only(format('paybus.%I', child)::regclass);
    execute format('alter table paybus.%I attach partition paybus.%I for values from (%L) to (%L)',
                   parent, child, day, day + 1);
    return true;
end $$;
comment on function paybus.make_partition is 'Makes one day''s partition unless it is there; true when it was made';

create function paybus.ensure_partitions(days_ahead int) returns int
language plpgsql set search_path = pg_catalog, pg_temp set timezone = 'UTC' set lock_timeout = '100ms' as $$
declare
    today date := clock_timestamp()::date;
    made int;
begin
    perform pg_advisory_xact_lock('paybus.events'::regclass::oid::bigint);
    select count(*) filter (where paybus.make_partition(parent, today + ahead)) into made
    from generate_series(-1, days_ahead) as ahead, unnest(array['events', 'idempotency_keys']) as parent;
    return made;
end $$;
comment on function paybus.ensure_partitions is
    'Partitions from yesterday to days_ahead days from now (UTC); gives how many were made; 55P03: try again';

-- DETACH CONCURRENTLY cannot run inside a function: this names the commands, paybus-admin runs them one by one.
-- A detach that was interrupted comes first: PostgreSQL allows one at a time.
create function paybus.old_idempotency_partitions(keep interval)
returns table (name text, detach text, remove text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
    if keep < interval '24 hours' then
        raise exception using errcode = '22023', message = 'idempotency keys are kept for at least 24 hours';
    end if;
    return query
    select c.relname::text,
           'alter table paybus.idempotency_keys detach partition ' || c.oid::regclass
               || case i.inhdetachpending when true then ' finalize' when false then ' concurrently' end,
           'drop table ' || c.oid::regclass
    from pg_class c
    left join pg_inherits i on i.inhrelid = c.oid
    where c.relnamespace = 'paybus'::regnamespace
      and c.relkind = 'r'
      and c.relname ~ '^idempotency_keys_[0-9]{8}$'
      and right(c.relname, 8)::date + 1 <= clock_timestamp() - keep
    order by i.inhdetachpending desc nulls last, c.relname;
end $$;
comment on function paybus.old_idempotency_partitions is
    'Partitions of keys that ended longer ago than keep, with the commands to remove them; detach is null when done';

select paybus.ensure_partitions(14);
