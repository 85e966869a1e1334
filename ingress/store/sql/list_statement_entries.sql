-- Entries of one account $1 with versions above $2 up to $3, newest first: at most $4 rows. Counterparties are the other
-- accounts of the same transaction, 16 bytes each. Most entries say all this themselves; a key that is null is not looked for.
select p.transaction_id, p.account_version, p.direction, p.amount, p.currency, p.balance_after, p.created_at,
       coalesce(p.kind, t.kind) as kind, t.description, t.reference,
       case
           when p.counterparty_id is not null then uuid_send(p.counterparty_id)
           else (select string_agg(uuid_send(o.account_id), ''::bytea order by o.leg)
                 from api.entries o
                 where o.transaction_id = p.transaction_id and o.account_id <> $1)
       end as counterparties
from (
    select e.transaction_id, e.account_version, e.direction, e.amount, e.currency, e.balance_after, e.created_at,
           e.counterparty_id, e.kind
    from api.entries e
    where e.account_id = $1 and e.account_version > $2 and e.account_version <= $3
    order by e.account_version desc
    limit $4
) p
left join api.transactions t on t.id = case when p.kind is null then p.transaction_id end
order by p.account_version desc
