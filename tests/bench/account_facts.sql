-- The facts of the deposits that accounts.sql made from account :first to :last: without them recon-svc finds transactions that
-- no event tells of.
\set ON_ERROR_STOP on
insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, created_at)
select gen_random_uuid(), 'transaction.posted', 'transaction', t.id, gen_random_uuid(), t.owner, t.actor, t.created_at
from generate_series(:first, :last) as i
join paybus.transactions t on t.id = ('01900000-0000-7000-b000-00' || lpad(to_hex(i), 10, '0'))::uuid
order by i;
