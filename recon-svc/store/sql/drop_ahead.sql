-- What waited of accounts $1 below versions $2 has been consumed. No rows.
delete from paybus.reconcile_ahead a
using unnest($1::uuid[], $2::bigint[]) as n (account_id, version)
where a.account_id = n.account_id and a.from_version < n.version
