-- :rounds transfers of 1 each from account i to account i + :pairs, for i from :first to :first + :pairs - 1: entries that
-- lie there when the load begins. Numbered ids as in accounts.sql; :series keeps those of several calls apart.
\set ON_ERROR_STOP on
begin;
create temporary table bench as
select p.from_id, p.to_id, k, f.version + k as from_version, t.version + k as to_version,
       f.credits_posted - f.debits_posted - k as from_balance, t.credits_posted - t.debits_posted + k as to_balance,
       greatest(now(), f.last_entry_at, t.last_entry_at) + k * interval '1 microsecond' as at,
       ('01900000-' || lpad(to_hex(:series), 4, '0') || '-7000-8' || lpad(to_hex(k), 3, '0') || '-00'
        || lpad(to_hex(p.i), 10, '0'))::uuid as transaction_id
from (select i,
             ('01900000-0000-7000-a000-00' || lpad(to_hex(i), 10, '0'))::uuid as from_id,
             ('01900000-0000-7000-a000-00' || lpad(to_hex(i + :pairs), 10, '0'))::uuid as to_id
      from generate_series(:first, :first + :pairs - 1) as i) p
join paybus.accounts f on f.id = p.from_id
join paybus.accounts t on t.id = p.to_id
cross join generate_series(1, :rounds) as k;

with t as (
    insert into paybus.transactions (id, kind, amount, currency, entry_count, owner, actor, created_at)
    select transaction_id, 'transfer', 1, 'EUR', 2, 'bench', 'bench', at from bench)
insert into paybus.entries (transaction_id, leg, account_id, account_version, direction, amount, currency, balance_after,
                            created_at, counterparty_id, kind)
select transaction_id, 0, from_id, from_version, 'debit', 1, 'EUR', from_balance, at, to_id, 'transfer'
from bench
union all
select transaction_id, 1, to_id, to_version, 'credit', 1, 'EUR', to_balance, at, from_id, 'transfer'
from bench;
update paybus.accounts a
set debits_posted = debits_posted + :rounds, version = from_version, last_entry_at = at
from bench
where a.id = from_id and k = :rounds;
update paybus.accounts a
set credits_posted = credits_posted + :rounds, version = to_version, last_entry_at = at
from bench
where a.id = to_id and k = :rounds;
commit;
