-- Least privilege. No service owns anything, none has a right on a partition, only ledger-svc writes.
do $$
declare
    db text := current_database();
begin
    execute format('revoke all on database %I from public', db);
    execute format('grant connect on database %I to paybus_ingress, paybus_ledger, paybus_webhook, paybus_recon', db);
end $$;
revoke all on schema public, paybus, api from public;
revoke execute on all functions in schema paybus from public;
revoke execute on all functions in schema api from public;
alter default privileges revoke execute on functions from public;

grant usage on schema api to paybus_ingress;
grant select on api.currencies, api.accounts, api.transactions, api.entries, api.events, api.audit to paybus_ingress;
grant execute on function api.find_api_key to paybus_ingress;

grant usage on schema paybus to paybus_ledger, paybus_webhook, paybus_recon;

grant select on paybus.currencies to paybus_ledger;
grant select, insert on paybus.accounts, paybus.transactions, paybus.entries, paybus.events, paybus.idempotency_keys,
    paybus.sources to paybus_ledger;
grant update (name, status, metadata, debits_posted, credits_posted, debits_pending, credits_pending, version,
    last_entry_at) on paybus.accounts to paybus_ledger;
grant usage on sequence paybus.events_seq to paybus_ledger;
grant execute on function paybus.require_count to paybus_ledger;

grant select on paybus.currencies, paybus.accounts, paybus.transactions, paybus.entries, paybus.events,
    paybus.idempotency_keys, paybus.sources, paybus.api_keys to paybus_recon;
