-- Empties every table of schema paybus but those whose content is no demonstration's: keys, currencies, counters and where the relay
-- stands. Only the owner can: append-only triggers are off within this transaction. No rows come back.
do $$
declare
    kept constant text[] := array['api_keys', 'currencies', 'counters', 'relay_cursors'];
    emptied regclass[];
    target regclass;
begin
    perform set_config('lock_timeout', '2s', true);
    select array_agg(c.oid::regclass order by c.oid) into emptied
    from pg_class c
    where c.relnamespace = 'paybus'::regnamespace and c.relkind in ('r', 'p')
      and c.relname <> all (kept);
    foreach target in array emptied loop
        execute format('alter table %s disable trigger user', target);
    end loop;
    execute 'truncate ' || array_to_string(emptied, ', ');
    foreach target in array emptied loop
        execute format('alter table %s enable trigger user', target);
    end loop;
    update paybus.counters set value = 0;
end $$
