-- The facts of the accounts from :first to :last and of their deposits, which accounts.sql made: without them recon-svc finds
-- accounts and transactions that no event tells of. The cash account's comes with account 1.
\set ON_ERROR_STOP on
insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, after, created_at)
select gen_random_uuid(), 'account.created', 'account', a.id, gen_random_uuid(), a.owner, 'bench',
       json_build_object('owner', a.owner, 'type', a.type, 'currency', a.currency, 'name', a.name, 'status', a.status,
                         'created_at', to_char(a.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
       a.created_at
from generate_series(case :first when 1 then 0 else :first end, :last) as i
join paybus.accounts a on a.id = ('01900000-0000-7000-a000-00' || lpad(to_hex(i), 10, '0'))::uuid
order by i;
insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, created_at)
select gen_random_uuid(), 'transaction.posted', 'transaction', t.id, gen_random_uuid(), t.owner, t.actor, t.created_at
from generate_series(:first, :last) as i
join paybus.transactions t on t.id = ('01900000-0000-7000-b000-00' || lpad(to_hex(i), 10, '0'))::uuid
order by i;
