-- Entries on the account $1 of the transactions $2 that are not of versions above $3 up to $4 and that no statement explains yet.
-- A row for each.
select e.account_version, e.transaction_id, e.leg, e.direction, e.amount, e.created_at, t.reference,
       exists (select from paybus.reconcile_matches m where m.transaction_id = e.transaction_id and m.leg = e.leg) as is_matched
from (select distinct n.id from unnest($2::uuid[]) as n (id)) w
join paybus.entries e on e.transaction_id = w.id
left join paybus.transactions t on t.id = w.id
where e.account_id = $1::uuid and (e.account_version <= $3::bigint or e.account_version > $4::bigint)
order by e.account_version
