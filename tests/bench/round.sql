-- A transfer of 1 from account i to account i + :pairs, for i from 1 to :pairs, with its fact, as of now: books as ledger-svc
-- makes them, only faster. Unlike those of history.sql the ids rise with time, which recon-svc builds on.
\set ON_ERROR_STOP on
begin;
create temporary table bench as
select p.i, p.at, f.id as from_id, t.id as to_id, f.version + 1 as from_version, t.version + 1 as to_version,
       f.credits_posted - f.debits_posted - 1 as from_balance, t.credits_posted - t.debits_posted + 1 as to_balance,
       (overlay(lpad(to_hex((extract(epoch from p.at) * 1000)::bigint), 12, '0') placing '-' from 9 for 0)
        || '-7000-8000-00' || lpad(to_hex(p.i), 10, '0'))::uuid as transaction_id
from (select i, now() + i * interval '10 microseconds' as at from generate_series(1, :pairs) as i) p
join paybus.accounts f on f.id = ('01900000-0000-7000-a000-00' || lpad(to_hex(p.i), 10, '0'))::uuid
join paybus.accounts t on t.id = ('01900000-0000-7000-a000-00' || lpad(to_hex(p.i + :pairs), 10, '0'))::uuid;
analyze bench;

with t as (
    insert into paybus.transactions (id, kind, amount, currency, entry_count, owner, actor, created_at)
    select transaction_id, 'transfer', 1, 'EUR', 2, 'bench', 'bench', at from bench order by i)
insert into paybus.entries (transaction_id, leg, account_id, account_version, direction, amount, currency, balance_after,
                            created_at, counterparty_id, kind)
select transaction_id, 0, from_id, from_version, 'debit', 1, 'EUR', from_balance, at, to_id, 'transfer' from bench
union all
select transaction_id, 1, to_id, to_version, 'credit', 1, 'EUR', to_balance, at, from_id, 'transfer' from bench;
update paybus.accounts a
set debits_posted = debits_posted + 1, version = from_version, last_entry_at = at
from bench
where a.id = from_id;
update paybus.accounts a
set credits_posted = credits_posted + 1, version = to_version, last_entry_at = at
from bench
where a.id = to_id;
insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, created_at)
select gen_random_uuid(), 'transaction.posted', 'transaction', transaction_id, gen_random_uuid(), 'bench', 'bench', at
from bench
order by i;
commit;
