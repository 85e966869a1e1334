-- What the statement $1, which is withdrawn, explained is open again. No rows.
delete from paybus.reconcile_matches
where statement_id = $1::uuid
