-- The statement $1 is withdrawn: $2 by whom, $3 why. One row; none if it was before.
update paybus.reconcile_statements
set state = 'withdrawn', withdrawn_by = $2::text, withdrawal_note = $3::text, withdrawn_at = clock_timestamp()
where id = $1::uuid and state <> 'withdrawn'
returning withdrawn_at
