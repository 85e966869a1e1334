-- Entries of the account $1 with versions above $2 up to $3 that no statement explains yet, in order: at most $4 rows.
select e.account_version, e.transaction_id, e.leg, e.direction, e.amount, e.created_at,
       case when e.kind is null then (select t.reference from paybus.transactions t where t.id = e.transaction_id) end as reference,
       exists (select from paybus.reconcile_matches m where m.transaction_id = e.transaction_id and m.leg = e.leg) as is_matched
from paybus.entries e
where e.account_id = $1::uuid and e.account_version > $2::bigint and e.account_version <= $3::bigint
order by e.account_version
limit $4::bigint
