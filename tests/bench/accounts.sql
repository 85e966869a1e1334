-- Funded accounts "bench" from number :first to :last, each with its deposit out of the currency's cash account: numbered
-- ids, so that the load generator can name them. Account i has the id 01900000-0000-7000-a000-00<i as 10 hex digits>.
\set ON_ERROR_STOP on
begin;
create temporary table bench as
select i,
       ('01900000-0000-7000-a000-00' || lpad(to_hex(i), 10, '0'))::uuid as account_id,
       ('01900000-0000-7000-b000-00' || lpad(to_hex(i), 10, '0'))::uuid as transaction_id
from generate_series(:first, :last) as i;

insert into paybus.accounts (id, owner, type, role, currency, name, allow_negative, created_at)
select '01900000-0000-7000-a000-000000000000', 'system', 'system', 'cash', 'EUR', 'Mint Source', true, now()
where not exists (select from paybus.accounts where id = '01900000-0000-7000-a000-000000000000');
insert into paybus.accounts (id, owner, type, currency, name, credits_posted, version, last_entry_at, created_at)
select account_id, 'bench', 'user', 'EUR', 'Bench ' || i, 1000000000, 1, now(), now()
from bench
order by i;
with t as (
    insert into paybus.transactions (id, kind, amount, currency, entry_count, owner, actor, created_at)
    select transaction_id, 'deposit', 1000000000, 'EUR', 2, 'bench', 'bench', now() from bench order by i)
insert into paybus.entries (transaction_id, leg, account_id, account_version, direction, amount, currency, balance_after,
                            created_at, counterparty_id, kind)
select transaction_id, 0, '01900000-0000-7000-a000-000000000000', i, 'debit', 1000000000, 'EUR', -1000000000::bigint * i, now(),
       account_id, 'deposit'
from bench
union all
select transaction_id, 1, account_id, 1, 'credit', 1000000000, 'EUR', 1000000000, now(),
       '01900000-0000-7000-a000-000000000000', 'deposit'
from bench;
update paybus.accounts
set debits_posted = :last * 1000000000::bigint, version = :last, last_entry_at = now()
where id = '01900000-0000-7000-a000-000000000000';
commit;
