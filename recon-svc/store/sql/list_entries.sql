-- Entries of the accounts $1 after their versions $2, account by account in that order and by version: at most $3 rows.
select w.place::integer, e.transaction_id, e.account_version, e.direction = 'debit' as is_debit, e.amount, e.currency,
       e.balance_after, e.created_at
from unnest($1::uuid[], $2::bigint[]) with ordinality as w (id, version, place)
cross join lateral (
    select n.transaction_id, n.account_version, n.direction, n.amount, n.currency, n.balance_after, n.created_at
    from paybus.entries n
    where n.account_id = w.id and n.account_version > w.version
    order by n.account_version
    limit $3::bigint) e
order by w.place, e.account_version
limit $3::bigint
