-- Run by a superuser before the first migration, as often as you like: the owner of the schema, one role per
-- service, and one that reads the server's own figures. Passwords are the set-up's business.
do $$
declare
    name text;
begin
    foreach name in array
        array['paybus_owner', 'paybus_ingress', 'paybus_ledger', 'paybus_webhook', 'paybus_recon', 'paybus_monitor'] loop
        if not exists (select from pg_roles where rolname = name) then
            execute format('create role %I login', name);
        end if;
    end loop;
end $$;
alter role paybus_ingress set default_transaction_read_only = on;
alter role paybus_recon set default_transaction_read_only = on;
alter role paybus_monitor set default_transaction_read_only = on;
grant pg_monitor to paybus_monitor;
