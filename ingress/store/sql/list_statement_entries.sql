-- Entries of one account $1 with versions above $2 up to $3, newest first: at most $4 rows. Counterparties are the other
-- accounts of the same transaction, 16 bytes each.
select p.transaction_id, p.account_version, p.direction, p.amount, p.currency, p.balance_after, p.created_at,
       t.kind, t.description, t.reference,
       (select string_agg(uuid_send(o.account_id), ''::bytea order by o.leg)
        from api.entries o
        where o.transaction_id = p.transaction_id and o.account_id <> $1) as counterparties
from (
    select e.transaction_id, e.account_version, e.direction, e.amount, e.currency, e.balance_after, e.created_at
    from api.entries e
    where e.account_id = $1 and e.account_version > $2 and e.account_version <= $3
    order by e.account_version desc
    limit $4
) p
join api.transactions t on t.id = p.transaction_id
order by p.account_version desc
